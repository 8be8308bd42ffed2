"""What lessons 09, 10 and 11 share: one policy that imitates drafts, and the runs that preferences make of it.

All start from the same supervised run, the *imitator*. Replies are compared by the gold rule
(`workbench.metrics.gold_reply`) on test mails that no run has seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.data.dataset import Dataset, load_dataset
from workbench.evaluation import evaluate
from workbench.evaluation.statistics import Interval, mean
from workbench.metrics.gold_reply import PARTS
from workbench.objectives.dpo import DPO
from workbench.objectives.ppo import PPO
from workbench.objectives.reward import Reward
from workbench.objectives.rloo import RLOO
from workbench.objectives.training import Training
from workbench.recipe import Recipe

__all__ = ["METRICS", "REPLY", "dpo", "imitator", "judged_replies", "ppo", "reward_model", "rloo", "win_rate"]

REPLY = {"max_new_tokens": 120, "temperature": 1.0, "seed": 0}
"""How replies are drawn when policies are compared: as freely as in training."""
PROMPTS = "support-desk/preferences"
ROOM = 96
"""Tokens that a reply may take in training; nearly all drafts are shorter."""
METRICS = ["gold_reply", *(f"gold_reply.{part}" for part in PARTS)]


def imitator() -> Recipe:
    """The policy that everything starts from: it imitates drafts, good and bad."""
    training = Training(max_steps=300, eval_steps=150, num_probes=0)
    return Recipe("tiny-support", "support-desk/drafts", training=training)


def reward_model(start: Any, pairs: Any = "support-desk/preferences", seed: int = 0) -> Recipe:
    """A reward model that begins as the imitator."""
    training = Training(max_steps=200, eval_steps=50)
    return Recipe(start, pairs, Reward(), training=training, seed=seed)


def dpo(start: Any, pairs: Any = "support-desk/preferences", seed: int = 0, **settings: Any) -> Recipe:
    """DPO on top of the imitator."""
    training = Training(max_steps=100, eval_steps=50, num_probes=0)
    return Recipe(start, pairs, DPO(**settings), training=training, seed=seed)


def ppo(start: Any, reward: Any, seed: int = 0, steps: int = 20, **settings: Any) -> Recipe:
    """PPO on top of the imitator, against a reward."""
    objective = PPO(reward=reward, gold="gold_reply", max_new_tokens=ROOM, **settings)
    return Recipe(start, PROMPTS, objective, training=_online(steps), seed=seed)


def rloo(start: Any, reward: Any, seed: int = 0, steps: int = 20, **settings: Any) -> Recipe:
    """RLOO on top of the imitator, against a reward."""
    objective = RLOO(reward=reward, gold="gold_reply", max_new_tokens=ROOM, **settings)
    return Recipe(start, PROMPTS, objective, training=_online(steps), seed=seed)


def _online(steps: int) -> Training:
    return Training(max_steps=steps, batch_size=32, eval_steps=steps, save_steps=steps, max_eval_rows=32, num_probes=0)


def judged_replies(systems: Mapping[str, Any] | Sequence[Any], rows: Dataset | None = None, **more: Any) -> Any:
    """A report on the replies of some systems to the test mails, by the gold rule and its parts."""
    return evaluate(systems, rows or load_dataset("support-desk/drafts"), METRICS, decoding=REPLY, **more)


def win_rate(report: Any, a: Any, b: Any) -> Interval:
    """How often the gold rule prefers the reply of `a` to that of `b`; ties count half. Interval over rows."""
    rows = report.rows().pivot(index="row", columns="system", values="gold_reply")
    return mean([1.0 if x > y else 0.5 if x == y else 0.0 for x, y in zip(rows[a], rows[b], strict=True)])
