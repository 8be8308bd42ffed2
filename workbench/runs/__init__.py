"""The run engine: training in processes of its own, described by one event log.

launch() -> folder -> supervisor (no torch) -> trainer, which appends to events.jsonl
             |<-- read by any kernel, panel or terminal, also after a restart
"""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.recipe import Recipe
    from workbench.runs.generation import generate
    from workbench.runs.run import Run

__all__ = ["Run", "generate", "launch", "open_run", "runs"]


def launch(recipe: Recipe, *, home: str | os.PathLike[str] | None = None, launcher: str | None = None) -> Run:
    """Start training in a process of its own and return at once.

    Only cheap checks run here; what needs every row or the weights is checked by the trainer's first stage.

    Parameters
    ----------
    recipe
        What to train.
    home
        The folder for runs; see ``WORKBENCH_HOME``.
    launcher
        How the trainer is started; only ``"local"``, the default, so far.

    Raises
    ------
    RecipeError
        With every problem of the recipe.
    """
    from workbench.errors import RecipeError
    from workbench.runs import job, launchers
    from workbench.runs.events import EventWriter
    from workbench.runs.handle import start
    from workbench.runs.home import home as home_of
    from workbench.runs.run import Run

    chosen, base = launchers.check(launcher), home_of(home)
    errors = [problem for problem in recipe.problems() if problem.severity == "error"]
    if errors:
        raise RecipeError(errors)
    recipe = recipe.stored(base)  # the trainer must find the same rows
    folder = job.new_folder(base, f"{recipe.objective.name}-{recipe.tuning.name}")

    def prepare(events: EventWriter) -> None:
        recipe.to_yaml(folder.recipe)
        name = f"{recipe.objective.name} {recipe.tuning.name} {folder.id[-4:]}"
        events.write("launched", id=folder.id, recipe_hash=recipe.hash, name=name)

    return start(Run, folder, prepare, chosen)


def runs(home: str | os.PathLike[str] | None = None) -> list[Run]:
    """All runs of a home, oldest first."""
    from workbench.runs.home import home as home_of
    from workbench.runs.job import folders
    from workbench.runs.run import Run

    return [Run(folder.path) for folder in folders(home_of(home))]


def open_run(id_or_path: str | os.PathLike[str], *, home: str | os.PathLike[str] | None = None) -> Run:
    """The run with this id, or at this path; needs neither its model nor its data.

    Parameters
    ----------
    id_or_path
        An id, an unmistakable beginning or ending of one, or a folder; ``"last"`` is the newest run.

    Raises
    ------
    RunNotFoundError
        With the nearest ids.
    """
    from workbench.runs.home import home as home_of
    from workbench.runs.job import find
    from workbench.runs.run import Run

    return Run(find(id_or_path, home_of(home)).path)


def __getattr__(name: str) -> Any:
    if name == "Run":
        from workbench.runs.run import Run

        return Run
    if name == "generate":
        from workbench.runs.generation import generate

        return generate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class _Room(ModuleType):
    """`workbench.runs` names this package and the function in it; so the package can be called too."""

    def __call__(self, home: str | os.PathLike[str] | None = None) -> list[Run]:
        return runs(home)


sys.modules[__name__].__class__ = _Room
