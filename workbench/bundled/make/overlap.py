"""How much text test rows share with text that was seen: the longest run of words in common."""

from __future__ import annotations

import re
from collections.abc import Iterable
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
    runs: dict[int, set[tuple[str, ...]]] = {}
    tokens = [_WORD.findall(text.lower()) for text in tests]
    best = Overlap(0, "")

    def of_length(n: int) -> set[tuple[str, ...]]:
        if n not in runs:
            runs[n] = {tuple(words[i : i + n]) for words in tokens for i in range(len(words) - n + 1)}
        return runs[n]

    for text in seen:
        words = _WORD.findall(text.lower())
        start = 0
        while best.words < limit and start + best.words + 1 <= len(words):
            run = tuple(words[start : start + best.words + 1])
            if run in of_length(len(run)):
                best = Overlap(len(run), " ".join(run))
            else:
                start += 1
    return best
