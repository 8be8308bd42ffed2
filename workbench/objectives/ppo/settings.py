"""What PPO can be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.errors import Problem
from workbench.objectives.rewarded import RewardedObjective
from workbench.settings import setting

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["PPO"]

DETAILS = "Huang et al. 2023, The N Implementation Details of RLHF with PPO"


@dataclass(frozen=True)
class PPO(RewardedObjective):
    """Proximal policy optimisation: the policy replies, is scored, and moves a little towards what scored well.

    Parameters
    ----------
    kl_coef
        How much of the divergence from the reference is taken off the reward, at the start.
    kl_controller, target_kl, kl_horizon
        Whether that weight stays, or moves so that the divergence comes to a target.
    kl_estimator
        How the divergence in the reward is estimated.
    epochs, minibatches
        How often the replies of a step are gone through, and in how many parts.
    clip_range, clip_range_value
        How far probabilities and values may move in a step.
    gamma, lam
        How much later rewards count, and how far advantages look ahead.
    vf_coef, value_learning_rate
        How much the loss of the values counts, and the learning rate of their head.
    entropy_coef
        How much uncertainty is rewarded.
    eos_penalty
        What a reply loses that does not end by itself.
    whiten_rewards, whiten_advantages
        Whether these are brought to one scale in each batch.
    max_kl
        End the passes over a batch when the policy has moved so far from the one that drew it.
    """

    name: ClassVar[str] = "ppo"
    title: ClassVar[str] = "PPO"
    source: ClassVar[str] = "Schulman et al. 2017, arXiv 1707.06347; Ouyang et al. 2022, arXiv 2203.02155"
    use_when: ClassVar[str] = (
        "A reward model or a rule scores replies, and single tokens should get their share of praise and blame."
    )
    not_when: ClassVar[str] = (
        "You have pairs and want the simplest thing that works: DPO. Or a reward, and no patience for settings: RLOO."
    )
    eval_metrics: ClassVar[Mapping[str, bool | None]] = {
        "eval_reward": True, "eval_gold": True, "eval_kl": False, "eval_length": None, "eval_finished": True,
        "eval_entropy": None,
    }  # fmt: skip

    rate_share: ClassVar[tuple[float, str]] = (1 / 3, "replies are learned from several times")

    kl_coef: float = setting(
        0.05, help="How much of the divergence from the start is taken off the reward: more keeps it nearer.",
        low=0.0, high=1e9, source="Stiennon et al. 2020, arXiv 2009.01325, table 10: 0.05",
    )  # fmt: skip
    kl_controller: str = setting(
        "fixed", help="Whether kl_coef stays ('fixed') or moves until the divergence is target_kl ('adaptive').",
        choices=("fixed", "adaptive"), source="Ziegler et al. 2019, arXiv 1909.08593, section 2.2", expert=True,
    )  # fmt: skip
    target_kl: float = setting(
        6.0, help="The divergence that 'adaptive' aims at, in nats for each reply.", low=1e-3, high=1e6, unit="nats",
        source="Ziegler et al. 2019, section 3.1: 6 for sentiment", expert=True,
    )  # fmt: skip
    kl_horizon: int = setting(
        10_000, help="After about so many replies 'adaptive' has moved kl_coef by its error.", low=1, high=10**9,
        unit="replies", source="Ziegler et al. 2019: K = 0.1 for batches of 1,024", expert=True,
    )  # fmt: skip
    kl_estimator: str = setting(
        "k1", help="How the divergence in the reward is estimated: the log-ratio ('k1'), or 'k3', which is never below "
        "0 and less noisy.",
        choices=("k1", "k3"), source="Schulman 2020, joschu.net/blog/kl-approx.html", expert=True,
    )  # fmt: skip
    epochs: int = setting(
        2, help="How often the replies of a step are gone through.", low=1, high=100, unit="passes",
        source=f"{DETAILS}: 4", checked="4.3M",
    )  # fmt: skip
    minibatches: int = setting(
        2, help="In how many parts the replies of a step are learned from.", low=1, high=1024, unit="parts",
        source=f"{DETAILS}: 1", checked="4.3M",
    )  # fmt: skip
    clip_range: float = setting(
        0.2, help="By how much the probability of a token may change in a step before it earns no more.",
        low=0.001, high=10.0, source="Schulman et al. 2017, section 6.1: 0.2",
    )  # fmt: skip
    clip_range_value: float | None = setting(
        None, help="By how much a value may change in a step before it earns no more; for rewards of about 1.",
        low=0.001, high=1e6, none="values are not held back", expert=True,
        source="Andrychowicz et al. 2020, arXiv 2006.05990, section 3.5: clipping values does not help; Huang et al. "
        "2023: 0.2, for rewards brought to a standard deviation of 1",
    )  # fmt: skip
    gamma: float = setting(
        1.0, help="How much a later reward counts now.", low=0.0, high=1.0, source=f"{DETAILS}: 1", expert=True,
    )  # fmt: skip
    lam: float = setting(
        1.0, help="How far advantages look ahead: 0 trusts the values, 1 the rewards.", low=0.0, high=1.0,
        source="1 trusts no value that is still wrong (Yuan et al. 2025, arXiv 2503.01491); Ziegler et al. 2019: 0.95",
        checked="4.3M", expert=True,
    )  # fmt: skip
    vf_coef: float = setting(
        0.1, help="How much the loss of the values counts.", low=0.0, high=100.0, source=f"{DETAILS}: 0.1", expert=True,
    )  # fmt: skip
    value_learning_rate: float = setting(
        1e-2, help="The learning rate of the value head.", low=1e-8, high=10.0,
        source="measured on the bundled base", checked="4.3M", expert=True,
    )  # fmt: skip
    entropy_coef: float = setting(
        0.0, help="How much uncertainty of the next token is rewarded, against a policy that always says the same.",
        low=0.0, high=10.0, source=f"{DETAILS}: none", expert=True,
    )  # fmt: skip
    eos_penalty: float = setting(
        1.0, help="What a reply loses that does not end by itself.", low=0.0, high=1e6, unit="reward",
        source="Stiennon et al. 2020: unfinished replies score -1", checked="4.3M",
    )  # fmt: skip
    whiten_rewards: bool = setting(
        False, help="Bring the rewards of a batch to one scale.", source=f"{DETAILS}: for some tasks", expert=True,
    )  # fmt: skip
    whiten_advantages: bool = setting(
        True, help="Bring the advantages of a batch to mean 0 and standard deviation 1.", source=DETAILS, expert=True,
    )  # fmt: skip
    max_kl: float | None = setting(
        None, help="End the passes over a batch when the policy has moved so far from the one that drew it.",
        low=1e-6, high=1e6, unit="nats", none="never", source="Dossa et al. 2021, in the 37 details", expert=True,
    )  # fmt: skip

    def conflicts(self, recipe: Any) -> list[Problem]:
        """A batch must have a reply for each part."""
        found = super().conflicts(recipe)
        if self.minibatches > recipe.training.batch_size:
            found.append(Problem(
                "objective.minibatches", f"is {self.minibatches}, more than the {recipe.training.batch_size} replies "
                "of a step.", "Take fewer parts, or a larger training.batch_size.",
            ))  # fmt: skip
        if recipe.training.gradient_checkpointing is True:
            found.append(Problem(
                "training.gradient_checkpointing", "has no effect on PPO, which keeps dropout off by way of evaluation "
                "mode, in which nothing is computed twice.", "Leave it 'auto', and take a smaller batch_size.",
            ))  # fmt: skip
        if recipe.training.gradient_accumulation_steps > 1:
            found.append(Problem(
                "training.gradient_accumulation_steps", f"is {recipe.training.gradient_accumulation_steps}, and PPO "
                "divides its batch into objective.minibatches.", "Leave it at 1.",
            ))  # fmt: skip
        return found

    def build_trainer(
        self,
        recipe: Any,
        model: Any,
        tokenizer: Any,
        train_rows: pa.Table | Iterable[Mapping[str, Any]],
        eval_rows: pa.Table | Iterable[Mapping[str, Any]] | None,
        args: Mapping[str, Any],
        callbacks: Sequence[Any] = (),
    ) -> Any:
        """Our own PPOTrainer over prompts already encoded."""
        from workbench.objectives.ppo._training import build_trainer

        return build_trainer(self, recipe, model, tokenizer, train_rows, eval_rows, args, callbacks)
