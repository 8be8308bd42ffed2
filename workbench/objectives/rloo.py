"""REINFORCE leave-one-out: several replies to each prompt, each compared with the others (Ahmadian et al. 2024,
arXiv 2402.14740).

The advantage of a reply is its reward less the mean reward of the other replies to the same prompt: no value model is
needed. The divergence from the reference is taken off the reward.
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

__all__ = ["RLOO"]


@dataclass(frozen=True)
class RLOO(RewardedObjective):
    """REINFORCE leave-one-out.

    Parameters
    ----------
    num_generations
        How many replies to each prompt are compared.
    beta
        How much of the divergence from the reference is taken off the reward.
    """

    name: ClassVar[str] = "rloo"
    title: ClassVar[str] = "RLOO"
    source: ClassVar[str] = "Ahmadian et al. 2024, arXiv 2402.14740"
    trl: ClassVar[str] = "RLOO"
    use_when: ClassVar[str] = (
        "A rule or a reward model scores replies, and the simplest method that works is wanted: no value model, two or "
        "three settings."
    )
    not_when: ClassVar[str] = (
        "All replies of the start get the same reward, so that nothing tells them apart: train on examples first."
    )
    eval_metrics: ClassVar[Mapping[str, bool | None]] = {
        "eval_reward": True, "eval_gold": True, "eval_kl": False, "eval_length": None, "eval_finished": True,
        "eval_entropy": None, "eval_loss": None,
    }  # fmt: skip

    num_generations: int = setting(
        4, help="How many replies to each prompt are compared with each other.", low=2, high=256, unit="replies",
        source="Ahmadian et al. 2024, section 5: 2 and 4",
    )  # fmt: skip
    beta: float = setting(
        0.05, help="How much of the divergence from the start is taken off the reward: more keeps it nearer.",
        low=0.0, high=100.0, source="TRL's default",
    )  # fmt: skip

    def conflicts(self, recipe: Any) -> list[Problem]:
        """A batch holds whole groups of replies."""
        return super().conflicts(recipe) + group_problems(self.num_generations, recipe)

    def arguments(self, dataset: Dataset | None = None, renderer: Renderer | None = None) -> dict[str, Any]:
        """What TRL's config is told."""
        return group_arguments(self)

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
        """TRL's RLOOTrainer over prompts already encoded."""
        from workbench.objectives._group_training import build_rloo_trainer

        return build_rloo_trainer(self, recipe, model, tokenizer, train_rows, eval_rows, args, callbacks)
