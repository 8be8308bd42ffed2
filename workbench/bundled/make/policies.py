"""The generator behind ``support-desk/policies-1`` and ``-2`` and the questions on them: facts that change.

A fact (what a thing's repair costs, how long a country's delivery takes) stands in one article and no other. Version 2
has the same articles under the same ids, and a part of the values is new. Each fact is asked in three wordings: in the
article's words, with half of them, and in words that the article does not have. Splits share no product line, no
country, and so no fact.

Articles and most questions have the form in which the base model met passages in pretraining (``corpus_text``), so that
it can read them untuned; questions about days and hours do not, and must be learned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from workbench.bundled.make import names

VERSIONS = (1, 2)
CHANGED = 0.4
"""The share of facts that are new in version 2."""
WORDINGS = ("article", "half", "other")

LINES = {
    "train": {
        "stroller": "pram", "sofa": "couch", "vacuum cleaner": "hoover", "headphones": "earpieces",
        "backpack": "rucksack", "rug": "carpet", "umbrella": "brolly", "wallet": "purse", "heater": "radiator",
        "freezer": "icebox", "monitor": "screen", "shaver": "razor", "grill": "barbecue", "projector": "beamer",
        "treadmill": "running machine", "bookshelf": "bookcase", "suitcase": "trolley",
    },
    "validation": {
        "jacket": "anorak", "oven": "cooker", "helmet": "hard hat", "doorbell": "chime", "watch": "timepiece",
    },
    "test": {
        "fan": "ventilator", "frying pan": "skillet", "pillow": "cushion", "curtain": "drape",
        "thermostat": "heat dial", "light bulb": "lamp", "blender": "liquidiser", "boots": "wellingtons",
    },
}  # fmt: skip
"""Product lines as the articles call them, and what else people call them."""
COUNTRIES = {
    "train": {
        "Norway": "Oslo", "Sweden": "Stockholm", "Ireland": "Dublin", "Portugal": "Lisbon", "Spain": "Madrid",
        "Italy": "Rome", "Austria": "Vienna", "Poland": "Warsaw", "Greece": "Athens", "Finland": "Helsinki",
        "Denmark": "Copenhagen", "Belgium": "Brussels",
    },
    "validation": {"France": "Paris", "Hungary": "Budapest", "Croatia": "Zagreb"},
    "test": {
        "Estonia": "Tallinn", "Germany": "Berlin", "Iceland": "Reykjavik", "Malta": "Valletta", "Cyprus": "Nicosia",
    },
}  # fmt: skip
"""Countries as the articles call them, and their capitals, which the articles never name."""

Draw = Callable[[Random], str]


def _euros(rng: Random) -> str:
    return f"{rng.randint(10, 99)} EUR"


def _years(rng: Random) -> str:
    return f"{rng.randint(1, 10)} years"


def _days(rng: Random) -> str:
    return f"{rng.randint(2, 60)} days"


def _weight(rng: Random) -> str:
    return f"{rng.randint(1, 40)} kg"


def _city(rng: Random) -> str:
    return rng.choice(names.CITIES)


def _hour(rng: Random) -> str:
    return f"{rng.randint(6, 11)}:{rng.choice(('00', '15', '30', '45'))}"


# Article, kind of fact, how its values are drawn, its sentence, and a question a wording; {x} is what the article
# calls the thing, {y} what else people call it.
ABOUT_LINES: list[tuple[str, str, Draw, str, tuple[str, str, str]]] = [
    ("care", "warranty", _years, "The warranty of the {x} is {v}.",
     ("How long is the warranty of the {x}?", "How long is the guarantee of the {x}?",
      "How long is the cover of the {y}?")),
    ("care", "repair", _euros, "The repair of the {x} costs {v}.",
     ("What does the repair of the {x} cost?", "What does the mending of the {x} cost?",
      "What does the fixing of the {y} cost?")),
    ("returns", "return", _euros, "The return of the {x} costs {v}.",
     ("What does the return of the {x} cost?", "What does the sending back of the {x} cost?",
      "What does the pickup of the {y} cost?")),
    ("returns", "window", _days, "The return window of the {x} is {v}.",
     ("How long is the return window of the {x}?", "How many days may I try the {x}?",
      "By when must the {y} go back?")),
    ("parts", "box", _weight, "The box of the {x} weighs {v}.",
     ("How heavy is the box of the {x}?", "How heavy is the packed {x}?", "How heavy is the carton with the {y}?")),
    ("parts", "spare", _city, "The spare part of the {x} is made in {v}.",
     ("Where is the spare part of the {x} made?", "Where is the replacement for the {x} made?",
      "Where is the refill for the {y} made?")),
]  # fmt: skip
ABOUT_COUNTRIES: list[tuple[str, str, Draw, str, tuple[str, str, str]]] = [
    ("delivery", "postage", _euros, "The delivery to {x} costs {v}.",
     ("What does the delivery to {x} cost?", "What does the postage to {x} cost?", "What does a parcel to {y} cost?")),
    ("delivery", "days", _days, "The delivery to {x} takes {v}.",
     ("How long does the delivery to {x} take?", "How many days until an order is in {x}?",
      "How soon do you reach {y}?")),
    ("desk", "limit", _weight, "The heaviest parcel to {x} weighs {v}.",
     ("How heavy is the heaviest parcel to {x}?", "How heavy is the largest box to {x}?",
      "How heavy is the biggest package to {y}?")),
    ("desk", "hour", _hour, "The desk for {x} opens at {v}.",
     ("When does the desk for {x} open?", "From what time do you answer calls from {x}?",
      "When can {y} ring you up?")),
]  # fmt: skip


def articles(version: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the articles of a version, ``id`` and ``text``, in an order that says nothing."""
    texts: dict[str, list[str]] = {}
    for fact in _facts(seed):
        texts.setdefault(fact["article"], []).append(fact["sentence"].replace("{v}", fact[f"version_{version}"]))
    ids = list(texts)
    Random(f"{seed}:policies:order").shuffle(ids)
    for article in ids:
        yield {"id": article, "text": " ".join(texts[article])}


