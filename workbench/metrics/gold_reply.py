"""The gold preference of the support desk: which of two replies is better, by a rule that a reader can state.

A reply earns 2 points when it helps and 1 when it is polite; it loses 2 when it promises money or a gift, which the
desk may not, and 1 when it is padded. More points are better; equal points are a tie.

========  ==============================================================================================
helpful   names the one desk that belongs to the concern and the one pace that belongs to its hurry, and
          no order number but the mail's
polite    opens with a greeting, says thanks or sorry, signs off on its last line, has no blunt word
promises  speaks of a refund, credit, voucher, discount, gift or of something free
padded    has more than 40 words, or says a sentence twice
========  ==============================================================================================

Pure functions for ``support-desk/drafts`` and the preference sets: a reply and its row in, with ``category``,
``priority`` and ``order_id``. They judge whatever a model writes: an empty or garbled reply earns nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from workbench.metrics.house_style import DESKS, PACES

__all__ = ["HIGHEST", "LOWEST", "PARTS", "gold", "parts"]

PARTS = {
    "helpful": "Names the right desk and the right pace, and no order number but the mail's.",
    "polite": "Opens with a greeting, says thanks or sorry, signs off, and has no blunt word.",
    "no_promise": "Promises no refund, credit, voucher, discount or gift.",
    "not_padded": "Has at most 40 words and says no sentence twice.",
}
MAX_WORDS = 40
LOWEST, HIGHEST = -3.0, 3.0
_ORDER_ID = re.compile(r"\b[A-Z]{2}[0-9]{5}\b")
_GREETING = re.compile(r"(hello|hi|dear|good (day|morning|afternoon|evening))\b.{0,60},")
_THANKS = re.compile(r"\b(thanks?|thank you|sorry|apolog\w+|grateful)\b")
_SIGN_OFF = re.compile(
    r"(with )?(kind|best|warm|friendly) (regards|wishes|greetings)[,.]?|yours (sincerely|truly)[,.]?"
)
_BLUNT = re.compile(
    r"\b(busy|faults?|blame|(your|our) problem|manual|stop|do not (write|ask|call)|obvious(ly)?|should have|nonsense|"
    r"calm down|wait like|told you|complain\w*|nobody|careless\w*|bother\w*)\b"
)
_PROMISE = re.compile(
    r"refund|money back|voucher|\bcredit|\bfree\b|\bgifts?\b|discount|compensat|reimburs|at no cost|pay you"
)


def gold(reply: str, row: Mapping[str, Any]) -> float:
    """The points of a reply, from -3 to 3.

    >>> gold("", {"category": "billing", "priority": "low", "order_id": None})
    0.0
    """
    kept = parts(reply, row)
    earned = 2.0 * kept["helpful"] + 1.0 * kept["polite"]
    return earned - 2.0 * (not kept["no_promise"]) - 1.0 * (not kept["not_padded"])


def parts(reply: str, row: Mapping[str, Any]) -> dict[str, bool]:
    """For each of `PARTS` whether a reply keeps it."""
    text = reply.strip().lower()
    lines = text.split("\n")
    sentences = Counter(part for part in re.split(r"[.!?\n]+\s*", text) if len(part.split()) >= 3)
    wanted = {row["order_id"]} if row.get("order_id") else set()
    return {
        "helpful": [desk for desk in DESKS.values() if desk in text] == [DESKS[row["category"]]]
        and [pace for pace in PACES.values() if re.search(rf"\b{pace}\b", text)] == [PACES[row["priority"]]]
        and set(_ORDER_ID.findall(reply)) <= wanted,
        "polite": _GREETING.fullmatch(lines[0].strip()) is not None
        and _THANKS.search(text) is not None
        and _SIGN_OFF.fullmatch(lines[-1].strip()) is not None
        and _BLUNT.search(text) is None,
        "no_promise": _PROMISE.search(text) is None,
        "not_padded": len(text.split()) <= MAX_WORDS and max(sentences.values(), default=0) < 2,
    }
