"""What ``"auto"`` becomes: settings chosen from recipe, model size, rows and machine, each with its reason."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from workbench.models.quantization import Quantization
from workbench.models.shapes import Shapes
from workbench.objectives.hardware import Machine
from workbench.objectives.training import DEFAULT_EPOCHS

__all__ = ["Facts", "Resolved", "memory_needed", "memory_parts", "resolve"]

EVALUATIONS = 20
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
    """

    shapes: Shapes
    machine: Machine
    train_rows: int
    eval_rows: int
    trainable: int
    longest: int | None = None


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
        All fields of `Training`, and ``device``, ``weights_dtype``, ``quantization``, ``optimizer``, ``rows_per_step``
        and, for the estimate of memory, ``new_weights`` beside the model's own and ``inputs_again``.
    """
    training, reasons = recipe.training, {}
    chosen: dict[str, Any] = {field.name: getattr(training, field.name) for field in dataclasses.fields(training)}
    chosen["device"] = facts.machine.device
    reasons["device"] = facts.machine.name
    chosen["optimizer"] = recipe.tuning.optimizer(facts.machine.device)
    chosen["new_weights"] = facts.trainable if recipe.tuning.adapter else 0
    chosen["inputs_again"] = recipe.tuning.inputs_again

    if chosen["learning_rate"] == "auto":
        rate = recipe.tuning.auto_learning_rate(facts.shapes.parameters)
        chosen["learning_rate"], reasons["learning_rate"] = rate.value, rate.reason

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
        chosen["eval_steps"] = _rounded(max(1, total // EVALUATIONS), every)
        reasons["eval_steps"] = f"about {EVALUATIONS} evaluations in {total} steps"
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
        chosen["group_by_length"] = not chosen["packing"]
        reasons["group_by_length"] = (
            "packed rows need no padding"
            if chosen["packing"]
            else "rows of similar length batched together need little padding"
        )


def _shape_of_batches(chosen: dict[str, Any], reasons: dict[str, str], facts: Facts) -> None:
    on_cpu, longest = facts.machine.device == "cpu", _longest(chosen, facts)
    if chosen["attn_implementation"] == "auto":
        chosen["attn_implementation"] = "eager" if on_cpu and longest <= EAGER_LENGTH else "sdpa"
        reasons["attn_implementation"] = (
            f"rows of at most {longest} tokens on a CPU: plain attention goes backwards faster than torch's fused one"
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
        need, there = memory_needed(facts, chosen), facts.machine.memory_bytes
        chosen["gradient_checkpointing"] = need > MEMORY_SHARE * there
        reasons["gradient_checkpointing"] = (
            f"about {need / 2**30:.1f} GiB needed without it, {there / 2**30:.1f} GiB there"
        )


def _longest(chosen: dict[str, Any], facts: Facts) -> int:
    limit = chosen["max_length"]
    if chosen["packing"]:
        return int(limit or 1024)
    return int(min(facts.longest or limit or 1024, limit or 10**9))


def memory_needed(facts: Facts, chosen: dict[str, Any]) -> float:
    """Bytes for training, all parts of `memory_parts` together."""
    return sum(memory_parts(facts, chosen).values())


def memory_parts(facts: Facts, chosen: dict[str, Any]) -> dict[str, float]:
    """Bytes for training by what takes them, from sizes alone; the Python process itself is not among them.

    What a decoder layer keeps for its way back is counted tensor by tensor, as transformers' Llama and PEFT's LoRA keep
    it. ``python -m tests.bench memory`` holds it against measured peaks.

    Returns
    -------
    dict
        ``weights``, ``narrow copies`` (of weights, for products in 16 bits), ``gradients``, ``optimizer`` (two moments
        in fp32), ``activations`` (what they take beyond the gradients, which come into their place on the way back),
        ``logits``.
    """
    shapes = facts.shapes
    tokens = chosen["batch_size"] * _longest(chosen, facts)
    layer = tokens * _layer_bytes(facts, chosen)
    inputs = tokens * shapes.hidden * _stream_bytes(chosen)
    checkpointed = chosen["gradient_checkpointing"] is True
    activations = shapes.layers * inputs + layer if checkpointed else shapes.layers * layer
    product = 2 if chosen["dtype"] == "bf16" else 4
    gradients = 4 * facts.trainable
    copies = 0 if chosen["quantization"] or _stream_bytes(chosen) == product else product * _linear(facts)
    return {
        "weights": _weight_bytes(facts, chosen) + 4 * chosen["new_weights"],
        "narrow copies": copies,
        "gradients": gradients,
        "optimizer": 8 * facts.trainable,
        "activations": max(0, activations - gradients),
        "logits": (product + 8) * tokens * shapes.vocabulary,
    }


def _stream_bytes(chosen: dict[str, Any]) -> int:
    """Bytes of a number between the layers."""
    return 2 if chosen["weights_dtype"] == "bf16" else 4


def _layer_bytes(facts: Facts, chosen: dict[str, Any]) -> float:
    """Bytes that one layer keeps of one token until its gradients are made."""
    shapes, stream = facts.shapes, _stream_bytes(chosen)
    product = 2 if chosen["dtype"] == "bf16" else 4
    hidden, keys = shapes.hidden, shapes.kv_width
    wide = max((outputs for _, outputs in shapes.linear.values()), default=4 * hidden)
    gated = any("gate" in name for name in shapes.linear)
    norms = 2 * (stream + 4) * hidden
    # where products are narrower than the stream, each layer makes a copy of its own
    copies = 5 if stream != product else 2
    inputs = product * ((copies + 1) * hidden + wide)
    attention = product * (3 * hidden + 4 * keys)
    if chosen["attn_implementation"] == "eager":
        attention += (2 * product + 6) * shapes.heads * _longest(chosen, facts)
    feedforward = (3 if gated else 2) * product * wide
    again = 2 * 5 * hidden + 6 * (hidden + wide) if chosen["inputs_again"] else 0
    return norms + inputs + attention + feedforward + again


def _linear(facts: Facts) -> int:
    """Weights of the linear layers inside the decoder."""
    return sum(inputs * outputs for inputs, outputs in facts.shapes.linear.values())


def _weight_bytes(facts: Facts, chosen: dict[str, Any]) -> float:
    whole, quantization = 2 if chosen["weights_dtype"] == "bf16" else 4, chosen["quantization"]
    if quantization is None:
        return facts.shapes.parameters * whole
    rounded = _linear(facts)
    each = Quantization(**quantization).bytes_per_weight
    return rounded * each + (facts.shapes.parameters - rounded) * whole


def _rounded(steps: int, every: int) -> int:
    return math.ceil(steps / every) * every
