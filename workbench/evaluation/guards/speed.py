"""Speed: what an answer and a token cost, before and after, on this machine now.

Every prompt is asked alone and anew, the two models in turns where they share a base, so that whatever else the machine
does meets both. An adapter that is not merged costs time with every token; a model that talks longer costs time with
every answer.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from workbench.errors import DatasetError
from workbench.evaluation.guards.lights import Guard, by_size, cannot_tell, worst
from workbench.evaluation.guards.subject import Subject
from workbench.evaluation.statistics import mean

__all__ = ["look"]

NAME = "speed"
PROMPTS, TOKENS = 5, 40

AMBER, RED = 1.5, 2.0
"""How many times the time before, when the interval leaves out 1. An adapter beside a tiny base costs about a third and
can be merged away; twice the time is twice the machines."""


def look(subject: Subject) -> Guard:
    """Seconds a token and seconds an answer, as a ratio of after to before."""
    try:
        prompts: list[Any] = subject.own.prompts
    except DatasetError:
        prompts = subject.requests.prompts
    prompts, systems = prompts[:PROMPTS], (subject.before, subject.after)
    turns = [(which, prompt) for prompt in prompts for which in (0, 1)]
    if systems[0].model != systems[1].model:  # only one of two bases fits: each answers all of its prompts at once
        turns = [(which, prompt) for which in (0, 1) for prompt in prompts]
    timed: list[list[Any]] = [[], []]
    for which, prompt in turns:
        if not timed[which]:
            subject.fresh.generate(systems[which], [prompt], max_new_tokens=2)  # loads it, and warms up
        timed[which] += subject.fresh.generate(systems[which], [prompt], max_new_tokens=TOKENS)
        subject.tell(len(timed[0]) + len(timed[1]), len(turns), systems[which].name)
    if any(not said.tokens or said.seconds <= 0 for found in timed for said in found):
        return cannot_tell(NAME, "some answers took no measurable time.")
    seconds, tokens = (
        np.array([[getattr(said, what) for said in found] for found in timed]) for what in ("seconds", "tokens")
    )
    numbers: dict[str, Any] = {
        "seconds_a_token": _ratio(seconds[0] / tokens[0], seconds[1] / tokens[1]),
        "seconds_an_answer": _ratio(seconds[0], seconds[1]),
        "tokens_per_second": {
            name: float(tokens[at].sum() / seconds[at].sum()) for at, name in enumerate(("before", "after"))
        },
        "n": len(timed[0]),
        "max_new_tokens": TOKENS,
        "amber_from": AMBER,
        "red_from": RED,
    }
    a_token, an_answer, rate = (numbers[name] for name in ("seconds_a_token", "seconds_an_answer", "tokens_per_second"))
    light = worst(by_size(each["ratio"], AMBER, RED) if each["low"] > 1 else "green" for each in (a_token, an_answer))
    sentence = (
        f"A token takes {a_token['ratio']:.2f} times as long as before ({rate['after']:.0f} tokens/s, before "
        f"{rate['before']:.0f}), an answer {an_answer['ratio']:.2f} times ({an_answer['after']:.2f} s, before "
        f"{an_answer['before']:.2f} s; {len(timed[0])} prompts one at a time, at most {TOKENS} tokens)."
    )
    if light != "green" and subject.after.adapters and a_token["low"] > 1:
        sentence += " Its adapter is computed beside the base; merged into it, where it can be, it costs nothing."
    figure = f"{a_token['ratio']:.2f} times a token"
    return {"name": NAME, "light": light, "figure": figure, "sentence": sentence, "numbers": numbers}


def _ratio(before: np.ndarray, after: np.ndarray) -> dict[str, float]:
    """Means, and the ratio as the geometric mean over prompts with its interval."""
    found = mean(np.log(after / before), unit="")
    return {"before": float(before.mean()), "after": float(after.mean()), "ratio": math.exp(found.value),
            "low": math.exp(found.low), "high": math.exp(found.high)}  # fmt: skip
