"""The conversion of a GGUF file into a folder of safetensors, done once and kept.

`convert` is called by whatever loads a model, so in the trainer and generation processes. What it promises:

- the folder appears in one step, complete: work happens in a temporary folder beside it, which is renamed at the end;
- two processes never convert at once: the second waits for the first one's lock and finds the folder; the lock is
  freed by the system when its holder dies, and what a dead one left behind is removed;
- a packaged file whose SHA-256 is not the pinned one is refused before anything reads it;
- a file with tensors that the model does not know, or without some that it needs, is refused and not filled with
  random weights.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from workbench.errors import InvalidInputError, WorkbenchError
from workbench.models.gguf import CONVERSION, GGUFSource, read_header

_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}
_RECORD = "source.json"


def print_sentence(text: str) -> None:
    """Where sentences go unless the caller takes them."""
    print(text, file=sys.stderr, flush=True)


def convert(source: GGUFSource, say: Callable[[str], object] = print_sentence) -> Path:
    """Make the folder of `source` unless it is there, and return it.

    Parameters
    ----------
    source
        What `workbench.models.gguf.find` found.
    say
        Takes one sentence at a time on what is being done. Nothing is said when the folder is there already.

    Returns
    -------
    Path
        A folder with ``config.json``, ``model.safetensors``, the tokenizer, and ``source.json``, which holds the
        SHA-256 of the GGUF file.

    Raises
    ------
    InvalidInputError
        When the checksum differs from the pinned one, or the file cannot be converted.
    WorkbenchError
        When the disk has no room for the converted weights.
    """
    from filelock import FileLock

    if source.converted:
        return source.folder
    home = source.folder.parent
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / f"{source.folder.name}.lock"):
        if not source.converted:  # another process may have converted it while this one waited
            unfinished = home / f"{source.folder.name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            try:
                _make(source, unfinished, say)
                unfinished.rename(source.folder)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
            say(f"Converted. The folder {source.folder} is used from now on.")
    return source.folder


def _make(source: GGUFSource, folder: Path, say: Callable[[str], object]) -> None:
    header = read_header(source.parts[0])
    size = sum(part.stat().st_size for part in source.parts)
    needed = header.parameters * _BYTES[header.dtype] + (size if len(source.parts) > 1 else 0) + 100_000_000
    free = shutil.disk_usage(folder.parent).free
    if free < needed:
        raise WorkbenchError(
            f"The disk has no room to convert {source.name}: {needed / 2**30:.1f} GiB are needed in {folder.parent}, "
            f"{free / 2**30:.1f} GiB are free. Free some, or set WORKBENCH_CACHE to a folder on another disk."
        )
    say(
        f"Converting {source.name} ({header.parameters / 1e6:.0f} million parameters) from GGUF, once; "
        f"about {max(1, round(header.parameters / 300e6))} min."
    )
    reading = folder / "reading"  # holds the GGUF alone, so that no neighbour of the file is read by mistake
    reading.mkdir(parents=True)
    gguf = reading / "model.gguf"
    digest = _checked(source, gguf)
    versions = _save(gguf, folder, header.dtype, source.name)
    shutil.rmtree(reading)
    for notice in source.notices:
        shutil.copyfile(notice, folder / notice.name)
    record = {
        "name": source.name if source.sha256 else source.parts[0].name,
        "sha256": digest,
        "bytes": size,
        "conversion": CONVERSION,
        "dtype": header.dtype,
        "versions": versions,
    }
    (folder / _RECORD).write_text(json.dumps(record, indent=2) + "\n")


def _checked(source: GGUFSource, target: Path) -> str:
    """Put the GGUF file at `target`, joined when it comes in parts, and return its SHA-256."""
    digest = hashlib.sha256()
    join = len(source.parts) > 1
    with target.open("wb") if join else contextlib.nullcontext() as out:
        for block in _blocks(source.parts):
            digest.update(block)
            if out is not None:
                out.write(block)
    if source.sha256 is not None and digest.hexdigest() != source.sha256:
        raise InvalidInputError(
            f"The file of {source.name} is not the one this version was checked with: its SHA-256 is "
            f"{digest.hexdigest()}, expected {source.sha256}. Reinstall its package; nothing was read from it."
        )
    if not join:
        try:
            target.symlink_to(source.parts[0].resolve())
        except OSError:  # Windows lets only some accounts make links
            shutil.copyfile(source.parts[0], target)
    return digest.hexdigest()


def _blocks(parts: tuple[Path, ...]) -> Iterator[bytes]:
    for part in parts:
        with part.open("rb") as file:
            while block := file.read(1 << 22):
                yield block


def _save(gguf: Path, folder: Path, dtype: str, name: str) -> dict[str, str]:
    """Unpack the weights and write model and tokenizer; returns the versions of the packages that did it."""
    try:
        reader_version = version("gguf")
    except PackageNotFoundError as error:
        raise InvalidInputError(
            f"Reading {name} needs the package 'gguf', which is not installed: pip install gguf"
        ) from error
    import torch
    import transformers

    where = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name, "local_files_only": True}
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(**where)
        model, report = transformers.AutoModelForCausalLM.from_pretrained(
            **where,
            dtype=getattr(torch, dtype),
            quantization_config=transformers.GgufConfig(dequantize=True),
            output_loading_info=True,
        )
    except (ValueError, KeyError, NotImplementedError) as error:
        raise InvalidInputError(
            f"{name} cannot be converted: {error} transformers {transformers.__version__} does not know this kind of "
            "GGUF file. Use the model's safetensors folder instead."
        ) from error
    missing = sorted(set(report["missing_keys"]) | {str(key) for key in report["mismatched_keys"]})
    if missing:
        raise InvalidInputError(
            f"{name} cannot be converted: the file lacks {len(missing)} of the model's tensors ({missing[0]}, ...). "
            "Use the model's safetensors folder instead."
        )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return {"transformers": transformers.__version__, "gguf": reader_version}
