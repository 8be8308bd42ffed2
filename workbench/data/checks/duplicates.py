"""Rows that say the same, nearly the same, or contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from workbench.data.checks import similar
from workbench.data.checks.base import Check
from workbench.data.checks.view import Batch, digests
from workbench.data.findings import Finding

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset

__all__ = ["CHECKS", "EMPTY", "grouped"]


class ExactDuplicates(Check):
    """Rows of train whose texts are equal in every character."""

    name, kind = "exact_duplicates", "repeated row"
    message = "the same row again weighs double and is learnt by heart first."
    remedy = "Keep one of each."
    repair = "keep the first of each and drop the others"

    def __init__(self, dataset: Dataset, schema: Mapping[str, Any] | None = None):
        super().__init__(dataset, schema)
        self.groups: list[np.ndarray] = []

    def scan(self, batch: Batch) -> Any:
        return batch.identity if batch.split == "train" else None

    def collect(self, split: str, seen: list[Any]) -> None:
        if split == "train":
            self.groups = grouped(np.concatenate(seen)) if seen else []

    def findings(self) -> Iterable[Finding]:
        rows = [row for group in self.groups for row in group[1:]]
        if rows:
            yield self.finding("train", rows, groups=_tuples(self.groups))


class NearDuplicates(Check):
    """Rows of train that share at least 80 % of their runs of five words, without being equal."""

    name, kind = "near_duplicates", "near duplicate"
    message = (
        f"they share at least {similar.THRESHOLD:.0%} of their runs of {similar.RUN} words with another row, so they "
        "weigh more than they say."
    )
    remedy = "Keep one of each group, unless the small difference is what is to be learnt."
    repair = "keep the first of each group and drop the others"

    def __init__(self, dataset: Dataset, schema: Mapping[str, Any] | None = None):
        super().__init__(dataset, schema)
        self.hashes = np.zeros(0, np.uint64)
        self.keys = np.zeros((0, similar.BANDS), np.uint64)

    def scan(self, batch: Batch) -> Any:
        if batch.split != "train":
            return None
        keys = similar.band_keys(batch.words)
        return digests(batch.wholes), np.where(keys == 0, keys, keys ^ batch.verdicts[:, None])

    def collect(self, split: str, seen: list[Any]) -> None:
        if split == "train" and seen:
            self.hashes = np.concatenate([hashes for hashes, _ in seen])
            self.keys = np.concatenate([keys for _, keys in seen])

    def findings(self) -> Iterable[Finding]:
        _, first = np.unique(self.hashes, return_index=True)  # equal rows are another check's
        first.sort()
        groups = similar.near_groups(self.keys[first], first, self.dataset.arrow("train"))
        rows = [row for group in groups for row in group[1:]]
        if rows:
            yield self.finding("train", rows, groups=_tuples(groups))


class _Claim(NamedTuple):
    rows: np.ndarray
    question: np.ndarray
    answer: np.ndarray
    good: np.ndarray


class Contradictions(Check):
    """The same prompt with different answers; of preferences and labels, the same answer called good and bad."""

    name, kind = "contradictions", "contradicting answers"
    message = "the same prompt has several answers; the model learns their mixture."
    remedy = "Decide on one, unless variety is wanted."

    def __init__(self, dataset: Dataset, schema: Mapping[str, Any] | None = None):
        super().__init__(dataset, schema)
        self.groups: list[list[int]] = []

    def applies(self) -> bool:
        plain_text = "text" in self.dataset.columns and not self.dataset.conversational
        return self.dataset.type != "prompt_only" and not (self.dataset.type == "language_modeling" and plain_text)

    @property
    def judged(self) -> bool:
        """Whether rows say that an answer is good or bad, instead of giving the answer."""
        return self.dataset.type in ("preference", "unpaired_preference")

    def scan(self, batch: Batch) -> Any:
        if batch.split != "train":
            return None
        questions = digests(batch.prompts if self.judged else batch.questions)
        asked = questions != EMPTY
        if self.dataset.type == "preference":
            good, bad = digests(batch.answer_text("chosen")), digests(batch.answer_text("rejected"))
            asked &= good != bad
            claims = [_Claim(batch.numbers, questions, answer, np.full(len(batch), verdict))
                      for answer, verdict in ((good, True), (bad, False))]  # fmt: skip
        else:
            label = batch.table["label"].to_numpy().astype(bool) if self.judged else np.ones(len(batch), bool)
            claims = [_Claim(batch.numbers, questions, digests(batch.answers), label)]
        return [_Claim(*(values[asked] for values in claim)) for claim in claims]

    def collect(self, split: str, seen: list[Any]) -> None:
        if split != "train" or not seen:
            return
        rows, question, answer, good = (
            np.concatenate(values) for values in zip(*(claim for claims in seen for claim in claims), strict=True)
        )
        same = question ^ (answer * np.uint64(0x9E3779B97F4A7C15)) if self.judged else question
        said = good if self.judged else answer
        for group in grouped(same):
            if len(np.unique(said[group])) > 1:
                self.groups.append(sorted({int(row) for row in rows[group]}))

    def findings(self) -> Iterable[Finding]:
        rows = {row for group in self.groups for row in group}
        if rows:
            judged = "the same answer to the same prompt is called good in one row and bad in another."
            yield self.finding("train", rows, judged if self.judged else "", groups=_tuples(self.groups))


EMPTY = digests(pa.array([""], pa.string()))[0]
"""The hash of no text."""


def grouped(keys: np.ndarray) -> list[np.ndarray]:
    """The indices of keys that occur more than once, a group each, in the order of their first."""
    order = np.argsort(keys, kind="stable")
    cuts = np.flatnonzero(np.diff(keys[order])) + 1
    starts, stops = np.concatenate([[0], cuts]), np.append(cuts, len(order))
    groups = [order[start:stop] for start, stop in zip(starts, stops, strict=True) if stop - start > 1]
    return sorted(groups, key=lambda group: group[0])


def _tuples(groups: Iterable[Iterable[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(row) for row in group) for group in groups)


CHECKS: tuple[type[Check], ...] = (ExactDuplicates, NearDuplicates, Contradictions)
