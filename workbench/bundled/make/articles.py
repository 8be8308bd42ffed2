"""The generator behind ``support-desk/articles``: workshop bulletins, domain text of a kind pretraining has not seen.

For tuning to domain text: bits per byte fall inside the domain, and one looks at what happens outside of it.
"""

from __future__ import annotations

from random import Random

from workbench.bundled.make import names

_PARTS = [
    "gasket",
    "thermostat fuse",
    "bearing",
    "drive belt",
    "ribbon cable",
    "solder joint",
    "pressure valve",
    "impeller",
    "capacitor",
    "pivot pin",
    "rubber grommet",
    "heating coil",
    "membrane keypad",
    "brass bushing",
    "torsion spring",
    "ferrite ring",
]
_SYMPTOMS = [
    "hums at start-up without turning",
    "trips the residual-current breaker",
    "loses pressure overnight",
    "drifts out of alignment",
    "draws current in standby",
    "seizes under load",
    "vibrates above half speed",
    "shows condensation behind the panel",
]
_CAUSES = [
    "was fitted dry",
    "has hardened with age",
    "was overtightened at the factory",
    "carries flux residue",
    "is undersized for the load",
    "has worn oval",
    "was routed across a sharp edge",
    "has lost its preload",
]
_TOOLS = [
    "torque driver",
    "feeler gauge",
    "crimping pliers",
    "multimeter",
    "heat gun",
    "circlip pliers",
    "bench vice",
    "dial indicator",
]
_ACTIONS = [
    "extract the {part} with the {tool}",
    "degrease the seat and dry it with lint-free cloth",
    "renew the {part} and torque it to {n} Nm",
    "apply {n} g of silicone compound to the {part}",
    "verify with the {tool} that play stays below 0.{n} mm",
    "reflow the joint at {n}0 degrees and inspect it under magnification",
    "soak the {part} for {n} minutes in isopropanol",
]
_NOTES = [
    "Units below serial {n}000 are exempt.",
    "Discard the removed {part}; it must not be refitted.",
    "Log the measured value on the bench card.",
    "Two technicians must countersign this work.",
    "The revised {part} carries a blue dot.",
    "Allow {n} minutes of dwell before the insulation test.",
]


def article(rng: Random, pool: str) -> str:
    """Return one workshop bulletin about a product of ``pool``."""
    product, part = names.product(rng, pool), rng.choice(_PARTS)

    def said(template: str) -> str:
        return template.format(part=part, tool=rng.choice(_TOOLS), n=rng.randint(2, 19))

    head = f"WORKSHOP BULLETIN {rng.randint(100, 999)}-{rng.choice('ABCD')}  Subject: {product}, {part}"
    first = rng.choice(
        (
            f"Observed: the unit {rng.choice(_SYMPTOMS)}.",
            f"Field units have been found where the assembly {rng.choice(_SYMPTOMS)}.",
        )
    )
    cause = rng.choice(
        (f"Root cause: the {part} {rng.choice(_CAUSES)}.", f"Teardown showed that the {part} {rng.choice(_CAUSES)}.")
    )
    steps = "\n".join(
        f"({'abcdef'[i]}) {said(action)};" for i, action in enumerate(rng.sample(_ACTIONS, rng.randint(3, 5)))
    )
    notes = " ".join(said(note) for note in rng.sample(_NOTES, rng.randint(1, 3)))
    released = f"Released by {names.person(rng, pool)}, technical office"
    return f"{head}\n{first} {cause}\nRemedial procedure:\n{steps}\n{notes}\n{released}"
