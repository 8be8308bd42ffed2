"""How fast a recipe will be and what memory it will take, from the last run of the same model and way of tuning."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from workbench.errors import WorkbenchError
from workbench.runs.home import home as home_of
from workbench.runs.job import folders
from workbench.runs.run import Run

__all__ = ["Measured", "measured"]

SHAPE = ("batch_size", "gradient_checkpointing", "packing", "dtype")
LOOKED_AT = 50
"""Runs, from the newest on."""


@dataclass(frozen=True)
class Measured:
    """What an earlier run of the same kind took.

    Parameters
    ----------
    run
        Its id.
    seconds_per_row
        Seconds of training for each row, evaluations left out.
    memory_bytes
        The most that it held; None where its batches were of another size.
    memory_kind
        What that counts.
    """

    run: str
    seconds_per_row: float
    memory_bytes: int | None
    memory_kind: str


def measured(recipe: Any, home: str | os.PathLike[str] | None = None) -> Measured | None:
    """What the newest run of the same kind took.

    Parameters
    ----------
    recipe
        Its model, data, way of tuning and ``max_length`` must be those of the run.
    home
        The folder of the runs.

    Returns
    -------
    Measured or None
        None where no such run is there.
    """
    for folder in list(reversed(folders(home_of(home))))[:LOOKED_AT]:
        run = Run(folder.path)
        try:
            other = run.recipe
        except (WorkbenchError, OSError):
            continue
        if not _same_kind(other, recipe):
            continue
        events = run.events()
        logs = [event for event in events if event["type"] == "log" and event.get("elapsed")]
        rows = other.training.batch_size * other.training.gradient_accumulation_steps
        if len(logs) >= 2:
            # the first window holds what is done once
            first, last = logs[0], logs[-1]
            same = all(getattr(other.training, name) == getattr(recipe.training, name) for name in SHAPE)
            started = next((event for event in events if event["type"] == "started"), {})
            return Measured(
                run.id,
                (last["elapsed"] - first["elapsed"]) / ((last["step"] - first["step"]) * rows),
                max((log.get("memory_bytes") or 0 for log in logs), default=0) or None if same else None,
                started.get("memory_kind", ""),
            )
    return None


def _kind(recipe: Any) -> tuple[Any, ...]:
    return recipe.model_name, recipe.objective.name, recipe.tuning.name, recipe.training.max_length


def _same_kind(a: Any, b: Any) -> bool:
    alike = _kind(a) == _kind(b)
    # rows given in memory have a hash, and a source once they are stored
    return alike and any(a.data[name] == b.data[name] is not None for name in ("source", "hash"))
