"""The problems list of `DataPanel`: checks with progress, the rows of a problem, repairs with preview and undo."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.data.mending import Mending
from workbench.errors import CancelledError

if TYPE_CHECKING:
    from workbench.data.checks import Finding
    from workbench.data.dataset import Dataset

__all__ = ["AT_ONCE", "Problems"]

AT_ONCE = 50_000  # rows that are checked without being asked
SHOW_EVERY = 0.1  # seconds between two signs of life of a check

QUIET = {"running": False, "done": 0, "total": 0, "text": ""}


class Problems:
    """What was found in a data set and done about it, for one panel.

    Parameters
    ----------
    mending
        The data set, with its report and repairs.
    show
        Called with the state to draw, as plain data.
    rows_changed
        Called when other rows are to be shown: those of a problem, or all again.
    dataset_changed
        Called with the data set that a repair or an undo has made.
    in_background
        Runs work in a thread of its own.
    """

    def __init__(
        self,
        mending: Mending,
        show: Callable[[dict[str, Any]], None],
        rows_changed: Callable[[str], None],
        dataset_changed: Callable[[Dataset], None],
        in_background: Callable[..., Any],
    ):
        self.mending = mending
        self.shown = ""  # the key of the finding whose rows are shown
        self._changing = threading.Lock()  # one repair at a time
        self._show, self._rows_changed, self._dataset_changed = show, rows_changed, dataset_changed
        self._in_background = in_background
        self._saved = ""  # where the repaired set was written
        self._cancel = threading.Event()
        self._progress: dict[str, Any] = QUIET

    def begin(self) -> None:
        """Draw, and check at once where that is a matter of seconds."""
        self.draw()
        if sum(self.mending.dataset.splits.values()) <= AT_ONCE:
            self._in_background(self.check, clear=False)

    def begin_with(self, mending: Mending) -> None:
        """Begin anew with another data set."""
        self._cancel.set()
        self.mending = mending
        self._renew()

    def draw(self) -> None:
        """Show the state as it is."""
        self._show({**self.mending.state(self.shown), "progress": self._progress, "saved": self._saved})

    def finding(self) -> Finding | None:
        """The problem whose rows are shown, or None."""
        return self.mending.finding(self.shown)

    def close(self) -> None:
        """Show no problem's rows any more."""
        self.shown = ""
        self.draw()

    def handle(self, kind: str, value: Any) -> bool:
        """Do what was pressed; False where it is not for the problems list."""
        if kind == "check":
            self._in_background(self.check)
        elif kind == "cancel_check":
            self._cancel.set()
        elif kind == "finding":
            self._look_at(value)
        elif kind == "preview":
            self._in_background(self._propose, value)
        elif kind == "apply":
            self._in_background(self._repair, value["check"], value["key"].strip())
        elif kind == "save":
            self._in_background(self._save)
        elif kind == "resplit":
            self._in_background(self._resplit, value)
        elif kind == "undo":
            self._in_background(self._undo)
        else:
            return False
        return True

    def check(self) -> None:
        """Run all checks, with progress."""
        self._with_progress("Checking", self.mending.check)

    def _with_progress(self, doing: str, work: Callable[[Callable[[int, int, str], bool]], Any]) -> bool:
        """Do some work that tells how far it is and can be cancelled; whether it was done to the end."""
        self._cancel.clear()
        shown = 0.0

        def progress(done: int, total: int, what: str) -> bool:
            nonlocal shown
            if time.monotonic() - shown > SHOW_EVERY:
                shown = time.monotonic()
                self._progress = {"running": True, "done": done, "total": total, "text": f"{doing}: {what}"}
                self.draw()
            return not self._cancel.is_set()

        self._progress = {"running": True, "done": 0, "total": 1, "text": f"{doing} …"}
        self.draw()
        try:
            work(progress)
        except CancelledError:
            return False  # it was asked for
        finally:
            self._progress = QUIET
            self.draw()
        return True

    def _look_at(self, key: str) -> None:
        finding = self.mending.finding(key)
        self.shown = key if finding is not None else ""
        self.draw()
        self._rows_changed(finding.split if finding is not None else "")

    def _propose(self, check: str) -> None:
        with self._changing:
            if check:
                self._with_progress("Trying the repair", partial(self.mending.propose, check))
            else:
                self.mending.propose("")
                self.draw()

    def _repair(self, check: str, key: str) -> None:
        with self._changing:
            report = self.mending.report
            found = report is None or any(finding.check == check for finding in report.findings)
            if check in self.mending.repaired or not found:
                return  # pressed twice
            if self.mending.proposed == check or self._with_progress("Repairing", partial(self.mending.propose, check)):
                self.mending.apply(key)
                self._renew()

    def _resplit(self, percent: dict[str, float]) -> None:
        with self._changing:
            self.mending.resplit({name: value / 100 for name, value in percent.items()})
            self._renew()

    def _save(self) -> None:
        self._saved = f"Written to {self.mending.dataset.save()}"
        self.draw()

    def _undo(self) -> None:
        with self._changing:
            self.mending.undo()
            self._renew()

    def _renew(self) -> None:
        """Another data set: show it, and look at it anew."""
        self.shown = self._saved = ""
        self._dataset_changed(self.mending.dataset)
        self.begin()
