"""How often the clinic's intervals hold what they are about, on pairs whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from workbench.evaluation.clinic import figures
from workbench.evaluation.clinic.noise import noise

pytestmark = pytest.mark.slow

TIMES = 200


def margins(draw: np.random.Generator, n: int, rate: float, scale: float) -> np.ndarray:
    """Of a reward whose scores are log odds, times `scale`, and labels flipped at a rate."""
    true = draw.normal(0, 3, n)
    label = (draw.random(n) < expit(true)) ^ (draw.random(n) < rate)
    return scale * np.where(label, true, -true)


def share(hits: list[bool]) -> float:
    return float(np.mean(hits))


@pytest.mark.parametrize("rate", [0.0, 0.02, 0.1, 0.3])
@pytest.mark.parametrize("n", [150, 500])
def test_the_rate_of_flipped_labels(rate, n):
    draw, alone, beside = np.random.default_rng(1), [], []
    for _ in range(TIMES):
        found = noise(margins(draw, 200, 0.0, 1.7), margins(draw, n, rate, 1.7))
        assert found.training is not None
        beside.append(found.training.low - 1e-9 <= rate <= found.training.high + 1e-9)
        here = noise(margins(draw, n, rate, 0.6)).held_out
        alone.append(here.low - 1e-9 <= rate <= here.high + 1e-9)
    assert share(alone) >= 0.91
    assert share(beside) >= 0.91


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_calibration_error_and_overconfidence(scale):
    draw = np.random.default_rng(2)
    many = np.abs(draw.normal(0, 3, 400_000))
    sure, right = expit(scale * many), expit(many)
    place = np.minimum((sure * figures.BINS).astype(int), figures.BINS - 1)
    error = np.abs(np.bincount(place, sure - right)).sum() / len(many)
    gap = float((sure - right).mean())
    hits: dict[str, list[bool]] = {"error": [], "gap": [], "shown": []}
    for seed in range(TIMES):
        found = figures.calibration(margins(draw, 500, 0.0, scale), seed)
        hits["error"].append(found.error.low <= error <= found.error.high)
        hits["gap"].append(found.overconfidence.low <= gap <= found.overconfidence.high)
        hits["shown"].append(found.shown)
    assert share(hits["gap"]) >= 0.92
    assert share(hits["error"]) >= 0.85, "a mean of distances has no exact interval"
    assert share(hits["shown"]) <= 0.09 if scale == 1 else share(hits["shown"]) >= 0.95


def test_accuracy_and_length_pull():
    draw, right, pulled = np.random.default_rng(3), [], []
    for seed in range(TIMES):
        found = figures.accuracy(np.where(draw.random(120) < 0.9, 1.0, -1.0))
        right.append(found.low <= 0.9 <= found.high)
        lengths = draw.normal(0, 50, 120)
        pull = figures.length_pull(0.6 * lengths / 50 + 0.8 * draw.normal(size=120), lengths, seed)
        assert pull is not None
        pulled.append(pull.low <= 0.6 <= pull.high)
    assert share(right) >= 0.92
    assert share(pulled) >= 0.91
