"""Where rows come from: a bundled name, a file, a folder, the hub, or memory, as named streams of rows per split."""

from __future__ import annotations

import difflib
import errno
import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.data.files import MARKER, find_files, marker, split_name
from workbench.data.findings import Repair
from workbench.data.reading import EmptyFileError, Rows, parts_of, read_file, read_part, suffix_of
from workbench.data.setaside import Faults
from workbench.errors import DatasetError

__all__ = ["Source", "bundled_datasets", "open_source", "source_stamp"]

Stream = Callable[[Faults], Rows]
"""Starts reading a split from its first row; rows that cannot be read are reported."""


@dataclass
class Source:
    """One opened source.

    Parameters
    ----------
    name
        What messages call it.
    reference
        What finds it again, for a recipe: a bundled name, path or ``hub:`` id; None for rows in memory.
    splits
        For each split what starts its stream of ``(place, row)``.
    notes
        Sentences on choices made while opening.
    folder
        The folder whose files are the splits, if it is one.
    repairs
        What was done to the rows before they were saved there.
    complete
        Whether no split may be cut out of train by default.
    """

    name: str
    reference: str | None
    splits: dict[str, Stream]
    notes: list[str] = field(default_factory=list)
    folder: Path | None = None
    repairs: tuple[Repair, ...] = ()
    complete: bool = False


def bundled_datasets() -> dict[str, Path]:
    """The data sets that come with the package: name -> folder."""
    root = Path(__file__).parent.parent / "bundled" / "data"
    found = {path.parent for path in root.rglob("train.*") if suffix_of(path) == ".jsonl"}
    return {folder.relative_to(root).as_posix(): folder for folder in sorted(found)}


def source_stamp(reference: str) -> tuple[Any, ...] | None:
    """Names, sizes and times of the files a reference stands for: equal as long as none of them changed.

    None where that cannot be told from files: for the hub.
    """
    if reference.startswith("hub:"):
        return None
    path = bundled_datasets().get(reference) or _expanded(reference)
    files = [path]
    if path.is_dir():
        try:
            files = [file for part in find_files(path).splits.values() for file in part]
        except DatasetError:
            files = sorted(path.iterdir())
    stats = [(str(file), file.stat()) for file in files if file.is_file()]
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats) or None


def open_source(source: Any, max_rows: int | None = None) -> Source:
    """Find a source and name its splits, reading no rows yet.

    Parameters
    ----------
    source
        As for `load_dataset`.
    max_rows
        With a number, a set of the hub is streamed instead of downloaded as a whole.

    Raises
    ------
    DatasetError
        When there is no such thing, or nothing in it can be read.
    """
    if isinstance(source, os.PathLike):
        source = os.fspath(source)
    if not isinstance(source, str):
        return _memory(source)
    if not source.strip():
        raise DatasetError("The source is an empty text. Give a bundled name, a file, a folder or hub:org/name.")
    if source.startswith("hub:"):
        return _hub(source, max_rows is not None)
    bundled = bundled_datasets()
    if source in bundled:
        opened = _folder(bundled[source])
        opened.name = opened.reference = source
        return opened
    path = _located(source, list(bundled))
    if str(path) in bundled:  # ./support-desk/tickets is the folder here
        path = path.absolute()
    return _folder(path) if path.is_dir() else _file(path)


def _located(source: str, bundled: list[str]) -> Path:
    if re.match(r"[a-z][a-z0-9+.-]*://", source, re.IGNORECASE):
        raise DatasetError(
            f"{source!r} is an address, and only files, folders and the hub are read. Save the file first; for a data "
            'set of the hub write "hub:org/name".'
        )
    if len(source) > 4_000 or "\0" in source or "\n" in source:
        raise DatasetError(
            f"No file is called like this text of {len(source):,} characters: {source[:60]!r}. Rows in memory are "
            "given as a list of dicts."
        )
    path = _expanded(source)
    try:
        kind = path.stat().st_mode
    except PermissionError as error:
        raise DatasetError(f"{path}: may not be read ({error.strerror}). Change its permissions.") from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise DatasetError(f"No file is called {source[:60]!r}...: the name is too long.") from None
        if path.is_symlink():
            message = f"{path}: is a link that leads nowhere, or in a circle. Give the file itself."
            raise DatasetError(message) from None
        raise DatasetError(_not_found(source, path, bundled)) from None
    if not (stat.S_ISDIR(kind) or stat.S_ISREG(kind)):
        raise DatasetError(f"{path}: is a device or a pipe, and data is read more than once. Save it to a file first.")
    return path


