"""Pretraining documents of the last phases: how soon a mail wants its answer, and what it is about."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from workbench.bundled.make import corpus_wide, names, phrases_more
from workbench.bundled.make.corpus_incontext import in_context
from workbench.bundled.make.tickets import CATEGORIES, PRIORITIES, Mail, concern, fill, mail, phone, signature

POOL = "pretraining"
_LEVELS = {
    "words": {"high": "in a hurry", "normal": "says nothing about time", "low": "in no hurry"},
    "short": {"high": "urgent", "normal": "usual", "low": "later"},
    "colours": {"high": "red", "normal": "yellow", "low": "green"},
    "plain": {"high": "high", "normal": "normal", "low": "low"},
    "pace": {"high": "fast", "normal": "medium", "low": "slow"},
}


def _short_mail(rng: Random, category: str, level: str, sentences: int) -> tuple[str, str]:
    """Return a mail of so many sentences and the one that says how soon (or nothing)."""
    product = names.product(rng, POOL) if rng.random() < 0.6 else None
    slots = {"order": names.order_id(rng, POOL), "product": product or "", "phone": phone(rng)}
    pressing = fill(rng.choice(phrases_more.PRIORITY[level]), rng, slots)
    parts = [
        pressing,
        concern(rng, phrases_more, category, product),
        fill(rng.choice(phrases_more.ORDER_MENTIONS), rng, slots),
        fill(rng.choice(phrases_more.OPENERS), rng, slots),
    ][:sentences]
    rng.shuffle(parts)
    text = " ".join(part for part in parts if part)
    if sentences > 3:
        name = names.person(rng, POOL) if rng.random() < 0.8 else None
        text = f"{rng.choice(phrases_more.GREETINGS)}\n{text}\n{signature(rng, phrases_more, name)}".strip()
    return text, pressing


def how_soon(rng: Random) -> str:
    """Return mails of one to four sentences, each with how soon it wants an answer, sometimes quoting what says so."""
    scale, quoted = _LEVELS[rng.choice(list(_LEVELS))], rng.random() < 0.5
    arrow = rng.choice((" -> ", " | ", " = ", "\n=> ", "\nTime: ", "\nPace: ", "\nUrgency: ", "\n  "))
    lines, sentences = [], rng.randint(2, 4)
    for _ in range(rng.randint(2, 7)):
        level = rng.choice(PRIORITIES)
        text, pressing = _short_mail(rng, rng.choice(CATEGORIES), level, sentences)
        said = f' "{pressing}"' if quoted and pressing else " nothing" if quoted else ""
        lines.append(f"{text}{arrow}{said.strip() + ': ' if said else ''}{scale[level]}")
    return rng.choice(("\n", "\n\n")).join(lines)


def what_and_how_soon(rng: Random, write: Callable[[Random], Mail] | None = None) -> str:
    """Return a few whole mails, each with what it is about and how soon, in one form for all."""
    scale, about = _LEVELS[rng.choice(list(_LEVELS))], rng.randrange(2)
    form = rng.choice(
        ("[{a}, {t}]", "{a}; {t}", "{t}, {a}", "about: {a} / time: {t}", "Time: {t}. It is about {a}.", "({t}) {a}")
    )
    lead, lines = rng.choice(("\n-> ", "\n=> ", "\nNote: ", "\n# ", "\n\n")), []
    for _ in range(rng.randint(1, 4)):
        made = write(rng) if write else mail(rng, phrases_more, POOL)
        lines.append(made.text + lead + form.format(a=corpus_wide.ABOUT[made.category][about], t=scale[made.priority]))
    return "\n\n".join(lines)


def in_context_more(rng: Random) -> str:
    """Return mails of the widest bank, each followed by the same fields in the same form."""
    return in_context(rng, write=lambda r: mail(r, phrases_more, POOL))
