"""The process behind an `Evaluation`: answers what is missing, then writes the report.

python -m workbench.evaluation.worker FOLDER ATTEMPT DEVICE LOCK_FILES
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import Any

from workbench.errors import InvalidInputError
from workbench.evaluation.evaluate import answered_report
from workbench.evaluation.job import PLAN, REPORT, ROWS
from workbench.evaluation.kept import KeptAnswers
from workbench.evaluation.picking import Picked
from workbench.models.system import System
from workbench.runs import attempt, control, processes
from workbench.runs.decoding import Answer, Decoding
from workbench.runs.events import EventWriter
from workbench.runs.generation import GenerationClient
from workbench.runs.job import Folder, read_json

__all__ = ["Ended", "InProcess", "Telling"]

EVERY = 0.5  # seconds between two events that tell the progress


class InProcess(GenerationClient):
    """Answers with models in this process instead of one of its own; what is looked up or called is as there."""

    def __init__(self) -> None:
        super().__init__()
        self._here = _Here()

    def _live_worker(self) -> Any:
        return self._here


class _Here:
    """Takes the place of a generation process."""

    def __init__(self) -> None:
        from workbench.runs.generation_worker import Generator

        self._generator = Generator()

    def serve(self, request: dict[str, Any], take: Any, cancel: Any, result: type = Answer, grow: Any = None) -> bool:
        """Answer one request."""
        system = request["system"]
        if "texts" in request:
            self._generator.score(system, request["texts"], take)
        elif "answer" in request:
            take(0, self._generator.losses(system, request["prompt"], request["answer"]))
        else:
            self._generator.answer(system, request["prompts"], Decoding(**request["decoding"]), take, on_text=grow)
        return True


def main(argv: list[str]) -> None:
    """Answer one attempt, and leave how it ended."""
    attempt.run(argv, answer)


def answer(folder: Folder, events: EventWriter, device: str) -> dict[str, Any]:
    """Everything from the plan to the report; returns status, reason and the last step."""
    plan = read_json(folder.path / PLAN)
    if plan is None:
        raise InvalidInputError(f"{folder.path / PLAN} is missing or damaged. Evaluate anew.")
    picked = Picked.from_dict(json.loads((folder.path / ROWS).read_text(encoding="utf-8")))
    named = {name: System.from_dict(plain) for name, plain in plan["systems"].items()}
    threads = processes.thread_count()
    events.write("started", pid=os.getpid(), supervisor_pid=os.getppid(), device=device, threads=threads)

    import torch

    torch.set_num_threads(threads)
    client: Any = InProcess()
    if plan["keep"]:
        client = KeptAnswers(client, folder.locks.parent)
    tell = Telling(folder, events)
    signal.signal(signal.SIGTERM, lambda number, frame: tell.end("stopped", "ended from outside (SIGTERM)"))
    try:
        report = answered_report(
            named, picked, plan["metrics"], plan["decoding"], plan["schema"], tell, client,
            plan.get("allow_remote", False),
        )  # fmt: skip
    except Ended:
        return {"status": tell.status, "reason": tell.reason, "step": None}
    finally:
        tell.last()
    draft = folder.path / f".{REPORT}"
    report.to_json(draft)
    os.replace(draft, folder.path / REPORT)
    return {"status": "completed", "reason": None, "step": None}


class Ended(BaseException):
    """It was asked to end; what is answered is kept. No mishap, so nothing that deals with those catches it."""


class Telling:
    """Tells the log how far it is, now and then, and obeys commands between two answers."""

    def __init__(self, folder: Folder, events: EventWriter):
        self.folder, self.events = folder, events
        self.status, self.reason = "", ""
        self._now: tuple[int, int, str] = (0, 0, "")
        self._told: tuple[int, int, str] | None = None
        self._next = 0.0

    def __call__(self, done: int, total: int, system: str) -> None:
        self._now = (done, total, system)
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + EVERY
            self.last()
            self._obey()
        if self.status:
            raise Ended

    def last(self) -> None:
        """Write how far it is, unless that stands in the log."""
        if self._now != self._told and self._now[1]:
            done, total, system = self._told = self._now
            self.events.write("progress", done=done, total=total, system=system)

    def end(self, status: str, reason: str) -> None:
        """End after the answer that is being made."""
        self.status, self.reason = status, reason

    def _obey(self) -> None:
        for command in control.pending(self.folder.path):
            control.done(self.folder.path, command["id"])
            ends = {"stop": "stopped", "pause": "paused"}.get(command["name"])
            message = f"{ends} by {command['name']}()" if ends else "not possible here"
            fields = {"id": command["id"], "name": command["name"], "ok": bool(ends), "message": message}
            self.events.write("command", **fields)
            if ends:
                self.end(ends, message)


if __name__ == "__main__":
    main(sys.argv[1:])
