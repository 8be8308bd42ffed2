"""The generator behind ``support-desk/tickets-hard``: two orders in a mail, dates and sums to normalise.

It takes the mails of ``tickets.py`` further: a date and a sum in any usual spelling, a second order that shares the
concern, an order that is said to be fine and what the customer wants (neither belongs in the record).
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from types import ModuleType

from workbench.bundled.make import names
from workbench.bundled.make.amounts import amount_forms, date_forms
from workbench.bundled.make.tickets import CATEGORIES, PRIORITIES, concern, fill, phone, signature, to_json

WISHES = ("refund", "replacement", "repair", "call", "information")


@dataclass(frozen=True)
class Phrases:
    """The phrasings that only the harder task has; the rest comes from the bank of ``tickets``."""

    same: tuple[str, ...]
    fine: tuple[str, ...]
    paid: tuple[str, ...]
    dated: tuple[str, ...]
    priced: tuple[str, ...]
    wishes: dict[str, tuple[str, ...]]


TRAIN = Phrases(
    same=(
        "The same goes for order {order}, the {product}.",
        "It is the same with the {product} (order {order}).",
        "I have the same problem with order {order} ({product}).",
        "Also order {order}: the {product}, same story.",
        "Order {order} with the {product} [is affected too|has the same trouble].",
    ),
    fine=(
        "Order {order} was fine.",
        "My other order {order} [came without trouble|is all right].",
        "[I have no complaint about|Nothing is wrong with] order {order}.",
        "Order {order} is settled, thanks.",
    ),
    paid=(
        "I paid {amount} on {date}.",
        "On {date} I paid {amount}.",
        "The sum was {amount}, paid on {date}.",
        "I bought it on {date} for {amount}.",
        "It cost {amount}, date of purchase {date}.",
    ),
    dated=(
        "I ordered on {date}.",
        "The date of the order is {date}.",
        "This was on {date}.",
        "I bought it on {date}.",
        "It began on {date}.",
    ),
    priced=("I paid {amount}.", "The price was {amount}.", "It cost me {amount}.", "The sum is {amount}."),
    wishes={
        "refund": ("I want my money back.", "Please [refund|pay back] the money.", "I ask for a refund."),
        "replacement": (
            "Please send a [new one|replacement].",
            "I want a replacement.",
            "Send me another one, please.",
        ),
        "repair": ("Please repair it.", "I would like to have it [repaired|fixed].", "Can it be repaired?"),
        "call": ("Please call me at {phone}.", "[Call|Ring] me on {phone}.", "I want to talk on the phone: {phone}."),
        "information": ("Please explain this to me.", "I only want to know why.", "Please tell me what is going on."),
    },
)
TEST = Phrases(
    same=(
        "Order {order} for the {product} shares this fate.",
        "Likewise the {product}, which has number {order}.",
        "The {product} under {order} is another case of it.",
    ),
    fine=(
        "There was no trouble with order {order}.",
        "With {order} everything is in order.",
        "I am content with order {order}.",
    ),
    paid=(
        "The purchase was made on {date} and came to {amount}.",
        "You got {amount} from me on {date}.",
        "My payment of {amount} went out on {date}.",
    ),
    dated=("The whole thing dates from {date}.", "My purchase was on {date}.", "You can look it up under {date}."),
    priced=("All in all I gave you {amount}.", "The price came to {amount}.", "In total it was {amount}."),
    wishes={
        "refund": ("All I want is a refund.", "Kindly return my money."),
        "replacement": ("A replacement would settle it for me.", "Could I have a new one instead?"),
        "repair": ("I would be glad if you repaired it.", "A repair is enough for me."),
        "call": ("You can reach me by phone at {phone}.", "A call to {phone} would be best."),
        "information": ("I would simply like an explanation.", "Some information would help me."),
    },
)


def row(rng: Random, bank: ModuleType, extra: Phrases, pool: str, row_id: str) -> dict[str, str]:
    """Return one row of ``support-desk/tickets-hard``."""
    category, priority = rng.choice(CATEGORIES), rng.choices(PRIORITIES, weights=(30, 45, 25))[0]
    first = {"order_id": names.order_id(rng, pool), "product": names.product(rng, pool)}
    second = {"order_id": names.order_id(rng, pool), "product": names.product(rng, pool)}
    orders = [] if rng.random() < 0.08 else [first, second] if rng.random() < 0.4 else [first]
    customer = None if rng.random() < 0.1 else names.person(rng, pool)
    spoken_date, date = rng.choice(date_forms(rng)) if rng.random() < 0.75 else ("", None)
    spoken_amount, amount = rng.choice(amount_forms(rng)) if rng.random() < 0.7 else ("", None)
    wish = rng.choice(WISHES) if rng.random() < 0.6 else None
    slots = {"date": spoken_date, "amount": spoken_amount, "phone": phone(rng)}

    topic = concern(rng, bank, category, first["product"] if orders else None)
    sentences = []
    if orders:
        mention = {"order": first["order_id"], "product": first["product"], **slots}
        if first["product"] not in topic:
            sentences.append(fill(rng.choice(bank.PRODUCT_MENTIONS), rng, mention))
        sentences.append(fill(rng.choice(bank.ORDER_MENTIONS), rng, mention))
    if len(orders) == 2:
        sentences.append(fill(rng.choice(extra.same), rng, {"order": second["order_id"], "product": second["product"]}))
    elif rng.random() < 0.2:
        sentences.append(fill(rng.choice(extra.fine), rng, {"order": second["order_id"]}))
    money = extra.paid if date and amount else extra.dated if date else extra.priced if amount else ("",)
    late = [
        fill(rng.choice(money), rng, slots),
        fill(rng.choice(extra.wishes[wish]), rng, slots) if wish else "",
        fill(rng.choice(bank.PRIORITY[priority]), rng, slots),
    ]
    rng.shuffle(late)
    body = " ".join(part for part in [topic, *sentences, *late] if part)
    text = "\n".join(part for part in (rng.choice(bank.GREETINGS), body, signature(rng, bank, customer)) if part)
    record = {
        "category": category,
        "priority": priority,
        "orders": orders,
        "date": date,
        "amount": amount,
        "customer": customer,
    }
    return {"id": row_id, "prompt": text, "completion": to_json(record)}
