"""Which files of a folder are a data set, and which of them are which split."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.data.reading import SUFFIXES, suffix_of
from workbench.data.streams import plain_name
from workbench.errors import DatasetError

__all__ = ["MARKER", "Found", "find_files", "is_whole", "split_name"]

SPLIT_NAMES = {
    "train": "train", "training": "train", "validation": "validation", "valid": "validation", "val": "validation",
    "dev": "validation", "eval": "validation", "test": "test", "testing": "test",
}  # fmt: skip
PREFERRED = (".parquet", ".jsonl", ".csv", ".tsv", ".json", ".txt")
SHARD = re.compile(r"[-_.]?\d{1,6}([-_]of[-_]\d{1,6})?$")
MOST = 10_000
MARKER = "workbench.json"
"""What `Dataset.save` writes beside its splits: their names, the hash, and the log of repairs."""


@dataclass(frozen=True)
class Found:
    """Files by split.

    Parameters
    ----------
    splits
        Split name -> its files, in order.
    notes
        What was chosen.
    named
        Whether the files' own names, and not those of folders, tell the splits.
    complete
        Whether these are all splits there shall be: the folder was written by `Dataset.save`.
    """

    splits: dict[str, list[Path]]
    notes: list[str]
    named: bool
    complete: bool = False


def marker(folder: Path) -> dict[str, Any] | None:
    """What `Dataset.save` wrote of the data set in a folder, if it did.

    Raises
    ------
    DatasetError
        When the file is none of its.
    """
    file = folder / MARKER
    if not file.is_file():
        return None
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        wrong = "" if {"splits", "hash", "repairs"} <= set(said) else "something is missing in it"
    except (ValueError, TypeError) as error:
        wrong = str(error)
    if wrong:
        raise DatasetError(f"{file}: is not what a saved data set has there ({wrong}). Take it away.")
    return said


def is_whole(folder: Path, hash: str) -> bool:
    """Whether a folder holds the set of this hash as `Dataset.save` wrote it, no file of it missing or cut off."""
    try:
        saved = marker(folder) or {}
    except DatasetError:
        return False
    sizes = saved.get("bytes", {})
    files = {name: folder / f"{name}.parquet" for name in saved.get("splits", [])}
    there = all(file.is_file() and file.stat().st_size == sizes.get(name) for name, file in files.items())
    return saved.get("hash") == hash and bool(files) and there


def split_name(name: str) -> str:
    """Our word for a split: ``"validation"`` for ``dev``."""
    return SPLIT_NAMES.get(name.lower(), name)


def find_files(folder: Path) -> Found:
    """The readable files of a folder, of one kind; where it has none itself, those of all folders in it.

    Raises
    ------
    DatasetError
        When there is none, a folder cannot be opened, or a link leads nowhere.
    """
    files = _files(folder)
    if not files:
        inside = ", ".join(sorted(item.name for item in folder.iterdir())[:8])
        raise DatasetError(
            f"{folder}: no file in this folder can be read ({inside or 'it is empty'}). "
            f"Put {', '.join(SUFFIXES)} files there."
        )
    notes: list[str] = []
    saved = marker(folder)
    if saved is not None:
        return Found({name: [folder / f"{name}.parquet"] for name in saved["splits"]}, notes, True, True)
    _refuse_twins(files, folder)
    split_of = {file: _split_of(file.relative_to(folder)) for file in files}
    named = [file for file in files if split_of[file] in SPLIT_NAMES.values()]
    kinds = {suffix_of(file) for file in named or files}
    kind = next(suffix for suffix in PREFERRED if suffix in kinds)
    left_out = [str(file.relative_to(folder)) for file in files if suffix_of(file) != kind]
    if left_out:
        notes.append(f"Read the {kind} files of the folder; left out: {_listed(left_out)}.")
    files = [file for file in files if suffix_of(file) == kind]
    if not named:
        if len(files) > 1:
            notes.append(f"The {len(files)} files of the folder were read as parts of one data set.")
        return Found({"train": files}, notes, False)
    splits: dict[str, list[Path]] = {}
    for file in files:
        splits.setdefault(split_of[file], []).append(file)
    for name, parts in splits.items():
        stems = {SHARD.sub("", Path(plain_name(file.name)).stem) for file in parts}
        if len(stems) > 1:
            joined = _listed([str(file.relative_to(folder)) for file in parts])
            notes.append(f"The {name} split was read from several files: {joined}.")
    if "train" not in splits and len(splits) == 1:
        [only] = splits
        notes.append(f"The folder has a {only} split only; it was read as train.")
    return Found({name: splits[name] for name in sorted(splits, key=_rank)}, notes, files[0].parent == folder)


def _refuse_twins(files: list[Path], folder: Path) -> None:
    """No file may stand beside its own compressed form: its rows would come twice."""
    seen: dict[Path, Path] = {}
    for file in files:
        plain = file.with_name(plain_name(file.name))
        if plain in seen:
            both = f"{seen[plain].relative_to(folder)} and {file.relative_to(folder)}"
            raise DatasetError(f"{folder}: {both} are one file, plain and compressed. Keep one of them.")
        seen[plain] = file


def _files(folder: Path) -> list[Path]:
    """Those of the folder itself, unless they name no split and a folder in it does."""
    own: list[Path] = []
    below: list[Path] = []
    wanted = True
    for place, files, folders in _walk(folder):
        if place == folder:
            own = files
            likely = [name for name in folders if name == "data" or split_name(name) in SPLIT_NAMES.values()]
            wanted = not own or (bool(likely) and not _named(own, folder))
        if not wanted:
            break
        if place != folder:
            below += files
        if len(below) > MOST:
            raise DatasetError(f"{folder}: has more than {MOST:,} files in it. Name the folder of the data itself.")
    return below if wanted and below else own


def _named(files: list[Path], folder: Path) -> bool:
    return any(_split_of(file.relative_to(folder)) in SPLIT_NAMES.values() for file in files)


def _walk(folder: Path) -> Iterator[tuple[Path, list[Path], list[str]]]:
    """Each folder with its readable files and the folders in it; none twice, so that links in a circle end."""

    def refuse(error: OSError) -> None:
        raise DatasetError(f"{error.filename}: the folder cannot be opened ({error.strerror}). See its permissions.")

    seen: set[str] = set()
    for place, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        if os.path.realpath(place) in seen:
            folders.clear()
            continue
        seen.add(os.path.realpath(place))
        folders[:] = sorted(name for name in folders if name[0] != ".")
        found = [Path(place, name) for name in sorted(names) if name[0] != "." and name != MARKER]
        found = [file for file in found if suffix_of(file) in SUFFIXES]
        for file in found:
            if file.is_symlink() and not file.exists():
                raise DatasetError(f"{file}: is a link that leads nowhere, or in a circle. Mend it or take it out.")
        yield Path(place), [file for file in found if file.is_file()], folders


def _split_of(path: Path) -> str:
    """The split that a file's name tells, else that of the nearest folder that tells one, else a word of the name."""
    stem = plain_name(path.name)
    stem = path.name[: len(stem) - len(Path(stem).suffix)]
    stem = SHARD.sub("", stem) or stem
    for name in (stem, *(folder.name for folder in path.parents if folder.name)):
        if split_name(name) in SPLIT_NAMES.values():
            return split_name(name)
    parts = {SPLIT_NAMES[part] for part in re.split(r"[-_. ]+", stem.lower()) if part in SPLIT_NAMES}
    return parts.pop() if len(parts) == 1 else stem


def _listed(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _rank(name: str) -> tuple[int, str]:
    known = ["train", "validation", "test"]
    return (known.index(name) if name in known else len(known), name)
