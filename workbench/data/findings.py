"""What the checks of a data set found (`Finding`, `DataReport`), and what was done about it (`Repair`)."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from workbench.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EVIDENCE", "DataReport", "Finding", "Repair", "Severity"]

Severity = Literal["error", "warning", "note"]

ROWS_NAMED = 5

#: Rows of a finding for which it says what was found there.
EVIDENCE = 50

RANK = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True)
class Finding:
    """Rows that share one fault.

    Parameters
    ----------
    check
        The name that ``ds.repair`` and ``only=`` take: ``"near_duplicates"``.
    kind
        The same in words: ``"near duplicate"``.
    split
        Where the rows are.
    rows
        All their numbers, from 0, ascending. Of rows that repeat each other, all but the first.
    severity
        ``"error"`` spoils results or trains nothing, ``"warning"`` is worth a look, ``"note"`` is for information.
    message
        What it is and why it matters, with the figure where there is one.
    remedy
        What to do.
    groups
        Rows that belong together: repeats with their first, contradictions.
    elsewhere
        For leaks: row -> the (split, row) it was found in.
    in_train
        For leaks: every row of train that leaks into these rows.
    evidence
        For the first rows (at most `EVIDENCE`): what was found there.
    repair
        What ``ds.repair(check)`` would do; None where no repair is safe.
    """

    check: str
    kind: str
    split: str
    rows: tuple[int, ...]
    severity: Severity
    message: str
    remedy: str
    groups: tuple[tuple[int, ...], ...] = ()
    elsewhere: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    in_train: tuple[int, ...] = ()
    evidence: Mapping[int, str] = field(default_factory=dict)
    repair: str | None = None

    def problem(self) -> Problem:
        """The finding as the `Problem` that panels and the command line show."""
        if not self.rows:
            return Problem(self.split, f"{self.kind}: {self.message}", self.remedy, self.severity)
        named = ", ".join(map(str, self.rows[:ROWS_NAMED])) + (", ..." if len(self.rows) > ROWS_NAMED else "")
        where = f"{self.split}, {'row' if len(self.rows) == 1 else 'rows'} {named}"
        return Problem(where, f"{len(self.rows)} x {self.kind}: {self.message}", self.remedy, self.severity)


class DataReport:
    """What the checks found; empty is good.

    Parameters
    ----------
    findings
        In any order; kept in order of severity.
    checked
        How many rows of each split were looked at.
    more
        Further problems, from the token gate of a recipe.
    """

    def __init__(self, findings: Sequence[Finding], checked: Mapping[str, int], more: Sequence[Problem] | None = None):
        self.findings = sorted(findings, key=lambda finding: RANK[finding.severity])
        self.checked = dict(checked)
        self.problems = [finding.problem() for finding in self.findings] + list(more or [])

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self.problems)

    def __repr__(self) -> str:
        head = self._head()
        return "\n".join([head, *(f"  [{problem.severity}] {problem}" for problem in self.problems)])

    def _repr_html_(self) -> str:
        items = "".join(
            f"<li><b>{problem.severity}</b>, {html.escape(problem.where)}: {html.escape(problem.message)} "
            f"<i>{html.escape(problem.remedy)}</i></li>"
            for problem in self.problems
        )
        return f"<p>{html.escape(self._head())}</p><ul>{items}</ul>"

    def to_frame(self) -> pd.DataFrame:
        """One line a finding: check, kind, split, severity, number of rows, rows, message, remedy, repair."""
        import pandas as pd

        names = ("check", "kind", "split", "severity", "rows", "message", "remedy", "repair")
        frame = pd.DataFrame([[getattr(found, name) for name in names] for found in self.findings], columns=list(names))
        frame.insert(4, "count", [len(found.rows) for found in self.findings])
        return frame

    def _head(self) -> str:
        counts = ", ".join(f"{count:,} {name}" for name, count in self.checked.items())
        if not self.problems:
            return f"Checked {counts} rows: nothing found."
        return f"Checked {counts} rows: {len(self.problems)} kind{'s' * (len(self.problems) > 1)} of problem."


@dataclass(frozen=True)
class Repair:
    """One repair that was made.

    Parameters
    ----------
    check
        The check that found the rows, or ``"drop"`` for rows that were named.
    what
        What was done to them.
    split
        Where.
    rows
        How many.
    before, after
        The content hash of the whole data set.
    """

    check: str
    what: str
    split: str
    rows: int
    before: str
    after: str

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)
