"""Where runs and stored data sets live: one rule for notebooks, terminals and workers.

``WORKBENCH_HOME`` when it is set; else ``runs/`` beside the nearest parent ``pyproject.toml``; else ``./runs``.
"""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["home"]


def home(path: str | os.PathLike[str] | None = None) -> Path:
    """The absolute folder that holds runs.

    Parameters
    ----------
    path
        A folder that overrides the rule.
    """
    if path is not None:
        return Path(path).expanduser().absolute()
    named = os.environ.get("WORKBENCH_HOME")
    if named:
        return Path(named).expanduser().absolute()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "pyproject.toml").is_file():
            return folder / "runs"
    return here / "runs"
