"""One JSON value and nothing else: the parser that decides whether an answer is a record or only looks like one.

Python's ``json.loads`` lets pass what a consumer downstream may refuse or read differently: a key given twice,
``NaN``, a number too large for a double, half a surrogate pair. `parse` takes I-JSON (RFC 7493) and names what is wrong
and where:

>>> parse('{"order": "XF33214"}')
{'order': 'XF33214'}
>>> find_error('Here you are: {"order": "XF33214"}').kind
'text around it'

Whitespace around the value (space, tab, line feed, carriage return) is part of JSON's own grammar (RFC 8259, section 2)
and allowed; a code fence, a greeting or a second value is not.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Literal, NoReturn

__all__ = ["KINDS", "JsonError", "find_error", "is_container", "parse", "same_value"]

Kind = Literal[
    "empty", "text around it", "cut off", "duplicate key", "not a number", "broken text", "too deep", "not JSON"
]
KINDS: tuple[Kind, ...] = (
    "empty", "text around it", "cut off", "duplicate key", "not a number", "broken text", "too deep", "not JSON",
)  # fmt: skip
"""The kinds of error: nothing there; text before or after one whole JSON object or array; ends in the middle of the
value; a key given twice in one object; NaN, Infinity or a number no double holds; half a surrogate pair; nested beyond
`MAX_DEPTH`; anything else."""

MAX_DEPTH = 100
"""Levels of nesting. RFC 8259 lets a parser set a limit; this one keeps every later walk within Python's stack."""

_SPACE = " \t\n\r"
_TOKEN = re.compile(r'[{}\[\]]|"(?:[^"\\]|\\.)*"(\s*:)?', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_VALUE_START = re.compile(r"[\[{]")


class JsonError(ValueError):
    """Why a text is not one strict JSON value.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    position : int
        Index of the character where it shows, from 0.
    line, column : int
        The same place, both from 1.
    """

    def __init__(self, kind: Kind, message: str, text: str, position: int):
        self.kind, self.position = kind, position
        self.line = text.count("\n", 0, position) + 1
        self.column = position - text.rfind("\n", 0, position)
        super().__init__(f"{message} (line {self.line}, column {self.column})")


class _Refused(Exception):
    """Raised inside the decoder's hooks, which know what is wrong but not where."""


def parse(text: str) -> Any:
    """The value of a text that is exactly one JSON value.

    Raises
    ------
    JsonError
        With the kind of error and its position.
    """
    start = len(text) - len(text.lstrip(_SPACE))
    if start == len(text):
        raise JsonError("empty", "There is nothing but whitespace.", text, 0)
    if (deep := _too_deep(text)) is not None:
        raise JsonError("too deep", f"The value is nested deeper than {MAX_DEPTH} levels.", text, deep)
    try:
        value, end = _DECODER.raw_decode(text, start)
    except _Refused as refused:
        _raise_refused(refused, text)
    except json.JSONDecodeError as error:
        _raise_syntax(error, text, start)
    rest = text[end:].lstrip(_SPACE)
    if rest:
        position = len(text) - len(rest)
        kind: Kind = "text around it" if isinstance(value, (dict, list)) else "not JSON"
        raise JsonError(kind, f"Text follows the value: {_quote(rest)}.", text, position)
    _refuse_surrogates(value, text)
    return value


def find_error(text: str) -> JsonError | None:
    """The error that `parse` would raise, or None when the text is strict JSON."""
    try:
        parse(text)
    except JsonError as error:
        return error
    return None


def is_container(text: str) -> bool:
    """Whether a text is a strict JSON object or array: a record, not a word or number that happens to parse."""
    try:
        return isinstance(parse(text), (dict, list))
    except JsonError:
        return False


def same_value(a: object, b: object) -> bool:
    """Equality of parsed values: key order is free, list order counts, numbers by value, ``true`` is not 1."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same_value(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same_value, a, b))
    return bool(a == b)


def _too_deep(text: str) -> int | None:
    """Where the text opens one object or array too many, if it does."""
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return None
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += (token[0] in "{[") - (token[0] in "}]")
        if depth > MAX_DEPTH:
            return token.start()
    return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _Refused("duplicate key", "")
    return value


def _constant(name: str) -> NoReturn:
    raise _Refused("not a number", name)


def _float(literal: str) -> float:
    value = float(literal)
    if not math.isfinite(value):
        raise _Refused("not a number", literal)
    return value


def _integer(literal: str) -> int:
    _float(literal)
    return int(literal)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_integer)


def _raise_refused(refused: _Refused, text: str) -> NoReturn:
    kind, literal = refused.args
    if kind == "duplicate key":
        key, position = _second_key(text)
        message = f"The key {_quote(key)} is given twice in one object."
        raise JsonError("duplicate key", message, text, position) from None
    position = _outside_strings(text, literal)
    raise JsonError("not a number", f"{_quote(literal)} is no JSON number.", text, position) from None


def _raise_syntax(error: json.JSONDecodeError, text: str, start: int) -> NoReturn:
    unfinished = error.msg.startswith("Unterminated string") or error.pos >= len(text.rstrip(_SPACE))
    if unfinished and text[start] in '{["':
        raise JsonError("cut off", f"The value ends too early: {error.msg}.", text, error.pos) from None
    if text[start] not in "{[" and _holds_container(text):
        message = f"Text stands before the value: {_quote(text[start:])}."
        raise JsonError("text around it", message, text, start) from None
    raise JsonError("not JSON", f"{error.msg}.", text, error.pos) from None


def _holds_container(text: str) -> bool:
    """Whether a JSON object or array starts somewhere in the text (the first few places are tried)."""
    for count, found in enumerate(_VALUE_START.finditer(text)):
        if count == 20:
            break
        try:
            json.JSONDecoder().raw_decode(text, found.start())
        except (ValueError, RecursionError):  # not here, or too deep to tell
            continue
        return True
    return False


def _second_key(text: str) -> tuple[str, int]:
    """The first key that repeats within its object, in a text that is valid up to the end of that object."""
    objects: list[set[str]] = []
    for token in _TOKEN.finditer(text):
        if token[0] in "{[":
            objects.append(set())
        elif token[0] in "}]":
            objects.pop()
        elif token[1]:
            key = json.loads(token[0][: -len(token[1])])
            if key in objects[-1]:
                return key, token.start()
            objects[-1].add(key)
    raise AssertionError("no key repeats")


def _outside_strings(text: str, literal: str) -> int:
    """Where a literal first stands outside quoted strings."""
    blanked = re.sub(r'"(?:[^"\\]|\\.)*"', lambda match: " " * len(match[0]), text, flags=re.DOTALL)
    return max(blanked.find(literal), 0)


def _refuse_surrogates(value: Any, text: str) -> None:
    if (r"\u" in text or _SURROGATE.search(text)) and any(_SURROGATE.search(string) for string in _strings(value)):
        escape = re.search(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]", text)
        raise JsonError("broken text", "A text holds half a surrogate pair.", text, escape.start() if escape else 0)


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [*value, *(string for item in value.values() for string in _strings(item))]
    return [string for item in value for string in _strings(item)] if isinstance(value, list) else []


def _quote(text: str, limit: int = 40) -> str:
    return repr(text if len(text) <= limit else text[:limit] + "…")
