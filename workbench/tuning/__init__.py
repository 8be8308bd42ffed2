"""Ways of tuning: which weights may move. One file each, discovered by name."""

from __future__ import annotations

import importlib
import pkgutil

from workbench.tuning._base import Tuning

__all__ = ["Tuning", "tunings"]


def tunings() -> dict[str, type[Tuning]]:
    """Every way of tuning in this package, by its name: ``{"full": Full, "lora": LoRA}``."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            for value in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
                if isinstance(value, type) and issubclass(value, Tuning) and "name" in vars(value):
                    found[value.name] = value
    return dict(sorted(found.items()))
