"""The mix of pretraining documents.

Phases share the generators and differ in weights and in sequence length: reading first, then copying and in-context
documents (which is what makes a small base able to learn a record from few steps).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random

from workbench.bundled.make import (
    corpus_general,
    corpus_hurry,
    corpus_incontext,
    corpus_orders,
    corpus_rich,
    corpus_text,
    corpus_wide,
    phrases_said,
)

DOCUMENTS = {
    "mail": corpus_text.mail_and_reply,
    "dialogue": corpus_text.dialogue,
    "guide": corpus_text.guide,
    "routing": corpus_text.routing,
    "log": corpus_text.log,
    "record": corpus_text.record,
    "passage": corpus_text.passage_and_question,
    "tool": corpus_text.tool_transcript,
    "general": corpus_general.general,
    "in_context": corpus_incontext.in_context,
    "scan_list": corpus_incontext.scan_list,
    "order_table": corpus_incontext.order_table,
    "echo": corpus_incontext.echo,
    "signatures": corpus_incontext.signatures,
    "normalised": corpus_incontext.normalised,
    "in_context_wide": corpus_wide.in_context_wide,
    "desk_note": corpus_wide.desk_note,
    "sorting": corpus_wide.sorting,
    "mail_wide": corpus_wide.mail_and_reply_wide,
    "how_soon": corpus_hurry.how_soon,
    "what_and_how_soon": corpus_hurry.what_and_how_soon,
    "in_context_more": corpus_hurry.in_context_more,
    "in_context_rich": corpus_rich.in_context_rich,
    "desk_note_rich": corpus_rich.desk_note_rich,
    "what_and_how_soon_rich": corpus_rich.what_and_how_soon_rich,
    "topics": corpus_rich.topics,
    "slip": corpus_rich.slip,
    "mail_rich": corpus_rich.mail_and_reply_rich,
    "signed": corpus_rich.signed,
    "in_context_said": partial(corpus_rich.in_context_rich, bank=phrases_said),
    "desk_note_said": partial(corpus_rich.desk_note_rich, bank=phrases_said),
    "what_and_how_soon_said": partial(corpus_rich.what_and_how_soon_rich, bank=phrases_said),
    "topics_said": partial(corpus_rich.topics, bank=phrases_said),
    "slip_said": partial(corpus_rich.slip, bank=phrases_said),
    "in_context_orders": corpus_orders.in_context_orders,
}
READING = {
    "mail": 20,
    "dialogue": 8,
    "guide": 8,
    "routing": 7,
    "log": 4,
    "record": 6,
    "passage": 5,
    "tool": 4,
    "general": 9,
    "in_context": 12,
    "scan_list": 5,
    "order_table": 4,
    "echo": 6,
    "signatures": 3,
    "normalised": 4,
}
"""Documents of each kind in a hundred, first phase."""
COPYING = {
    "mail": 12,
    "dialogue": 5,
    "guide": 6,
    "routing": 7,
    "log": 3,
    "record": 5,
    "passage": 5,
    "tool": 4,
    "general": 8,
    "in_context": 26,
    "scan_list": 4,
    "order_table": 4,
    "echo": 4,
    "signatures": 4,
    "normalised": 3,
}
"""Documents of each kind in a hundred, second phase."""
WIDE = {
    "in_context_wide": 30,
    "desk_note": 14,
    "sorting": 11,
    "mail_wide": 9,
    "dialogue": 3,
    "guide": 3,
    "routing": 2,
    "log": 2,
    "record": 4,
    "passage": 4,
    "tool": 3,
    "general": 6,
    "scan_list": 2,
    "order_table": 3,
    "echo": 2,
    "signatures": 1,
    "normalised": 3,
}
"""Documents of each kind in about a hundred, third phase: many phrasings, and what they mean."""


def documents(seed: str, weights: dict[str, int]) -> Iterator[str]:
    """Yield pretraining documents for ever; the same seed and weights give the same documents."""
    rng = Random(seed)
    kinds, shares = list(weights), list(weights.values())
    while True:
        yield DOCUMENTS[rng.choices(kinds, weights=shares)[0]](rng)


HURRY = {
    "how_soon": 22,
    "what_and_how_soon": 16,
    "in_context_more": 24,
    "desk_note": 5,
    "sorting": 5,
    "mail_wide": 4,
    "dialogue": 2,
    "guide": 2,
    "record": 3,
    "passage": 3,
    "tool": 2,
    "general": 5,
    "scan_list": 1,
    "order_table": 2,
    "echo": 1,
    "normalised": 3,
}
"""Documents of each kind in a hundred, fourth and fifth phase: urgency and concern found inside the mail."""
RICH = {
    "in_context_rich": 22, "what_and_how_soon_rich": 14, "topics": 18, "slip": 8, "desk_note_rich": 8, "how_soon": 5,
    "mail_rich": 4, "signed": 2, "dialogue": 2, "guide": 2, "record": 2, "passage": 3, "tool": 2, "general": 4,
    "order_table": 1, "normalised": 3,
}  # fmt: skip
"""Documents of each kind in about a hundred, sixth and seventh phase and first tail: mails as people tell them."""
SAID = {
    "in_context_said": 24, "what_and_how_soon_said": 14, "topics_said": 20, "slip_said": 8, "desk_note_said": 8,
    "how_soon": 4, "mail_rich": 3, "signed": 2, "dialogue": 2, "guide": 2, "record": 1, "passage": 3, "tool": 2,
    "general": 4, "order_table": 1, "normalised": 2,
}  # fmt: skip
"""Documents of each kind in about a hundred, second tail: everyday wordings of the concerns."""
ORDERS = {
    "in_context_orders": 32, "in_context_said": 12, "what_and_how_soon_said": 7, "topics_said": 10, "slip_said": 4,
    "normalised": 7, "order_table": 6, "scan_list": 4, "echo": 2, "signatures": 2, "signed": 2, "dialogue": 2,
    "guide": 2, "record": 2, "passage": 2, "tool": 1, "general": 3,
}  # fmt: skip
"""Documents of each kind in a hundred, third tail: two orders in a mail, sums and days, and copying."""
