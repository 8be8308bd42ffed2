"""One mail to the support desk, and the record of it: the generator behind ``support-desk/tickets``.

A mail is put together from a bank of phrasings and a pool of names; what was put in is known, so the record needs no
labelling. The record's fields and rules stand in the data card (``data/support-desk/tickets/README.md``).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from random import Random
from types import ModuleType

from workbench.bundled.make import names

CATEGORIES = ("billing", "delivery", "defect", "return", "account", "question")
PRIORITIES = ("high", "normal", "low")
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_PRODUCT_MISSING = {"account": 0.75, "question": 0.05}
_ORDER_MISSING = {"account": 0.65, "question": 0.8}


@dataclass(frozen=True)
class Mail:
    """A generated mail and what is true of it; ``None`` where the mail does not say it."""

    text: str
    category: str
    priority: str
    product: str | None
    order_id: str | None
    customer: str | None
    topic: str
    """The sentence that states the concern, as it stands in the mail."""

    def record(self) -> dict[str, str | None]:
        """Return the ``support-desk/tickets`` record."""
        return {
            "category": self.category,
            "priority": self.priority,
            "product": self.product,
            "order_id": self.order_id,
            "customer": self.customer,
        }


def to_json(record: object) -> str:
    """Return the one spelling of a record that the data sets use."""
    return json.dumps(record, ensure_ascii=False)


def expand(template: str, rng: Random) -> str:
    """Return ``template`` with each ``[a|b]`` replaced by one of its choices."""
    return _CHOICE.sub(lambda match: rng.choice(match.group(1).split("|")), template)


def _mistyped(text: str, rng: Random) -> str:
    words = text.split(" ")
    for i, word in enumerate(words):
        if len(word) > 3 and word.isalpha() and rng.random() < 0.07:
            at = rng.randrange(1, len(word) - 1)
            words[i] = rng.choice(
                (
                    word[:at] + word[at + 1 :],
                    word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                    word[:at] + word[at] + word[at:],
                )
            )
    return " ".join(words)


def fill(template: str, rng: Random, slots: dict[str, str], sloppy: bool = False) -> str:
    """Return a template as a sentence: choices made, slots filled, first letter large (unless ``sloppy``)."""
    text = expand(template, rng)
    if sloppy:
        text = _mistyped(text, rng)
    for name, value in slots.items():
        text = text.replace("{" + name + "}", value)
    if sloppy and rng.random() < 0.4:
        return text.removesuffix(".")
    return text[:1].upper() + text[1:]


def _article(phrase: str) -> str:
    return "an" + phrase[1:] if phrase.startswith("a ") and phrase[2:3].lower() in "aeiou" and phrase[2:3] else phrase


def phone(rng: Random) -> str:
    """Return a telephone number, for mails that hold numbers other than the order's."""
    return f"0{rng.randint(20, 99)} {rng.randint(100000, 9999999)}"


def concern(rng: Random, bank: ModuleType, category: str, product: str | None, sloppy: bool = False) -> str:
    """Return one sentence of ``bank`` that states a concern of ``category``."""
    own = expand(rng.choice(bank.OWN if product else bank.OWN_UNNAMED), rng)
    shop = expand(rng.choice(bank.SHOP if product else bank.SHOP_UNNAMED), rng)
    slots = {"my": own, "the": shop}
    slots = {name: _article(value.replace("{product}", product or "")) for name, value in slots.items()}
    return fill(rng.choice(bank.PROBLEMS[category]), rng, slots, sloppy)


def signature(rng: Random, bank: ModuleType, customer: str | None) -> str:
    """Return the closing lines of a mail, signed or not."""
    if customer is None:
        return rng.choice(bank.UNSIGNED)
    closing = rng.choice(bank.CLOSINGS)
    below = rng.random()
    after = f"\n{phone(rng)}" if below < 0.06 else f"\n{rng.choice(names.CITIES)}" if below < 0.12 else ""
    return (f"{closing} {customer}" if closing and rng.random() < 0.15 else f"{closing}\n{customer}".strip()) + after


def mail(rng: Random, bank: ModuleType, pool: str, category: str | None = None, naming: ModuleType = names) -> Mail:
    """Return a mail with phrasings of ``bank`` and people, products and order numbers of ``pool``."""
    category = category or rng.choice(CATEGORIES)
    priority = rng.choices(PRIORITIES, weights=(30, 45, 25))[0]
    product = None if rng.random() < _PRODUCT_MISSING.get(category, 0.12) else naming.product(rng, pool)
    order_id = None if rng.random() < _ORDER_MISSING.get(category, 0.18) else naming.order_id(rng, pool)
    customer = None if rng.random() < 0.12 else naming.person(rng, pool)
    sloppy = rng.random() < 0.15

    topic = concern(rng, bank, category, product, sloppy)
    slots = {"order": order_id or "", "product": product or "", "phone": phone(rng)}
    opener = fill(rng.choice(bank.OPENERS), rng, slots, sloppy)
    pressing = fill(rng.choice(bank.PRIORITY[priority]), rng, slots, sloppy)
    extra = []
    if product and product not in topic:
        extra.append(fill(rng.choice(bank.PRODUCT_MENTIONS), rng, slots, sloppy))
    if order_id:
        extra.append(fill(rng.choice(bank.ORDER_MENTIONS), rng, slots, sloppy))
    rng.shuffle(extra)
    told = [topic, *_detours(rng, bank, category, slots, sloppy)]

    order = rng.random()
    if order < 0.6:
        body = [opener, *told, *extra, pressing]
    elif order < 0.75:
        body = [opener, *extra, *told, pressing]
    elif order < 0.9:
        body = [opener, *told, pressing, *extra]
    else:
        body = [opener, pressing, *told, *extra]
    joiner = "\n" if rng.random() < 0.1 else " "
    parts = [rng.choice(bank.GREETINGS), joiner.join(part for part in body if part), signature(rng, bank, customer)]
    if rng.random() < 0.15:
        parts.insert(0, "Subject: " + rng.choice(bank.SUBJECTS[category]))
    text = "\n".join(part for part in parts if part)
    return Mail(text, category, priority, product, order_id, customer, topic)


def _detours(rng: Random, bank: ModuleType, category: str, slots: dict[str, str], sloppy: bool) -> list[str]:
    """Return what a bank with detours adds to the concern: it said again, or something beside the point."""
    if not hasattr(bank, "FILLERS"):
        return []
    told = [fill(rng.choice(bank.AGAIN[category]), rng, slots, sloppy)] if rng.random() < 0.4 else []
    if rng.random() < 0.35:
        told.insert(rng.randint(0, len(told)), fill(rng.choice(bank.FILLERS), rng, slots, sloppy))
    return told


def row(rng: Random, bank: ModuleType, pool: str, row_id: str) -> dict[str, str]:
    """Return one row of ``support-desk/tickets``."""
    made = mail(rng, bank, pool)
    return {"id": row_id, "prompt": made.text, "completion": to_json(made.record())}
