"""TRL's RewardTrainer and DPOTrainer, set up from a recipe. Imports torch; only objectives call it, when they train."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import trl.trainer.dpo_trainer
from peft import PeftModel
from trl import DPOConfig, DPOTrainer, RewardConfig, RewardTrainer

from workbench.objectives._trl import OverAllRows, encoded_rows, exact_adapters, quiet, taken_as_applied

__all__ = ["build_dpo_trainer", "build_reward_trainer"]

ONLY_SFT = ("packing", "train_sampling_strategy")


class EncodedRewardTrainer(OverAllRows, RewardTrainer):
    """RewardTrainer whose held-out figures are those of all rows."""


class EncodedDPOTrainer(OverAllRows, DPOTrainer):
    """DPOTrainer over rows that are token ids already.

    A run that ends within its first pass over the rows meets none of them twice, and most of them perhaps never: then
    the reference's log-probabilities of a batch are computed as it comes, and those of the other rows not at all.
    """

    def _prepare_dataset(self, dataset: Any, *_: Any) -> Any:
        return dataset

    def _precompute_ref_logps(self, dataset: Any, name: str, batch_size: int) -> Any:
        if name == "train" and isinstance(self.model, PeftModel) and self._within_one_pass(len(dataset)):
            return dataset
        return super()._precompute_ref_logps(dataset, name, batch_size)

    def _within_one_pass(self, rows: int) -> bool:
        args = self.args
        return bool(args.max_steps * args.per_device_train_batch_size * args.gradient_accumulation_steps <= rows)

    def compute_loss(self, model: Any, inputs: Any, *more: Any, **named: Any) -> Any:
        if "ref_chosen_logps" not in inputs:
            training = model.training
            model.eval()
            chosen, rejected = self.compute_ref_log_probs(model, inputs)
            model.train(training)
            inputs = {**inputs, "ref_chosen_logps": chosen, "ref_rejected_logps": rejected}
        return super().compute_loss(model, inputs, *more, **named)


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
        trainer = EncodedRewardTrainer(
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
