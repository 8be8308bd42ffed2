"""Rows as the checks see them: batches of Arrow, in them the texts by side and role with their row numbers.

Whatever the type of a data set, plain or conversational, a check asks a `Batch` for its `parts` (every turn or
column), or for one text a row: `prompts`, `answers`, `wholes`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from workbench.data.checks.words import Words

__all__ = ["TEXT_COLUMNS", "Batch", "Part", "Turns", "batches", "digests", "picked"]

Side = Literal["prompt", "answer"]

TEXT_COLUMNS = ("prompt", "completion", "messages", "text", "chosen", "rejected")

#: Bytes of text that one batch is meant to have, and rows it has at most.
BATCH_BYTES, BATCH_ROWS = 1_000_000, 4_096

GOOD = np.uint64(0x9E3779B97F4A7C15)

#: Stands between the texts of one row where they are joined.
JOINT = "\x1e"


@dataclass(frozen=True)
class Part:
    """Texts of one column and role: what they are, and the row number of each."""

    side: Side
    role: str
    column: str
    texts: pa.StringArray
    rows: np.ndarray


@dataclass(frozen=True)
class Turns:
    """All turns of one conversational column of a batch, in order."""

    roles: np.ndarray
    contents: pa.StringArray
    owners: np.ndarray  # row within the batch
    answering: np.ndarray  # from the assistant's first answer of the row on; a greeting before the user's turn is none


class Batch:
    """Some consecutive rows of a split.

    Parameters
    ----------
    split
        Their split.
    start
        The number of the first row.
    table
        The rows.
    """

    def __init__(self, split: str, start: int, table: pa.Table):
        self.split, self.start, self.table = split, start, table
        self.columns = [name for name in TEXT_COLUMNS if name in table.column_names]
        self._turns: dict[str, Turns] = {}

    def __len__(self) -> int:
        return self.table.num_rows

    @cached_property
    def numbers(self) -> np.ndarray:
        """The row numbers."""
        return np.arange(self.start, self.start + len(self))

    def is_chat(self, column: str) -> bool:
        """Whether a column holds lists of messages."""
        return is_list(self.table.schema.field(column).type)

    @cached_property
    def parts(self) -> list[Part]:
        """Every text, by column and role."""
        return [part for column in self.columns for part in self._parts_of(column)]

    def side(self, side: Side) -> list[Part]:
        """The parts of one side."""
        return [part for part in self.parts if part.side == side]

    @cached_property
    def prompts(self) -> pa.StringArray:
        """What is asked: the prompt, or the conversation up to the first answer; empty where only text is given."""
        if "prompt" in self.columns:
            return self.column_text("prompt")
        column = "messages" if "messages" in self.columns else "chosen"
        if column in self.columns and self.is_chat(column):
            turns = self.turns(column)
            return _joined(turns.contents, turns.owners, ~turns.answering, len(self))
        return pa.array([""] * len(self), pa.string())

    @cached_property
    def answers(self) -> pa.StringArray:
        """What is taught: all but the prompt; the chosen and the rejected answer in one."""
        if self.columns == ["prompt"]:
            return pa.array([""] * len(self), pa.string())
        return _side_by_side([self.answer_text(name) for name in self.columns if name != "prompt"])

    @cached_property
    def wholes(self) -> pa.StringArray:
        """All text of each row, the prompt first."""
        if self.columns == ["text"]:
            return self.answers
        return _side_by_side([self.prompts, self.answers])

    @cached_property
    def identity(self) -> np.ndarray:
        """A hash of each row's texts and of who says them; equal for rows that teach the same."""
        return digests(self.wholes) ^ self.verdicts ^ self._speakers()

    @cached_property
    def verdicts(self) -> np.ndarray:
        """Of labelled answers a number that parts the good from the bad; else 0."""
        if "label" not in self.table.column_names or not pa.types.is_boolean(self.table.schema.field("label").type):
            return np.zeros(len(self), np.uint64)
        good = self.table["label"].to_numpy().astype(bool)
        return np.where(good, GOOD, np.uint64(0))

    def _speakers(self) -> np.ndarray:
        found = np.zeros(len(self), np.uint64)
        for number, column in enumerate(column for column in self.columns if self.is_chat(column)):
            turns = self.turns(column)
            roles = _joined(
                pa.array(turns.roles, pa.string()), turns.owners, np.ones(len(turns.owners), bool), len(self)
            )
            found ^= digests(roles) * np.uint64(2 * number + 3)
        return found

    @cached_property
    def words(self) -> Words:
        """The words of `wholes`; their heads are the prompts."""
        if self.columns == ["text"]:
            return Words(self.wholes)
        return Words(self.wholes, pc.binary_length(self.prompts).to_numpy())

    @cached_property
    def questions(self) -> pa.StringArray:
        """What makes two rows the same question: the prompt, or the answer where there is none to ask."""
        if self.columns == ["text"] or (self.columns[0] == "chosen" and not self.is_chat("chosen")):
            return self.column_text(self.columns[0])
        empty = pc.equal(self.prompts, "")
        return pc.if_else(empty, self.answers, self.prompts) if pc.any(empty).as_py() else self.prompts

    @cached_property
    def question_words(self) -> Words:
        """The words of `questions`."""
        if self.columns == ["text"]:
            return self.words
        return self.words.heads() if self.questions is self.prompts else Words(self.questions)

    def column_text(self, column: str) -> pa.StringArray:
        """One text a row: the column itself, or the contents of its turns."""
        if self.is_chat(column):
            turns = self.turns(column)
            return _joined(turns.contents, turns.owners, np.ones(len(turns.owners), bool), len(self))
        return strings(self.table[column])

    def answer_text(self, column: str) -> pa.StringArray:
        """One text a row: the column, of a conversation only the part from the first answer on."""
        if not self.is_chat(column):
            return strings(self.table[column])
        turns = self.turns(column)
        return _joined(turns.contents, turns.owners, turns.answering, len(self))

    def turns(self, column: str) -> Turns:
        """The turns of a conversational column."""
        if column not in self._turns:
            self._turns[column] = _turns(self.table[column])
        return self._turns[column]

    def _parts_of(self, column: str) -> Iterator[Part]:
        if not self.is_chat(column):
            yield Part("prompt" if column == "prompt" else "answer", "text", column, self.column_text(column),
                       self.numbers)  # fmt: skip
            return
        turns = self.turns(column)
        for role in np.unique(turns.roles):
            mask = turns.roles == role
            side: Side = "prompt" if column == "prompt" or role != "assistant" else "answer"
            if column == "rejected" and side == "prompt":
                continue  # the same turns stand in chosen
            yield Part(side, str(role), column, turns.contents.filter(pa.array(mask)),
                       self.start + turns.owners[mask])  # fmt: skip


