"""The decision path as an experiment: checks what is asked for, plans the rungs, and starts the work."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.bench.changed import changed_plan
from workbench.bench.decision import Decision
from workbench.bench.ladder import ladder_plan
from workbench.bench.work import make
from workbench.errors import InvalidInputError, RecipeError
from workbench.evaluation.evaluate import check
from workbench.evaluation.picking import pick_rows
from workbench.evaluation.questions import questions
from workbench.evaluation.similarity import metric_of
from workbench.evaluation.suiting import metrics_for
from workbench.models.resolve import resolve_model
from workbench.models.shapes import shapes

if TYPE_CHECKING:
    from workbench.recipe import Recipe
    from workbench.tuning import Tuning

__all__ = ["decide"]


def decide(
    recipe: Recipe,
    *,
    prompts: Sequence[str] = (),
    shots: Sequence[int] = (3,),
    schema: Any = None,
    retriever: Any = None,
    passages: Sequence[int] = (1, 3),
    tools: Sequence[str] | None = None,
    tunings: Mapping[str, Tuning] | None = None,
    preferences: Mapping[str, Recipe] | None = None,
    metrics: Sequence[str] | None = None,
    changed: Any = None,
    changed_retriever: Any = None,
    max_rows: int | None = 100,
    margin: float = 0.0,
    enough: float | None = None,
    home: str | os.PathLike[str] | None = None,
) -> Decision:
    """Walk the decision path on your own rows: prompting, then retrieval, then tools, then tuning, and where to stop.

    Choices (which prompt, how many shots) are made on the validation split, tuning trains on the train split, and the
    test split is asked once, at the end, by all rungs.

    Parameters
    ----------
    recipe
        Base model, data, and how its tuning is trained.
    prompts
        Instructions to try, each without and with shots. ``{prompt}`` and ``{passages}`` in one say where the question
        and the passages stand; one with ``{passages}`` is tried with the retriever only.
    shots
        Numbers of examples to try in the prompt.
    schema
        A JSON Schema or pydantic model that a rung holds its answers to.
    retriever, passages
        An index or its folder, and how many passages to try; a rung, with each prompt and number of shots.
    tools
        Names of tools; a rung, with each prompt that is not wrapped around the question, and without shots.
    tunings
        Names to ways of tuning; by default the recipe's own. An empty dict: no tuning.
    preferences
        Names to recipes of DPO, RLOO, GRPO or PPO, the rungs above all tuning. One whose model is the base starts from
        the run of the first way of tuning; another starts where it says.
    metrics
        As for `wb.evaluate`; the first decides.
    changed, changed_retriever
        The test rows as they are later, when facts have changed: equal prompts, other answers; and the index as it is
        then. The rungs are asked again, with nothing trained again, and judged by the later answers. The rate of old
        answers says which of them still hold to what was true.
    max_rows
        Test rows asked at most, and validation rows for each choice.
    margin
        How much better a rung must be shown to be, so that climbing to it pays.
    enough
        The figure below which no rung will do, in the unit of the first metric (shares are 0 to 1).
    home
        The folder of the runs; the decision lies in ``decisions/`` there.

    Returns
    -------
    Decision
        At once; the work goes on in a process of its own. Killed and resumed it does what is missing.

    Raises
    ------
    InvalidInputError, RecipeError, DatasetError
        For what cannot be used.
    """
    from workbench.recipe import Recipe

    if not isinstance(recipe, Recipe):
        raise InvalidInputError(f"A decision is about a Recipe (base, data, and how it is tuned), got {recipe!r}.")
    for name, given in (("prompts", prompts), ("tools", tools or ()), ("metrics", metrics or ())):
        if isinstance(given, str):
            raise InvalidInputError(f"{name} takes a list of texts, got the text {given[:60]!r}. Put it into a list.")
    shots, passages = ((each,) if isinstance(each, int) else tuple(each) for each in (shots, passages))
    if enough is not None and (isinstance(enough, (bool, str)) or not math.isfinite(enough)):
        raise InvalidInputError(f"enough must be a number in the unit of the first metric, got {enough!r}.")
    if not isinstance(margin, (int, float)) or not 0 <= margin < 1:
        raise InvalidInputError(f"margin must be from 0 to below 1, got {margin!r}. 0.02 asks for two points.")
    for name in metrics or ():
        metric_of(name)
    if preferences is not None and not isinstance(preferences, Mapping):
        raise InvalidInputError(
            f"preferences takes names and recipes, such as {{'DPO': wb.Recipe(...)}}, got {preferences!r}."
        )
    for one in (recipe, *(each for each in (preferences or {}).values() if isinstance(each, Recipe))):
        if errors := [problem for problem in one.problems() if problem.severity == "error"]:
            raise RecipeError(errors)
    if "test" not in recipe.load_dataset().splits or "validation" not in recipe.load_dataset().splits:
        raise InvalidInputError("A decision needs a validation and a test split. Load the data with split={...}.")
    for split in ("validation", "test"):
        picked = pick_rows(recipe.load_dataset().split(split), max_rows)
        check(picked, metrics, None, None)
    if enough is not None:
        _, references = questions(picked.dataset, picked.rows)
        first = metrics_for(metrics, references or [])[0]
        if first.span is not None and not first.span[0] <= enough <= first.span[1]:
            raise InvalidInputError(
                f"enough must be from {first.span[0]:g} to {first.span[1]:g}, as {first.name} is, got {enough!r}."
            )
    if changed is None and changed_retriever is not None:
        raise InvalidInputError(
            "changed_retriever= needs changed=, the test rows with the answers that are right then."
        )
    if (changed_retriever is None) != (retriever is None) and changed is not None:
        raise InvalidInputError("changed= with a retriever needs the index as it is then: give changed_retriever=.")
    if not passages or not all(isinstance(count, int) and count >= 1 for count in passages):
        raise InvalidInputError(f"passages must be whole numbers of at least 1, such as (1, 3), got {passages!r}.")
    rungs = ladder_plan(
        recipe, prompts=prompts, shots=shots, schema=schema, retriever=retriever, passages=passages, tools=tools,
        tunings=tunings, preferences=preferences,
    )  # fmt: skip
    later = changed_plan(recipe, changed, changed_retriever, metrics, max_rows) if changed is not None else None
    base = recipe.stored(home)
    plan = {
        "rungs": rungs, "recipe": base.to_yaml(), "metrics": list(metrics) if metrics else None, "max_rows": max_rows,
        "margin": float(margin), "enough": enough, "tiny": shapes(resolve_model(recipe.model_name)).parameters < 5e7,
        "changed": later and {**later, "recipe": later["recipe"].stored(home).to_yaml()},
    }  # fmt: skip
    made = make(Decision, plan, home, f"{len(rungs)}-rungs")
    made.resume()
    return made
