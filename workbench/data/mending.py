"""Check, repair, undo: a data set under a reader's hands, with what was found in it and what was done to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.data.changes import Change, changes
from workbench.data.repair import MASKS
from workbench.errors import RecipeError

if TYPE_CHECKING:
    from workbench.data.checks import DataReport, Finding
    from workbench.data.dataset import Dataset

__all__ = ["Mending", "firsts_of_groups", "groups_of_rows", "row_notes", "rows_in_groups"]


class Mending:
    """A data set, what the checks found in it, and the repairs so far. The data set itself is never changed.

    Parameters
    ----------
    dataset
        Where it begins.
    recipe
        Its token gate is asked too.

    Attributes
    ----------
    dataset : Dataset
        As the repairs have made it so far.
    report : DataReport or None
        What the checks found in it; None before they ran, and again after a repair.
    proposed : str
        The check whose repair is being looked at; empty for none.
    repaired : set of str
        The checks whose repair was applied since they ran.
    """

    def __init__(self, dataset: Dataset, recipe: Any = None):
        self.dataset, self.recipe = dataset, recipe
        self.report: DataReport | None = None
        self.proposed = ""
        self.repaired: set[str] = set()
        self._before: list[tuple[Dataset, str]] = []
        self._made: Dataset | None = None
        self._changes: list[Change] = []

    def check(self, progress: Callable[[int, int, str], Any] | None = None) -> None:
        """Run all checks. `progress` is told how far they are, and ends them by returning False."""
        dataset, report = self.dataset, None
        try:
            report = dataset.check(self.recipe, progress=progress)
        except RecipeError:  # it is for other rows; what needs no recipe is looked for all the same
            report = dataset.check(progress=progress)
            raise
        finally:
            if report is not None and dataset is self.dataset:
                self.report, self.repaired = report, set()

    def propose(self, check: str, progress: Callable[[int, int, str], Any] | None = None) -> None:
        """Make the repair of a check, to be looked at; an empty name forgets it."""
        self.proposed, self._made, self._changes = "", None, []
        if check:
            dataset = self.dataset
            made = dataset.repair(check, progress=progress)
            if dataset is self.dataset:
                self.proposed, self._made, self._changes = check, made, changes(dataset, made)

    def apply(self, key: str = "") -> None:
        """Take over the repair that was proposed. `key` names a file for the values that a mask hides."""
        if self._made is not None and not self._changes:
            self.propose("")  # nothing to take over: what is left no rule can mend
        if self._made is not None:
            made = self.dataset.repair(self.proposed, key=key) if key else self._made
            self._before.append((self.dataset, self._words()))
            self.dataset, self.report = made, None
            self.repaired.add(self.proposed)
            self.propose("")

    def resplit(self, shares: dict[str, float]) -> None:
        """Cut validation and test anew; undone like a repair."""
        made = self.dataset.resplit(shares)
        counts = ", ".join(f"{count:,} {name}" for name, count in made.splits.items())
        self._before.append((self.dataset, f"splits cut anew: {counts}"))
        self.dataset, self.report = made, None
        self.propose("")

    def undo(self) -> None:
        """Go back to before the last repair."""
        if self._before:
            self.dataset, _ = self._before.pop()
            self.report, self.repaired = None, set()
            self.propose("")

    def finding(self, key: str) -> Finding | None:
        """The finding of a key that `state` gave out, or None where it is gone."""
        if self.report is None or not key:
            return None
        return dict(zip(self._keys(), self.report.findings, strict=True)).get(key)

    def state(self, shown: str = "") -> dict[str, Any]:
        """What a panel shows: findings, the proposed repair, and what was done. `shown` is the key of one of them."""
        found = []
        if self.report is not None:
            named = zip(self._keys(), self.report.findings, strict=True)
            found = [self._finding(key, each, shown) for key, each in named]
            more = self.report.problems[len(self.report.findings) :]
            found += [
                {"key": f"recipe/{at}", "check": "", "kind": problem.where, "severity": problem.severity, "where": "",
                 "count": 0, "message": problem.message, "remedy": problem.remedy, "repair": "", "shown": False,
                 "preview": None}
                for at, problem in enumerate(more)
            ]  # fmt: skip
        return {
            "checked": self.report is not None,
            "summary": self._summary(),
            "findings": found,
            "repairs": [words for _, words in self._before],
        }

    def _keys(self) -> list[str]:
        assert self.report is not None
        return [f"{at}/{finding.check}/{finding.split}" for at, finding in enumerate(self.report.findings)]

    def _finding(self, key: str, finding: Finding, shown: str) -> dict[str, Any]:
        count, groups = len(finding.rows), len(finding.groups)
        where = f"{count:,} {'row' if count == 1 else 'rows'} of {finding.split}" if count else finding.split
        preview = None
        if self.proposed == finding.check:
            said = "; ".join(change.words() for change in self._changes)
            examples = [
                {"row": row, "column": column, "before": before[:600], "after": after[:600]}
                for change in self._changes
                for row, column, before, after in change.examples
            ]
            preview = {"text": f"This {said}." if said else "This changes nothing.", "examples": examples,
                       "masks": finding.check in MASKS}  # fmt: skip
        return {
            "key": key, "check": finding.check, "kind": finding.kind, "severity": finding.severity,
            "where": f"{where} in {groups:,} groups" if groups > 1 else where, "count": count,
            "message": finding.message, "remedy": finding.remedy, "repair": finding.repair or "",
            "shown": key == shown, "preview": preview,
        }  # fmt: skip

    def _summary(self) -> str:
        if self.report is None:
            return "Not checked yet." if not self._before else "Repaired, and not checked again yet."
        counts = ", ".join(f"{count:,} {name}" for name, count in self.report.checked.items())
        severities = [problem.severity for problem in self.report.problems]
        tally = [(severities.count(kind), kind) for kind in ("error", "warning", "note")]
        found = ", ".join(f"{count} {kind}{'s' * (count > 1)}" for count, kind in tally if count) or "nothing found"
        return f"{counts} rows checked: {found}."

    def _words(self) -> str:
        made = "; ".join(change.words() for change in self._changes) or "changes nothing"
        findings = self.report.findings if self.report else []
        kind = next((each.kind for each in findings if each.check == self.proposed), self.proposed)
        return f"{kind}: {made}"


def row_notes(finding: Finding) -> dict[int, str]:
    """What to say beside each row of a finding: its group, what was found in it, where else it stands."""
    notes: dict[int, list[str]] = {}
    for number, group in enumerate(finding.groups, start=1):
        for row in group:
            notes.setdefault(row, []).append(f"group {number:,} of {len(finding.groups):,}")
    for row, (split, other) in finding.elsewhere.items():
        notes.setdefault(row, []).append(f"stands in {split}, row {other:,}")
    for row, text in finding.evidence.items():
        notes.setdefault(row, []).append(text)
    return {row: "; ".join(said) for row, said in notes.items()}


def rows_in_groups(finding: Finding) -> tuple[int, ...]:
    """The rows of a finding, those that belong together one after another."""
    grouped = dict.fromkeys(row for group in finding.groups for row in group)
    return (*grouped, *(row for row in finding.rows if row not in grouped))


def groups_of_rows(finding: Finding) -> dict[int, int]:
    """For each row that belongs to others the number of their group, from 0."""
    return {row: number for number, group in enumerate(finding.groups) for row in group}


def firsts_of_groups(finding: Finding) -> dict[int, int]:
    """For each row that belongs to another the first row of its group."""
    return {row: group[0] for group in finding.groups for row in group[1:]}
