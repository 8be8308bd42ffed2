"""How fast a recipe will be, from the last run of the same model and way of tuning."""

from __future__ import annotations

import os
from typing import Any

from workbench.errors import WorkbenchError
from workbench.runs.home import home as home_of
from workbench.runs.job import folders
from workbench.runs.run import Run

__all__ = ["seconds_per_row"]

LOOKED_AT = 50
"""Runs, from the newest on."""


def seconds_per_row(recipe: Any, home: str | os.PathLike[str] | None = None) -> tuple[float, str] | None:
    """Seconds of training for each row, evaluations left out, and the id of the run that measured it.

    Parameters
    ----------
    recipe
        Its model, data, way of tuning and ``max_length`` must be those of the run.
    home
        The folder of the runs.

    Returns
    -------
    (float, str) or None
        None where no such run is there.
    """
    for folder in list(reversed(folders(home_of(home))))[:LOOKED_AT]:
        run = Run(folder.path)
        try:
            other = run.recipe
        except (WorkbenchError, OSError):
            continue
        if _kind(other) != _kind(recipe):
            continue
        logs = [event for event in run.events() if event["type"] == "log" and event.get("elapsed")]
        rows = other.training.batch_size * other.training.gradient_accumulation_steps
        if len(logs) >= 2:
            # the first window holds what is done once
            first, last = logs[0], logs[-1]
            return (last["elapsed"] - first["elapsed"]) / ((last["step"] - first["step"]) * rows), run.id
    return None


def _kind(recipe: Any) -> tuple[Any, ...]:
    return recipe.model_name, recipe.tuning.name, recipe.data["source"], recipe.training.max_length
