"""A recipe as Python in the workbench's own words."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from workbench.objectives.rewards import parts_of

if TYPE_CHECKING:
    from workbench.recipe import Recipe

__all__ = ["quoted", "workbench_code"]


def workbench_code(recipe: Recipe, load: str | None = None) -> str:
    """Python that makes this recipe again, defaults left out.

    Parameters
    ----------
    load
        The lines that make the data set as ``ds``. By default the source is named; rows in memory are written to the
        folder of the runs for that.
    """
    if load is None:
        data = recipe.stored().data if recipe.data["source"] is None else recipe.data
        given = {name: data[name] for name in ("columns", "split", "bad_rows", "max_rows") if data[name] is not None}
        arguments = "".join(f", {name}={quoted(value)}" for name, value in given.items())
        load = f"ds = wb.load_dataset({quoted(data['source'])}{arguments})\n"
    lines = [f"model={quoted(recipe.model_name)}", "dataset=ds"]
    lines += [f"{name}={_call(getattr(recipe, name))}" for name in ("objective", "tuning", "training")]
    if recipe.template is not None:
        lines.append(f"template={quoted(recipe.template)}")
    lines.append(f"seed={recipe.seed}")
    if recipe.trust_remote_code:
        lines.append("trust_remote_code=True")
    body = "".join(f"    {line},\n" for line in lines)
    functions = {one["function"]: one["source"] for one in _functions(recipe)}
    defined = "".join(f"\n\n{source.strip()}\n" for source in functions.values()) + ("\n\n" if functions else "\n")
    return f"import workbench as wb\n{defined}{load}recipe = wb.Recipe(\n{body})\n"


def quoted(value: Any) -> str:
    """A Python literal, with double quotes; a function that a recipe carries by its name."""
    if isinstance(value, dict) and set(value) == {"function", "source"}:
        return str(value["function"])
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)}: {quoted(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(map(quoted, value))
        return f"[{inner}]" if isinstance(value, list) else f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)


def _call(value: Any) -> str:
    changed = {
        item.name: getattr(value, item.name)
        for item in fields(value)
        if getattr(value, item.name) != item.default or type(getattr(value, item.name)) is not type(item.default)
    }
    return f"wb.{type(value).__name__}({', '.join(f'{name}={quoted(setting)}' for name, setting in changed.items())})"


def _functions(recipe: Recipe) -> list[dict[str, str]]:
    """The Python functions that a recipe carries as rewards."""
    given = [getattr(recipe.objective, name, None) for name in ("reward", "gold")]
    return [one for reward in given for one, _ in parts_of(reward) if isinstance(one, dict)]