def _expanded(source: str) -> Path:
    try:
        return Path(source).expanduser()
    except RuntimeError:  # ~ of nobody
        return Path(source)


def _file(path: Path) -> Source:
    notes: list[str] = []
    parts = parts_of(path)
    named = [split_name(name) for name in parts]
    if len(named) < 2 or "train" not in named:
        return Source(str(path), str(path), {"train": lambda faults: read_file(path, notes, faults)}, notes)
    notes.append(f"The splits of {path.name} are its lists {', '.join(map(repr, parts))}.")
    if len(set(named)) < len(named):
        raise DatasetError(f"{path}: its lists {', '.join(map(repr, parts))} name one split twice. Rename one.")
    return Source(str(path), str(path), {split_name(name): _part(path, name) for name in parts}, notes)


def _part(path: Path, name: str) -> Stream:
    return lambda faults: read_part(path, name, faults)


def _not_found(source: str, path: Path, bundled: list[str]) -> str:
    message = f"There is no file, folder or bundled data set {source!r} (looked in {path.absolute().parent})."
    near = difflib.get_close_matches(source, bundled, n=2, cutoff=0.5)
    try:
        beside = [item.name for item in path.absolute().parent.iterdir()]
    except OSError:
        beside = []
    near += [str(path.parent / name) for name in difflib.get_close_matches(path.name, beside, n=2, cutoff=0.6)]
    if near:
        return f"{message} Did you mean {' or '.join(map(repr, near))}?"
    hub = f' For a data set of the hub write "hub:{source}".' if re.fullmatch(r"[\w.-]+/[\w.-]+", source) else ""
    return f"{message} Bundled: {', '.join(bundled) or 'none'}.{hub}"


def _memory(source: Any) -> Source:
    if hasattr(source, "to_dict") and hasattr(getattr(source, "columns", None), "is_unique"):
        if not len(source):
            raise DatasetError("The DataFrame has no rows. Give one with at least one row.")
        if not source.columns.is_unique:
            twice = sorted({str(name) for name in source.columns[source.columns.duplicated()]})
            raise DatasetError(f"The DataFrame names {', '.join(map(repr, twice))} more than once. Rename one.")
        frame = source
        index = frame.index.tolist()
        by_number = index == list(range(len(frame)))
        labels = [f"{label} (from 0)" if by_number else f"with the index label {label!r}" for label in index]

        def rows(faults: Faults) -> Rows:
            import pyarrow as pa

            try:
                table = pa.Table.from_pandas(frame, preserve_index=False)
            except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, TypeError):
                columns = [[_plain(value) for value in frame[name].tolist()] for name in frame.columns]
                names = [str(name) for name in frame.columns]
                for label, cells in zip(labels, zip(*columns, strict=True), strict=True):
                    yield f"DataFrame, row {label}", dict(zip(names, cells, strict=True))
                return
            batches = table.to_batches(max_chunksize=10_000)
            for label, row in zip(labels, (row for batch in batches for row in batch.to_pylist()), strict=True):
                yield f"DataFrame, row {label}", row

        return Source("DataFrame", None, {"train": rows})
    if isinstance(source, Mapping) and source and all(hasattr(value, "column_names") for value in source.values()):
        return Source("DatasetDict", None, {split_name(str(k)): _arrow_rows(v, str(k)) for k, v in source.items()})
    if hasattr(source, "column_names") and hasattr(source, "to_batches"):
        return Source("Arrow table", None, {"train": _table_rows(source)})
    if hasattr(source, "column_names"):
        return Source("datasets.Dataset", None, {"train": _arrow_rows(source, "train")})
    if isinstance(source, Iterable) and not isinstance(source, (bytes, Mapping)):
        items = list(source)
        if not items:
            raise DatasetError("The list has no rows. Give at least one dict, one a row.")
        wrong = [number for number, row in enumerate(items) if not isinstance(row, Mapping)]
        if wrong:
            got = f"{items[wrong[0]]!r} ({type(items[wrong[0]]).__name__})"
            raise DatasetError(f"Row {wrong[0]} (from 0) must be a dict of columns, got {got}. Give a list of dicts.")
        for number, row in enumerate(items):
            for name in row:
                if not isinstance(name, str):
                    raise DatasetError(f"Row {number} (from 0) has the column {name!r}; names of columns are texts.")
        return Source("list", None, {"train": lambda _: ((f"row {n} (from 0)", dict(r)) for n, r in enumerate(items))})
    raise DatasetError(
        f"A data set is read from a name, path, DataFrame or list of dicts, got {type(source).__name__}. "
        "Give one of those."
    )


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and value != value else value


