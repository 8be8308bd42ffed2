"""Exercises of lesson 11."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.lessons.checks._registry import Unanswered, exercise

_PAIRS = {
    "the chosen reply gained and the rejected one lost": ([-10.0], [-12.0], [-11.0], [-11.0], 1.0),
    "both lost, the rejected one more": ([-20.0], [-40.0], [-15.0], [-19.0], 1.0),
    "the chosen reply is the likelier, and has lost more": ([-12.0], [-19.0], [-10.0], [-18.5], 0.0),
    "nothing moved": ([-10.0], [-12.0], [-10.0], [-12.0], 0.5),
    "four pairs": ([-10.0, -20.0, -12.0, -10.0], [-12.0, -40.0, -19.0, -12.0], [-11.0, -15.0, -10.0, -10.0],
                   [-11.0, -19.0, -18.5, -12.0], 0.625),
}  # fmt: skip


@exercise("11.accuracy")
def _accuracy(answer: Callable[..., Any]) -> str | None:
    for what, (*given, wanted) in _PAIRS.items():
        found = answer(*given)
        if found is None:
            raise Unanswered
        if isinstance(found, bool) or not isinstance(found, (int, float)) or abs(found - wanted) > 1e-9:
            return (
                f"Where {what}, it is {wanted}, got {found!r}. The reward of a reply is beta times what it gained: its "
                "log-probability now less that at the start."
            )
    return None


_ROWS = {
    "the replies differ": ({"prompt": "p", "chosen": "Yes.", "rejected": "No."}, True),
    "they are the same": ({"prompt": "p", "chosen": "Yes.", "rejected": "Yes."}, False),
    "they differ by a space at the end": ({"prompt": "p", "chosen": "Yes.", "rejected": "Yes. \n"}, False),
    "the chosen one is empty": ({"prompt": "p", "chosen": " ", "rejected": "No."}, False),
    "the rejected one is empty": ({"prompt": "p", "chosen": "Yes.", "rejected": ""}, True),
}


@exercise("11.teaches")
def _teaches(answer: Callable[..., Any]) -> str | None:
    for what, (row, wanted) in _ROWS.items():
        found = answer(row)
        if found is None:
            raise Unanswered
        if bool(found) is not wanted:
            return f"Where {what}, the answer is {wanted}, got {found!r}."
    return None
