"""Parts of the pairs on which a reward is right less often than on the others.

Each is held against all other pairs by Fisher's exact test, and the p values are adjusted for how many parts were
looked at (Holm), as `workbench.evaluation.slices` does for systems.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.errors import InvalidInputError
from workbench.evaluation.clinic.figures import FEW, accuracy
from workbench.evaluation.results import CONFIDENCE, Interval
from workbench.evaluation.slices import parts_of_column
from workbench.evaluation.statistics import holm
from workbench.settings import nearest

__all__ = ["LENGTHS", "PairSlice", "pair_slices"]

LENGTHS = ("prompt length", "chosen length", "rejected length")
"""Columns made here, in characters."""


@dataclass(frozen=True)
class PairSlice:
    """Pairs with one value of one column.

    Attributes
    ----------
    found : Interval
        Their accuracy.
    p_value, adjusted : float
        Of the difference to all other pairs, alone and among all parts looked at.
    """

    column: str
    value: str
    found: Interval
    rest: float
    p_value: float
    adjusted: float

    @property
    def worse(self) -> bool:
        """Whether the reward is shown to be right less often here than elsewhere."""
        return self.found.value < self.rest and self.adjusted <= 1 - CONFIDENCE


def pair_slices(
    margins: NDArray[np.float64], columns: Mapping[str, Sequence[Any]], names: Sequence[str] | None = None
) -> list[PairSlice]:
    """Every part of at least `FEW` pairs (and as many others), the surest weakness first.

    Raises
    ------
    InvalidInputError
        For the name of a column that is not there.
    """
    for name in names or ():
        if name not in columns:
            raise InvalidInputError(
                f"The pairs have no column {name!r}{nearest(name, columns)}. They have {', '.join(columns)}."
            )
    looked, seen = [], set()
    for name in columns if names is None else names:
        for value, places in parts_of_column(columns[name], " characters" if name in LENGTHS else ""):
            key = frozenset(places)
            if FEW <= len(places) <= len(margins) - FEW and key not in seen:
                seen.add(key)
                looked.append((name, value, places))
    tests = [_held_against_others(margins, places) for _, _, places in looked]
    adjusted = holm([p_value for _, p_value in tests])
    found = [
        PairSlice(name, value, accuracy(margins[places]), rest, p_value, p_adjusted)
        for (name, value, places), (rest, p_value), p_adjusted in zip(looked, tests, adjusted, strict=True)
    ]
    return sorted(found, key=lambda each: (each.found.value >= each.rest, each.p_value if each.found.value < each.rest
                                           else -each.p_value))  # fmt: skip


def _held_against_others(margins: NDArray[np.float64], places: Sequence[int]) -> tuple[float, float]:
    """Accuracy of all other pairs, and the p value; ties count as wrong in the test."""
    from scipy.stats import fisher_exact

    inside = np.zeros(len(margins), bool)
    inside[list(places)] = True
    right = margins > 0
    table = [[int((right & part).sum()), int((~right & part).sum())] for part in (inside, ~inside)]
    return accuracy(margins[~inside]).value, float(fisher_exact(table).pvalue)
