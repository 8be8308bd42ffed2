"""Pairs from which nothing, or only length, can be learnt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from workbench.data.checks.base import Check, Flagged, Rows
from workbench.data.checks.view import Batch
from workbench.data.findings import Finding

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset

__all__ = ["CHECKS", "wilson"]

#: Pairs below which a share says too little, and the share from which a preference is one for length.
ENOUGH, LEANING = 30, 0.6


class IdenticalPairs(Flagged):
    """Chosen and rejected are equal in every character."""

    name, kind, severity = "identical_pairs", "identical pair", "error"
    message = "chosen and rejected are the same, so the pair prefers nothing."
    remedy = "Take the rows out, or put the right answers in."
    repair = "drop the rows"

    def applies(self) -> bool:
        return self.dataset.type == "preference"

    def scan(self, batch: Batch) -> Rows:
        same = pc.equal(batch.column_text("chosen"), batch.column_text("rejected"))
        return {batch.start + int(at): "" for at in np.flatnonzero(same.to_numpy(zero_copy_only=False))}


class ChosenLonger(Check):
    """The chosen answer is the longer (or the shorter) one far more often than not."""

    name, kind = "chosen_longer", "preference for length"
    remedy = "Add pairs in which the other one is the better answer, or compare with a length-controlled score."

    def __init__(self, dataset: Dataset, schema: Mapping[str, Any] | None = None):
        super().__init__(dataset, schema)
        self.signs = np.zeros(0, np.int8)

    def applies(self) -> bool:
        return self.dataset.type == "preference"

    def scan(self, batch: Batch) -> Any:
        chosen, rejected = (pc.utf8_length(batch.answer_text(name)).to_numpy() for name in ("chosen", "rejected"))
        return np.sign(chosen.astype(np.int64) - rejected).astype(np.int8)

    def collect(self, split: str, seen: list[Any]) -> None:
        if split == "train":
            self.signs = np.concatenate([np.zeros(0, np.int8), *seen])

    def findings(self) -> Iterable[Finding]:
        for sign, word in ((1, "longer"), (-1, "shorter")):
            wins, n = int((self.signs == sign).sum()), int((self.signs != 0).sum())
            if n < ENOUGH:
                return
            low, high = wilson(wins, n)
            if low > LEANING:
                said = (
                    f"the chosen answer is the {word} one in {wins / n:.0%} of {n:,} pairs (95 % interval {low:.0%} to "
                    f"{high:.0%}), so length alone can be learnt instead of quality."
                )
                yield self.finding("train", np.flatnonzero(self.signs == sign), said)


def wilson(wins: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % Wilson interval of a share."""
    share, spread = wins / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * (share * (1 - share) / n + spread / (4 * n)) ** 0.5
    return middle - half, middle + half


CHECKS: tuple[type[Check], ...] = (IdenticalPairs, ChosenLonger)
