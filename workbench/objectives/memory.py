"""What training takes of memory, from sizes alone, part by part.

Counted is each tensor that autograd keeps for the way back, as transformers' decoder layers, PEFT's adapters and TRL's
loss keep them, and what stands beside them at the highest point. ``python -m tests.bench memory`` holds it against
measured peaks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.models.quantization import Quantization
from workbench.models.widths import Widths

if TYPE_CHECKING:
    from workbench.objectives.resolving import Facts

__all__ = ["memory_needed", "memory_parts"]

TILE_TOKENS, TILE_WORDS = 4096, 32768
"""TRL's loss makes the logits in tiles of so many tokens and words."""
TILE_IN_TORCH = 41
"""Bytes for each number of a tile beyond the tile itself, where no Triton kernel works inside it; measured."""
WORKSPACE = 64 * 2**20
"""What CUDA's matrix library takes for itself."""
ALLOCATOR = 0.1
"""The share that a CPU's allocator holds beyond what is in use; measured."""


def memory_needed(facts: Facts, chosen: dict[str, Any], tuning: Any) -> float:
    """Bytes for training, all parts of `memory_parts` together."""
    return sum(memory_parts(facts, chosen, tuning).values())


def memory_parts(facts: Facts, chosen: dict[str, Any], tuning: Any) -> dict[str, float]:
    """Bytes for training by what takes them; the Python process itself is not among them.

    Parameters
    ----------
    facts
        Sizes of model and rows.
    chosen
        Resolved settings.
    tuning
        The way of tuning.

    Returns
    -------
    dict
        ``weights``, ``optimizer`` (two moments in fp32), ``gradients``, and what is taken beyond the gradients at the
        highest point, which come into its place on the way back: ``activations``, ``narrow copies`` (of weights, for
        products in 16 bits) and ``logits``. ``reference``: a
        frozen copy of the start. ``workspace`` of CUDA's matrix library, ``allocator`` of a CPU's.
    """
    shapes, widths = facts.shapes, widths_of(facts, chosen)
    tokens = facts.sequences * chosen["batch_size"] * (longest(facts, chosen) + tuning.virtual_tokens)
    new = facts.trainable if tuning.adapter else 0
    gradients = 4 * facts.trainable
    copies = 0.0 if chosen["quantization"] or not widths.cast else float(widths.product * linear_weights(facts))
    layer = tokens * (_layer_bytes(facts, chosen, widths, tuning) + tuning.kept_bytes(widths))
    back = tokens * 4 * widths.product * widths.wide  # while one layer's gradients are made
    if chosen["attn_implementation"] == "eager":
        back += tokens * 3 * 4 * shapes.heads * longest(facts, chosen)
    logits = _logits_bytes(facts, chosen, widths, not tuning.adapter)
    kept = shapes.layers * layer
    if chosen["gradient_checkpointing"] is True:  # the input of each layer, and one layer at a time computed anew
        kept = shapes.layers * tokens * widths.hidden * widths.stream
        back += layer
        copies /= max(1, shapes.layers)
        if logits > back + copies:
            copies = 0
    # The highest point is at the loss, or where the last layer's gradients are made. A CPU's allocator does not give
    # the many small pieces of the one back for the large ones of the other.
    on_cuda = chosen["device"] == "cuda"
    activations, logits = (kept, logits) if on_cuda and logits > back else (kept + back, 0 if on_cuda else logits)
    # on the way back gradients come into the place of what they were made from
    beyond, replaced = {}, float(gradients)
    for name, count in (("activations", activations), ("narrow copies", copies), ("logits", logits)):
        beyond[name] = max(0.0, count - replaced)
        replaced = max(0.0, replaced - count)
    parts = {
        "weights": _weight_bytes(facts, chosen) + 4 * new,
        "optimizer": 8 * facts.trainable,
        "gradients": gradients,
        **beyond,
    }
    if facts.reference_parameters:
        parts["reference"] = facts.reference_parameters * (2 if chosen["weights_dtype"] == "bf16" else 4)
    return parts | ({"workspace": WORKSPACE} if on_cuda else {"allocator": ALLOCATOR * sum(parts.values())})


