"""What a reward is in a recipe: plain data that says by what replies are scored.

A reward is the name of a metric, a reward model (a run of `Reward`, or a folder), a function in a file
(``rewards.py:polite``), or a Python function that stands alone: its source goes into the recipe, and the process that
trains makes the function from it. Several can be added up, each with a weight.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import inspect
import math
import os
import symtable
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.errors import InvalidInputError, ModelNotFoundError
from workbench.home import home
from workbench.metrics.registry import METRICS
from workbench.models.resolve import ModelRef, is_run, reference_of, resolve_model
from workbench.models.reward import config_of, no_reward_model
from workbench.settings import nearest

__all__ = [
    "REFERENCES", "as_reward", "columns_of", "content_of", "described", "fault", "model_of", "parts_of",
    "reward_argument", "template_of",
]  # fmt: skip

ADVICE = (
    "Give a metric's name, a run or folder of a reward model, 'file.py:function', or a function of "
    "(prompts, completions)."
)
TRAIN_ONE = "Train one with objective=wb.Reward()."
REFERENCES = ("completion", "chosen", "reference")
"""Columns that a metric compares replies with: the first of them that a row has."""


def as_reward(given: Any) -> Any:
    """A reward as it stands in a recipe.

    Parameters
    ----------
    given
        What was given: one reward, a mapping of names to weights, or a list of pairs ``(reward, weight)``.

    Returns
    -------
    str, dict or tuple of dict
        A name or path; ``{"function": NAME, "source": TEXT}``; or several as ``{"reward": ..., "weight": ...}``.

    Raises
    ------
    InvalidInputError
        Where it is no reward: a lambda, a function that needs names from outside, a weight that is no number.
    """
    if isinstance(given, Mapping) and set(given) == {"function", "source"}:
        return _checked(dict(given))
    if isinstance(given, Mapping) or _is_list_of_parts(given):
        parts = [_part(one) for one in (given.items() if isinstance(given, Mapping) else given)]
        if not parts:
            raise InvalidInputError(f"is empty. {ADVICE}")
        return tuple(parts)
    if isinstance(given, os.PathLike):
        return os.fspath(given)
    if isinstance(given, str):
        if not given.strip():
            raise InvalidInputError(f"is empty. {ADVICE}")
        return _known(given)
    if (reference := reference_of(given)) is not None:
        return reference
    if callable(given):
        return _checked(_function(given))
    raise InvalidInputError(f"is {given!r} ({type(given).__name__}), which is no reward. {ADVICE}")


def reward_argument(given: Any) -> Any:
    """`as_reward` of an argument ``reward=``, which its errors name."""
    try:
        return as_reward(given)
    except InvalidInputError as error:
        raise InvalidInputError(f"reward= {error}") from None


def parts_of(reward: Any) -> list[tuple[Any, float]]:
    """Each single reward with its weight."""
    if isinstance(reward, (tuple, list)):
        return [(part["reward"], float(part["weight"])) for part in reward]
    return [] if reward is None else [(reward, 1.0)]


def content_of(reward: Any) -> Any:
    """A reward with models and files by what is in them; what is not there stays as it is."""
    if isinstance(reward, (tuple, list)):
        return [{**part, "reward": content_of(part["reward"])} for part in reward]
    if not isinstance(reward, str) or reward in METRICS:
        return reward
    file, _, name = reward.rpartition(":")
    if file.endswith(".py") and Path(file).expanduser().is_file():
        return [hashlib.sha256(Path(file).expanduser().read_bytes()).hexdigest()[:16], name]
    try:
        return model_of(reward).content_hash()
    except ModelNotFoundError:
        return reward


def model_of(name: str) -> ModelRef:
    """Where a reward model is, by the name of a run, its folder, a folder or a model elsewhere.

    Raises
    ------
    ModelNotFoundError
        When it is nowhere.
    """
    path = Path(name).expanduser()
    if is_run(path):
        return resolve_model(f"run:{path}")
    if path.name == "model" and is_run(path.parent):
        return resolve_model(f"run:{path.parent}")
    return resolve_model(name)


def template_of(ref: ModelRef) -> str | None:
    """The template of a reward model: that of its run's recipe; elsewhere None, the tokenizer's own."""
    import yaml

    recipe = ref.path.parent / "recipe.yaml" if ref.path is not None else None
    if ref.kind != "run" or recipe is None or not recipe.is_file():
        return None
    template = yaml.safe_load(recipe.read_text(encoding="utf-8")).get("template")
    return None if template is None else str(template)


def fault(reward: Any) -> str:
    """Why a single reward cannot be had, from its files alone; empty where nothing speaks against it."""
    if not isinstance(reward, str) or reward in METRICS:
        return ""
    file, _, _ = reward.rpartition(":")
    if file.endswith(".py"):
        return "" if Path(file).expanduser().is_file() else f"names the file {file!r}, which is not there."
    try:
        config = config_of(model_of(reward))
    except (ModelNotFoundError, OSError, ValueError) as error:
        return f"is {reward!r}, which cannot be loaded: {error}"
    why = no_reward_model(config) if config else ""
    return why and f"is {reward!r}, which is no reward model: {why}. {TRAIN_ONE}"


def columns_of(reward: Any) -> list[str]:
    """The columns that a function in a recipe must be given, by the names of its arguments."""
    if not isinstance(reward, Mapping):
        return []
    given = _defined(ast.parse(reward["source"]), reward["function"])[0].args
    named = [*given.posonlyargs, *given.args]
    needed = named[: len(named) - len(given.defaults)]
    needed += [one for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True) if default is None]
    return [one.arg for one in needed if one.arg not in ("prompts", "completions")]


def described(reward: Any) -> str:
    """A reward in a few words: ``gold_reply``, ``0.5 polite + reward-lora-12ab``."""
    parts = parts_of(reward)
    named = [_name(one) if weight == 1 else f"{weight:g} {_name(one)}" for one, weight in parts]
    return " + ".join(named)


def _name(reward: Any) -> str:
    if isinstance(reward, Mapping):
        return str(reward["function"])
    return Path(reward).name if reward.startswith("run:") or "/" in reward else reward


def _is_list_of_parts(given: Any) -> bool:
    return isinstance(given, Sequence) and not isinstance(given, str)


def _part(given: Any) -> dict[str, Any]:
    if isinstance(given, Mapping) and set(given) == {"reward", "weight"}:
        reward, weight = given["reward"], given["weight"]
    elif isinstance(given, Sequence) and not isinstance(given, str) and len(given) == 2:
        reward, weight = given
    else:
        reward, weight = given, 1.0
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not math.isfinite(weight) or weight == 0:
        raise InvalidInputError(f"has the weight {weight!r} for {reward!r}; a weight is a finite number other than 0.")
    if isinstance(reward, Mapping) and set(reward) != {"function", "source"}:
        raise InvalidInputError(f"has a part {reward!r}, which is no reward. {ADVICE}")
    return {"reward": as_reward(reward), "weight": weight}


def _known(name: str) -> str:
    """A name that is a metric's, or may be a path, a run or a model elsewhere; a misspelt metric is told at once."""
    part_of_metric = name.partition(".")[0] in METRICS
    looks_elsewhere = any(mark in name for mark in ("/", os.sep, ":", ".")) and not part_of_metric
    if name in METRICS or looks_elsewhere or Path(name).exists():
        return name
    if is_run(home() / name):
        return f"run:{home() / name}"
    raise InvalidInputError(
        f"is {name!r}, which is no metric{nearest(name, METRICS)}, no run in {home()} and no path. {ADVICE}"
    )


