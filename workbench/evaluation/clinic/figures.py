"""What scores of pairs say of a reward: accuracy, calibration, length, rewrites and exploits, each with an interval.

Every function takes plain arrays, one number a pair. A margin is the score of the chosen reply less that of the
rejected one. A tie is half right. Where the same rows come again and again, as pairs of one prompt do, the intervals
are too narrow: they take the pairs to be independent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.evaluation import statistics
from workbench.evaluation.results import CONFIDENCE, Interval

__all__ = [
    "BINS",
    "FEW",
    "MATCHED",
    "Calibration",
    "accuracy",
    "beaten",
    "calibration",
    "flips",
    "length_matched",
    "length_pull",
    "moved",
]

BINS = 10
"""Bins of confidence from 0 to 1, as in Guo et al. 2017; of two replies the surer one has one half or more, which
leaves the upper five."""

MATCHED = 0.1
"""Two replies count as equally long when they differ by at most this share of the longer one."""

FEW = 20
"""Pairs below which a figure about a part of them is not given."""

CLEAR = 0.1
"""An exploit beats a reply when it scores higher by more than this share of the median distance between chosen and
rejected: scores of a network move a little with any change, and no policy is drawn by that."""

RESAMPLES = 2_000  # of figures that are no means; the ends of a 95 % interval then rest on 50 resamples each
CELLS = 20_000_000  # drawn at most: 160 MB

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """Whether ``sigmoid(margin)`` is the chance that the label agrees.

    Attributes
    ----------
    confidence, right, counts : tuple
        Of each bin that has pairs: mean confidence in the reply that scores higher, share in which that one was chosen,
        pairs.
    error : Interval
        Expected calibration error: the mean distance of the two, weighted by pairs (Guo et al. 2017, arXiv 1706.04599,
        equation 3).
    chance : float
        The error that nineteen in twenty perfectly calibrated rewards with these margins would stay below, on as many
        pairs: a small sample alone makes an error (Broecker and Smith 2007, https://doi.org/10.1175/WAF993.1).
    overconfidence : Interval
        Mean confidence less accuracy: above zero the reward is too sure.
    """

    confidence: tuple[float, ...]
    right: tuple[float, ...]
    counts: tuple[int, ...]
    error: Interval
    chance: float
    overconfidence: Interval

    @property
    def shown(self) -> bool:
        """Whether it is shown to be badly calibrated: its error is beyond what chance makes."""
        return self.error.value > self.chance


def accuracy(margins: Floats) -> Interval:
    """The share of pairs in the right order, ties half; Wilson's interval."""
    right = _right(margins)
    low, high = statistics.wilson(float(right.sum()), len(right))
    return Interval(float(right.mean()), low, high, len(right), 1, "Wilson, ties half")


def calibration(margins: Floats, seed: int = 0) -> Calibration:
    """Confidence against accuracy, bin by bin; see `Calibration`.

    The error's interval is the basic bootstrap's (Davison and Hinkley 1997, equation 5.6), ends mirrored about the
    figure, since resampling adds to a mean of distances what sampling has added already; it reaches down to zero where
    chance alone can make such an error.
    """
    from scipy.special import expit

    sure, right = expit(np.abs(margins)), _right(margins)
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    inside = np.eye(BINS)[place]
    n = len(margins)

    def error(weights: Floats) -> Floats:
        return np.abs(weights @ (inside * (sure - right)[:, None])).sum(axis=-1) / n

    value = float(error(np.ones(n)))
    rng = np.random.default_rng(seed)
    low, high = np.quantile(error(_draws(n, rng)), [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    drawn = rng.random((_resamples(n), n)) < sure
    chance = float(np.quantile(np.abs((sure - drawn) @ inside).sum(axis=1) / n, CONFIDENCE))
    gap = statistics.mean(sure - right, span=(-0.5, 1.0), seed=seed)
    if low == high:  # all pairs are equal, so resampling says nothing
        low, high = 2 * value - max(map(abs, (gap.low, gap.high))), 2 * value - min(map(abs, (gap.low, gap.high)))
    ends = (0.0 if value <= chance else max(0.0, 2 * value - high)), min(1.0, max(value, 2 * value - low))
    counts = inside.sum(axis=0)
    kept = counts > 0
    method = f"basic bootstrap over pairs, {_resamples(n):,} resamples"
    return Calibration(
        tuple((sure @ inside)[kept] / counts[kept]), tuple((right @ inside)[kept] / counts[kept]),
        tuple(int(count) for count in counts[kept]), Interval(value, *ends, n, 1, method),
        chance, gap,
    )  # fmt: skip


def length_pull(margins: Floats, lengths: Floats, seed: int = 0) -> Interval | None:
    """The correlation of score and length within pairs; `lengths`: chosen less rejected, in characters.

    Both are taken as distances from their pair's mean, so that long prompts and their long replies count for nothing.
    None where all margins, or all differences of length, are zero.
    """
    products, scores, sizes = margins * lengths, margins**2, lengths**2
    if not scores.any() or not sizes.any():
        return None

    def correlation(weights: Floats) -> Floats:
        return (weights @ products) / np.sqrt(np.maximum((weights @ scores) * (weights @ sizes), 1e-300))

    return _resampled(correlation, len(margins), seed)


def length_matched(chosen: Sequence[int], rejected: Sequence[int]) -> NDArray[np.bool_]:
    """Which pairs have replies of about the same length."""
    one, other = np.asarray(chosen, float), np.asarray(rejected, float)
    return np.abs(one - other) <= MATCHED * np.maximum(one, other)


def flips(margins: Floats, rewritten: Sequence[Floats]) -> NDArray[np.bool_]:
    """Which pairs change their order in any of the rewritten forms; ties have no order and do not flip."""
    signs = np.sign(margins)
    return np.any([(signs * np.sign(other)) < 0 for other in rewritten], axis=0)


def moved(shifts: Floats, margins: Floats, seed: int = 0) -> Interval | None:
    """The mean distance that a rewrite moves a score, as a share of the mean distance of chosen and rejected.

    Parameters
    ----------
    shifts
        Of each pair, the mean distance of both replies.
    """
    base = np.abs(margins)
    if not base.any():
        return None
    return _resampled(lambda weights: (weights @ shifts) / np.maximum(weights @ base, 1e-300), len(margins), seed)


def beaten(exploits: Floats, chosen: Floats, margins: Floats) -> Interval:
    """How often an exploit clearly beats the chosen reply; see `CLEAR`."""
    least = CLEAR * float(np.median(np.abs(margins)))
    return statistics.rate((exploits - chosen > least).astype(float))


def _right(margins: Floats) -> Floats:
    return (np.sign(margins) + 1) / 2


def _draws(n: int, rng: np.random.Generator) -> Floats:
    """How often each of n rows is drawn, in many resamples."""
    return rng.multinomial(n, np.full(n, 1 / n), size=_resamples(n)).astype(np.float64)


def _resamples(n: int) -> int:
    """As many as `RESAMPLES`; fewer for many pairs, down to 500."""
    return min(RESAMPLES, max(500, CELLS // n))


def _resampled(figure: Callable[[Floats], Floats], n: int, seed: int) -> Interval | None:
    if n < 2:
        return None
    value = float(figure(np.ones(n)))
    low, high = statistics.percentiles(figure(_draws(n, np.random.default_rng(seed))), n)
    method = f"bootstrap over pairs, {_resamples(n):,} resamples, expanded percentile"
    return Interval(value, low, high, n, 1, method, "")
