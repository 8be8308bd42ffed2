"""A recipe while it is being written: settings as fields of a form, what was typed as values, facts as it stands.

Forms show every setting from its own declaration, so a new way of tuning needs no line here.
"""

from __future__ import annotations

import dataclasses
import json
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from workbench.errors import ModelNotFoundError, Problem, RecipeError, WorkbenchError
from workbench.estimate import ADAM_BYTES, size_words
from workbench.models.resolve import resolve_model
from workbench.models.shapes import shapes
from workbench.objectives import Facts, machine, resolve
from workbench.objectives.lengths import roughly
from workbench.objectives.memory import memory_parts
from workbench.recipe import Recipe
from workbench.settings import made_of

__all__ = ["PRESETS", "Findings", "FormField", "build", "examine", "fields_of", "read", "shown"]


Control = Literal["switch", "choice", "text"]

PRESETS: dict[str, dict[str, Any]] = {
    "a quick look": {"training.max_steps": 50},
    "careful": {"training.max_steps": None, "training.num_epochs": 5.0, "training.early_stopping_patience": 5},
    "little memory": {
        "training.batch_size": 2, "training.gradient_accumulation_steps": 8, "training.gradient_checkpointing": True,
    },
    "full batches": {"training.packing": True, "training.max_length": 1024},
}  # fmt: skip
"""Settings that go together, by what they are for."""


@dataclass(frozen=True)
class FormField:
    """One setting as a form shows it.

    Parameters
    ----------
    part, name
        Where it belongs and what it is called: ``"training"``, ``"max_steps"``.
    control
        ``"switch"`` for yes or no, ``"choice"`` for one of `choices`, ``"text"`` for numbers and texts.
    choices
        The values to choose from, by the word that stands for each.
    default
        The value it has when nothing is said.
    help, unit, source, checked, expert
        As declared with `workbench.settings.setting`.
    span
        The range in words: ``"1 to 512"``.
    empty
        What an empty field means; nothing where it may not be empty.
    """

    part: str
    name: str
    control: Control
    choices: dict[str, Any]
    default: Any
    help: str
    unit: str
    span: str
    empty: str
    source: str
    checked: str
    expert: bool

    @property
    def where(self) -> str:
        """Its dotted name: ``"training.max_steps"``."""
        return f"{self.part}.{self.name}"


def fields_of(kind: type, part: str) -> list[FormField]:
    """The settings of an objective, a way of tuning or `Training`, in the order of their declaration."""
    hints = typing.get_type_hints(kind)
    out = []
    for item in dataclasses.fields(kind):
        meta = item.metadata
        choices = _choices(hints[item.name], meta.get("choices"))
        control: Control = "switch" if hints[item.name] is bool else "choice" if choices else "text"
        declared = {name: meta[name] for name in ("help", "unit", "source", "checked", "expert")}
        out.append(
            FormField(part, item.name, control, choices, item.default, span=_span(meta), empty=meta["none"], **declared)
        )
    return out


def read(field: FormField, typed: Any) -> Any:
    """The value that was typed or chosen; what makes no sense stays as it is, for the recipe's own check to name."""
    if field.control == "choice":
        return field.choices.get(typed, typed)
    if not isinstance(typed, str):
        return typed
    text = typed.strip()
    if not text:
        return None if field.empty else text
    if isinstance(field.default, str) and field.default != "auto":
        parts = tuple(part.strip() for part in text.split(",") if part.strip())
        return parts if len(parts) > 1 else text
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    try:
        # YAML 1.1 takes 1e-4 for a text, and 0 stands for 0.0 where the setting is no whole number
        whole = isinstance(value, int) and not isinstance(value, bool) and isinstance(field.default, float)
        return float(value) if isinstance(value, str) or whole else value
    except ValueError:
        return value


def shown(field: FormField, value: Any) -> Any:
    """What stands in the field for a value."""
    if field.control == "choice":
        return next(
            (word for word, known in field.choices.items() if known == value and type(known) is type(value)), None
        )
    if field.control == "switch":
        return bool(value)
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, dict) or (isinstance(value, tuple) and any(isinstance(part, dict) for part in value)):
        return json.dumps(value, ensure_ascii=False)  # a reward of several parts, or a function: read again as YAML
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def build(values: Mapping[str, Any], kinds: Mapping[str, type]) -> tuple[Recipe | None, list[Problem]]:
    """The recipe of a form, or every problem it has.

    Parameters
    ----------
    values
        By dotted name: ``"model"``, ``"dataset"``, ``"template"``, ``"seed"``, ``"trust_remote_code"``,
        ``"training.max_steps"``, ...
    kinds
        The class of ``"objective"``, ``"tuning"`` and ``"training"``.

    Returns
    -------
    (Recipe or None, list of Problem)
        Nothing is read from disk.
    """
    parts: dict[str, Any] = {}
    problems: list[Problem] = []
    for part, kind in kinds.items():
        own = {key.partition(".")[2]: value for key, value in values.items() if key.startswith(f"{part}.")}
        parts[part], wrong = made_of(kind, own)
        problems += wrong
    try:
        recipe = Recipe(**{key: value for key, value in values.items() if "." not in key}, **parts)
    except RecipeError as error:
        return None, [*error.problems, *problems]
    return (None, problems) if problems else (recipe, [])


