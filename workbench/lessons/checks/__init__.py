"""The checks behind the exercises: each compares an answer with what the tool itself does, and gives a hint.

An exercise that was not touched passes as *not answered yet*, so that a notebook runs from top to bottom for a reader
who skips it.
"""

from __future__ import annotations

from typing import Any

from workbench.errors import InvalidInputError
from workbench.lessons.checks import (  # noqa: F401  (they enter their checks)
    deciding,
    evaluation,
    first_steps,
    lora,
    preferences,
    reward_models,
    rlhf,
    small_adapters,
    structured,
)
from workbench.lessons.checks._registry import CHECKS, Unanswered
from workbench.settings import nearest

__all__ = ["check", "exercises"]


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
    if exercise not in CHECKS:
        raise InvalidInputError(
            f"There is no exercise {exercise!r}{nearest(exercise, CHECKS)}. Exercises: {', '.join(CHECKS)}."
        )
    try:
        hint = CHECKS[exercise](answer)
    except Unanswered:
        print(f"Exercise {exercise}: not answered yet.")
        return None
    if hint is None:
        print(f"Exercise {exercise}: right.")
        return True
    print(f"Exercise {exercise}: not yet. {hint}")
    return False


def exercises() -> list[str]:
    """The names of all exercises."""
    return list(CHECKS)
