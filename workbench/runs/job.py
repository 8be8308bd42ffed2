"""A job: a folder, an event log, a status, and work in a process of its own.

The folder holds

    recipe.yaml     what was asked                resolved.yaml   what was chosen for ``auto``, and why
    events.jsonl    the one truth                 status.json     a cache of its end, and who works on it
    env.json        versions and hardware         trainer.log     all that the process printed
    control/        commands waiting              checkpoints/    where resuming starts
    model/          the best weights              samples/        long texts
    outcome.json    how the trainer says it ended; the supervisor turns it into the `ended` event
    guards/         the job that looks at what the run has made; what it found is in guards.json
    reserve         room kept free, so that a full disk still takes the last event
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import time
from pathlib import Path
from typing import Any

from workbench.errors import InvalidInputError, RunError, RunNotFoundError
from workbench.runs import processes
from workbench.runs.events import read_events
from workbench.runs.home import GUARDS, RESERVED
from workbench.runs.reasons import reason_for_end

__all__ = ["LIVE", "STATUSES", "Folder", "find", "folders", "new_folder", "read_json", "write_json"]

LIVE = ("queued", "running")
STATUSES = ("queued", "running", "paused", "stopped", "failed", "completed")


class Folder:
    """The files of one job, and what they say about its state.

    Parameters
    ----------
    path
        The folder. Nothing is read before it is asked for.
    """

    def __init__(self, path: str | os.PathLike[str]):
        self.path = Path(path)
        self.events = self.path / "events.jsonl"
        self.recipe = self.path / "recipe.yaml"
        self.resolved = self.path / "resolved.yaml"
        self.status = self.path / "status.json"
        self.env = self.path / "env.json"
        self.log = self.path / "trainer.log"
        self.checkpoints = self.path / "checkpoints"
        self.model = self.path / "model"
        self.lock = self.path / "run.lock"
        self.outcome = self.path / "outcome.json"
        self.reserve = self.path / "reserve"
        within = self.path.parent.name in RESERVED or self.path.name == GUARDS
        home = self.path.parent.parent if within else self.path.parent
        self.locks = home / "locks"

    @property
    def id(self) -> str:
        return f"{self.path.parent.name}-{GUARDS}" if self.path.name == GUARDS else self.path.name

    def state(self) -> dict[str, Any]:
        """What the job is doing: ``status``, ``reason``, ``pid`` of the trainer, ``attempt``.

        Where supervisor and trainer are both gone and neither left a word, it is derived from that. Nothing is written.
        """
        state = read_json(self.status)
        if not state:
            return {"status": "failed", "reason": f"{self.status} is missing: the run was not started.", "pid": None}
        if state["status"] not in LIVE or state.get("host") != socket.gethostname():
            return state
        if processes.alive(state.get("supervisor_pid"), state.get("supervisor_started")):
            return state
        if processes.alive(state.get("pid"), state.get("pid_started")):
            return state | {"status": "running"}
        fresh = read_json(self.status)  # the supervisor may have ended between the two looks
        if fresh and fresh["status"] not in LIVE:
            return fresh
        outcome = read_json(self.outcome)
        if outcome:
            return state | {"pid": None, "status": outcome["status"], "reason": outcome["reason"]}
        return state | {"pid": None, "status": "failed", "reason": reason_for_end(None, self.log)}

    def last_step(self) -> int:
        """The furthest step in the log that still counts."""
        return max((event.get("step") or 0 for event in read_events(self.events)), default=0)

    def keep_reserve(self) -> None:
        """Occupy a little room that `free_reserve` gives back."""
        if not self.reserve.exists():
            self.reserve.write_bytes(b"\0" * 65536)

    def free_reserve(self) -> None:
        """Make room for the last words of a job that ended on a full disk."""
        self.reserve.unlink(missing_ok=True)


def new_folder(home: Path, label: str) -> Folder:
    """Make an empty job folder named by time, `label` and four random characters."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInputError(
            f"The folder of the runs, {home}, cannot be made ({error.strerror}). Set WORKBENCH_HOME to a folder that "
            "you may write to."
        ) from None
    while True:
        path = home / f"{time.strftime('%Y%m%d-%H%M%S')}-{label}-{secrets.token_hex(2)}"
        try:
            path.mkdir()
        except FileExistsError:
            continue
        (path / "control").mkdir()
        return Folder(path)


def folders(home: Path, mark: str = "recipe.yaml") -> list[Folder]:
    """All jobs in a folder, oldest first: those that hold a file `mark`."""
    if not home.is_dir():
        return []
    names = sorted(entry.name for entry in os.scandir(home) if entry.name not in RESERVED and entry.is_dir())
    return [Folder(home / name) for name in names if (home / name / mark).is_file()]


MAKER = "wb.launch(recipe) or `workbench train RECIPE.yaml`"


def find(
    id_or_path: str | os.PathLike[str],
    home: Path,
    mark: str = "recipe.yaml",
    kind: str = "run",
    maker: str = MAKER,
    *,
    listed: bool = True,
) -> Folder:
    """The job with that id, an unmistakable beginning or ending of one, or at that path; ``"last"`` is the newest.

    Parameters
    ----------
    mark
        A file that every job of the kind holds.
    kind, maker
        What messages call it, and how one is made.
    listed
        Whether ``workbench.KINDs()`` lists them all.

    Raises
    ------
    RunNotFoundError
        With the nearest ids.
    """
    for path in (home / str(id_or_path), Path(id_or_path).expanduser().absolute()):
        if (path / mark).is_file():
            return Folder(path)
    text = str(id_or_path)
    known = {folder.id: folder for folder in folders(home, mark)}
    if text == "last" and known:
        return list(known.values())[-1]
    parts = [name for name in known if text and (name.startswith(text) or name.endswith(text))]
    if len(parts) == 1:
        return known[parts[0]]
    import difflib

    near = sorted(parts)[-5:] or difflib.get_close_matches(text, list(known), n=3, cutoff=0.4)
    if len(parts) > 1:
        raise RunNotFoundError(f"'{text}' fits {len(parts)} {kind}s in {home}: {', '.join(near)}. Give more of the id.")
    hint = f" Near to it: {', '.join(near)}." if near else ""
    if not known:
        hint = f" There are no {kind}s there yet: {maker} makes one."
    else:
        hint = hint or f" The latest: {', '.join(sorted(known)[-3:])}."
        hint += f" workbench.{kind}s() lists them all." if listed else ""
    raise RunNotFoundError(f"No {kind} '{text}' in {home}.{hint}")


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a file, or None where there is no whole one."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a file whole: under a temporary name, then renamed."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(json.dumps(value, indent=1) + "\n")
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def busy(folder: Folder) -> RunError:
    """The error for a second start."""
    from workbench.errors import RunBusyError

    state = folder.state()
    who = f" by process {state['pid']}" if state.get("pid") else ""
    return RunBusyError(
        f"Run {folder.id} is already being worked on{who} (status: {state['status']}). "
        "Watch it with workbench.open_run, or stop it first."
    )
