"""A bench as a folder: its plan, what was found so far, and the process that works on it.

The folder holds ``plan.json`` (what was asked), ``state.json`` (runs and figures so far), ``report-SPLIT.json``
(answers and scores of each split that was asked) and ``bench.log``. The runs themselves lie with all others.
"""

from __future__ import annotations

import difflib
import os
import secrets
import signal
import time
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.bench import judging
from workbench.bench.plan import cells
from workbench.errors import RunBusyError, RunError, RunNotFoundError
from workbench.evaluation.report import Report
from workbench.runs import processes
from workbench.runs.home import home as home_of
from workbench.runs.job import read_json, write_json
from workbench.runs.locks import Lock

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Bench", "find", "make"]


class Bench:
    """Trainings that are compared, and what came of them. Made by `wb.bench`, found again by `open_bench`.

    Parameters
    ----------
    path
        Its folder.
    """

    def __init__(self, path: str | os.PathLike[str]):
        self.path = Path(path).absolute()
        self.plan: dict[str, Any] = read_json(self.path / "plan.json") or {}
        if not self.plan:
            raise RunNotFoundError(f"{self.path} is no bench: it has no plan.json.")

    def __repr__(self) -> str:
        done, total = self.progress()
        return f"<Bench {self.id} {self.status}, {done} of {total} trainings>"

    def _repr_html_(self) -> str:
        lines = "".join(f"<p>{escape(line)}</p>" for line in self.verdict())
        return f"{self.table().to_html(float_format='{:.3f}'.format)}{lines}"

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

    @property
    def rates(self) -> dict[str, float]:
        """The learning rate that was chosen for each way of tuning so far."""
        return dict(self._state().get("rates", {}))

    def progress(self) -> tuple[int, int]:
        """Trainings that are done, and trainings in all."""
        known = dict.fromkeys(self.plan["entries"], 0.0)
        total = len(list(cells(self.plan, known)))
        return sum("eval_loss" in cell for cell in self._state().get("cells", {}).values()), total

    def runs(self) -> dict[str, str]:
        """The id of the run of each training, by the training's own."""
        return {name: cell["run"] for name, cell in self._state().get("cells", {}).items() if "run" in cell}

    # ---- work

    def resume(self) -> None:
        """Go on in a process of its own, with what is missing.

        Raises
        ------
        RunBusyError
            While another process works on it.
        """
        if self.status == "running":
            raise RunBusyError(f"Bench {self.id} is being worked on. Wait for it, or stop() it first.")
        processes.start_detached("workbench.bench.worker", [str(self.path)], log=self.path / "bench.log")

    def stop(self) -> None:
        """End the process. A run that is training goes on to its end, and is found when the bench is resumed."""
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
                done, total = self.progress()
                raise TimeoutError(f"Bench {self.id} has {done} of {total} trainings after {timeout:g} seconds.")
            time.sleep(0.2)
        return self.status

    # ---- what came of it

    def report(self, split: str | None = None) -> Report:
        """Answers and scores of all systems on one split that was asked; by default the first.

        Raises
        ------
        RunError
            While it was not asked yet.
        """
        name = split or self.plan["splits"][0]
        file = self.path / f"report-{name}.json"
        if not file.is_file():
            raise RunError(f"Bench {self.id} ({self.status}) has not asked {name} yet; it does at the end, once.")
        return Report.from_json(file)

    def trials(self) -> pd.DataFrame:
        """Every training so far: ``entry, stage, rate, seed, run, eval_loss, seconds, memory_bytes``."""
        import pandas as pd

        kept = ["rate", "seed", "run", "eval_loss", "seconds", "memory"]
        rows = []
        for name, cell in self._state().get("cells", {}).items():
            entry, stage, _ = name.rsplit("/", 2)
            rows.append([entry, stage, *(cell.get(key) for key in kept)])
        return pd.DataFrame(rows, columns=["entry", "stage", *kept[:-1], "memory_bytes"])

    def table(self, split: str | None = None, metric: str | None = None) -> pd.DataFrame:
        """One row for each way of tuning (or size) and each untuned system.

        Returns
        -------
        pandas.DataFrame
            ``system, value, low, high, seeds, rate, trainable_parameters, seconds, memory_bytes, front``. ``value`` is
            the metric's mean over seeds, with Student's interval; before the test split was asked it is missing.
            ``front``: no other is better with fewer trainable weights.
        """
        import pandas as pd

        report = None
        if (self.path / f"report-{split or self.plan['splits'][0]}.json").is_file():
            report = self.report(split)
        columns = ["system", "value", "low", "high", "seeds", "rate", "trainable_parameters", "seconds", "memory_bytes"]
        made = pd.DataFrame(judging.rows_of(self.plan, self._state(), report, metric), columns=columns)
        made["front"] = judging.front(made["value"], made["trainable_parameters"])
        return made

    def verdict(self, split: str | None = None, metric: str | None = None) -> list[str]:
        """What may be said, sentence by sentence; empty while the test split was not asked."""
        if not (self.path / f"report-{split or self.plan['splits'][0]}.json").is_file():
            return []
        report = self.report(split)
        if self.plan["kind"] == "curve":
            return [judging.curve_of(self.plan, report, metric).sentence]
        return judging.sentences(self.plan, report, metric)

    def curve(self, split: str | None = None, metric: str | None = None) -> judging.Curve:
        """The fitted curve of a data curve, with what was predicted for the largest size and what came of it.

        Raises
        ------
        RunError
            Of a bench of ways of tuning, or before the test split was asked.
        """
        if self.plan["kind"] != "curve":
            raise RunError(f"Bench {self.id} compares ways of tuning. wb.bench.data_curve(recipe) makes a curve.")
        return judging.curve_of(self.plan, self.report(split), metric)

    def _state(self) -> dict[str, Any]:
        return read_json(self.path / "state.json") or {}


def make(plan: Mapping[str, Any], home: str | os.PathLike[str] | None) -> Bench:
    """A new folder with a plan in it."""
    base = home_of(home) / "benches"
    path = base / f"{time.strftime('%Y%m%d-%H%M%S')}-{plan['kind']}-{secrets.token_hex(2)}"
    path.mkdir(parents=True)
    write_json(path / "plan.json", dict(plan))
    return Bench(path)


def find(id_or_path: str | os.PathLike[str], home: str | os.PathLike[str] | None) -> Bench:
    """See `workbench.bench.open_bench`."""
    base = home_of(home) / "benches"
    there = sorted(item.name for item in base.iterdir() if (item / "plan.json").is_file()) if base.is_dir() else []
    text = str(id_or_path)
    if text == "last" and there:
        return Bench(base / there[-1])
    for path in (base / text, Path(text).expanduser()):
        if (path / "plan.json").is_file():
            return Bench(path)
    near = difflib.get_close_matches(text, there, n=3, cutoff=0.4) or there[-3:]
    told = f" Near to it: {', '.join(near)}." if near else " There are none yet: wb.bench(...) makes one."
    raise RunNotFoundError(f"No bench {text!r} in {base}.{told}")


def lock_of(path: Path) -> Lock:
    """The lock that the process at work on a bench holds."""
    return Lock(path / "bench.lock")