@dataclass(frozen=True)
class Findings:
    """What is known of a recipe once model and data have been looked at.

    Parameters
    ----------
    facts
        Pairs of label and text.
    reasons
        What ``"auto"`` and empty settings become, and why, by dotted name.
    problems
        What stands against it.
    memory
        Bytes by what takes them, as `workbench.objectives.memory.memory_parts` gives them; empty while unknown.
    memory_bytes
        The memory of the device.
    rows_seen
        Rows that go through the model over all steps.
    """

    facts: list[tuple[str, str]]
    reasons: dict[str, str]
    problems: list[Problem]
    memory: dict[str, float] = field(default_factory=dict)
    memory_bytes: int = 0
    rows_seen: int = 0


def examine(recipe: Recipe) -> Findings:
    """Look at the recipe's model (config and weights' header) and rows; loads no weights and no torch without a GPU."""
    found: list[tuple[str, str]] = []
    problems = recipe.problems()
    sizes = None
    try:
        ref = resolve_model(recipe.model_name)
        sizes = shapes(ref)
        context = f", context of {sizes.positions:,} tokens" if sizes.positions else ""
        found.append(("Model", f"{_count(sizes.parameters)} parameters{context}"))
    except ModelNotFoundError as error:
        problems = (
            problems if any(item.where == "model" for item in problems) else [*problems, Problem("model", str(error))]
        )
    try:
        dataset = recipe.load_dataset()
    except WorkbenchError:
        return Findings(found, {}, problems)
    splits = dataset.splits
    rows = " · ".join(f"{splits[name]:,} {name}" for name in ("train", "validation") if name in splits)
    found.append(("Rows", f"{rows} ({dataset.type})"))
    if sizes is None:
        return Findings(found, {}, problems)
    trainable = recipe.tuning.trainable_parameters(sizes)
    found.append(("Trainable", f"{_count(trainable)} ({_share(trainable / max(1, sizes.parameters))} of the model)"))
    longest, answers = roughly(ref, dataset)
    share = answers if getattr(recipe.objective, "completion_only_loss", False) else 1.0
    whole = None if longest is None else longest + recipe.objective.reply_tokens
    frozen = sizes.parameters if recipe.objective.keeps_reference and not recipe.tuning.adapter else 0
    facts = Facts(sizes, machine(), splits["train"], splits.get("validation", 0), trainable, whole, share,
                  recipe.objective.sequences, frozen)  # fmt: skip
    resolved = resolve(recipe, facts)
    steps, epochs = resolved.settings["max_steps"], resolved.settings["num_epochs"]
    found.append(
        ("Length", f"{steps:,} steps of {resolved.settings['rows_per_step']:,} rows, {epochs:.3g} times through")
    )
    found.append(("Learning rate", f"{resolved.settings['learning_rate']:g}"))
    found.append(("Device", f"{resolved.settings['device']} ({facts.machine.name}), {resolved.settings['dtype']}"))
    found.append(("Disk", f"{size_words(trainable * ADAM_BYTES)} a checkpoint"))
    reasons = {
        f"training.{name}": _reason(resolved.settings.get(name), reason) for name, reason in resolved.reasons.items()
    }
    memory = memory_parts(facts, resolved.settings, recipe.tuning)
    rows_seen = steps * resolved.settings["rows_per_step"]
    return Findings(found, reasons, problems, memory, facts.machine.memory_bytes, rows_seen)


def _reason(value: Any, reason: str) -> str:
    text = f"{value:g}" if isinstance(value, float) else _word(value)
    return reason if reason.startswith(str(text)) else f"{text}: {reason}"


def _choices(hint: Any, declared: tuple[Any, ...] | None) -> dict[str, Any]:
    if declared is not None:
        return {_word(value): value for value in declared}
    options = typing.get_args(hint) if typing.get_args(hint) else (hint,)
    if typing.get_origin(hint) is Literal:
        return {_word(value): value for value in options}
    if bool in options and len(options) > 1:
        literals = [
            value for option in options if typing.get_origin(option) is Literal for value in typing.get_args(option)
        ]
        return {_word(value): value for value in (*literals, True, False)}
    return {}


def _word(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _span(meta: Mapping[str, Any]) -> str:
    low, high = meta["low"], meta["high"]
    if low is None and high is None:
        return ""
    words = [f"{value:,}" if isinstance(value, int) else f"{value:g}" for value in (low, high) if value is not None]
    return " to ".join(words) if len(words) == 2 else f"at least {words[0]}" if high is None else f"at most {words[0]}"


def _count(number: float) -> str:
    for unit, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if number >= unit:
            return f"{number / unit:.3g} {letter}"
    return str(int(number))


def _share(share: float) -> str:
    return "all" if share >= 1 else f"{100 * share:.2g} %"
