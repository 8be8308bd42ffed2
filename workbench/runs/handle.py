"""`Job`: what a kernel, a panel or a terminal holds of work that lives in processes of its own.

Everything is read from the job's folder, so a job can be opened again after a restart, by any number of readers.
Commands are files that its process answers.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

from workbench.errors import RunError, RunNotLiveError
from workbench.runs import control, processes, supervisor
from workbench.runs.events import EventWriter, Tail
from workbench.runs.job import LIVE, Folder, busy, read_json
from workbench.runs.locks import Lock

__all__ = ["POLL", "Job", "follow", "start"]

POLL = 0.05  # seconds between two looks of a method that waits


class Job:
    """Work with a folder, an event log and a status.

    Parameters
    ----------
    path
        Its folder. Nothing is read before it is asked for.
    """

    kind: ClassVar[str] = "Job"
    """What messages call it."""
    worker: ClassVar[str]
    """The module that does the work: ``python -m worker FOLDER ATTEMPT DEVICE LOCK_FILES``."""
    nothing_left: ClassVar[str] = "nothing is left to do."
    """What to do once it is completed."""
    last: ClassVar[bool] = False
    """Whether it stands behind all others that want a device, and gives it up to whoever comes."""

    def __init__(self, path: str | Path):
        self.folder = Folder(Path(path).absolute())
        self._tail = Tail(self.folder.events)
        self._events: list[dict[str, Any]] = []
        self._reading = threading.Lock()

    @property
    def path(self) -> Path:
        """The folder, absolute."""
        return self.folder.path

    @property
    def id(self) -> str:
        """The folder's name: date, time, what it is and four random characters."""
        return self.folder.id

    @property
    def then(self) -> str | None:
        """The module that works on, in the folder `GUARDS` of this one, once this is completed; None for none."""
        return None

    @property
    def status(self) -> str:
        """``"queued"``, ``"running"``, ``"paused"``, ``"stopped"``, ``"failed"`` or ``"completed"``."""
        return self.folder.state()["status"]

    @property
    def reason(self) -> str | None:
        """Why it has this status, in one sentence; None where there is nothing to say."""
        return self.folder.state().get("reason")

    @property
    def pid(self) -> int | None:
        """The process at work, or None while there is none."""
        state = self.folder.state()
        return state.get("pid") if state["status"] == "running" else None

    def events(self) -> list[dict[str, Any]]:
        """All events that count, in order."""
        with self._reading:
            new = self._tail.poll()
            if self._tail.reset:
                self._tail, self._events = Tail(self.folder.events), []
                new = self._tail.poll()
            self._events += new
            return list(self._events)

    def counted(self) -> dict[str, Any]:
        """``done``, ``total`` and ``system`` of the last ``progress`` event, beside ``status`` and ``reason``."""
        state = self.folder.state()
        last: dict[str, Any] = next((event for event in reversed(self.events()) if event["type"] == "progress"), {})
        counts = {"done": last.get("done", 0), "total": last.get("total", 0), "system": last.get("system")}
        return counts | {"status": state["status"], "reason": state.get("reason")}

    def tail(self, after_seq: int = 0) -> Tail:
        """A reader of its own that gives each event once; for whoever follows the run."""
        return Tail(self.folder.events, after_seq)

    def wait(self, timeout: float | None = None) -> str:
        """Wait until it is over and return its status. Ctrl-C ends the waiting, not the work.

        Parameters
        ----------
        timeout
            Seconds; None waits for ever.

        Raises
        ------
        TimeoutError
            And nothing else: what failed has the status ``"failed"`` and a `reason`.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while (status := self.status) in LIVE:
            if end is not None and time.monotonic() >= end:
                raise TimeoutError(
                    f"{self.kind} {self.id} is still {status} after {timeout} s. It goes on; wait again."
                )
            time.sleep(POLL)
        return status

    def stop(self) -> None:
        """End it soon, with what is done kept. Returns at once.

        Raises
        ------
        RunNotLiveError
            Where it is over already.
        """
        self._command("stop")

    def kill(self) -> None:
        """End its process at once, without saving; `resume` goes on from what was saved last."""
        state = self.folder.state()
        if not processes.kill(state.get("pid"), state.get("pid_started")):
            processes.kill(state.get("supervisor_pid"), state.get("supervisor_started"))

    def resume(self) -> Self:
        """Go on from what was saved last (from the start where there is nothing), as if nothing had happened.

        Raises
        ------
        RunBusyError
            While some process works on it.
        RunError
            Where it is completed.
        """
        state = self.folder.state()
        if state["status"] in LIVE:
            raise busy(self.folder)
        if state["status"] == "completed":
            raise RunError(f"{self.kind} {self.id} is completed: {self.nothing_left}")
        lock = Lock(self.folder.lock)
        if not lock.acquire_within(2, "resume"):
            raise busy(self.folder)
        try:
            attempt = self._close_attempt(state) + 1
            control.clear(self.path)
            self.folder.outcome.unlink(missing_ok=True)
        except BaseException:
            lock.release()
            raise
        order = supervisor.Order(attempt, state.get("launcher") or "local", self.worker, self.last, self.then)
        supervisor.start(self.folder, order, lock)
        return self

    def _command(self, name: str) -> None:
        state = self.folder.state()
        if state["status"] not in LIVE:
            then = {
                "completed": "There is nothing left to do.",
                "paused": "resume() takes it up again.",
                "stopped": "resume() takes it up again.",
                "failed": "resume() takes it up from what was saved last.",
            }[state["status"]]
            raise RunNotLiveError(f"'{name}' needs a live {self.kind.lower()}; {self.id} is {state['status']}. {then}")
        control.send(self.path, name)

    def _close_attempt(self, state: dict[str, Any]) -> int:
        """The number of the last attempt, after its `ended` event was written where nobody was left to do it."""
        with EventWriter(self.folder.events) as events:
            last = next((event for event in reversed(self.events()) if event["type"] != "launched"), None)
            attempt = max(events.attempt, (read_json(self.folder.status) or {}).get("attempt", 1))
            if last is not None and last["type"] != "ended":
                step = self.folder.last_step()
                ending = {"status": state["status"], "reason": state["reason"], "exit_code": None, "signal": None}
                events.write("ended", **ending, step=step)
            return attempt


Kind = TypeVar("Kind", bound=Job)


def start(kind: type[Kind], folder: Folder, prepare: Callable[[EventWriter], None], launcher: str = "local") -> Kind:
    """Fill a new folder, start its supervisor, and return the job. A folder that could not be started is removed.

    Parameters
    ----------
    kind
        The class of the job.
    folder
        As `new_folder` made it.
    prepare
        Writes what was asked for into the folder, and the event ``launched``.
    """
    lock = Lock(folder.lock)
    lock.acquire(str(os.getpid()))
    try:
        with EventWriter(folder.events, attempt=1) as events:
            prepare(events)
        job = kind(folder.path)
        supervisor.start(folder, supervisor.Order(1, launcher, kind.worker, kind.last, job.then), lock)
    except BaseException:
        lock.release()
        shutil.rmtree(folder.path, ignore_errors=True)
        raise
    return job


def follow(job: Job, progress: Callable[[int, int], Any] | None) -> None:
    """Wait until a job is over on behalf of a call that returns its result: Ctrl-C, or what `progress` raises, ends it.

    Parameters
    ----------
    progress
        Told ``done`` and ``total`` of `Job.counted` at every look while the job is live.
    """
    try:
        while job.status in LIVE:
            if progress is not None:
                at = job.counted()
                progress(at["done"], at["total"])
            time.sleep(POLL)
    except BaseException:
        job.kill()
        raise
