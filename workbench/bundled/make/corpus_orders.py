"""Pretraining documents of mails with up to two orders, sums and days, each turned into one arbitrary form.

As in ``corpus_incontext.py`` the keys are drawn for each document, and the names and headings of the bundled tasks are
never used; the sentences about a second order and about payment are pretraining's own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

from workbench.bundled.make import names_rich
from workbench.bundled.make.amounts import amount_forms, date_forms
from workbench.bundled.make.corpus_incontext import GAPS, KEYS, LEADS
from workbench.bundled.make.corpus_rich import rich_mail
from workbench.bundled.make.tickets import Mail, expand

POOL = "pretraining"
# fmt: off
# ruff: noqa: E501
SECOND = ("[And|Also|Then|Besides] [there is|I have|we have] {order}, [the|a|my] {product}, [just as bad|no better|with the same fault|in the same state].",
           "{product} [from|of|in|as] {order}: [as above|same again|the very same|no different].", "[What I said holds for|All this goes for|Add to it|Count in] {order} [as well|too] ([the|a|one] {product}).",
           "[The second|Another|One more] [order|case|purchase], {order}, [is|has|was] [the|a|my] {product} [and|with] [the same|that] [trouble|story|matter].")
FINE = ("[But|While|Only] {order} [arrived well|works|is good|pleases me|is paid and here].", "[Leave|Forget|Do not touch|Never mind] {order}, [it is done|that one is good|no problem there].",
         "{order} [closed|finished|is no trouble|was perfect].", "[I am glad about|I thank you for|Fine work on] {order}.")
BOTH = ("I gave {amount} on {date}.", "{amount}, {date}.", "It was {amount} and the day was {date}.", "On {date} it cost {amount}.", "The bill of {date} says {amount}.",
         "Bought {date}, {amount}.", "{date}: {amount} paid.", "That made {amount}, on {date}.", "{amount} left my account on {date}.", "Since {date} you have my {amount}.")
DAY = ("It was {date}.", "Since {date} I wait.", "We had {date}.", "Ordered {date}.", "{date} was the day.", "My mail of {date} says so.")
SUM = ("I gave {amount}.", "That is {amount}.", "It came to {amount}.", "{amount} left my account.", "The bill says {amount}.", "{amount} for nothing.")
# fmt: on
_ITEM = (
    ("no", "item"),
    ("ref", "thing"),
    ("number", "goods"),
    ("order", "what"),
    ("id", "article"),
    ("code", "bought"),
)
_LIST = ("cases", "items", "list", "purchases", "lines", "which")


def _forms(rng: Random) -> Callable[[dict[str, object]], str]:
    """Return one way of writing a record with a list in it, drawn for a whole document."""
    none = rng.choice(("none", "-", "?"))

    def plain(value: object) -> str:
        if isinstance(value, list):
            return " + ".join("/".join(entry.values()) for entry in value) or none
        return none if value is None else str(value)

    return rng.choice(
        [
            lambda found: json.dumps(found, ensure_ascii=False),
            lambda found: json.dumps(found, ensure_ascii=False),
            lambda found: json.dumps(list(found.values()), ensure_ascii=False),
            lambda found: "\n".join(f"{key}: {plain(value)}" for key, value in found.items()),
            lambda found: "; ".join(f"{key}={plain(value)}" for key, value in found.items()),
        ]
    )


def _whole_mail(rng: Random) -> Mail:
    """Return a mail with a whole order or none, in which the sentence that states the concern stands as it is."""
    made = rich_mail(rng)
    while made.topic not in made.text or (made.order_id is None) != (made.product is None):
        made = rich_mail(rng)
    return made


def in_context_orders(rng: Random) -> str:
    """Return one to three mails, each followed by its orders, sum, day and signature in the same form."""
    keys = {name: rng.choice(KEYS[name]) for name in ("person", "date", "amount")} | {"orders": rng.choice(_LIST)}
    number, item = rng.choice(_ITEM)
    fields = rng.sample(list(keys), rng.randint(2, 4))
    form, lead, gap, parts = _forms(rng), rng.choice(LEADS), rng.choice(GAPS), []
    for _ in range(rng.choice((1, 2, 2, 3))):
        made = _whole_mail(rng)
        orders = [{number: made.order_id, item: made.product}] if made.order_id else []
        second = {number: names_rich.order_id(rng, POOL), item: names_rich.product(rng, POOL)}
        said = []
        if orders and rng.random() < 0.5:
            orders.append(second)
            said.append(rng.choice(SECOND))
        elif rng.random() < 0.25:
            said.append(rng.choice(FINE))
        spoken_date, date = rng.choice(date_forms(rng)) if rng.random() < 0.75 else ("", None)
        spoken_amount, amount = rng.choice(amount_forms(rng)) if rng.random() < 0.7 else ("", None)
        if date or amount:
            said.append(rng.choice(BOTH if date and amount else DAY if date else SUM))
        slots = {"order": second[number], "product": second[item], "date": spoken_date, "amount": spoken_amount}
        told = " ".join(expand(sentence, rng).format(**slots) for sentence in said)
        text = made.text.replace(made.topic, f"{made.topic} {told}".strip(), 1)
        orders.sort(key=lambda entry: text.index(entry[number]))
        known = {"person": made.customer, "date": date, "amount": amount, "orders": orders}
        parts.append(text + lead + form({keys[name]: known[name] for name in fields}))
    return gap.join(parts)
