"""Fill a table of answers in the background: every system in turn, block by block, so that rows are complete early."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from workbench.errors import InvalidInputError, WorkbenchError
from workbench.evaluation.evaluate import report_on
from workbench.evaluation.facts import Answered
from workbench.evaluation.picking import Picked
from workbench.evaluation.report import Report
from workbench.evaluation.sidebyside import SideBySide
from workbench.models.system import System

__all__ = ["BLOCK", "Answering", "answer_rows"]

#: Rows that one system answers before the next takes its turn, where they share a base model.
BLOCK = 16

Generate = Callable[..., Any]


class Answering:
    """A table of answers that fills in a thread of its own, and prompts asked in between.

    Parameters
    ----------
    systems
        What answers, one column each.
    table
        The table to fill, the rows in play.
    generate
        ``GenerationClient.generate``.
    decoding
        Its settings.

    Attributes
    ----------
    asked : list of SideBySide
        A table of one row for each prompt asked in between, the latest first.
    changes : int
        Grows with every answer; for whoever shows them.
    """

    def __init__(self, systems: Sequence[System], table: SideBySide, *, generate: Generate, decoding: dict[str, Any]):
        self.systems, self.table = list(systems), table
        self.generate, self.decoding = generate, decoding
        self.asked: list[SideBySide] = []
        self.changes = 0
        self._waiting: deque[SideBySide] = deque()
        self._answered: SideBySide | None = None
        self._lock = threading.Lock()
        self._cancel = threading.Event()
        self._thread: threading.Thread | None = None
        self._rows_wanted = self._cancelled = False
        self._began, self._done_before = 0.0, 0

    @property
    def running(self) -> bool:
        """Whether answers are being made."""
        return self._thread is not None

    def run(self) -> None:
        """Answer what is missing, in the table's rows."""
        with self._lock:
            self._rows_wanted = True
            self._start()

    def ask(self, prompt: Any) -> None:
        """Have all systems answer one more prompt, token by token, before the rows go on."""
        table = SideBySide(self.table.systems, [prompt])
        with self._lock:
            self.asked.insert(0, table)
            self._waiting.append(table)
            self._start()

    def pending(self, asked: SideBySide) -> bool:
        """Whether a prompt asked in between is being answered, or waits for it."""
        return asked is self._answered or asked in self._waiting

    def cancel(self) -> None:
        """Stop soon; `run` goes on with what is missing."""
        with self._lock:
            self._waiting.clear()
            self._rows_wanted, self._cancelled = False, True
            self._cancel.set()
            self._cancel = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing is left to answer, at most `timeout` seconds, and say whether that is so."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return self._thread is None

    def report(self, picked: Picked) -> Report:
        """The report on the rows that every system has answered; `picked` are the rows of the table."""
        table, done = self.table, self.table.complete
        rows = [picked.dataset[row] for row in done]
        chosen = replace(picked, numbers=tuple(done), rows=rows, note=table.basis() or picked.note)
        said = {name: [table.said[row, at] for row in done] for at, name in enumerate(table.systems)}
        return report_on(dict(zip(table.systems, self.systems, strict=True)), chosen, said, settings=self.decoding)

    def progress(self) -> dict[str, Any]:
        """``running``, ``done`` and ``total`` answers, and a ``text`` that says so."""
        table, wanted = self.table, frozenset(self.table.rows)
        total = len(table.rows) * len(self.systems)
        done = sum(text is not None for row in table.rows for text in table.answers[row])
        failed = sum(row in wanted for row, _ in list(table.failures))
        text = f"{done:,} of {total:,} answers" if total else ""
        if failed:
            text += f", {failed:,} failed"
        if self.running and total and not done and not failed:
            text = "Loading the model …"
        elif self.running and (new := done - self._done_before) > 0 and done + failed < total:
            left = (time.monotonic() - self._began) / new * (total - done - failed)
            text += f", about {_span(left)} left"
        elif not self.running and self._cancelled and done + failed < total:
            text += ", cancelled"
        return {"running": self.running, "done": done + failed, "total": total, "text": text}

    def _start(self) -> None:
        self._cancelled = False
        if self._thread is None:
            self._began = time.monotonic()
            self._done_before = sum(text is not None for row in self.table.answers for text in row)
            self._thread = threading.Thread(target=self._work, daemon=True, name="answers")
            self._thread.start()

    def _work(self) -> None:
        while True:
            self._answer_asked()
            with self._lock:
                wanted, self._rows_wanted = self._rows_wanted, False
                if not wanted and not self._waiting:
                    self._thread = None
                    self.changes += 1
                    return
                cancel = self._cancel
            if wanted:
                self._fill(self.table, self.table.rows, cancel, between=self._answer_asked)

    def _answer_asked(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    return
                table, cancel = self._waiting.popleft(), self._cancel
                self._answered = table
            self._fill(table, [0], cancel, stream=True)
            self._answered = None
            self._count()

    def _fill(self, table: SideBySide, rows: Sequence[int], cancel: threading.Event, **options: Any) -> None:
        answer_rows(table, self.systems, rows, generate=self.generate, decoding=self.decoding, cancel=cancel,
                    on_change=self._count, **options)  # fmt: skip

    def _count(self) -> None:
        self.changes += 1


def _span(seconds: float) -> str:
    return f"{max(1, round(seconds))} s" if seconds < 90 else f"{round(seconds / 60)} min"


def answer_rows(
    table: SideBySide,
    systems: Sequence[System],
    rows: Sequence[int],
    *,
    generate: Generate,
    decoding: dict[str, Any],
    cancel: threading.Event,
    on_change: Callable[[], None] = lambda: None,
    between: Callable[[], None] = lambda: None,
    stream: bool = False,
) -> None:
    """Ask all systems for the answers that are missing, and put them into the table as they come.

    Systems on one base model take turns every 16 rows, since only adapters change hands; others answer all rows
    before the next is loaded. What a system cannot answer is entered as a failure, and the rest goes on.

    Parameters
    ----------
    table, systems
        The table, and what answers in each of its columns.
    rows
        The rows wanted, in the order they are answered.
    generate
        ``GenerationClient.generate``.
    decoding
        Its settings: ``max_new_tokens``, ``temperature``, ``seed``.
    cancel
        Once set, what is missing stays missing.
    on_change
        Called after every answer or failure.
    between
        Called between two blocks: time for something more urgent.
    stream
        Whether the table is told each answer as it grows, token by token.
    """
    ask = partial(generate, cancel=cancel, **decoding)
    bases = {system.model for system in systems if system.kind == "model"}
    size = BLOCK if len(bases) <= 1 else max(1, len(rows))
    for start in range(0, len(rows), size):
        for column, system in enumerate(systems):
            between()
            missing = [row for row in rows[start : start + size] if table.answers[row][column] is None]
            if cancel.is_set():
                return
            _answer(table, column, system, missing, ask, cancel, on_change, stream)


def _answer(
    table: SideBySide,
    column: int,
    system: System,
    rows: list[int],
    ask: Generate,
    cancel: threading.Event,
    on_change: Callable[[], None],
    stream: bool,
) -> None:
    def take(at: int, answer: Any) -> None:
        if answer.error:
            table.fail(rows[at], column, f"{answer.error}: {answer.detail}")
        else:
            table.put(rows[at], column, Answered.of(answer))
        on_change()

    def grow(at: int, text: str) -> None:
        table.grow(rows[at], column, text)
        on_change()

    if not rows:
        return
    try:
        ask(system, [table.prompts[row] for row in rows], on_result=take, **({"on_text": grow} if stream else {}))
    except InvalidInputError as error:
        if len(rows) == 1:
            table.fail(rows[0], column, str(error))
            on_change()
            return
        # One prompt that does not fit spoils the whole request: the others are asked one by one.
        for row in rows:
            if table.answers[row][column] is None and not cancel.is_set():
                _answer(table, column, system, [row], ask, cancel, on_change, stream)
    except Exception as error:
        # A function of the user's may raise anything; the other systems go on.
        reason = str(error) if isinstance(error, WorkbenchError) else f"{type(error).__name__}: {error}"
        for row in rows:
            if table.answers[row][column] is None:
                table.fail(row, column, reason)
        on_change()
