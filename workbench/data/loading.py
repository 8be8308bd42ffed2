"""From an opened source to Arrow tables in canonical columns, with all faulty rows reported at once."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.data.layouts import CANONICAL, DECISIVE, Layout, RowProblem, recognise
from workbench.data.reading import columns_of
from workbench.data.sources import Source
from workbench.data.splits import FRACTION, held_out
from workbench.errors import DatasetError
from workbench.settings import nearest

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Built", "build_tables", "cut_again", "row_key"]

SAMPLE = 50
CHUNK = 10_000
SHOWN = 5


@dataclass(frozen=True)
class Built:
    """The tables of a data set and what was recognised."""

    tables: dict[str, pa.Table]
    type: str
    conversational: bool
    layout: str
    notes: tuple[str, ...]
    read_from: tuple[str, ...]


def build_tables(source: Source, columns: dict[str, str], split: dict[str, float | str] | None) -> Built:
    """Read all rows, recognise the layout once for all splits, convert, and cut the splits that are missing.

    Raises
    ------
    DatasetError
        For unknown columns or splits, faulty rows (all of them, the first few shown), or no rows at all.
    """
    _check_columns_argument(columns)
    named, cut = _split_arguments(source, split)
    layout: Layout | None = None
    tables: dict[str, pa.Table] = {}
    for name, start in named.items():
        stream = start()
        first = list(itertools.islice(stream, SAMPLE))
        if not first:
            if name == "train":
                raise DatasetError(f"{source.name}: there are no rows. Give a source with at least one row.")
            continue
        found = columns_of([row for _, row in first])
        rename = _renaming(columns, found, source.name)
        if layout is None:
            sample = [_renamed(row, rename) for _, row in first]
            layout = recognise(_chosen(columns_of(sample), columns), sample, source.name)
        tables[name] = _table(itertools.chain(first, stream), layout, rename)
    assert layout is not None
    notes = list(dict.fromkeys(source.notes))
    tables = _cut(tables, cut, split is None, notes)
    theirs = {ours: name for name, ours in rename.items()}
    read_from = tuple(theirs.get(name, name) for name in layout.columns)
    return Built(tables, layout.type, layout.conversational, layout.name, tuple(notes), read_from)


def row_key(row: Mapping[str, Any]) -> str:
    """What makes two rows the same question: the prompt, or the conversation up to the first answer, or the text."""
    if "messages" in row:
        turns = itertools.takewhile(lambda turn: turn["role"] != "assistant", row["messages"])
        return json.dumps([turn["content"] for turn in turns])
    value = row.get("prompt", row.get("text", row.get("chosen")))
    return value if isinstance(value, str) else json.dumps([turn["content"] for turn in value])


def cut_again(tables: Mapping[str, pa.Table], shares: Mapping[str, float], seed: int) -> dict[str, pa.Table]:
    """Put the rows of the splits named back into train, and cut shares of all these rows out of it anew.

    Raises
    ------
    DatasetError
        For a share that is none, or shares that leave nothing, or too few different prompts for one of them.
    """
    import pyarrow as pa

    for role, share in shares.items():
        _check_share(role, share)
    if not shares or sum(shares.values()) >= 1:
        raise DatasetError(f"The shares {dict(shares)} must be given, and sum to less than 1.")
    others = {name: table for name, table in tables.items() if name not in shares and name != "train"}
    rows = pa.concat_tables([tables["train"], *(tables[name] for name in shares if name in tables)])
    made = _cut({"train": rows, **others}, dict(shares), False, [], seed)
    missing = [name for name in shares if name not in made]
    if missing:
        raise DatasetError(f"There are too few different prompts to cut {' and '.join(missing)} from train.")
    return made


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
    for role, value in (split or {}).items():
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
            f"{source.name} has no train split; it has {', '.join(source.splits)}. Say which to train on: "
            'split={"train": "..."}.'
        )
    if split is None:
        cut = {role: FRACTION for role in ("validation", "test") if role not in named}
    return dict(sorted(named.items(), key=lambda item: item[0] != "train")), cut


def _renaming(columns: Mapping[str, str], found: list[str], name: str) -> dict[str, str]:
    """Their column name -> the name it gets; a column whose name is taken over becomes ``..._original``."""
    rename = {}
    for ours, theirs in columns.items():
        if theirs not in found:
            raise DatasetError(
                f"{name} has no column {theirs!r}{nearest(theirs, found)}. Its columns: {', '.join(found)}."
            )
        rename[theirs] = ours
    for ours in columns:
        if ours in found and ours not in rename:
            rename[ours] = f"{ours}_original"
    return rename


def _renamed(row: Mapping[str, Any], rename: Mapping[str, str]) -> dict[str, Any]:
    return {rename.get(name, name): value for name, value in row.items()} if rename else dict(row)


def _chosen(found: list[str], columns: Mapping[str, str]) -> list[str]:
    """With ``columns=`` naming a complete layout, only those columns decide; else all do."""
    ours = set(columns)
    complete = ours >= {"prompt", "completion"} or ours & {"messages", "text"} or ours >= {"chosen", "rejected"}
    return [name for name in found if name in ours] if complete else found


def _table(stream: Iterator[tuple[str, dict[str, Any]]], layout: Layout, rename: Mapping[str, str]) -> pa.Table:
    import pyarrow as pa

    tables: list[pa.Table] = []
    problems: list[str] = []
    count = 0
    while chunk := list(itertools.islice(stream, CHUNK)):
        rows = []
        for place, raw in chunk:
            row = _renamed(raw, rename)
            try:
                rows.append((layout.convert(row), row))
            except RowProblem as problem:
                count += 1
                if len(problems) < SHOWN:
                    problems.append(f"{place}, column '{problem.column}': {problem.message}")
        if rows and not count:
            tables.append(_chunk(rows, layout))
    if count:
        more = [f"... and {count - SHOWN} more"] if count > SHOWN else []
        advice = f"{count} row(s) do not fit the layout {layout.name}. Correct them, or leave them out of the source."
        raise DatasetError("\n".join([*problems, *more, advice]))
    try:
        return pa.concat_tables(tables, promote_options="permissive").combine_chunks()
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        texts = [_as_text(table) for table in tables]
        return pa.concat_tables(texts, promote_options="permissive").combine_chunks()


def _chunk(rows: list[tuple[dict[str, Any], dict[str, Any]]], layout: Layout) -> pa.Table:
    ours = columns_of([row for row, _ in rows])
    extra = [name for name in columns_of([raw for _, raw in rows]) if name not in layout.columns]
    arrays = {name: _array([row.get(name) for row, _ in rows]) for name in ours}
    for name in extra:
        clash = name in arrays or name in DECISIVE
        arrays[f"{name}_original" if clash else name] = _array([raw.get(name) for _, raw in rows])
    import pyarrow as pa

    return pa.table(arrays)


def _array(values: list[Any]) -> pa.Array:
    """The values as they are, or as JSON text where one column mixes types."""
    import pyarrow as pa

    try:
        array = pa.array(values)
        if not pa.types.is_struct(array.type) or array.type.num_fields:
            return array
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        pass
    return pa.array([_json(value) for value in values], pa.string())


def _as_text(table: pa.Table) -> pa.Table:
    """Extra columns as JSON text, for files whose parts disagree on a type."""
    import pyarrow as pa

    arrays = {}
    for name in table.column_names:
        column = table[name]
        keep = name in CANONICAL or pa.types.is_string(column.type)
        arrays[name] = column if keep else pa.array([_json(value) for value in column.to_pylist()], pa.string())
    return pa.table(arrays)


def _json(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def _cut(
    tables: dict[str, pa.Table], cut: dict[str, float], said: bool, notes: list[str], seed: int = 0
) -> dict[str, pa.Table]:
    if not cut:
        return tables
    train = tables["train"]
    keys = [row_key(row) for row in train.select([n for n in train.column_names if n in CANONICAL]).to_pylist()]
    parts = held_out(keys, cut, seed)
    made = {name: numbers for name, numbers in parts.items() if numbers and name != "train"}
    if said and made:
        shares = " and ".join(f"{len(numbers)} rows for {name}" for name, numbers in made.items())
        notes.append(f"The source has no {' or '.join(made)} split: {shares} were cut from train (seed 0, by prompt).")
    missing = [name for name in cut if name not in made]
    if missing:
        notes.append(f"Too few different prompts to cut {' and '.join(missing)} from train.")
    out = {"train": train.take(parts["train"]), **{name: train.take(numbers) for name, numbers in made.items()}}
    return {**out, **{name: table for name, table in tables.items() if name != "train"}}
