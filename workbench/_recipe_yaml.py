"""A recipe as YAML, and changes to it by dotted names: reading collects every problem instead of stopping at one."""

from __future__ import annotations

import os
import re
import typing
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from workbench.data.dataset import REFERENCE
from workbench.data.setaside import BAD_ROWS
from workbench.errors import Problem, RecipeError
from workbench.models.resolve import start_of
from workbench.objectives import Training, objectives
from workbench.settings import Settings, made_of, nearest, unknown_settings
from workbench.tuning import tunings

__all__ = ["changed", "dump", "load", "parse_set", "reference_problems", "section"]

TOP = ("model", "dataset", "objective", "tuning", "training", "template", "seed", "trust_remote_code")
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def dump(values: Mapping[str, Any]) -> str:
    """Plain data as YAML text in the order given."""
    return yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, width=120)


def section(value: Any) -> dict[str, Any]:
    """One settings object as plain data, its name first."""
    name = {"name": value.name} if hasattr(value, "name") else {}
    return {**name, **{item.name: _plain(getattr(value, item.name)) for item in fields(value)}}


def load(source: str | os.PathLike[str]) -> tuple[dict[str, Any], list[Problem]]:
    """The arguments of a recipe from YAML, and what is wrong with it.

    Raises
    ------
    RecipeError
        When there is no such file, or it is no YAML mapping at all.
    """
    text, folder = _text(source)
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "recipe"
        raise RecipeError([Problem(where, f"is not valid YAML: {getattr(error, 'problem', error)}.")]) from None
    if not isinstance(raw, dict):
        raise RecipeError([Problem("recipe", f"must be a mapping with model and dataset, got {raw!r}.")])
    problems = [
        Problem(str(name), "is not part of a recipe" + nearest(str(name), TOP) + ".", f"Known: {', '.join(TOP)}.")
        for name in raw
        if name not in TOP
    ]
    problems += [Problem(name, "is missing.", "Name it.") for name in ("model", "dataset") if raw.get(name) is None]
    values: dict[str, Any] = {"model": raw.get("model") or "?", "dataset": raw.get("dataset") or "?"}
    for name, known in (("objective", objectives()), ("tuning", tunings()), ("training", None)):
        if raw.get(name) is not None:
            made = _settings(name, raw[name], known, problems)
            if made is not None:
                values[name] = made
    if isinstance(values["dataset"], dict):
        values["dataset"] = _reference(values["dataset"], problems)
    for name in ("template", "seed", "trust_remote_code"):
        if name in raw:
            values[name] = raw[name]
    if folder is not None:
        _relative_to(folder, values)
    return values, problems


