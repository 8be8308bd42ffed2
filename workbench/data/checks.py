"""What is wrong with the rows themselves, found before any training: empty answers, repeats, contradictions, leaks.

Each check looks at all rows of the splits it concerns, keeps only hashes in memory, and says why the thing matters.
"""

from __future__ import annotations

import hashlib
import html
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from workbench.data.loading import row_key
from workbench.errors import Problem

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset

__all__ = ["DataReport", "Finding", "check"]

ROWS_NAMED = 5


@dataclass(frozen=True)
class Finding:
    """Rows that share one fault.

    Parameters
    ----------
    kind
        The check: ``"empty answer"``, ``"repeated row"``, ``"contradicting answers"``, ``"leak"``.
    split
        Where the rows are.
    rows
        Their numbers, from 0.
    severity
        ``"error"`` spoils results or trains nothing, ``"warning"`` is worth a look.
    message
        What it is and why it matters.
    remedy
        What to do.
    """

    kind: str
    split: str
    rows: tuple[int, ...]
    severity: Literal["error", "warning"]
    message: str
    remedy: str

    def problem(self) -> Problem:
        """The finding as the `Problem` that panels and the command line show."""
        named = ", ".join(map(str, self.rows[:ROWS_NAMED])) + (", ..." if len(self.rows) > ROWS_NAMED else "")
        where = f"{self.split}, {'row' if len(self.rows) == 1 else 'rows'} {named}"
        return Problem(where, f"{len(self.rows)} x {self.kind}: {self.message}", self.remedy, self.severity)


class DataReport:
    """What the checks found; empty is good.

    Parameters
    ----------
    findings
        In order of severity.
    checked
        How many rows of each split were looked at.
    more
        Further problems, from the token gate of a recipe.
    """

    def __init__(self, findings: list[Finding], checked: Mapping[str, int], more: list[Problem] | None = None):
        self.findings = sorted(findings, key=lambda finding: finding.severity)
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

    def _head(self) -> str:
        counts = ", ".join(f"{count:,} {name}" for name, count in self.checked.items())
        found = f"{len(self.problems)} kinds of problem" if self.problems else "nothing found"
        return f"Checked {counts} rows for empty answers, repeats, contradictions and leaks between splits: {found}."


def check(dataset: Dataset) -> DataReport:
    """Look for empty answers, exact repeats, contradicting answers in train, and leaks between splits.

    Parameters
    ----------
    dataset
        Any type of rows.
    """
    findings: list[Finding] = []
    prompts: dict[str, dict[bytes, list[int]]] = {}
    for split in dataset.splits:
        empty: list[int] = []
        by_row: dict[bytes, list[int]] = defaultdict(list)
        by_prompt: dict[bytes, list[int]] = defaultdict(list)
        answers: dict[bytes, set[bytes]] = defaultdict(set)
        for number, row in enumerate(dataset.rows(split)):
            if any(not text.strip() for text in _answers(row)):
                empty.append(number)
            key, whole = _digest(row_key(row)), _digest(row_key(row) + "\0" + "\0".join(_answers(row)))
            by_row[whole].append(number)
            by_prompt[key].append(number)
            answers[key].add(whole)
        prompts[split] = by_prompt
        if empty:
            findings.append(Finding(
                "empty answer", split, tuple(empty), "error",
                "an empty answer teaches the model to say nothing.", "Fill them in, or take the rows out.",
            ))  # fmt: skip
        if split == "train":
            repeats = [number for numbers in by_row.values() for number in numbers[1:]]
            if repeats:
                findings.append(Finding(
                    "repeated row", split, tuple(sorted(repeats)), "warning",
                    "the same row again weighs double and is learnt by heart first.", "Keep one of each.",
                ))  # fmt: skip
            mixed = [number for key, kinds in answers.items() if len(kinds) > 1 for number in by_prompt[key]]
            if mixed:
                findings.append(Finding(
                    "contradicting answers", split, tuple(sorted(mixed)), "warning",
                    "the same prompt has several answers; the model learns their mixture.",
                    "Decide on one, unless variety is wanted.",
                ))  # fmt: skip
    for split in dataset.splits:
        if split != "train" and "train" in prompts:
            leaked = [n for key, numbers in prompts[split].items() if key in prompts["train"] for n in numbers]
            if leaked:
                findings.append(Finding(
                    "leak", split, tuple(sorted(leaked)), "error",
                    "these prompts stand in train too, so a score on them measures memory.",
                    f"Take them out of train or out of {split}.",
                ))  # fmt: skip
    return DataReport(findings, dataset.splits)


def _answers(row: Mapping[str, Any]) -> list[str]:
    """The texts that a row teaches."""
    if "messages" in row:
        return [str(turn.get("content") or "") for turn in row["messages"] if turn["role"] == "assistant"
                and not turn.get("tool_calls")]  # fmt: skip
    values = [row[name] for name in ("completion", "chosen", "rejected", "text") if name in row]
    return [
        value if isinstance(value, str) else "".join(str(t.get("content") or "") for t in value) for value in values
    ]


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).digest()
