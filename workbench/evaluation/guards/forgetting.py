"""Forgetting: does the model still know what it knew before?

Three looks: bits per byte on general text and on text of the desk, both held out, and sentences whose right ending the
model preferred before tuning. Tuning forgets even where the task itself goes well (Luo et al. 2023,
https://arxiv.org/abs/2308.08747; for LoRA Biderman et al. 2024, https://arxiv.org/abs/2405.09673).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.data.dataset import load_dataset
from workbench.evaluation.guards.lights import Guard, Light, by_size, percent, worst
from workbench.evaluation.guards.subject import Subject
from workbench.evaluation.picking import pick_rows
from workbench.evaluation.statistics import paired_difference, wilson

__all__ = ["look"]

NAME = "forgetting"
TEXTS = 40
GENERAL, DESK, PROBES = "general/heldout", "support-desk/tickets", "general/probes"

AMBER, RED = 0.10, 0.30
"""How much more bits per byte may be needed, as a share of those before, when the difference is shown."""
PROBES_AMBER, PROBES_RED = 0.10, 0.25
"""The share of the endings known before that may be lost."""
FEWEST = 6
"""Below so many endings known before, their loss cannot be told."""


def look(subject: Subject) -> Guard:
    """Bits per byte and known endings, before against after."""
    general = [row["text"] for row in pick_rows(load_dataset(GENERAL, split={}), TEXTS).rows]
    desk = [row["prompt"] for row in pick_rows(DESK, TEXTS).rows]
    numbers: dict[str, Any] = {}
    lights: list[Light] = []
    said = []
    for name, title, texts in (("general", "general text", general), ("desk", "text of the support desk", desk)):
        before, after, sizes = subject.bits_per_byte(texts)
        if not np.isfinite(after).all():
            why = f"Everything is forgotten: the tuned model finds no likelihood for {title}, its weights are broken."
            return {"name": NAME, "light": "red", "figure": "no likelihood", "sentence": why, "numbers": {}}
        numbers[name], light = _bits(before, after, sizes)
        lights.append(light)
        found = numbers[name]
        said.append(
            f"{title} takes {percent(found['change'])} bits per byte ({found['before']:.3f} before, "
            f"{found['after']:.3f} after, {len(texts)} texts)"
        )
    numbers["probes"], light, words = _probes(subject)
    lights.append(light)
    light = worst(lights)
    means = {"green": "Little is forgotten", "amber": "Some is forgotten", "red": "Much is forgotten"}[light]
    sentence = f"{means}: {said[0]}; {said[1]}; {words}."
    return {"name": NAME, "light": light, "figure": f"{percent(numbers['general']['change'])} bits per byte",
            "sentence": sentence, "numbers": numbers}  # fmt: skip


def _bits(before: list[float], after: list[float], sizes: list[int]) -> tuple[dict[str, float], Light]:
    whole = float(np.average(before, weights=sizes))
    difference = paired_difference(before, after, weights=sizes, unit="bits per byte", higher_is_better=False)
    change = difference.value / whole
    light = by_size(change, AMBER, RED) if difference.better is False else "green"
    return {
        "before": whole,
        "after": whole + difference.value,
        "change": change,
        "low": difference.low / whole,
        "high": difference.high / whole,
        "p_value": difference.p_value,
        "n": len(sizes),
        "amber_from": AMBER,
        "red_from": RED,
    }, light


def _probes(subject: Subject) -> tuple[dict[str, float], Light, str]:
    rows = list(load_dataset(PROBES, split={}))
    right, wrong = ([row["prompt"] + row[ending] for row in rows] for ending in ("completion", "wrong"))
    prefers = []
    for system in (subject.before, subject.after):
        nats = np.array([each.nats for each in subject.likelihoods(system, right + wrong)])
        prefers.append(nats[: len(rows)] < nats[len(rows) :])
    known, lost = int(prefers[0].sum()), int((prefers[0] & ~prefers[1]).sum())
    numbers: dict[str, float] = {"known_before": known, "lost": lost, "n": len(rows)}
    if known < FEWEST:
        return numbers, "grey", f"of {len(rows)} endings only {known} were known before, too few to tell"
    low, high = wilson(lost, known)
    numbers |= {"low": low, "high": high, "amber_from": PROBES_AMBER, "red_from": PROBES_RED}
    light = by_size(lost / known, PROBES_AMBER, PROBES_RED)
    return numbers, light, f"{lost} of {known} endings that were known are lost"
