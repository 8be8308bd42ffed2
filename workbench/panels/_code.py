"""The code that makes a panel of a data set: the data, the recipe, and the panel itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench._recipe_code import workbench_code
from workbench.data.dataset import Dataset
from workbench.errors import DatasetError

__all__ = ["IMPORT", "changed_traits", "data_code", "data_panel_code", "recipe_code"]

IMPORT = "import workbench as wb\n\n"


def data_code(dataset: Dataset) -> str:
    """A line that makes the data set as ``ds``, repairs and all."""
    line = f"ds = {dataset.to_code()}\n"
    return f"# rows: the rows that were given in memory\n{line}" if "(rows" in line else line


def data_panel_code(panel: str, dataset: Dataset, recipe: Any, model: Any, given: Mapping[str, Any]) -> str:
    """The code of a panel that takes a data set and a recipe or a model.

    Parameters
    ----------
    panel
        Its class: ``"DataPanel"``.
    dataset
        What it shows; where that is not what the recipe trains on, it is made after the recipe.
    recipe, model
        Either, or None.
    given
        Further arguments.
    """
    arguments = ["ds"]
    lines = data_code(dataset)
    if recipe is not None:
        arguments.append("recipe")
        lines = recipe_code(recipe, dataset).removeprefix(IMPORT)
    elif model is not None:
        arguments.append(f"model={model!r}")
    arguments += [f"{name}={value!r}" for name, value in given.items()]
    return f"{lines}wb.panels.{panel}({', '.join(arguments)})"


def recipe_code(recipe: Any, dataset: Dataset) -> str:
    """The code of a recipe and of a data set beside it; ``ds`` is the latter in the end."""
    in_memory = recipe.data["source"] is None  # to show a panel writes no file
    made = workbench_code(recipe, data_code(recipe.dataset) if in_memory else None)
    return made if _trained_on(dataset, recipe) else f"{made}{data_code(dataset)}"


def _trained_on(dataset: Dataset, recipe: Any) -> bool:
    try:
        own = recipe.load_dataset()
    except DatasetError:
        return False
    return dataset is own or (dataset.to_code() == own.to_code() and "(rows" not in dataset.to_code())


def changed_traits(panel: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Those of a panel's traits that are not as they come."""
    return {name: getattr(panel, name) for name in names if getattr(panel, name) != panel.traits()[name].default()}
