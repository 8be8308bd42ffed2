"""What a lesson expected, written down before its first recorded run, and what came out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.errors import InvalidInputError
from workbench.evaluation.statistics import over_seeds

__all__ = ["Outcome", "judge"]

SIGNS = {"+": 1, "-": -1}


@dataclass(frozen=True)
class Outcome:
    """The difference a - b over paired seeds, and what it says about a claim.

    Attributes
    ----------
    difference, low, high : float
        The mean difference with its 95 % t interval over seeds.
    n_seeds : int
        How many seeds.
    verdict : str
        ``"came out"``, ``"the opposite came out"`` or ``"not shown"``.
    """

    difference: float
    low: float
    high: float
    n_seeds: int
    verdict: str


def judge(a: Sequence[float], b: Sequence[float], direction: str) -> Outcome:
    """Judge a claim about ``a - b`` on one figure a seed.

    Parameters
    ----------
    a, b
        Figures of the same seeds in the same order, shape ``(n_seeds,)``.
    direction
        The sign that was expected of the difference: ``"+"`` or ``"-"``.

    Raises
    ------
    InvalidInputError
        For another direction, fewer than two seeds, or lists of different length.
    """
    if direction not in SIGNS:
        raise InvalidInputError(f"direction must be '+' or '-', got {direction!r}.")
    if len(a) != len(b) or len(a) < 2:
        raise InvalidInputError(f"A claim needs the same two or more seeds on both sides, got {len(a)} and {len(b)}.")
    found = over_seeds([x - y for x, y in zip(a, b, strict=True)], n_rows=0, span=None, unit="")
    ends = sorted(SIGNS[direction] * end for end in (found.low, found.high))
    verdict = "came out" if ends[0] > 0 else "the opposite came out" if ends[1] < 0 else "not shown"
    return Outcome(found.value, found.low, found.high, found.n_seeds, verdict)
