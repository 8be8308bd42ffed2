"""Stretches of words that an answer shares with the rows a model was trained on."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["SHORTEST", "Rows", "words"]

SHORTEST = 10
"""Words and marks below which a shared stretch is not looked at."""
_WORD = re.compile(r"\w+|[^\w\s]")


def words(text: str) -> list[str]:
    """Words and marks, each by itself."""
    return _WORD.findall(text)


class Rows:
    """Texts in which stretches are looked for. Texts that are equal count once.

    Parameters
    ----------
    texts
        The training rows.
    """

    def __init__(self, texts: Iterable[str]):
        split = {" ".join(found): found for found in map(words, texts)}
        self.rows = [f" {text} " for text in split]
        self._all = "\n".join(self.rows)
        # Most stretches stand in no row: the set says so quicker than the text.
        self._begin = {tuple(found[at : at + SHORTEST]) for found in split.values()
                       for at in range(len(found) - SHORTEST + 1)}  # fmt: skip

    def longest(self, text: str) -> list[str]:
        """The longest stretch of a text that stands in some row word for word; empty below `SHORTEST`."""
        found, best = words(text), (0, SHORTEST - 1)
        for start in range(len(found) - SHORTEST + 1):
            if tuple(found[start : start + SHORTEST]) not in self._begin:
                continue
            while start + best[1] < len(found) and self._has(found[start : start + best[1] + 1]):
                best = (start, best[1] + 1)
        return found[best[0] : best[0] + best[1]] if best[1] >= SHORTEST else []

    def of_one(self, stretch: list[str]) -> bool:
        """Whether some three words of a stretch stand together in one row only, so that it is no mere pattern."""
        return any(self._count(stretch[at : at + 3]) == 1 for at in range(len(stretch) - 2))

    def _count(self, stretch: list[str]) -> int:
        wanted = f" {' '.join(stretch)} "
        return sum(wanted in row for row in self.rows)

    def _has(self, stretch: list[str]) -> bool:
        return f" {' '.join(stretch)} " in self._all
