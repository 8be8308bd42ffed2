"""The figures of the reward clinic: each against hand numbers, scipy, or a second way to work it out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats
from scipy.special import expit, logit

from workbench.errors import InvalidInputError
from workbench.evaluation import statistics
from workbench.evaluation.clinic import drawings, figures, rewrites
from workbench.evaluation.clinic.noise import noise
from workbench.evaluation.clinic.slicing import pair_slices
from workbench.evaluation.clinic.verdict import ENOUGH, LEAST_ACCURACY, MOST_BEATEN, MOST_FLIPPED, Finding, judged
from workbench.evaluation.drawings import ticks
from workbench.evaluation.results import Interval


@pytest.fixture
def draw() -> np.random.Generator:
    return np.random.default_rng(0)


def interval(low: float, high: float, n: int = 100) -> Interval:
    return Interval((low + high) / 2, low, high, n, 1, "")


def test_ties_are_half_right():
    found = figures.accuracy(np.array([2.0, 0.5, 0.0, -1.0]))
    assert found.value == 0.625
    assert (found.low, found.high) == statistics.wilson(2.5, 4)


def test_calibration_by_hand():
    # Four pairs 60 % sure of which three are right, and two 95 % sure of which one is right.
    margins = np.array([1, 1, 1, -1]) * logit(0.65)
    margins = np.append(margins, np.array([1, -1]) * logit(0.95))
    found = figures.calibration(margins)
    assert found.counts == (4, 2)
    assert found.confidence == pytest.approx((0.65, 0.95))
    assert found.right == pytest.approx((0.75, 0.5))
    assert found.error.value == pytest.approx((4 * 0.10 + 2 * 0.45) / 6)
    assert found.overconfidence.value == pytest.approx((4 * 0.65 + 2 * 0.95) / 6 - 4 / 6)
    assert found.error.low <= found.error.value <= found.error.high


def test_calibrated_margins_are_not_called_badly_calibrated_and_doubled_ones_are(draw):
    true = draw.normal(0, 2, 800)
    margins = np.where(draw.random(800) < expit(true), true, -true)
    assert not figures.calibration(margins).shown
    assert figures.calibration(margins).error.low == 0
    doubled = figures.calibration(3 * margins)
    assert doubled.shown
    assert doubled.overconfidence.low > 0


def test_length_pull_is_the_correlation_after_taking_off_each_pairs_mean(draw):
    scores, sizes = draw.normal(size=(60, 2)), draw.integers(20, 200, (60, 2)).astype(float)
    scores += sizes / 50 + draw.normal(0, 30, (60, 1))  # the prompt's own level must not matter
    level = [(each - each.mean(axis=1, keepdims=True)).ravel() for each in (scores, sizes)]
    found = figures.length_pull(scores[:, 0] - scores[:, 1], sizes[:, 0] - sizes[:, 1])
    assert found.value == pytest.approx(stats.pearsonr(*level).statistic)
    assert 0 < found.low < found.value < found.high < 1
    assert figures.length_pull(np.zeros(5), np.ones(5)) is None
    assert figures.length_pull(np.ones(5), np.zeros(5)) is None


def test_length_matched_by_hand():
    assert figures.length_matched([100, 100, 10, 0], [91, 89, 10, 0]).tolist() == [True, False, True, True]


def test_flips_and_moved_by_hand():
    margins = np.array([1.0, -1.0, 0.0, 2.0])
    turned = figures.flips(margins, [np.array([1.0, 1.0, 5.0, 2.0]), np.array([0.0, -1.0, -5.0, -0.1])])
    assert turned.tolist() == [False, True, False, True], "a tie has no order to lose, nor gains one by a flip"
    assert figures.moved(np.array([0.5, 0.5, 0.0, 1.0]), margins).value == pytest.approx(2 / 4)
    assert figures.moved(np.ones(3), np.zeros(3)) is None


def test_an_exploit_wins_only_clearly():
    chosen, margins = np.zeros(4), np.array([1.0, -1.0, 1.0, 1.0])
    found = figures.beaten(np.array([0.05, 0.2, -3.0, 0.1]), chosen, margins)
    assert found.value == 0.25, "a tenth of the median margin is no win"
    assert (found.low, found.high) == statistics.wilson(1, 4)


@pytest.mark.parametrize("rate", [0.0, 0.15, 0.3])
def test_noise_is_what_a_general_optimiser_finds(rate, draw):
    true = draw.normal(0, 3, 600)
    label = (draw.random(600) < expit(true)) ^ (draw.random(600) < rate)
    margins = np.where(label, true, -true)

    def loss(at):
        return -np.log(at[0] + (1 - 2 * at[0]) * expit(math.exp(at[1]) * margins)).sum()

    starts = [(0.05, 0.0), (0.3, 1.0)]
    best = min((optimize.minimize(loss, s, bounds=[(1e-6, 0.5), (-3, 3)]) for s in starts), key=lambda r: r.fun)
    found = noise(margins)
    assert found.held_out.value == pytest.approx(best.x[0], abs=0.012)
    ends = found.held_out.low, found.held_out.high
    assert ends[0] <= rate <= ends[1]
    for (
        end
    ) in ends:  # the profile, minimised over the scale, is as far down as chi-square asks, or the end of the range
        inner = optimize.minimize_scalar(lambda scale, end=end: loss((max(end, 1e-6), scale)), bounds=(-3, 3),
                                         method="bounded").fun  # fmt: skip
        assert 2 * (inner - best.fun) < stats.chi2.ppf(0.95, 1) + 0.5


def test_clean_held_out_pairs_tell_flipped_training_labels_from_an_unsure_reward():
    held_out = np.ones(200)
    training = np.where(np.arange(500) % 10 < 3, -1.0, 1.0)
    alone = noise(training)
    assert alone.held_out.low == 0, "with one size of margin, flipped and unsure look the same"
    found = noise(held_out, training)
    assert found.training.low < 0.3 < found.training.high < 0.36
    assert "30 % [26, 34] of the training labels look flipped" in found.sentence


def test_what_noise_cannot_tell_is_said(draw):
    unsure = draw.choice([-1.0, 1.0], 200) * draw.random(200)
    assert "cannot be told" in noise(unsure, unsure).sentence
    assert "Only 5 held-out pairs" in noise(np.ones(5)).sentence
    by_heart = noise(np.where(np.arange(200) % 10 < 3, -1.0, 1.0) * 2, np.full(500, 2.0))
    assert by_heart.by_heart
    assert "by heart" in by_heart.sentence
    both = np.where(np.arange(400) % 10 < 3, -1, 1) * draw.gamma(2, 2, 400)
    assert "not shown to be fewer: labels are flipped in the training pairs or in both" in noise(both, both).sentence


def test_a_planted_slice_is_found_and_others_are_not():
    flaw = ["late", "rude"] * 150
    margins = np.where((np.arange(300) % 2 == 0) & (np.arange(300) % 3 < 2), -1.0, 1.0)
    other = [number % 7 for number in range(300)]
    found = pair_slices(margins, {"flaw": flaw, "seven": other})
    first = found[0]
    assert (first.column, first.value, first.worse) == ("flaw", "late", True)
    assert [each.value for each in found if each.worse] == ["late"]
    assert first.found.value == pytest.approx((margins[::2] > 0).mean())
    right = [(margins[start::2] > 0).sum() for start in (0, 1)]
    table = [[right[0], 150 - right[0]], [right[1], 150 - right[1]]]
    assert first.p_value == pytest.approx(stats.fisher_exact(table).pvalue)
    assert first.adjusted == pytest.approx(min(1, first.p_value * len(found))), "Holm: the smallest of so many"
    with pytest.raises(InvalidInputError, match=r"no column 'flew'.*flaw"):
        pair_slices(margins, {"flaw": flaw}, ["flew"])


def test_slices_of_noise_are_rarely_called_worse():
    wrong = 0
    for seed in range(60):
        draw = np.random.default_rng(seed)
        columns = {f"column {number}": draw.integers(0, 4, 300).tolist() for number in range(6)}
        margins = np.where(draw.random(300) < 0.8, 1.0, -1.0)
        wrong += any(each.worse for each in pair_slices(margins, columns))
    assert wrong <= 7, "24 slices a time, and at most one time in twenty one of them by chance"


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.booleans())
def test_a_finding_is_good_or_bad_only_with_its_whole_interval(one, other, limit, at_least):
    low, high = sorted((one, other))
    state = Finding("x", interval(low, high), limit, at_least).state
    inside = all((end >= limit) if at_least else (end <= limit) for end in (low, high))
    outside = all((end < limit) if at_least else (end > limit) for end in (low, high))
    assert state == ("good" if inside else "bad" if outside else "open")


def test_the_verdict_follows_from_the_intervals():
    good = {"accuracy": interval(0.9, 0.96), "against_length": {"equal": interval(0.8, 0.9), "shorter": None},
            "flipped": {"spaces": interval(0.0, 0.02)}, "beaten": {"empty": interval(0.0, 0.02)}}  # fmt: skip
    fit = judged(**good)
    assert fit.fit is True
    assert str(fit).startswith("Fit to optimise against, as far as 100 pairs can tell: all 4 findings keep")
    bad = judged(**{**good, "beaten": {"empty": interval(0.0, 0.02), "twice": interval(0.5, 0.7)}})
    assert bad.fit is False
    assert "an exploit (twice) beats the chosen reply is 60.0 % [50.0, 70.0] and should be at most 20 %" in str(bad)
    unsure = judged(**{**good, "accuracy": interval(LEAST_ACCURACY - 0.05, LEAST_ACCURACY + 0.05)})
    assert unsure.fit is None
    assert str(unsure).startswith("Not shown to be fit to optimise against: accuracy on held-out pairs is 75.0 %")
    no_length = judged(**{**good, "against_length": {"equal": None, "shorter": None}})
    assert no_length.fit is None
    assert "accuracy where length does not help could not be told" in str(no_length)
    two_pairs = judged(**{**good, "accuracy": interval(0.0, 0.66, n=2)})
    assert two_pairs.fit is None
    assert "accuracy on held-out pairs could not be told, from too few pairs" in str(two_pairs)
    worse = judged(**{**good, "accuracy": interval(0.5, 0.6), "beaten": {"empty": interval(0.9, 1.0)}})
    assert worse.worst.name.endswith("(empty) beats the chosen reply"), "the one farther beyond its limit is named"
    assert "(1 more bad finding)" in str(worse)
    assert statistics.wilson(0, figures.FEW)[1] <= MOST_BEATEN, "so many pairs can show a reward good"
    assert statistics.wilson(0, ENOUGH)[1] <= MOST_FLIPPED < statistics.wilson(0, ENOUGH - 1)[1]


def test_rewrites_by_hand():
    text = "We regret it. The parcel is on its way! Bye."
    assert rewrites.line_breaks(text) == "We regret it.\nThe parcel is on its way!\nBye."
    assert rewrites.spaces("a") == "a  \n"
    assert rewrites.small_letters(text) == "we regret it. the parcel is on its way! bye."
    assert rewrites.small_letters("XF123 came. OK.") == "XF123 came. OK.", "codes keep their letters"
    assert rewrites.punctuation(text) == "We regret it; The parcel is on its way! Bye."
    assert rewrites.synonyms(text) == "We regret it. The package is on its way! Bye."


def test_rewrites_can_be_given_as_names_functions_and_mappings():
    assert list(rewrites.rewrites_of(None)) == list(rewrites.REWRITES)
    assert list(rewrites.rewrites_of("synonyms")) == ["synonyms"]
    assert list(rewrites.rewrites_of(["synonyms", str.upper])) == ["synonyms", "upper"]
    assert list(rewrites.rewrites_of({"loud": str.upper})) == ["loud"]
    with pytest.raises(InvalidInputError, match=r"no rewrite 'synonim'.*Known: line breaks"):
        rewrites.rewrites_of(["synonim"])
    with pytest.raises(InvalidInputError, match="must be names"):
        rewrites.rewrites_of(3)
    with pytest.raises(InvalidInputError, match="'loud' must be a function"):
        rewrites.rewrites_of({"loud": 3})
    with pytest.raises(InvalidInputError, match="'loud' raised ZeroDivisionError on row 7"):
        rewrites.rewritten("loud", lambda text: 1 / 0, "a", 7)
    with pytest.raises(InvalidInputError, match="must return a text, got None for row 7"):
        rewrites.rewritten("loud", lambda text: None, "a", 7)


@given(st.lists(st.floats(-1e6, 1e6).filter(lambda value: value == 0 or abs(value) > 1e-6), min_size=1, max_size=60))
def test_every_margin_is_in_a_bar_and_no_bar_holds_both_orders(values):
    margins = np.array(values)
    span = np.abs(margins).max() or 1.0
    across = ticks(min(margins.min(), -span / 10), max(margins.max(), span / 10), 6)
    edges, counts = drawings.bars(margins, across)
    assert counts.sum() == len(values)
    assert counts[edges[:-1] < 0].sum() == (margins < 0).sum()
    assert drawings.margins(margins).svg.count("<rect") == (counts > 0).sum()
