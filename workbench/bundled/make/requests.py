"""The generator behind ``support-desk/requests`` and the orders beside them, which the desk's tools look up.

A request is answered by one call or two, and by nothing else: states, numbers and days are drawn. Requests about an
order's state, a customer and the stock have, in one of two wordings, the form that pretraining's transcripts have
(``corpus_text.tool_transcript``); those about days do not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from workbench.bundled.make import names

ORDERS = {"train": 60, "validation": 15, "test": 30}
STATES = ("shipped", "packed", "paid", "cancelled", "delivered", "waiting")
RETURN_DAYS = 30
WORDINGS = {
    "order": ("Where is order {id}?", "Has order {id} been sent?"),
    "customer": ("Look up {to}.", "Which order is on {to}?"),
    "stock": ("Do we have the {item}?", "How many of the {item} are left?"),
    "days": ("Which day is {days} days after {ordered}?", "What date will it be {days} days from {ordered}?"),
    "deadline": ("Until when can order {id} come back?", "What is the last day to return order {id}?"),
}


def orders(seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the desk's orders; people, brands and numbers come from the pool of the split that asks for them."""
    for split, n in ORDERS.items():
        rng, buyers, made = Random(f"{seed}:orders:{split}"), set[str](), 0
        while made < n:
            row = {
                "id": names.order_id(rng, split), "to": names.person(rng, split), "item": names.product(rng, split),
                "state": rng.choice(STATES), "ordered": str(date(2025, 1, 1) + timedelta(rng.randrange(330))),
                "pieces": rng.randint(0, 30),
            }  # fmt: skip
            if row["to"] not in buyers:
                buyers.add(row["to"])
                made += 1
                yield row


def requests(split: str, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield requests with their calls and answers: one of each kind about each of the split's orders."""
    rng, rows = Random(f"{seed}:requests:{split}"), []
    wanted = [order for order in orders(seed) if names.pool_of("order", order["id"]) == split]
    for order in wanted:
        for kind, wordings in WORDINGS.items():
            days, wording = rng.randint(2, 60), rng.randrange(2)
            asked = wordings[wording].format(**order, days=days)
            calls, answer = _solved(kind, order, days)
            rows.append({"kind": kind, "wording": ("transcript", "other")[wording], "prompt": asked,
                         "completion": answer, "calls": calls})  # fmt: skip
    rng.shuffle(rows)
    for number, row in enumerate(rows, start=1):
        yield {"id": f"requests-{split}-{number:04d}", **row}


def _solved(kind: str, order: dict[str, Any], days: int) -> tuple[list[dict[str, str]], str]:
    """The calls with their results, and the answer they lead to."""
    number, to, item, ordered = order["id"], order["to"], order["item"], order["ordered"]
    if kind == "order":
        found = {"id": number, "state": order["state"], "to": to}
        return [_call("find_order", {"id": number}, found)], f"Order {number} is {order['state']}, for {to}."
    if kind == "customer":
        found = {"name": to, "orders": [number]}
        return [_call("find_customer", {"name": to}, found)], f"{to} has order {number}."
    if kind == "stock":
        found = {"item": item, "pieces": order["pieces"]}
        return [_call("stock", {"item": item}, found)], f"There are {order['pieces']} pieces of the {item}."
    if kind == "days":
        day = _later(ordered, days)
        return [_call("add_days", {"date": ordered, "days": days}, {"date": day})], f"It is {day}."
    day = _later(ordered, RETURN_DAYS)
    calls = [_call("order_date", {"id": number}, {"id": number, "ordered": ordered}),
             _call("add_days", {"date": ordered, "days": RETURN_DAYS}, {"date": day})]  # fmt: skip
    return calls, f"Order {number} can come back until {day}."


def _later(day: str, days: int) -> str:
    return str(date.fromisoformat(day) + timedelta(days))


def _call(name: str, arguments: dict[str, Any], result: dict[str, Any]) -> dict[str, str]:
    written = (json.dumps(value, ensure_ascii=False) for value in (arguments, result))
    return dict(zip(("name", "arguments", "result"), (name, *written), strict=True))
