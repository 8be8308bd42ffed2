"""What is wrong with an answer that should be a record: schema, keys, values, and whether a value was made up.

The strict parser is `workbench.metrics.strict_json`, schemas are in `workbench.metrics.json_schema`. Here a comparison
with the reference joins their verdicts, and each answer gets one error class, the first that applies in `ERRORS`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.metrics.json_schema import Schema
from workbench.metrics.records import leaves
from workbench.metrics.strict_json import KINDS, JsonError, parse, same_value

__all__ = ["ERRORS", "Finding", "copied_fields", "judge"]

ERRORS: dict[str, str] = {
    **dict.fromkeys(KINDS, "not JSON"),
    "schema": "does not fit the schema",
    "other keys": "not the keys of the reference",
    "invented value": "a value to be copied from the prompt does not stand there",
    "wrong value": "the keys are right, a value is not",
}
"""The error classes in the order in which they are looked for, and what each says."""

COPIED = 0.95
"""A field counts as copied when so large a share of its references stand word for word in their prompts."""


@dataclass(frozen=True)
class Finding:
    """What is wrong with one answer.

    Attributes
    ----------
    kind : str
        One of `ERRORS`, or an empty string when nothing is.
    detail : str
        In words, with place and value.
    fields : tuple of str
        The fields concerned, where there are any.
    """

    kind: str
    detail: str = ""
    fields: tuple[str, ...] = ()


def judge(
    answer: str,
    reference: str,
    prompt: str = "",
    *,
    schema: Schema | None = None,
    copied: frozenset[str] = frozenset(),
) -> Finding:
    """The first thing that is wrong with an answer; a finding of kind ``""`` when it is right.

    Parameters
    ----------
    answer, reference, prompt
        Texts. The reference must be JSON.
    schema
        What answers must fit; without one, the reference's keys are all there is to hold them to.
    copied
        Fields whose values come from the prompt, as `copied_fields` finds them. A wrong value there that is not in
        the prompt is *invented*, not merely *wrong*.
    """
    wanted = parse(reference)
    try:
        got = parse(answer)
    except JsonError as error:
        return Finding(error.kind, str(error))
    if schema is not None and (problems := schema.problems(got)):
        return Finding("schema", str(problems[0]), tuple(dict.fromkeys(problem.path for problem in problems)))
    if same_value(got, wanted):
        return Finding("")
    if keys := _other_keys(got, wanted):
        return keys
    invented = [
        (path, value)
        for path, value in paths(got)
        if path in copied and _text(value) and _text(value) not in prompt and value not in leaves(wanted)
    ]
    if invented:
        path, value = invented[0]
        return Finding("invented value", f"{path}: {value!r} is not in the prompt", _names(invented))
    wrong = _differing(got, wanted)
    return Finding("wrong value", f"wrong: {', '.join(wrong)}", tuple(wrong))


def copied_fields(prompts: Sequence[str], references: Sequence[str]) -> frozenset[str]:
    """The fields whose reference values stand word for word in the prompt, in at least 95 % of the rows that have one.

    Paths are as in `paths`: ``"orders[].order_id"``.
    """
    there: dict[str, list[bool]] = defaultdict(list)
    for prompt, reference in zip(prompts, references, strict=True):
        for path, value in paths(parse(reference)):
            if _text(value):
                there[path].append(_text(value) in prompt)
    return frozenset(path for path, found in there.items() if sum(found) >= COPIED * len(found))


def paths(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """All leaves of a parsed value with their paths: ``"who.name"``, ``"orders[].date"`` for every item of a list."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for item in value:
            yield from paths(item, f"{path}[]")
    else:
        yield path, value


def _other_keys(got: Any, wanted: Any) -> Finding | None:
    if isinstance(wanted, dict) and not isinstance(got, dict):
        return Finding("other keys", f"an object was expected, got {type(got).__name__}")
    if not isinstance(wanted, dict) or got.keys() == wanted.keys():
        return None
    missing, extra = [key for key in wanted if key not in got], [key for key in got if key not in wanted]
    said = [f"missing {', '.join(missing)}"] if missing else []
    said += [f"not asked for {', '.join(extra)}"] if extra else []
    return Finding("other keys", "; ".join(said), (*missing, *extra))


def _differing(got: Any, wanted: Any) -> list[str]:
    """The top-level fields that differ, or nothing to name where the values are no objects."""
    if isinstance(got, dict) and isinstance(wanted, dict):
        return [key for key in wanted if not same_value(got[key], wanted[key])]
    return ["the value"]


def _names(found: Sequence[tuple[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for path, _ in found))


def _text(value: Any) -> str:
    """A leaf as it would stand in a prompt; true, false, null and the empty text are no copies of anything."""
    return "" if value is None or isinstance(value, bool) else str(value)
