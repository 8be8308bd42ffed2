"""The process that stands behind a run: waits for the device, starts the trainer, and says how it ended.

It imports no torch and outlives the kernel that launched it. It holds the run's lock and hands it, with the device's,
to the trainer: while either lives, no second start is possible, and no death leaves a lock behind.

    python -m workbench.runs.supervisor RUN ATTEMPT LAUNCHER WORKER LOCK_FILE
"""

from __future__ import annotations

import os
import socket
import sys
import time
from typing import Any

from workbench.errors import RunError
from workbench.runs import control, processes
from workbench.runs.devices import devices
from workbench.runs.events import EventWriter
from workbench.runs.job import Folder, busy, read_json, write_json
from workbench.runs.launchers import LAUNCHERS
from workbench.runs.locks import DeviceQueue, Lock
from workbench.runs.reasons import reason_for_end, reason_for_error

__all__ = ["start"]

POLL = 0.1  # seconds between two looks at the device and at the commands while queued


def start(folder: Folder, attempt: int, launcher: str, lock: Lock, worker: str) -> None:
    """Start a supervisor that takes over `lock`, the job's own, and has the module `worker` do the work."""
    assert lock.file is not None
    # Windows hands no locks on: there the supervisor takes it again.
    keep = [] if processes.WINDOWS else [lock.file]
    if processes.WINDOWS:
        lock.release()
    args = [str(folder.path), str(attempt), launcher, worker, *map(str, keep)]
    try:
        processes.start_detached("workbench.runs.supervisor", args, log=folder.log, keep=keep)
    finally:
        lock.release()


def main(argv: list[str]) -> None:
    """Supervise one attempt, from queueing to its `ended` event."""
    folder, attempt, launcher, worker = Folder(argv[0]), int(argv[1]), argv[2], argv[3]
    processes.detach()
    lock = Lock(folder.lock, file=int(argv[4])) if len(argv) > 4 else Lock(folder.lock)
    if lock.file is None and not lock.acquire_within(2, str(os.getpid())):
        raise busy(folder)
    state: dict[str, Any] = {
        "status": "queued",
        "reason": None,
        "attempt": attempt,
        "launcher": launcher,
        "host": socket.gethostname(),
        "supervisor_pid": os.getpid(),
        "supervisor_started": processes.started_at(os.getpid()),
        "pid": None,
        "pid_started": None,
    }
    write_json(folder.status, state)
    processes.announce(pid=os.getpid())
    try:
        ending = _work(folder, attempt, launcher, worker, lock, state)
    except Exception as error:
        ending = {"status": "failed", "reason": reason_for_error(error), "exit_code": None, "signal": None}
    folder.free_reserve()
    with EventWriter(folder.events, attempt=attempt) as events:
        events.write("ended", **ending, step=folder.last_step())
    write_json(folder.status, state | {"status": ending["status"], "reason": ending["reason"], "pid": None})


def _work(
    folder: Folder, attempt: int, launcher: str, worker: str, lock: Lock, state: dict[str, Any]
) -> dict[str, Any]:
    folder.keep_reserve()
    queues = [DeviceQueue(folder.locks, device, folder.id) for device in devices()]
    device = _wait_for_device(folder, attempt, queues)
    if isinstance(device, dict):
        return device
    keep = [file for file in (lock.file, device.lock.file) if file is not None]
    args = [str(attempt), device.device, ",".join(map(str, keep))]
    killed_before = processes.oom_kills()
    trainer = LAUNCHERS[launcher](worker, folder.path, args, keep)
    state |= {"status": "running", "pid": trainer.pid, "pid_started": processes.started_at(trainer.pid)}
    write_json(folder.status, state)
    code = trainer.wait()
    outcome = read_json(folder.outcome) or {}
    if outcome.get("attempt") != attempt:
        reason = reason_for_end(code, folder.log, out_of_memory=processes.oom_kills() > killed_before)
        outcome = {"status": "failed", "reason": reason}
    signal = -code if code < 0 else None
    return {"status": outcome["status"], "reason": outcome["reason"], "exit_code": code, "signal": signal}


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
