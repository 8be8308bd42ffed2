"""How close one text is to another."""

from __future__ import annotations

import re
from collections import Counter

__all__ = ["text_match", "token_f1"]

_WORD = re.compile(r"\w+(?:[.,:/'’-]\w+)*", re.UNICODE)


def text_match(answer: str, reference: str) -> bool:
    """Whether two texts are the same, whitespace at their ends left out. Nothing inside is normalised.

    >>> text_match(" billing\\n", "billing"), text_match("Billing", "billing")
    (True, False)
    """
    return answer.strip() == reference.strip()


def token_f1(answer: str, reference: str) -> float:
    """F1 of the words two texts share, each as often as it occurs in both; 0 to 1.

    Words are runs of letters and digits, without regard to case; ``12.50`` and ``don't`` are one word. Articles count,
    unlike in SQuAD's script (Rajpurkar et al. 2016, https://arxiv.org/abs/1606.05250), whose rule is for English only.
    Two texts without any word are equal when `text_match` says so.
    """
    found, wanted = _words(answer), _words(reference)
    if not found and not wanted:
        return float(text_match(answer, reference))
    shared = sum((found & wanted).values())
    return 2 * shared / (found.total() + wanted.total())


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))
