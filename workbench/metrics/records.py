"""How close an answer is to a record: a JSON object whose fields have one right value each.

An answer counts as JSON only if the strict parser takes it (`workbench.metrics.strict_json`); text around a perfect
record makes it useless to the program that reads it, and it scores 0. `values_right` is the exception: it asks what a
model knows, not whether its answer can be used.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from workbench.errors import InvalidInputError
from workbench.metrics.strict_json import JsonError, parse, same_value

__all__ = [
    "check_json",
    "check_objects",
    "field_accuracy",
    "fields_of",
    "fields_right",
    "leaves",
    "record_match",
    "valid_json",
    "values_right",
]

_CANDIDATE = re.compile(r"[\[{]")


def valid_json(answer: str) -> bool:
    """Whether an answer is one strict JSON value with nothing around it.

    >>> valid_json('{"a": 1}'), valid_json('{"a": 1, "a": 2}'), valid_json('{"a": 1} Best wishes')
    (True, False, False)
    """
    try:
        parse(answer)
    except JsonError:
        return False
    return True


def record_match(answer: str, reference: str) -> bool:
    """Whether an answer is the reference's value: same keys, same values, key order free, list order not.

    Raises
    ------
    InvalidInputError
        When the reference itself is not JSON.
    """
    wanted = _reference(reference)
    try:
        return same_value(parse(answer), wanted)
    except JsonError:
        return False


def fields_right(answer: str, reference: str) -> dict[str, bool]:
    """For each field of the reference, whether the answer has it with that value.

    Fields of fields are ``"a.b"``; a list is one field.

    >>> fields_right('{"id": 1, "who": {"name": "Bo"}}', '{"id": 1, "who": {"name": "Al", "age": 7}}')
    {'id': True, 'who.name': False, 'who.age': False}

    Raises
    ------
    InvalidInputError
        When the reference is not a JSON object.
    """
    wanted = _reference(reference)
    if not isinstance(wanted, dict):
        raise InvalidInputError(f"Fields need references that are JSON objects, got {_short(reference)}.")
    try:
        got = parse(answer)
    except JsonError:
        got = None
    fields = _fields(wanted)
    found = dict(_fields(got)) if isinstance(got, dict) else {}
    return {".".join(path): path in found and same_value(found[path], value) for path, value in fields}


def fields_of(text: str) -> dict[str, Any] | None:
    """The fields of a text that is one strict JSON object, fields of fields as ``"a.b"``; None where it is none."""
    try:
        value = parse(text)
    except JsonError:
        return None
    return {".".join(path): field for path, field in _fields(value)} if isinstance(value, dict) else None


def field_accuracy(answer: str, reference: str) -> float:
    """The share of the reference's fields that the answer has right, 0 to 1.

    An empty reference asks for an empty answer. Fields beyond the reference's do not lower it; `record_match` tells.
    """
    right = fields_right(answer, reference)
    return sum(right.values()) / len(right) if right else float(record_match(answer, reference))


def values_right(answer: str, reference: str) -> float:
    """The share of the reference's values that occur in the answer under any key, each as often as needed, 0 to 1.

    The answer need not be strict: the first JSON object or array in it counts. It tells a model that reads the right
    things but names them otherwise from one that reads the wrong things. A value of ``null`` needs a ``null``.
    """
    wanted = Counter(map(_leaf_key, leaves(_reference(reference))))
    if not wanted:
        return float(record_match(answer, reference))
    got = Counter(map(_leaf_key, leaves(_first_value(answer))))
    return (wanted & got).total() / wanted.total()


def check_json(references: Sequence[str]) -> None:
    """Refuse references that are not JSON, naming the first and its row.

    Raises
    ------
    InvalidInputError
        When there is one.
    """
    _check(references, record_match)


def check_objects(references: Sequence[str]) -> None:
    """As `check_json`, for references that are not JSON objects."""
    _check(references, fields_right)


def leaves(value: Any) -> list[Any]:
    """All values of a parsed JSON value that are neither object nor list, in order."""
    found, waiting = [], [value]
    while waiting:  # no recursion: an answer may be nested as deep as it likes
        item = waiting.pop()
        if isinstance(item, (dict, list)):
            waiting += reversed(list(item.values()) if isinstance(item, dict) else item)
        else:
            found.append(item)
    return found


def _fields(record: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """The fields of a record with their paths; an empty object inside is a field of its own."""
    out: list[tuple[tuple[str, ...], Any]] = []
    for key, value in record.items():
        out += _fields(value, (*path, key)) if isinstance(value, dict) and value else [((*path, key), value)]
    return out


def _check(references: Sequence[str], judge: Callable[[str, str], object]) -> None:
    for row, reference in enumerate(references):
        try:
            judge("", reference)
        except InvalidInputError as error:
            raise InvalidInputError(f"Row {row}: {error}") from None


def _reference(reference: str) -> Any:
    try:
        return parse(reference)
    except JsonError as error:
        raise InvalidInputError(
            f"The reference is not JSON: {error} Got {_short(reference)}. Use a metric for text, such as text_match."
        ) from None


def _first_value(answer: str) -> Any:
    """The strict value of an answer, or the first object or array in it (50 brackets are tried), or nothing."""
    try:
        return parse(answer)
    except JsonError:
        for start in itertools.islice(_CANDIDATE.finditer(answer), 50):
            try:
                value, _ = json.JSONDecoder().raw_decode(answer, start.start())
            except (ValueError, RecursionError):  # no value starts here; try the next bracket
                continue
            return value
    return []


def _leaf_key(leaf: Any) -> tuple[str, Any]:
    """Hashable, and equal exactly where `same_value` says so."""
    kind = "bool" if isinstance(leaf, bool) else "number" if isinstance(leaf, (int, float)) else type(leaf).__name__
    return kind, leaf


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:80] + "…")
