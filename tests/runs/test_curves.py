"""Curves in words: each rule speaks when it should, and healthy curves draw no remark."""

import math
import random

import pandas as pd
import pytest

from workbench.runs.curves import RULES, Curve, explain


def make(loss, evals=(), *, every=5, rate=1e-3):
    """Events of a run: `loss` at every fifth step, `evals` spread evenly over it."""
    events = []
    for index, value in enumerate(loss):
        broken = {"nonfinite": ["loss"]} if not math.isfinite(value) else {}
        lr = rate(index / len(loss)) if callable(rate) else rate
        plain = None if broken else value
        events.append({"type": "log", "step": (index + 1) * every, "loss": plain, "learning_rate": lr} | broken)
    for index, value in enumerate(evals):
        events.append({"type": "eval", "step": round((index + 1) * len(loss) * every / len(evals)), "eval_loss": value})
    return sorted(events, key=lambda event: event["step"])


def noisy(values, noise, rng):
    return [value * (1 + rng.gauss(0, noise)) for value in values]


def fall(count, start, floor, speed):
    return [floor + (start - floor) * math.exp(-speed * index / count) for index in range(count)]


def cosine(share):
    return 1e-3 * (0.5 + 0.5 * math.cos(math.pi * share))


def kinds(events):
    return [remark.kind for remark in explain(events)]


def healthy(seed):
    """A run as it should be: exponential or power-law fall, noise, spikes, schedules, any length and level."""
    rng = random.Random(seed)
    count = rng.choice([30, 60, 150, 300, 600])
    start = rng.choice([1.4, 2.5, 6.0])
    floor = start * rng.choice([0.004, 0.05, 0.4, 0.8])
    if rng.random() < 0.5:
        speed = rng.uniform(3, 9)
        loss = fall(count, start, floor, speed)
        evals = fall(rng.choice([4, 8, 12, 20]), start, floor * rng.uniform(1, 1.2), speed)
    else:
        power = rng.uniform(0.2, 0.8)
        loss = [floor + (start - floor) * (index + 1) ** -power for index in range(count)]
        marks = rng.choice([4, 8, 12, 20])
        evals = [floor * 1.1 + (start - floor) * (count * (index + 1) / marks) ** -power for index in range(marks)]
    loss = noisy(loss, rng.choice([0.02, 0.05, 0.12]), rng)
    for _ in range(rng.choice([0, 0, 3])):
        loss[rng.randrange(count)] *= 1.8
    return make(loss, noisy(evals, rng.choice([0.001, 0.004, 0.01]), rng), rate=rng.choice([1e-3, cosine]))


def looked_at_while_growing(events):
    """The warnings a reader would have seen, looking after every tenth part of the run."""
    parts = [events[: math.ceil(len(events) * tenth / 10)] for tenth in range(1, 11)]
    return {remark.kind for part in parts for remark in explain(part)}


def test_healthy_curves_draw_no_remark():
    alarms = {seed: found for seed in range(40) if (found := looked_at_while_growing(healthy(seed)))}
    assert len(alarms) <= 2, alarms


def test_overfitting_names_the_best_step():
    rng = random.Random(1)
    loss = noisy(fall(200, 3.0, 0.1, 6), 0.05, rng)
    evals = [3.0, 2.0, 1.4, 1.1, 1.0, 1.04, 1.1, 1.18, 1.25, 1.3]
    (remark,) = explain(make(loss, evals))
    assert (remark.kind, remark.step) == ("overfitting", 500)
    assert "(1.00)" in remark.text
    assert "1.30" in remark.text


def test_a_wiggle_near_zero_is_no_overfitting():
    loss = noisy(fall(200, 3.0, 0.01, 8), 0.05, random.Random(2))
    assert kinds(make(loss, [0.5, 0.1, 0.02, 0.021, 0.022, 0.0225, 0.023])) == []


def test_diverging():
    rng = random.Random(3)
    loss = noisy([*fall(100, 4.0, 1.0, 5), *(1.0 + 0.03 * index for index in range(100))], 0.05, rng)
    (remark,) = explain(make(loss))
    assert remark.kind == "diverging"
    assert 350 <= remark.step <= 600
    assert "lower learning rate" in remark.text


def test_diverging_is_not_called_overfitting():
    loss = [*fall(100, 4.0, 1.0, 5), *(1.0 + 0.03 * index for index in range(100))]
    assert kinds(make(noisy(loss, 0.02, random.Random(4)), [2.0, 1.5, 1.1, 1.2, 2.0, 2.5, 3.0, 4.0])) == ["diverging"]


@pytest.mark.parametrize("evals", [(), (5.91, 5.9, 5.9, 5.89)])
def test_flat_names_the_learning_rate(evals):
    loss = noisy([5.9] * 150, 0.03, random.Random(5))
    (remark,) = explain(make(loss, evals, rate=1e-7))
    assert remark.kind == "flat"
    assert "(1e-07)" in remark.text


def test_flat_waits_for_the_end_of_warmup():
    loss = noisy([5.9] * 150, 0.03, random.Random(6))
    assert kinds(make(loss, rate=lambda share: 1e-3 * share)) == []


def test_too_few_points_are_not_judged():
    assert kinds(make([5.9] * 10, [5.9, 5.9, 5.9])) == []
    assert kinds([]) == []


def test_plateau_is_for_information():
    loss = noisy([*fall(80, 3.0, 1.0, 9), *([1.0] * 320)], 0.05, random.Random(7))
    evals = [2.0, 1.3, 1.101, *([1.1, 1.1005, 1.0995] * 5)]
    (remark,) = explain(make(loss, evals))
    assert (remark.kind, remark.level) == ("plateau", "info")
    assert remark.step < 700


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_nonfinite_names_the_first_step(bad):
    events = make([2.0, 1.5, bad, bad])
    (remark,) = explain(events)
    assert (remark.kind, remark.step) == ("nonfinite", 15)
    assert "(it was 0.001)" in remark.text


def test_events_and_data_frame_agree():
    rng = random.Random(8)
    events = make(noisy(fall(200, 3.0, 0.1, 6), 0.05, rng), [3.0, 1.4, 1.1, 1.0, 1.04, 1.1, 1.18, 1.25])
    rows = {}
    for event in events:
        rows.setdefault(event["step"], {}).update(event)
    frame = pd.DataFrame(list(rows.values())).drop(columns="type")
    assert explain(frame) == explain(events) == explain(Curve.of(events))
    broken = pd.DataFrame({"step": [5, 10], "loss": [2.0, math.nan], "learning_rate": [1e-3, 1e-3]})
    assert [(remark.kind, remark.step) for remark in explain(broken)] == [("nonfinite", 10)]


def test_every_rule_has_a_sentence_of_its_own():
    assert len({rule.kind for rule in RULES}) == len(RULES)
    assert all("{step" in rule.text for rule in RULES)
