"""Exercises of lesson 14."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from workbench.errors import InvalidInputError
from workbench.lessons.checks._registry import Unanswered, exercise

_RECORD = {
    "category": "billing",
    "priority": "low",
    "product": "Brinmoor toaster",
    "order_id": "XF33214",
    "customer": "Bo Li",
}
_SPOILED: dict[str, Any] = {
    "a key is missing": {key: value for key, value in _RECORD.items() if key != "customer"},
    "a key was not asked for": {**_RECORD, "note": "late"},
    "there is no such category": {**_RECORD, "category": "invoice"},
    "the priority is null": {**_RECORD, "priority": None},
    "the order number has six digits": {**_RECORD, "order_id": "XF332145"},
    "the order number stands in other text": {**_RECORD, "order_id": "order XF33214"},
    "the product is a number": {**_RECORD, "product": 7},
    "the product is empty": {**_RECORD, "product": ""},
    "the customer is empty": {**_RECORD, "customer": ""},
    "it is a list of records": [_RECORD],
}


@exercise("14.schema")
def _schema(answer: Any) -> str | None:
    import workbench as wb
    from workbench.metrics.json_schema import Schema
    from workbench.models.grammar import grammar_of

    if answer is None:
        raise Unanswered
    try:
        schema = Schema(answer)
        grammar_of(answer)
    except InvalidInputError as error:
        return str(error)
    for split in ("train", "test", "handwritten"):
        for row in wb.load_dataset("support-desk/tickets").split(split):
            if problems := schema.problems(json.loads(row["completion"])):
                return f"It refuses a right record, {row['completion']}: {problems[0]}."
    for what, value in _SPOILED.items():
        if not schema.problems(value):
            return f"It lets through a record in which {what}."
    return None


_TEXTS = ['"low"', '"normal"', '"high"', "null", "1", "12"]
_PIECES = ["", '"', '"l', "l", "lo", 'ow"', '"low"', '"low" ', "n", '"n', "ormal", "null", "1", "2", "12", "123", " "]
_MASK_HINTS: dict[str, Callable[[str, str], bool]] = {
    "A token may end in the middle of a text: ask whether some allowed text begins so.": (
        lambda written, piece: written + piece in _TEXTS
    ),
    "What is written already counts: put the token behind it.": (
        lambda written, piece: piece != "" and any(text.startswith(piece) for text in _TEXTS)
    ),
    "The empty token ends the answer: it is allowed where the text is complete, and nowhere else.": (
        lambda written, piece: any(text.startswith(written + piece) for text in _TEXTS)
    ),
    "Where the text is complete, the empty token may end it.": (
        lambda written, piece: piece != "" and any(text.startswith(written + piece) for text in _TEXTS)
    ),
}


@exercise("14.mask")
def _mask(answer: Callable[[str, Sequence[str], Sequence[str]], Sequence[bool]]) -> str | None:
    if answer("", [""], ["1"]) is None:
        raise Unanswered
    found: dict[str, list[bool]] = {}
    for written in ("", '"', '"lo', '"low"', "1", "12", "nul"):
        got = answer(written, list(_PIECES), list(_TEXTS))
        if not isinstance(got, Sequence) or len(got) != len(_PIECES):
            return "Return a list with one True or False for each of the tokens."
        found[written] = [bool(each) for each in got]

    def rule(may: Callable[[str, str], bool]) -> dict[str, list[bool]]:
        return {written: [may(written, piece) for piece in _PIECES] for written in found}

    want = rule(lambda text, piece: text in _TEXTS if not piece else any(t.startswith(text + piece) for t in _TEXTS))
    if found == want:
        return None
    for hint, may in _MASK_HINTS.items():
        if found == rule(may):
            return hint
    written, place = next((w, at) for w in found for at in range(len(_PIECES)) if found[w][at] != want[w][at])
    may_not = "may" if want[written][place] else "may not"
    return f"After {written!r} the token {_PIECES[place]!r} {may_not} follow."
