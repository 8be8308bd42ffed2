"""Rows that a system has seen before it is asked: in its training split, or as shots in its own prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.data.loading import row_key
from workbench.errors import WorkbenchError
from workbench.models.system import System

__all__ = ["leak_warnings", "runs_of"]


def leak_warnings(systems: Mapping[str, System], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """A sentence for each system that knows some of the rows already: their prompts stand in what it was trained on.

    Looks at the recipes of the runs that made the systems' adapters and weights. Validation rows count as well, since
    the best weights were chosen by them. Data that is gone is said to be unchecked.
    """
    keys = [row_key(row) for row in rows]
    warnings = []
    for name, system in systems.items():
        shots = {prompt for prompt, _ in system.shots}
        if count := sum(key in shots for key in keys):
            warnings.append(f"{_of(count, keys)} are among the shots of {name}, which reads their answers off.")
        for folder in runs_of(system):
            warnings += _of_run(name, folder, keys)
    return list(dict.fromkeys(warnings))


def _of_run(name: str, folder: Path, keys: Sequence[str]) -> list[str]:
    from workbench.recipe import Recipe

    try:
        dataset = Recipe.from_yaml(folder / "recipe.yaml").load_dataset()
    except WorkbenchError as error:
        return [f"Whether {name} was trained on these rows could not be checked: {str(error).splitlines()[0]}"]
    trained, chosen = (
        {row_key(row) for row in dataset.rows(split)} if split in dataset.splits else set()
        for split in ("train", "validation")
    )
    out = []
    if count := sum(key in trained for key in keys):
        out.append(f"{_of(count, keys)} stand in the training split of {name}: its figure says what it remembers.")
    if count := sum(key in chosen and key not in trained for key in keys):
        out.append(f"{_of(count, keys)} stand in the validation split by which the weights of {name} were chosen.")
    return out


def runs_of(system: System) -> list[Path]:
    """The folders of the runs that made a system's weights: its final ones, or those of a checkpoint."""
    places = [*system.adapters, *([system.model.removeprefix("run:")] if system.model else [])]
    folders = [folder for place in map(Path, places) for folder in (place, *place.parents[:2])]
    return [folder for folder in dict.fromkeys(folders) if (folder / "recipe.yaml").is_file()]


def _of(count: int, keys: Sequence[str]) -> str:
    return f"{count:,} of the {len(keys):,} rows"