def changed(values: dict[str, Any], changes: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """The arguments of a recipe with some changed by dotted names, and what is wrong with the changes."""
    out, problems = dict(values), []
    kinds: dict[str, dict[str, Any]] = {"objective": objectives(), "tuning": tunings()}
    for name in [key for key in changes if key in ("objective.name", "tuning.name")]:
        part, wanted = name.split(".")[0], str(changes[name])
        if wanted not in kinds[part]:
            problems.append(_unknown_kind(part, wanted, kinds[part]))
        elif wanted != out[part].name:
            out[part] = kinds[part][wanted]()
    edits: dict[str, dict[str, Any]] = {}
    for key, value in changes.items():
        part, dot, name = key.partition(".")
        if part not in TOP or (dot and part not in ("objective", "tuning", "training", "dataset")):
            known = [*TOP, *(f"training.{item.name}" for item in fields(Training))]
            problems.append(Problem(key, "is not a setting" + nearest(key, known) + ".", f"Known: {', '.join(TOP)}."))
        elif not dot:
            out[part] = value
        elif key not in ("objective.name", "tuning.name"):
            edits.setdefault(part, {})[name] = value
    for part, edit in edits.items():
        if part == "dataset":
            start = out["dataset"] if isinstance(out["dataset"], dict) else getattr(out["dataset"], "source", {})
            out["dataset"] = _reference({**start, "hash": None, **edit}, problems)
            continue
        if not isinstance(out[part], Settings):
            continue  # the recipe itself says what is wrong with it
        kind: Any = type(out[part])
        problems += unknown_settings(kind, edit, part)
        known_names = {item.name for item in fields(kind)}
        current = {item.name: getattr(out[part], item.name) for item in fields(kind)}
        new = {name: value for name, value in _coerced(kind, edit).items() if name in known_names}
        out[part], wrong = made_of(kind, {**current, **new})
        problems += wrong
    return out, problems


def parse_set(text: str) -> tuple[str, Any]:
    """``"training.max_steps=50"`` as a name and a value; the value is read as YAML.

    Raises
    ------
    RecipeError
        When there is no ``=`` or no value, or the value is not YAML.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise RecipeError([Problem(text, "is not of the form name=value.", "Write for example training.max_steps=50.")])
    if not value.strip():
        remedy = f"Write {name.strip()}=VALUE, or {name.strip()}=null to leave it unset."
        raise RecipeError([Problem(name.strip(), "has no value.", remedy)])
    try:
        return name.strip(), yaml.safe_load(value)
    except yaml.YAMLError:
        raise RecipeError([Problem(name.strip(), f"has a value that is not YAML: {value!r}.", "Quote it.")]) from None


def reference_problems(reference: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the types in a reference to data."""
    problems = []
    if not isinstance(reference["source"], str):
        problems.append(
            Problem("dataset.source", f"must be a name, path or hub:org/name, got {reference['source']!r}.")
        )
    for name in ("columns", "split"):
        if reference[name] is not None and not isinstance(reference[name], dict):
            problems.append(Problem(f"dataset.{name}", f"must be a mapping, got {reference[name]!r}."))
    if reference["bad_rows"] not in (None, *BAD_ROWS):
        remedy = f"Known: {', '.join(BAD_ROWS)}."
        problems.append(Problem("dataset.bad_rows", f"is {reference['bad_rows']!r}.", remedy))
    rows = reference["max_rows"]
    if rows is not None and (isinstance(rows, bool) or not isinstance(rows, int) or rows < 1):
        problems.append(Problem("dataset.max_rows", f"must be a number of at least 1, got {rows!r}."))
    if reference["hash"] is not None and not isinstance(reference["hash"], str):
        problems.append(Problem("dataset.hash", f"must be text, got {reference['hash']!r}.", "Put it in quotes."))
    return problems


def _text(source: str | os.PathLike[str]) -> tuple[str, Path | None]:
    if isinstance(source, str) and ("\n" in source or ": " in source):
        return source, None
    path = Path(source).expanduser()
    if not path.is_file():
        raise RecipeError(
            [Problem("recipe", f"there is no file {str(source)!r}.", "Give the path of a recipe's YAML.")]
        )
    try:
        return path.read_text(encoding="utf-8"), path.absolute().parent
    except UnicodeDecodeError:
        raise RecipeError(
            [Problem("recipe", f"{path} is not a text file in UTF-8.", "Give a recipe's YAML.")]
        ) from None


def _settings(name: str, raw: Any, known: dict[str, Any] | None, problems: list[Problem]) -> Any:
    """A settings object from its section, as far as it goes; the rest into `problems`."""
    if isinstance(raw, str) and known is not None:
        raw = {"name": raw}
    if not isinstance(raw, dict):
        problems.append(Problem(name, f"must be a mapping of settings, got {raw!r}."))
        return None
    given = {str(key): value for key, value in raw.items()}
    kind: Any = Training
    if known is not None:
        wanted = given.pop("name", None)
        if not isinstance(wanted, str) or wanted not in known:
            problems.append(_unknown_kind(name, wanted, known))
            return None
        kind = known[wanted]
    problems += unknown_settings(kind, given, name)
    names = {item.name for item in fields(kind)}
    made, wrong = made_of(kind, {key: value for key, value in _coerced(kind, given).items() if key in names})
    problems += wrong
    return made


def _unknown_kind(part: str, wanted: Any, known: Mapping[str, Any]) -> Problem:
    what = "is missing" if wanted is None else f"is {wanted!r}, which there is not{nearest(wanted, known)}"
    return Problem(f"{part}.name", what + ".", f"Known: {', '.join(known)}.")


def _coerced(kind: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the fields want them: numbers that YAML 1.1 reads as text (``1e-4``), lists as tuples."""
    hints = typing.get_type_hints(kind)
    return {name: _coerce(value, hints.get(name)) for name, value in given.items()}


def _coerce(value: Any, hint: Any) -> Any:
    options = typing.get_args(hint) if typing.get_args(hint) else (hint,)
    if isinstance(value, str) and float in options and str not in options and NUMBER.fullmatch(value.strip()):
        return float(value)
    if isinstance(value, list) and any(typing.get_origin(option) is tuple for option in (*options, hint)):
        return tuple(value)
    return value


def _reference(raw: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    for name in raw:
        if name not in REFERENCE:
            problems.append(
                Problem(f"dataset.{name}", "is not a setting" + nearest(str(name), REFERENCE) + ".",
                        f"Known: {', '.join(REFERENCE)}.")
            )  # fmt: skip
    return {"source": None} | {name: raw[name] for name in REFERENCE if name in raw}


def _relative_to(folder: Path, values: dict[str, Any]) -> None:
    """Paths in a recipe file count from the file's folder, where something lies there."""
    data = values["dataset"]
    if isinstance(data, str) and (folder / data).exists():
        values["dataset"] = str(folder / data)
    elif isinstance(data, dict) and isinstance(data.get("source"), str) and (folder / data["source"]).exists():
        data["source"] = str(folder / data["source"])
    model = values["model"]
    if isinstance(model, str) and (folder / model / "config.json").is_file():
        values["model"] = str(folder / model)
    elif isinstance(model, str):
        values["model"] = start_of(model, folder)
    template = values.get("template")
    if isinstance(template, str) and "{" not in template and (folder / template).is_file():
        values["template"] = str(folder / template)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
