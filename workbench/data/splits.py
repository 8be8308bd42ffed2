"""Cutting validation and test rows out of train: seeded, and never one prompt on both sides.

`held_out` stands on its own, without imports from here: the plain script of a recipe carries a copy of its source.
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Sequence

__all__ = ["FRACTION", "held_out"]

FRACTION = 0.05
"""The share of train that validation and test each get when a source comes without them."""


def held_out(keys: Sequence[Hashable], fractions: dict[str, float], seed: int = 0) -> dict[str, list[int]]:
    """Which rows go to which split, so that rows with the same key stay together.

    Parameters
    ----------
    keys
        One key a row: its prompt. Rows with equal keys are never parted.
    fractions
        The share of the rows each new split gets, in the order they are cut: ``{"validation": 0.05}``.
    seed
        The order in which groups are drawn.

    Returns
    -------
    dict
        Row numbers in ascending order for each new split, and the rest under ``"train"``. A key with more than
        twice the rows wanted stays in train, and a split stays empty rather than take train's last key.
    """
    groups: dict[Hashable, list[int]] = {}
    for number, key in enumerate(keys):
        groups.setdefault(key, []).append(number)
    order = list(groups)
    random.Random(seed).shuffle(order)
    parts = {}
    for name, fraction in fractions.items():
        wanted, left, count = max(1, round(fraction * len(keys))), len(order), 0
        taken: dict[Hashable, list[int]] = {}
        for key in reversed(order):
            if count >= wanted or left == 1:
                break
            if len(groups[key]) <= 2 * wanted:
                taken[key] = groups[key]
                left, count = left - 1, count + len(groups[key])
        parts[name] = sorted(number for numbers in taken.values() for number in numbers)
        order = [key for key in order if key not in taken]
    parts["train"] = sorted(number for key in order for number in groups[key])
    return parts
