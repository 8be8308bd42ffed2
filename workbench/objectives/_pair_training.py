"""TRL's RewardTrainer and DPOTrainer, set up from a recipe. Imports torch; only objectives call it, when they train."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
import trl.trainer.dpo_trainer
from peft import PeftModel
from trl import DPOConfig, DPOTrainer, RewardConfig, RewardTrainer

from workbench.objectives._base import IGNORED
from workbench.objectives._trl import OverAllRows, encoded_rows, exact_adapters, quiet, taken_as_applied
from workbench.objectives.reward import CLASSES

__all__ = ["build_dpo_trainer", "build_reward_trainer"]

ONLY_SFT = ("packing", "train_sampling_strategy")
SPREAD = 4.0
"""How wide the matrices of auxiliary columns are drawn, as a multiple of the reward head: by wide ones a state that
moves little tells a class."""


class EncodedRewardTrainer(OverAllRows, RewardTrainer):
    """RewardTrainer whose held-out figures are those of all rows.

    With `auxiliary`, the last token must tell classes as well while it is trained; held out, the loss is that of the
    preferences alone.
    """

    auxiliary: Auxiliary | None = None

    def _set_signature_columns_if_needed(self) -> None:
        super()._set_signature_columns_if_needed()
        self._signature_columns += [name for name in CLASSES if name not in self._signature_columns]

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        if self.auxiliary is None:
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        classes = inputs.pop("classes")
        with self.auxiliary.listening(self.model):
            loss, outputs = super().compute_loss(model, inputs, True, num_items_in_batch)
        more, right = self.auxiliary.loss(classes)
        training = self.model.training
        self._metrics["train" if training else "eval"]["auxiliary_accuracy"].append(right)
        loss = loss + more if training else loss
        return (loss, outputs) if return_outputs else loss


class Auxiliary:
    """Classes of a row, told from the state of the last token, the one that the reward is read from.

    The state is read by a random matrix for each column, which is never trained: the layers below must bring the class
    to it. So there is nothing more to save, and a run that goes on has the same matrices again.

    Parameters
    ----------
    names
        The names of the classes, for each column.
    hidden
        The length of a state.
    weight
        What the mean cross-entropy of each column counts for.
    seed
        Of the matrices.
    """

    def __init__(self, names: Sequence[Sequence[str]], hidden: int, weight: float, seed: int):
        self.numbers = [{name: number for number, name in enumerate(each)} for each in names]
        self.weight = weight
        draws, scale = torch.Generator().manual_seed(seed), SPREAD / math.sqrt(hidden + 1)
        torch.randn(1, hidden, generator=draws)  # those of the reward head: no class shares its direction
        self.matrices = [torch.randn(len(each), hidden, generator=draws) * scale for each in names]
        self._states = torch.empty(0)

    @classmethod
    def of(cls, rows: Any, hidden: int, weight: float, seed: int) -> Auxiliary:
        """For the classes that training rows have."""
        seen = [one for side in CLASSES for one in rows[side]]
        names = [sorted({name for name in column if name is not None}) for column in zip(*seen, strict=True)]
        return cls(names, hidden, weight, seed)

    def collating(self, collate: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
        """The same batches with ``classes``: numbers of shape ``(columns, 2 * rows)``, the chosen side first."""

        def collated(examples: list[dict[str, Any]]) -> dict[str, Any]:
            seen = [example[side] for side in CLASSES for example in examples]
            numbers = [[known.get(one[at], IGNORED) for one in seen] for at, known in enumerate(self.numbers)]
            return {**collate(examples), "classes": torch.tensor(numbers)}

        return collated

    @contextlib.contextmanager
    def listening(self, model: Any) -> Iterator[None]:
        """While a model gives its rewards, keep the states that they are read from."""

        def keep(_: Any, given: tuple[Any, ...]) -> None:
            self._states = given[0]

        head = next(module for name, module in model.named_modules() if name.split(".")[-1] == "score")
        hook = head.register_forward_pre_hook(keep)
        try:
            yield
        finally:
            hook.remove()

    def loss(self, classes: torch.Tensor) -> tuple[torch.Tensor, float]:
        """The sum over columns of their cross-entropy times the weight, and the share of classes told right."""
        known, device = classes != IGNORED, self._states.device
        with torch.autocast(device.type, enabled=False):
            told = [self._states.float() @ matrix.to(device).T for matrix in self.matrices]
        losses = [
            torch.nn.functional.cross_entropy(logits, wanted, ignore_index=IGNORED, reduction="sum") / max(1, count)
            for logits, wanted, count in zip(told, classes, known.sum(1).tolist(), strict=True)
        ]
        right = torch.stack([logits.argmax(-1) for logits in told]) == classes
        return self.weight * torch.stack(losses).sum(), float((right & known).sum() / known.sum().clamp(min=1))


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
    if objective.auxiliary_columns:
        hidden = trainer.model.config.get_text_config().hidden_size
        trainer.auxiliary = Auxiliary.of(rows["train_dataset"], hidden, objective.auxiliary_weight, recipe.seed)
        trainer.data_collator = trainer.auxiliary.collating(trainer.data_collator)
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
