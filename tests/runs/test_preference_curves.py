"""Curves of DPO, reward models and RL in words: simulated healthy runs draw few remarks, planted faults are found."""

import math
import random

import pytest

from workbench.runs.curves import explain
from workbench.runs.preference_curves import PREFERENCE_RULES

RUNS = 40
FALSE_ALARMS = RUNS // 20  # at most one in twenty healthy runs
FOUND = round(0.8 * RUNS)  # of runs with a planted fault


def events(columns, every=5):
    rows = zip(*columns.values(), strict=True)
    return [
        {"type": "log", "step": (i + 1) * every, "learning_rate": 1e-5, **dict(zip(columns, row, strict=True))}
        for i, row in enumerate(rows)
    ]


def pairs_right(rng, share, batch):
    return sum(rng.random() < share for _ in range(batch)) / batch


def rising(share, speed):
    return 1 - math.exp(-speed * share)


def dpo(seed, fault=None):
    """A DPO run of 60 to 400 logged points of 8 or 16 pairs; log-probs of a batch scatter by its replies' lengths."""
    rng = random.Random(seed)
    count, batch, speed = rng.choice([60, 150, 400]), rng.choice([8, 16]), rng.uniform(2, 6)
    best, scatter = rng.uniform(0.7, 0.92), rng.uniform(3, 8)
    columns = {name: [] for name in ("loss", "logps/chosen", "logps/rejected", "rewards/margins", "rewards/accuracies")}
    fall = rng.uniform(20, 60) if fault == "chosen_falls" else rng.uniform(-3, 0)
    for index in range(count):
        share = index / count
        learned = 0.0 if fault == "dpo_at_chance" else rising(share, speed)
        right = 0.5 + (best - 0.5) * learned
        if fault == "memorised":
            right = 0.5 + 0.5 * min(1.0, 3 * share)
        columns["loss"].append(math.log(2) * (1 - 0.4 * learned) + rng.gauss(0, 0.05))
        columns["logps/chosen"].append(-60 - fall * learned + rng.gauss(0, scatter))
        columns["logps/rejected"].append(-62 - (fall + 10) * learned + rng.gauss(0, scatter))
        columns["rewards/margins"].append(1.2 * learned + rng.gauss(0, 0.2))
        columns["rewards/accuracies"].append(pairs_right(rng, right, batch))
    return events(columns)


def reward_model(seed, fault=None):
    rng = random.Random(seed)
    count, batch, speed = rng.choice([60, 150, 400]), rng.choice([8, 16]), rng.uniform(2, 6)
    best = rng.uniform(0.72, 0.95)
    columns = {name: [] for name in ("loss", "accuracy", "margin")}
    for index in range(count):
        share = index / count
        learned = 0.0 if fault == "reward_at_chance" else rising(share, speed)
        over = fault == "overconfident"
        columns["loss"].append(math.log(2) * (1 - 0.6 * learned) + rng.gauss(0, 0.05))
        columns["accuracy"].append(
            pairs_right(rng, min(1.0, 0.6 + 2 * share) if over else 0.5 + (best - 0.5) * learned, batch)
        )
        columns["margin"].append((12 * share if over else 2.0 * learned) + rng.gauss(0, 0.3))
    return events(columns)


def policy(seed, fault=None):
    """A PPO or GRPO run of 40 to 300 logged points."""
    rng = random.Random(seed)
    count, speed, noise = rng.choice([40, 100, 300]), rng.uniform(2, 6), rng.uniform(0.05, 0.2)
    names = ("loss", "reward", "gold", "kl", "length", "entropy", "clip_fraction", "explained_variance")
    columns = {name: [] for name in (*names, "frac_reward_zero_std")}
    turn, limit, wordier = rng.uniform(0.3, 0.5), rng.uniform(2, 20), rng.uniform(-0.2, 0.25)
    clip, scatter = rng.uniform(0.02, 0.2), rng.uniform(1, 4)
    for index in range(count):
        share = index / count
        learned, longer = rising(share, speed), rng.gauss(0, scatter)
        reward, gold = learned + rng.gauss(0, noise), 0.8 * learned + rng.gauss(0, noise)
        kl = limit * (rising(share, 2) if share > 0.05 else 20 * share * rising(share, 2))
        entropy = 1.5 - 0.5 * learned
        length = 40 * (1 + wordier * learned) + longer
        explained = 0.5 - 1.0 * math.exp(-10 * share)
        clipped, equal = clip, 0.2
        if fault == "over_optimisation":
            reward = learned + 0.6 * share + rng.gauss(0, noise)
            gold -= max(0.0, share - turn) * 1.6
        elif fault == "kl_blow_up":
            kl *= math.exp(12 * max(0.0, share - 0.7))
        elif fault == "entropy_collapse":
            entropy = 1.5 * math.exp(-4 * share)
        elif fault == "length_hacking":
            length = 40 * (1 + 1.2 * learned) + longer
            reward += 0.04 * longer * noise / 0.1
        elif fault == "nothing_to_learn":
            reward, equal = 0.0, 1.0
        elif fault == "clipped":
            clipped = 0.55
        elif fault == "value_explains_nothing":
            explained = -0.2
        values = (rng.gauss(0, 0.02), reward, gold, abs(kl * (1 + rng.gauss(0, 0.1))), max(1.0, length))
        values += (max(0.01, entropy + rng.gauss(0, 0.02)), min(1.0, max(0.0, clipped + rng.gauss(0, 0.03))))
        values += (explained + rng.gauss(0, 0.1), min(1.0, max(0.0, equal + (rng.gauss(0, 0.1) if equal < 1 else 0.0))))
        for name, value in zip(columns, values, strict=True):
            columns[name].append(value)
    return events(columns)