def widths_of(facts: Facts, chosen: dict[str, Any]) -> Widths:
    """The widths of a model's decoder layers, and the bytes of what passes through them."""
    shapes = facts.shapes
    queries = next((out for name, (_, out) in shapes.linear.items() if name.endswith(".q_proj.weight")), shapes.hidden)
    return Widths(
        hidden=shapes.hidden,
        queries=queries,
        keys=shapes.kv_width,
        wide=max((out for _, out in shapes.linear.values()), default=4 * shapes.hidden),
        gated=any("gate" in name for name in shapes.linear),
        stream=2 if chosen["weights_dtype"] == "bf16" else 4,
        product=2 if chosen["dtype"] == "bf16" else 4,
        quantized=bool(chosen["quantization"]),
    )


def longest(facts: Facts, chosen: dict[str, Any]) -> int:
    """The longest row in tokens, as far as it is known."""
    limit = chosen["max_length"]
    if chosen["packing"]:
        return int(limit or 1024)
    return int(min(facts.longest or limit or 1024, limit or 10**9))


def linear_weights(facts: Facts) -> int:
    """Weights of the linear layers inside the decoder."""
    return sum(inputs * outputs for inputs, outputs in facts.shapes.linear.values())


def _layer_bytes(facts: Facts, chosen: dict[str, Any], widths: Widths, tuning: Any) -> float:
    """Bytes that one layer of the model keeps of one token until its gradients are made, adapters left out."""
    hidden, product = widths.hidden, widths.product
    norms = 2 * 4 * hidden  # the input in fp32
    attention = product * (2 * widths.queries + 2 * widths.keys)  # queries, keys, values after rotation; the sum
    keys = longest(facts, chosen) + tuning.virtual_tokens
    if chosen["attn_implementation"] == "eager":
        attention += (4 + (product if widths.cast else 0)) * facts.shapes.heads * keys
    elif tuning.masks or (chosen["batch_size"] > 1 and not chosen["packing"]):
        attention += product * keys  # the mask of padding, which each layer turns into numbers
    feedforward = product * (3 if widths.gated else 1) * widths.wide
    if tuning.adapter:
        return norms + attention + feedforward
    copies = 5 if widths.cast and widths.gated else 4 if widths.cast else 2
    inputs = product * (copies * hidden + widths.wide)
    return norms + 2 * widths.stream * hidden + attention + feedforward + inputs


def _logits_bytes(facts: Facts, chosen: dict[str, Any], widths: Widths, all_move: bool) -> float:
    """Bytes at the loss: one tile of logits, and gradients of the last hidden state and of the output layer."""
    shapes = facts.shapes
    tokens = facts.sequences * chosen["batch_size"] * longest(facts, chosen) * facts.trained_share
    tile = min(tokens, TILE_TOKENS) * min(shapes.vocabulary, TILE_WORDS)
    whole = (widths.product + (0 if chosen["device"] == "cuda" else TILE_IN_TORCH)) * tile
    states = tokens * shapes.hidden * (4 + 2 * widths.stream + 4)
    output = 4 * shapes.vocabulary * shapes.hidden if all_move else 0
    narrow = widths.product * min(shapes.vocabulary, TILE_WORDS) * shapes.hidden if widths.cast else 0
    return whole + states + output + narrow


def _weight_bytes(facts: Facts, chosen: dict[str, Any]) -> float:
    whole, quantization = 2 if chosen["weights_dtype"] == "bf16" else 4, chosen["quantization"]
    if quantization is None:
        return facts.shapes.parameters * whole
    rounded = linear_weights(facts)
    each = Quantization(**quantization).bytes_per_weight
    return rounded * each + (facts.shapes.parameters - rounded) * whole
