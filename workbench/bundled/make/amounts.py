"""Dates and sums of money as people write them, each with its plain form.

Plain forms: a date is ``YYYY-MM-DD``; a sum is ``12.50``, with a point and two decimals and no currency.
"""

from __future__ import annotations

from random import Random

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def _ordinal(day: int) -> str:
    return f"{day}{'th' if 10 <= day % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def date_forms(rng: Random) -> list[tuple[str, str]]:
    """Return one random day of 2023 to 2026 in several spellings, each paired with its plain form."""
    year, month, day = rng.randint(2023, 2026), rng.randint(1, 12), rng.randint(1, 28)
    name, iso = MONTHS[month - 1], f"{year}-{month:02d}-{day:02d}"
    spoken = (
        f"{day} {name} {year}",
        f"{name} {day}, {year}",
        f"{_ordinal(day)} {name} {year}",
        f"{name} {_ordinal(day)}, {year}",
        f"{day}.{month}.{year}",
        f"{day:02d}.{month:02d}.{year}",
        f"{day} {name[:3]} {year}",
        f"{day:02d}/{month:02d}/{year}",
        iso,
    )
    return [(text, iso) for text in spoken]


def amount_forms(rng: Random) -> list[tuple[str, str]]:
    """Return one random sum in several spellings, each paired with its plain form."""
    whole = rng.choice((rng.randint(3, 99), rng.randint(100, 999), rng.randint(1000, 2999)))
    cents = rng.choice((0, 0, 50, 90, 95, 99, rng.randint(1, 99)))
    plain = f"{whole}.{cents:02d}"
    comma = f"{whole},{cents:02d}"
    sign = rng.choice("$€£")
    code = rng.choice(("EUR", "USD", "GBP"))
    spoken = [
        f"{sign}{plain}",
        f"{code} {plain}",
        f"{plain} {code}",
        f"{comma} {code}",
        f"{sign}{comma}",
        f"{plain} {sign}",
    ]
    if whole > 999:
        spoken += [
            f"{code} {whole // 1000},{whole % 1000:03d}.{cents:02d}",
            f"{sign}{whole // 1000},{whole % 1000:03d}.{cents:02d}",
        ]
    if cents == 0:
        word = {"$": "dollars", "€": "euros", "£": "pounds"}[sign]
        spoken += [f"{whole} {word}", f"{sign}{whole}", f"{whole} {code}"]
    return [(text, plain) for text in spoken]
