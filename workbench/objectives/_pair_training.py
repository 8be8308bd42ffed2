"""TRL's RewardTrainer and DPOTrainer, set up from a recipe. Imports torch; only objectives call it, when they train."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import trl.trainer.dpo_trainer
from trl import DPOConfig, DPOTrainer, RewardConfig, RewardTrainer

from workbench.objectives._trl import encoded_rows, exact_adapters, quiet, taken_as_applied

__all__ = ["build_dpo_trainer", "build_reward_trainer"]

ONLY_SFT = ("packing", "train_sampling_strategy")


class EncodedDPOTrainer(DPOTrainer):
    """DPOTrainer over rows that are token ids already."""

    def _prepare_dataset(self, dataset: Any, *_: Any) -> Any:
        return dataset


def build_reward_trainer(
    objective: Any,
    recipe: Any,
    model: Any,
    tokenizer: Any,
    train_rows: Any,
    eval_rows: Any,
    args: Mapping[str, Any],
    callbacks: Sequence[Any],
) -> RewardTrainer:
    """See `workbench.objectives.reward.Reward.build_trainer`."""
    arguments, rows = _shared(objective, recipe, tokenizer, train_rows, eval_rows, args)
    config = RewardConfig(**arguments, **objective.arguments())
    with quiet():
        trainer = RewardTrainer(
            model=model, args=config, processing_class=tokenizer, callbacks=list(callbacks), **rows,
        )  # fmt: skip
    exact_adapters(model)
    recipe.tuning.prepare(trainer)
    return trainer


def build_dpo_trainer(
    objective: Any,
    recipe: Any,
    model: Any,
    tokenizer: Any,
    train_rows: Any,
    eval_rows: Any,
    args: Mapping[str, Any],
    callbacks: Sequence[Any],
) -> DPOTrainer:
    """See `workbench.objectives.dpo.DPO.build_trainer`."""
    arguments, rows = _shared(objective, recipe, tokenizer, train_rows, eval_rows, args)
    config = DPOConfig(**arguments, **objective.arguments())
    with quiet(), taken_as_applied(trl.trainer.dpo_trainer, model) as given:
        trainer = EncodedDPOTrainer(args=config, processing_class=tokenizer, callbacks=list(callbacks), **given, **rows)
    exact_adapters(model)
    recipe.tuning.prepare(trainer)
    return trainer


def _shared(
    objective: Any, recipe: Any, tokenizer: Any, train_rows: Any, eval_rows: Any, args: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arguments that both trainers' configs take, and the rows. Rows are cut already."""
    arguments = {name: value for name, value in args.items() if name not in ONLY_SFT}
    limit = arguments.pop("max_length", None)
    train = encoded_rows(objective, recipe, tokenizer, train_rows, limit)
    held_out = encoded_rows(objective, recipe, tokenizer, eval_rows, limit) if eval_rows is not None else None
    if held_out is None or not len(held_out):
        held_out, arguments["eval_strategy"] = None, "no"
    return {**arguments, "max_length": None}, {"train_dataset": train, "eval_dataset": held_out}
