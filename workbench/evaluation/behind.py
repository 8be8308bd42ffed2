"""What a report keeps of the rows and of the runs, so that it can be read without either."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.evaluation.leaks import runs_of
from workbench.models.system import System
from workbench.runs.events import read_events
from workbench.runs.home import GUARDS
from workbench.runs.job import read_json

__all__ = ["columns_kept", "guards_behind", "runs_behind"]

TEXTS = ("prompt", "completion", "messages", "text", "chosen", "rejected")
"""Columns that a report holds as prompts and references, or that are no property of a row."""

LONGEST = 200
"""Characters beyond which a value is a text, which makes no slices."""

POINTS = 300
"""Points of a curve that are kept at most."""


def columns_kept(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """The columns of the rows that hold numbers, short texts or truth values; None where a row has none."""
    kept = {}
    for name in dict.fromkeys(key for row in rows for key in row):
        values = [row.get(name) for row in rows]
        if name not in TEXTS and all(map(_is_plain, values)) and any(value is not None for value in values):
            kept[name] = tuple(values)
    return kept


def _is_plain(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, (bool, int)) or (isinstance(value, str) and len(value) <= LONGEST)


def runs_behind(systems: Mapping[str, System]) -> dict[str, tuple[dict[str, Any], ...]]:
    """For each system the runs that made its weights: ``id``, ``recipe`` (YAML), ``curve``, ``environment``.

    A curve is ``{"loss": [[step, value], ...], "eval_loss": [...]}``, of at most 300 points each.
    """
    found = {name: tuple(_run(folder) for folder in runs_of(system)) for name, system in systems.items()}
    return {name: runs for name, runs in found.items() if runs}


def guards_behind(systems: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """What the guards have found so far in the runs that made systems, which are given as plain data.

    Of runs that were trained on top of each other the last counts. With several runs a guard's name says whose it is.
    """
    found = {}
    for name, facts in systems.items():
        for place in [*reversed(facts.get("adapters") or ()), facts.get("model") or ""]:
            kept = read_json(Path(str(place).removeprefix("run:")).parent / f"{GUARDS}.json")
            if kept is not None:
                found[name] = kept[GUARDS]
                break
    several = len(found) > 1
    return tuple(
        {**guard, "name": f"{guard['name']} ({name})" if several else guard["name"]}
        for name, guards in found.items()
        for guard in guards
    )


def _run(folder: Path) -> dict[str, Any]:
    curve: dict[str, list[list[float]]] = {"loss": [], "eval_loss": []}
    for event in read_events(folder / "events.jsonl"):
        for key, points in curve.items():
            if event["type"] in ("log", "eval") and event.get(key) is not None:
                points.append([event["step"], event[key]])
    return {
        "id": folder.name,
        "recipe": (folder / "recipe.yaml").read_text(encoding="utf-8"),
        "curve": {key: _thinned(points) for key, points in curve.items()},
        "environment": read_json(folder / "env.json") or {},
    }


def _thinned(points: list[list[float]]) -> list[list[float]]:
    """Every so-manieth point, and always the last."""
    step = math.ceil(len(points) / POINTS) or 1
    return points[-1::-step][::-1]
