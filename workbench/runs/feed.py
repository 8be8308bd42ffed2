"""A run as a stream of differences: what a view must be told so that it shows what the log says.

`Feed` follows the log and keeps a `Series`. `news` gives what changed since the last call, `everything` all of it; both
are a plain dict and the packed columns it points to, ready for a wire.
"""

from __future__ import annotations

import time
from typing import Any

from workbench.errors import WorkbenchError
from workbench.runs.curves import explain
from workbench.runs.job import LIVE
from workbench.runs.series import Columns, Series

__all__ = ["Feed"]

STATUS_SECONDS = 1.0  # a trainer that was killed leaves no event: its processes are looked at this often
EXPLAIN_SECONDS = 2.0
GUARDS_SECONDS = 2.0  # how often a run that is completed is asked for what its guards found
STATUS_CHANGES = frozenset({"queued", "started", "resumed", "ended"})

Message = tuple[dict[str, Any], list[bytes]]


class Feed:
    """Follows one run.

    Parameters
    ----------
    run
        A `Run`.

    Attributes
    ----------
    series
        What the events amount to.
    status, reason
        As last looked at.
    remarks
        What the curve says, in sentences.
    guards
        What `Run.guards` found; None before the run is completed and while they are looking.
    answers
        Whether its model writes answers; one that scores them does not.
    """

    def __init__(self, run: Any):
        self.run = run
        self.series = Series()
        self.status: str = ""
        self.reason: str | None = None
        self.remarks: list[dict[str, Any]] = []
        self.guards: list[dict[str, Any]] | None = None
        self.answers = _writes_answers(run)
        self._told: dict[str, Any] = {}
        self._tail = run.tail()
        self._next_status = self._next_explain = self._next_guards = 0.0
        self._forget_sent()

    @property
    def live(self) -> bool:
        """The run is queued or running."""
        return self.status in LIVE

    @property
    def guarded(self) -> bool:
        """The run is completed, and what its guards find is still to come."""
        return self.status == "completed" and self.guards is None

    def poll(self) -> None:
        """Read what was logged since the last call."""
        now = time.monotonic()
        events = self._tail.poll()
        self.series.feed(events)
        types = {event["type"] for event in events}
        if types & STATUS_CHANGES or now >= self._next_status:
            self.status, self.reason = self.run.status, self.run.reason
            self._next_status = now + STATUS_SECONDS
        if "eval" in types or (("log" in types or "resumed" in types) and now >= self._next_explain):
            self.remarks = [remark.to_dict() for remark in explain(self.series.curve)]
            spent = time.monotonic() - now
            self._next_explain = now + max(EXPLAIN_SECONDS, 100 * spent)  # a long curve is judged less often
        if self.guarded and now >= self._next_guards:
            self.guards = self.run.guards()
            self._next_guards = now + GUARDS_SECONDS

    def latest(self) -> dict[str, str]:
        """The figures that sum the run up, as text."""
        known = {
            "train loss": self.series.log.last("loss"),
            "eval loss": self.series.evals.last("eval_loss"),
            "token accuracy": self.series.log.last("mean_token_accuracy"),
        }
        figures = {name: f"{value:.4g}" for name, value in known.items() if value is not None}
        best = self.series.state.get("best")
        if best and best["value"] is not None:
            figures[f"best {best['metric'].removeprefix('eval_')}"] = f"{best['value']:.4g} at step {best['step']:,}"
        return figures

    def everything(self) -> Message:
        """All that is known; `news` goes on from here."""
        self._forget_sent()
        message, buffers = self.news() or ({}, [])
        return message | {"all": True}, buffers

    def news(self) -> Message | None:
        """What is new since the last call, or None.

        Each table of points is ``{start, count, names, buffer}``: so many rows from row ``start`` on, in the buffer of
        that number, packed as `Columns.packed` says.
        """
        series, buffers = self.series, list[bytes]()
        message: dict[str, Any] = {}
        if series.version != self._version:
            self._forget_sent()
            message["all"] = True
        for table, columns in (("log", series.log), ("evals", series.evals)):
            start = self._rows[table] if self._names[table] == columns.names else 0
            if len(columns) > start:
                message[table] = self._points(columns, start, len(buffers))
                buffers.append(columns.packed(start))
                self._rows[table], self._names[table] = len(columns), columns.names
        for name, values in self._lists().items():
            if len(values) > self._lengths.get(name, 0):
                message[name] = values[self._lengths.get(name, 0) :]
                self._lengths[name] = len(values)
        if "samples" in message:
            message["probes"] = series.probes
        state = self._state()
        changed = {name: value for name, value in state.items() if self._told.get(name, _NOTHING) != value}
        if changed:
            message["state"] = changed
            self._told = state
        return (message, buffers) if message else None

    def _forget_sent(self) -> None:
        self._version = self.series.version
        self._rows = {"log": 0, "evals": 0}
        self._names: dict[str, list[str]] = {"log": [], "evals": []}
        self._lengths: dict[str, int] = {}
        self._told = {}

    def _points(self, columns: Columns, start: int, buffer: int) -> dict[str, Any]:
        return {"start": start, "count": len(columns) - start, "names": columns.names, "buffer": buffer}

    def _lists(self) -> dict[str, list[Any]]:
        names = ("samples", "rollouts", "notes", "replies")
        return {name: getattr(self.series, name) for name in names}

    def _state(self) -> dict[str, Any]:
        where = {"id": self.run.id, "path": str(self.run.path), "answers": self.answers}
        guards = None if self.status != "completed" else _shown(self.guards)
        now = {"status": self.status, "reason": self.reason, "remarks": self.remarks, "guards": guards}
        return where | self.series.state | now


def _writes_answers(run: Any) -> bool:
    try:
        return bool(run.writes_answers)
    except WorkbenchError:  # a recipe that cannot be read hides no curves
        return True


def _shown(guards: list[dict[str, Any]] | None) -> list[dict[str, str]]:
    """What a view shows of guards; nothing while they are looking."""
    return [{key: each[key] for key in ("name", "light", "figure", "sentence")} for each in guards or ()]


_NOTHING = object()
