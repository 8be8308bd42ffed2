"""One call of a tool, read strictly and run here: nothing is guessed, and nothing but the tools given can be run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.metrics.strict_json import JsonError, parse
from workbench.tools.tool import Tool

__all__ = ["ERRORS", "Call", "run_call"]

ERRORS = {
    "no call": "It did not write a call where one was due.",
    "no such tool": "It called something that it was not given.",
    "arguments are not JSON": "The arguments are not one JSON object with nothing around it.",
    "arguments do not fit": "An argument is missing, too many, or of another type.",
    "tool failed": "The call is well formed, and the tool could not answer it.",
}
"""What may be wrong with a call, and what it says."""


@dataclass(frozen=True)
class Call:
    """One call of a tool.

    Attributes
    ----------
    name, arguments : str
        As the model wrote them.
    result : str
        JSON: what the tool returned, or ``{"error": ...}``; the model reads it.
    error : str
        One of `ERRORS`, or empty.
    """

    name: str
    arguments: str
    result: str = ""
    error: str = ""


def run_call(name: str, arguments: str | None, tools: Mapping[str, Tool]) -> Call:
    """Read one call and run it.

    Parameters
    ----------
    name, arguments
        As written; no arguments where the text was no call.
    tools
        Those that may be called.
    """

    def wrong(error: str, detail: str) -> Call:
        return Call(name, arguments or "", json.dumps({"error": detail}, ensure_ascii=False), error)

    if arguments is None:
        return wrong("no call", "no call")
    if name not in tools:
        return wrong("no such tool", f"no tool {name}")
    try:
        given = parse(arguments)
    except JsonError as error:
        return wrong("arguments are not JSON", str(error))
    if not isinstance(given, dict):
        return wrong("arguments are not JSON", "the arguments are no object")
    if (misfit := _misfit(given, tools[name])) is not None:
        return wrong("arguments do not fit", misfit)
    try:
        result = json.dumps(tools[name].function(**given), ensure_ascii=False, allow_nan=False)
    except Exception as error:  # whatever a function of the user's raises is an answer to the model
        return wrong("tool failed", str(error) or type(error).__name__)
    return Call(name, arguments, result)


def _misfit(given: dict[str, Any], tool: Tool) -> str | None:
    from jsonschema import Draft202012Validator

    error = next(iter(Draft202012Validator(tool.schema).iter_errors(given)), None)
    return None if error is None else error.message
