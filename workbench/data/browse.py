"""Rows of a data set as a reader goes through them: one page, one search, one cell.

Only what is looked at is turned into Python objects: a page of rows, each cell cut to a readable length. Searching
walks the Arrow batches, so a million rows stay in their memory map.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["CELL_LIMIT", "cell", "plain_text", "readable_rows", "search_rows"]

#: Characters of a cell that are shown before the reader asks for all of it.
CELL_LIMIT = 2_000

#: Rows looked at between two chances to cancel a search.
BATCH = 10_000


def cell(value: Any, limit: int | None = CELL_LIMIT) -> dict[str, Any]:
    """One value as plain data for a table.

    Parameters
    ----------
    value
        A text, a list of messages, None, or anything else JSON can write.
    limit
        Characters kept of each text; None keeps all.

    Returns
    -------
    dict
        ``{"text", "length"}``, with ``"turns": [{"role", "text", "length"}]`` instead for messages, or
        ``{"none": True}``. A `length` beyond the text's own says that it was cut.
    """
    if value is None:
        return {"none": True}
    if _is_messages(value):
        return {"turns": [{"role": str(turn["role"]), **cell(_content(turn), limit)} for turn in value]}
    text = plain_text(value)
    return {"text": text if limit is None else text[:limit], "length": len(text)}


def plain_text(value: Any) -> str:
    """Any value as one text: messages as ``role: content`` lines, other structures as JSON."""
    if isinstance(value, str):
        # A model, or a callable, may hand out half of a surrogate pair, which no message can carry.
        return value.encode("utf-8", "replace").decode("utf-8")
    if _is_messages(value):
        return "\n".join(f"{turn['role']}: {_content(turn)}" for turn in value)
    return json.dumps(value, ensure_ascii=False, default=str)


def _is_messages(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(turn, dict) and "role" in turn for turn in value)


def _content(turn: dict[str, Any]) -> str:
    rest = {key: item for key, item in turn.items() if key not in ("role", "content") and item is not None}
    content = turn.get("content")
    text = "" if content is None else plain_text(content)
    return f"{text}\n{json.dumps(rest, ensure_ascii=False, default=str)}".strip() if rest else text


def readable_rows(
    table: pa.Table, indices: Sequence[int] | np.ndarray, limit: int | None = CELL_LIMIT
) -> list[dict[str, Any]]:
    """The given rows, each as ``{"row": number, "cells": {column: cell}}``.

    Parameters
    ----------
    table
        One split, as ``Dataset.arrow`` gives it.
    indices
        Row numbers from 0, in the order wanted.
    limit
        As in `cell`.
    """
    if len(indices) == 0:
        return []
    rows = pa.concat_tables([table.slice(int(number), 1) for number in indices]).to_pylist()
    return [
        {"row": int(number), "cells": {name: cell(value, limit) for name, value in row.items()}}
        for number, row in zip(indices, rows, strict=True)
    ]


def search_rows(
    table: pa.Table, text: str, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[tuple[int, np.ndarray]]:
    """Look for a text in every column, whatever its case.

    Parameters
    ----------
    table
        One split, as ``Dataset.arrow`` gives it.
    text
        What to find; taken literally.
    cancelled
        Asked after every batch of rows; True ends the search.

    Yields
    ------
    (int, numpy.ndarray)
        After each batch: how many rows have been looked at, and which of this batch's rows have the text.
    """
    for start in range(0, table.num_rows, BATCH):
        if cancelled():
            return
        batch = table.slice(start, BATCH)
        found = np.zeros(batch.num_rows, dtype=bool)
        for column in batch.columns:
            found |= _contains(column, text)
        yield start + batch.num_rows, start + np.flatnonzero(found)


def _contains(array: pa.Array | pa.ChunkedArray, text: str) -> np.ndarray:
    if isinstance(array, pa.ChunkedArray):
        parts = [_contains(chunk, text) for chunk in array.chunks]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=bool)
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        owners = pc.list_parent_indices(array).to_numpy(zero_copy_only=False)
        hits = _contains(pc.list_flatten(array), text)
        return np.bincount(owners, weights=hits, minlength=len(array)) > 0
    if pa.types.is_struct(array.type):
        found = np.zeros(len(array), dtype=bool)
        for at in range(array.type.num_fields):
            found |= _contains(pc.struct_field(array, at), text)
        return found
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        array = pa.array([None if value is None else str(value) for value in array.to_pylist()], pa.string())
    hits = pc.match_substring(array, text, ignore_case=True)
    return pc.fill_null(hits, False).to_numpy(zero_copy_only=False).astype(bool)
