"""Fill a table of answers: every system in turn, block by block, so that rows are complete early."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from workbench.errors import InvalidInputError, WorkbenchError
from workbench.evaluation.sidebyside import SideBySide
from workbench.models.system import System

__all__ = ["BLOCK", "answer_rows"]

#: Rows that one system answers before the next takes its turn, where they share a base model.
BLOCK = 16

Generate = Callable[..., Any]


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
    """
    size = BLOCK if len({system.model for system in systems}) == 1 else max(1, len(rows))
    for start in range(0, len(rows), size):
        for column, system in enumerate(systems):
            between()
            missing = [row for row in rows[start : start + size] if table.answers[row][column] is None]
            if cancel.is_set():
                return
            _answer(table, column, system, missing, generate, decoding, cancel, on_change)


def _answer(
    table: SideBySide,
    column: int,
    system: System,
    rows: list[int],
    generate: Generate,
    decoding: dict[str, Any],
    cancel: threading.Event,
    on_change: Callable[[], None],
) -> None:
    def take(at: int, answer: Any) -> None:
        table.put(rows[at], column, answer.text)
        on_change()

    if not rows:
        return
    try:
        generate(system, [table.prompts[row] for row in rows], on_result=take, cancel=cancel, **decoding)
    except InvalidInputError as error:
        if len(rows) == 1:
            table.fail(rows[0], column, str(error))
            on_change()
            return
        # One prompt that does not fit spoils the whole request: the others are asked one by one.
        for row in rows:
            if table.answers[row][column] is None and not cancel.is_set():
                _answer(table, column, system, [row], generate, decoding, cancel, on_change)
    except Exception as error:
        # A function of the user's may raise anything; the other systems go on.
        reason = str(error) if isinstance(error, WorkbenchError) else f"{type(error).__name__}: {error}"
        for row in rows:
            if table.answers[row][column] is None:
                table.fail(row, column, reason)
        on_change()
