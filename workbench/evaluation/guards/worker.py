"""The process behind `Guards`: looks at a run's model, one guard after the other.

    python -m workbench.evaluation.guards.worker FOLDER ATTEMPT DEVICE LOCK_FILES

Each finding is an event ``guard``; those that stand in the log are not made again.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from workbench.evaluation.guards import LOOKS, look_at
from workbench.evaluation.guards.job import keep_findings
from workbench.evaluation.guards.subject import of_run
from workbench.evaluation.worker import Ended, InProcess, Telling
from workbench.runs import attempt, processes
from workbench.runs.events import EventWriter, read_events
from workbench.runs.imports import absent
from workbench.runs.job import Folder
from workbench.runs.run import Run


def main(argv: list[str]) -> None:
    """Look at everything in one attempt, and leave how it ended."""
    attempt.run(argv, look)


def look(folder: Folder, events: EventWriter, device: str) -> dict[str, Any]:
    """All guards of one run; returns status, reason and the last step."""
    processes.let_others_first()
    threads = processes.thread_count()
    events.write("started", pid=os.getpid(), supervisor_pid=os.getppid(), device=device, threads=threads)
    with absent():
        import peft  # noqa: F401
        import torch

    torch.set_num_threads(threads)
    run, tell = Run(folder.path.parent), Telling(folder, events)
    signal.signal(signal.SIGTERM, lambda number, frame: tell.end("stopped", "ended from outside (SIGTERM)"))
    subject = of_run(run, InProcess(), keep=run.recipe.training.record_samples, tell=tell)
    found = {event["found"]["name"]: event["found"] for event in read_events(folder.events) if event["type"] == "guard"}
    try:
        for name in LOOKS:
            if name not in found:
                found[name] = look_at(name, subject)
                events.write("guard", found=found[name])
    except Ended:
        return {"status": tell.status, "reason": tell.reason, "step": None}
    keep_findings(run.path, [found[name] for name in LOOKS])
    return {"status": "completed", "reason": None, "step": None}


if __name__ == "__main__":
    main(sys.argv[1:])
