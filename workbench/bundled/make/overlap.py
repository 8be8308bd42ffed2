"""How much text test rows share with text that was seen: the longest run of words in common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Overlap:
    """The longest run of words (and punctuation marks) found in both texts."""

    words: int
    text: str


def longest_overlap(tests: Iterable[str], seen: Iterable[str], limit: int = 60) -> Overlap:
    """Return the longest run of words that a text of ``tests`` shares with a text of ``seen``, case left out.

    ``seen`` is read once, and runs of growing length are looked up; a run longer than ``limit`` counts as ``limit``.
    """
    return longest_overlaps({"": tests}, seen, limit)[""]


def longest_overlaps(tests: Mapping[str, Iterable[str]], seen: Iterable[str], limit: int = 60) -> dict[str, Overlap]:
    """Return `longest_overlap` for several sets of tests by name, reading ``seen`` once."""
    searches = {name: _Search(texts, limit) for name, texts in tests.items()}
    for text in seen:
        words = _WORD.findall(text.lower())
        for search in searches.values():
            search.read(words)
    return {name: search.best for name, search in searches.items()}


class _Search:
    """The longest run found so far, and the runs of each length that would be longer."""

    def __init__(self, tests: Iterable[str], limit: int):
        self.tests, self.limit = [_WORD.findall(text.lower()) for text in tests], limit
        self.best = Overlap(0, "")
        self.wanted = self._runs(1)

    def _runs(self, n: int) -> set[str]:
        """The runs of ``n`` words, joined by spaces."""
        return {" ".join(words[i : i + n]) for words in self.tests for i in range(len(words) - n + 1)}

    def read(self, words: list[str]) -> None:
        """Look for a longer run in one text."""
        start, length = 0, self.best.words + 1
        while length <= self.limit and start + length <= len(words):
            run = " ".join(words[start : start + length])
            if run in self.wanted:
                self.best, length = Overlap(length, run), length + 1
                self.wanted = self._runs(length)
            else:
                start += 1
