"""Five tasks of the desk that call for five different ends of the decision path, made of the bundled data.

`card` is asked for well enough by prompting, `facts` change and want looking up, `requests` want tools, `tickets` want
tuning, and what `unknown` asks for stands nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import workbench as wb
from workbench.data.dataset import Dataset
from workbench.home import home
from workbench.recipe import Recipe
from workbench.tools import built_in

__all__ = ["TASKS", "Task", "card", "facts", "requests", "task", "tickets", "unknown"]

CARD = "{prompt}\n=> "
QUESTION = "Q: {prompt}\nA:"


@dataclass(frozen=True)
class Task:
    """What a decision is about.

    Attributes
    ----------
    recipe : Recipe
        Base, data, and how it would be tuned.
    settings : dict
        What else `wb.decide` is given.
    """

    recipe: Recipe
    settings: dict[str, Any] = field(default_factory=dict)


def task(name: str, *, seed: int = 0) -> Task:
    """One of the five, on ``tiny-support``; `seed` draws the shots and trains."""
    return TASKS[name](seed)


def card() -> Dataset:
    """Mails, and a card of each with its order number and who wrote it, as ``{"ref": ..., "who": ...}``."""
    tickets = wb.load_dataset("support-desk/tickets")

    def rows(split: str, limit: int) -> Iterable[dict[str, Any]]:
        for row in list(tickets.split(split))[:limit]:
            record = json.loads(row["completion"])
            if record["order_id"] and record["customer"]:
                answer = json.dumps({"ref": record["order_id"], "who": record["customer"]})
                yield {"prompt": row["prompt"], "completion": answer}

    return _kept("card", {split: rows(split, 600) for split in ("train", "validation", "test")})


def facts(version: int = 1) -> Dataset:
    """Questions for 68 facts of the desk's articles: trained on in two wordings, asked for in a third.

    Parameters
    ----------
    version
        Of the articles that the answers come from, 1 or 2; all else is the same.
    """
    rows = list(wb.load_dataset(f"support-desk/policy-questions-{version}").split("test"))
    asked = [row for row in rows if row["wording"] == "half"]
    parts = {
        "train": [row for row in rows if row["wording"] != "half"],
        "validation": asked[::4],
        "test": [row for at, row in enumerate(asked) if at % 4],
    }
    return _kept(f"facts-{version}", {split: map(_question, part) for split, part in parts.items()})


def requests() -> Dataset:
    """Requests that only the desk's orders can answer, such as where an order is."""
    return wb.load_dataset("support-desk/requests")


def tickets() -> Dataset:
    """Mails, and the record of five fields that the desk keeps of each."""
    return wb.load_dataset("support-desk/tickets")


def unknown() -> Dataset:
    """Questions for facts; those that are asked for stand in no training row."""
    return wb.load_dataset("support-desk/policy-questions-1")


def _question(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("prompt", "completion", "gold", "changed")}


def _kept(name: str, parts: Mapping[str, Iterable[Mapping[str, Any]]]) -> Dataset:
    """A set of given splits, as a folder with a file each."""
    folder = home() / "lessons" / name
    folder.mkdir(parents=True, exist_ok=True)
    for split, rows in parts.items():
        text = "".join(json.dumps(dict(row)) + "\n" for row in rows)
        (folder / f"{split}.jsonl").write_text(text, encoding="utf-8")
    return wb.load_dataset(folder)


def _recipe(data: Dataset, seed: int, steps: int, *, template: str | None = "plain") -> Recipe:
    training = wb.Training(max_steps=steps, eval_steps=steps, num_probes=0)
    return Recipe(model="tiny-support", dataset=data, template=template, training=training, seed=seed)


def _card_task(seed: int) -> Task:
    return Task(_recipe(card(), seed, 60), {"prompts": [CARD], "shots": (1, 2), "metrics": ["exact_match"]})


def _facts_task(seed: int) -> Task:
    recipe = _recipe(facts(1), seed, 160)
    was, then = (wb.build_index(f"support-desk/policies-{version}") for version in (1, 2))
    return Task(
        recipe,
        {
            "prompts": [QUESTION],
            "retriever": was,
            "tunings": {"full": wb.Full()},
            "metrics": ["first_line_match"],
            "changed": facts(2),
            "changed_retriever": then,
        },
    )


def _requests_task(seed: int) -> Task:
    return Task(_recipe(requests(), seed, 60), {"tools": list(built_in()), "metrics": ["exact_match"]})


def _tickets_task(seed: int) -> Task:
    schema = {"type": "object", "required": ["category", "priority", "product", "order_id", "customer"]}
    recipe = _recipe(tickets(), seed, 60, template=None)
    return Task(recipe, {"schema": schema, "metrics": ["exact_match", "field_accuracy"]})


def _unknown_task(seed: int) -> Task:
    return Task(_recipe(unknown(), seed, 60), {"prompts": [QUESTION], "metrics": ["first_line_match"], "enough": 0.5})


TASKS: dict[str, Callable[[int], Task]] = {
    "card": _card_task,
    "facts": _facts_task,
    "requests": _requests_task,
    "tickets": _tickets_task,
    "unknown": _unknown_task,
}
"""The five tasks, in the order of the rungs that they should end on."""
