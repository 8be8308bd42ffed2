"""Pretraining documents of the last part: the wide bank of phrasings, and notes in plain words on what a mail says."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from workbench.bundled.make import corpus_text, lexicon, names, phrases_wide
from workbench.bundled.make.corpus_incontext import in_context
from workbench.bundled.make.tickets import CATEGORIES, Mail, concern, fill, mail

POOL = "pretraining"
_TIME = {
    "high": ("in a hurry", "urgent", "needs it soon", "it presses", "wants a fast answer", "time is short"),
    "normal": ("says nothing about time", "the usual pace", "no date named", "neither urgent nor slow", "normal"),
    "low": ("in no hurry", "can wait", "has time", "later is fine", "low urgency"),
}
ABOUT = {
    "billing": ("money and invoices", "a payment", "the bill", "a charge"),
    "delivery": ("a parcel on its way", "shipping", "the delivery"),
    "defect": ("something broken", "a fault", "damage", "a defect"),
    "return": ("sending something back", "a return or exchange", "cancelling"),
    "account": ("login and profile", "the account", "a password"),
    "question": ("advice before buying", "how to use a thing", "a question"),
}


def in_context_wide(rng: Random) -> str:
    """Return mails of the wide bank, each followed by the same fields in the same form."""
    return in_context(rng, write=lambda r: mail(r, phrases_wide, POOL))


def desk_note(rng: Random, write: Callable[[Random], Mail] | None = None) -> str:
    """Return a mail and a colleague's note on it in plain words."""
    made = write(rng) if write else mail(rng, phrases_wide, POOL)
    said = [
        rng.choice(("It is about {x}.", "Topic: {x}.", "The mail is about {x}.", "Concerns {x}.")).format(
            x=rng.choice(ABOUT[made.category])
        ),
        rng.choice(("Time: {x}.", "How soon: {x}.", "Hurry? {x}.", "The sender: {x}.")).format(
            x=rng.choice(_TIME[made.priority])
        ),
        f"For the {rng.choice(lexicon.TEAMS[made.category])}.",
        rng.choice(("The thing is the {x}.", "Thing: {x}.", "Named: {x}.")).format(x=made.product)
        if made.product
        else rng.choice(("No thing is named.", "Which thing is not said.")),
        rng.choice(("The number is {x}.", "Number {x}.", "See {x}.")).format(x=made.order_id)
        if made.order_id
        else rng.choice(("No number.", "The number is missing.")),
        rng.choice(("Signed {x}.", "The writer is {x}.", "From {x}.")).format(x=made.customer)
        if made.customer
        else rng.choice(("Not signed.", "No name below.")),
    ]
    rng.shuffle(said)
    bridge = rng.choice(("\n\nNote: ", "\n\nNote by a colleague\n", "\n\n(", "\n~\n", "\n\nIn short: "))
    return (
        made.text
        + bridge
        + rng.choice((" ", " ", "\n")).join(said[: rng.randint(2, 6)])
        + (")" if bridge.endswith("(") else "")
    )


def sorting(rng: Random) -> str:
    """Return sentences from mails, each with its topic or its urgency in plain words."""
    arrow, urgency = rng.choice((" -> ", " | ", " : ", " = ", "\n  ")), rng.random() < 0.5
    column, lines = rng.randrange(3), []
    for _ in range(rng.randint(3, 9)):
        if urgency:
            level = rng.choice(("high", "low", "normal"))
            said = fill(rng.choice([t for t in phrases_wide.PRIORITY[level] if t]), rng, {})
            lines.append(said + arrow + _TIME[level][column])
        else:
            category = rng.choice(CATEGORIES)
            product = names.product(rng, POOL) if rng.random() < 0.6 else None
            lines.append(
                concern(rng, phrases_wide, category, product) + arrow + ABOUT[category][column % len(ABOUT[category])]
            )
    return "\n".join(lines)


def mail_and_reply_wide(rng: Random) -> str:
    """Return a mail of the wide bank and an answer to it, or the mail alone."""
    made = mail(rng, phrases_wide, POOL)
    return (
        made.text
        if rng.random() < 0.3
        else f"{made.text}\n\n{rng.choice(('Reply:', '---', '> Support'))}\n{corpus_text.reply_to(rng, made)}"
    )
