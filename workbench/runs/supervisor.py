"""The process that stands behind a run: waits for the device, starts the trainer, and says how it ended.

It imports no torch and outlives the kernel that launched it. It holds the run's lock and hands it, with the device's,
to the trainer: while either lives, no second start is possible, and no death leaves a lock behind. When the run is
completed it stays for the job that looks at what was made, where there is one: that stands behind all others that want
the device, and is ended and started again later when somebody comes.

    python -m workbench.runs.supervisor RUN ORDER LOCK_FILE
"""

from __future__ import annotations

import dataclasses
import json
import os
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.errors import RunError
from workbench.runs import control, processes
from workbench.runs.devices import devices
from workbench.runs.events import EventWriter
from workbench.runs.home import GUARDS
from workbench.runs.job import Folder, busy, read_json, write_json
from workbench.runs.launchers import LAUNCHERS
from workbench.runs.locks import DeviceQueue, Lock
from workbench.runs.reasons import reason_for_end, reason_for_error

__all__ = ["Order", "start"]

POLL = 0.1  # seconds between two looks at the device and at the commands while queued


@dataclass(frozen=True)
class Order:
    """What a supervisor is to do.

    Attributes
    ----------
    attempt : int
        Which start of the job it is, from 1.
    launcher : str
        How the worker is started, one of `LAUNCHERS`.
    worker : str
        The module that does the work.
    last : bool
        Stand behind all others that want a device, and give it up to whoever comes.
    then : str or None
        The module that looks at what was made, in a folder inside the job's, once it is completed.
    """

    attempt: int
    launcher: str
    worker: str
    last: bool = False
    then: str | None = None


def start(folder: Folder, order: Order, lock: Lock) -> None:
    """Start a supervisor that takes over `lock`, the job's own, and carries out the order."""
    assert lock.file is not None
    # Windows hands no locks on: there the supervisor takes it again.
    keep = [] if processes.WINDOWS else [lock.file]
    if processes.WINDOWS:
        lock.release()
    args = [str(folder.path), json.dumps(dataclasses.asdict(order)), *map(str, keep)]
    try:
        processes.start_detached("workbench.runs.supervisor", args, log=folder.log, keep=keep)
    finally:
        lock.release()


def main(argv: list[str]) -> None:
    """Supervise one attempt, from queueing to its `ended` event, and what follows it."""
    folder, order = Folder(argv[0]), Order(**json.loads(argv[1]))
    processes.detach()
    lock = Lock(folder.lock, file=int(argv[2])) if len(argv) > 2 else Lock(folder.lock)
    if lock.file is None and not lock.acquire_within(2, str(os.getpid())):
        raise busy(folder)
    state = _queued(folder, order)
    processes.announce(pid=os.getpid())
    following = _supervise(folder, order, lock, state)
    if following is not None:
        lock.release()
        _supervise(*following)


def _queued(folder: Folder, order: Order) -> dict[str, Any]:
    """The job's state at the beginning, written where readers look for it."""
    state = {
        "status": "queued",
        "reason": None,
        "attempt": order.attempt,
        "launcher": order.launcher,
        "host": socket.gethostname(),
        "supervisor_pid": os.getpid(),
        "supervisor_started": processes.started_at(os.getpid()),
        "pid": None,
        "pid_started": None,
    }
    write_json(folder.status, state)
    return state


Following = tuple[Folder, Order, Lock, dict[str, Any]]


def _supervise(folder: Folder, order: Order, lock: Lock, state: dict[str, Any]) -> Following | None:
    """Carry out an order to its end; returns what follows."""
    try:
        ending = _work(folder, order, lock, state)
    except Exception as error:
        ending = {"status": "failed", "reason": reason_for_error(error), "exit_code": None, "signal": None}
    folder.free_reserve()
    with EventWriter(folder.events, attempt=order.attempt) as events:
        events.write("ended", **ending, step=folder.last_step())
    following = None
    if order.then is not None and ending["status"] == "completed":
        try:  # before the job is seen to be completed, what follows is seen to be queued
            following = _follow(folder, order.launcher, order.then)
        except OSError:  # a full disk, say: the job itself is completed all the same
            traceback.print_exc()
    write_json(folder.status, state | {"status": ending["status"], "reason": ending["reason"], "pid": None})
    return following


