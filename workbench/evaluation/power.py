"""What a number of rows could show: the smallest true difference that the paired tests find four times in five.

"No difference shown" means little without it: 20 rows cannot show 5 points. It is computed from how much the rows vary,
never from the difference that was found, which would only say the p value once more (Hoenig and Heisey 2001,
https://doi.org/10.1198/000313001300339897).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from workbench.evaluation.results import CONFIDENCE, POWER

__all__ = ["ASSUMED", "POWER", "detectable_mean", "detectable_rate", "power_of_mcnemar"]

ASSUMED = 0.2
"""The share of rows on which two systems are taken to differ where no second one has been seen."""

_TAIL = 5.0  # standard deviations of the number of rows that differ that are looked at


@lru_cache(maxsize=1024)
def detectable_rate(n: int, differ: float = ASSUMED, *, power: float = POWER, confidence: float = CONFIDENCE) -> float:
    """The smallest true difference of two paired rates that the exact McNemar test shows with this power.

    Parameters
    ----------
    n
        Rows.
    differ
        The share of rows on which one system is right and the other wrong, 0 to 1, as it was seen. Where the
        difference looked for is larger, that share is taken to be as large as the difference.

    Returns
    -------
    float
        A share, 0 to 1; NaN where so few rows can show nothing.
    """
    if not 0 <= differ <= 1:
        raise ValueError(f"The share of rows that differ must be 0 to 1, got {differ}.")
    if power_of_mcnemar(n, 1.0, 1.0, confidence=confidence) < power:
        return math.nan

    def enough(gap: float) -> bool:
        return power_of_mcnemar(n, gap, max(differ, gap), confidence=confidence) >= power

    return _smallest(enough, 0.0, 1.0)


def power_of_mcnemar(n: int, gap: float, differ: float, *, confidence: float = CONFIDENCE) -> float:
    """How often the exact McNemar test shows that two rates differ, where they truly do by `gap`.

    Each of the `n` rows differs with the chance `differ`, and then favours the better system with the chance
    ``(1 + gap / differ) / 2``. Source: Duffy 1984, https://doi.org/10.2307/2531151, the unconditional exact power.
    """
    from scipy.special import betainc, gammaln, xlog1py, xlogy

    centre, spread = n * differ, _TAIL * math.sqrt(n * differ * (1 - differ)) + 1
    counts = np.arange(max(0, math.floor(centre - spread)), min(n, math.ceil(centre + spread)) + 1, dtype=np.float64)
    chances = np.exp(
        gammaln(n + 1) - gammaln(counts + 1) - gammaln(n - counts + 1)
        + xlogy(counts, differ) + xlog1py(n - counts, -differ)
    )  # fmt: skip
    edges = _edges(counts, (1 - confidence) / 2)
    can = edges >= 0
    counts, chances, edges = counts[can], chances[can], edges[can]
    favour = (1 + gap / differ) / 2 if differ else 0.5
    # At most `edges` wins, or at most `edges` losses: binomial tails, as incomplete beta functions.
    shown = betainc(counts - edges, edges + 1, 1 - favour) + betainc(counts - edges, edges + 1, favour)
    return float(chances @ shown)


def _edges(counts: np.ndarray, tail: float) -> np.ndarray:
    """The most losses among so many rows that differ at which the test still rejects; -1 where it never does."""
    from scipy.special import bdtrik, betainc

    edges = np.floor(np.nan_to_num(bdtrik(tail, counts, 0.5), nan=-1.0)) + 1
    for _ in range(3):  # the inverse is off by one at times
        at = np.clip(edges, 0, np.maximum(counts - 1, 0))
        edges -= (edges >= 0) & ((counts == 0) | (betainc(np.maximum(counts - at, 1), at + 1, 0.5) > tail))
    return edges


def detectable_mean(spread: float, n: int, *, power: float = POWER, confidence: float = CONFIDENCE) -> float:
    """The smallest true mean difference that a paired t test of `n` rows shows with this power.

    The permutation test of signs, which is the one used, has the same power in all but very small samples
    (Hoeffding 1952, https://doi.org/10.1214/aoms/1177729436).

    Parameters
    ----------
    spread
        The standard deviation of the differences, row by row, in the metric's own unit.

    Returns
    -------
    float
        In the unit of `spread`; NaN for fewer than six rows, or where no row differs, which tells no spread.
    """
    from scipy.special import nctdtr, stdtrit

    if n < 6 or spread <= 0:
        return math.nan
    edge = float(stdtrit(n - 1, (1 + confidence) / 2))

    def enough(shift: float) -> bool:
        return 1 - float(nctdtr(n - 1, shift, edge)) >= power

    return _smallest(enough, 0.0, 20.0) * spread / math.sqrt(n)


def _smallest(enough: Callable[[float], bool], low: float, high: float) -> float:
    """The smallest number that is enough, by halving; `high` is taken to be."""
    for _ in range(20):  # to a millionth
        middle = (low + high) / 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
