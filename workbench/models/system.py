"""What answers: a base model with adapters, prompt and shots, or a function. Plain data with a hash."""

from __future__ import annotations

import hashlib
import inspect
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import InvalidInputError
from workbench.metrics.json_schema import Schema
from workbench.models.grammar import grammar_of
from workbench.models.resolve import ModelRef, resolve_model

__all__ = ["System"]


@dataclass(frozen=True, init=False)
class System:
    """Something that answers prompts.

    Parameters
    ----------
    source
        A model name, folder or hub id; a Run or Version; another System; or a function, either
        ``list[str] -> list[str]`` or ``str -> str`` (told apart by its annotation; unannotated, one prompt at a time).
    prompt
        Instructions given as the system turn. A text with ``{prompt}`` in it is wrapped around the user's turn.
    shots
        Pairs of prompt and answer shown before the question.
    schema
        A JSON Schema (Draft 2020-12) or pydantic model. The model can then write nothing but JSON that fits it (a bare
        text in quotation marks, too), and stops when the value is complete; how narrow it is held,
        `workbench.models.grammar.grammar_of` says. Kept as plain JSON. Not for functions.
    retriever, tools
        For systems that look things up; kept as given.
    template
        The chat template, as in a recipe.
    name
        A short label.

    Attributes
    ----------
    kind : str
        ``"model"`` or ``"callable"``.
    model : str or None
        The model's name or path.
    adapters : tuple of str
        Adapter folders, in the order they are put on.
    """

    kind: str
    model: str | None
    adapters: tuple[str, ...]
    template: str | None
    prompt: str | None
    shots: tuple[tuple[str, str], ...]
    schema: Any
    retriever: Any
    tools: tuple[Any, ...]
    name: str
    function: Callable[..., Any] | None = field(default=None, repr=False)

    def __init__(
        self,
        source: Any,
        *,
        prompt: str | None = None,
        shots: Iterable[tuple[str, str]] | None = None,
        schema: Any = None,
        retriever: Any = None,
        tools: Iterable[Any] | None = None,
        adapters: Iterable[str | os.PathLike[str]] | None = None,
        template: str | None = None,
        name: str | None = None,
    ):
        start = source if isinstance(source, System) else getattr(source, "system", None)
        if not isinstance(start, System):
            start = None
        function = None
        if start is not None:
            kind, model, function = start.kind, start.model, start.function
        elif isinstance(source, (str, os.PathLike)):
            kind, model = "model", os.fspath(source)
        elif callable(source):
            kind, model, function = "callable", None, source
        else:
            raise InvalidInputError(
                f"A system is a model name, a folder, a Run, a System or a function, got {source!r} "
                f"({type(source).__name__}). Give one of those."
            )

        def keep(given: Any, attribute: str, empty: Any) -> Any:
            return given if given is not None else getattr(start, attribute) if start is not None else empty

        label = getattr(source, "name", None) if start is not None else None
        values = {
            "kind": kind,
            "model": model,
            "adapters": tuple(os.fspath(Path(path)) for path in keep(adapters, "adapters", ())),
            "template": keep(template, "template", None),
            "prompt": keep(prompt, "prompt", None),
            "shots": _pairs(keep(shots, "shots", ())),
            "schema": keep(_enforceable(schema, kind), "schema", None),
            "retriever": keep(retriever, "retriever", None),
            "tools": tuple(keep(tools, "tools", ())),
            "function": function,
        }
        if values["prompt"] is not None and not isinstance(values["prompt"], str):
            raise InvalidInputError(f"System(prompt=) must be text, got {values['prompt']!r}. Give the instructions.")
        for key, value in values.items():
            object.__setattr__(self, key, value)
        object.__setattr__(self, "name", name or label or self._label())

    @property
    def system(self) -> System:
        """Itself, so that a System stands wherever a Run may."""
        return self

    @property
    def hash(self) -> str:
        """A hash of everything that shapes the answers (16 hex digits): models and adapters by content."""
        digest = hashlib.sha256()
        if self.model is not None:
            digest.update(resolve_model(self.model).content_hash().encode())
        for folder in self.adapters:
            digest.update(ModelRef(folder, Path(folder), "folder").content_hash().encode())
        if self.function is not None:
            digest.update(_source_of(self.function).encode())
        rest = [self.template, self.prompt, self.shots, self.schema, repr(self.retriever), repr(self.tools)]
        digest.update(json.dumps(rest, sort_keys=True, ensure_ascii=False, default=repr).encode())
        return digest.hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; a function is named, never stored."""
        return {
            "kind": self.kind,
            "model": self.model,
            "adapters": list(self.adapters),
            "template": self.template,
            "prompt": self.prompt,
            "shots": [list(pair) for pair in self.shots],
            "schema": self.schema,
            "name": self.name,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> System:
        """The system that `to_dict` described; not for functions, which are named there and not stored."""
        settings = {key: value for key, value in plain.items() if key not in ("kind", "model")}
        return cls(plain["model"], **settings)

    def _label(self) -> str:
        if self.function is not None:
            return getattr(self.function, "__name__", type(self.function).__name__)
        assert self.model is not None
        base = Path(self.model.removeprefix("run:")).name
        parts = [base]
        if self.adapters:
            last = Path(self.adapters[-1])
            parts.append(last.parent.name if last.name == "model" else last.name)
        if self.shots:
            parts.append(f"{len(self.shots)} shots")
        if self.prompt:
            parts.append("prompted")
        if self.schema is not None:
            parts.append("schema")
        return " + ".join(parts)


def _pairs(shots: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for number, shot in enumerate(shots):
        if isinstance(shot, dict) and {"prompt", "completion"} <= set(shot):
            shot = (shot["prompt"], shot["completion"])
        shot = tuple(shot) if isinstance(shot, (list, tuple)) else shot
        if not (isinstance(shot, tuple) and len(shot) == 2 and all(isinstance(text, str) for text in shot)):
            raise InvalidInputError(
                f"shots[{number}] must be a pair of prompt and answer, or a row with both as text, got {shot!r}."
            )
        pairs.append(shot)
    return tuple(pairs)


def _enforceable(schema: Any, kind: str) -> dict[str, Any] | bool | None:
    """A schema as plain JSON, once it is clear that answers can be held to it."""
    if schema is None:
        return None
    if kind != "model":
        raise InvalidInputError(
            "System(schema=) holds a model to a schema while it writes, and this is a function. Leave it out; "
            "evaluate(schema=) judges the answers of both."
        )
    data = Schema(schema).data
    grammar_of(data)
    return data


def _source_of(function: Callable[..., Any]) -> str:
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', repr(function))}"
