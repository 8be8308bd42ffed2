"""Questions of validation and test that stand in train: word for word, nearly, or in long stretches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from workbench.data.checks import similar
from workbench.data.checks.base import Check
from workbench.data.checks.duplicates import EMPTY
from workbench.data.checks.view import Batch, digests, picked
from workbench.data.findings import Finding

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset

__all__ = ["CHECKS"]

#: Words in a run that two texts do not share by chance.
LONG_RUN = 13

#: The share of a row's long runs that must stand in train.
OVERLAP = 0.7

#: A run in more rows of train than this is a phrase of the house (a shared instruction) and proves nothing.
HOUSE = 10

#: Bits of a hash that decide at first glance whether a run can stand in an evaluation row.
GLANCE = 24


class _Leak(Check):
    """Evaluation splits are collected before train, so that train is only asked for what they hold."""

    def __init__(self, dataset: Dataset, schema: Mapping[str, Any] | None = None):
        super().__init__(dataset, schema)
        self.splits = [name for name, rows in dataset.splits.items() if rows and name != "train"]

    def applies(self) -> bool:
        return bool(self.splits) and self.dataset.splits.get("train", 0) > 0

    def found(
        self, split: str, pairs: np.ndarray, message: str = "", in_train: tuple[int, ...] | None = None
    ) -> Finding:
        """The finding for pairs of (row of `split`, row of train); `in_train` where those are not all rows of train."""
        pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
        rows, first = np.unique(pairs[:, 0], return_index=True)
        elsewhere = {int(row): ("train", int(pairs[at, 1])) for row, at in zip(rows, first, strict=True)}
        in_train = in_train or tuple(np.unique(pairs[:, 1]).tolist())
        return self.finding(split, rows, message, elsewhere=elsewhere, in_train=in_train,
                            remedy=self.remedy.format(split=split))  # fmt: skip


class ExactLeaks(_Leak):
    """A prompt of an evaluation split that stands in train."""

    name, kind, severity = "leaks", "leak", "error"
    message = "these prompts stand in train too, so a score on them measures memory."
    remedy = "Take them out of train or out of {split}."
    repair = "take the rows out of train"

    def __init__(self, dataset: Dataset, schema: Mapping[str, Any] | None = None):
        super().__init__(dataset, schema)
        self.hashes: dict[str, np.ndarray] = {}
        self.train = np.zeros(0, np.uint64)

    def scan(self, batch: Batch) -> Any:
        return digests(batch.questions)

    def collect(self, split: str, seen: list[Any]) -> None:
        self.hashes[split] = np.concatenate([np.zeros(0, np.uint64), *seen])

    def findings(self) -> Iterable[Finding]:
        yield from self._between()
        train = self.hashes["train"]
        for split in self.splits:
            hashes = self.hashes[split]
            there = np.flatnonzero(np.isin(train, hashes[hashes != EMPTY]))
            pairs = _matching(hashes, train[there], limit=1)
            if len(pairs):
                firsts = np.stack([pairs[:, 0], there[pairs[:, 1]]], axis=1)
                yield self.found(split, firsts, in_train=tuple(there.tolist()))

    def _between(self) -> Iterable[Finding]:
        """Rows of validation that stand in test: who chooses by the one has chosen by the other."""
        if not {"validation", "test"} <= set(self.splits):
            return
        hashes = np.where(self.hashes["validation"] == EMPTY, np.uint64(0), self.hashes["validation"])
        pairs = _matching(hashes, self.hashes["test"], limit=1)
        if len(pairs):
            elsewhere = {int(row): ("test", int(other)) for row, other in pairs}
            said = "these prompts stand in test too, so what is chosen by validation is chosen by the test."
            remedy, repair = "Take them out of validation.", "take the rows out of validation"
            yield self.finding("validation", elsewhere, said, elsewhere=elsewhere, severity="warning", remedy=remedy,
                               repair=repair)  # fmt: skip


class NearLeaks(_Leak):
    """A prompt of an evaluation split that shares 80 % of its runs of five words with one of train."""

    name, kind, severity = "near_leaks", "near leak", "error"
    message = "prompts that differ in a few words only stand in train, so a score on them measures memory."
    remedy = "Take them out of train or out of {split}."
    repair = "take the rows out of train"

    def __init__(self, dataset: Dataset, schema: Mapping[str, Any] | None = None):
        super().__init__(dataset, schema)
        self.keys: dict[str, np.ndarray] = {}
        self.hashes: dict[str, np.ndarray] = {}
        self.wanted: list[np.ndarray] | None = None
        self.near = np.zeros((0, 1 + similar.BANDS), np.uint64)

    def scan(self, batch: Batch) -> Any:
        keys = similar.band_keys(batch.question_words)
        if batch.split != "train":
            return keys, digests(batch.questions)
        if self.wanted is None:
            self.wanted = [np.unique(np.concatenate([keys[:, band] for keys in self.keys.values()]))
                           for band in range(similar.BANDS)]  # fmt: skip
        hit = np.zeros(len(batch), bool)
        for band, wanted in enumerate(self.wanted):
            hit |= _within(keys[:, band], wanted[wanted != 0])
        return batch.start + np.flatnonzero(hit), keys[hit], digests(batch.questions.filter(pa.array(hit)))

    def collect(self, split: str, seen: list[Any]) -> None:
        if split != "train":
            self.keys[split] = np.concatenate([keys for keys, _ in seen])
            self.hashes[split] = np.concatenate([hashes for _, hashes in seen])
        elif seen:
            self.rows, self.train_keys, self.train_hashes = (
                np.concatenate(part) for part in zip(*seen, strict=True)
            )  # fmt: skip

    def findings(self) -> Iterable[Finding]:
        for split in self.splits:
            exact = np.isin(self.hashes[split], self.train_hashes)
            keys = np.where(exact[:, None], np.uint64(0), self.keys[split])
            found = [np.zeros((0, 2), np.int64)]
            for band in range(similar.BANDS):
                found.append(_matching(keys[:, band], self.train_keys[:, band], limit=CROWD))
            pairs = np.unique(np.concatenate(found), axis=0)
            pairs = np.stack([pairs[:, 0], self.rows[pairs[:, 1]]], axis=1)
            shares = _shares(self.dataset, split, pairs)
            if (shares >= similar.THRESHOLD).any():
                yield self.found(split, pairs[shares >= similar.THRESHOLD])


class LongRuns(_Leak):
    """A row of an evaluation split 70 % of whose runs of 13 words stand in train, wherever."""

    name, kind, severity = "overlap", "13-gram overlap", "warning"
    yields_to = ("leaks", "near_leaks")
    remedy = "Look where they come from; take the source out of train or the rows out of {split}."

    def __init__(self, dataset: Dataset, schema: Mapping[str, Any] | None = None):
        super().__init__(dataset, schema)
        self.runs: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self.glance = np.zeros(1 << GLANCE, bool)
        self.wanted = np.zeros(0, np.uint64)

    def scan(self, batch: Batch) -> Any:
        runs, ends = batch.question_words.runs(LONG_RUN)
        owner = batch.start + np.repeat(np.arange(len(batch)), np.diff(ends))
        if batch.split == "train":
            likely = np.flatnonzero(self.glance[runs >> np.uint64(64 - GLANCE)])
            likely = likely[_within(runs[likely], self.wanted)]
            runs, owner = runs[likely], owner[likely]
        return runs, owner

    def collect(self, split: str, seen: list[Any]) -> None:
        runs = np.concatenate([np.zeros(0, np.uint64), *(runs for runs, _ in seen)])
        self.runs[split] = runs, np.concatenate([np.zeros(0, np.int64), *(owner for _, owner in seen)])
        if split != "train":
            self.wanted = np.union1d(self.wanted, runs)
            self.glance[runs >> np.uint64(64 - GLANCE)] = True

    def findings(self) -> Iterable[Finding]:
        runs, owner = self.runs["train"]
        order = np.lexsort((owner, runs))
        runs, owner = runs[order], owner[order]
        new = np.ones(len(runs), bool)
        new[1:] = (runs[1:] != runs[:-1]) | (owner[1:] != owner[:-1])
        there, first, rows_with = np.unique(runs[new], return_index=True, return_counts=True)
        source = owner[new][first]
        for split in self.splits:
            asked, asker = self.runs[split]
            at = np.searchsorted(there, asked)
            at[at == len(there)] = 0
            hit = there[at] == asked if len(there) else np.zeros(len(asked), bool)
            house = hit & (rows_with[at] > HOUSE) if len(there) else hit
            own = np.bincount(asker[~house], minlength=self.dataset.splits[split])
            shared = np.bincount(asker[hit & ~house], minlength=self.dataset.splits[split])
            share = shared / np.maximum(own, 1)
            flagged = np.flatnonzero((share >= OVERLAP) & (own > 0))
            if len(flagged):
                taken = hit & ~house & np.isin(asker, flagged)
                pairs = np.unique(np.stack([asker[taken], source[at[taken]]], axis=1), axis=0)
                said = (
                    f"at least {OVERLAP:.0%} of their runs of {LONG_RUN} words stand in train "
                    f"({share[flagged].mean():.0%} on average), so a score on them measures memory."
                )
                yield self.found(split, pairs, said)


#: Rows of train that one evaluation row is compared with for each band.
CROWD = 20


def _within(values: np.ndarray, ordered: np.ndarray) -> np.ndarray:
    """Which values stand in a sorted array."""
    if not len(ordered):
        return np.zeros(len(values), bool)
    at = np.searchsorted(ordered, values)
    at[at == len(ordered)] = 0
    return ordered[at] == values


def _matching(left: np.ndarray, right: np.ndarray, limit: int | None = None) -> np.ndarray:
    """Pairs of indices of equal keys; 0 matches nothing; of one key at most the first `limit` on the right."""
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    starts, stops = np.searchsorted(ordered, left, "left"), np.searchsorted(ordered, left, "right")
    sizes = np.where(left == 0, 0, stops - starts)
    if limit is not None:
        sizes = np.minimum(sizes, limit)
    owner = np.repeat(np.arange(len(left)), sizes)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.stack([owner, order[starts[owner] + within]], axis=1).astype(np.int64)


def _shares(dataset: Dataset, split: str, pairs: np.ndarray) -> np.ndarray:
    """The exact share of common runs of each (row of split, row of train)."""
    shares = [np.zeros(0)]
    for start in range(0, len(pairs), similar.AT_ONCE):
        some = pairs[start : start + similar.AT_ONCE]
        lefts, left = np.unique(some[:, 0], return_inverse=True)
        rights, right = np.unique(some[:, 1], return_inverse=True)
        ours = Batch(split, 0, picked(dataset.arrow(split), lefts)).question_words
        theirs = Batch("train", 0, picked(dataset.arrow("train"), rights)).question_words
        shares.append(similar.similarity(ours, left, theirs, right))
    return np.concatenate(shares)


CHECKS: tuple[type[Check], ...] = (ExactLeaks, NearLeaks, LongRuns)
