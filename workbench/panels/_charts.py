"""Which curves stand together, by what a run logs: data for the live view and for the saved form alike.

The charts of every training (loss, learning rate, speed, ...) are the view's own; these come on top of them. Each
sentence says what the quantity is, its unit, and what is good.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["GROUPS", "ChartGroup", "PlainChart", "groups_of"]


@dataclass(frozen=True)
class PlainChart:
    """One chart: names of its lines and the quantities they draw; the first solid, the second dashed.

    A single line is shown with its evaluations.

    Attributes
    ----------
    lines
        ``(name, quantity)``.
    format
        ``"figure"`` or ``"percent"``.
    log
        It follows the panel's log scale.
    own_axes
        The second line gets an axis of its own where the two are of different size.
    """

    title: str
    lines: tuple[tuple[str, str], ...]
    help: str
    format: str = "figure"
    log: bool = False
    own_axes: bool = False


@dataclass(frozen=True)
class ChartGroup:
    """Charts shown together where a run logs `when`."""

    title: str
    when: str
    charts: tuple[PlainChart, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for the view."""
        return asdict(self)


def _one(title: str, quantity: str, help: str, **more: Any) -> PlainChart:
    return PlainChart(title, (("train", quantity),), help, **more)


GROUPS = (
    ChartGroup(
        "Preferences",
        "rewards/margins",
        (
            PlainChart(
                "Log-probs of replies",
                (("chosen", "logps/chosen"), ("rejected", "logps/rejected")),
                "Summed log-prob of a whole reply under the policy, in nats. What counts is that chosen rises above "
                "rejected; both may fall.",
            ),
            PlainChart(
                "Log-probs, held out",
                (("chosen", "eval_logps/chosen"), ("rejected", "eval_logps/rejected")),
                "The same over the validation pairs.",
            ),
            _one(
                "Chosen less rejected log-prob",
                "logps/difference",
                "Difference of the two summed log-probs, in nats. It should rise.",
            ),
            _one(
                "Reward margin",
                "rewards/margins",
                "Implicit reward of chosen less that of rejected: beta times what the policy added over the reference. "
                "It starts at 0 and should rise.",
            ),
            _one(
                "Implicit-reward accuracy",
                "rewards/accuracies",
                "Share of pairs whose chosen reply has the higher implicit reward. 50 % is chance; what counts is the "
                "held-out one.",
                format="percent",
            ),
            PlainChart(
                "Implicit rewards",
                (("chosen", "rewards/chosen"), ("rejected", "rewards/rejected")),
                "Beta times the log-ratio of policy and reference for each reply. Below 0 the policy finds a reply "
                "less likely than the reference did.",
            ),
        ),
    ),
    ChartGroup(
        "Reward model",
        "margin",
        (
            _one(
                "Pair accuracy",
                "accuracy",
                "Share of pairs whose chosen reply scores higher. 50 % is chance; what counts is the held-out one.",
                format="percent",
            ),
            _one(
                "Score margin",
                "margin",
                "Score of chosen less that of rejected, in logits. It should rise, and level off: 6 is already a "
                "probability of 0.9975.",
            ),
            _one(
                "Auxiliary columns told",
                "auxiliary_accuracy",
                "Share of the classes in the auxiliary columns that the last token tells. What an answer must fit can "
                "only be weighed once it is told.",
                format="percent",
            ),
            _one(
                "Mean reward",
                "mean_reward",
                "Mean score over all replies. It means nothing by itself and should stay near 0 where scores are "
                "centred.",
            ),
        ),
    ),
    ChartGroup(
        "Policy and reward",
        "reward",
        (
            PlainChart(
                "Reward and gold",
                (("reward", "reward"), ("gold", "gold")),
                "Mean reward that is optimised, and the gold score that is only watched. Both should rise; gold that "
                "falls while the reward rises is over-optimisation.",
                own_axes=True,
            ),
            PlainChart(
                "Reward and gold, held out",
                (("reward", "eval_reward"), ("gold", "eval_gold")),
                "The same over replies to the validation prompts.",
                own_axes=True,
            ),
            _one(
                "KL to the reference",
                "kl",
                "Summed over a reply, mean over replies, in nats: how far the policy has gone from its start. It "
                "should rise slowly and level off.",
                log=True,
            ),
            _one(
                "KL coefficient",
                "kl_coef",
                "Weight of the KL penalty in the reward. An adaptive one rises while the KL is above its target.",
                log=True,
            ),
            _one(
                "Reply length",
                "length",
                "Mean new tokens of a reply. It should follow the task, not the reward.",
            ),
            _one(
                "Entropy",
                "entropy",
                "Mean per token, in nats: how undecided the policy is. It should fall slowly; near 0 nothing new is "
                "tried.",
            ),
            _one(
                "Clip fraction",
                "clip_fraction",
                "Share of tokens whose ratio to the old policy left the clip range. Below about 20 % is usual.",
                format="percent",
            ),
            _one(
                "Finished replies",
                "finished",
                "Share of replies that ended by themselves. It should be near 100 %.",
                format="percent",
            ),
            _one(
                "Prompts without spread",
                "frac_reward_zero_std",
                "Share of prompts whose replies all got the same reward: nothing is learned from them. Low is good.",
                format="percent",
            ),
            _one(
                "Explained variance",
                "explained_variance",
                "How much of the returns the value function foresees: 1 is all, 0 no more than a constant would.",
            ),
        ),
    ),
)


def groups_of(names: Iterable[str]) -> list[ChartGroup]:
    """The groups that a run with these quantities shows."""
    known = set(names)
    return [group for group in GROUPS if group.when in known]
