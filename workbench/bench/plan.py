"""What a bench will do, as plain data: which recipes, at which rates and sizes, with which seeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from workbench.data.dataset import Dataset
from workbench.errors import InvalidInputError, RecipeError
from workbench.evaluation.similarity import metric_of
from workbench.models.resolve import resolve_model
from workbench.models.shapes import shapes
from workbench.recipe import Recipe
from workbench.settings import nearest
from workbench.tuning import Tuning

__all__ = ["BUDGETS", "Cell", "bench_plan", "cells", "curve_plan"]

BUDGETS = ("tokens", "time", "parameters")
CLOSE = 0.1
"""How far apart, as a share of the smaller, equal numbers of trainable weights may be."""


@dataclass(frozen=True)
class Cell:
    """One training.

    Parameters
    ----------
    id
        ``"lora/search/0.003"``, ``"lora/seed/2"``.
    entry
        The name of its way of tuning, or its size.
    rate
        The learning rate; None for the one that the search finds.
    seed
        As in the recipe.
    """

    id: str
    entry: str
    rate: float | None
    seed: int


def bench_plan(
    recipe: Recipe,
    tunings: Sequence[Tuning] | Mapping[str, Tuning],
    seeds: int | Sequence[int],
    rates: Sequence[float],
    budget: str,
    metrics: Sequence[str] | None,
    splits: Sequence[str],
    max_rows: int | None,
    shots: Sequence[int],
) -> dict[str, Any]:
    """The plan of `wb.bench`; parameters as there."""
    named = dict(tunings) if isinstance(tunings, Mapping) else _named(tunings)
    wrong = [value for value in named.values() if not isinstance(value, Tuning)]
    if not named or wrong:
        got = f"got {wrong[0]!r}" if wrong else "got none"
        raise InvalidInputError(f"tunings= takes ways of tuning, as [wb.LoRA(), wb.PromptTuning()]; {got}.")
    if budget not in BUDGETS:
        raise InvalidInputError(f"budget must be {', '.join(BUDGETS)}, got {budget!r}{nearest(str(budget), BUDGETS)}.")
    factors = [float(factor) for factor in rates]
    if not factors or any(not factor > 0 for factor in factors):
        raise InvalidInputError(f"rates= takes factors above 0, as (0.3, 1, 3), got {rates!r}.")
    size = shapes(resolve_model(recipe.model_name))
    counts = {name: tuning.trainable_parameters(size) for name, tuning in named.items()}
    if budget == "parameters" and max(counts.values()) > (1 + CLOSE) * min(counts.values()):
        told = ", ".join(f"{name} {count:,}" for name, count in counts.items())
        raise InvalidInputError(
            f"With budget='parameters' all must train about as many weights (within {CLOSE:.0%}): {told}. Change r, "
            "reduction_factor or num_virtual_tokens, or take budget='tokens'."
        )
    entries: dict[str, Any] = {}
    for name, tuning in named.items():
        made = recipe.replace({"tuning": tuning, "training.learning_rate": "auto"})
        _check(made, name)
        default = tuning.auto_learning_rate(size.parameters).value
        tried = sorted({float(f"{default * factor:.3g}") for factor in factors})
        entries[name] = {"recipe": made.stored().to_yaml(), "rates": tried, "trainable_parameters": counts[name]}
    return {
        "kind": "bench", "entries": entries, "seeds": _seeds(seeds, recipe.seed), "budget": budget,
        "parameters": size.parameters, **_asked(recipe, metrics, splits, max_rows), "shots": [int(n) for n in shots],
    }  # fmt: skip


def curve_plan(
    recipe: Recipe,
    sizes: int | Sequence[int],
    seeds: int | Sequence[int],
    metrics: Sequence[str] | None,
    splits: Sequence[str],
    max_rows: int | None,
) -> dict[str, Any]:
    """The plan of `wb.bench.data_curve`; parameters as there."""
    dataset = recipe.load_dataset()
    rows = dataset.splits["train"]
    wanted = sorted({rows >> step for step in range(sizes)}) if isinstance(sizes, int) else sorted(set(sizes))
    wrong = [size for size in wanted if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= rows]
    if wrong or len(wanted) < 3:
        raise InvalidInputError(
            f"sizes= takes how many sizes (at least 3), or numbers of rows from 1 to {rows:,}; got {sizes!r}."
        )
    shape = shapes(resolve_model(recipe.model_name))
    steps = recipe.training.max_steps
    if steps is None:
        per_epoch = -(-rows // (recipe.training.batch_size * recipe.training.gradient_accumulation_steps))
        steps = max(1, round((recipe.training.num_epochs or 3) * per_epoch))
    entries: dict[str, Any] = {}
    for size in wanted:
        part = _part(dataset, size, recipe.seed)
        made = recipe.replace({"dataset": part, "training.max_steps": steps})
        _check(made, f"{size:,} rows")
        entries[f"{size:,} rows"] = {
            "recipe": made.stored().to_yaml(), "rates": [], "rows": size,
            "trainable_parameters": recipe.tuning.trainable_parameters(shape),
        }  # fmt: skip
    return {
        "kind": "curve", "entries": entries, "seeds": _seeds(seeds, recipe.seed), "budget": "tokens",
        "parameters": shape.parameters, **_asked(recipe, metrics, splits, max_rows), "shots": [],
    }  # fmt: skip


def cells(plan: Mapping[str, Any], rates: Mapping[str, float]) -> Iterator[Cell]:
    """All trainings of a plan, in order.

    Parameters
    ----------
    rates
        The rate that was found for each way of tuning so far; its seeds come as soon as it is known.
    """
    first, *others = plan["seeds"]
    for name, entry in plan["entries"].items():
        for rate in entry["rates"]:
            yield Cell(f"{name}/search/{rate:g}", name, rate, first)
    for seed in (first, *others):
        for name, entry in plan["entries"].items():
            if not entry["rates"]:
                yield Cell(f"{name}/seed/{seed}", name, None, seed)
            elif name in rates and (seed != first or plan["budget"] == "time"):
                yield Cell(f"{name}/seed/{seed}", name, rates[name], seed)


def _part(dataset: Dataset, size: int, seed: int) -> Dataset:
    """The first `size` rows of train in an order drawn with the seed: a smaller part lies in every larger one."""
    import numpy as np

    rows = dataset.splits["train"]
    if size == rows:
        return dataset
    order = np.random.default_rng(seed).permutation(rows)
    return dataset.repair(drop={"train": sorted(order[size:].tolist())})


def _named(tunings: Sequence[Tuning]) -> dict[str, Tuning]:
    """Each way of tuning by its title and what is not as it comes: ``"LoRA r=16"``."""
    out: dict[str, Tuning] = {}
    for tuning in tunings:
        if not isinstance(tuning, Tuning):
            raise InvalidInputError(f"tunings= takes ways of tuning, as [wb.LoRA(), wb.IA3()]; got {tuning!r}.")
        changed = [item.name for item in fields(tuning) if getattr(tuning, item.name) != item.default]
        name = " ".join([tuning.title, *(f"{each}={getattr(tuning, each)}" for each in changed)])
        if name in out:
            raise InvalidInputError(f"tunings= names {name!r} twice. Leave one out, or give a dict with names.")
        out[name] = tuning
    return out


def _seeds(seeds: int | Sequence[int], first: int) -> list[int]:
    listed = list(range(first, first + seeds)) if isinstance(seeds, int) else [int(seed) for seed in seeds]
    if not listed or len(set(listed)) < len(listed):
        raise InvalidInputError(f"seeds= takes a number of at least 1, or different seeds; got {seeds!r}.")
    return listed


def _asked(
    recipe: Recipe, metrics: Sequence[str] | None, splits: Sequence[str], max_rows: int | None
) -> dict[str, Any]:
    there = recipe.load_dataset().splits
    names = [splits] if isinstance(splits, str) else list(splits)
    for name in names:
        if name not in there or name == "train":
            raise InvalidInputError(
                f"splits= names {name!r}{nearest(name, there)}; the data has {', '.join(there)}, and train is no test."
            )
    for name in metrics or ():
        metric_of(name)
    return {"metrics": list(metrics) if metrics is not None else None, "splits": names, "max_rows": max_rows}


def _check(recipe: Recipe, name: str) -> None:
    errors = [problem for problem in recipe.problems() if problem.severity == "error"]
    if errors:
        raise RecipeError(errors)
    if not recipe.load_dataset().splits.get("validation"):
        raise InvalidInputError(f"{name}: a bench chooses by the validation split, and the data has none. Cut one out.")
