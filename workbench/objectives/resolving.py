"""What ``"auto"`` becomes: settings chosen from recipe, model size, rows and machine, each with its reason."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from workbench.errors import Problem, RecipeError
from workbench.models.shapes import Shapes
from workbench.objectives.hardware import Machine
from workbench.objectives.memory import longest, memory_needed
from workbench.objectives.training import DEFAULT_EPOCHS

__all__ = ["Facts", "Resolved", "resolve"]

EVALUATIONS = 20
FORWARD_SHARE = 3
"""Rows that are evaluated in the time in which one is learnt from: going backwards takes twice as long as forwards."""
MEMORY_SHARE = 0.8
EAGER_LENGTH = 320
"""Tokens up to which a CPU trains faster with plain attention than with torch's fused one (`bench_defaults.py`)."""
CPU_PADDING = 16


@dataclass(frozen=True)
class Facts:
    """What the choice depends on.

    Parameters
    ----------
    shapes
        The model's sizes.
    machine
        The device.
    train_rows, eval_rows
        How many rows are left after the gate.
    longest
        The longest row in tokens, when known; else ``max_length`` is taken.
    trainable
        How many weights move.
    trained_share
        The share of the tokens that the loss counts, when known; else it counts all.
    sequences
        How many sequences a row of a batch is: two for a pair.
    reference_parameters
        Weights of a frozen copy of the start, where one is kept.
    """

    shapes: Shapes
    machine: Machine
    train_rows: int
    eval_rows: int
    trainable: int
    longest: int | None = None
    trained_share: float = 1.0
    sequences: int = 1
    reference_parameters: int = 0

    @classmethod
    def of(cls, recipe: Any, shapes: Shapes, machine: Machine, rows: Any) -> Facts:
        """The facts of a recipe whose rows the gate has encoded (`GateReport`)."""
        objective, tuning = recipe.objective, recipe.tuning
        return cls(
            shapes=shapes,
            machine=machine,
            train_rows=rows.train.num_rows,
            eval_rows=rows.eval_rows,
            trainable=tuning.trainable_parameters(shapes) + objective.new_parameters(shapes),
            longest=rows.longest + objective.reply_tokens,
            trained_share=rows.trained_share if objective.trains_tokens else 1.0,
            sequences=objective.sequences,
            reference_parameters=shapes.parameters if objective.keeps_reference and not tuning.adapter else 0,
        )


