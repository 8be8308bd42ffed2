"""`Guards`: the job that looks at what a run has made, in the folder ``guards`` of the run.

The run's supervisor starts it when the run is completed. It stands behind all others that want the device: when a run
or an evaluation comes, its process is ended at once and started again afterwards, with the answers that are there kept.
What it found is written into the run's ``guards.json``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from workbench.evaluation.guards.lights import Guard
from workbench.runs.handle import Job
from workbench.runs.home import GUARDS
from workbench.runs.job import write_json

__all__ = ["Guards", "keep_findings"]


class Guards(Job):
    """The job behind ``run.guards()``: to wait for it, to stop it, and to go on with one that was killed.

    Parameters
    ----------
    run
        The `Run`.
    """

    kind: ClassVar[str] = "Guards"
    worker: ClassVar[str] = "workbench.evaluation.guards.worker"
    nothing_left: ClassVar[str] = "what they found is there, as run.guards()."
    last: ClassVar[bool] = True

    def __init__(self, run: Any):
        super().__init__(Path(run.path) / GUARDS)

    def __repr__(self) -> str:
        found = [event["found"]["name"] for event in self.events() if event["type"] == "guard"]
        reason = f": {self.reason}" if self.reason else ""
        return f"<Guards {self.id} {self.status}, {len(found)} looked at{reason}>"


def keep_findings(run: Path, found: Sequence[Guard]) -> None:
    """Write what was found into the run's folder, where ``run.guards()`` reads it."""
    write_json(run / f"{GUARDS}.json", {GUARDS: [_plain(each) for each in found]})


def _plain(value: Any) -> Any:
    """The same as strict JSON has it: no NaN, no infinity."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
