"""One attempt at a job, in the process that does the work: what every such process does before and after.

    python -m WORKER FOLDER ATTEMPT DEVICE LOCK_FILES

It appends to the job's event log while it lives. How it ended it leaves in ``outcome.json``, which the supervisor (or
a reader, where the supervisor is gone) takes over; a process that is killed leaves none.
"""

from __future__ import annotations

import os
import platform
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

from workbench.runs import processes
from workbench.runs.events import EventWriter
from workbench.runs.job import Folder, write_json
from workbench.runs.reasons import reason_for_error

__all__ = ["record_environment", "run"]

PACKAGES = ("torch", "transformers", "trl", "peft", "datasets", "accelerate", "safetensors", "numpy", "pandas")


def run(argv: list[str], work: Callable[[Folder, EventWriter, str], dict[str, Any]]) -> None:
    """Do the work of one attempt, leave how it ended, and end this process.

    Parameters
    ----------
    argv
        The process's arguments.
    work
        Given the folder, the event log and the device (``"cpu"``, ``"cuda:0"``); returns ``status``, ``reason`` and
        ``step``. What it raises is a failure with that reason.
    """
    folder, number, device = Folder(argv[0]), int(argv[1]), argv[2]
    for file in filter(None, argv[3].split(",")):
        os.set_inheritable(int(file), False)  # nothing that this process starts may keep the locks
    if device.startswith("cuda"):
        os.environ["CUDA_VISIBLE_DEVICES"] = _card(int(device.partition(":")[2] or 0))
    print(f"--- attempt {number}, {time.strftime('%Y-%m-%d %H:%M:%S')}, process {os.getpid()}, on {device}", flush=True)
    events = EventWriter(folder.events, attempt=number)
    try:
        outcome = work(folder, events, device)
    except BaseException as error:
        traceback.print_exc()
        outcome = {"status": "failed", "reason": reason_for_error(error), "step": None}
        folder.free_reserve()
    events.close()
    write_json(folder.outcome, {**outcome, "attempt": number})
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0 if outcome["status"] != "failed" else 1)  # all is written: no need to take torch apart


def record_environment(folder: Folder, device_name: str) -> None:
    """Write versions and hardware into the folder's ``env.json``."""
    from importlib.metadata import PackageNotFoundError, version

    from workbench import __version__

    versions: dict[str, str | None] = {"workbench": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = None
    import psutil

    found = {
        "versions": versions,
        "platform": platform.platform(),
        "processor": device_name,
        "cores": os.cpu_count(),
        "threads": processes.thread_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "cuda_visible_devices": os.environ.get("CUDA_VISIBLE_DEVICES"),
    }
    write_json(folder.env, found)


def _card(index: int) -> str:
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    return visible.split(",")[index].strip() if visible else str(index)
