"""How far two series of preferences agree on the pairs that both saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.evaluation.results import Interval
from workbench.evaluation.statistics import kappa, rate

__all__ = ["Pairing", "pairing"]

RESAMPLES = 2000


@dataclass(frozen=True)
class Pairing:
    """How far two series of labels on the same pairs agree.

    Attributes
    ----------
    n
        Pairs that both labelled; ties count as a label, skipped pairs do not.
    same
        The share on which they agree, with Wilson's interval; None without pairs.
    kappa, low, high
        Cohen's kappa, with a bootstrap interval over pairs; NaN where it is not defined.
    apart
        The rows on which they disagree.
    """

    n: int
    same: Interval | None
    kappa: float
    low: float
    high: float
    apart: tuple[int, ...]

    @property
    def sentence(self) -> str:
        """The finding in words."""
        if self.same is None:
            return "no pair labelled twice yet"
        beyond = (
            "" if self.kappa != self.kappa else f", Cohen's kappa {self.kappa:.2f} [{self.low:.2f}, {self.high:.2f}]"
        )
        return f"{self.same.value:.0%} of {self.n} pair{'' if self.n == 1 else 's'}{beyond}"


def pairing(one: Mapping[int, str], other: Mapping[int, str]) -> Pairing:
    """How far two series of preferences agree on the rows they share."""
    rows = sorted(set(one) & set(other))
    mine, theirs = [one[row] for row in rows], [other[row] for row in rows]
    if not rows:
        return Pairing(0, None, float("nan"), float("nan"), float("nan"), ())
    low, high = _kappa_interval(mine, theirs)
    same = rate([float(a == b) for a, b in zip(mine, theirs, strict=True)])
    apart = tuple(row for row, a, b in zip(rows, mine, theirs, strict=True) if a != b)
    return Pairing(len(rows), same, kappa(mine, theirs), low, high, apart)


def _kappa_interval(mine: Sequence[str], theirs: Sequence[str]) -> tuple[float, float]:
    """Bootstrap over pairs, of those draws for which kappa is defined."""
    a, b = (np.array([("a", "b", "tie").index(each) for each in side]) for side in (mine, theirs))
    draws = np.random.default_rng(0).integers(0, len(a), (RESAMPLES, len(a)))
    same = (a == b)[draws].mean(1)
    chance = sum((a == kind)[draws].mean(1) * (b == kind)[draws].mean(1) for kind in range(3))
    defined = np.asarray(chance) < 1
    if not defined.any():
        return float("nan"), float("nan")
    found = (same[defined] - chance[defined]) / (1 - chance[defined])
    low, high = np.quantile(found, [0.025, 0.975]).tolist()
    return low, high