def _table_rows(table: Any) -> Stream:
    def rows(faults: Faults) -> Rows:
        number = 0
        for batch in table.to_batches(max_chunksize=2_000):
            for row in batch.to_pylist():
                yield f"Arrow table, row {number} (from 0)", row
                number += 1

    return rows


def _arrow_rows(dataset: Any, name: str) -> Stream:
    def rows(faults: Faults) -> Rows:
        for number, row in enumerate(dataset.with_format(None)):
            yield f"{name}, row {number} (from 0)", row

    return rows


def _folder(path: Path) -> Source:
    if (path / "dataset_dict.json").is_file() or (path / "state.json").is_file():
        return _saved(path)
    found = find_files(path)
    notes = list(found.notes)
    splits = {name: _chain(files, notes) for name, files in found.splits.items()}
    return Source(str(path), str(path), splits, notes, path.absolute() if found.named else None, _repairs(path),
                  found.complete)  # fmt: skip


def _repairs(folder: Path) -> tuple[Repair, ...]:
    """The log that `Dataset.save` wrote, if it did."""
    try:
        return tuple(Repair(**entry) for entry in (marker(folder) or {"repairs": ()})["repairs"])
    except TypeError as error:
        raise DatasetError(f"{folder / MARKER}: is not the log of repairs that it should be ({error}).") from None


def _chain(files: list[Path], notes: list[str]) -> Stream:
    def rows(faults: Faults) -> Rows:
        empty = []
        for file in files:
            try:
                yield from read_file(file, notes, faults)
            except EmptyFileError:
                empty.append(file)
                if len(empty) == len(files):
                    raise
        if empty:
            notes.append(f"Without rows, and left out: {', '.join(file.name for file in empty)}.")

    return rows


def _saved(path: Path) -> Source:
    import datasets

    try:
        loaded = datasets.load_from_disk(str(path))
    except Exception as error:
        raise DatasetError(
            f"{path}: looks like a data set saved by `datasets`, but does not load ({error})."
        ) from error
    parts = dict(loaded) if isinstance(loaded, datasets.DatasetDict) else {"train": loaded}
    return Source(str(path), str(path), {split_name(name): _arrow_rows(part, name) for name, part in parts.items()})


def _hub(source: str, stream: bool) -> Source:
    import datasets

    name, _, config = source.removeprefix("hub:").partition(":")
    bars = datasets.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        loaded = datasets.load_dataset(name, config or None, streaming=stream)
    except Exception as error:
        offline = os.environ.get("HF_HUB_OFFLINE", "") not in ("", "0")
        why = "the hub is switched off by HF_HUB_OFFLINE" if offline else str(error).strip().splitlines()[0]
        raise DatasetError(
            f"{source}: cannot be loaded from the hub: {why}. Check the name and the network "
            '("hub:org/name", or "hub:org/name:config" where it has several), or give a local file.'
        ) from error
    finally:
        if bars:
            datasets.enable_progress_bars()
    return Source(source, source, {split_name(k): _arrow_rows(part, str(k)) for k, part in loaded.items()})
