"""Guards: what tuning may have broken, looked at after every run, each a traffic light with its number and a sentence.

Once a run is completed they are started by themselves, as a job of its own (`workbench.evaluation.guards.job`);
``run.guards()`` has what they found. `guard` does the same here and now.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from workbench.errors import InvalidInputError, WorkbenchError
from workbench.evaluation.guards import drift, forgetting, memorisation, safety, speed
from workbench.evaluation.guards.canaries import Canary, plant_canaries
from workbench.evaluation.guards.job import Guards, keep_findings
from workbench.evaluation.guards.lights import Guard, cannot_tell
from workbench.evaluation.guards.subject import Subject, of_run
from workbench.settings import nearest

__all__ = ["LOOKS", "Canary", "Guard", "Guards", "guard", "look_at", "plant_canaries"]

LOOKS: dict[str, Callable[[Subject], Guard]] = {
    each.NAME: each.look for each in (forgetting, safety, memorisation, drift, speed)
}
"""The guards by name, in the order they are looked at."""


def guard(run: Any, only: Sequence[str] | None = None, *, client: Any = None) -> list[Guard]:
    """What tuning may have broken in a run.

    Parameters
    ----------
    run
        A `Run` that kept a model, or its id or folder.
    only
        Names of `LOOKS`; by default all, and what they found is then kept for ``run.guards()``.
    client
        What answers; by default the shared generation process. Answers are kept on disk, unless the run's recipe has
        ``record_samples=False``; those of the guard for speed are always made anew.

    Returns
    -------
    list of Guard
        One each. What cannot be measured is grey, with the reason, as is everything of a run without a model.

    Raises
    ------
    InvalidInputError
        For a name that is no guard.
    RunNotFoundError
        For a run that is not there.
    """
    if isinstance(only, str):
        only = [only]
    for name in only or ():
        if name not in LOOKS:
            raise InvalidInputError(f"There is no guard {name!r}{nearest(name, LOOKS)}. Known: {', '.join(LOOKS)}.")
    names = list(LOOKS if only is None else only)
    if isinstance(run, str) or not hasattr(run, "folder"):
        from workbench.runs import open_run

        run = open_run(run)
    if client is None:
        from workbench.runs.generation import shared_client

        client = shared_client()
    try:
        subject = of_run(run, client, keep=run.recipe.training.record_samples)
    except WorkbenchError as error:
        return [cannot_tell(name, str(error)) for name in names]
    found = [look_at(name, subject) for name in names]
    if only is None:
        keep_findings(run.path, found)
    return found


def look_at(name: str, subject: Subject) -> Guard:
    """One guard's finding; grey with the reason where it cannot be measured."""
    began = time.perf_counter()
    try:
        found = LOOKS[name](subject)
    except WorkbenchError as error:
        found = cannot_tell(name, str(error))
    except Exception as error:  # one guard's mishap, such as memory that runs out, must not take the others along
        traceback.print_exc()
        found = cannot_tell(name, f"{type(error).__name__}: {error}")
    found["numbers"]["seconds"] = round(time.perf_counter() - began, 2)
    return found
