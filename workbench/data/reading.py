"""Files to rows: each reader yields ``(place, row)`` pairs, where the place is what an error message would name.

Files are read as a stream, a row at a time, but for ``.json``, which is read in one piece. Values are kept as the file
writes them: a CSV cell is text, a date in JSON stays text, ``007`` stays ``007``. A row that cannot be read is
reported to `Faults` and the next one is read.
"""

from __future__ import annotations

import csv
import itertools
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from workbench.data.setaside import Faults
from workbench.data.streams import COMPRESSED, ENCODED, MAX_LINE, damage, lines, not_text, plain_name, whole_text
from workbench.errors import DatasetError

__all__ = ["SUFFIXES", "EmptyFileError", "Rows", "columns_of", "parts_of", "read_file", "read_part", "suffix_of"]

Rows = Iterator[tuple[str, dict[str, Any]]]

EACH_LINE = "Each line must be one JSON object. Correct or delete these lines."
EACH_ITEM = "A row must be an object with columns. Correct or delete these rows."
SWALLOWED = 10
"""Lines in one faulty CSV row that are told: they are rows lost to an open quote."""
QUOTES = "A field that holds the separator, a quote or a line break must stand in double quotes."


class EmptyFileError(DatasetError):
    """A file without any row, good or bad."""


def suffix_of(path: Path) -> str:
    """The suffix that says how to read a file, without that of its compression: ``".jsonl"`` for ``rows.jsonl.gz``."""
    return Path(plain_name(path.name)).suffix


def read_file(path: Path, notes: list[str], faults: Faults) -> Rows:
    """All rows of one file.

    Parameters
    ----------
    path
        A ``.jsonl .json .csv .tsv .parquet .txt`` file, each also as ``.gz .bz2 .xz .zst`` (parquet excepted).
    notes
        Receives a sentence for each choice the reader made.
    faults
        Receives the rows that cannot be read.

    Raises
    ------
    DatasetError
        While iterating, where the file as a whole cannot be read.
    """
    reader, kind = SUFFIXES.get(suffix_of(path)), suffix_of(path)
    if path.suffix.lower() in COMPRESSED:
        kind += path.suffix
    if reader is None or (reader is _parquet and kind != ".parquet"):
        raise DatasetError(
            f"{path}: the workbench does not read '{kind or path.name}' files. It reads {', '.join(SUFFIXES)}, each "
            f"but parquet also as {' '.join(COMPRESSED)}."
        )
    if path.stat().st_size == 0:
        raise EmptyFileError(f"{path}: the file is empty. Give a file with at least one row.")
    return reader(path, notes, faults)


def columns_of(rows: list[dict[str, Any]]) -> list[str]:
    """The column names of some rows, in the order they first appear."""
    return list(dict.fromkeys(name for row in rows for name in row))


def _jsonl(path: Path, notes: list[str], faults: Faults) -> Rows:
    seen = False
    for number, (line, more) in enumerate(lines(path), start=1):
        if line.isspace():
            continue
        seen = True
        place = f"{path}, line {number}"
        if more:
            faults.add(place, f"{_too_long(len(line) + more)}: {_clip(line[:200])}", line, EACH_LINE)
        elif (at := damage(line)) >= 0:
            faults.add(place, not_text(line, at), line, ENCODED)
        else:
            row = _loaded(line, place, faults)
            if row is not None:
                yield place, row
    if not seen:
        raise EmptyFileError(f"{path}: the file has no rows. Give a file with at least one row.")


