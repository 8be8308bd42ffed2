"""How sure a figure is: intervals and tests, each of which names its rows, its seeds and its method.

Rows and seeds are two different doubts. An interval over *rows* says how the figure would move with other rows of the
same kind, for this one training; an interval over *seeds* says how it would move if the same recipe were trained again.
Nothing here says anything about rows of another kind.

All systems answer the same rows, so differences are paired: row by row, then resampled. A difference counts as *shown*
when its interval leaves out zero and an exact test agrees; the bootstrap alone is too sure of itself where only a
handful of rows differ.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.evaluation.results import CONFIDENCE, EXACT, Difference, Interval

__all__ = [
    "CONFIDENCE",
    "Difference",
    "Interval",
    "holm",
    "kappa",
    "mcnemar",
    "mean",
    "over_seeds",
    "paired_difference",
    "percentiles",
    "rate",
    "sign_flip",
    "wilson",
]

RESAMPLES = 10_000

_BLOCK = 4_000_000  # row numbers drawn at once: 32 MB
_DRAWS = 40_000_000  # row numbers drawn in all
_EXACT = 13  # up to so many rows that differ, all 2**n sign flips are tried

Floats = NDArray[np.float64]
Span = tuple[float, float] | None


def wilson(count: float, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The Wilson score interval of a rate, `count` of `n`.

    Source: Wilson 1927; recommended for small n by Brown, Cai and DasGupta 2001,
    https://doi.org/10.1214/ss/1009213286.

    Raises
    ------
    ValueError
        Unless ``0 <= count <= n`` and n is at least 1.
    """
    if n < 1 or not 0 <= count <= n:
        raise ValueError(f"A rate needs 0 <= count <= n and n >= 1, got {count} of {n}.")
    z = _normal((1 + confidence) / 2)
    p, z2 = count / n, z * z
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return (0.0 if count == 0 else centre - half), (1.0 if count == n else centre + half)


def rate(passed: ArrayLike, *, n_seeds: int = 1, confidence: float = CONFIDENCE) -> Interval:
    """The share of rows that passed (0 or 1 each), with its Wilson interval."""
    values = _rows(passed)
    low, high = wilson(float(values.sum()), len(values), confidence)
    return Interval(float(values.mean()), low, high, len(values), n_seeds, "Wilson", "%", confidence)


def mean(
    values: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    span: Span = None,
    unit: str = "%",
    seed: int = 0,
    confidence: float = CONFIDENCE,
) -> Interval:
    """The mean of a score over rows, with a bootstrap interval.

    Parameters
    ----------
    values
        One score a row, shape ``(n,)``.
    weights
        How much each row counts, shape ``(n,)``: bytes, for bits per byte. The whole is then a ratio of two sums.
    span
        The lowest and highest possible score. Where all rows are equal the bootstrap would claim certainty; with a
        span the interval instead allows that unseen rows differ, in a share of at most Wilson's bound for 0 of n.
    seed
        Of the resampling. The same values and seed give the same interval.

    Notes
    -----
    The percentile interval, widened for small n as by Hesterberg 2015 (https://arxiv.org/abs/1411.5279, "expanded
    percentile"), so that it is about as wide as Student's.
    """
    scores = _rows(values)
    value, low, high, method = _bootstrap(scores, _weights(weights, len(scores)), span, seed, confidence)
    return Interval(value, low, high, len(scores), 1, method, unit, confidence)


