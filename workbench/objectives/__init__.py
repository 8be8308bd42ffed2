"""Objectives: what is optimised. One file each, discovered by name."""

from __future__ import annotations

import importlib
import pkgutil

from workbench.objectives._base import Encoded, Objective
from workbench.objectives.arguments import sft_arguments
from workbench.objectives.gate import GateReport, gate, row_limit
from workbench.objectives.hardware import Machine, machine
from workbench.objectives.resolving import Facts, Resolved, resolve
from workbench.objectives.training import Training

__all__ = [
    "Encoded",
    "Facts",
    "GateReport",
    "Machine",
    "Objective",
    "Resolved",
    "Training",
    "gate",
    "machine",
    "objectives",
    "resolve",
    "row_limit",
    "sft_arguments",
]


def objectives() -> dict[str, type[Objective]]:
    """Every objective in this package, by its name: ``{"sft": SFT}``."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            for value in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
                if isinstance(value, type) and issubclass(value, Objective) and "name" in vars(value):
                    found[value.name] = value
    return dict(sorted(found.items()))
