"""A tool: a function with a name and a JSON Schema of its arguments, made from the function's own annotations."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, get_type_hints

from workbench.errors import InvalidInputError
from workbench.settings import nearest

__all__ = ["Tool", "as_tool", "built_in"]

_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


@dataclass(frozen=True)
class Tool:
    """A function that a System may call.

    Attributes
    ----------
    name : str
    function : callable
        Takes its arguments by name and returns what JSON can hold. What it raises is told to the model.
    schema : dict
        JSON Schema (Draft 2020-12) of its arguments: all of them named, none besides.
    hash : str
        Of its code, and for the desk's of the orders (16 hex digits).
    built_in : bool
        One of the desk's: known by its name in every process, and `hash` covers all that it reads.
    """

    name: str
    function: Callable[..., Any] = field(repr=False)
    schema: dict[str, Any] = field(repr=False)
    hash: str = field(repr=False)
    built_in: bool = field(default=False, repr=False)

    @property
    def description(self) -> str:
        """What it does: the function's docstring."""
        return inspect.getdoc(self.function) or ""

    @classmethod
    def of(cls, function: Callable[..., Any]) -> Tool:
        """The tool that a function is.

        Raises
        ------
        InvalidInputError
            When an argument has no annotation that JSON has a type for.
        """
        name = getattr(function, "__name__", type(function).__name__)
        try:
            parameters, hints = inspect.signature(function).parameters, get_type_hints(function)
        except (TypeError, ValueError, NameError) as error:
            raise InvalidInputError(f"The tool {name} cannot be read: {error}. Give a plain function.") from error
        for each in parameters.values():
            if each.kind not in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY) or hints.get(each.name) not in _TYPES:
                raise InvalidInputError(
                    f"The tool {name} takes {each}. Every argument needs a name and one of the annotations "
                    f"{', '.join(kind.__name__ for kind in _TYPES)}."
                )
        schema = {
            "type": "object",
            "properties": {key: {"type": _TYPES[hints[key]]} for key in parameters},
            "required": [key for key, each in parameters.items() if each.default is each.empty],
            "additionalProperties": False,
        }
        try:
            code = inspect.getsource(function)
        except (OSError, TypeError):
            code = f"{function.__module__}.{function.__qualname__}"
        return cls(name, function, schema, hashlib.sha256(code.encode()).hexdigest()[:16])


def built_in() -> dict[str, Tool]:
    """The tools by name: the desk's, on the bundled orders."""
    from workbench.tools import desk

    data = desk.orders_file().read_bytes()
    tools = [Tool.of(function) for function in desk.TOOLS]
    hashes = {tool.name: hashlib.sha256(tool.hash.encode() + data).hexdigest()[:16] for tool in tools}
    return {tool.name: replace(tool, hash=hashes[tool.name], built_in=True) for tool in tools}


def as_tool(given: Any) -> Tool:
    """A tool from its name, or from a function.

    Raises
    ------
    InvalidInputError
        For an unknown name, or something that is no function.
    """
    if isinstance(given, Tool):
        return given
    if isinstance(given, str):
        known = built_in()
        if given not in known:
            raise InvalidInputError(
                f"There is no tool {given!r}{nearest(given, known)}. Known: {', '.join(known)}; a function will do too."
            )
        return known[given]
    if not callable(given):
        raise InvalidInputError(f"A tool is a name or a function, got {given!r}.")
    return Tool.of(given)