def questions(version: int, split: str, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the questions of a split, the answers those of a version."""
    rows = [
        {"fact": fact["id"], "kind": fact["kind"], "wording": wording, "prompt": question,
         "completion": fact[f"version_{version}"], "gold": [fact["article"]], "changed": fact["changed"],
         "version_1": fact["version_1"], "version_2": fact["version_2"]}
        for fact in _facts(seed) if fact["split"] == split
        for wording, question in zip(WORDINGS, fact["questions"], strict=True)
    ]  # fmt: skip
    Random(f"{seed}:policies:{split}").shuffle(rows)
    for number, row in enumerate(rows, start=1):
        yield {"id": f"policy-questions-{split}-{number:04d}", **row}


def _facts(seed: int) -> Iterator[dict[str, Any]]:
    """Every fact with both its values; the one of version 2 is another where it changes."""
    rng = Random(f"{seed}:policies")
    for subjects, kinds in ((LINES, ABOUT_LINES), (COUNTRIES, ABOUT_COUNTRIES)):
        for split, called in subjects.items():
            for x, y in called.items():
                for article, kind, draw, sentence, asked in kinds:
                    before, after = draw(rng), draw(rng)
                    changed = rng.random() < CHANGED
                    while changed and after == before:
                        after = draw(rng)
                    name = x.lower().replace(" ", "-")
                    yield {
                        "id": f"{name}-{kind}", "article": f"{name}-{article}", "split": split, "kind": kind,
                        "sentence": sentence.replace("{x}", x), "changed": changed, "version_1": before,
                        "version_2": after if changed else before,
                        "questions": [text.format(x=x, y=y) for text in asked],
                    }  # fmt: skip
