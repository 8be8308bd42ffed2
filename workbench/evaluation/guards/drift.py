"""Drift: have length and form of the answers moved away from what the references are like?

Tuning is meant to move them, so only moving *away* from the references counts. Each of these is a share of the answers,
before and after: says anything, ends by itself, is valid JSON where the references are, is in their language. For
length it is the distance between answer and reference. Answers are cut off where the room for them ends, so rows whose
reference is too long for it tell nothing about end, form and length.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from workbench.data.checks.style import language_of
from workbench.evaluation.evaluate import decoding_for
from workbench.evaluation.facts import Answered
from workbench.evaluation.guards.lights import Guard, Light, by_size, cannot_tell, worst
from workbench.evaluation.guards.subject import Asked, Subject
from workbench.evaluation.statistics import paired_difference
from workbench.metrics.records import valid_json
from workbench.metrics.strict_json import is_container

__all__ = ["look"]

NAME = "drift"

AMBER, RED = 0.10, 0.20
"""By how much a share may fall; for red the fall must also be shown."""
LENGTH_AMBER, LENGTH_RED = 1.25, 2.0
"""How many times farther from the length of the reference answers may be; for red this must also be shown."""
FEWEST = 6
"""Below so many answers with a language it is not compared."""

_TITLES = {"says_something": "say anything", "ends": "end by themselves", "json": "are valid JSON",
           "language": "are in the language of the references"}  # fmt: skip


def look(subject: Subject) -> Guard:
    """Shares and lengths, before against after."""
    asked = subject.own
    if not any(said.text.strip() for said in asked.before + asked.after):
        return cannot_tell(NAME, f"neither model gave an answer to any of the {len(asked.prompts)} prompts.")
    numbers: dict[str, Any] = {}
    lights: list[Light] = []
    for name, (before, after) in _shares(asked).items():
        found = paired_difference(before, after)
        numbers[name] = {"before": sum(before) / len(before), "after": sum(after) / len(after), "low": found.low,
                         "high": found.high, "p_value": found.p_value, "n": len(before)}  # fmt: skip
        lights.append(_light(-found.value, found.better is False, AMBER, RED))
    numbers["length"] = _lengths(asked)
    if "ratio" in numbers["length"]:
        away = numbers["length"]
        lights.append(_light(away["ratio"], away["low"] > 1, LENGTH_AMBER, LENGTH_RED))
    light = worst(lights)
    shares = [
        f"{numbers[name]['after']:.0%} {title} (before {numbers[name]['before']:.0%})".replace("%", " %")
        for name, title in _TITLES.items()
        if name in numbers
    ]
    length = numbers["length"]
    middle = f"half have {length['after']:,} characters or fewer (before {length['before']:,}"
    middle += f", references {length['references']:,})" if "references" in length else ")"
    means = {"green": "No drift away from the references", "amber": "Some drift", "red": "Drift"}[light]
    sentence = f"{means}: of {len(asked.prompts)} answers {', '.join(shares)}; {middle}."
    first = "ends" if "ends" in numbers else "says_something"
    figure = f"{numbers[first]['after']:.0%} {_TITLES[first]}".replace("%", " %")
    numbers |= {"amber_from": AMBER, "red_from": RED}
    return {"name": NAME, "light": light, "figure": figure, "sentence": sentence, "numbers": numbers}


def _light(worse: float, shown: bool, amber: float, red: float) -> Light:
    light = by_size(worse, amber, red)
    return "amber" if light == "red" and not shown else light


def _shares(asked: Asked) -> dict[str, tuple[list[float], list[float]]]:
    """Which answers have what is looked for, 0 or 1 each, before and after."""
    both = (asked.before, asked.after)
    whole = _whole(asked)
    found = {"says_something": tuple([float(bool(said.text.strip())) for said in each] for each in both)}
    if whole:
        found["ends"] = tuple([float(each[at].stop == "eos") for at in whole] for each in both)
    known = [reference for reference in asked.references if reference]
    if len(whole) == len(known) and known and all(map(is_container, known)):
        found["json"] = tuple([float(valid_json(said.text)) for said in each] for each in both)
    elif known and (counts := Counter(filter(None, map(language_of, known)))):
        main = counts.most_common(1)[0][0]
        spoken = [(language_of(a.text), language_of(b.text)) for a, b in zip(*both, strict=True)]
        told = [(a == main, b == main) for a, b in spoken if a is not None and b is not None]
        if len(told) >= FEWEST:
            found["language"] = tuple([float(pair[at]) for pair in told] for at in (0, 1))
    return found  # type: ignore[return-value]


def _whole(asked: Asked) -> list[int]:
    """The rows whose reference has room in an answer, or that have none."""
    return [
        at
        for at, reference in enumerate(asked.references)
        if reference is None or decoding_for(None, [reference])["max_new_tokens"] <= asked.room
    ]


def _lengths(asked: Asked) -> dict[str, float]:
    """Medians in characters, and how many times farther from the references the answers are now, with an interval."""
    out: dict[str, float] = {"before": _median(asked.before), "after": _median(asked.after)}
    pairs = [
        (len(reference), len(asked.before[at].text), len(asked.after[at].text))
        for at in _whole(asked)
        if (reference := asked.references[at])
    ]
    if not pairs:
        return out
    before, after = ([abs(math.log((pair[at] + 1) / (pair[0] + 1))) for pair in pairs] for at in (1, 2))
    found = paired_difference(before, after, unit="", higher_is_better=False)
    return out | {
        "references": sorted(pair[0] for pair in pairs)[len(pairs) // 2],
        "ratio": math.exp(found.value),
        "low": math.exp(found.low),
        "high": math.exp(found.high),
        "n": len(pairs),
    }


def _median(said: list[Answered]) -> int:
    return sorted(len(each.text) for each in said)[len(said) // 2]
