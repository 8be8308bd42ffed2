"""Reward models: learn from pairs to give an answer a number that is higher the better the answer is.

The model's output layer is replaced by one that gives a single number at the last token. By the model of Bradley and
Terry (1952) the probability that a person prefers one answer to another is the sigmoid of the difference of their
numbers; the loss is the negative log of it. Only differences mean anything, so the numbers may float: see
`Reward.center_rewards_coefficient`.

Whether an answer fits its prompt is a product of two things, what the prompt asks for and what the answer says. Where
the last token holds neither, a preference gives no slope towards either, and a small model goes on guessing.
`Reward.auxiliary_columns` gives it one.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeGuard

from workbench.errors import DatasetError, Problem
from workbench.objectives._base import token_schema
from workbench.objectives.pairs import PairObjective
from workbench.settings import nearest, setting

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.data.dataset import Dataset
    from workbench.data.rendering import Renderer
    from workbench.models.shapes import Shapes

__all__ = ["Reward"]

MOST_CLASSES = 100
CLASSES = ("chosen_classes", "rejected_classes")
"""The columns in which a trainer finds what auxiliary columns say of either side."""


def _sided(name: str) -> tuple[str, str]:
    return f"chosen_{name}", f"rejected_{name}"


def _columns_of(name: str, there: Container[str]) -> tuple[str, str]:
    """Where an auxiliary column says what is true of the chosen and of the rejected answer."""
    return (name, name) if name in there else _sided(name)


def _class_of(value: Any) -> str | None:
    """A value of an auxiliary column as the name of its class; None where it is none."""
    return str(value) if isinstance(value, (str, int)) and value != "" else None


def _different(column: pa.ChunkedArray) -> list[Any]:
    """The values of a column, each once where they can be compared."""
    import pyarrow as pa

    return (column if pa.types.is_nested(column.type) else column.unique()).to_pylist()


def _is_margin(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


@dataclass(frozen=True)
class Reward(PairObjective):
    """A reward model.

    Parameters
    ----------
    center_rewards_coefficient
        How strongly the sum of both rewards of a pair is pulled towards zero.
    margin_column
        A column of the rows that says by how much the chosen answer is better.
    auxiliary_columns
        Columns of classes that the last token of both answers must tell as well. ``"topic"`` is a column of that name,
        true of a row whichever the answer is, or else the two columns ``chosen_topic`` and ``rejected_topic``. Each
        is read by a fixed random matrix, so the reward model that comes out has no weights more.
    auxiliary_weight
        What the cross-entropy of each counts for beside the loss of the preferences.
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
    auxiliary_columns: tuple[str, ...] | None = setting(
        None, help="Columns of classes that the last token must tell as well, so that it holds what decides whether an "
        "answer fits: what the prompt asks for, and what the answer says (chosen_..., rejected_...).",
        none="only the preference is learnt", source="Caruana 1997, Multitask Learning; lesson 09", expert=True,
        later=True,
    )  # fmt: skip
    auxiliary_weight: float = setting(
        0.5, help="How much telling each of these columns counts beside preferring the right answer.", low=0.01,
        high=10.0, checked="4M", expert=True, later=True,
    )  # fmt: skip

    def __post_init__(self) -> None:
        names = self.auxiliary_columns
        if isinstance(names, str):
            names = [part.strip() for part in names.split(",") if part.strip()]
        if isinstance(names, (list, tuple)):
            object.__setattr__(self, "auxiliary_columns", tuple(names) or None)
        super().__post_init__()

    def conflicts(self, recipe: Any) -> list[Problem]:
        """A weight of columns that are not there, and a column that is named twice."""
        found, names = super().conflicts(recipe), self.auxiliary_columns or ()
        weight = self.auxiliary_weight
        if not names and weight != type(self).auxiliary_weight:
            found.append(Problem(
                "objective.auxiliary_weight", f"is {weight:g}, and there are no auxiliary_columns that it could weigh.",
                "Name the columns, or leave the weight out.",
            ))  # fmt: skip
        found += [
            Problem("objective.auxiliary_columns", f"names {name!r} twice.", "Name each column once.")
            for name in dict.fromkeys(names)
            if names.count(name) > 1
        ]
        return found

    def row_problems(self, dataset: Dataset) -> list[Problem]:
        """Auxiliary columns that are not there, are one side's, or hold no classes; a margin that is no number."""
        found = [self._auxiliary_problem(name, dataset) for name in dict.fromkeys(self.auxiliary_columns or ())]
        return [each for each in (self._margin_problem(dataset), *found) if each is not None]

    def _auxiliary_problem(self, name: str, dataset: Dataset) -> Problem | None:
        where, there = "objective.auxiliary_columns", dataset.columns
        columns = _columns_of(name, there)
        if not set(columns) <= set(there):
            return Problem(
                where, f"names {name!r}, and the rows have neither it nor {' and '.join(_sided(name))}"
                f"{nearest(name, there)}.", f"They have {', '.join(there)}.",
            )  # fmt: skip
        both = name.partition("_")[2]
        if name in _sided(both) and set(_sided(both)) <= set(there):
            return Problem(
                where, f"names {name!r}, which is true of one side only.",
                f"Name {both!r}: {' and '.join(_sided(both))} are meant by it.",
            )  # fmt: skip
        remedy = f"Name a column of 2 to {MOST_CLASSES} classes, as texts, whole numbers or True and False."
        values = {repr(value): value for each in columns for value in _different(dataset.arrow().column(each))}.values()
        odd = next((value for value in values if value not in (None, "") and _class_of(value) is None), None)
        if odd is not None:
            return Problem(where, f"names {name!r}, which holds {odd!r} ({type(odd).__name__}).", remedy)
        kinds = {_class_of(value) for value in values} - {None}
        if not 2 <= len(kinds) <= MOST_CLASSES:
            said = f"names {name!r}, which has {len(kinds):,} different values in the training rows."
            return Problem(where, said, remedy)
        return None

    def _margin_problem(self, dataset: Dataset) -> Problem | None:
        name, where, there = self.margin_column, "objective.margin_column", dataset.columns
        if name is None:
            return None
        if name not in there:
            return Problem(
                where, f"is {name!r}, and the rows have no such column{nearest(name, there)}.",
                f"They have {', '.join(there)}.",
            )  # fmt: skip
        for number, value in enumerate(dataset.arrow().column(name).to_pylist()):
            if not _is_margin(value):
                return Problem(
                    where, f"is {name!r}, and training row {number} has {value!r} there.",
                    "It must be a number in every row: mend the column, or leave margin_column out.",
                )  # fmt: skip
        return None

    def columns(self, encoded: Any, row: Mapping[str, Any] | None = None) -> Any:
        """Token ids of both sides; the margin and the classes where the settings name their columns."""
        if encoded is None:
            import pyarrow as pa

            schema = token_schema("chosen_ids", "rejected_ids")
            if self.margin_column is not None:
                schema = schema.append(pa.field("margin", pa.float32()))
            for name in CLASSES if self.auxiliary_columns else ():
                schema = schema.append(pa.field(name, pa.list_(pa.string())))
            return schema
        row = row or {}
        found = {"chosen_ids": encoded["chosen"].input_ids, "rejected_ids": encoded["rejected"].input_ids}
        if self.margin_column is not None:
            found["margin"] = self._margin(row)
        if self.auxiliary_columns:
            pairs = [[_class_of(row.get(each)) for each in _columns_of(name, row)] for name in self.auxiliary_columns]
            found |= zip(CLASSES, map(list, zip(*pairs, strict=True)), strict=True)
        return found

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
        if not _is_margin(value):
            raise DatasetError(
                f"objective.margin_column is {self.margin_column!r}, and a row has {value!r} there: it must be a "
                f"number in every row (the columns are {', '.join(row)}). Mend the column, or leave margin_column out."
            )
        return float(value)
