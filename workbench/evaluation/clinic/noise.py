"""How many labels look flipped: where a reward is sure, how often do they contradict it?

The model is Bradley and Terry's with labels that are flipped at a rate e (Chowdhury et al. 2024, arXiv 2403.00409): the
label agrees with the order of the scores with the chance ``e + (1 - 2 e) sigmoid(b |margin|)``. However far the scores
are apart, agreement stops at ``1 - e``. That is what confident learning counts (Northcutt et al. 2021, arXiv
1911.00068), with the doubt of the reward itself fitted beside it. One scale b holds for all pairs, so held-out pairs on
which the reward is right tell a flipped label from an unsure reward.

What no count of disagreements can tell apart is a flipped label and a reward that is sure and wrong. Held-out pairs
help there: where the reward is sure and right on them, contradictions in training are the labels'. A reward that was
trained on the very labels may have learnt some of the flipped ones by heart; the rate is then too low.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.evaluation.clinic.figures import FEW, accuracy
from workbench.evaluation.results import CONFIDENCE, Interval

__all__ = ["Noise", "noise"]

RATES = np.linspace(0, 0.5, 251)
SCALES = np.geomspace(0.02, 500, 80)  # over the root mean square of the margins
BLOCK = 2_000  # pairs whose chances are held at once: 320 MB
KNOWN = 0.35  # an interval wider than this tells too little: rates lie between none and half

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Noise:
    """The rate of labels that look flipped.

    Attributes
    ----------
    held_out : Interval
        Of the held-out pairs.
    training : Interval or None
        Of the training pairs, where they were given.
    agreement : Interval or None
        The share of training pairs in the reward's order.
    by_heart : bool
        Whether training pairs are in the reward's order more often than held-out ones, beyond doubt.
    sentence : str
    """

    held_out: Interval
    training: Interval | None
    agreement: Interval | None
    by_heart: bool
    sentence: str


def noise(held_out: Floats, training: Floats | None = None) -> Noise:
    """The rate of flipped labels among held-out and training pairs, from their margins.

    Intervals are those of the profile likelihood; they reach from 0 to 50 % where nothing is known, as with a reward
    that is right in every second pair.
    """
    sets = [held_out] if training is None else [held_out, training]
    rates = _rates(sets)
    here, there = rates[0], rates[1] if training is not None else None
    agreement = accuracy(training) if training is not None else None
    by_heart = agreement is not None and agreement.low > accuracy(held_out).high
    return Noise(here, there, agreement, by_heart, _sentence(here, there, agreement, held_out, by_heart))


def _rates(sets: list[Floats]) -> list[Interval]:
    """One rate a set; the scale is that of all together."""
    everything = np.concatenate(sets)
    spread = float(np.sqrt(np.mean(everything**2)))
    ordered = [margins[margins != 0] / (spread or 1.0) for margins in sets]
    tables = [_log_likelihood(margins) for margins in ordered]
    found = []
    for at, (table, margins) in enumerate(zip(tables, sets, strict=True)):
        others = sum((other.max(axis=1) for number, other in enumerate(tables) if number != at), np.zeros(len(SCALES)))
        profile = (table + others[:, None]).max(axis=0)
        inside = RATES[2 * (profile.max() - profile) <= _cut()]
        best = float(RATES[int(profile.argmax())])
        found.append(
            Interval(best, float(inside[0]), float(inside[-1]), len(margins), 1, "profile likelihood", "%", CONFIDENCE)
        )
    return found


def _log_likelihood(margins: Floats) -> Floats:
    """Of shape ``(scales, rates)``."""
    from scipy.special import expit

    total = np.zeros((len(SCALES), len(RATES)))
    for start in range(0, len(margins), BLOCK):
        part = margins[start : start + BLOCK]
        agree = expit(SCALES[:, None] * part[None, :])  # the label's side is the positive one
        for number, rate in enumerate(RATES):
            total[:, number] += np.log(np.maximum(rate + (1 - 2 * rate) * agree, 1e-12)).sum(axis=1)
    return total


def _cut() -> float:
    from scipy.special import chdtri

    return float(chdtri(1, 1 - CONFIDENCE))


def _sentence(
    here: Interval, there: Interval | None, agreement: Interval | None, held_out: Floats, by_heart: bool
) -> str:
    if len(held_out) < FEW:
        return f"Only {len(held_out)} held-out pairs: nothing can be said about flipped labels."
    if accuracy(held_out).low <= 0.5:
        return (
            "Whether labels are flipped cannot be told: held-out pairs are in the reward's order no more often than "
            "chance may put them."
        )
    if there is None or agreement is None:
        if not _known(here):
            return (
                f"Flipped labels among the held-out pairs cannot be told from a reward that is unsure: {_span(here)}."
            )
        if here.low <= 0.01:
            return f"No sign of flipped labels among the held-out pairs: {_span(here)} contradict it where it is sure."
        return (
            f"Where the reward is sure, {_span(here)} of the held-out labels contradict it: they are flipped, or it is "
            f"sure and wrong. Accuracy against labels flipped at that rate ends at {1 - here.value:.0%}."
        )
    if by_heart:
        return (
            "The reward puts training pairs in order more often than held-out ones, so it has learnt some of their "
            f"labels by heart: the {_span(there)} that look flipped are too few. Held-out labels: {_span(here)}."
        )
    if not _known(there):
        return f"Flipped training labels cannot be told from a reward that is unsure: {_span(there)}."
    if there.low <= 0.01:
        return f"No sign of flipped training labels: {_span(there)} contradict the reward where it is sure."
    if here.high < there.low:
        return (
            f"About {_span(there)} of the training labels look flipped: where the reward is sure they contradict it, "
            f"and of the held-out labels {_span(here)} do."
        )
    return (
        f"Where the reward is sure, {_span(there)} of the training labels contradict it, and {_span(here)} of the "
        "held-out ones, not shown to be fewer: labels are flipped in the training pairs or in both, or the reward is "
        "sure and wrong. Look at the worst pairs."
    )


def _known(rate: Interval) -> bool:
    return rate.high - rate.low <= KNOWN


def _span(rate: Interval) -> str:
    return f"{100 * rate.value:.0f} % [{100 * rate.low:.0f}, {100 * rate.high:.0f}]"