def _loaded(line: str, place: str, faults: Faults) -> dict[str, Any] | None:
    try:
        row = json.loads(line, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        faults.add(place, f"not valid JSON ({_why(error)}): {_clip(line)}", line, EACH_LINE)
        return None
    if isinstance(row, dict):
        return row
    faults.add(place, f"a row must be an object with columns, got {_clip(line)}", line, EACH_LINE)
    return None


def _json(path: Path, notes: list[str], faults: Faults) -> Rows:
    if _holds_lines(path):
        notes.append(f"{path.name} holds one JSON object a line, and was read so.")
        yield from _jsonl(path, notes, faults)
        return
    text = whole_text(path)
    try:
        value = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise DatasetError(
            f"{path}: not valid JSON ({_why(error)}). It must be a list of objects, one a row."
        ) from None
    if isinstance(value, dict):
        value = _of_pandas(value)
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
        raise EmptyFileError(f"{path}: the list is empty. Give a file with at least one row.")
    yield from _items(value, str(path), faults)


def parts_of(path: Path) -> list[str]:
    """The names under which a ``.json`` file holds lists of rows, where all its lists are such."""
    if suffix_of(path) != ".json" or path.stat().st_size == 0:
        return []
    first = next((line for line, _ in lines(path) if line.strip()), "")
    if not first.lstrip().startswith("{") or _holds_lines(path):
        return []
    try:
        value = json.loads(whole_text(path))
    except (ValueError, RecursionError, DatasetError):
        return []
    lists = {name: item for name, item in value.items() if isinstance(item, list)}
    rows = all(isinstance(row, dict) for item in lists.values() for row in item)
    turns = any(name in value for name in ("messages", "conversations"))
    return [name for name, item in lists.items() if item] if rows and not turns else []


def read_part(path: Path, name: str, faults: Faults) -> Rows:
    """The rows of one of the lists that `parts_of` names."""
    yield from _items(json.loads(whole_text(path))[name], f"{path}, {name}", faults)


def _items(values: list[Any], where: str, faults: Faults) -> Rows:
    for number, row in enumerate(values, start=1):
        place = f"{where}, row {number}"
        if isinstance(row, dict):
            yield place, row
        else:
            faults.add(place, f"a row must be an object with columns, got {_clip(repr(row))}", row, EACH_ITEM)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, whose keys may each stand once."""
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} stands twice")
    return made


def _of_pandas(value: dict[str, Any]) -> Any:
    """Rows of the two forms in which ``DataFrame.to_json`` writes them by columns; anything else as it is."""
    if set(value) == {"columns", "index", "data"} and all(isinstance(item, list) for item in value.values()):
        return [dict(zip(value["columns"], cells, strict=True)) for cells in value["data"]]
    columns = list(value.values())
    if columns and all(isinstance(cells, dict) and cells.keys() == columns[0].keys() for cells in columns):
        labels = list(columns[0])
        if labels == [str(number) for number in range(len(labels))]:
            return [{name: cells[label] for name, cells in value.items()} for label in labels]
    return value


def _holds_lines(path: Path) -> bool:
    """Whether the first line is an object by itself and not the last."""
    two = list(itertools.islice((line for line, more in lines(path) if not line.isspace() or more), 2))
    return len(two) == 2 and _is_object(two[0])


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


class _CsvLines:
    """The lines of a CSV file, remembering those of the row that is being read."""

    def __init__(self, path: Path):
        self.path, self.held, self.damaged = path, list[str](), ""
        self._lines = lines(path, "")

    def __iter__(self) -> Iterator[str]:
        for number, (line, more) in enumerate(self._lines, start=1):
            if more:
                raise DatasetError(f"{self.path}, line {number}: {_too_long(len(line) + more)}.")
            if (at := damage(line)) >= 0 and not self.damaged:
                self.damaged = not_text(line, at)
            self.held.append(line)
            yield line

    def row(self) -> tuple[str, str]:
        """The text of the row just read, and what is wrong with its encoding."""
        text, damaged = "".join(self.held), self.damaged
        self.held, self.damaged = [], ""
        return text, damaged


def _csv(path: Path, notes: list[str], faults: Faults) -> Rows:
    source = _CsvLines(path)
    delimiter, skipped = _delimiter(path, notes)
    rows = iter(source)
    if skipped:
        next(rows)
        source.row()
    reader = csv.reader(rows, delimiter=delimiter, strict=True)
    csv.field_size_limit(MAX_LINE)
    names: list[str] = []
    number = 0
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            if "limit" in str(error):
                raise DatasetError(f"{path}, line {first}: {_too_long(MAX_LINE)}. Is a quote left open?") from None
            cells = None
            wrong = f"not a valid CSV row ({error}), up to line {reader.line_num}. Is a quote left open?"
        text, damaged = source.row()
        if cells == []:
            continue
        if not names and cells:
            if damaged:
                raise DatasetError(f"{path}, line {reader.line_num}: {damaged}. {ENCODED}")
            names = _header(cells, path)
            continue
        number += 1
        place = f"{path}, row {number} (line {reader.line_num})"
        if (cells is None or len(cells) != len(names)) and reader.line_num - first >= SWALLOWED:
            notes.append(
                f"One faulty row of {path.name} takes lines {first} to {reader.line_num}: a quote is left open."
            )
        if cells is None:
            faults.add(f"{path}, row {number} (line {first})", wrong, text, QUOTES)
        elif damaged:
            faults.add(place, damaged, text, ENCODED)
        elif len(cells) != len(names):
            wrong = f"{len(cells)} fields where the header has {len(names)}: {_clip(str(cells))}"
            faults.add(place, wrong, text, QUOTES)
        else:
            yield place, dict(zip(names, cells, strict=True))
    if not number:
        raise EmptyFileError(f"{path}: the file has a header and no rows. Give a file with at least one row.")


def _delimiter(path: Path, notes: list[str]) -> tuple[str, bool]:
    """What separates the fields, and whether the first line only says so, as Excel's ``sep=;`` does."""
    header = next((line for line, _ in lines(path, "") if line.strip()), "")
    if re.fullmatch(r"sep=.\s*", header):
        return header[4], True
    header = re.sub(r'"[^"]*"', "", header)
    usual = "\t" if suffix_of(path) == ".tsv" else ","
    other = None if usual in header else next((mark for mark in ";\t|," if mark in header), None)
    if other is None:
        return usual, False
    notes.append(f"{path.name} is separated by {'tabs' if other == chr(9) else repr(other)}, and was read so.")
    return other, False


def _header(cells: list[str], path: Path) -> list[str]:
    names = [cell.strip() or f"unnamed_{index}" for index, cell in enumerate(cells)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DatasetError(f"{path}: the header names {', '.join(map(repr, twice))} more than once. Rename one.")
    return names


def _parquet(path: Path, notes: list[str], faults: Faults) -> Rows:
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(path) as file:
            if file.metadata.num_rows == 0:
                raise EmptyFileError(f"{path}: the file has no rows. Give a file with at least one row.")
            names = file.schema_arrow.names
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise DatasetError(
                    f"{path}: names the column {', '.join(map(repr, twice))} more than once. Rename one."
                )
            for batch in file.iter_batches(batch_size=2_000):
                yield from _batch_rows(batch, path, number, faults)
                number += batch.num_rows
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        after = f", after row {number - 1} (from 0)" if number else ""
        raise DatasetError(
            f"{path}{after}: not a parquet file ({_why(error)}). Was it renamed, or cut off in a copy?"
        ) from None


def _batch_rows(batch: Any, path: Path, start: int, faults: Faults) -> Rows:
    try:
        for at, row in enumerate(batch.to_pylist()):
            yield f"{path}, row {start + at} (from 0)", row
    except UnicodeDecodeError:
        for at in range(batch.num_rows):
            place = f"{path}, row {start + at} (from 0)"
            try:
                [row] = batch.slice(at, 1).to_pylist()
            except UnicodeDecodeError as error:
                faults.add(place, f"a text is not UTF-8 ({error.reason})", repr(error.object), ENCODED)
                continue
            yield place, row


def _txt(path: Path, notes: list[str], faults: Faults) -> Rows:
    paragraphs = _paragraphs(path)
    first = next(paragraphs, None)
    if first is None:
        raise EmptyFileError(f"{path}: the file holds only white space. Give a file with at least one row.")
    if _is_object(first.splitlines()[0]):
        raise DatasetError(f"{path}: holds JSON lines, not plain text. Name it .jsonl.")
    if len(first) > MAX_LINE or next(paragraphs, None) is None:
        notes.append(f"{path.name} has no blank lines, so each line is one row.")
        blocks = _whole_lines(path)
    else:
        notes.append(f"{path.name} was cut at blank lines: each block is one row.")
        blocks = _paragraphs(path)
    for number, block in enumerate(blocks, start=1):
        place = f"{path}, block {number}"
        if (at := damage(block)) >= 0:
            faults.add(place, not_text(block, at), block, ENCODED)
        else:
            yield place, {"text": block}


def _paragraphs(path: Path) -> Iterator[str]:
    """Texts between blank lines. Of the first, if it is longer than any row may be, only the beginning comes."""
    block: list[str] = []
    size, first = 0, True
    for line in _whole_lines(path, blank=True):
        if line.strip(" \t") and (line.strip() or block):
            block.append(line if block else line.lstrip())
            size += len(line)
            if size > MAX_LINE and not first:
                raise DatasetError(
                    f"{path}: the block that begins with {_clip(block[0])!r} has {MAX_LINE:,} characters or more. Part "
                    "it by blank lines."
                )
        elif block:
            yield "\n".join(block)
            block, size, first = [], 0, False
        if size > MAX_LINE:
            break
    if block:
        yield "\n".join(block)


def _whole_lines(path: Path, blank: bool = False) -> Iterator[str]:
    for number, (line, more) in enumerate(lines(path, ""), start=1):
        if more:
            raise DatasetError(f"{path}, line {number}: {_too_long(len(line) + more)}.")
        if blank or line.strip():
            yield line.rstrip("\r\n")


SUFFIXES: dict[str, Callable[[Path, list[str], Faults], Rows]] = {
    ".jsonl": _jsonl, ".json": _json, ".csv": _csv, ".tsv": _csv, ".parquet": _parquet, ".txt": _txt,
}  # fmt: skip


def _too_long(characters: int) -> str:
    return (
        f"the line has {characters:,} characters or more, and a row may have {MAX_LINE:,}: more than any model reads. "
        "Is a line break missing, or is it another kind of file"
    )


def _why(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error).strip().splitlines()[0]


def _clip(text: str, limit: int = 80) -> str:
    text = text.strip().replace("\r\n", " ").replace("\n", " ")
    return text if len(text) <= limit else text[: limit - 3] + "..."