def seen_while_growing(log):
    """Kinds of all remarks that a reader would have seen, looking after every tenth part of the run."""
    return {remark.kind for tenth in range(1, 11) for remark in explain(log[: math.ceil(len(log) * tenth / 10)])}


@pytest.mark.parametrize("simulate", [dpo, reward_model, policy])
def test_healthy_runs_draw_no_remark(simulate):
    alarms = {seed: seen for seed in range(RUNS) if (seen := seen_while_growing(simulate(seed)))}
    assert len(alarms) <= FALSE_ALARMS, alarms


FAULTS = {
    "chosen_falls": dpo,
    "memorised": dpo,
    "dpo_at_chance": dpo,
    "reward_at_chance": reward_model,
    "overconfident": reward_model,
    "nothing_to_learn": policy,
    "over_optimisation": policy,
    "kl_blow_up": policy,
    "entropy_collapse": policy,
    "length_hacking": policy,
    "clipped": policy,
    "value_explains_nothing": policy,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_faults_are_found(fault):
    found = [seed for seed in range(RUNS) if fault in {r.kind for r in explain(FAULTS[fault](seed, fault))}]
    assert len(found) >= FOUND, f"{len(found)} of {RUNS}"


def test_every_rule_has_a_planted_fault():
    assert [rule.kind for rule in PREFERENCE_RULES] == list(FAULTS)


def planted(values, **more):
    return events({"reward": [index / 60 for index in range(60)], "gold": values} | more)


def test_over_optimisation_is_marked_where_gold_turns():
    gold = [0.5 + index / 60 for index in range(30)] + [1.0 - index / 60 for index in range(30)]
    (remark,) = explain(planted(gold))
    assert remark.kind == "over_optimisation"
    assert 130 <= remark.step <= 170, "gold is highest at step 150"
    assert "(0.9" in remark.text


def test_gold_that_only_falls_in_a_short_run_is_over_optimisation():
    """As a policy did in 24 steps of 16 replies against a reward that loves length."""
    gold = [0.06, 0.75, 0, 0.62, 0.25, 0.19, 0.31, -0.25, -0.19, 0.31, 0.12, -0.31]
    gold += [-1.25, 0.06, -0.19, -0.75, -1.06, -0.38, -1.31, -1.06, -0.94, -0.81, -0.88, -1.56]
    reward = [-17.5, -17.3, -17.2, -17, -18.9, -18.7, -16.4, -11.2, -11.3, -13.4, -12.3, -15]
    reward += [-11.9, -11.6, -5.4, -9.3, -7, -5.6, -2.7, -1.8, 6.8, -0.3, 0.4, -4.9]
    (remark,) = explain(events({"reward": reward, "gold": gold}, every=1))
    assert (remark.kind, remark.step) == ("over_optimisation", 1)
    assert explain(events({"reward": reward, "gold": [-value for value in gold]})) == []


def test_reward_and_gold_that_both_fall_are_no_over_optimisation():
    fall = [1.0 - index / 60 for index in range(60)]
    assert explain(events({"reward": fall, "gold": fall})) == []


def test_a_memorised_set_whose_held_out_pairs_are_right_is_only_easy():
    log = events({"rewards/accuracies": [1.0] * 60})
    assert [remark.kind for remark in explain(log)] == ["memorised"]
    evaluation = {"type": "eval", "step": 300, "eval_rewards/accuracies": 0.97}
    assert explain([*log, evaluation]) == []
    (remark,) = explain([*log, evaluation | {"eval_rewards/accuracies": 0.7}])
    assert "70% of the held-out pairs" in remark.text


def test_the_loss_of_a_policy_is_not_judged():
    flat = events({"loss": [0.5 + 0.001 * (index % 3) for index in range(60)]})
    assert [remark.kind for remark in explain(flat)] == ["flat"]
    for row in flat:
        row["reward"] = row["step"] / 300
    assert explain(flat) == []


def test_few_points_are_not_judged():
    for fault, simulate in FAULTS.items():
        assert explain(simulate(1, fault)[:12]) == []
