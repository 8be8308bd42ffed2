"""Full tuning: every weight moves."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.models.shapes import Shapes
from workbench.tuning._base import LearningRate, Tuning, learning_rate_from

if TYPE_CHECKING:
    from transformers import PreTrainedModel

__all__ = ["Full"]

RATES = (
    (4.3e6, 1e-3, "the best of 3e-4, 1e-3 and 3e-3 on the bundled 4.3M base (tests/bench/bench_defaults.py)"),
    (7e9, 2e-5, "Stanford Alpaca's rate for LLaMA 7B (github.com/tatsu-lab/stanford_alpaca)"),
    (13e9, 1e-5, "Stanford Alpaca's rate for LLaMA 13B (github.com/tatsu-lab/stanford_alpaca)"),
)


@dataclass(frozen=True)
class Full(Tuning):
    """All weights move; the result is a whole model."""

    name: ClassVar[str] = "full"
    title: ClassVar[str] = "All weights"
    use_when: ClassVar[str] = (
        "The model must take in a lot that is new and memory allows: four times the weights and more, for "
        "gradients and the optimizer's two moments."
    )
    not_when: ClassVar[str] = (
        "There are few rows or there is little memory: it forgets more than an adapter does, and each run stores a "
        "whole model."
    )
    merges: ClassVar[bool] = True
    adapter: ClassVar[bool] = False

    def trainable_parameters(self, shapes: Shapes) -> int:
        """All of them."""
        return shapes.parameters

    def auto_learning_rate(self, n_parameters: int) -> LearningRate:
        """1e-3 at four million parameters, 2e-5 at seven billion, between them on a log scale."""
        return learning_rate_from(RATES, n_parameters, checked=4.3e6)

    def apply(self, model: PreTrainedModel, seed: int) -> Any:
        """Let every weight move."""
        from transformers import set_seed

        set_seed(seed)
        for parameter in model.parameters():
            parameter.requires_grad_(True)
        return model

    def load(self, model: PreTrainedModel, path: str | os.PathLike[str]) -> Any:
        """The whole model of a run's model folder, with the weights of the same type as `model`'s."""
        return type(model).from_pretrained(os.fspath(path), dtype=model.dtype, use_safetensors=True).eval()
