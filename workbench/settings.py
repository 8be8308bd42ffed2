"""How a setting is declared: a dataclass field with its help, unit, range and where its default comes from.

Objectives, tunings and `Training` are frozen dataclasses whose fields are made with `setting`. Validation, the
recipe's YAML, the panel's form and the documentation all read the same declaration.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import typing
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self, TypeVar

from workbench.errors import Problem, RecipeError


class Settings:
    """The base of a dataclass of settings: names it does not have are refused, with the names that come near, and so
    are values of another type or range.

    Attributes
    ----------
    section
        Where the settings stand in a recipe.

    Raises
    ------
    RecipeError
        With every unknown name, or every value that will not do.
    """

    section: ClassVar[str] = ""

    def __new__(cls, *_: Any, **given: Any) -> Self:
        if unknown := unknown_settings(cls, given, cls.section):
            raise RecipeError(unknown)
        return super().__new__(cls)

    def __post_init__(self) -> None:
        if problems := check_settings(self, self.section):
            raise RecipeError(problems)


Made = TypeVar("Made", bound=Settings)


def made_of(cls: type[Made], values: Mapping[str, Any]) -> tuple[Made, list[Problem]]:
    """Settings of those values that will do, the others left at their defaults, and what is wrong with these."""
    try:
        return cls(**values), []
    except RecipeError as error:
        wrong = {problem.where.rpartition(".")[2] for problem in error.problems}
        made, more = made_of(cls, {name: value for name, value in values.items() if name not in wrong})
        return made, [*error.problems, *more]


def setting(
    default: Any,
    *,
    help: str,
    low: float | None = None,
    high: float | None = None,
    choices: Iterable[Any] | None = None,
    unit: str = "",
    source: str = "",
    checked: str = "",
    expert: bool = False,
    none: str = "",
    later: bool = False,
) -> Any:
    """Declare one setting of a frozen dataclass.

    Parameters
    ----------
    default
        The default value; ``"auto"`` where it is chosen from the rest of the recipe.
    help
        One sentence a newcomer understands.
    low, high
        Smallest and largest value allowed, both included.
    choices
        The only values allowed.
    unit
        What one is: ``"steps"``, ``"tokens"``, ``"rows"``.
    source
        Where the default comes from: a paper, or a measurement that a command of this project repeats.
    checked
        The model sizes on which the default was checked.
    expert
        Shown under *expert* in the panel.
    none
        What ``None`` means, where it is allowed.
    later
        Added to a class that recipes had been made with: at its default it is left out of their hash, which so stays.
    """
    metadata = {
        "help": help,
        "low": low,
        "high": high,
        "choices": tuple(choices) if choices is not None else None,
        "unit": unit,
        "source": source,
        "checked": checked,
        "expert": expert,
        "none": none,
        "later": later,
    }
    return dataclasses.field(default=default, metadata=metadata)


def check_settings(obj: Any, prefix: str) -> list[Problem]:
    """All problems of type and range in one settings object.

    Parameters
    ----------
    obj
        An instance of a dataclass whose fields were made with `setting`.
    prefix
        Where it stands in the recipe: ``"training"``, ``"tuning"``, ``"objective"``.
    """
    hints = typing.get_type_hints(type(obj))
    problems = []
    for field in dataclasses.fields(obj):
        value, where, meta = getattr(obj, field.name), f"{prefix}.{field.name}", field.metadata
        problem = _type_problem(value, hints[field.name], where) or _range_problem(value, meta, where)
        if problem:
            problems.append(problem)
    return problems


def unknown_settings(cls: type, given: Iterable[str], prefix: str) -> list[Problem]:
    """One problem for each name in `given` that `cls` does not have, with the nearest known names."""
    known = [field.name for field in dataclasses.fields(cls)]
    told = f"Known: {', '.join(known)}." if known else f"{cls.__name__} has no settings."
    return [
        Problem(f"{prefix}.{name}".lstrip("."), f"is not a setting{nearest(name, known)}.", told)
        for name in given
        if name not in known
    ]


ELSEWHERE = {
    "alpha": "lora_alpha", "dropout": "lora_dropout", "rank": "r", "lora_r": "r", "targets": "target_modules",
    "init": "init_lora_weights", "lr": "learning_rate", "epochs": "num_epochs", "num_train_epochs": "num_epochs",
    "steps": "max_steps", "precision": "dtype", "bf16": "dtype", "fp16": "dtype", "warmup_ratio": "warmup",
    "warmup_steps": "warmup", "per_device_train_batch_size": "batch_size", "max_seq_length": "max_length",
    "seq_length": "max_length", "reduction": "reduction_factor", "virtual_tokens": "num_virtual_tokens",
}  # fmt: skip
"""What other tools call a setting, where the spelling does not lead to ours."""


def nearest(name: str, known: Iterable[str]) -> str:
    """``" (did you mean 'x'?)"`` for the closest of the `known` names, or an empty string."""
    known = list(known)
    if ELSEWHERE.get(str(name)) in known:
        return f" (did you mean '{ELSEWHERE[str(name)]}'?)"
    match = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5)
    return f" (did you mean '{match[0]}'?)" if match else ""


def _type_problem(value: Any, hint: Any, where: str) -> Problem | None:
    options = typing.get_args(hint) if typing.get_origin(hint) is not None and _is_union(hint) else (hint,)
    if any(_matches(value, option) for option in options):
        return None
    names = " or ".join(_name(option) for option in options)
    return Problem(where, f"must be {names}, got {value!r} ({type(value).__name__}).")


def _is_union(hint: Any) -> bool:
    import types

    return typing.get_origin(hint) in (typing.Union, types.UnionType)


def _matches(value: Any, option: Any) -> bool:
    origin = typing.get_origin(option)
    if origin is typing.Literal:
        return any(value == allowed and type(value) is type(allowed) for allowed in typing.get_args(option))
    if origin is not None:
        if not isinstance(value, origin):
            return False
        args = [arg for arg in typing.get_args(option) if arg is not Ellipsis]
        if not args or not isinstance(value, (list, tuple)):
            return True
        return all(_matches(item, args[0]) for item in value)
    if option is type(None):
        return value is None
    if option is Any:
        return True
    if option is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if option is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, option)


def _name(option: Any) -> str:
    if typing.get_origin(option) is typing.Literal:
        return " or ".join(repr(allowed) for allowed in typing.get_args(option))
    return {type(None): "None", float: "a number", int: "a whole number", str: "a text", bool: "True or False"}.get(
        option, getattr(option, "__name__", str(option))
    )


def _range_problem(value: Any, meta: Any, where: str) -> Problem | None:
    if not meta:
        return None
    choices = meta.get("choices")
    if choices is not None and value not in choices:
        hint = nearest(value, [str(choice) for choice in choices])
        return Problem(where, f"must be one of {', '.join(map(repr, choices))}, got {value!r}{hint}.")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    low, high, unit = meta.get("low"), meta.get("high"), meta.get("unit") or ""
    too_low, too_high = low is not None and value < low, high is not None and value > high
    if not math.isfinite(value) or too_low or too_high:
        span = f"at least {low}" if high is None else f"at most {high}" if low is None else f"{low} to {high}"
        return Problem(where, f"must be {span}{' ' + unit if unit else ''}, got {value!r}.")
    return None
