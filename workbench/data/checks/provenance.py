"""Whether the rows say where they come from and what may be done with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workbench.data.checks.base import Check
from workbench.data.checks.view import Batch
from workbench.data.findings import Finding

__all__ = ["CHECKS"]

#: Rows from which on a set is hardly written by hand, and most likely somebody's.
COLLECTED = 1_000

LICENCE = ("license", "licence", "rights", "terms")
SOURCE = ("source", "url", "origin", "dataset", "provenance", "author", "from")


class Licence(Check):
    """No column that says the licence or the source of the rows, in a set large enough to be collected."""

    name, kind, severity = "licence", "no licence or source column", "note"
    remedy = "Note where the rows come from and under which terms, best in a column."

    def applies(self) -> bool:
        return sum(self.dataset.splits.values()) >= COLLECTED

    def scan(self, batch: Batch) -> Any:
        return None

    def collect(self, split: str, seen: list[Any]) -> None:
        pass

    def findings(self) -> Iterable[Finding]:
        names = [name.lower() for name in self.dataset.columns]
        missing = [word for word, known in (("licence", LICENCE), ("source", SOURCE))
                   if not any(part in name for part in known for name in names)]  # fmt: skip
        if missing:
            words = " or ".join(missing)
            said = f"no column says the {words} of a row, so nobody can tell later what may be done with the model."
            yield self.finding("train", (), said, kind=f"no {words} column")


CHECKS: tuple[type[Check], ...] = (Licence,)
