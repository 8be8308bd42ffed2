"""Which rows a page shows: those on which the last system gained most, lost most, and some drawn at random."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.evaluation.report import Report

__all__ = ["EACH", "Examples", "examples"]

EACH = 10
"""Rows of each kind at most."""


@dataclass(frozen=True)
class Examples:
    """Rows of one kind.

    Attributes
    ----------
    title, sentence : str
        What they are, and how they were chosen.
    places : tuple of int
        Rows of the report, counted from 0.
    """

    title: str
    sentence: str
    places: tuple[int, ...]


def examples(report: Report) -> list[Examples]:
    """Best, worst and random rows by the first metric, none twice.

    With several systems best and worst are gains and losses of the last against the first, in the order of their size;
    rows of equal size come in the order of the data. Random rows are drawn with seed 0 from all, so that they tell what
    the whole looks like; those shown already are left out.
    """
    facts, last = report.metrics[0], report.names[-1]
    sign = 1 if facts.higher_is_better else -1
    scores = report.scores[facts.name]
    several = len(report.names) > 1
    gains = {
        place: sign * (after - (before if several else 0))
        for place, (before, after) in enumerate(zip(scores[report.names[0]], scores[last], strict=True))
        if before is not None and after is not None
    }
    if several:
        best = sorted((place for place, gain in gains.items() if gain > 0), key=lambda place: -gains[place])
        worst = sorted((place for place, gain in gains.items() if gain < 0), key=lambda place: gains[place])
        how = f"{last} against {report.names[0]}, by {facts.title}"
        titles = "Gained most", "Lost most"
    else:
        middle = sum(gains.values()) / len(gains) if gains else 0.0
        best = sorted((place for place, gain in gains.items() if gain > middle), key=lambda place: -gains[place])
        worst = sorted((place for place, gain in gains.items() if gain < middle), key=lambda place: gains[place])
        how, titles = f"by {facts.title}", ("Best", "Worst")
    kinds = [
        Examples(title, f"{_some(places)}, {how}.", tuple(places[:EACH]))
        for title, places in zip(titles, (best, worst), strict=True)
    ]
    taken = {place for kind in kinds for place in kind.places}
    drawn = random.Random(0).sample(range(len(report.prompts)), min(EACH, len(report.prompts)))
    left = tuple(sorted(set(drawn) - taken))
    shown = "" if len(left) == len(drawn) else f"; {len(drawn) - len(left):,} of them stand above"
    kinds.append(Examples("Drawn at random", f"{_some(drawn, len(report.prompts))}, drawn with seed 0{shown}.", left))
    return [kind for kind in kinds if kind.places]


def _some(places: list[int], of: int | None = None) -> str:
    of = len(places) if of is None else of
    shown = min(len(places), EACH)
    return f"All {of:,} rows" if shown == of > 1 else f"{shown:,} of {of:,} row{'' if of == 1 else 's'}"
