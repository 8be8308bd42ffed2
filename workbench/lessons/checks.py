"""The checks behind the exercises: each compares an answer with what the tool itself does, and gives a hint.

An exercise that was not touched passes as *not answered yet*, so that a notebook runs from top to bottom for a reader
who skips it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.errors import InvalidInputError
from workbench.settings import nearest

_CHECKS: dict[str, Callable[[Any], str | None]] = {}
"""Exercise -> function that returns a hint, or None for a right answer; raises `_Unanswered` when there is none."""


class _Unanswered(Exception):
    pass


def check(exercise: str, answer: Any) -> bool | None:
    """Check one exercise, print the verdict in words and return it.

    Parameters
    ----------
    exercise
        Its name, such as ``"01.labels"``; `exercises` lists them.
    answer
        What the exercise asks for: a value, a dict or a function.

    Returns
    -------
    bool or None
        True when right, False with a printed hint when not, None when not answered yet.

    Raises
    ------
    InvalidInputError
        There is no such exercise.
    """
    if exercise not in _CHECKS:
        raise InvalidInputError(
            f"There is no exercise {exercise!r}{nearest(exercise, _CHECKS)}. Exercises: {', '.join(_CHECKS)}."
        )
    try:
        hint = _CHECKS[exercise](answer)
    except _Unanswered:
        print(f"Exercise {exercise}: not answered yet.")
        return None
    if hint is None:
        print(f"Exercise {exercise}: right.")
        return True
    print(f"Exercise {exercise}: not yet. {hint}")
    return False


def exercises() -> list[str]:
    """The names of all exercises."""
    return list(_CHECKS)


def _exercise(name: str) -> Callable[[Callable[[Any], str | None]], Callable[[Any], str | None]]:
    def register(function: Callable[[Any], str | None]) -> Callable[[Any], str | None]:
        _CHECKS[name] = function
        return function

    return register


@_exercise("00.rungs")
def _rungs(answer: dict[str, int | None]) -> str | None:
    right = {
        "policy": (2, "The policy changes: keep it in a document and fetch it."),
        "Forty thousand": (4, "The behaviour repeats, its form is strict, and there are examples."),
        "friendlier": (1, "Nobody has said so in the prompt yet."),
        "parcel": (3, "It takes a lookup of that order, today."),
    }
    if all(value is None for value in answer.values()):
        raise _Unanswered
    hints = []
    for case, value in answer.items():
        rung, why = next(found for key, found in right.items() if key in case)
        if value != rung:
            hints.append(f"{case!r}: {value!r} is not the first rung to try. {why}")
    return " ".join(hints) or None


@_exercise("01.labels")
def _labels(answer: Callable[[list[int], list[int]], list[int]]) -> str | None:
    import workbench as wb
    from workbench.data.rendering import Renderer
    from workbench.models.loading import load_tokenizer
    from workbench.models.resolve import resolve_model

    if answer([1], [2]) is None:
        raise _Unanswered
    renderer = Renderer(load_tokenizer(resolve_model("tiny-support")))
    for index, row in enumerate(wb.load_dataset("support-desk/tickets").head(20)):
        encoded = wb.SFT().encode(row, renderer, max_length=4096)
        border = encoded.trained.index(1)
        prompt_ids, answer_ids = encoded.input_ids[:border], encoded.input_ids[border:]
        got = list(answer(list(prompt_ids), list(answer_ids)))
        want = [-100] * len(prompt_ids) + answer_ids
        if len(got) != len(want):
            return f"Row {index}: {len(got)} labels for {len(want)} tokens; there is one label a token."
        wrong = next((i for i, (a, b) in enumerate(zip(got, want, strict=True)) if a != b), None)
        if wrong is not None:
            part = "prompt" if wrong < border else "answer"
            return f"Row {index}: label {wrong} (in the {part}) is {got[wrong]}, the trainer's is {want[wrong]}."
    return None


@_exercise("02.faults")
def _faults(answer: dict[str, list[int]]) -> str | None:
    from workbench.lessons.spoiling import planted

    _, right = planted()
    if not any(answer.values()):
        raise _Unanswered
    unknown = [kind for kind in answer if kind not in right]
    if unknown:
        return f"{unknown[0]!r} is none of the kinds: {', '.join(right)}."
    hints = []
    for kind, rows in right.items():
        given = set(answer.get(kind, []))
        wrong, missing = given - set(rows), set(rows) - given
        if wrong:
            hints.append(
                f"{kind}: row {min(wrong)} has no such fault, or is the first of the rows that belong together."
            )
        elif missing:
            hints.append(f"{kind}: {len(missing)} of 2 rows not found yet.")
    return " ".join(hints) or None