def batches(split: str, table: pa.Table) -> Iterator[Batch]:
    """The split in batches of about `BATCH_BYTES` of text."""
    table = table.select([name for name in table.column_names if name in (*TEXT_COLUMNS, "label")])
    size = max(1, min(BATCH_ROWS, int(BATCH_BYTES * table.num_rows / max(1, table.nbytes))))
    for start in range(0, table.num_rows, size):
        yield Batch(split, start, table.slice(start, size))


def picked(table: pa.Table, rows: np.ndarray) -> pa.Table:
    """The rows of a table by their ascending numbers, without joining the parts it is made of first."""
    table = table.select([name for name in table.column_names if name in TEXT_COLUMNS])
    parts = table.to_batches()
    stops = np.cumsum([len(part) for part in parts])
    cuts = np.searchsorted(rows, stops)
    firsts = np.concatenate([[0], cuts[:-1]])
    taken = [part.take(pa.array(rows[first:cut] - (stop - len(part))))
             for part, stop, first, cut in zip(parts, stops, firsts, cuts, strict=True) if cut > first]  # fmt: skip
    return pa.Table.from_batches(taken, table.schema)


def digests(texts: pa.StringArray) -> np.ndarray:
    """A 64-bit hash of each text."""
    digest = xxhash.xxh3_64_intdigest
    return np.fromiter((digest(text) for text in texts.cast(pa.binary()).to_pylist()), np.uint64, len(texts))


def is_list(type: pa.DataType) -> bool:
    """Whether a column of this type holds messages."""
    return pa.types.is_list(type) or pa.types.is_large_list(type)


def strings(column: pa.ChunkedArray | pa.Array) -> pa.StringArray:
    """The texts as one string array without nulls."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    return array.cast(pa.string()).fill_null("")


def _turns(column: pa.ChunkedArray) -> Turns:
    array = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    turns = pc.list_flatten(array)
    owners = pc.list_parent_indices(array).to_numpy(zero_copy_only=False).astype(np.int64)
    names = [field.name for field in turns.type] if pa.types.is_struct(turns.type) else []
    contents = strings(pc.struct_field(turns, "content"))
    contents = _with_extras(contents, turns, [name for name in names if name not in ("role", "content")])
    roles = strings(pc.struct_field(turns, "role")).to_numpy(zero_copy_only=False)
    first: np.ndarray = np.searchsorted(owners, owners, side="left")
    asked = np.bincount(owners[roles == "user"], minlength=len(array))[owners] == 0  # rows without a user's turn
    asked |= _seen(roles == "user", first)
    return Turns(roles, contents, owners, _seen((roles == "assistant") & asked, first))


def _seen(what: np.ndarray, first: np.ndarray) -> np.ndarray:
    """For each turn whether it holds since the first turn of its row, this one included."""
    count = np.concatenate([[0], np.cumsum(what)])
    return count[1:] - count[first] > 0


def _with_extras(contents: pa.StringArray, turns: pa.StructArray, names: list[str]) -> pa.StringArray:
    """The contents, followed by the tool calls and whatever else a turn carries, as JSON."""
    more: dict[int, dict[str, object]] = {}
    for name in names:
        values = pc.struct_field(turns, name)
        for at in np.flatnonzero(pc.is_valid(values).to_numpy(zero_copy_only=False)).tolist():
            more.setdefault(at, {})[name] = values[at].as_py()
    if not more:
        return contents
    texts = contents.to_pylist()
    for at, extra in more.items():
        texts[at] += json.dumps(extra, ensure_ascii=False, default=str)
    return pa.array(texts, pa.string())


def _joined(texts: pa.StringArray, owners: np.ndarray, mask: np.ndarray, n: int) -> pa.StringArray:
    counts = np.bincount(owners[mask], minlength=n)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), texts.filter(pa.array(mask)))
    return pc.binary_join(lists, JOINT).fill_null("")


def _side_by_side(texts: list[pa.StringArray]) -> pa.StringArray:
    return texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, JOINT)
