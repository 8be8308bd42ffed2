"""What a reader is told of a data set before and beside its rows, as plain data: facts, orders, counted values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from workbench.data.layout import CANONICAL
from workbench.data.query import Facet, quoted

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset

__all__ = ["TYPES", "facet_name", "facet_values", "facts", "main_columns", "nothing_found", "orders"]

TYPES = {
    "language_modeling": "texts to continue",
    "prompt_completion": "a prompt, and the answer to learn",
    "prompt_only": "prompts without answers",
    "preference": "a better and a worse answer",
    "unpaired_preference": "answers marked good or bad",
}


def main_columns(dataset: Dataset) -> list[str]:
    """The columns that are trained on."""
    return [name for name in dataset.columns if name in CANONICAL]


def facts(dataset: Dataset) -> list[tuple[str, str]]:
    """What the data was taken for: ``(name, value)`` pairs."""
    kept = [name for name in dataset.columns if name not in CANONICAL]
    used, made = ", ".join(main_columns(dataset)), ", ".join(dataset.read_from)
    shape = "conversations: " if dataset.conversational else ""
    return [
        ("Type", f"{dataset.type} ({shape}{TYPES[dataset.type]})"),
        ("Read as", dataset.layout),
        ("Columns used", used if made == used or not made else f"{used} (made of {made})"),
        *([("Columns kept beside", ", ".join(kept))] if kept else []),
    ]


def orders(dataset: Dataset, chosen: str) -> list[dict[str, str]]:
    """Orders of the rows to choose from: as they come, by length of each text that is used, and the one `chosen`."""
    schema = dataset.arrow(next(iter(dataset.splits))).schema
    texts = [name for name in main_columns(dataset) if schema.field(name).type in (pa.string(), pa.large_string())]
    by_length = [
        {"key": f"length({quoted(name)}){way}", "label": f"{word} {name} first"}
        for name in texts
        for way, word in ((" desc", "Longest"), ("", "Shortest"))
    ]
    options = [{"key": "", "label": "As they come"}, *by_length]
    if chosen not in [option["key"] for option in options]:
        options.append({"key": chosen, "label": chosen})
    return options


def facet_name(expression: str) -> str:
    """``try(completion->>'category')`` as a reader would say it: ``completion: category``."""
    column, arrow, key = expression.removeprefix("try(").removesuffix(")").partition("->>")
    return f"{column}: {key.strip(chr(39)).removeprefix('$.').strip(chr(34))}" if arrow else expression.strip('"')


def facet_values(found: Facet) -> dict[str, Any]:
    """The values of a facet with their rows, and in words what is left out."""
    values = zip(found.values, found.counts, found.conditions, strict=True)
    rest = found.distinct - len(found.values)
    return {
        "values": [
            {"label": "(empty)" if value in (None, "") else value, "count": count, "condition": condition}
            for value, count, condition in values
        ],
        "others": f"and {rest:,} other values in {found.others:,} rows" if rest > 0 else "",
    }


def nothing_found(split: str, search: str, where: str) -> str:
    """The sentence for a selection without rows."""
    said = []
    if search.strip():
        said.append(f"has “{search.strip()}” in it")
    if where.strip():
        said.append(f"is under the condition {where.strip()}")
    return f"No row of {split} {' and '.join(said)}." if said else f"{split} has no rows."
