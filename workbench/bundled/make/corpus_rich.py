"""Pretraining documents from mails of the two richest banks, with names and products in many shapes."""

from __future__ import annotations

import re
from functools import partial
from random import Random
from types import ModuleType

from workbench.bundled.make import corpus_hurry, corpus_text, corpus_wide, names, names_rich, phrases_rich
from workbench.bundled.make.corpus_incontext import in_context
from workbench.bundled.make.tickets import CATEGORIES, Mail, concern, expand, mail

POOL = "pretraining"
_TOPICS = tuple(tuple(words.split("|")) for words in (
    "money and invoices|a parcel on its way|something broken|sending something back|login and profile|"
    "advice before buying",
    "billing|delivery|defect|return|account|question",
    "payment|shipping|damage|exchange|password|information",
    "accounts desk|parcel desk|repair shop|returns desk|login help|advice team",
))  # fmt: skip


def rich_mail(rng: Random, bank: ModuleType = phrases_rich) -> Mail:
    """Return a mail that holds its product, number and signature exactly; one in eight has no other capitals."""
    while True:
        made = mail(rng, bank, POOL, naming=names_rich)
        text = _small(made) if rng.random() < 0.12 else made.text
        if all(value is None or value in text for value in (made.product, made.order_id, made.customer)):
            return Mail(text, made.category, made.priority, made.product, made.order_id, made.customer, made.topic)


def _small(made: Mail) -> str:
    kept = [value for value in (made.product, made.order_id, made.customer) if value]
    parts = re.split("(" + "|".join(map(re.escape, kept)) + ")", made.text) if kept else [made.text]
    return "".join(part if part in kept else part.lower() for part in parts)


def in_context_rich(rng: Random, bank: ModuleType = phrases_rich) -> str:
    """Return rich mails, each followed by the same fields in the same form."""
    return in_context(rng, write=partial(rich_mail, bank=bank))


def desk_note_rich(rng: Random, bank: ModuleType = phrases_rich) -> str:
    """Return a rich mail and a colleague's note on it."""
    return corpus_wide.desk_note(rng, write=partial(rich_mail, bank=bank))


def what_and_how_soon_rich(rng: Random, bank: ModuleType = phrases_rich) -> str:
    """Return rich mails, each with what it is about and how soon."""
    return corpus_hurry.what_and_how_soon(rng, write=partial(rich_mail, bank=bank))


def topics(rng: Random, bank: ModuleType = phrases_rich) -> str:
    """Return sentences and short tales, each with its topic in plain words; the same words for the whole document."""
    words, arrow, lines = rng.choice(_TOPICS), rng.choice((" -> ", " | ", " : ", " = ", "\n  ", " => ")), []
    whole = rng.random() < 0.4
    for _ in range(rng.randint(3, 10)):
        category = rng.choice(CATEGORIES)
        product = names_rich.product(rng, POOL) if rng.random() < 0.6 else None
        said = concern(rng, bank, category, product)
        form = rng.random()
        if form < 0.2:
            said = expand(rng.choice(bank.AGAIN[category]), rng)
        elif form < 0.5 and whole:
            said = f"{said} {expand(rng.choice(bank.AGAIN[category]), rng)}"
        lines.append(said + arrow + words[CATEGORIES.index(category)])
    return "\n".join(lines)


def slip(rng: Random, bank: ModuleType = phrases_rich) -> str:
    """Return a rich mail and one or two of its facts, copied."""
    made = rich_mail(rng, bank)
    asked = [("thing", made.product), ("number", made.order_id), ("signed", made.customer)]
    rng.shuffle(asked)
    form = rng.choice(("{k}: {v}", "{k} = {v}", "{k} <{v}>", "[{k}] {v}"))
    lines = "\n".join(form.format(k=key, v=value or "none") for key, value in asked[: rng.randint(1, 3)])
    return f"{made.text}\n{rng.choice(('---', '', '~', '***'))}\n{lines}"


def mail_and_reply_rich(rng: Random) -> str:
    """Return a rich mail and an answer to it."""
    made = rich_mail(rng)
    return f"{made.text}\n\n{rng.choice(('Reply:', '---', '> Support'))}\n{corpus_text.reply_to(rng, made)}"


def signed(rng: Random) -> str:
    """Return closings and signatures, and who signed."""
    lines = []
    for _ in range(rng.randint(2, 5)):
        person = names_rich.person(rng, POOL)
        ending = f"{rng.choice(phrases_rich.CLOSINGS)}{rng.choice((chr(10), chr(10), ' '))}{person}".strip()
        tail = f"\n{rng.choice(names.CITIES)}" if rng.random() < 0.15 else ""
        lines.append(f"{expand(rng.choice(phrases_rich.FILLERS), rng)}\n{ending}{tail}\n=> {person}")
    return "\n\n".join(lines)
