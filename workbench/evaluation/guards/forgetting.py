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
    parts = {
        "general": [row["text"] for row in pick_rows(load_dataset(GENERAL, split={}), TEXTS).rows],
        "desk": [row["prompt"] for row in pick_rows(DESK, TEXTS).rows],
    }
    probes = list(load_dataset(PROBES, split={}))
    parts |= {ending: [row["prompt"] + row[ending] for row in probes] for ending in ("completion", "wrong")}
    every = [text for texts in parts.values() for text in texts]
    nats = np.array([[each.nats for each in subject.likelihoods(system, every)]
                     for system in (subject.before, subject.after)])  # fmt: skip
    if not np.isfinite(nats[1]).all():
        why = "Everything is forgotten: the tuned model finds no likelihood for plain text, so its weights are broken."
        return {"name": NAME, "light": "red", "figure": "no likelihood", "sentence": why, "numbers": {}}
    found = dict(
        zip(parts, np.split(nats, np.cumsum([len(texts) for texts in parts.values()])[:-1], axis=1), strict=True)
    )
    numbers: dict[str, Any] = {}
    lights: list[Light] = []
    said = []
    for name, title in (("general", "general text"), ("desk", "text of the support desk")):
        numbers[name], light = _bits(found[name], parts[name])
        lights.append(light)
        said.append(
            f"{title} takes {percent(numbers[name]['change'])} bits per byte ({numbers[name]['before']:.3f} before, "
            f"{numbers[name]['after']:.3f} after, {len(parts[name])} texts)"
        )
    numbers["probes"], light, words = _probes(found["completion"] < found["wrong"])
    light = worst([*lights, light])
    means = {"green": "Little is forgotten", "amber": "Some is forgotten", "red": "Much is forgotten"}[light]
    sentence = f"{means}: {said[0]}; {said[1]}; {words}."
    return {"name": NAME, "light": light, "figure": f"{percent(numbers['general']['change'])} bits per byte",
            "sentence": sentence, "numbers": numbers}  # fmt: skip


def _bits(nats: np.ndarray, texts: list[str]) -> tuple[dict[str, float], Light]:
    """Figures and light for some texts, from the nats of each before and after, shape ``(2, n)``."""
    sizes = [len(text.encode()) for text in texts]
    before, after = nats / np.log(2) / sizes
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


def _probes(prefers: np.ndarray) -> tuple[dict[str, float], Light, str]:
    """Figures, light and words for the endings, from whether the right one is likelier before and after, ``(2, n)``."""
    known, lost, n = int(prefers[0].sum()), int((prefers[0] & ~prefers[1]).sum()), prefers.shape[1]
    numbers: dict[str, float] = {"known_before": known, "lost": lost, "n": n}
    if known < FEWEST:
        return numbers, "grey", f"of {n} endings only {known} were known before, too few to tell"
    low, high = wilson(lost, known)
    numbers |= {"low": low, "high": high, "amber_from": PROBES_AMBER, "red_from": PROBES_RED}
    light = by_size(lost / known, PROBES_AMBER, PROBES_RED)
    return numbers, light, f"{lost} of {known} endings that were known are lost"
