"""What the objectives that train through TRL share, and where TRL is kept from what it would do without a word."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Sequence
from typing import Any
from unittest.mock import patch

import datasets
import pyarrow as pa
import trl.trainer.utils

from workbench.data.rendering import Renderer
from workbench.objectives.gate import encode_table

__all__ = ["OverAllRows", "encoded_rows", "exact_adapters", "quiet", "taken_as_applied"]

# TRL's loss looks at trained positions only where Triton is, and elsewhere at every position, since some devices
# compile anew for each number of positions. A CPU does not: there, too, other positions need no work.
# A TRL that decides it elsewhere is left as it is.
_compacts = getattr(trl.trainer.utils, "_use_triton", None)
if _compacts is not None:
    trl.trainer.utils._use_triton = lambda device: device.type == "cpu" or _compacts(device)


class OverAllRows:
    """Held-out figures (beside the loss) in which every row counts alike, or every trained token if tokens are counted.

    TRL takes the mean of its batches' figures, in which a row of a short last batch counts for several.
    """

    def compute_loss(self: Any, model: Any, inputs: Any, *more: Any, **named: Any) -> Any:
        if not self.model.training:
            self.__dict__.setdefault("_sizes", []).append(self._size(inputs))
        return super().compute_loss(model, inputs, *more, **named)  # type: ignore[misc]

    def _size(self, inputs: Any) -> int:
        """How much a batch counts."""
        return len(inputs["input_ids"])

    def log(self: Any, logs: dict[str, float], *more: Any) -> None:
        if not self.model.training:
            held_out, sizes = self._metrics["eval"], self.__dict__.pop("_sizes", [])
            for name, batches in held_out.items():
                if len(batches) == len(sizes):
                    held_out[name] = [_over_all(name, batches, sizes)]
        super().log(logs, *more)  # type: ignore[misc]


def _over_all(name: str, batches: Sequence[float], sizes: Sequence[int]) -> float:
    if name in ("min_reward", "max_reward"):
        return min(batches) if name == "min_reward" else max(batches)
    return sum(value * size for value, size in zip(batches, sizes, strict=True)) / max(1, sum(sizes))


def encoded_rows(objective: Any, recipe: Any, tokenizer: Any, rows: Any, max_length: int | None) -> datasets.Dataset:
    """A table of the gate, or rows that are encoded now, as TRL takes them."""
    renderer = Renderer(tokenizer, recipe.template)
    table = rows if isinstance(rows, pa.Table) else encode_table(objective, rows, renderer, max_length).table
    return datasets.Dataset(datasets.table.InMemoryTable(table))


@contextlib.contextmanager
def taken_as_applied(module: Any, model: Any, keep_copy: bool = False) -> Iterator[dict[str, Any]]:
    """The arguments by which a trainer takes the model as `Tuning.apply` made it, with its start as the reference.

    TRL takes an adapter that it did not make itself for one that was trained before, and adds a copy of it as the
    reference: with prompt and prefix tuning that would be the start with untrained vectors before it, and not the start
    itself. Where every weight moves it loads the reference anew by name: that would be the bare model and not the run
    that the recipe starts from. The reference here is the model as it is now without the new adapter, or with the
    earlier one, which is called ``"ref"``; or, where `keep_copy` asks for it, a frozen copy.
    """
    configs = getattr(model, "peft_config", None)
    if configs is None:
        frozen = copy.deepcopy(model).requires_grad_(False) if keep_copy else None
        with patch.object(module, "create_model_from_path", lambda *_, **__: frozen):
            yield {"model": model}
        return
    with patch.object(module, "get_peft_model", lambda *_, **__: model):
        yield {"model": model.get_base_model(), "peft_config": configs["default"]}


def exact_adapters(model: Any) -> None:
    """Adapters on quantised weights in fp32: TRL turns them into bf16, in which small steps are lost."""
    if getattr(model, "is_loaded_in_4bit", False):
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.data = parameter.data.float()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """No progress bars of `datasets` while a trainer is built."""
    enabled = datasets.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        yield
    finally:
        if enabled:
            datasets.enable_progress_bars()
