"""From an opened source to Arrow tables in canonical columns, with all faulty rows reported at once.

Rows are read, converted and stored chunk by chunk, so that a source may be larger than memory.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.data.layout import CANONICAL, DECISIVE, PROMPT_NAMES, Layout
from workbench.data.layouts import MEANINGFUL, recognise
from workbench.data.reading import Rows, columns_of
from workbench.data.setaside import Faults, SetAside
from workbench.data.sources import Source
from workbench.data.splits import FRACTION, held_out
from workbench.data.store import Store, as_json, taken
from workbench.data.turns import RowProblem, is_filled, parted
from workbench.errors import DatasetError
from workbench.settings import nearest

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Built", "build_tables", "cut_again", "row_key"]

SAMPLE = 50
SAMPLE_ASIDE = 1_000
"""Rows looked at for the layout; more where the first ones may be those that do not fit."""
CHUNK = 10_000
CHUNK_SIZE = 16 << 20
MOST_KEYS, DEEPEST = 100, 12
"""Keys and levels of objects in a column; one with more, as ids for keys make it, becomes JSON text."""
CUT_NOTE = "were cut from train"
HALVES = "Characters beyond U+FFFF are written in two halves in JSON; write both, or the character itself."
FITTING = "correct them, or leave them out of the source."


@dataclass(frozen=True)
class Built:
    """The tables of a data set and what was recognised."""

    tables: dict[str, pa.Table]
    type: str
    conversational: bool
    layout: str
    notes: tuple[str, ...]
    read_from: tuple[str, ...]
    set_aside: SetAside | None = None


def build_tables(
    source: Source,
    columns: dict[str, str],
    split: dict[str, float | str] | None,
    bad_rows: str = "refuse",
    max_rows: int | None = None,
) -> Built:
    """Read all rows, recognise the layout once for all splits, convert, and cut the splits that are missing.

    Parameters
    ----------
    source
        What to read.
    columns, split, bad_rows, max_rows
        As for `load_dataset`.

    Raises
    ------
    DatasetError
        For unknown columns or splits, faulty rows (all of them, the first few shown), or no rows at all.
    """
    _check_columns_argument(columns)
    telling: list[dict[str, Any]] = []
    while True:
        try:
            return _built(source, columns, split, bad_rows, max_rows, telling)
        except _Telling as found:
            telling.append(found.row)


class _Telling(Exception):
    """A row after the first ones has a column on which the layout hangs; reading begins anew."""

    def __init__(self, row: dict[str, Any]):
        super().__init__()
        self.row = row


class _Watch:
    """Looks for columns that the rows which told the layout did not have, or had empty."""

    def __init__(self, layout: Layout, sample: Sequence[Mapping[str, Any]], columns: Mapping[str, str], name: str):
        self.layout, self.columns, self.name = layout, columns, name
        self.sample = [dict(row) for row in sample]
        self.settled = {name for row in sample for name, value in row.items() if is_filled(value)}

    def look(self, row: dict[str, Any]) -> None:
        """Raise `_Telling` for a row with which the source would have been read another way."""
        for name in row.keys() - self.settled:
            if name.strip().lower() not in MEANINGFUL:
                self.settled.add(name)
            elif is_filled(row[name]):
                self.settled.add(name)
                rows = [*self.sample, row]
                other = recognise(_chosen(columns_of(rows), self.columns), rows, self.name, self.columns)
                if (other.name, other.columns) != (self.layout.name, self.layout.columns):
                    raise _Telling(row)


def _built(
    source: Source,
    columns: dict[str, str],
    split: dict[str, float | str] | None,
    bad_rows: str,
    max_rows: int | None,
    telling: list[dict[str, Any]],
) -> Built:
    """As `build_tables`, the layout told by the first rows and by those of `telling`."""
    named, cut = _split_arguments(source, split)
    layout: Layout | None = None
    tables: dict[str, pa.Table] = {}
    cut_short = False
    with Faults(bad_rows) as faults:
        for name, start in named.items():
            stream: Rows = _counted(start(faults), name)
            rows = itertools.islice(stream, max_rows)
            first = list(itertools.islice(rows, SAMPLE_ASIDE if faults.aside else SAMPLE))
            if not first:
                if name == "train":
                    raise DatasetError(_no_rows(source, faults.settle()))
                continue
            found = columns_of([row for _, row in first])
            rename = _renaming(columns, found, source.name)
            if layout is None:
                sample = [*telling, *(_renamed(row, rename) for _, row in first)]
                layout = _recognised(sample, columns, source.name, faults)
                watch = _Watch(layout, sample, columns, source.name)
            table = _table(itertools.chain(first, rows), layout, rename, faults, watch)
            if table is not None:
                tables[name] = table
            if max_rows is not None:
                faults.deaf = True  # a row that nobody asked for may be whatever it is
                cut_short |= next(stream, None) is not None
                faults.deaf = False
        set_aside = faults.settle()
    if "train" not in tables or layout is None:
        raise DatasetError(_no_rows(source, set_aside))
    notes = list(dict.fromkeys([*source.notes, layout.note, _described(set_aside)]))
    if cut_short:
        notes.append(f"Only the first {max_rows:,} rows of each split were read.")
    notes = [note for note in notes if note]
    tables = _cut(tables, cut, split is None, notes)
    theirs = {ours: name for name, ours in rename.items()}
    read_from = tuple(theirs.get(name, name) for name in layout.columns)
    return Built(tables, layout.type, layout.conversational, layout.name, tuple(notes), read_from, set_aside)


def _recognised(sample: list[dict[str, Any]], columns: Mapping[str, str], name: str, faults: Faults) -> Layout:
    """The layout of the first rows; where rows may be set aside, that of the first row that has one."""
    try:
        layout = recognise(_chosen(columns_of(sample), columns), sample, name, columns)
    except DatasetError:
        for row in sample if faults.aside else ():
            with contextlib.suppress(DatasetError):
                return recognise(_chosen(list(row), columns), [row], name, columns)
        raise
    for ours, theirs in columns.items():
        if ours not in layout.columns:
            got = next((row[ours] for row in sample if row.get(ours) is not None), None)
            raise DatasetError(
                f"{name}: columns= names {theirs!r} as {ours!r}, and its values cannot be that (the first: "
                f"{str(got)[:60]!r}). messages are lists of role and content, labels true or false, the others texts "
                "or turns that belong together."
            )
    return layout


def _counted(stream: Rows, name: str) -> Rows:
    """The rows, with a bar where somebody sits before it and it takes longer than a moment."""
    kernel = sys.modules.get("ipykernel.kernelapp")
    watched = sys.stderr.isatty() or (kernel is not None and kernel.IPKernelApp.initialized())
    if not watched:
        return stream
    from tqdm.auto import tqdm

    return iter(tqdm(stream, desc=f"Reading {name}", unit=" rows", delay=0.5, leave=False))


def _no_rows(source: Source, set_aside: SetAside | None) -> str:
    if set_aside is None:
        return f"{source.name}: there are no rows. Give a source with at least one row."
    return "\n".join([f"{source.name}: no row of train could be used.", *set_aside.shown, set_aside.describe()])


def _described(set_aside: SetAside | None) -> str:
    return set_aside.describe() if set_aside else ""


def row_key(row: Mapping[str, Any]) -> str:
    """What makes two rows the same question: the prompt, or the conversation up to the first answer, or the text."""
    if "messages" in row:
        turns = row["messages"]
        asked = next((at for at, turn in enumerate(turns) if turn["role"] == "user"), 0)
        end = next((at for at, turn in enumerate(turns) if at >= asked and turn["role"] == "assistant"), len(turns))
        return json.dumps([turn["content"] for turn in turns[:end] or turns])
    if "prompt" not in row and "chosen" in row and "rejected" in row:
        row = parted(row)
        if not row["prompt"]:
            row = {"prompt": row["chosen"]}
    value = row.get("prompt", row.get("text", row.get("chosen"))) or row.get("completion", "")
    return value if isinstance(value, str) else json.dumps([turn["content"] for turn in value])


def _keys(table: pa.Table) -> list[bytes]:
    """A short key for each row, equal where `row_key` is."""
    import xxhash

    table = table.select([name for name in table.column_names if name in CANONICAL])
    return [
        xxhash.xxh3_128_digest(row_key(row).encode())
        for batch in table.to_batches(max_chunksize=2_000)
        for row in batch.to_pylist()
    ]


def cut_again(tables: Mapping[str, pa.Table], shares: Mapping[str, float], seed: int) -> dict[str, pa.Table]:
    """Put the rows of the splits named back into train, and cut shares of all these rows out of it anew.

    Raises
    ------
    DatasetError
        For a share that is none, or shares that leave nothing, or too few different prompts for one of them.
    """
    for role, share in shares.items():
        _check_role(role)
        _check_share(role, share)
    if not shares or sum(shares.values()) >= 1:
        raise DatasetError(f"The shares {dict(shares)} must be given, and sum to less than 1.")
    others = {name: table for name, table in tables.items() if name not in shares and name != "train"}
    rows = _joined([tables["train"], *(tables[name] for name in shares if name in tables)])
    made = _cut({"train": rows, **others}, dict(shares), False, [], seed)
    missing = [name for name in shares if name not in made]
    if missing:
        raise DatasetError(f"There are too few different prompts to cut {' and '.join(missing)} from train.")
    return made


def _joined(tables: Sequence[pa.Table]) -> pa.Table:
    import pyarrow as pa

    return pa.concat_tables(tables, promote_options="permissive")


def _check_role(role: Any) -> None:
    if not isinstance(role, str) or not re.fullmatch(r"\w[\w. -]*", role):
        raise DatasetError(f"A split's name has letters, digits, _ . - and spaces; got {role!r}.")


def _check_share(role: str, share: Any) -> None:
    if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 < share < 1:
        raise DatasetError(f"split[{role!r}] must be a share between 0 and 1 or the name of a split, got {share!r}.")
    if role == "train":
        raise DatasetError('Give the shares of the other splits; "train" keeps the rest.')


def _check_columns_argument(columns: Mapping[str, str]) -> None:
    for ours, theirs in columns.items():
        if ours not in (*CANONICAL, "system"):
            raise DatasetError(
                f"columns= names our {ours!r}{nearest(ours, CANONICAL)}. Ours are {', '.join(CANONICAL)}; "
                'write columns={"prompt": "question"} (ours: theirs).'
            )
        if not isinstance(theirs, str):
            raise DatasetError(f"columns[{ours!r}] must be the name of a column, got {theirs!r}.")


def _split_arguments(source: Source, split: dict[str, float | str] | None) -> tuple[dict[str, Any], dict[str, float]]:
    """The splits to read (role -> stream) and the shares to cut from train."""
    named = dict(source.splits)
    if "train" not in named and len(named) == 1:
        [only] = named.values()
        named = {"train": only}
    cut: dict[str, float] = {}
    given = [value for value in (split or {}).values() if isinstance(value, str)]
    if twice := next((value for value in given if given.count(value) > 1), None):
        raise DatasetError(f"split= names the split {twice!r} twice. Each split of the source can be one of ours.")
    for role, value in (split or {}).items():
        _check_role(role)
        if isinstance(value, str):
            if value not in source.splits:
                raise DatasetError(
                    f"{source.name} has no split {value!r}{nearest(value, source.splits)}. It has "
                    f"{', '.join(source.splits)}."
                )
            if value != role:
                named.pop(value, None)
            named[role] = source.splits[value]
        else:
            _check_share(role, value)
            named.pop(role, None)
            cut[role] = float(value)
    if sum(cut.values()) >= 1:
        raise DatasetError(f"The shares {cut} leave nothing for train. Make them sum to less than 1.")
    if "train" not in named:
        raise DatasetError(
            f"{source.name} has no split left to train on; it has {', '.join(source.splits)}. Say which it is: "
            'split={"train": "..."}.'
        )
    if split is None:
        wanted = () if source.complete else ("validation", "test")
        cut = {role: FRACTION for role in wanted if role not in named}
    return dict(sorted(named.items(), key=lambda item: item[0] != "train")), cut


def _renaming(columns: Mapping[str, str], found: list[str], name: str) -> dict[str, str]:
    """Their column name -> the name it gets; a column whose name is taken over becomes ``..._original``."""
    rename: dict[str, str] = {}
    for ours, theirs in columns.items():
        if theirs not in found:
            raise DatasetError(
                f"{name} has no column {theirs!r}{nearest(theirs, found)}. The columns of its first rows: "
                f"{', '.join(found)}."
            )
        if theirs in rename:
            raise DatasetError(f"columns= names {theirs!r} as {rename[theirs]!r} and as {ours!r}. Name it once.")
        rename[theirs] = ours
    for ours in columns:
        if ours in found and ours not in rename:
            rename[ours] = _free(f"{ours}_original", [*found, *rename.values()])
    return rename


def _free(name: str, taken: Sequence[str]) -> str:
    """The name, or with a number the first that is not taken."""
    return next(each for each in (name, *(f"{name}_{n}" for n in range(2, 10_000))) if each not in taken)


def _renamed(row: Mapping[str, Any], rename: Mapping[str, str]) -> dict[str, Any]:
    return {rename.get(name, name): value for name, value in row.items()} if rename else dict(row)


def _chosen(found: list[str], columns: Mapping[str, str]) -> list[str]:
    """With ``columns=`` naming a complete layout, only those columns decide, and what belongs to every layout."""
    ours = set(columns)
    complete = ours >= {"prompt", "completion"} or ours & {"messages", "text"} or ours >= {"chosen", "rejected"}
    if not complete:
        return found
    more = {"system", "system_prompt"} | (set(PROMPT_NAMES) if "chosen" in ours else set())
    return [name for name in found if name in ours or name.strip().lower() in more]


def _table(
    stream: Iterator[tuple[str, dict[str, Any]]],
    layout: Layout,
    rename: Mapping[str, str],
    faults: Faults,
    watch: _Watch,
) -> pa.Table | None:
    """All rows of a split; None where none of them can be used."""
    store = Store()
    for chunk in _chunks(stream):
        good = []
        for place, raw in chunk:
            row = _renamed(raw, rename)
            try:
                good.append((place, layout.convert(row), row))
            except RowProblem as problem:
                _report(faults, place, row, problem, layout)
            else:
                watch.look(row)
        if faults.count and not faults.aside:
            continue  # all rows will be refused; the others are only counted
        try:
            piece = _piece(good, layout)
        except UnicodeEncodeError:
            piece = _piece([row for row in good if _is_text(*row, faults)], layout)
        if piece is not None:
            store.add(piece)
    return store.table()


def _chunks(stream: Rows) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Rows to be held at a time: `CHUNK`, or fewer where they are long."""
    chunk: list[tuple[str, dict[str, Any]]] = []
    size = 0
    for place, row in stream:
        chunk.append((place, row))
        size += sum(map(_size, row.values()))
        if len(chunk) == CHUNK or size > CHUNK_SIZE:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _size(value: Any, depth: int = 0) -> int:
    if isinstance(value, str):
        return len(value)
    if depth > 200:
        raise DatasetError("A row holds a value nested too deeply, or one that holds itself. Leave that column out.")
    if isinstance(value, dict):
        return sum(_size(item, depth + 1) for item in value.values())
    return sum(_size(item, depth + 1) for item in value) if isinstance(value, list) else 8


