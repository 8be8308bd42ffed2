"""Pretraining documents that teach reading: several mails turned into one arbitrary form, and copying drills.

An in-context document turns two to four mails into the same fields under keys drawn for that document alone, so what
helps is to look back, not to remember. The keys ``category``, ``priority``, ``product``, ``order_id`` and ``customer``
and the headings ``### Message`` and ``### Answer`` are never used: the record and the instruction format of the
bundled tasks are left to tuning.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

from workbench.bundled.make import names, phrases
from workbench.bundled.make.amounts import amount_forms, date_forms
from workbench.bundled.make.tickets import CATEGORIES, Mail, mail

POOL = "pretraining"
KEYS = {
    "concern": [
        "kind",
        "type",
        "topic",
        "reason",
        "about",
        "subject",
        "class",
        "area",
        "issue",
        "team",
        "group",
        "matter",
        "cat",
        "theme",
        "desk",
    ],
    "urgency": ["urgency", "speed", "level", "when", "rank", "prio", "hurry", "pressing", "stage", "due", "pace"],
    "product": ["item", "article", "thing", "goods", "what", "prod", "device", "object", "piece", "bought"],
    "number": ["order", "no", "ref", "id", "number", "reference", "ord", "code", "nr", "ticket"],
    "person": ["name", "from", "who", "sender", "client", "signed", "person", "by", "writer", "caller"],
    "sentence": ["text", "says", "line", "quote", "note", "summary", "gist"],
    "date": ["day", "date", "on", "dated", "paid_on", "since"],
    "amount": ["sum", "amount", "paid", "value", "cost", "price"],
}
_CONCERNS = [
    dict(zip(CATEGORIES, words.split(), strict=True))
    for words in (
        "billing delivery defect return account question",
        "money shipping damage sendback login info",
        "invoice parcel fault exchange profile advice",
        "finance logistics repair returns access presales",
        "payment transport broken takeback password help",
        "PAY SHIP BROKEN BACK LOGIN ASK",
        "charge courier malfunction cancellation sign-in enquiry",
        "bills post faults refunds users buyers",
    )
]
_URGENCIES = [
    dict(zip(("high", "normal", "low"), words.split(), strict=True))
    for words in (
        "high normal low",
        "urgent usual later",
        "1 2 3",
        "red yellow green",
        "now soon sometime",
        "fast medium slow",
        "A B C",
        "rush standard relaxed",
        "today week month",
        "hot warm cold",
    )
]
_MISSING = ["none", "-", "unknown", "n/a", "not given", "missing", "?"]
LEADS = [
    "\n--\n",
    "\n=> ",
    "\nCard: ",
    "\nRecord:\n",
    "\n[notes]\n",
    "\n-> ",
    "\nDesk: ",
    "\n>>>\n",
    "\nEntry: ",
    "\nOut: ",
    "\n\nFiled as:\n",
    "\n== ",
    "\nTaken down: ",
    "\n\n",
    "\nSlip:\n",
]
GAPS = ["\n\n", "\n***\n", "\n-----\n", "\n\n\n", "\n====\n", "\n\n* "]


def _forms(rng: Random) -> Callable[[list[tuple[str, object]]], str]:
    """Return one way of writing (key, value) pairs, drawn for a whole document."""
    missing = rng.choice(_MISSING)

    def word(value: object) -> str:
        return missing if value is None else str(value)

    sep = rng.choice((", ", "; ", " | ", " / "))
    colon = rng.choice((": ", "=", " = ", " - "))
    forms: list[Callable[[list[tuple[str, object]]], str]] = [
        lambda pairs: json.dumps(dict(pairs), ensure_ascii=False),
        lambda pairs: json.dumps(dict(pairs), ensure_ascii=False),
        lambda pairs: json.dumps(dict(pairs), ensure_ascii=False),
        lambda pairs: json.dumps({key: word(value) for key, value in pairs}, ensure_ascii=False, separators=(",", ":")),
        lambda pairs: json.dumps([value for _, value in pairs], ensure_ascii=False),
        lambda pairs: "\n".join(f"{key}{colon}{word(value)}" for key, value in pairs),
        lambda pairs: sep.join(f"{key}{colon}{word(value)}" for key, value in pairs),
        lambda pairs: sep.join(word(value) for _, value in pairs),
        lambda pairs: "".join(f"<{key}>{word(value)}</{key}>" for key, value in pairs),
        lambda pairs: "\n".join(f"- {key}: {word(value)}" for key, value in pairs),
        lambda pairs: "(" + ", ".join(word(value) for _, value in pairs) + ")",
    ]
    return rng.choice(forms)


def _key(rng: Random, field: str) -> str:
    if rng.random() < 0.15:
        return names.brand(rng, POOL).lower()[:8]
    key = rng.choice(KEYS[field])
    return rng.choice((key, key, key, key.capitalize(), key.upper()))


def in_context(rng: Random, shots: int | None = None, write: Callable[[Random], Mail] | None = None) -> str:
    """Return two to four mails, each followed by the same fields in the same form."""
    shots = shots or rng.choices((1, 2, 3, 4), weights=(15, 40, 30, 15))[0]
    fields = rng.sample(["concern", "urgency", "product", "number", "person"], rng.randint(2, 5))
    if rng.random() < 0.1:
        fields.insert(rng.randrange(len(fields)), "sentence")
    dated = rng.random() < 0.25
    if dated:
        fields += rng.sample(["date", "amount"], rng.randint(1, 2))
        rng.shuffle(fields)
    keys = [_key(rng, field) for field in fields]
    if len(set(keys)) < len(keys):
        return in_context(rng, shots, write)
    concerns, urgencies, form = rng.choice(_CONCERNS), rng.choice(_URGENCIES), _forms(rng)
    lead, gap = rng.choice(LEADS), rng.choice(GAPS)
    parts = []
    for _ in range(shots):
        made, extra = write(rng) if write else mail(rng, phrases, POOL), {}
        text = made.text
        if dated:
            text, extra = _with_payment(rng, made)
        known = {
            "concern": concerns[made.category],
            "urgency": urgencies[made.priority],
            "product": made.product,
            "number": made.order_id,
            "person": made.customer,
            "sentence": made.topic,
            **extra,
        }
        parts.append(text + lead + form([(key, known[field]) for key, field in zip(keys, fields, strict=True)]))
    return gap.join(parts)


def _with_payment(rng: Random, made: Mail) -> tuple[str, dict[str, object]]:
    spoken_date, iso = rng.choice(date_forms(rng))
    spoken_amount, plain = rng.choice(amount_forms(rng))
    said = rng.choice(
        (
            "I paid {a} on {d}.",
            "On {d} I paid {a}.",
            "It cost {a}, bought on {d}.",
            "Date {d}, price {a}.",
            "The sum was {a} and the day was {d}.",
        )
    ).format(a=spoken_amount, d=spoken_date)
    return made.text.replace(made.topic, f"{made.topic} {said}", 1), {"date": iso, "amount": plain}


def scan_list(rng: Random) -> str:
    """Return a list of order numbers, read twice; the second reading may be in another order."""
    ids = [names.order_id(rng, POOL) for _ in range(rng.randint(2, 8))]
    again = rng.sample(ids, len(ids)) if rng.random() < 0.3 else ids
    head, second = rng.choice(
        (
            ("Scanned:", "Checked:"),
            ("First pass", "Second pass"),
            ("in:", "out:"),
            ("A", "B"),
            ("Shelf list", "Shelf list again"),
            ("Sent:", "Received:"),
        )
    )
    sep = rng.choice((" ", "\n", ", "))
    return f"{head}\n{sep.join(ids)}\n{second}\n{sep.join(again)}"


def order_table(rng: Random) -> str:
    """Return orders with their owners and products, then the same facts listed another way."""
    rows = [
        (names.order_id(rng, POOL), names.person(rng, POOL), names.product(rng, POOL)) for _ in range(rng.randint(2, 5))
    ]
    first = "\n".join(" | ".join(row) for row in rows)
    asked = rng.sample(rows, rng.randint(1, len(rows)))
    style = rng.randrange(5)
    if style == 0:
        second = "\n".join(f"{person}: {order}" for order, person, _ in asked)
    elif style == 1:
        second = "\n".join(f"Who ordered {order}? {person}." for order, person, _ in asked)
    elif style == 2:
        second = "\n".join(f"{person} bought the {product}." for _, person, product in asked)
    elif style == 3:
        second = "\n".join(f"Which order has the {product}? {order}" for order, _, product in asked)
    else:
        second = "\n".join(json.dumps({"o": order, "p": product, "n": person}) for order, person, product in asked)
    return f"{rng.choice(('Orders of the day', 'Open orders', 'Table', 'List'))}\n{first}\n\n{second}"


def echo(rng: Random) -> str:
    """Return lines that say a name, product or number twice."""
    lines = []
    frame = rng.choice(
        (
            "{x} = {x}",
            "read {x}, wrote {x}",
            "{x} -> {x}",
            '"{x}": "{x}"',
            "Label {x}\nCopy {x}",
            "He spelled {x}. She noted {x}.",
            "in {x} / out {x}",
            '{{"as": "{x}", "is": "{x}"}}',
        )
    )
    for _ in range(rng.randint(2, 6)):
        maker = rng.choice((names.person, names.product, names.order_id, names.last_name, names.brand))
        lines.append(frame.format(x=maker(rng, POOL)))
    return "\n".join(lines)


def signatures(rng: Random) -> str:
    """Return short signed notes and then who signed them."""
    people = [names.person(rng, POOL) for _ in range(rng.randint(2, 4))]
    notes = []
    for person in people:
        about = rng.choice((names.product, names.order_id))(rng, POOL)
        notes.append(f"{rng.choice(('Note', 'Mail', 'Card'))} on {about}\n{rng.choice(phrases.CLOSINGS)}\n{person}")
    ask = rng.choice(("Signed by: ", "Writers: ", "From: ", "Names: "))
    return "\n\n".join(notes) + "\n\n" + ask + rng.choice((", ", "; ", "\n")).join(people)


def normalised(rng: Random) -> str:
    """Return dates or amounts as people write them, each beside its plain form."""
    maker = rng.choice((date_forms, amount_forms))
    arrow = rng.choice((" = ", " -> ", ": ", " | ", " => "))
    return "\n".join(arrow.join(rng.choice(maker(rng))) for _ in range(rng.randint(3, 9)))
