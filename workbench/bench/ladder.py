"""The rungs of the decision path as plain data: prompting, what is looked up, tools, tuning, then preferences.

Each rung costs more than the one below it: to make, to keep, or to change when a fact changes. So the question is not
which one is best but which is the lowest that nothing above is shown to beat.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.errors import InvalidInputError
from workbench.evaluation.baselines import draw_shots
from workbench.models.system import System
from workbench.recipe import Recipe
from workbench.retrieval import open_index
from workbench.tuning import Tuning

__all__ = ["KINDS", "ladder_plan"]

KINDS = {
    "prompting": "asked better: free to change, nothing to keep",
    "schema": "held to a form: as prompting, and every answer fits",
    "retrieval": "looks things up: facts change with the index, answers are longer to make",
    "tools": "calls tools: exact where a program is, several turns an answer",
    "tuning": "trained: needs examples, and again when facts change",
    "preferences": "trained twice: a tuned model first, then pairs or a reward; again when facts change",
}
"""What a rung of each kind is, and what it costs beside the figures."""


def ladder_plan(
    recipe: Recipe,
    *,
    prompts: Sequence[str],
    shots: Sequence[int],
    schema: Any,
    retriever: Any,
    passages: Sequence[int],
    tools: Sequence[Any] | None,
    tunings: Mapping[str, Tuning] | None,
    preferences: Mapping[str, Recipe] | None = None,
) -> list[dict[str, Any]]:
    """The rungs for what is given, from the lowest.

    Returns
    -------
    list of dict
        ``name`` and ``kind`` of each, and one of ``candidates`` (systems, of which validation chooses), ``add``
        (settings put onto the best prompting below) and ``recipe``; with a recipe perhaps ``start``, the rung whose run
        it starts from.

    Raises
    ------
    InvalidInputError
        For shots, prompts, an index, tools or preferences that cannot be used, and names that come twice.
    """
    model = recipe.model_name
    counts = sorted({int(count) for count in shots})
    drawn = draw_shots(recipe.load_dataset(), max(counts, default=0), recipe.seed)
    if wrong := [text for text in prompts if not isinstance(text, str) or not text.strip()]:
        raise InvalidInputError(f"prompts= takes texts with instructions, got {wrong[0]!r}.")
    placing = [text for text in prompts if "{passages}" in text]
    if placing and retriever is None:
        raise InvalidInputError(f"{placing[0]!r} says where passages stand. Give a retriever, or leave it out.")
    texts = [text for text in prompts if text not in placing]

    def tried(texts: Sequence[str | None], counts: Iterable[int], **settings: Any) -> list[dict[str, Any]]:
        pairs = [(text, count) for text in texts for count in counts]
        systems = [System(model, template=recipe.template, prompt=text, shots=drawn[:count], **settings)
                   for text, count in pairs]  # fmt: skip
        return [system.to_dict() for system in systems]

    with_none = sorted({0, *counts})
    rungs = [_chosen("zero-shot", "prompting", tried([None], [0]))]
    if few := [count for count in counts if count]:
        rungs.append(_chosen("few-shot", "prompting", tried([None], few)))
    if texts:
        rungs.append(_chosen("best prompt", "prompting", tried(texts, with_none)))
    if schema is not None:
        rungs.append({"name": "schema", "kind": "schema", "add": {"schema": System(model, schema=schema).schema}})
    if retriever is not None:
        folder, forms = open_index(retriever).path, [None, *map(_with_place, texts), *placing]
        found = [tried(forms, with_none, retriever=folder, passages=count) for count in passages]
        rungs.append(_chosen("retrieval", "retrieval", [each for some in found for each in some]))
    if tools:
        names = [getattr(tool, "name", tool) for tool in tools]
        if functions := [name for name in names if not isinstance(name, str)]:
            raise InvalidInputError(
                "tools= of a decision takes names, since a function cannot cross into another process; got "
                f"{functions[0]!r}."
            )
        plain = [text for text in texts if "{prompt}" not in text]  # requests have a form of their own
        rungs.append(_chosen("tools", "tools", tried([None, *plain], [0], tools=names)))
    for name, tuning in (tunings if tunings is not None else {recipe.tuning.title: recipe.tuning}).items():
        changes: dict[str, Any] = {"tuning": tuning}
        if tuning != recipe.tuning:
            changes["training.learning_rate"] = "auto"
        made = recipe.replace({**changes, "training.num_probes": 0})
        rungs.append({"name": name, "kind": "tuning", "recipe": made.stored().to_yaml()})
    tuned = next(({"name": rung["name"], "recipe": Recipe.from_yaml(rung["recipe"])} for rung in rungs
                  if rung["kind"] == "tuning"), None)  # fmt: skip
    rungs += [_preferred(name, wanted, model, tuned) for name, wanted in (preferences or {}).items()]
    names = [rung["name"] for rung in rungs]
    if twice := [name for name in names if names.count(name) > 1]:
        raise InvalidInputError(f"Two rungs are called {twice[0]!r}. Give the way of tuning another name.")
    return rungs


def _preferred(name: str, wanted: Any, model: str, tuned: dict[str, Any] | None) -> dict[str, Any]:
    """A rung of preferences; one that names the bare base starts from the first way of tuning."""
    if not isinstance(wanted, Recipe) or not wanted.objective.compares:
        raise InvalidInputError(
            f"preferences= takes names and recipes that teach what to prefer (DPO, PPO, RLOO, GRPO), got {wanted!r} "
            f"for {name!r}."
        )
    made = wanted.replace({"training.num_probes": 0})
    rung = {"name": name, "kind": "preferences", "recipe": made.stored().to_yaml()}
    if wanted.model_name != model or tuned is None:
        return rung
    before = tuned["recipe"].tuning
    if not before.merges and not isinstance(wanted.tuning, type(before)):
        raise InvalidInputError(
            f"{name!r} tunes with {wanted.tuning.title} and would start from {tuned['name']!r}, whose {before.title} "
            "does not merge into the weights. Tune both in the same way, or let LoRA be the first way of tuning."
        )
    return rung | {"start": tuned["name"]}


def _chosen(name: str, kind: str, candidates: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "kind": kind, "candidates": candidates}


def _with_place(text: str) -> str:
    """A prompt with a place for passages: before it, where it is wrapped around the question."""
    return f"{{passages}}\n\n{text}" if "{prompt}" in text else text
