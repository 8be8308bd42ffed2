"""Reward models: learn from pairs to give an answer a number that is higher the better the answer is.

The model's output layer is replaced by one that gives a single number at the last token. By the model of Bradley and
Terry (1952) the probability that a person prefers one answer to another is the sigmoid of the difference of their
numbers; the loss is the negative log of it. Only differences mean anything, so the numbers may float: see
`Reward.center_rewards_coefficient`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.errors import DatasetError
from workbench.objectives._base import token_schema
from workbench.objectives.pairs import PairObjective
from workbench.settings import setting

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.data.dataset import Dataset
    from workbench.data.rendering import Renderer
    from workbench.models.shapes import Shapes

__all__ = ["Reward"]


@dataclass(frozen=True)
class Reward(PairObjective):
    """A reward model.

    Parameters
    ----------
    center_rewards_coefficient
        How strongly the sum of both rewards of a pair is pulled towards zero.
    margin_column
        A column of the rows that says by how much the chosen answer is better.
    """

    name: ClassVar[str] = "reward"
    title: ClassVar[str] = "Reward model"
    source: ClassVar[str] = "Ouyang et al. 2022, arXiv 2203.02155, section 3.5; Bradley and Terry 1952"
    use_when: ClassVar[str] = (
        "You have pairs of answers of which one is better, and want a score for new answers: to choose the best of "
        "several, or as what PPO, RLOO or GRPO raise."
    )
    not_when: ClassVar[str] = (
        "A rule can score answers: then use the rule. Or the pairs are only to train one policy: DPO needs no reward "
        "model."
    )
    eval_metrics: ClassVar[Mapping[str, bool | None]] = {
        "eval_loss": False, "eval_accuracy": True, "eval_margin": True, "eval_mean_reward": None,
        "eval_min_reward": None, "eval_max_reward": None,
    }  # fmt: skip
    answers: ClassVar[bool] = False
    trl: ClassVar[str] = "Reward"

    center_rewards_coefficient: float = setting(
        0.0, help="Pull the rewards of each pair towards zero by so much, so that their level means something.",
        low=0.0, high=10.0, source="Eisenstein et al. 2023, arXiv 2312.09244, section 2: 0.01 where it is used",
        expert=True,
    )  # fmt: skip
    margin_column: str | None = setting(
        None, help="A column that says by how much the chosen answer is better; the rewards must then differ by that.",
        none="pairs count alike", source="Touvron et al. 2023 (Llama 2), arXiv 2307.09288, section 3.2.2", expert=True,
    )  # fmt: skip

    def columns(self, encoded: Any, row: Mapping[str, Any] | None = None) -> Any:
        """Token ids of both sides, and the margin where there is one."""
        if encoded is None:
            import pyarrow as pa

            schema = token_schema("chosen_ids", "rejected_ids")
            return schema if self.margin_column is None else schema.append(pa.field("margin", pa.float32()))
        sides = {"chosen_ids": encoded["chosen"].input_ids, "rejected_ids": encoded["rejected"].input_ids}
        return sides if self.margin_column is None else {**sides, "margin": self._margin(row or {})}

    def new_parameters(self, shapes: Shapes) -> int:
        """The reward head: one weight for each number of the last layer."""
        return shapes.hidden

    def prepare_model(self, model: Any, seed: int) -> Any:
        """The model with a fresh reward head in place of its output layer."""
        from workbench.models.reward import with_reward_head

        return with_reward_head(model, seed)

    def arguments(self, dataset: Dataset | None = None, renderer: Renderer | None = None) -> dict[str, Any]:
        """How strongly rewards are centred."""
        centred = self.center_rewards_coefficient
        return {"center_rewards_coefficient": centred} if centred else {}

    def model_code(self, seed: int) -> list[str]:
        """The reward head, and where it is read."""
        from workbench.models.reward import head_code

        return head_code(seed)

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
        """TRL's RewardTrainer over rows already encoded."""
        from workbench.objectives._pair_training import build_reward_trainer

        return build_reward_trainer(self, recipe, model, tokenizer, train_rows, eval_rows, args, callbacks)

    def _margin(self, row: Mapping[str, Any]) -> float:
        value = row.get(self.margin_column or "")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            there = ", ".join(row)
            raise DatasetError(
                f"objective.margin_column is {self.margin_column!r}, and a row has {value!r} there: it must be a "
                f"number in every row (the columns are {there}). Mend the column, or leave margin_column out."
            )
        return float(value)
