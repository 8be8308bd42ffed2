"""What a check is: it looks at batches, is told when a split is done, and ends with its findings.

A new check is a class in one of the files beside this one, entered in that file's `CHECKS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.checks.view import Batch, Part
from workbench.data.findings import EVIDENCE, Finding, Severity

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset

__all__ = ["Check", "Flagged", "Rows", "hits", "shortened"]

SHORT = 80

Rows = Mapping[int, str]
"""Row number -> what was found there."""


class Check:
    """One check of a data set; an object serves one call.

    Attributes
    ----------
    name, kind, severity, message, remedy, repair
        As in `Finding`.
    """

    name: ClassVar[str]
    kind: ClassVar[str]
    severity: ClassVar[Severity] = "warning"
    message: ClassVar[str] = ""
    remedy: ClassVar[str] = ""
    repair: ClassVar[str | None] = None

    #: Checks whose rows this one need not name again, where all of them are asked for.
    yields_to: ClassVar[tuple[str, ...]] = ()

    def __init__(self, dataset: Dataset, schema: Mapping[str, Any] | None = None):
        self.dataset, self.schema = dataset, schema

    def applies(self) -> bool:
        """Whether the check makes sense for this data set."""
        return True

    def scan(self, batch: Batch) -> Any:
        """Look at one batch. Runs in several threads at once, so it changes nothing in the check."""
        raise NotImplementedError

    def collect(self, split: str, seen: list[Any]) -> None:
        """Take what `scan` returned for each batch of a split, in order. Train comes last."""
        raise NotImplementedError

    def findings(self) -> Iterable[Finding]:
        """What was found, once all splits are collected."""
        raise NotImplementedError

    def finding(self, split: str, rows: Iterable[int], message: str = "", **more: Any) -> Finding:
        """A `Finding` of this check; `message` instead of the check's own."""
        numbers = tuple(sorted(map(int, rows)))
        given = {"kind": self.kind, "severity": self.severity, "remedy": self.remedy, "repair": self.repair, **more}
        return Finding(check=self.name, split=split, rows=numbers, message=message or self.message, **given)


@dataclass
class _Split:
    rows: list[int] = field(default_factory=list)
    evidence: dict[int, str] = field(default_factory=dict)


class Flagged(Check):
    """A check that judges each row by itself: `scan` returns the rows at fault with what was found there."""

    def __init__(self, dataset: Dataset, schema: Mapping[str, Any] | None = None):
        super().__init__(dataset, schema)
        self.flagged: dict[str, _Split] = {}

    def scan(self, batch: Batch) -> Rows:
        raise NotImplementedError

    def collect(self, split: str, seen: list[Rows]) -> None:
        kept = self.flagged[split] = _Split()
        for rows in seen:
            for number in sorted(rows):
                kept.rows.append(int(number))
                if len(kept.evidence) < EVIDENCE and rows[number]:
                    kept.evidence[int(number)] = rows[number]

    def findings(self) -> Iterable[Finding]:
        for split, found in self.flagged.items():
            if found.rows:
                yield self.finding(split, found.rows, self.said(split), evidence=found.evidence)

    def said(self, split: str) -> str:
        """The message of the finding in a split."""
        return self.message


def hits(part: Part, pattern: str, *, literal: bool = False) -> tuple[np.ndarray, list[str]]:
    """The row numbers and texts of a part in which an RE2 pattern, or a literal, occurs."""
    found = pc.match_substring(part.texts, pattern) if literal else pc.match_substring_regex(part.texts, pattern)
    mask = found.to_numpy(zero_copy_only=False)
    if not mask.any():
        return np.zeros(0, np.int64), []
    return part.rows[mask], part.texts.filter(pa.array(mask)).to_pylist()


def shortened(text: str, limit: int = SHORT) -> str:
    """The text on one line, cut to a readable length."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
