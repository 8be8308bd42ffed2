"""Commands to a live run: small files that the trainer reads between two steps.

A command is written under a temporary name and renamed, so it is there whole or not at all. Each is answered by an
event that carries its id.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from pathlib import Path
from typing import Any

__all__ = ["clear", "done", "pending", "send"]


def send(run: Path, name: str, **fields: Any) -> str:
    """Ask a live run for something; returns the command's id.

    Parameters
    ----------
    run
        The run's folder.
    name
        ``"stop"``, ``"pause"``, ``"evaluate_now"`` or ``"ask"``.
    """
    folder = run / "control"
    folder.mkdir(exist_ok=True)
    command_id = f"{time.time_ns()}-{uuid.uuid4().hex[:6]}"
    temporary = folder / f".{command_id}"
    temporary.write_text(json.dumps({"id": command_id, "name": name, **fields}))
    os.replace(temporary, folder / f"{command_id}.json")
    return command_id


def pending(run: Path) -> list[dict[str, Any]]:
    """The commands that wait, oldest first. Costs a few microseconds when there are none."""
    try:
        names = sorted(entry.name for entry in os.scandir(run / "control") if entry.name.endswith(".json"))
    except FileNotFoundError:
        return []
    commands = []
    for name in names:
        try:
            command = json.loads((run / "control" / name).read_text())
        except (OSError, ValueError):
            continue
        if isinstance(command, dict) and "name" in command:
            commands.append({**command, "id": name.removesuffix(".json")})
    return commands


def done(run: Path, command_id: str) -> None:
    """Take a command off the list."""
    (run / "control" / f"{command_id}.json").unlink(missing_ok=True)


def clear(run: Path) -> None:
    """Take all commands off the list: they were meant for an attempt that is over."""
    for command in pending(run):
        done(run, command["id"])
