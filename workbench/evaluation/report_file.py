"""A report as plain data in a JSON file, and back; older files are read as well.

Format 1 had no columns of the rows, no runs and no guards: reports of that time are read without them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.errors import InvalidInputError
from workbench.evaluation.facts import Answered, MetricFacts

__all__ = ["FORMAT", "read", "written"]

FORMAT = 2
READABLE = (1, FORMAT)


def written(text: str, path: str | os.PathLike[str] | None) -> str:
    """The text, also in the file if one is given."""
    if path is not None:
        Path(path).expanduser().write_text(text, encoding="utf-8")
    return text


def read(source: str | os.PathLike[str]) -> dict[str, Any]:
    """The attributes of a `Report` from a JSON file, or from the text of one.

    Raises
    ------
    InvalidInputError
        When it holds no report, or one of an unknown format.
    """
    text = source if isinstance(source, str) and source.lstrip().startswith("{") else _text(source)
    try:
        data = json.loads(text)
        found = data.pop("format")
        if found not in READABLE:
            raise InvalidInputError(
                f"The report has the format {found!r}; this version reads {' and '.join(map(str, READABLE))}. "
                "Evaluate again: answers that were kept are not generated anew."
            )
        data["answers"] = {name: tuple(map(Answered.from_dict, answers)) for name, answers in data["answers"].items()}
        data["metrics"] = tuple(
            MetricFacts(**{**facts, "span": tuple(facts["span"]) if facts["span"] else None})
            for facts in data["metrics"]
        )
        data["scores"] = {metric: _tuples(by_system) for metric, by_system in data["scores"].items()}
        data |= {key: _tuples(data[key]) for key in ("columns", "runs") if key in data}
        return data | {key: tuple(value) for key, value in data.items() if isinstance(value, list)}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        if isinstance(error, InvalidInputError):
            raise
        raise InvalidInputError(f"This is no report that to_json wrote: {error!r}.") from error


def _tuples(lists: Mapping[str, list[Any]]) -> dict[str, tuple[Any, ...]]:
    return {name: tuple(values) for name, values in lists.items()}


def _text(source: str | os.PathLike[str]) -> str:
    path = Path(source).expanduser()
    if not path.is_file():
        raise InvalidInputError(f"There is no report file {os.fspath(source)!r}. Give the path that to_json wrote to.")
    return path.read_text(encoding="utf-8")