def _follow(done: Folder, launcher: str, worker: str) -> Following | None:
    """The job that looks at what was made, queued; None where somebody is at it already."""
    folder, order = Folder(done.path / GUARDS), Order(1, launcher, worker, last=True)
    (folder.path / "control").mkdir(parents=True, exist_ok=True)
    lock = Lock(folder.lock)
    if not lock.acquire(str(os.getpid())):
        return None
    with EventWriter(folder.events, attempt=1) as events:
        events.write("launched", id=folder.id)
    return folder, order, lock, _queued(folder, order)


def _work(folder: Folder, order: Order, lock: Lock, state: dict[str, Any]) -> dict[str, Any]:
    folder.keep_reserve()
    code = None
    while code is None:
        queues = [DeviceQueue(folder.locks, device, folder.id, last=order.last) for device in devices()]
        device = _wait_for_device(folder, order.attempt, queues)
        if isinstance(device, dict):
            return device
        keep = [file for file in (lock.file, device.lock.file) if file is not None]
        args = [str(order.attempt), device.device, ",".join(map(str, keep))]
        killed_before = processes.oom_kills()
        worker = LAUNCHERS[order.launcher](order.worker, folder.path, args, keep)
        state |= {"status": "running", "pid": worker.pid, "pid_started": processes.started_at(worker.pid)}
        write_json(folder.status, state)
        code = _until_wanted(worker, device.wanted) if order.last else worker.wait()
        device.lock.release()
        if code is None:
            state |= {"status": "queued", "pid": None, "pid_started": None}
            write_json(folder.status, state)
    outcome = read_json(folder.outcome) or {}
    if outcome.get("attempt") != order.attempt:
        reason = reason_for_end(code, folder.log, out_of_memory=processes.oom_kills() > killed_before)
        outcome = {"status": "failed", "reason": reason}
    signal = -code if code < 0 else None
    return {"status": outcome["status"], "reason": outcome["reason"], "exit_code": code, "signal": signal}


def _until_wanted(worker: subprocess.Popen[bytes], wanted: Callable[[], bool]) -> int | None:
    """The worker's exit code; None where it was ended because somebody else wants the device."""
    while worker.poll() is None:
        if wanted():
            worker.kill()
            worker.wait()
            return None
        time.sleep(POLL)
    return worker.returncode


def _wait_for_device(folder: Folder, attempt: int, queues: list[DeviceQueue]) -> DeviceQueue | dict[str, Any]:
    """The queue whose device is now ours, or how the run ended while it waited."""
    told: str | None = ""
    try:
        while True:
            mine = next((queue for queue in queues if queue.try_acquire()), None)
            if mine:
                return mine
            behind = queues[0].behind()
            if behind != told:
                with EventWriter(folder.events, attempt=attempt) as events:
                    events.write("queued", device=queues[0].device, behind=behind)
                told = behind
            for command in control.pending(folder.path):
                control.done(folder.path, command["id"])
                ends = {"stop": "stopped", "pause": "paused"}.get(command["name"])
                message = f"{ends} while it waited for the device" if ends else "not possible while the run is queued"
                with EventWriter(folder.events, attempt=attempt) as events:
                    fields = {"id": command["id"], "name": command["name"], "ok": bool(ends), "message": message}
                    events.write("command", **fields)
                if ends:
                    return {"status": ends, "reason": message, "exit_code": None, "signal": None}
            time.sleep(POLL)
    finally:
        for queue in queues:
            queue.leave()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except RunError as error:
        sys.exit(str(error))