def _is_text(place: str, row: dict[str, Any], raw: dict[str, Any], faults: Faults) -> bool:
    """Whether a row can be written in UTF-8, which half a pair of surrogates (``"\\ud83d"`` in JSON) cannot."""
    for column, value in (*raw.items(), *row.items()):
        try:
            json.dumps([column, value], ensure_ascii=False, default=str).encode()
        except UnicodeEncodeError as error:
            half = f"U+{ord(error.object[error.start]):04X}"
            faults.add(place, f"holds half of a character ({half}); its other half was cut off.", raw, HALVES, column)
            return False
    return True


def _report(faults: Faults, place: str, row: dict[str, Any], problem: RowProblem, layout: Layout) -> None:
    """A row that does not fit the layout, with the layout that it has by itself where that is another."""
    message = problem.message
    try:
        other = recognise([name for name, value in row.items() if value is not None], [row], place)
        other.convert(row)
        if other.name != layout.name:
            faults.layouts[other.name] += 1
            message += f" The row looks like {other.name}, and the source was read as {layout.name}."
    except (DatasetError, RowProblem):
        pass
    faults.add(place, message, row, f"Rows that do not fit the layout {layout.name}: {FITTING}", problem.column)


def _piece(rows: Sequence[tuple[str, dict[str, Any], dict[str, Any]]], layout: Layout) -> pa.Table | None:
    """Rows as a table: what the layout makes of them, and their other columns."""
    import pyarrow as pa

    if not rows:
        return None
    ours = columns_of([row for _, row, _ in rows])
    arrays = {name: _own_array([row.get(name) for _, row, _ in rows]) for name in ours}
    others = [name for name in columns_of([raw for _, _, raw in rows]) if name not in layout.columns]
    for name in others:
        values = [raw.get(name) for _, _, raw in rows]
        if name == "tools":  # a struct would give every tool the parameters of all others
            values = [as_json(value) for value in values]
        clash = name in arrays or name in DECISIVE
        arrays[_free(f"{name}_original", [*arrays, *others]) if clash else name] = _array(values)
    return pa.table(arrays)


