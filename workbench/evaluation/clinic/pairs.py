"""Pairs as the clinic asks a reward about them: prompt, chosen and rejected reply, and the columns beside them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.data.browse import plain_text
from workbench.data.turns import parted
from workbench.errors import InvalidInputError

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset

__all__ = ["LONG", "SIDES", "Pairs", "read_pairs", "short_columns"]

SIDES = ("chosen", "rejected")

LONG = 40
"""Characters of a text that still stand as the value of a column to cut the pairs by; longer ones are no labels."""

NAMED = 5  # rows that one message names at most

Pairs = dict[str, Any]
"""Plain data: ``rows`` (numbers in the split), ``prompts`` (texts or turns), ``chosen``, ``rejected`` (texts),
``columns`` (further columns, a list each); all of one length. ``left_out``: why rows are not among them."""


def read_pairs(dataset: Dataset, split: str) -> Pairs:
    """The pairs of one split.

    Rows whose two replies are the same prefer nothing: they are left out, and `left_out` says which.

    Raises
    ------
    InvalidInputError
        When the data set holds no pairs, a row has no prompt, or no pair is left.
    """
    if dataset.type != "preference":
        raise InvalidInputError(
            f"{dataset.name} is of type {dataset.type}. The clinic needs pairs: rows with prompt, chosen and rejected."
        )
    pairs: Pairs = {"rows": [], "prompts": [], "chosen": [], "rejected": [], "columns": {}, "left_out": []}
    kept, same, without = [], [], []
    for number, row in enumerate(dataset.rows(split)):
        parts = parted(row)
        if not _says_something(parts["prompt"]):
            without.append(number)
        elif parts["chosen"] == parts["rejected"]:
            same.append(number)
        else:
            kept.append(row)
            pairs["rows"].append(number)
            pairs["prompts"].append(parts["prompt"])
            for side in SIDES:
                pairs[side].append(_reply(parts[side]))
    where = f"of {dataset.name} ({split})"
    if without:
        raise InvalidInputError(
            f"{_named(without)} {where} {'has' if len(without) == 1 else 'have'} no prompt, so there is nothing that a "
            "reply could answer. Give each row a prompt, or leave the row out."
        )
    if not kept:
        why = f": chosen and rejected are the same in all {len(same)}" if same else ""
        raise InvalidInputError(f"There is no pair to judge by {where}{why}.")
    if same:
        pairs["left_out"].append(
            f"{_named(same)} {where} left out: chosen and rejected are the same, so the pair prefers nothing."
        )
    names = dict.fromkeys(name for row in kept for name in row if name not in ("prompt", *SIDES))
    pairs["columns"] = {name: [_plain(row.get(name)) for row in kept] for name in names}
    return pairs


def _says_something(prompt: Any) -> bool:
    return bool(plain_text(prompt).strip()) if isinstance(prompt, str) else bool(prompt)


def _reply(value: Any) -> str:
    """A reply as text; of several turns the last one's content."""
    return value if isinstance(value, str) else str(value[-1].get("content") or "") if value else ""


def _plain(value: Any) -> Any:
    """A value as strict JSON has it."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, (str, int, type(None))) else json.loads(json.dumps(value, default=str))


def _named(rows: Sequence[int]) -> str:
    shown = ", ".join(map(str, rows[:NAMED])) + (f" and {len(rows) - NAMED:,} more" if len(rows) > NAMED else "")
    return f"Row{'' if len(rows) == 1 else 's'} {shown}"


def short_columns(columns: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """The columns that pairs can be cut by: numbers, yes or no, and short texts."""
    plain = (bool, int, float, str, type(None))
    return {
        name: list(values)
        for name, values in columns.items()
        if all(isinstance(value, plain) and not (isinstance(value, str) and len(value) > LONG) for value in values)
    }
