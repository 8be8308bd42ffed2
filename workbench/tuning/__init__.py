"""Ways of tuning: which weights may move. One file each, discovered by name."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from workbench.models.adapters import adapter_config
from workbench.tuning._base import Tuning

__all__ = ["Tuning", "tuning_of", "tunings"]


def tunings() -> dict[str, type[Tuning]]:
    """Every way of tuning in this package, by its name: ``{"full": Full, "lora": LoRA}``."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            for value in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
                if isinstance(value, type) and issubclass(value, Tuning) and "name" in vars(value):
                    found[value.name] = value
    return dict(sorted(found.items()))


def tuning_of(adapter: Path) -> Tuning:
    """The way of tuning that made an adapter, from the recipe of its run or from the adapter itself."""
    import yaml

    recipe = adapter.parent / "recipe.yaml"
    if recipe.is_file():
        name = yaml.safe_load(recipe.read_text(encoding="utf-8"))["tuning"]["name"]
    else:
        kind = adapter_config(adapter)["peft_type"]
        name = next((name for name, tuning in tunings().items() if tuning.peft_type == kind), "")
    return tunings().get(name, Tuning)()