@dataclass(frozen=True)
class Resolved:
    """Training settings with every ``"auto"`` and None replaced, and the reason for each choice."""

    settings: dict[str, Any]
    reasons: dict[str, str]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["settings"][name]
        except KeyError:
            raise AttributeError(name) from None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for ``resolved.yaml`` and the ``resolved`` event."""
        return {"settings": dict(self.settings), "reasons": dict(self.reasons)}


def resolve(recipe: Any, facts: Facts) -> Resolved:
    """Choose what the recipe leaves open.

    Parameters
    ----------
    recipe
        A `Recipe`.
    facts
        Model, machine and rows.

    Returns
    -------
    Resolved
        All fields of `Training`, and ``device``, ``weights_dtype``, ``quantization``, ``optimizer`` and
        ``rows_per_step``.
    """
    training, reasons = recipe.training, {}
    chosen: dict[str, Any] = {field.name: getattr(training, field.name) for field in dataclasses.fields(training)}
    chosen["device"] = facts.machine.device
    reasons["device"] = facts.machine.name
    chosen["optimizer"] = recipe.tuning.optimizer(facts.machine.device)

    if chosen["learning_rate"] == "auto":
        rate, (share, why) = recipe.tuning.auto_learning_rate(facts.shapes.parameters), recipe.objective.rate_share
        chosen["learning_rate"] = float(f"{rate.value * share:.3g}")
        reasons["learning_rate"] = rate.reason if share == 1 else f"{share:.2g} of {rate.reason}; {why}"

    if chosen["best_metric"] == "eval_loss" and recipe.objective.best_metric != "eval_loss":
        better = recipe.objective.eval_metrics[recipe.objective.best_metric]
        chosen["best_metric"], chosen["greater_is_better"] = recipe.objective.best_metric, bool(better)
        reasons["best_metric"] = f"evaluations of {recipe.objective.title} give no loss"
    _length(chosen, reasons, facts, recipe.tuning)
    _steps(chosen, reasons, facts)
    _speed(chosen, reasons, facts, recipe)
    _shape_of_batches(chosen, reasons, facts)
    _memory(chosen, reasons, facts, recipe.tuning)
    return Resolved(chosen, reasons)


def _length(chosen: dict[str, Any], reasons: dict[str, str], facts: Facts, tuning: Any) -> None:
    positions = tuning.room(facts.shapes.positions)
    if positions and (chosen["max_length"] is None or chosen["max_length"] > positions):
        chosen["max_length"] = positions
        virtual = tuning.virtual_tokens
        taken = f", {virtual} of them taken by virtual tokens" if virtual else ""
        reasons["max_length"] = f"the model's context is {facts.shapes.positions} tokens{taken}"


def _steps(chosen: dict[str, Any], reasons: dict[str, str], facts: Facts) -> None:
    per_step = chosen["batch_size"] * chosen["gradient_accumulation_steps"]
    # the Trainer steps once for each full or begun accumulation of batches in an epoch
    per_epoch = max(
        1, math.ceil(math.ceil(facts.train_rows / chosen["batch_size"]) / chosen["gradient_accumulation_steps"])
    )
    if chosen["max_steps"] is None:
        epochs = chosen["num_epochs"] if chosen["num_epochs"] is not None else DEFAULT_EPOCHS
        chosen["max_steps"] = max(1, math.ceil(epochs * per_epoch))
        reasons["max_steps"] = f"{epochs:g} epochs of {facts.train_rows} rows, {per_step} a step"
    chosen["num_epochs"] = round(chosen["max_steps"] / per_epoch, 4)
    chosen["rows_per_step"] = per_step
    every, total = chosen["logging_steps"], chosen["max_steps"]
    if chosen["eval_steps"] == "auto":
        rows = min(facts.eval_rows, chosen["max_eval_rows"] or facts.eval_rows)
        as_long = math.ceil(rows / (FORWARD_SHARE * per_step))  # steps that take as long as one evaluation
        chosen["eval_steps"] = min(_rounded(max(1, total // EVALUATIONS, as_long), every), _rounded(total, every))
        count = -(-total // chosen["eval_steps"])
        reasons["eval_steps"] = f"{count} evaluations in {total} steps" if count > 1 else "one, at the end"
        if as_long > total // EVALUATIONS:
            reasons["eval_steps"] += f": more would take longer on {rows} rows than training does"
    if chosen["save_steps"] == "auto":
        chosen["save_steps"] = chosen["eval_steps"]
        reasons["save_steps"] = "as eval_steps"
    if chosen["save_steps"] % every:
        asked, chosen["save_steps"] = chosen["save_steps"], _rounded(chosen["save_steps"], every)
        reasons["save_steps"] = (
            f"{asked} rounded up to a multiple of logging_steps, so that a resumed run logs the same"
        )


def _speed(chosen: dict[str, Any], reasons: dict[str, str], facts: Facts, recipe: Any) -> None:
    machine = facts.machine
    if chosen["dtype"] == "auto":
        chosen["dtype"] = "bf16" if machine.bf16 else "fp32"
        reasons["dtype"] = machine.bf16_reason
    frozen = recipe.tuning.adapter and machine.device == "cuda" and chosen["dtype"] == "bf16"
    chosen["weights_dtype"] = "bf16" if frozen else "fp32"
    reasons["weights_dtype"] = (
        "frozen weights need no more" if frozen else "weights that move, and the tiny ones of a CPU run, are kept exact"
    )
    quantization = recipe.tuning.quantization(chosen["dtype"])
    chosen["quantization"] = None if quantization is None else dataclasses.asdict(quantization)
    if chosen["packing"] == "auto":
        chosen["packing"] = False
        reasons["packing"] = "grouping rows by length saves the same padding and was the faster, and rows stay rows"
    if chosen["group_by_length"] == "auto":
        chosen["group_by_length"] = recipe.objective.packs and not chosen["packing"]
        reasons["group_by_length"] = (
            f"rows of {recipe.objective.title} are no single sequences"
            if not recipe.objective.packs
            else "packed rows need no padding"
            if chosen["packing"]
            else "rows of similar length batched together need little padding"
        )


def _shape_of_batches(chosen: dict[str, Any], reasons: dict[str, str], facts: Facts) -> None:
    on_cpu, tokens = facts.machine.device == "cpu", longest(facts, chosen)
    if chosen["attn_implementation"] == "flash_attention_2":
        lacking = [] if facts.machine.device == "cuda" else [f"a CUDA device, and this run has {facts.machine.name}"]
        lacking += [] if find_spec("flash_attn") else ["the package flash-attn, which is not installed"]
        if lacking:
            raise RecipeError([Problem(
                "training.attn_implementation", f"is 'flash_attention_2', which needs {' and '.join(lacking)}.",
                "Leave it at 'auto', or take 'sdpa'.",
            )])  # fmt: skip
    if chosen["attn_implementation"] == "auto":
        chosen["attn_implementation"] = "eager" if on_cpu and tokens <= EAGER_LENGTH else "sdpa"
        reasons["attn_implementation"] = (
            f"rows of at most {tokens} tokens on a CPU: plain attention goes backwards faster than torch's fused one"
            if chosen["attn_implementation"] == "eager"
            else "torch's fused attention never holds all scores in memory"
        )
    if chosen["pad_to_multiple_of"] == "auto":
        chosen["pad_to_multiple_of"] = CPU_PADDING if on_cpu and not chosen["packing"] else None
        reasons["pad_to_multiple_of"] = (
            "each new shape of batch costs a CPU time and memory: fewer shapes"
            if chosen["pad_to_multiple_of"]
            else "packed rows have one length"
            if chosen["packing"]
            else "no need on this device"
        )


def _memory(chosen: dict[str, Any], reasons: dict[str, str], facts: Facts, tuning: Any) -> None:
    if chosen["gradient_checkpointing"] == "auto" and not tuning.checkpointing:
        chosen["gradient_checkpointing"] = False
        reasons["gradient_checkpointing"] = f"does not work with {tuning.title.lower()}"
    if chosen["gradient_checkpointing"] == "auto":
        need, there = memory_needed(facts, chosen, tuning), facts.machine.memory_bytes
        chosen["gradient_checkpointing"] = need > MEMORY_SHARE * there
        reasons["gradient_checkpointing"] = (
            f"about {need / 2**30:.1f} GiB needed without it, {there / 2**30:.1f} GiB there"
        )


def _rounded(steps: int, every: int) -> int:
    return math.ceil(steps / every) * every
