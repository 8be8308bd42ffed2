"""A JSON Schema as a grammar of text, so that a model can be held to it while it writes.

The grammar engine is llguidance (https://github.com/guidance-ai/llguidance). It refuses what it cannot enforce and
never passes over a keyword in silence. A few things are narrowed, so that whatever is written is strict JSON and the
answer ends: every narrower text still fits the schema.
"""

from __future__ import annotations

from typing import Any

from workbench.errors import InvalidInputError
from workbench.metrics.json_schema import Schema

__all__ = ["grammar_of"]

LARGEST = 2**53 - 1
"""Numbers without bounds of their own lie within this, plus or minus: I-JSON, RFC 7493, section 2.2."""

SPACE = r"(\n {0,20}| )?"
"""Between two parts of a value: nothing, a space, or a new line with an indent. Unbounded, a model may never go on."""

_BESIDE = ("allOf", "anyOf", "oneOf", "$ref")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS = ("properties", "patternProperties", "$defs", "definitions")
_SINGLE = ("items", "additionalProperties")


def grammar_of(schema: Any) -> str:
    """The grammar of the JSON texts whose values fit a schema, in llguidance's own notation.

    Narrower than the schema in this: objects that name their ``properties`` and say nothing of others have no others
    (unless the schema mixes objects by ``allOf`` and the like); properties come in the order of the schema; numbers are
    at most ``2**53 - 1``; whitespace is short. It is wider in two things: a key that the schema does not name may be
    written twice in one object, and a class of a ``pattern`` that shuts out the quotation mark (``[^"]``) does not.

    Parameters
    ----------
    schema
        As for `workbench.metrics.json_schema.Schema`.

    Raises
    ------
    InvalidInputError
        For a schema that is invalid, that no value fits, or that has a keyword which cannot be enforced; named.
    """
    from llguidance import LLMatcher

    data = Schema(schema).data
    closed = not _mixes(data)
    whole = {"allOf": [data]} if isinstance(data, bool) else _narrowed(data, closed)
    try:
        grammar = LLMatcher.grammar_from_json_schema(whole, overrides={"whitespace_pattern": SPACE})
        failed, messages = LLMatcher.validate_grammar_with_warnings(grammar)
    except ValueError as error:  # a number of more than 64 bits, say
        failed, messages = True, [str(error)]
    if failed:
        reason = " ".join(" ".join(messages).split()).rstrip(".")
        raise InvalidInputError(
            f"A model cannot be held to this schema while it writes: {reason}. Leave that out of System(schema=); "
            "evaluate(schema=) judges finished answers by all of Draft 2020-12."
        )
    return grammar


def _narrowed(schema: Any, closed: bool) -> Any:
    """A schema whose numbers are bounded and, if wanted, whose objects have no other keys than they name."""
    if not isinstance(schema, dict):
        return schema
    out = dict(schema)
    for key in _LISTS:
        if key in out:
            out[key] = [_narrowed(each, closed) for each in out[key]]
    for key in _MAPS:
        if key in out:
            out[key] = {name: _narrowed(each, closed) for name, each in out[key].items()}
    for key in _SINGLE:
        if key in out:
            out[key] = _narrowed(out[key], closed)
    if closed and "properties" in out and "patternProperties" not in out:
        out.setdefault("additionalProperties", False)
    kinds = out.get("type", ())
    if {"number", "integer"} & set([kinds] if isinstance(kinds, str) else kinds):
        low = out.get("minimum", out.get("exclusiveMinimum", -LARGEST))
        high = out.get("maximum", out.get("exclusiveMaximum", LARGEST))
        if -LARGEST <= low <= high <= LARGEST:
            out |= {} if "exclusiveMinimum" in out else {"minimum": low}
            out |= {} if "exclusiveMaximum" in out else {"maximum": high}
    return out


def _mixes(schema: Any) -> bool:
    """Whether one object may have to fit several parts of the schema, so that none of them may close it."""
    if isinstance(schema, list):
        return any(map(_mixes, schema))
    if not isinstance(schema, dict):
        return False
    several = "allOf" in schema or ("properties" in schema and any(key in schema for key in _BESIDE))
    return several or any(map(_mixes, schema.values()))
