"""TRL's SFTTrainer, set up from a recipe. Imports torch; nothing else in this package does so at import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
from trl import SFTConfig, SFTTrainer

from workbench.objectives._base import IGNORED
from workbench.objectives._trl import OverAllRows, encoded_rows, exact_adapters, quiet

__all__ = ["build_trainer"]


class EncodedSFTTrainer(OverAllRows, SFTTrainer):
    """SFTTrainer whose held-out accuracy and entropy are those of all trained tokens."""

    def _size(self, inputs: Any) -> int:
        return int((inputs["labels"][..., 1:] != IGNORED).sum())


def build_trainer(
    objective: Any,
    recipe: Any,
    model: Any,
    tokenizer: Any,
    train_rows: pa.Table | Iterable[Mapping[str, Any]],
    eval_rows: pa.Table | Iterable[Mapping[str, Any]] | None,
    args: Mapping[str, Any],
    callbacks: Sequence[Any],
) -> SFTTrainer:
    """See `workbench.objectives.sft.SFT.build_trainer`."""
    arguments = dict(args)
    max_length = arguments.pop("max_length", None)
    packing = arguments.get("packing", False)
    train = encoded_rows(objective, recipe, tokenizer, train_rows, max_length)
    held_out = encoded_rows(objective, recipe, tokenizer, eval_rows, max_length) if eval_rows is not None else None
    if held_out is None or not len(held_out):
        held_out, arguments["eval_strategy"] = None, "no"
    # The rows are cut already. Only packing, which is TRL's, needs the length and its preparation.
    config = SFTConfig(
        **arguments,
        max_length=max_length if packing else None,
        eval_packing=False if packing else None,
        dataset_kwargs=None if packing else {"skip_prepare_dataset": True},
    )
    with quiet():
        trainer = EncodedSFTTrainer(
            model=model,
            args=config,
            train_dataset=train,
            eval_dataset=held_out,
            processing_class=tokenizer,
            callbacks=list(callbacks),
        )
    exact_adapters(model)
    recipe.tuning.prepare(trainer)
    return trainer
