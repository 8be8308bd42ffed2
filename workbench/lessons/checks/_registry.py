"""Where the checks of exercises enter themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["CHECKS", "Unanswered", "exercise"]

CHECKS: dict[str, Callable[[Any], str | None]] = {}
"""Exercise -> function that returns a hint, or None for a right answer; raises `Unanswered` when there is none."""


class Unanswered(Exception):
    """An exercise that was not touched."""


def exercise(name: str) -> Callable[[Callable[..., str | None]], Callable[..., str | None]]:
    """Enter a function as the check of an exercise."""

    def register(function: Callable[..., str | None]) -> Callable[..., str | None]:
        CHECKS[name] = function
        return function

    return register