def paired_difference(
    a: ArrayLike,
    b: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    span: Span = None,
    unit: str = "%",
    higher_is_better: bool = True,
    seed: int = 0,
    confidence: float = CONFIDENCE,
) -> Difference:
    """How much b differs from a on the same rows: paired bootstrap over rows, and an exact test.

    Parameters
    ----------
    a, b
        One score a row, both of shape ``(n,)``, row for row.
    weights, span, seed, confidence
        As for `mean`.

    Returns
    -------
    Difference
        Of ``b - a``. Its test is McNemar's where all scores are 0 or 1, else a permutation test that flips signs.

    Raises
    ------
    ValueError
        When the two do not have the same number of rows.
    """
    first, second = _rows(a), _rows(b)
    if len(first) != len(second):
        raise ValueError(f"Paired scores need the same rows, got {len(first)} and {len(second)}.")
    share = _weights(weights, len(first))
    differences = second - first
    width = None if span is None else (span[0] - span[1], span[1] - span[0])
    value, low, high, method = _bootstrap(differences, share, width, seed, confidence)
    gains = differences if higher_is_better else -differences
    wins, losses = int((gains > 0).sum()), int((gains < 0).sum())
    if weights is None and np.isin(first, (0, 1)).all() and np.isin(second, (0, 1)).all():
        test, p_value = EXACT, mcnemar(wins, losses)
    else:
        test, p_value = "permutation test", sign_flip(differences * share, seed=seed)
    n = len(differences)
    spread = float(np.std((differences - value) * share / share.mean(), ddof=1)) if np.ptp(differences) else 0.0
    return Difference(
        value, low, high, p_value, wins, losses, n - wins - losses, n, 1, f"paired {method}", test, unit,
        higher_is_better, confidence, spread,
    )  # fmt: skip


def mcnemar(wins: int, losses: int) -> float:
    """Two-sided p of the exact McNemar test: the rows on which two systems differ, as fair coins.

    Source: McNemar 1947, https://doi.org/10.1007/BF02295996; exact form from the binomial distribution.
    """
    from scipy.special import bdtr

    n = wins + losses
    return min(1.0, 2 * float(bdtr(min(wins, losses), n, 0.5))) if n else 1.0


def sign_flip(differences: ArrayLike, *, resamples: int | None = None, seed: int = 0) -> float:
    """Two-sided p of the paired permutation test: had the two systems swapped names row by row, how often so far apart?

    Exact up to 13 rows that differ; beyond that from `resamples` random flips (10,000; fewer for many rows), counting
    the observed one.
    """
    values = _rows(differences)
    values = values[values != 0]
    if not len(values):
        return 1.0
    observed = abs(values.sum()) * (1 - 1e-9)  # sums of the same numbers in another order may differ in the last bit
    if len(values) <= _EXACT:
        signs = np.array(list(itertools.product((-1.0, 1.0), repeat=len(values))))
        return float((np.abs(signs @ values) >= observed).mean())
    rng, extreme = np.random.default_rng(seed), 0
    resamples = _resamples(len(values)) if resamples is None else resamples
    for count in _blocks(resamples, len(values)):
        signs = rng.integers(0, 2, (count, len(values)), dtype=np.int8) * 2 - 1
        extreme += int((np.abs(signs @ values) >= observed).sum())
    return (extreme + 1) / (resamples + 1)


def kappa(a: Sequence[object], b: Sequence[object]) -> float:
    """Cohen's kappa: how far two judges agree beyond what chance would give them; 1 is full agreement, 0 is chance.

    Source: Cohen 1960, https://doi.org/10.1177/001316446002000104. NaN where both say the same of everything, since
    chance would agree as often.

    Raises
    ------
    ValueError
        Unless both judged the same number of things, at least one.
    """
    if len(a) != len(b) or not a:
        raise ValueError(f"Agreement needs the same one or more things judged by both, got {len(a)} and {len(b)}.")
    n = len(a)
    observed = sum(x == y for x, y in zip(a, b, strict=True)) / n
    first, second = Counter(a), Counter(b)
    chance = sum(first[label] * second[label] for label in first) / n**2
    return (observed - chance) / (1 - chance) if chance < 1 else math.nan


