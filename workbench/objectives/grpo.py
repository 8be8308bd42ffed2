"""Group relative policy optimisation: replies to one prompt are compared within their group (Shao et al. 2024,
DeepSeekMath, arXiv 2402.03300).

The advantage of a reply is its reward less the mean of its group, divided by the group's standard deviation. The loss
is PPO's clipped one, without a value model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.errors import Problem
from workbench.objectives.rewarded import RewardedObjective, group_arguments, group_problems
from workbench.settings import setting

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.data.dataset import Dataset
    from workbench.data.rendering import Renderer

__all__ = ["GRPO"]


@dataclass(frozen=True)
class GRPO(RewardedObjective):
    """Group relative policy optimisation.

    Parameters
    ----------
    num_generations
        How many replies to each prompt make a group.
    beta
        How much the divergence from the reference counts in the loss.
    loss_type
        How the loss of tokens is averaged.
    scale_rewards
        What advantages are divided by.
    """

    name: ClassVar[str] = "grpo"
    title: ClassVar[str] = "GRPO"
    source: ClassVar[str] = "Shao et al. 2024, arXiv 2402.03300"
    trl: ClassVar[str] = "GRPO"
    use_when: ClassVar[str] = (
        "Replies can be checked (valid JSON, a right number, a passed test), and several tries at each prompt differ."
    )
    not_when: ClassVar[str] = (
        "All replies of a group get the same reward, so that nothing is learnt: train on examples first, or give "
        "rewards for parts."
    )
    eval_metrics: ClassVar[Mapping[str, bool | None]] = {
        "eval_reward": True, "eval_gold": True, "eval_kl": False, "eval_length": None, "eval_finished": True,
        "eval_entropy": None, "eval_loss": None,
    }  # fmt: skip

    num_generations: int = setting(
        8, help="How many replies to each prompt make a group.", low=2, high=256, unit="replies",
        source="TRL's default; Shao et al. 2024 took 64",
    )  # fmt: skip
    beta: float = setting(
        0.04, help="How much the divergence from the start counts in the loss; 0 leaves it out.", low=0.0, high=100.0,
        source="Shao et al. 2024, section 4.2: 0.04",
    )  # fmt: skip
    loss_type: str = setting(
        "dapo", help="How the loss of tokens is averaged: within each reply ('grpo'), over all tokens ('dapo'), or by "
        "a constant ('dr_grpo', without a preference for long or short replies).",
        choices=("dapo", "grpo", "dr_grpo"), source="TRL's default; Yu et al. 2025, arXiv 2503.14476; Liu et al. 2025, "
        "arXiv 2503.20783", expert=True,
    )  # fmt: skip
    scale_rewards: str = setting(
        "group", help="What advantages are divided by: the standard deviation of the group, of the batch, or nothing.",
        choices=("group", "batch", "none"), source="Shao et al. 2024; Liu et al. 2025 advise 'none'", expert=True,
    )  # fmt: skip

    def conflicts(self, recipe: Any) -> list[Problem]:
        """A batch holds whole groups of replies."""
        return super().conflicts(recipe) + group_problems(self.num_generations, recipe)

    def arguments(self, dataset: Dataset | None = None, renderer: Renderer | None = None) -> dict[str, Any]:
        """What TRL's config is told."""
        return {**group_arguments(self), "loss_type": self.loss_type, "scale_rewards": self.scale_rewards}

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
        """TRL's GRPOTrainer over prompts already encoded."""
        from workbench.objectives._group_training import build_grpo_trainer

        return build_grpo_trainer(self, recipe, model, tokenizer, train_rows, eval_rows, args, callbacks)
