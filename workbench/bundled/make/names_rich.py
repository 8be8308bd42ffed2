"""Names, products and numbers in more shapes, for the documents of ``corpus_rich.py``: the same pools as ``names.py``.

Products may lack the word for what they are, start small, or have two brands' worth of words; people may sign small.
"""

from __future__ import annotations

from random import Random

from workbench.bundled.make import names
from workbench.bundled.make.names import order_id

__all__ = ["order_id", "person", "product"]

_SERIES = [
    "Aria",
    "Nova",
    "Classic",
    "Neo",
    "Eco",
    "Sport",
    "Home",
    "Smart",
    "Go",
    "Ultra",
    "One",
    "Basic",
    "City",
    "Nordic",
    "Alpha",
    "Luna",
    "Vega",
    "Prime",
    "Junior",
    "XL",
    "S",
    "M",
    "L",
    "II",
    "3",
    "5",
    "9",
    "Next",
    "Comfort",
    "Cool",
    "Fresh",
    "Power",
    "Silent",
    "Light",
    "Easy",
    "Quick",
]
_KINDS = [
    "floor lamp",
    "garden chair",
    "standing desk",
    "espresso machine",
    "wireless earbuds",
    "smart watch",
    "air fryer",
    "bread maker",
    "hand blender",
    "pressure cooker",
    "electric toothbrush",
    "hair straightener",
    "robot vacuum",
    "steam iron",
    "washing machine",
    "fridge",
    "dryer",
    "electric blanket",
    "wall clock",
    "picture frame",
    "wool sweater",
    "winter coat",
    "hiking boots",
    "sneakers",
    "jeans",
    "dress",
    "swimsuit",
    "gloves",
    "scarf",
    "sunglasses",
    "handbag",
    "rucksack",
    "trolley",
    "pram",
    "high chair",
    "board game",
    "puzzle",
    "toy train",
    "doll house",
    "bike lock",
    "bike light",
    "child seat",
    "car charger",
    "dash cam",
    "tyre pump",
    "tool box",
    "cordless drill",
    "saw",
    "paint set",
    "water filter",
    "soda maker",
    "thermos",
    "lunch box",
    "cutting board",
    "wok",
    "teapot",
    "mug set",
    "wine cooler",
    "bluetooth speaker",
    "e-reader",
    "game controller",
    "graphics tablet",
    "external drive",
    "USB hub",
    "docking station",
    "gaming chair",
    "desk mat",
    "hammock",
    "parasol",
    "camping stove",
    "cool box",
    "bird feeder",
    "cat fountain",
    "dog leash",
    "fish tank heater",
    "plant lamp",
    "lawn trimmer",
    "hedge cutter",
    "pressure washer",
    "electric scooter",
    "tennis racket",
]


def product(rng: Random, pool: str) -> str:
    """Return a product's name in one of many shapes."""
    if rng.random() < 0.35:
        return names.product(rng, pool)
    brand, kind = names.brand(rng, pool), rng.choice(_KINDS if rng.random() < 0.7 else names.NOUNS)
    series, letters = rng.choice(_SERIES), "ABCDEFGHKLMPRSTVWXZ"
    number = rng.choice((
        f"{rng.choice(letters)}{rng.choice(('', '-'))}{rng.randint(1, 999)}",
        str(rng.randint(1, 30) * 100),
        f"{rng.choice(letters)}{rng.choice(letters)}-{rng.randint(2, 990)}",
        f"{rng.randint(2, 90)}L",
        f"{rng.randint(1, 9)}",
    ))  # fmt: skip
    return rng.choice((
        f"{brand} {kind}", f"{brand} {series} {kind}", f"{brand} {number} {kind}", f"{brand} {series}",
        f"{brand} {series} {number}", f"{brand} {kind} {number}", f"{brand}{series} {kind}", f"{brand} {number}",
        f"{brand.lower()} {kind}", f"{brand} {kind.title()}", f"{brand} {series} {number} {kind}",
        f"{brand} {names.brand(rng, pool)} {kind}",
    ))  # fmt: skip


def person(rng: Random, pool: str) -> str:
    """Return a name as people sign, in more shapes."""
    if rng.random() < 0.6:
        return names.person(rng, pool)
    first, last = names.first_name(rng, pool), names.last_name(rng, pool)
    other, second = names.first_name(rng, pool), names.last_name(rng, pool)
    return rng.choice((
        first, first, f"{first} {last}", f"{first.lower()} {last.lower()}", first.lower(), f"{first} {last[0]}.",
        f"{first} & {other} {last}", f"{first[0]}.{other[0]}. {last}", f"{first} {last} {second}",
        f"{first} van {last}", f"{first} de {last}", f"Prof. {last}", f"{first.upper()} {last.upper()}",
        f"{first}-{other} {last}",
    ))  # fmt: skip
