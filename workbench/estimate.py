"""What a run will take, before it starts: parameters, tokens, steps, memory, disk. No weights are loaded.

>>> import workbench as wb
>>> wb.estimate(wb.Recipe(model="tiny-support", dataset="support-desk/tickets")).trainable_parameters > 0
True
"""

from __future__ import annotations

import html
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from workbench.data.rendering import Renderer
from workbench.errors import RecipeError
from workbench.models.resolve import resolve_model
from workbench.models.shapes import shapes
from workbench.objectives.gate import gate, row_limit
from workbench.objectives.hardware import machine
from workbench.objectives.memory import memory_parts
from workbench.objectives.resolving import Facts, resolve

if TYPE_CHECKING:
    from workbench.recipe import Recipe

__all__ = ["ADAM_BYTES", "Estimate", "estimate", "size_words"]

ADAM_BYTES = 12
"""Per trained weight: itself and two moments, in fp32."""


@dataclass(frozen=True)
class Estimate:
    """What a run will take.

    Parameters
    ----------
    parameters, trainable_parameters
        Weights of the model, and how many of them (or beside them) move.
    rows, tokens_per_epoch, trained_tokens_per_epoch
        What the token gate lets through.
    steps
        Optimizer steps.
    tokens
        Tokens over all steps, padding left out.
    memory
        Bytes of weights, gradients, optimizer, activations and logits, by formula; the Python process is not in it.
    disk_bytes_per_checkpoint
        Trained weights and optimizer state.
    """

    parameters: int
    trainable_parameters: int
    rows: int
    tokens_per_epoch: int
    trained_tokens_per_epoch: int
    steps: int
    tokens: int
    memory: dict[str, int]
    disk_bytes_per_checkpoint: int

    @property
    def memory_bytes(self) -> int:
        """All of `memory` together."""
        return sum(self.memory.values())

    def seconds(self, tokens_per_second: float) -> float:
        """Seconds of training at a measured speed, evaluations left out.

        Parameters
        ----------
        tokens_per_second
            Non-padding tokens a second, as ``run.metrics()`` and the panel show them.

        Raises
        ------
        ValueError
            When the speed is not above zero.
        """
        if not tokens_per_second > 0:
            raise ValueError(f"tokens_per_second must be above 0, got {tokens_per_second!r}; a run's metrics tell it.")
        return self.tokens / tokens_per_second

    def lines(self) -> list[tuple[str, str]]:
        """Pairs of label and text, as the panel shows them."""
        share = self.trainable_parameters / self.parameters
        parts = ", ".join(f"{name} {size_words(count)}" for name, count in self.memory.items() if count)
        return [
            (
                "Parameters",
                f"{self.parameters:,}; {self.trainable_parameters:,} move ({share:.2%} of the model's size)",
            ),
            ("Rows", f"{self.rows:,} with {self.tokens_per_epoch:,} tokens, {self.trained_tokens_per_epoch:,} trained"),
            ("Steps", f"{self.steps:,}, about {self.tokens:,} tokens"),
            ("Memory", f"about {size_words(self.memory_bytes)} by formula ({parts}), the Python process left out"),
            ("Disk", f"about {size_words(self.disk_bytes_per_checkpoint)} a checkpoint"),
        ]

    def __repr__(self) -> str:
        return "\n".join(f"{label:<11} {text}" for label, text in self.lines())

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th style='text-align:left'>{html.escape(label)}</th><td style='text-align:left'>"
                       f"{html.escape(text)}</td></tr>" for label, text in self.lines())  # fmt: skip
        return f"<table>{rows}</table>"


def estimate(recipe: Recipe) -> Estimate:
    """Work out what a recipe will take on this machine.

    Parameters
    ----------
    recipe
        Its model must be on this machine; the rows are encoded with its tokenizer.

    Raises
    ------
    RecipeError
        When the way of tuning does not fit the model, an option this machine, or the token gate refuses the recipe.
    ModelNotFoundError, DatasetError
        When model or data cannot be read.
    """
    from workbench.models.loading import load_tokenizer

    ref = resolve_model(recipe.model_name)
    tokenizer = load_tokenizer(ref, trust_remote_code=recipe.trust_remote_code)
    size = shapes(ref)
    if refused := [problem for problem in recipe.tuning.model_problems(size) if problem.severity == "error"]:
        raise RecipeError(refused)
    limit = row_limit(recipe, size.positions)
    report = gate(recipe, recipe.load_dataset(), Renderer(tokenizer, recipe.template), limit)
    if report.errors:
        raise RecipeError(report.errors)
    facts = Facts.of(recipe, size, machine(), report)
    rows, trainable = facts.train_rows, facts.trainable
    chosen = resolve(recipe, facts)
    rows_seen = chosen.max_steps * chosen.batch_size * chosen.gradient_accumulation_steps
    return Estimate(
        parameters=size.parameters,
        trainable_parameters=trainable,
        rows=rows,
        tokens_per_epoch=report.tokens,
        trained_tokens_per_epoch=report.trained_tokens,
        steps=chosen.max_steps,
        tokens=round((report.tokens / rows + recipe.objective.reply_tokens) * rows_seen),
        memory={name: round(count) for name, count in memory_parts(facts, chosen.settings, recipe.tuning).items()},
        disk_bytes_per_checkpoint=trainable * ADAM_BYTES,
    )


def size_words(count: float) -> str:
    """Bytes in units of 1024, as every text of the workbench has them: ``"1.5 GiB"``."""
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"


class _Room(ModuleType):
    """`workbench.estimate` names this module and the function in it; so the module can be called too."""

    def __call__(self, recipe: Recipe) -> Estimate:
        return estimate(recipe)


sys.modules[__name__].__class__ = _Room
