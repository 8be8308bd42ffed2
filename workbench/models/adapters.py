"""Adapters' folders: what is written into one, and what is wrong with one, in words."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.errors import ModelNotFoundError
from workbench.models.resolve import ModelRef, resolve_model

__all__ = ["adapter_config", "explained", "save_trained"]


def save_trained(model: Any, folder: str | os.PathLike[str]) -> None:
    """Write what was trained: the adapter where there is one, without a frozen one that is its reference."""
    own = {"selected_adapters": ["default"]} if hasattr(model, "peft_config") else {}
    model.save_pretrained(folder, **own)


def adapter_config(folder: Path) -> dict[str, Any]:
    """The settings of an adapter.

    Raises
    ------
    ModelNotFoundError
        When they are missing or no JSON, or the weights are missing.
    """
    file = folder / "adapter_config.json"
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelNotFoundError(
            f"{file}: the settings of the adapter cannot be read ({error}). Copy the folder again."
        ) from None
    if not isinstance(config, dict) or not config.get("peft_type"):
        raise ModelNotFoundError(f"{file}: is not what PEFT writes beside an adapter (it names no peft_type).")
    if not (folder / "adapter_model.safetensors").is_file():
        raise ModelNotFoundError(
            f"{folder}: has no adapter_model.safetensors. Weights in pickle files (.bin) are not loaded; save the "
            "adapter again as safetensors, or copy the folder again."
        )
    return config


@contextmanager
def explained(folder: Path, base: ModelRef) -> Iterator[None]:
    """Say in words why an adapter cannot be put on a model, or must not: what PEFT would pass over in silence, too.

    Parameters
    ----------
    folder
        The adapter's.
    base
        The model that it is put on.

    Raises
    ------
    ModelNotFoundError
        Naming adapter, the model it was made for, and the one at hand.
    """
    from safetensors import SafetensorError

    config = adapter_config(folder)
    _check_base(folder, config, base)
    _check_known(folder, config)
    try:
        _check_covered(folder, config)
        yield
    except SafetensorError as error:
        raise ModelNotFoundError(
            f"{folder / 'adapter_model.safetensors'}: is damaged or was cut off ({error}). Copy the folder again, or "
            "take the run's last checkpoint."
        ) from error
    except (RuntimeError, ValueError, KeyError, TypeError) as error:
        import peft

        if config["peft_type"] not in peft.PeftType.__members__:
            raise ModelNotFoundError(
                f"{folder / 'adapter_config.json'}: the method {config['peft_type']!r} is unknown to the PEFT here "
                f"({peft.__version__}). Install the PEFT it was made with{_made_with(config)}."
            ) from error
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        sizes = next((line.strip() for line in str(error).splitlines() if "size mismatch" in line), first)
        made_for = str(config.get("base_model_name_or_path") or "a model it does not name")
        said = sizes[:300].rstrip(".")
        if _last(made_for) == _last(base.name):
            raise ModelNotFoundError(
                f"The adapter in {folder} ({config['peft_type']}) cannot be put on {base.name!r}, the model it names: "
                f"{said}. Settings and weights do not belong together: copy the folder again, or save the adapter anew."
            ) from error
        raise ModelNotFoundError(
            f"The adapter in {folder} ({config['peft_type']}) does not fit the model {base.name!r}; it was made for "
            f"{made_for!r}: {said}. Put it on that model, or install the PEFT it was made with{_made_with(config)}."
        ) from error


def _made_with(config: dict[str, Any]) -> str:
    version = config.get("peft_version")
    return f" ({version})" if version else ""


def _check_base(folder: Path, config: dict[str, Any], base: ModelRef) -> None:
    """An adapter must be put on the model it names: on another of the same shape it loads, and answers nonsense.

    Where that model is not here to be compared, the last parts of the names are. For a run that was trained on top of
    another run it may name the model under that one.
    """
    named, below = str(config.get("base_model_name_or_path") or ""), [base]
    while (deeper := below[-1].base) is not None:
        below.append(deeper)
    if not named or any(named in (each.name, each.location) for each in below):
        return
    try:
        there = resolve_model(named, ask_hub=False)
    except ModelNotFoundError:
        there = None
    if there is not None and base.path is not None:
        why = "the weights of the two differ"
        same = there.content_hash() in [each.content_hash() for each in below]
    else:
        why = "that is not here to be compared"
        same = any(_last(named) in (_last(each.name), _last(each.location)) for each in below)
    if not same:
        raise ModelNotFoundError(
            f"The adapter in {folder} ({config['peft_type']}) does not fit the model {base.name!r}; it was made for "
            f"{named!r} ({why}). Put it on that model; or, if it is meant for this one, name it as "
            f"base_model_name_or_path in {folder / 'adapter_config.json'}."
        )


def _check_known(folder: Path, config: dict[str, Any]) -> None:
    """Settings that are set and that the PEFT here does not know: it would leave them out, and load another adapter."""
    import peft

    kind = peft.mapping.PEFT_TYPE_TO_CONFIG_MAPPING.get(config["peft_type"])
    if kind is None:
        return
    known = {item.name for item in dataclasses.fields(kind)}
    if unknown := [f"{name}={value!r}" for name, value in config.items() if name not in known and value]:
        raise ModelNotFoundError(
            f"{folder / 'adapter_config.json'}: the PEFT here ({peft.__version__}) does not know {', '.join(unknown)}, "
            f"and would leave it out. Install the PEFT it was made with{_made_with(config)}."
        )


def _last(name: str) -> str:
    """The part of a name or path by which the same model is known elsewhere: ``x`` of ``org/x``, ``/models/x``."""
    for part in Path(name).parts:
        if part.startswith("models--"):  # a folder of the hub's cache, whose last part is a commit
            return part.rpartition("--")[2]
    return Path(name).name


def _check_covered(folder: Path, config: dict[str, Any]) -> None:
    """Of LoRA, every weight must belong to a layer that the settings name: PEFT would leave others out in silence."""
    from safetensors import safe_open

    targets = config.get("target_modules")
    if config["peft_type"] != "LORA" or not isinstance(targets, list):
        return
    with safe_open(folder / "adapter_model.safetensors", "np") as file:
        layers = {key.partition(".lora_")[0] for key in file.keys() if ".lora_" in key}  # noqa: SIM118
    left = sorted(layer for layer in layers if not any(layer == one or layer.endswith(f".{one}") for one in targets))
    if left:
        raise ModelNotFoundError(
            f"{folder}: the weights have {len(left)} layers that adapter_config.json does not name in target_modules "
            f"({', '.join(targets)}), such as {left[0]}; they would be left out. Copy the folder again, or name them "
            "there."
        )
