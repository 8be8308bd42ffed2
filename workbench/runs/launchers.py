"""How a run's trainer is started: on this machine, as one process.

A launcher is named in the run's ``status.json``, since the supervisor that uses it lives in another process. Only
rank 0 of a trainer writes events and reads commands, so a launcher that starts several ranks needs nothing else.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from workbench.errors import InvalidInputError
from workbench.runs import processes

__all__ = ["LAUNCHERS", "Launcher", "check", "local"]

# Given the module that does the work, the job's folder, the module's arguments and the files of the locks it inherits;
# returns the process to wait for. Its exit code is the job's.
Launcher = Callable[[str, Path, list[str], list[int]], "subprocess.Popen[bytes]"]


def local(worker: str, folder: Path, args: list[str], keep: list[int]) -> subprocess.Popen[bytes]:
    """One process on this machine."""
    with open(folder / "trainer.log", "ab") as output:
        return processes.start_child(worker, [str(folder), *args], output=output, keep=keep)


LAUNCHERS: dict[str, Launcher] = {"local": local}


def check(name: str | None) -> str:
    """The name of a launcher that exists.

    Raises
    ------
    InvalidInputError
        For any other name.
    """
    chosen = name or "local"
    if chosen not in LAUNCHERS:
        raise InvalidInputError(f"There is no launcher {name!r}. Known: {', '.join(LAUNCHERS)}.")
    return chosen
