"""Passages: the texts of a knowledge base, each with an id that questions name."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from typing import Any

from workbench.data.dataset import Dataset, load_dataset
from workbench.errors import DatasetError

__all__ = ["Passage", "read_passages"]


@dataclass(frozen=True)
class Passage:
    """A text of a knowledge base.

    Attributes
    ----------
    id, text : str
    score : float
        How well it fits the question it was found for; the unit is the index's own.
    """

    id: str
    text: str
    score: float = 0.0


def read_passages(source: Any) -> list[Passage]:
    """The passages of a data set, in its order; of all its splits.

    Parameters
    ----------
    source
        A `Dataset`, or anything `load_dataset` takes, with the columns ``id`` and ``text``.

    Raises
    ------
    DatasetError
        For no rows, other columns, empty texts, or an id that two rows have.
    """
    if isinstance(source, list) and not source:
        raise DatasetError("The knowledge base is empty. Give at least one row with id and text.")
    data = source if isinstance(source, Dataset) else load_dataset(_given(source), split={})
    if missing := {"id", "text"} - set(data.columns):
        raise DatasetError(
            f"A passage needs the columns id and text; {data.name} lacks {' and '.join(sorted(missing))} and has "
            f"{', '.join(data.columns)}. Name yours with load_dataset(columns=)."
        )
    rows = [row for split in data.splits for row in data.split(split)]
    passages = [Passage(str(row["id"]), row["text"]) for row in rows]
    if empty := [number for number, each in enumerate(passages) if not (each.text or "").strip()]:
        raise DatasetError(f"{data.name}: the passage in row {empty[0]} has no text. Leave it out, or write it.")
    if twice := [name for name, count in Counter(each.id for each in passages).items() if count > 1]:
        raise DatasetError(
            f"{data.name}: {len(twice):,} ids stand in more than one row, such as {twice[0]!r}, so a question could "
            "not say which it means. Give each passage its own id."
        )
    return passages


def _given(source: Any) -> Any:
    if isinstance(source, list) and all(isinstance(each, Passage) for each in source):
        return [{"id": each.id, "text": each.text} for each in source]
    return os.fspath(source) if isinstance(source, os.PathLike) else source
