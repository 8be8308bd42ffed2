"""Systems in words and in code, for the panels that show several."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.bundled import models
from workbench.home import home
from workbench.models.system import SECONDS, System
from workbench.runs import runs

__all__ = ["code_of", "detail", "distinct", "named"]


def distinct(names: Sequence[str]) -> list[str]:
    """The names, numbered where several are the same."""
    out: list[str] = []
    for name in names:
        count = 1 + sum(other == name or other.startswith(f"{name} (") for other in out)
        out.append(name if count == 1 else f"{name} ({count})")
    return out


def detail(system: System) -> str:
    """What a system is, in a few words."""
    if system.kind == "callable":
        return "a function"
    if system.kind == "remote":
        where = f"{system.endpoint.model} at {system.endpoint.host}"
    else:
        where = f"adapter on {Path(system.model or '').name}" if system.adapters else f"model {system.model}"
    extras = [f"{len(system.shots)} shots"] if system.shots else []
    extras += ["own instructions"] if system.prompt else []
    extras += ["held to a schema"] if system.schema is not None else []
    return ", ".join([where, *extras])


def named(name: str, known: Mapping[str, Any]) -> Any:
    """What a name typed in a panel stands for: something `known`, a run by its id, or a model."""
    if name in known:
        return known[name]
    return name if name in models() else next((run for run in runs() if run.id == name), name)


def code_of(source: Any, number: int) -> tuple[str, list[str]]:
    """The expression for one system, and a comment where code cannot say what it is."""
    if isinstance(source, (str, os.PathLike)):
        return repr(os.fspath(source)), []
    if hasattr(source, "folder") and hasattr(source, "id"):
        return f"wb.open_run({(source.id if source.path.parent == home() else str(source.path))!r})", []
    plain = isinstance(source, System) and not (source.retriever or source.tools)
    if plain and source.kind != "callable":
        usual = {"prompt": None, "shots": (), "adapters": (), "template": None, "schema": None, "key_variable": None,
                 "timeout": SECONDS if source.kind == "remote" else None}  # fmt: skip
        given = [f"{name}={getattr(source, name)!r}" for name, value in usual.items() if getattr(source, name) != value]
        return f"wb.System({', '.join([repr(source.model), *given, f'name={source.name!r}'])})", []
    name = getattr(source, "__name__", "")
    name = name if name.isidentifier() else f"system_{number + 1}"
    return name, [f"# {name}: the function or system that was given"]
