"""What is wrong with an adapter's folder, in words: another base, a file cut off, settings nobody here knows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.errors import ModelNotFoundError

__all__ = ["adapter_config", "explained"]


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
def explained(folder: Path, base: str) -> Iterator[None]:
    """Say in words why an adapter cannot be put on a model.

    Parameters
    ----------
    folder
        The adapter's.
    base
        What the model is called that it is put on.

    Raises
    ------
    ModelNotFoundError
        Naming adapter, the model it was made for, and the one at hand.
    """
    from safetensors import SafetensorError

    config = adapter_config(folder)
    try:
        yield
    except SafetensorError as error:
        raise ModelNotFoundError(
            f"{folder / 'adapter_model.safetensors'}: is damaged or was cut off ({error}). Copy the folder again, or "
            "take the run's last checkpoint."
        ) from error
    except (RuntimeError, ValueError, KeyError, TypeError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        sizes = next((line.strip() for line in str(error).splitlines() if "size mismatch" in line), first)
        made_for = config.get("base_model_name_or_path") or "a model it does not name"
        raise ModelNotFoundError(
            f"The adapter in {folder} ({config['peft_type']}) does not fit the model {base!r}; it was made for "
            f"{made_for!r}: {sizes[:300]}. Put it on that model{_or_update(config)}."
        ) from error


def _or_update(config: dict[str, Any]) -> str:
    version = config.get("peft_version")
    return f", or install the PEFT it was made with ({version})" if version else ""
