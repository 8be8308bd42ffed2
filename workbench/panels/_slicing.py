"""The slices of a panel's rows: of one column, or those on which the last system is worse than the first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.errors import InvalidInputError
from workbench.evaluation.report import Report
from workbench.evaluation.results import p_text
from workbench.evaluation.slices import AT_LEAST, Slice, Slices, columns_of, find_slices
from workbench.evaluation.tables import finding, interval_texts
from workbench.settings import nearest

__all__ = ["WORSE", "Slicing"]

WORSE = "where it got worse"
"""Stands for the slices of all columns on which the last system is worse; any other text is a column."""

FEW = 5
"""Rows that a slice of a chosen column has at least: whoever chose it wants to see small ones too."""

LISTED = 30
"""Slices that are listed at most."""


class Slicing:
    """What was found on the slices of the rows that every system has answered.

    Attributes
    ----------
    found : Slices or None
        None before anything was looked for.
    running : bool
        Whether slices are being looked for.
    """

    def __init__(self) -> None:
        self.found: Slices | None = None
        self.running = False
        self._columns: list[str] = []
        self._rows: dict[str, frozenset[int]] = {}
        self._asked: tuple[str, int] = ("", 0)
        self._report: Report | None = None

    def begin(self, by: str, answered: int) -> bool:
        """Whether slices are wanted that were not looked for on so many rows; then `look` must be called."""
        if self.running or not (by and answered) or self._asked == (by, answered):
            return False
        self.running, self._asked = True, (by, answered)
        return True

    def look(self, by: str, report: Callable[[], Report], chosen: str = "") -> None:
        """Look for slices; `report` is called for the report on the rows that are answered.

        Raises
        ------
        InvalidInputError
            For a column that is not there, and when no slice is called as the one that was chosen.
        """
        found, rows = None, dict[str, frozenset[int]]()
        try:
            if self._report is None or len(self._report.prompts) != self._asked[1]:
                self._report = report()
            made = self._report
            self._columns = list(columns_of(made))
            found = find_slices(made, None if by == WORSE else by, at_least=AT_LEAST if by == WORSE else FEW)
            for each in found.slices:
                rows[_name(each)] = frozenset(made.row_numbers[place] for place in each.places)
        finally:
            self.found, self._rows, self.running = found, rows, False
        if chosen and chosen not in rows:
            raise InvalidInputError(f"No slice is called {chosen!r}{nearest(chosen, rows)}.")

    def rows(self, chosen: str) -> frozenset[int] | None:
        """The rows of a slice; None for all."""
        return self._rows.get(chosen)

    def view(self, by: str, chosen: str) -> dict[str, Any]:
        """Plain data for the front end; ends of intervals are -1 to 1, of the widest one that is listed."""
        found = self.found if by else None  # the whole is replaced by another thread
        slices = () if found is None else found.slices
        span = max((abs(end) for each in slices[:LISTED] for end in (each.low, each.high)), default=0.0) or 1.0
        columns = self._columns or [name for name in [by] if name not in ("", WORSE)]
        return {
            "by": by, "options": [WORSE, *columns], "running": self.running,
            "chosen": chosen if chosen in self._rows else "",
            "sentence": "" if found is None else f"{found.whole.title}: {found.sentence}",
            "slices": [_line(each, span) for each in slices[:LISTED]], "more": max(0, len(slices) - LISTED),
        }  # fmt: skip


def _line(each: Slice, span: float) -> dict[str, Any]:
    difference, interval = interval_texts(each.result)
    return {
        "name": _name(each), "rows": f"{each.n:,}", "difference": difference, "interval": interval,
        "p": p_text(each.adjusted), "finding": finding(each.result), "better": each.result.better,
        "ends": [end / span for end in (each.low, each.difference, each.high)],
    }  # fmt: skip


def _name(each: Slice) -> str:
    return f"{each.column} is {each.value}"
