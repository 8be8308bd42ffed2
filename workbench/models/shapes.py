"""How large a model is, read from its config and the headers of its weights: no torch, no weights in memory.

Of a model of the hub that is not here yet, only the config and these headers are fetched.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from pathlib import Path
from typing import Any

from workbench.errors import ModelNotFoundError
from workbench.models.gguf import GGUFSource, read_header
from workbench.models.resolve import ModelRef

__all__ = ["Shapes", "shapes"]

HEADER_LIMIT = 100 * 2**20
GGUF_LAYERS = {
    "attn_q": "q_proj", "attn_k": "k_proj", "attn_v": "v_proj", "attn_output": "o_proj", "attn_qkv": "qkv_proj",
    "ffn_gate": "gate_proj", "ffn_up": "up_proj", "ffn_down": "down_proj",
}  # fmt: skip


@dataclass(frozen=True)
class Shapes:
    """The sizes of a decoder model.

    Parameters
    ----------
    parameters
        The number of weights, each shared one counted once.
    layers, hidden, vocabulary
        Decoder layers, width of the residual stream, number of tokens known.
    positions
        The longest context in tokens; None when the config names none.
    bytes
        The size of the weights on disk.
    architecture
        The model class: ``"LlamaForCausalLM"``.
    linear
        ``(inputs, outputs)`` of each linear layer inside the decoder, by tensor name.
    heads
        Attention heads of a layer; 0 when the config does not say.
    """

    parameters: int
    layers: int
    hidden: int
    vocabulary: int
    positions: int | None
    bytes: int
    architecture: str
    linear: Mapping[str, tuple[int, int]]
    heads: int = 0

    @property
    def kv_width(self) -> int:
        """The width of a layer's keys: that of its ``k_proj``, else the hidden width."""
        keys = (outputs for name, (_, outputs) in self.linear.items() if name.endswith(".k_proj.weight"))
        return max(keys, default=self.hidden)


def shapes(ref: ModelRef) -> Shapes:
    """Read the sizes of a model, of one that is not on this machine from the hub.

    Raises
    ------
    ModelNotFoundError
        When the hub does not tell, or the model's files are damaged.
    """
    folder = ref
    while folder.base is not None:  # a run may start from a run
        folder = folder.base
    if folder.source is not None and not folder.source.converted:
        return _of_gguf(folder.source)
    return _read(folder.path) if folder.path is not None else _of_hub(folder.name, folder.revision)


@lru_cache(maxsize=32)
def _read(path: Path) -> Shapes:
    try:
        config = json.loads((path / "config.json").read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelNotFoundError(f"{path / 'config.json'} is not valid JSON ({error}). Copy the model again.") from None
    tensors: dict[str, tuple[int, ...]] = {}
    for file in sorted(path.glob("*.safetensors")):
        tensors.update(tensor_shapes(file))
    return _made(config, tensors, sum(file.stat().st_size for file in path.glob("*.safetensors")))


@lru_cache(maxsize=32)
def _of_hub(name: str, revision: str | None) -> Shapes:
    """The sizes of a model of the hub, without its weights."""
    from huggingface_hub import get_safetensors_metadata, hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, NotASafetensorsRepoError, SafetensorsParsingError

    try:
        config = json.loads(Path(hf_hub_download(name, "config.json", revision=revision)).read_text(encoding="utf-8"))
        files = get_safetensors_metadata(name, revision=revision).files_metadata.values()
    except NotASafetensorsRepoError:
        raise ModelNotFoundError(
            f"{name!r} has no safetensors files on the hub. Take a version of the model that has them."
        ) from None
    except (HfHubHTTPError, SafetensorsParsingError, OSError, ValueError) as error:
        raise ModelNotFoundError(
            f"The size of {name!r} could not be read from the hub ({error}). Try again online, or download it first."
        ) from error
    tensors = {key: tensor for file in files for key, tensor in file.tensors.items()}
    size = sum(tensor.data_offsets[1] - tensor.data_offsets[0] for tensor in tensors.values())
    return _made(config, {key: tuple(tensor.shape) for key, tensor in tensors.items()}, size)


def _made(config: dict[str, Any], tensors: Mapping[str, tuple[int, ...]], size: int) -> Shapes:
    text = config.get("text_config") or config
    linear = {
        name: (shape[1], shape[0])
        for name, shape in tensors.items()
        if len(shape) == 2 and name.endswith(".weight") and not _is_embedding(name)
    }
    return Shapes(
        parameters=sum(prod(shape) for shape in tensors.values()),
        layers=int(_first(text, "num_hidden_layers", "n_layer", "num_layers") or 0),
        hidden=int(_first(text, "hidden_size", "n_embd", "d_model") or 0),
        vocabulary=int(_first(text, "vocab_size") or 0),
        positions=_first(text, "max_position_embeddings", "n_positions", "max_seq_len"),
        bytes=size,
        architecture=(config.get("architectures") or ["unknown"])[0],
        linear=linear,
        heads=int(_first(text, "num_attention_heads", "n_head") or 0),
    )


@lru_cache(maxsize=32)
def _of_gguf(source: GGUFSource) -> Shapes:
    """The sizes of a GGUF model before its conversion, from its header; layers have the names they will get."""
    header = read_header(source.parts[0])
    config = header.config()
    return Shapes(
        parameters=header.parameters,
        layers=config.get("num_hidden_layers", 0),
        hidden=config.get("hidden_size", 0),
        vocabulary=config.get("vocab_size", 0),
        positions=config.get("max_position_embeddings"),
        bytes=sum(part.stat().st_size for part in source.parts),
        architecture=config.get("model_type", "unknown"),
        linear={
            f"{name.rsplit('.', 2)[0]}.{GGUF_LAYERS[layer]}.weight": (shape[1], shape[0])
            for name, shape in header.tensors.items()
            if len(shape) == 2 and (layer := name.removesuffix(".weight").rsplit(".", 1)[-1]) in GGUF_LAYERS
        },
        heads=config.get("num_attention_heads", 0),
    )


def tensor_shapes(file: Path) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor in a safetensors file, from its header."""
    with file.open("rb") as stream:
        start = stream.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 0 < length <= HEADER_LIMIT:
            raise ModelNotFoundError(f"{file} is not a safetensors file (its header is broken). Copy it again.")
        try:
            header = json.loads(stream.read(length))
        except ValueError:
            raise ModelNotFoundError(f"{file} is damaged or cut off (its header is not JSON). Copy it again.") from None
        ends = [info["data_offsets"][1] for info in header.values() if "data_offsets" in info]
        needed = 8 + length + max(ends, default=0)
        if (size := file.stat().st_size) < needed:
            raise ModelNotFoundError(f"{file} is cut off: it holds {size:,} of {needed:,} bytes. Copy it again.")
    return {name: tuple(info["shape"]) for name, info in header.items() if name != "__metadata__"}


def _is_embedding(name: str) -> bool:
    return any(part in name for part in ("embed", "lm_head", "wte", "wpe", "shared"))


def _first(config: Mapping[str, Any], *names: str) -> Any:
    return next((config[name] for name in names if config.get(name) is not None), None)
