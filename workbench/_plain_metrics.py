"""Metrics as rewards of a script that needs nothing of the workbench: their source, with what they call."""

from __future__ import annotations

import inspect
import json
import math
import re
from collections.abc import Callable
from typing import Any

from workbench.metrics.strict_json import same_value
from workbench.metrics.text import contains, first_line_match, text_match

__all__ = ["PLAIN_METRICS", "plain_source"]


def strict_json(text: str) -> object:
    """The value of a text that is one JSON value: nothing around it, no key twice, no NaN; else ValueError."""

    def record(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError("a key twice")
        return dict(pairs)

    def finite(literal: str) -> float:
        if not math.isfinite(float(literal)):
            raise ValueError("no finite number")
        return float(literal)

    def whole(literal: str) -> int:
        finite(literal)
        return int(literal)

    def levels(value: object) -> int:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
        return 0 if inner is None else 1 + max(map(levels, inner), default=0)

    try:
        value = json.loads(text, object_pairs_hook=record, parse_float=finite, parse_int=whole, parse_constant=finite)
        json.dumps(value, ensure_ascii=False).encode()  # fails at half a surrogate pair
        if levels(value) > 100:
            raise ValueError("nested too deep")
    except RecursionError:
        raise ValueError("nested too deep") from None
    return value


def valid_json(answer: str) -> bool:
    """Whether an answer is one strict JSON value."""
    try:
        strict_json(answer)
    except ValueError:
        return False
    return True


def record_match(answer: str, reference: str) -> bool:
    """Whether an answer is the reference's JSON value; key order is free."""
    return valid_json(answer) and same_value(strict_json(answer), strict_json(reference))


def exact_match(answer: str, reference: str) -> bool:
    """The same record where the reference is a JSON object or array, else the same text."""
    if valid_json(reference) and isinstance(strict_json(reference), (dict, list)):
        return record_match(answer, reference)
    return text_match(answer, reference)


PLAIN_METRICS: dict[str, tuple[Callable[..., Any], ...]] = {
    "exact_match": (strict_json, valid_json, same_value, record_match, text_match, exact_match),
    "valid_json": (strict_json, valid_json),
    "record_match": (strict_json, valid_json, same_value, record_match),
    "text_match": (text_match,),
    "label_accuracy": (text_match,),
    "first_line_match": (text_match, first_line_match),
    "contains": (contains,),
}
"""The functions that a metric needs, the last of them the metric's own."""


def plain_source(function: Callable[..., Any]) -> str:
    """The source of a function for a script: of its docstring the first line only."""
    return re.sub(r'("""[^"\n]+)\n.*?"""', r'\1"""', inspect.getsource(function), count=1, flags=re.DOTALL)
