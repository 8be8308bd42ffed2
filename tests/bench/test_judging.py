"""What may be said of a bench: the front, which ways are told apart, and a curve that predicts its own end first."""

import numpy as np
import pytest

from workbench.bench.judging import fit_curve, front, sentences, system_name
from workbench.evaluation.facts import Answered, MetricFacts
from workbench.evaluation.report import Report


def report_of(scores):
    """A report over rows scored 0 or 1: ``{system: [...]}``."""
    n = len(next(iter(scores.values())))
    said = tuple(Answered("x", stop="eos", detail="") for _ in range(n))
    return Report(
        systems={name: {} for name in scores},
        dataset={"name": "d", "type": "prompt_completion", "hash": "", "split": "test", "rows": n},
        row_numbers=tuple(range(n)), prompts=("p",) * n, references=("r",) * n,
        answers=dict.fromkeys(scores, said),
        metrics=(MetricFacts("exact_match", "exact match", "", "rate"),),
        scores={"exact_match": {name: tuple(values) for name, values in scores.items()}},
    )  # fmt: skip


def plan_of(*names, seeds=(0, 1, 2)):
    return {"entries": {name: {} for name in names}, "seeds": list(seeds)}


def seeded(rates, rows=200, seeds=(0, 1, 2), noise=0.0):
    """Scores of ways of tuning that answer each row right with the same chance."""
    rng = np.random.default_rng(0)
    return {
        system_name(name, seed): (rng.random(rows) < rate + noise * rng.normal()).astype(float).tolist()
        for name, rate in rates.items()
        for seed in seeds
    }


def test_the_front_is_what_nothing_cheaper_beats():
    values = [0.5, 0.9, 0.9, 0.7, 0.95, float("nan")]
    costs = [0, 100, 200, 50, 1000, 1]
    assert front(values, costs) == [True, True, False, True, True, False]


def test_ways_that_differ_are_told_apart_and_equals_are_not():
    scores = seeded({"a": 0.9, "b": 0.6, "c": 0.9}) | {"3-shot": [1.0] * 40 + [0.0] * 160}
    first, *others = sentences(plan_of("a", "b", "c"), report_of(scores))
    assert "is the best of 3 on exact_match" in first
    told = " ".join(others)
    assert "is better than b by" in told
    assert "a and c are not distinguishable on 200 rows and 3 seeds" in told or "c and a are not" in told
    assert "is better than the best untuned system (3-shot) by" in told


def test_one_lucky_seed_tells_nothing_apart():
    right = {0: 200, 1: 120, 2: 120}
    lucky = {system_name("a", seed): [1.0] * n + [0.0] * (200 - n) for seed, n in right.items()}
    plain = {system_name("b", seed): [1.0] * 118 + [0.0] * 82 for seed in range(3)}
    [_, told] = sentences(plan_of("a", "b"), report_of(lucky | plain))
    assert "not distinguishable" in told


def test_equal_ways_have_no_winner():
    scores = {system_name(name, seed): [0.0] * 20 for name in "ab" for seed in range(3)}
    assert "a reached on exact_match" in sentences(plan_of("a", "b"), report_of(scores))[0]


SIZES = [60, 125, 250, 500, 1000, 2000]


def power_law(a, b, seeds=3, noise=0.01):
    rng = np.random.default_rng(1)
    errors = a * np.array(SIZES, float)[:, None] ** -b
    return 1 - errors * np.exp(noise * rng.normal(size=(len(SIZES), seeds)))


def test_a_curve_that_follows_a_power_law_says_what_twice_the_data_brings():
    curve = fit_curve(SIZES, power_law(3.0, 0.4), n_rows=200)
    assert curve.holds
    true_gain = 3.0 * 2000**-0.4 - 3.0 * 4000**-0.4
    assert curve.doubled[1] < true_gain < curve.doubled[2]
    assert curve.doubled[0] == pytest.approx(true_gain, rel=0.15)
    assert curve.sentence.startswith("Doubling your data to 4,000 rows is expected to change this by +")


def test_a_curve_that_bends_says_that_it_cannot_tell():
    values = power_law(3.0, 0.4)
    values[-1] = values[-2]  # no more to be had
    curve = fit_curve(SIZES, values, n_rows=200)
    assert not curve.holds
    assert curve.sentence.startswith("Cannot tell")


def test_one_seed_says_nothing():
    assert "one seed gives no interval" in fit_curve(SIZES, power_law(3.0, 0.4, seeds=1), n_rows=200).sentence


def test_a_loss_is_a_curve_too_and_perfect_scores_do_not_break_it():
    falling = fit_curve(SIZES, 1 - power_law(3.0, 0.4), n_rows=200, higher_is_better=False, unit="")
    assert falling.holds
    assert falling.doubled[0] < 0
    fit_curve(SIZES, np.ones((6, 3)), n_rows=200)
