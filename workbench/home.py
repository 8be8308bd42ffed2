"""Where runs and stored data sets live: one rule for notebooks, terminals and workers.

``WORKBENCH_HOME`` when it is set; else ``runs/`` beside the nearest parent ``pyproject.toml``; else ``./runs``.
"""

from __future__ import annotations

import os
from pathlib import Path

from workbench.errors import InvalidInputError

__all__ = ["home"]


def home(path: str | os.PathLike[str] | None = None) -> Path:
    """The absolute folder that holds runs.

    Parameters
    ----------
    path
        A folder that overrides the rule.

    Raises
    ------
    InvalidInputError
        When the folder that was named is a file.
    """
    named = os.environ.get("WORKBENCH_HOME")
    if path is not None or named:
        folder = Path(path if path is not None else str(named)).expanduser().absolute()
        if folder.exists() and not folder.is_dir():
            what = "The folder of the runs" if path is not None else "WORKBENCH_HOME"
            raise InvalidInputError(f"{what} must be a folder, and {folder} is a file. Name a folder.")
        return folder
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "pyproject.toml").is_file():
            return folder / "runs"
    return here / "runs"
