"""The base model and data sets that come with the package, found by name; standard library only."""

from __future__ import annotations

from pathlib import Path

FIRST_DATASET = "support-desk/tickets"
"""What a panel opens on where nothing is named."""

_ROOT = Path(__file__).resolve().parent
_MODELS = _ROOT / "models"
_DATA = _ROOT / "data"


def models() -> list[str]:
    """Return the names of the bundled models, sorted."""
    return sorted(path.parent.name for path in _MODELS.glob("*/config.json") if not path.parent.name.startswith("."))


def datasets() -> list[str]:
    """Return the names of the bundled data sets, such as ``"support-desk/tickets"``, sorted."""
    return sorted(path.parent.relative_to(_DATA).as_posix() for path in _DATA.glob("*/*/train.jsonl"))


def model_path(name: str) -> Path | None:
    """Return the folder of a bundled model, or ``None`` when no bundled model has this name."""
    return _MODELS / name if name in models() else None


def dataset_path(name: str) -> Path | None:
    """Return the folder of a bundled data set, or ``None`` when no bundled data set has this name."""
    return _DATA / name if name in datasets() else None
