"""The support desk's house style, one rule at a time, and what a reply must say.

Pure functions for ``support-desk/replies``: a reply and its row in, ``{rule: kept?}`` out. Style and content are apart,
because a reply can sound right and name the wrong order. A row has ``customer``, ``product`` and ``order_id`` (each a
string or ``None``) and ``category`` and ``priority``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

STYLE_RULES = {
    "greeting": "The first line is “Hello NAME,” or “Hello,”.",
    "thanks": "The second line begins with “Thank you for”.",
    "we": "The desk speaks as “we”, never as “I”.",
    "no_exclamation": "There is no exclamation mark.",
    "no_contraction": "There is no contraction such as “we'll” or “don't”.",
    "next_step": "Exactly one line begins with “Next step:”, and it is the line before the sign-off.",
    "length": "The reply has at most 60 words.",
    "sign_off": "The last two lines are “Kind regards” and “The Service Desk”.",
}
CONTENT_RULES = {
    "customer": "The greeting names the customer as signed, and nobody when the mail is unsigned.",
    "product": "The product stands in the reply as the customer wrote it, where there is one.",
    "order_id": "The order number stands in the reply, and no other; none when the mail gives none.",
    "desk": "The next step names the desk that belongs to the concern.",
    "pace": "The next step says today (high), within two days (normal) or within a week (low).",
}
DESKS = {
    "billing": "billing desk",
    "delivery": "delivery desk",
    "defect": "repair desk",
    "return": "returns desk",
    "account": "account desk",
    "question": "advice desk",
}
PACES = {"high": "today", "normal": "within two days", "low": "within a week"}
MAX_WORDS = 60
_ORDER_ID = re.compile(r"\b[A-Z]{2}[0-9]{5}\b")
_CONTRACTION = re.compile(r"\b\w+['’](ll|re|ve|m|d|t)\b|\b(it|that|there|what|let|he|she)['’]s\b", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"\b(I|me|my|mine|myself)\b")


def style(reply: str, row: Mapping[str, Any]) -> dict[str, bool]:
    """Return for each of ``STYLE_RULES`` whether ``reply`` keeps it; ``row`` only excuses words of its own names.

    >>> style("Hi!", {})["no_exclamation"]
    False
    """
    lines = reply.strip().split("\n")
    names = [str(row[key]) for key in ("customer", "product") if row.get(key)]
    bare = reply
    for name in names:
        bare = bare.replace(name, "")
    steps = [i for i, line in enumerate(lines) if line.startswith("Next step:")]
    return {
        "greeting": re.fullmatch(r"Hello( [^\s,!][^,!]*)?,", lines[0]) is not None,
        "thanks": len(lines) > 1 and lines[1].startswith("Thank you for"),
        "we": _FIRST_PERSON.search(bare) is None and re.search(r"\b(we|our)\b", bare, re.IGNORECASE) is not None,
        "no_exclamation": "!" not in reply,
        "no_contraction": _CONTRACTION.search(bare) is None,
        "next_step": len(steps) == 1 and steps[0] == len(lines) - 3,
        "length": len(reply.split()) <= MAX_WORDS,
        "sign_off": lines[-2:] == ["Kind regards", "The Service Desk"],
    }


def content(reply: str, row: Mapping[str, Any]) -> dict[str, bool]:
    """Return for each of ``CONTENT_RULES`` whether ``reply`` says what the row asks for."""
    lines = reply.strip().split("\n")
    customer, product, order_id = row.get("customer"), row.get("product"), row.get("order_id")
    steps = " ".join(line for line in lines if line.startswith("Next step:"))
    return {
        "customer": lines[0] == (f"Hello {customer}," if customer else "Hello,"),
        "product": product is None or product in reply,
        "order_id": set(_ORDER_ID.findall(reply)) == ({order_id} if order_id else set()),
        "desk": [desk for desk in DESKS.values() if desk in steps] == [DESKS[row["category"]]],
        "pace": [pace for pace in PACES.values() if pace in steps] == [PACES[row["priority"]]],
    }
