"""Work that launches runs and asks them: a folder with a plan, what was found so far, and the process at work on it.

The folder holds ``plan.json`` (what was asked), ``state.json`` (runs and figures so far), reports, and ``work.log``.
The runs themselves lie with all others. The process holds no device: its runs wait for one by themselves.
"""

from __future__ import annotations

import difflib
import os
import secrets
import signal
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from workbench.errors import RunBusyError, RunError, RunNotFoundError, WorkbenchError
from workbench.recipe import Recipe
from workbench.runs import Run, launch, open_run, processes
from workbench.runs.home import home as home_of
from workbench.runs.job import folders, read_json, write_json
from workbench.runs.locks import Lock
from workbench.runs.reasons import reason_for_error

__all__ = ["Driver", "Work", "begin", "find", "make"]


class Work:
    """Trainings and questions that belong together.

    Parameters
    ----------
    path
        Its folder.
    """

    kind: ClassVar[str] = "work"
    """What messages call it."""
    room: ClassVar[str]
    """The folder below the home that holds all of its kind."""
    worker: ClassVar[str]
    """The module that does it."""
    maker: ClassVar[str]
    """How one is made, for messages."""

    def __init__(self, path: str | os.PathLike[str]):
        self.path = Path(path).absolute()
        self.plan: dict[str, Any] = read_json(self.path / "plan.json") or {}
        if not self.plan:
            raise RunNotFoundError(f"{self.path} is no {self.kind}: it has no plan.json.")

    @property
    def id(self) -> str:
        """The folder's name."""
        return self.path.name

    @property
    def home(self) -> Path:
        """The folder of the runs it launches."""
        return self.path.parent.parent

    @property
    def status(self) -> str:
        """``"running"``, ``"stopped"``, ``"failed"`` or ``"completed"``."""
        state = self._state()
        if state.get("status") == "running" and not processes.alive(state.get("pid"), state.get("started")):
            return "stopped"
        return state.get("status", "stopped")

    @property
    def reason(self) -> str | None:
        """Why it failed, in a sentence."""
        return self._state().get("reason")

    def progress(self) -> tuple[int, int]:
        """What is done, and what there is to do in all."""
        raise NotImplementedError

    def resume(self) -> None:
        """Go on in a process of its own, with what is missing.

        Raises
        ------
        RunBusyError
            While another process works on it.
        """
        if self.status == "running":
            raise RunBusyError(
                f"{self.kind.capitalize()} {self.id} is being worked on. Wait for it, or stop() it first."
            )
        processes.start_detached(self.worker, [str(self.path)], log=self.path / "work.log")

    def stop(self) -> None:
        """End the process. A run that is training goes on to its end, and is found when it is resumed."""
        state = self._state()
        if self.status == "running":
            os.kill(state["pid"], signal.SIGTERM)

    def wait(self, timeout: float | None = None) -> str:
        """Wait until it is no longer running, and return its status.

        Raises
        ------
        TimeoutError
            After `timeout` seconds.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while self.status == "running":
            if until is not None and time.monotonic() > until:
                raise TimeoutError(f"{self!r} after {timeout:g} seconds. It goes on; wait again.")
            time.sleep(0.2)
        return self.status

    def _state(self) -> dict[str, Any]:
        return read_json(self.path / "state.json") or {}


Kind = TypeVar("Kind", bound=Work)


def make(kind: type[Kind], plan: Mapping[str, Any], home: str | os.PathLike[str] | None, label: str) -> Kind:
    """A new folder with a plan in it."""
    path = home_of(home) / kind.room / f"{time.strftime('%Y%m%d-%H%M%S')}-{label}-{secrets.token_hex(2)}"
    path.mkdir(parents=True)
    write_json(path / "plan.json", dict(plan))
    return kind(path)


def find(kind: type[Kind], id_or_path: str | os.PathLike[str], home: str | os.PathLike[str] | None) -> Kind:
    """The one with this id, or at this path; ``"last"`` is the newest.

    Raises
    ------
    RunNotFoundError
        With the nearest ids.
    """
    base = home_of(home) / kind.room
    there = sorted(item.name for item in base.iterdir() if (item / "plan.json").is_file()) if base.is_dir() else []
    text = str(id_or_path)
    if text == "last" and there:
        return kind(base / there[-1])
    for path in (base / text, Path(text).expanduser()):
        if (path / "plan.json").is_file():
            return kind(path)
    near = difflib.get_close_matches(text, there, n=3, cutoff=0.4) or there[-3:]
    told = f" Near to it: {', '.join(near)}." if near else f" There are none yet: {kind.maker} makes one."
    raise RunNotFoundError(f"No {kind.kind} {text!r} in {base}.{told}")


def begin(recipe: Recipe, home: Path, known: str | None, taken: set[str], *, lost: bool) -> Run:
    """A run of this recipe: the one that is known, gone on with where it ended early; or a new one.

    Parameters
    ----------
    known
        The id of a run that was launched before.
    taken
        Ids of runs that belong to something else.
    lost
        Whether a run may have been launched just before the process was killed, so that nobody knows its id.
    """
    if known is None and lost:
        known = _orphan(recipe, home, taken)
    if known is not None:
        try:
            run = open_run(known, home=home)
            return run.resume() if run.status in ("paused", "stopped", "failed") else run
        except WorkbenchError:
            pass  # it is gone, or cannot go on: begin anew
    return launch(recipe, home=home)


def _orphan(recipe: Recipe, home: Path, taken: set[str]) -> str | None:
    wanted = recipe.stored(home).to_dict()
    for folder in reversed(folders(home)):
        if folder.id not in taken and Recipe.from_yaml(folder.recipe).to_dict() == wanted:
            return folder.id
    return None


class Driver:
    """What the process at work does around its work; ``state.json`` is written after every step.

    Parameters
    ----------
    work
        What it works on.
    keep
        The parts of the state that are its own, with what they are at the beginning.
    """

    def __init__(self, work: Work, keep: Mapping[str, Any]):
        self.bench, self.plan = work, work.plan
        found = work._state()
        self.state: dict[str, Any] = {name: found.get(name, start) for name, start in keep.items()}

    def tell(self, status: str = "running", reason: str | None = None) -> None:
        """Write how it stands."""
        who = {"pid": os.getpid(), "started": processes.started_at(os.getpid())}
        write_json(self.bench.path / "state.json", {"status": status, "reason": reason, **who, **self.state})

    def end(self, status: str, reason: str | None = None) -> None:
        """Write how it ended, and end this process."""
        self.tell(status, reason)
        sys.stderr.flush()
        os._exit(0 if status != "failed" else 1)

    def work(self) -> None:
        """Do what is missing."""
        raise NotImplementedError

    def serve(self) -> None:
        """Be the one process at work until it is done."""
        processes.detach()
        lock = Lock(self.bench.path / "work.lock")
        if not lock.acquire_within(2, str(os.getpid())):
            raise RunError(f"{self.bench.kind.capitalize()} {self.bench.id} is being worked on by another process.")
        self.tell()
        processes.announce(pid=os.getpid())
        signal.signal(signal.SIGTERM, lambda *_: self.end("stopped"))
        os.environ["WORKBENCH_GUARDS"] = "off"  # many runs are compared; who keeps one of them guards that one
        try:
            self.work()
        except WorkbenchError as error:
            self.end("failed", str(error))
        except Exception as error:
            traceback.print_exc()
            self.end("failed", reason_for_error(error))
        self.end("completed")
