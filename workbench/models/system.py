"""What answers: a base model with adapters, prompt and shots, or a function. Plain data with a hash."""

from __future__ import annotations

import difflib
import hashlib
import inspect
import json
import math
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import InvalidInputError
from workbench.metrics.json_schema import Schema
from workbench.models.endpoint import Endpoint, is_endpoint
from workbench.models.grammar import grammar_of
from workbench.models.resolve import ModelRef, resolve_model
from workbench.tools.tool import Tool, as_tool

__all__ = ["System"]

PASSAGES = 3
SLOTS = ("prompt", "passages")
"""What may stand in braces in a prompt and is filled in."""
SECONDS = 120.0


@dataclass(frozen=True, init=False)
class System:
    """Something that answers prompts.

    Parameters
    ----------
    source
        A model name, folder or hub id; a Run or Version; another System; a function, either
        ``list[str] -> list[str]`` or ``str -> str`` (told apart by its annotation; unannotated, one prompt at a time);
        or ``openai:URL#model``, an OpenAI-compatible endpoint elsewhere, which whoever asks it must allow
        (``allow_remote=True``).
    prompt
        Instructions given as the system turn. A text with ``{prompt}`` in it is wrapped around the user's turn; one
        with ``{passages}`` too says where the retriever's passages stand.
    shots
        Pairs of prompt and answer shown before the question.
    schema
        A JSON Schema (Draft 2020-12) or pydantic model. The model can then write nothing but JSON that fits it (a bare
        text in quotation marks, too), and stops when the value is complete; how narrow it is held,
        `workbench.models.grammar.grammar_of` says. An endpoint is handed it as ``response_format``. Kept as plain
        JSON. Not for functions.
    retriever
        An index, or its folder (`build_index`): what it finds for a question is put before it.
    passages
        How many passages a retriever gives.
    tools
        What it may call: names (`workbench.tools.built_in`) or functions. Requests are then written as a transcript;
        an endpoint is told of them in its own form, and its calls are run here all the same.
    template
        The chat template, as in a recipe.
    name
        A short label.
    key_variable
        Of an endpoint: the environment variable that holds its key. By default ``OPENAI_API_KEY`` for api.openai.com,
        and no key for others.
    timeout
        Of an endpoint: seconds that one answer may take, with all that is tried again; by default 120.

    Attributes
    ----------
    kind : str
        ``"model"``, ``"callable"`` or ``"remote"``.
    model : str or None
        The model's name or path; of an endpoint ``openai:URL#model``.
    adapters : tuple of str
        Adapter folders, in the order they are put on.
    retriever : str or None
        The folder of the index.
    """

    kind: str
    model: str | None
    adapters: tuple[str, ...]
    template: str | None
    prompt: str | None
    shots: tuple[tuple[str, str], ...]
    schema: Any
    retriever: str | None
    passages: int
    tools: tuple[Tool, ...]
    name: str
    key_variable: str | None
    timeout: float | None
    function: Callable[..., Any] | None = field(default=None, repr=False)

    def __init__(
        self,
        source: Any,
        *,
        prompt: str | None = None,
        shots: Iterable[tuple[str, str]] | None = None,
        schema: Any = None,
        retriever: str | os.PathLike[str] | None = None,
        passages: int | None = None,
        tools: Iterable[Any] | None = None,
        adapters: Iterable[str | os.PathLike[str]] | None = None,
        template: str | None = None,
        name: str | None = None,
        key_variable: str | None = None,
        timeout: float | None = None,
    ):
        start = source if isinstance(source, System) else getattr(source, "system", None)
        if not isinstance(start, System):
            start = None
        function = None
        if start is not None:
            kind, model, function = start.kind, start.model, start.function
        elif is_endpoint(source):
            kind, model = "remote", Endpoint.of(source).name
        elif isinstance(source, (str, os.PathLike)):
            kind, model = "model", os.fspath(source)
        elif callable(source):
            kind, model, function = "callable", None, source
        else:
            raise InvalidInputError(
                f"A system is a model name, a folder, a Run, a System, an endpoint or a function, got {source!r} "
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
            "retriever": _folder(keep(retriever, "retriever", None)),
            "passages": keep(passages, "passages", PASSAGES),
            "tools": tuple(as_tool(each) for each in keep(tools, "tools", ())),
            "key_variable": keep(key_variable, "key_variable", None),
            "timeout": keep(timeout, "timeout", SECONDS if kind == "remote" else None),
            "function": function,
        }
        if values["prompt"] is not None and not isinstance(values["prompt"], str):
            raise InvalidInputError(f"System(prompt=) must be text, got {values['prompt']!r}. Give the instructions.")
        _check_passages(values["passages"], values["retriever"], values["prompt"])
        _check_tools(values)
        _check_remote(values)
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
        if self.kind == "remote":
            digest.update(str(self.model).encode())
        elif self.model is not None:
            digest.update(resolve_model(self.model).content_hash().encode())
        for folder in self.adapters:
            digest.update(ModelRef(folder, Path(folder), "folder").content_hash().encode())
        if self.function is not None:
            digest.update(_source_of(self.function).encode())
        tools = tuple((tool.name, tool.hash) for tool in self.tools)
        rest = [self.template, self.prompt, self.shots, self.schema, self._found_by(), repr(tools)]
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
            "retriever": self.retriever,
            "passages": None if self.retriever is None else self.passages,
            "tools": [tool.name for tool in self.tools] or None,
            "name": self.name,
            **({"key_variable": self.key_variable, "timeout": self.timeout} if self.kind == "remote" else {}),
        }

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint of a system that is elsewhere."""
        assert self.kind == "remote"
        assert self.model is not None
        return Endpoint.of(self.model, self.key_variable)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> System:
        """The system that `to_dict` described; not for functions, which are named there and not stored."""
        settings = {key: value for key, value in plain.items() if key not in ("kind", "model")}
        return cls(plain["model"], **settings)

    def _found_by(self) -> str:
        """What the retriever adds to the hash: the index by content."""
        if self.retriever is None:
            return "None"
        try:
            facts = json.loads((Path(self.retriever) / "index.json").read_text(encoding="utf-8"))
            return f"{facts['hash']}, {self.passages}"
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InvalidInputError(
                f"{self.name} looks things up in {self.retriever}, which is no index (any more). Use build_index."
            ) from error

    def _label(self) -> str:
        count = "1 passage" if self.passages == 1 else f"{self.passages} passages"
        reads = ([] if self.retriever is None else [count]) + (["tools"] if self.tools else [])
        if self.function is not None:
            return " + ".join([getattr(self.function, "__name__", type(self.function).__name__), *reads])
        assert self.model is not None
        remote = self.kind == "remote"
        base = self.endpoint.model if remote else Path(self.model.removeprefix("run:")).name
        parts = [base]
        if self.adapters:
            last = Path(self.adapters[-1])
            parts.append(last.parent.name if last.name == "model" else last.name)
        if self.shots:
            parts.append(f"{len(self.shots)} shots")
        if self.prompt and not reads:
            parts.append("prompted")
        if self.schema is not None:
            parts.append("schema")
        return " + ".join([*parts, *reads])


def _folder(retriever: Any) -> str | None:
    if retriever is None:
        return None
    if not isinstance(retriever, (str, os.PathLike)):
        raise InvalidInputError(
            f"System(retriever=) is an index or its folder, got {retriever!r}. Make one with build_index."
        )
    return str(Path(retriever).expanduser().absolute())


def _check_passages(passages: Any, retriever: str | None, prompt: str | None) -> None:
    if not isinstance(passages, int) or isinstance(passages, bool) or passages < 1:
        raise InvalidInputError(f"System(passages=) must be a whole number of at least 1, got {passages!r}.")
    for slot in re.findall(r"\{(\w+)\}", prompt or ""):
        if slot not in SLOTS and (meant := difflib.get_close_matches(slot, SLOTS, n=1, cutoff=0.8)):
            raise InvalidInputError(
                f"System(prompt=) has {{{slot}}} in it; did you mean {{{meant[0]}}}? Got {prompt!r}."
            )
    places, wraps = "{passages}" in (prompt or ""), "{prompt}" in (prompt or "")
    if places and not (wraps and retriever):
        what = "has no {prompt}" if retriever else "needs a retriever"
        raise InvalidInputError(f"System(prompt=) says where {{passages}} stand, but {what}, got {prompt!r}.")
    if wraps and retriever and not places:
        raise InvalidInputError(
            f"System(prompt=) wraps the question and does not say where the passages stand, got {prompt!r}. "
            "Put {passages} into it."
        )


def _check_tools(values: Mapping[str, Any]) -> None:
    tools, prompt = values["tools"], values["prompt"]
    if twice := [name for name, count in Counter(tool.name for tool in tools).items() if count > 1]:
        raise InvalidInputError(f"Two tools are called {twice[0]!r}. Give each its own name.")
    if tools and values["retriever"] is not None:
        raise InvalidInputError("A System has tools or a retriever, not both. Make looking up one of the tools.")
    if tools and values["schema"] is not None:
        raise InvalidInputError(
            "A System has tools or a schema, not both: held to the schema, it could not write a call. Leave one out; "
            "evaluate(schema=) judges answers without holding them."
        )
    if tools and "{prompt}" in (prompt or ""):
        raise InvalidInputError(
            "A System with tools writes its requests into a transcript, so System(prompt=) can give instructions, but "
            f"not be wrapped around them, got {prompt!r}."
        )


def _check_remote(values: Mapping[str, Any]) -> None:
    """What only an endpoint has, and what it cannot have."""
    variable, seconds = values["key_variable"], values["timeout"]
    if values["kind"] != "remote":
        if given := [name for name in ("key_variable", "timeout") if values[name] is not None]:
            raise InvalidInputError(
                f"System({given[0]}=) is for endpoints (openai:URL#model), and this is none. Leave it out."
            )
        return
    Endpoint.of(values["model"], variable)
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds < math.inf:
        raise InvalidInputError(f"System(timeout=) must be seconds above 0, got {seconds!r}.")
    if values["adapters"]:
        raise InvalidInputError("An endpoint takes no adapters: its weights are elsewhere. Leave adapters= out.")
    if values["template"] is not None:
        raise InvalidInputError("An endpoint renders its prompts itself. Leave template= out.")


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
    if kind == "callable":
        raise InvalidInputError(
            "System(schema=) holds a model to a schema while it writes, and this is a function. Leave it out; "
            "evaluate(schema=) judges the answers of both."
        )
    data = Schema(schema).data
    if kind == "model":
        grammar_of(data)
    elif isinstance(data, bool):
        raise InvalidInputError(f"An endpoint takes a schema that is a JSON object, got {data!r}. Leave schema= out.")
    return data


def _source_of(function: Callable[..., Any]) -> str:
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', repr(function))}"
