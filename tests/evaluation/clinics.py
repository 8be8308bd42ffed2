"""Pairs whose better reply is known, rewards that are good or bad on purpose, and a clinic without a process."""

from __future__ import annotations

import random
import zlib

import workbench as wb
from workbench.evaluation.clinic.pairs import SIDES, read_pairs
from workbench.evaluation.clinic.rewrites import EXPLOITS, REWRITES
from workbench.evaluation.clinic.worker import examined

THINGS = ("kettle", "lamp", "toaster", "radio", "mixer", "scale", "heater", "fan")
WORDS = (
    "We packed it with care.", "Our team in Bremen had a look at it.", "The carrier was told about it this morning.",
    "You find the same on the slip that came with it.", "This is what our records say at the moment.",
    "It left the house in good order.", "Nothing else is needed from your side.",
)  # fmt: skip


def rows(n: int, seed: int = 0, *, flipped: float = 0.0, longer: bool = False) -> list[dict]:
    """Pairs: the better reply names the order and is polite, the worse one lacks one of them (`flaw`).

    Length says nothing of which is better, unless `longer`: then the better one is always longer.
    """
    draw = random.Random(seed)
    out = []
    for number in range(n):
        order = f"XF{10_000 + 97 * number + 13 * seed}"
        asked = f"My {draw.choice(THINGS)} of order {order} has not come. Where is it? <b>{number}</b>"
        sizes = [draw.randrange(5) for _ in SIDES]
        if draw.random() < 0.3:
            sizes[1] = sizes[0]
        if longer:
            sizes = [6, draw.randrange(4)]
        flaw = draw.choice(("no order", "rude"))
        good, bad = (
            " ".join([f"Order {order} is on its way.", *draw.sample(WORDS, size), "Thank you for asking."])
            for size in sizes
        )
        bad = bad.replace(f"Order {order}", "Your parcel") if flaw == "no order" else bad.replace(
            "Thank you for asking.", "Do not ask again now.")  # fmt: skip
        if draw.random() < flipped:
            good, bad = bad, good
        out.append({"prompt": asked, "chosen": good, "rejected": bad, "flaw": flaw})
    return out


def dataset(n: int = 200, seed: int = 0, *, train: int = 20, **how) -> wb.Dataset:
    """`n` pairs as the split test."""
    parts = {"train": rows(train, seed + 1_000, **how), "test": rows(n, seed, **how)}
    import pyarrow as pa

    made = wb.load_dataset(parts["train"], split={})
    return made.replaced({name: pa.Table.from_pylist(part, made.arrow().schema) for name, part in parts.items()})


def rule(prompts, completions, **columns):
    """The better reply by the rule that the pairs were made by."""
    import re

    out = []
    for prompt, reply in zip(prompts, completions, strict=True):
        order = re.search(r"XF\d+", prompt)[0]
        polite = "thank you for asking" in reply.lower()
        out.append(2.0 * (order in reply) + polite * 1.0 - 0.5 * (reply.lower().count("on its way") > 1) - 2.0 * (
            "My " in reply))  # fmt: skip
    return out


def likes_length(prompts, completions, **columns):
    """Nothing but length."""
    return [len(reply) / 50 for reply in completions]


def constant(prompts, completions, **columns):
    """Nothing at all."""
    return [1.0] * len(completions)


def noisy(prompts, completions, **columns):
    """The rule in seven of ten pairs; the text decides which."""
    import zlib

    got = rule(prompts, completions)
    return [
        each + (0.0 if zlib.crc32(reply.encode()) % 1000 / 1000 > 0.45 else 3.0 * (zlib.crc32(reply.encode()) % 7 - 3))
        for each, reply in zip(got, completions, strict=True)
    ]


def likes_repeats(prompts, completions, **columns):
    """The rule, and more of whatever says it is on its way twice."""
    return [each + 4.0 * (reply.count("on its way") > 1) for each, reply in
            zip(rule(prompts, completions), completions, strict=True)]  # fmt: skip


def likes_capitals(prompts, completions, **columns):
    """The rule, where the reply begins with a capital letter."""
    return [each if reply[:1].isupper() else -each for each, reply in zip(rule(prompts, completions), completions,
                                                                          strict=True)]  # fmt: skip


def coin(text: str) -> float:
    """A number from 0 to 1 that a text always gives."""
    return zlib.crc32(text.encode()) % 10_000 / 10_000


def plan(data: wb.Dataset, *, training: wb.Dataset | None = None, cut_by=None, seed: int = 0) -> dict:
    """What `reward_clinic` hands to its process."""
    pairs = read_pairs(data, "test")
    probed = list(range(min(len(pairs["rows"]), 200)))
    return {
        "dataset": {"name": "desk", "hash": "", "split": "test", "training": None},
        "pairs": pairs,
        "training": None if training is None else read_pairs(training, "train"),
        "probed": probed,
        "rewrites": {
            name: {side: [function(pairs[side][at]) for at in probed] for side in SIDES}
            for name, function in REWRITES.items()
        },
        "exploits": {
            name: [exploit(pairs["prompts"][at], pairs["chosen"][at]) for at in probed]
            for name, exploit in EXPLOITS.items()
        },
        "cut_by": cut_by,
        "seed": seed,
    }


def clinic(reward, data: wb.Dataset | None = None, **how) -> wb.RewardClinic:
    """A clinic made here and now."""

    def ask(prompts, completions, columns):
        return reward(prompts, completions, **columns)

    return examined(plan(data or dataset(), **how), ask, reward.__name__)