def percentiles(resampled: Floats, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The interval of a figure from its values on resamples of n rows (2 or more): the percentiles of `mean`."""
    from scipy.special import ndtr, stdtrit

    tail = float(ndtr(stdtrit(n - 1, (1 - confidence) / 2) * math.sqrt(n / (n - 1))))
    low, high = np.quantile(resampled, [tail, 1 - tail])
    return float(low), float(high)


def over_seeds(
    values: ArrayLike, *, n_rows: int, span: Span = (0.0, 1.0), unit: str = "%", confidence: float = CONFIDENCE
) -> Interval:
    """The mean of one figure over trainings with different seeds, with Student's t interval.

    Parameters
    ----------
    values
        One figure a seed, shape ``(n_seeds,)``; differences between two paired recipes will do as well.
    n_rows
        The rows each was measured on.
    span
        The interval is cut there; None leaves it. Where all seeds gave the same figure, Student's interval would claim
        certainty; with a span it is then Wilson's for a rate of `n_rows` rows.
    """
    figures = _rows(values)
    n, value = len(figures), float(figures.mean())
    if n == 1:
        return Interval(value, math.nan, math.nan, n_rows, 1, "one seed gives no interval", unit, confidence)
    if span is not None and n_rows and (figures == figures[0]).all():
        width = span[1] - span[0]
        ends = wilson((value - span[0]) / width * n_rows, n_rows, confidence)
        low, high = (span[0] + width * end for end in ends)
        return Interval(value, low, high, n_rows, n, "all seeds are equal: Wilson over rows", unit, confidence)
    from scipy.special import stdtrit

    half = float(stdtrit(n - 1, (1 + confidence) / 2)) * float(figures.std(ddof=1)) / math.sqrt(n)
    low, high = value - half, value + half
    if span is not None:
        low, high = max(low, span[0]), min(high, span[1])
    return Interval(value, low, high, n_rows, n, "Student's t over seeds", unit, confidence)


def holm(p_values: Sequence[float]) -> list[float]:
    """p values adjusted for making several comparisons at once, in the order given.

    Source: Holm 1979, https://www.jstor.org/stable/4615733.
    """
    adjusted, running = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        running = max(running, min(1.0, p_values[index] * (len(p_values) - rank)))
        adjusted[index] = running
    return adjusted


def _bootstrap(
    values: Floats, weights: Floats, span: Span, seed: int, confidence: float
) -> tuple[float, float, float, str]:
    """Weighted mean, interval, and the method's name."""
    n = len(values)
    value = float(values @ weights / weights.sum())
    if (values == values[0]).all():
        if span is None:
            return value, value, value, "interval: all rows are equal, which leaves it empty"
        unseen = wilson(0, n, confidence)[1]
        low, high = value - unseen * (value - span[0]), value + unseen * (span[1] - value)
        return value, low, high, "interval: all rows are equal, Wilson's bound on rows unseen"
    means = _resampled(values, weights, seed)
    low, high = percentiles(means, n, confidence)
    return value, low, high, f"bootstrap over rows, {len(means):,} resamples, expanded percentile"


def _resampled(values: Floats, weights: Floats, seed: int) -> Floats:
    """The weighted means of many draws of n rows with replacement."""
    rng, n = np.random.default_rng(seed), len(values)
    weighted, even = values * weights, bool((weights == weights[0]).all())
    parts = []
    for count in _blocks(_resamples(n), n):
        rows = rng.integers(0, n, (count, n))
        parts.append(weighted[rows].sum(axis=1) / (n * weights[0] if even else weights[rows].sum(axis=1)))
    return np.concatenate(parts)


def _resamples(n: int) -> int:
    """As many as `RESAMPLES`; fewer for many rows, down to 1,000, so that a figure takes a second at most."""
    return min(RESAMPLES, max(1_000, _DRAWS // n))


def _blocks(resamples: int, n: int) -> list[int]:
    """Numbers of resamples to draw at once, so that memory stays bounded."""
    size = max(1, _BLOCK // n)
    return [min(size, resamples - start) for start in range(0, resamples, size)]


def _rows(values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or not len(array) or not np.isfinite(array).all():
        raise ValueError(f"One finite number a row is needed, at least one row; got shape {array.shape}: {array!r:.80}")
    return array


def _weights(weights: ArrayLike | None, n: int) -> Floats:
    if weights is None:
        return np.ones(n)
    array = _rows(weights)
    if len(array) != n or (array <= 0).any():
        raise ValueError(f"Weights must be above 0, one for each of the {n} rows; got {len(array)}.")
    return array


def _normal(q: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(q))
