"""Load a tokenizer or model: weights only from safetensors, code from a model's folder only when named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Literal

from workbench.errors import ModelNotFoundError
from workbench.models.gguf_conversion import convert, print_sentence
from workbench.models.quantization import Quantization, quantized, trainable_on_cpu
from workbench.models.resolve import ModelRef
from workbench.models.reward import config_of, gives_numbers

__all__ = ["cannot_start", "import_transformers", "load_model", "load_tokenizer", "make_folder"]


def import_transformers() -> None:
    """Import transformers' tokenizers now, which takes two seconds the first time.

    Two threads that import transformers at once can each see it half made ("cannot import name 'AutoTokenizer'"). So
    whoever will load a tokenizer in a thread calls this before it starts.
    """
    from transformers import AutoTokenizer  # noqa: F401


def make_folder(ref: ModelRef, say: Callable[[str], object] = print_sentence) -> None:
    """Convert a GGUF model, or the one under an adapter, unless that was done before; other models need nothing.

    `load_tokenizer` and `load_model` do it too; calling it first lets one say where the minute goes.

    Parameters
    ----------
    say
        Takes a sentence on what is being done; by default it is printed to stderr.
    """
    source = ref.base.source if ref.base is not None else ref.source
    if source is not None:
        convert(source, say)


def load_tokenizer(ref: ModelRef, *, trust_remote_code: bool = False) -> Any:
    """The tokenizer of a model, as a transformers tokenizer.

    Raises
    ------
    ModelNotFoundError
        When there is none, or it needs code that was not allowed.
    InvalidInputError
        When it is a GGUF model that cannot be converted.
    """
    from transformers import AutoTokenizer

    make_folder(ref)
    if ref.path is None or (ref.path / "tokenizer_config.json").is_file() or ref.base is None:
        source = ref
    else:
        source = ref.base
    try:
        return AutoTokenizer.from_pretrained(
            source.location, revision=_revision(source), trust_remote_code=trust_remote_code
        )
    except (OSError, ValueError, KeyError) as error:
        raise ModelNotFoundError(_why(ref, "tokenizer", error, trust_remote_code)) from error


def load_model(
    ref: ModelRef,
    dtype: Literal["fp32", "bf16", "auto"] = "fp32",
    *,
    attn_implementation: str | None = None,
    trust_remote_code: bool = False,
    quantization: Quantization | None = None,
    device: str = "cpu",
) -> Any:
    """The model, in evaluation mode: on the CPU, or where it is quantised on `device`.

    Parameters
    ----------
    ref
        What `resolve_model` found. A run that holds an adapter is its base with the adapter merged, in fp32.
    dtype
        The type of the weights in memory; ``"auto"`` as they are stored.
    attn_implementation
        How attention is computed, in transformers' words (``"eager"``, ``"sdpa"``); None leaves it to transformers.
    trust_remote_code
        Whether Python code in the model's folder may run.
    quantization
        Keep linear layers in four bits.
    device
        Where quantised weights are put; they are not to be moved afterwards.

    Raises
    ------
    ModelNotFoundError
        When files are missing or damaged, or need code that was not allowed.
    InvalidInputError
        When it is a GGUF model that cannot be converted.
    """
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM

    if ref.base is not None:
        merged = _merged(ref, dtype, attn_implementation, trust_remote_code)
        return merged if quantization is None else quantized(merged, quantization, device)
    make_folder(ref)
    four_bits: dict[str, Any] = {}
    if quantization is not None:
        four_bits = {"quantization_config": quantization.config(), "device_map": {"": device}}
    kinds: dict[str, Any] = {"fp32": torch.float32, "bf16": torch.bfloat16, "auto": "auto"}
    try:
        with _no_bar() if ref.path is not None else nullcontext():  # a download shows its own
            model = AutoModelForCausalLM.from_pretrained(
                ref.location,
                revision=_revision(ref),
                dtype=kinds[dtype],
                use_safetensors=True,
                attn_implementation=attn_implementation,
                trust_remote_code=trust_remote_code,
                **four_bits,
            )
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
        raise ModelNotFoundError(_why(ref, "model", error, trust_remote_code)) from error
    return (model if quantization is None else trainable_on_cpu(model)).eval()


def cannot_start(ref: ModelRef, peft_type: str = "", quantizes: bool = False) -> str:
    """Why a run cannot start from a model; empty where it can.

    A run that holds an adapter can be the start of another where the adapter merges into the weights exactly, or where
    the new run tunes in the same way: it then goes on from the earlier adapter.

    Parameters
    ----------
    ref
        What `resolve_model` found.
    peft_type
        PEFT's word for the adapters of the new run.
    quantizes
        Whether the new run keeps frozen weights in four bits.
    """
    if gives_numbers(config_of(ref)):
        return (
            f"{ref.name!r} is a reward model: it gives a number and writes nothing. Start from the run that it was "
            "trained on."
        )
    if ref.merges or ref.path is None:
        return ""
    kind = json.loads((ref.path / "adapter_config.json").read_text(encoding="utf-8")).get("peft_type")
    rounded = Quantization.of(ref.path) is not None
    if kind == peft_type and rounded == quantizes:
        return ""
    why = f"{kind}, which cannot be merged into the weights exactly"
    if rounded:
        why = "QLoRA: its adapter belongs to weights rounded to four bits, and merged into whole ones is another model"
    return (
        f"{ref.name!r} was tuned with {why}. So another way of tuning cannot start there. Tune in the same way, which "
        "goes on from its adapter; or start from the base model, or from a run tuned with LoRA or all weights."
    )


def _merged(
    ref: ModelRef, dtype: Literal["fp32", "bf16", "auto"], attn_implementation: str | None, trust_remote_code: bool
) -> Any:
    import torch
    from peft import PeftModel

    assert ref.base is not None
    if reason := cannot_start(ref):
        raise ModelNotFoundError(reason)
    model = load_model(ref.base, "fp32", attn_implementation=attn_implementation, trust_remote_code=trust_remote_code)
    merged = PeftModel.from_pretrained(model, ref.location).merge_and_unload()
    return (merged.to(torch.bfloat16) if dtype == "bf16" else merged).eval()


@contextmanager
def _no_bar() -> Iterator[None]:
    """Without transformers' bar, which a notebook would keep among its outputs for every model that is loaded."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _revision(ref: ModelRef) -> str:
    return (ref.revision or "main") if ref.path is None else "main"


def _why(ref: ModelRef, what: str, error: BaseException, trust_remote_code: bool) -> str:
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    reason = lines[0] if lines else type(error).__name__
    remedy = "Copy or download the model again."
    if "trust_remote_code" in str(error) and not trust_remote_code:
        reason = "it brings Python code of its own, which would run on this machine"
        remedy = "If you have read and trust that code, say Recipe(..., trust_remote_code=True)."
    return f"The {what} of {ref.name!r} ({ref.location}) cannot be loaded: {reason.rstrip('.')}. {remedy}"
