"""A guard's finding as plain data, and how a measured difference becomes a light."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypedDict

__all__ = ["Guard", "Light", "by_size", "cannot_tell", "percent", "worst"]

Light = Literal["green", "amber", "red", "grey"]
_ORDER: tuple[Light, ...] = ("grey", "green", "amber", "red")


class Guard(TypedDict):
    """What one guard found.

    Attributes
    ----------
    name : str
        ``"forgetting"``, ``"safety"``, ``"memorisation"``, ``"speed"`` or ``"drift"``.
    light : str
        ``"green"``: nothing worth mentioning; ``"amber"``: look at it; ``"red"``: tuning broke it; ``"grey"``: cannot
        tell, and the sentence says why.
    figure : str
        The number, with its unit, as a table shows it.
    sentence : str
        The finding in words.
    numbers : dict
        All that was measured. Figures only: no text of the data stands in it.
    """

    name: str
    light: Light
    figure: str
    sentence: str
    numbers: dict[str, Any]


def cannot_tell(name: str, why: str) -> Guard:
    """The grey light, and why."""
    sentence = f"Cannot tell: {why}" + ("" if why.endswith(".") else ".")
    return {"name": name, "light": "grey", "figure": "not measured", "sentence": sentence, "numbers": {}}


def worst(lights: Iterable[Light]) -> Light:
    """Red before amber before green; what could not be measured counts only where nothing else was."""
    return max(lights, key=_ORDER.index, default="grey")


def by_size(worse: float, amber: float, red: float) -> Light:
    """The light for something that got worse by so much: amber and red from their limits on."""
    return "red" if worse >= red else "amber" if worse >= amber else "green"


def percent(share: float) -> str:
    """``"+5.0 %"``, with the sign."""
    return f"{100 * share:+.1f} %".replace("-", "−")
