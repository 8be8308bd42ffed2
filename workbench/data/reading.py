"""Files to rows: each reader yields ``(place, row)`` pairs, where the place is what an error message would name.

Values are kept as the file writes them: a CSV cell is text, a date in JSON stays text, ``007`` stays ``007``.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from workbench.errors import DatasetError

__all__ = ["SUFFIXES", "Rows", "columns_of", "read_file", "suffix_of"]

Rows = Iterator[tuple[str, dict[str, Any]]]
SHOWN = 5


def suffix_of(path: Path) -> str:
    """The suffix that says how to read a file, without ``.gz``: ``".jsonl"`` for ``rows.jsonl.gz``."""
    name = path.name.lower()
    return Path(name.removesuffix(".gz")).suffix


def read_file(path: Path, notes: list[str]) -> Rows:
    """All rows of one file.

    Parameters
    ----------
    path
        A ``.jsonl .json .csv .tsv .parquet .txt`` file, each also as ``.gz`` (parquet excepted).
    notes
        Receives a sentence for each choice the reader made.

    Raises
    ------
    DatasetError
        While iterating, naming file, line and what is wrong.
    """
    reader = SUFFIXES.get(suffix_of(path))
    if reader is None:
        raise DatasetError(
            f"{path}: the workbench does not read '{suffix_of(path) or path.name}' files. "
            f"It reads {', '.join(SUFFIXES)}, each but parquet also as .gz."
        )
    if path.stat().st_size == 0:
        raise DatasetError(f"{path}: the file is empty. Give a file with at least one row.")
    return reader(path, notes)


def columns_of(rows: list[dict[str, Any]]) -> list[str]:
    """The column names of some rows, in the order they first appear."""
    return list(dict.fromkeys(name for row in rows for name in row))


def _text(path: Path) -> str:
    data = gzip.decompress(path.read_bytes()) if path.name.lower().endswith(".gz") else path.read_bytes()
    encoding = "utf-16" if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DatasetError(
            f"{path}, line {line}: the file is not UTF-8 (byte 0x{data[error.start]:02x} at offset {error.start}). "
            "Save it as UTF-8; Excel and older Windows programs write another encoding unless told."
        ) from None


def _lines(text: str) -> list[str]:
    return re.split(r"\r\n|\n|\r", text)


def _jsonl(path: Path, notes: list[str]) -> Rows:
    return _json_lines(path, _text(path))


def _json_lines(path: Path, text: str) -> Rows:
    wrong, seen = [], 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        seen += 1
        place = f"{path}, line {number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            wrong.append(f"{place}: not valid JSON ({error}): {_clip(line)}")
            continue
        if not isinstance(row, dict):
            wrong.append(f"{place}: a row must be an object with columns, got {_clip(line)}")
            continue
        yield place, row
    if wrong:
        raise DatasetError(_many(wrong, "Each line must be one JSON object. Correct or delete these lines."))
    if not seen:
        raise DatasetError(f"{path}: the file has no rows. Give a file with at least one row.")


def _json(path: Path, notes: list[str]) -> Rows:
    text = _text(path)
    try:
        value = json.loads(text)
    except ValueError as error:
        if text.lstrip().startswith("{") and "\n" in text.strip() and _is_object(text.strip().split("\n")[0]):
            notes.append(f"{path.name} holds one JSON object a line, and was read so.")
            yield from _json_lines(path, text)
            return
        raise DatasetError(f"{path}: not valid JSON ({error}). It must be a list of objects, one a row.") from None
    if isinstance(value, dict):
        lists = {name: item for name, item in value.items() if isinstance(item, list) and item}
        rows = {name: item for name, item in lists.items() if all(isinstance(row, dict) for row in item)}
        if len(rows) == 1 and "messages" not in rows and "conversations" not in rows:
            [(name, value)] = rows.items()
            notes.append(f"The rows of {path.name} were taken from its '{name}' list.")
        elif lists and len(lists) == len(value) and len({len(item) for item in lists.values()}) == 1 and not rows:
            names = list(value)
            value = [dict(zip(names, cells, strict=True)) for cells in zip(*value.values(), strict=True)]
        else:
            value = [value]
    if not isinstance(value, list):
        raise DatasetError(f"{path}: must hold a list of objects, one a row, got {_clip(text)}.")
    if not value:
        raise DatasetError(f"{path}: the list is empty. Give a file with at least one row.")
    wrong = [f"{path}, row {n}: a row must be an object with columns, got {_clip(repr(row))}"
             for n, row in enumerate(value, start=1) if not isinstance(row, dict)]  # fmt: skip
    if wrong:
        raise DatasetError(_many(wrong, "Correct or delete these rows."))
    for number, row in enumerate(value, start=1):
        yield f"{path}, row {number}", row


def _csv(path: Path, notes: list[str]) -> Rows:
    text = _text(path)
    header = text.split("\n", 1)[0]
    delimiter = "\t" if suffix_of(path) == ".tsv" else ","
    if delimiter not in header:
        other = next((mark for mark in ";\t|" if mark in header), None)
        if other:
            delimiter = other
            notes.append(f"{path.name} is separated by {'tabs' if other == chr(9) else repr(other)}, and was read so.")
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    wrong: list[str] = []
    names: list[str] = []
    number = 0
    try:
        for cells in reader:
            if not cells:
                continue
            if not names:
                names = _header(cells, path)
                continue
            number += 1
            place = f"{path}, row {number} (line {reader.line_num})"
            if len(cells) != len(names):
                wrong.append(f"{place}: {len(cells)} fields where the header has {len(names)}: {_clip(str(cells))}")
                continue
            yield place, dict(zip(names, cells, strict=True))
    except csv.Error as error:
        raise DatasetError(f"{path}, line {reader.line_num}: not a valid CSV row ({error}). Is a quote left open?") \
            from None  # fmt: skip
    if wrong:
        advice = "A field that holds the separator, a quote or a line break must stand in double quotes."
        raise DatasetError(_many(wrong, advice))
    if not number:
        raise DatasetError(f"{path}: the file has a header and no rows. Give a file with at least one row.")


def _header(cells: list[str], path: Path) -> list[str]:
    names = [cell.strip() or f"unnamed_{index}" for index, cell in enumerate(cells)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DatasetError(f"{path}: the header names {', '.join(map(repr, twice))} more than once. Rename one.")
    return names


def _parquet(path: Path, notes: list[str]) -> Rows:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
    except pa.ArrowInvalid as error:
        raise DatasetError(f"{path}: not a parquet file ({error}). Was it renamed, or cut off in a copy?") from None
    if file.metadata.num_rows == 0:
        raise DatasetError(f"{path}: the file has no rows. Give a file with at least one row.")
    number = 0
    for batch in file.iter_batches(batch_size=10_000):
        for row in batch.to_pylist():
            yield f"{path}, row {number} (from 0)", row
            number += 1


def _txt(path: Path, notes: list[str]) -> Rows:
    text = "\n".join(_lines(_text(path)))
    paragraphs = re.split(r"\n[ \t]*\n\s*", text.strip("\n"))
    blocks = [block for block in paragraphs if block.strip()]
    if len(blocks) == 1:
        blocks = [line for line in text.split("\n") if line.strip()]
        notes.append(f"{path.name} has no blank lines, so each line is one row.")
    else:
        notes.append(f"{path.name} was cut at blank lines: each block is one row.")
    if not blocks:
        raise DatasetError(f"{path}: the file holds only white space. Give a file with at least one row.")
    for number, block in enumerate(blocks, start=1):
        yield f"{path}, block {number}", {"text": block}


SUFFIXES: dict[str, Callable[[Path, list[str]], Rows]] = {
    ".jsonl": _jsonl, ".json": _json, ".csv": _csv, ".tsv": _csv, ".parquet": _parquet, ".txt": _txt,
}  # fmt: skip


def _many(wrong: list[str], advice: str) -> str:
    rest = [f"... and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
    return "\n".join([*wrong[:SHOWN], *rest, advice])


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _clip(text: str, limit: int = 80) -> str:
    text = text.strip().replace(os.linesep, " ")
    return text if len(text) <= limit else text[: limit - 3] + "..."
