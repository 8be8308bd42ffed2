"""How close one text is to another."""

from __future__ import annotations

import re
from collections import Counter

__all__ = ["contains", "first_line_match", "text_match", "token_f1"]

_WORD = re.compile(r"\w+(?:[.,:/'’-]\w+)*", re.UNICODE)


def text_match(answer: str, reference: str) -> bool:
    """Whether two texts are the same, whitespace at their ends left out. Nothing inside is normalised.

    >>> text_match(" billing\\n", "billing"), text_match("Billing", "billing")
    (True, False)
    """
    return answer.strip() == reference.strip()


def first_line_match(answer: str, reference: str) -> bool:
    """Whether an answer's first line is the reference: for base models, which go on after the answer.

    >>> first_line_match(" 3 years\\nQ: How heavy is it?", "3 years"), first_line_match("3 years or so", "3 years")
    (True, False)
    """
    return text_match(answer.strip().partition("\n")[0], reference)


def contains(answer: str, reference: str) -> bool:
    """Whether the reference stands in a text as a whole: not inside a longer word or number, case left out.

    It says nothing about what stands around it: "not 3 years, but 4" contains "3 years".

    >>> contains("It is 3 Years.", "3 years"), contains("It is 13 years.", "3 years"), contains("1.50", "50")
    (True, False, False)
    """
    wanted = re.escape(reference.strip().casefold())
    return bool(wanted) and re.search(rf"(?<!\w)(?<!\d[.,:]){wanted}(?!\w)(?![.,:]\d)", answer.casefold()) is not None


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