def _function(function: Any) -> dict[str, str]:
    """Name and source of a function that stands alone."""
    name = getattr(function, "__name__", "")
    lone = "Write it as a function of its own (def) at the top of a cell or file, with its imports inside."
    if not inspect.isfunction(function) or name == "<lambda>":
        raise InvalidInputError(
            f"is {function!r}: only plain functions can be carried into the process that trains. {lone}"
        )
    if function.__closure__:
        kept = ", ".join(function.__code__.co_freevars)
        raise InvalidInputError(f"{name} closes over {kept}, which the process that trains does not have. {lone}")
    try:
        source = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        raise InvalidInputError(f"the source of {name} cannot be found. {lone}") from None
    return {"function": name, "source": source}


def _checked(reward: dict[str, Any]) -> dict[str, str]:
    """The function's source, once it is clear that it stands alone."""
    name, source = str(reward["function"]), str(reward["source"])
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise InvalidInputError(f"the source of {name} is no Python: {error}. Give a function.") from None
    if any(isinstance(node, ast.AsyncFunctionDef) and node.name == name for node in tree.body):
        raise InvalidInputError(f"{name} is async, and a reward is called as it is. Write it with def.")
    defined = _defined(tree, name)
    if not defined:
        raise InvalidInputError(f"the source does not define a function {name!r}. Give one that does.")
    known = {*dir(builtins), "__name__"}
    table = symtable.symtable(source, name, "exec")
    known |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    known |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_namespace()}
    if outside := sorted(_outside(table, known)):
        raise InvalidInputError(
            f"{name} uses {', '.join(outside)} from outside, which the process that trains does not have. Import and "
            "define what it needs inside it."
        )
    if unnamed := [arg.arg for arg in defined[0].args.posonlyargs]:
        raise InvalidInputError(
            f"{name} takes {', '.join(unnamed)} by position only, and a reward is given columns by name. Take the / "
            "out of its arguments."
        )
    takes = [arg.arg for arg in (*defined[0].args.args, *defined[0].args.kwonlyargs)]
    if not {"prompts", "completions"} <= set(takes) and defined[0].args.kwarg is None:
        raise InvalidInputError(
            f"{name} takes ({', '.join(takes)}). A reward takes prompts and completions, two lists of texts of the "
            "same length, beside them any columns of the data by name, and returns a list of numbers."
        )
    return {"function": name, "source": source}


def _defined(tree: ast.Module, name: str) -> list[ast.FunctionDef]:
    return [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]


def _outside(table: symtable.SymbolTable, known: set[str]) -> set[str]:
    used = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_global() and symbol.is_referenced() and symbol.get_name() not in known
    }
    return used.union(*(_outside(child, known) for child in table.get_children()))
