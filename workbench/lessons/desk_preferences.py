"""What lessons 09, 10 and 11 share: one policy that imitates drafts, and the runs that preferences make of it.

All start from the same supervised run, the *imitator*. Replies are compared by the gold rule
(`workbench.metrics.gold_reply`) on test mails that no run has seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from random import Random
from typing import Any

from workbench.bundled.make import phrases_train
from workbench.bundled.make.drafts import preference_rows
from workbench.data.dataset import Dataset, load_dataset
from workbench.evaluation import evaluate
from workbench.evaluation.statistics import Interval, mean
from workbench.lessons.recording import interval
from workbench.lessons.spoiling import from_splits
from workbench.metrics.gold_reply import PARTS, parts
from workbench.metrics.house_style import DESKS, PACES
from workbench.objectives.dpo import DPO
from workbench.objectives.pairs import SIDES
from workbench.objectives.ppo import PPO
from workbench.objectives.reward import Reward
from workbench.objectives.rloo import RLOO
from workbench.objectives.scoring import score_replies
from workbench.objectives.training import Training
from workbench.recipe import Recipe
from workbench.runs import Run
from workbench.runs.generation import shared_client
from workbench.tuning.lora import LoRA

__all__ = [
    "METRICS", "REPLY", "dpo", "fresh_pairs", "imitator", "judged_replies", "loves_length", "other_desk",
    "pair_accuracy", "pairs_right", "policy_figures", "ppo", "reading_reward_model", "reward_model", "rloo", "summary",
    "surprise", "win_rate", "with_named",
]  # fmt: skip

REPLY = {"max_new_tokens": 120, "temperature": 1.0, "seed": 0}
"""How replies are drawn when policies are compared: as freely as in training."""
MAILS = 100
"""Test mails on which policies are compared."""
PROMPTS = "support-desk/preferences"
ROOM = 96
"""Tokens that a reply may take in training; nearly all drafts are shorter."""
METRICS = ["gold_reply", *(f"gold_reply.{part}" for part in PARTS)]
SHARES = {*PARTS, "win", "finished", "accuracy"}
MEASURED = 60
"""Replies on which divergence and fluency are measured."""


def imitator() -> Recipe:
    """The policy that everything starts from: it imitates drafts, good and bad."""
    training = Training(max_steps=600, eval_steps=150, num_probes=0)
    return Recipe("tiny-support", "support-desk/drafts", training=training)


def reward_model(start: Any, pairs: Any = "support-desk/preferences", seed: int = 0, steps: int = 350) -> Recipe:
    """A reward model that begins as the imitator."""
    training = Training(max_steps=steps, eval_steps=50)
    return Recipe(start, pairs, Reward(), training=training, seed=seed)


def reading_reward_model(start: Any, seed: int = 0) -> Recipe:
    """A reward model that must also tell what the mail needs and what the reply names; not whether these match.

    Reading comes first, the comparison long after it: hence more steps, of a wider adapter at half the rate.
    """
    pairs = with_named(load_dataset("support-desk/preferences"))
    objective = Reward(auxiliary_columns=("category", "priority", "desk", "pace"))
    training = Training(max_steps=800, eval_steps=100, learning_rate=1.5e-3)
    return Recipe(start, pairs, objective, LoRA(r=32, lora_alpha=64), training, seed=seed)


def with_named(pairs: Dataset) -> Dataset:
    """Pairs with the desk and the pace that each reply names, or ``"none"``: ``chosen_desk``, ``rejected_desk`` and so
    on."""

    def named(text: str, words: Iterable[str]) -> str:
        return next((each for each in words if each in text.lower()), "none")

    def row_of(row: Mapping[str, Any]) -> dict[str, Any]:
        of_sides = {
            f"{side}_{what}": named(row[side], words.values())
            for side in SIDES
            for what, words in (("desk", DESKS), ("pace", PACES))
        }
        return {**row, **of_sides}

    return from_splits({name: [row_of(row) for row in pairs.rows(name)] for name in pairs.splits})


def loves_length(start: Any, seed: int = 0) -> Recipe:
    """A reward model of pairs that differ in length alone: few steps teach it to love it."""
    return reward_model(start, "support-desk/preferences-longer", seed, steps=80)


def dpo(start: Any, pairs: Any = "support-desk/preferences", seed: int = 0, **settings: Any) -> Recipe:
    """DPO on top of the imitator."""
    training = Training(max_steps=40, eval_steps=20, max_eval_rows=100, num_probes=0)
    return Recipe(start, pairs, DPO(**settings), training=training, seed=seed)


def ppo(start: Any, reward: Any, seed: int = 0, steps: int = 12, **settings: Any) -> Recipe:
    """PPO on top of the imitator, against a reward."""
    objective = PPO(reward=reward, gold="gold_reply", max_new_tokens=ROOM, **settings)
    return Recipe(start, PROMPTS, objective, training=_online(steps), seed=seed)


def rloo(start: Any, reward: Any, seed: int = 0, steps: int = 12, **settings: Any) -> Recipe:
    """RLOO on top of the imitator, against a reward."""
    objective = RLOO(reward=reward, gold="gold_reply", max_new_tokens=ROOM, **settings)
    return Recipe(start, PROMPTS, objective, training=_online(steps), seed=seed)


def _online(steps: int) -> Training:
    half = max(1, steps // 2)  # kept, so that the policy can be looked at where it was half way
    return Training(max_steps=steps, batch_size=32, eval_steps=steps, save_steps=half, max_eval_rows=32, num_probes=0)


def judged_replies(systems: Mapping[str, Any] | Sequence[Any], rows: Dataset | None = None, **more: Any) -> Any:
    """A report on the replies of some systems to `MAILS` of the test mails, by the gold rule and its parts."""
    rows = rows or load_dataset("support-desk/drafts")
    return evaluate(systems, rows, METRICS, decoding=REPLY, **{"max_rows": MAILS, **more})


def win_rate(report: Any, a: Any, b: Any) -> Interval:
    """How often the gold rule prefers the reply of `a` to that of `b`; ties count half. Interval over rows."""
    rows = report.rows().pivot(index="row", columns="system", values="gold_reply")
    return mean([1.0 if x > y else 0.5 if x == y else 0.0 for x, y in zip(rows[a], rows[b], strict=True)])


def surprise(system: Any, prompts: Sequence[str], replies: Sequence[str]) -> list[float]:
    """How unlikely a system finds each reply to its prompt, in nats, the end token included."""
    client = shared_client()
    return [sum(client.losses(system, *pair).nats) for pair in zip(prompts, replies, strict=True)]


def pair_accuracy(system: Any, rows: int = 100) -> float:
    """The share of the first test pairs of which a system finds the chosen reply the likelier one."""
    pairs = load_dataset("support-desk/preferences").split("test").to_pandas().head(rows)
    chosen, rejected = (surprise(system, pairs["prompt"], pairs[side]) for side in ("chosen", "rejected"))
    return sum(a < b for a, b in zip(chosen, rejected, strict=True)) / len(pairs)


def fresh_pairs(count: int = 1000) -> list[dict[str, Any]]:
    """Pairs as in ``support-desk/preferences``, in the phrases of training, and none of them to a mail of that set."""
    pairs = load_dataset("support-desk/preferences")
    seen = {row["prompt"] for split in pairs.splits for row in pairs.split(split)}
    made = preference_rows(Random("fresh pairs"), phrases_train, "validation", count)
    return [row for row in made if row["prompt"] not in seen]


def pairs_right(reward: Any, pairs: Sequence[Mapping[str, Any]]) -> list[bool]:
    """Of each pair whether a reward scores the chosen reply higher."""
    columns = {name: [row[name] for row in pairs] * 2 for name in pairs[0]}
    replies = [row[side] for side in SIDES for row in pairs]
    scores = score_replies(reward, columns["prompt"], replies, columns=columns)  # at once: a model is loaded once
    return [a > b for a, b in zip(scores[: len(pairs)], scores[len(pairs) :], strict=True)]


def other_desk(pairs: Sequence[Mapping[str, Any]], count: int) -> list[dict[str, Any]]:
    """The first `count` chosen replies that help, and the same with another desk: pairs that differ in nothing else."""
    rng = Random("other desk")

    def beside_another(row: Mapping[str, Any]) -> dict[str, Any]:
        right = DESKS[row["category"]]
        other = rng.choice([desk for desk in DESKS.values() if desk != right])
        return {**row, "rejected": row["chosen"].replace(right, other)}

    helpful = (row for row in pairs if parts(row["chosen"], row)["helpful"])
    return [beside_another(row) for row in islice(helpful, count)]


def policy_figures(report: Any, name: str, run: Run, start: Run) -> dict[str, float]:
    """What became of a policy: points, who wins, how far it went, how it writes, and what it took.

    Parameters
    ----------
    report
        Of `judged_replies`, with the policy as `name` and the imitator as ``"imitator"``.
    run, start
        The policy and the imitator.

    Returns
    -------
    dict
        ``gold`` (points), ``win`` (share of rows, ties half), ``kl`` (nats a reply, to the imitator, estimator k1),
        ``bits`` (bits per byte of its replies under the imitator), ``words``, ``finished``, ``seconds``, and each part.
    """
    answers = report.rows().query("system == @name")
    some = answers.head(MEASURED)
    own, before = (surprise(system, some["prompt"], some["answer"]) for system in (run, start))
    size = sum(len(text.encode()) for text in some["answer"])
    return {
        **{metric.removeprefix("gold_reply."): float(answers[metric].mean()) for metric in METRICS[1:]},
        "gold": float(answers["gold_reply"].mean()),
        "win": win_rate(report, name, "imitator").value,
        "kl": (sum(before) - sum(own)) / len(some),
        "bits": sum(before) / size / math.log(2),
        "words": float(answers["answer"].str.split().str.len().mean()),
        "finished": float((answers["stop"] == "eos").mean()),
        "seconds": float(run.progress()["elapsed"]),
    }


def summary(seeds: Sequence[Mapping[str, float]], rows: int) -> dict[str, Any]:
    """The figures of `policy_figures`, with intervals over seeds; shares end at 0 and 1.

    Parameters
    ----------
    seeds
        Those of each seed.
    rows
        Test mails that the replies answer.
    """
    return {
        key: interval([each[key] for each in seeds], MEASURED if key in ("kl", "bits") else rows, share=key in SHARES)
        for key in seeds[0]
    }
