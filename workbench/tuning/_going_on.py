"""Tuning that goes on from an earlier adapter of the same kind, which can stay beside it, frozen, as the reference."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import Problem, RecipeError
from workbench.models.adapters import adapter_config

if TYPE_CHECKING:
    from workbench.tuning._base import Tuning

__all__ = ["go_on"]

REFERENCE = "ref"
FREE = ("lora_dropout", "target_modules")
"""Settings that may differ: the first shapes no weight, the layers are compared by their weights."""


def go_on(tuning: Tuning, model: Any, path: str | os.PathLike[str], keep_reference: bool) -> None:
    """See `Tuning.go_on`."""
    import peft
    from safetensors.torch import load_file

    folder = Path(path)
    if problems := _other_settings(tuning, adapter_config(folder), folder):
        raise RecipeError(problems)
    earlier, fresh = load_file(folder / "adapter_model.safetensors"), peft.get_peft_model_state_dict(model)
    layers = {name for name in fresh if ".score." not in f".{name}"}  # a new head has no earlier one
    if missing := sorted(layers ^ {name for name in earlier if ".score." not in f".{name}"}):
        raise RecipeError([Problem(
            "tuning", f"is not that of the run it starts from ({folder}): only one of the two has {missing[0]}.",
            "Take the settings of that run's recipe.",
        )])  # fmt: skip
    other = [name for name in layers if earlier[name].shape != fresh[name].shape]
    if other:
        raise RecipeError([Problem(
            "tuning", f"is not that of the run it starts from ({folder}): {other[0]} is {tuple(fresh[other[0]].shape)} "
            f"and was {tuple(earlier[other[0]].shape)}.", "Take the settings of that run's recipe.",
        )])  # fmt: skip
    peft.set_peft_model_state_dict(model, {**fresh, **earlier})
    if keep_reference:
        _add_reference(model)


def _other_settings(tuning: Tuning, kept: dict[str, Any], folder: Path) -> list[Problem]:
    problems = []
    for field in dataclasses.fields(tuning):
        value, was = getattr(tuning, field.name), kept.get(field.name)
        plain = isinstance(value, (int, float, str)) and not field.name.endswith(("init", "init_lora_weights"))
        if field.name in kept and field.name not in FREE and plain and value != was:
            problems.append(Problem(
                f"tuning.{field.name}", f"is {value!r}, and the run it goes on from ({folder}) had {was!r}.",
                f"Set it to {was!r}.",
            ))  # fmt: skip
    return problems


def _add_reference(model: Any) -> None:
    model.add_adapter(REFERENCE, model.peft_config["default"])
    parameters = dict(model.named_parameters())
    for name, value in parameters.items():
        if f".{REFERENCE}" in name:
            value.data.copy_(parameters[name.replace(f".{REFERENCE}", ".default")].data)
            value.requires_grad_(False)
    model.set_adapter("default")
