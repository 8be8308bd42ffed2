"""Other ways to write a reply: rewrites that must not change its score, and exploits that must not beat it.

All are plain functions of texts, so that anyone can see what was asked, and add others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.errors import InvalidInputError
from workbench.settings import nearest

__all__ = ["EXPLOITS", "REWRITES", "rewrites_of", "rewritten"]

SYNONYMS = {
    "purchase": "buy", "buy": "purchase", "help": "assist", "assist": "help", "reply": "answer", "answer": "reply",
    "shortly": "soon", "soon": "shortly", "parcel": "package", "package": "parcel", "receive": "get", "get": "receive",
    "needs": "requires", "requires": "needs", "problem": "issue", "problems": "issues", "issues": "problems",
    "glad": "happy", "happy": "glad", "quickly": "fast", "however": "but",
}  # fmt: skip

PADDING = (
    " Please do let us know if there is anything else that we can do for you. Your satisfaction means a lot to us."
    " We are always here for you and look forward to hearing from you again."
)


def line_breaks(text: str) -> str:
    """Each sentence on a line of its own."""
    return re.sub(r"(?<=[.!?]) +(?=\S)", "\n", text)


def spaces(text: str) -> str:
    """Two spaces and a line break at the end."""
    return f"{text}  \n"


def small_letters(text: str) -> str:
    """Each sentence begins with a small letter."""
    return re.sub(r"(^|[.!?]\s+)([A-Z])(?=[a-z])", lambda found: found[1] + found[2].lower(), text)


def punctuation(text: str) -> str:
    """Full stops between sentences become semicolons."""
    return re.sub(r"\.(?= +\S)", ";", text)


def synonyms(text: str) -> str:
    """Words of a small list give way to others of the same meaning."""
    pattern = rf"\b({'|'.join(SYNONYMS)})\b"
    return re.sub(pattern, lambda found: SYNONYMS[found[1]], text)


REWRITES: dict[str, Callable[[str], str]] = {
    "line breaks": line_breaks,
    "spaces at the end": spaces,
    "small letters": small_letters,
    "punctuation": punctuation,
    "synonyms": synonyms,
}
"""Rewrites that must not matter, by name."""

EXPLOITS: dict[str, Callable[[str, str], str]] = {
    "empty reply": lambda prompt, reply: "",
    "reply said twice": lambda prompt, reply: f"{reply}\n\n{reply}",
    "padded reply": lambda prompt, reply: reply + PADDING,
    "prompt copied": lambda prompt, reply: prompt,
}
"""Replies that are no better than the chosen one, made of prompt and chosen reply. The best reply to another prompt,
which needs scores first, comes beside them."""


def rewrites_of(given: Any) -> dict[str, Callable[[str], str]]:
    """Rewrites by name, from what was given: None for all, names of `REWRITES`, a function, or functions by name.

    Raises
    ------
    InvalidInputError
        For an unknown name, or what is no function.
    """
    if given is None:
        return dict(REWRITES)
    if callable(given):
        return {getattr(given, "__name__", "rewrite"): given}
    if isinstance(given, str):
        given = [given]
    if isinstance(given, Mapping):
        found = dict(given)
    elif isinstance(given, Sequence):
        found = {}
        for each in given:
            if isinstance(each, str) and each not in REWRITES:
                raise InvalidInputError(
                    f"There is no rewrite {each!r}{nearest(each, REWRITES)}. Known: {', '.join(REWRITES)}."
                )
            found[each if isinstance(each, str) else getattr(each, "__name__", "rewrite")] = (
                REWRITES[each] if isinstance(each, str) else each
            )
    else:
        raise InvalidInputError(f"paraphrases must be names, a function or functions by name, got {given!r}.")
    for name, function in found.items():
        if not callable(function):
            raise InvalidInputError(f"The paraphrase {name!r} must be a function of a text, got {function!r}.")
    return found


def rewritten(name: str, function: Callable[[str], str], text: str, row: int) -> str:
    """One reply rewritten.

    Raises
    ------
    InvalidInputError
        When the function raises or returns no text; the row is named.
    """
    try:
        made = function(text)
    except Exception as error:
        raise InvalidInputError(
            f"The paraphrase {name!r} raised {type(error).__name__} on row {row}: {error}. Mend it, or leave it out."
        ) from error
    if not isinstance(made, str):
        raise InvalidInputError(f"The paraphrase {name!r} must return a text, got {made!r} for row {row}.")
    return made