def _own_array(values: list[Any]) -> pa.Array:
    """Texts or turns. Where turns differ in the type of what they carry besides, that becomes text."""
    import pyarrow as pa

    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        plain = [
            [{key: as_json(value) for key, value in turn.items()} for turn in turns] if turns is not None else None
            for turns in values
        ]
        return pa.array(plain)


def _array(values: list[Any]) -> pa.Array:
    """The values as they are, or as JSON text where one column mixes types."""
    import pyarrow as pa

    values = [sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value for value in values]
    keys = {key for value in values if isinstance(value, dict) for key in value}
    try:
        array = pa.array(values if len(keys) <= MOST_KEYS else [])
        if len(array) == len(values) and _is_plain(array.type):
            return array
    except (pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError, ValueError):
        pass
    return pa.array([as_json(value) for value in values], pa.string())


def _is_plain(type: pa.DataType, depth: int = 0) -> bool:
    """Whether a column of this type can be written to a file: no empty struct in it, and not nested deep."""
    import pyarrow as pa

    if pa.types.is_struct(type):
        inner = [type.field(at).type for at in range(type.num_fields)]
        return bool(inner) and depth < DEEPEST and all(_is_plain(each, depth + 1) for each in inner)
    if pa.types.is_list(type):
        return depth < DEEPEST and _is_plain(type.value_type, depth + 1)
    return True


def _cut(
    tables: dict[str, pa.Table], cut: dict[str, float], said: bool, notes: list[str], seed: int = 0
) -> dict[str, pa.Table]:
    import numpy as np

    if not cut:
        return tables
    train = tables["train"]
    keys = _keys(train)
    parts = held_out(keys, cut, seed)
    made = {name: numbers for name, numbers in parts.items() if numbers and name != "train"}
    if said and made:
        shares = " and ".join(f"{len(numbers)} rows for {name}" for name, numbers in made.items())
        notes.append(f"The source has no {' or '.join(made)} split: {shares} {CUT_NOTE} (seed 0, by prompt).")
    missing = [name for name in cut if name not in made]
    if missing:
        notes.append(f"Too few different prompts to cut {' and '.join(missing)} from train.")
    chosen = {"train": parts["train"], **made}
    out = {name: taken(train, np.array(numbers, np.int64)) for name, numbers in chosen.items()}
    return {**out, **{name: table for name, table in tables.items() if name != "train"}}
