"""What is wrong with the rows themselves, found before any training.

One file a family of checks. Each check walks the Arrow batches of the splits, keeps row numbers and hashes, and says
why the thing matters:

=================== ==================================================================================
turns               empty answers and turns, wrong order of roles
characters          encoding damage, control characters, special tokens inside texts, repeated phrases
duplicates          repeated rows, near duplicates, contradicting answers
leaks               the same, nearly the same, or long stretches of an evaluation row in train
private             personal data, secrets
records             invalid JSON, values that do not fit a schema
style               refusals, languages, lengths, labels
preferences         identical pairs, the longer answer chosen
provenance          where the rows come from and what may be done with them
=================== ==================================================================================
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from workbench.data.checks import (
    characters,
    duplicates,
    leaks,
    preferences,
    private,
    provenance,
    records,
    style,
    turns,
)
from workbench.data.checks.base import Check
from workbench.data.checks.view import Batch, batches
from workbench.data.findings import DataReport, Finding
from workbench.errors import CancelledError, DatasetError
from workbench.settings import nearest

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset

__all__ = ["CHECKS", "DataReport", "Finding", "Progress", "check", "known"]

FAMILIES = (turns, characters, duplicates, leaks, private, records, style, preferences, provenance)

CHECKS: dict[str, type[Check]] = {made.name: made for family in FAMILIES for made in family.CHECKS}
"""All checks by name."""

Progress = Callable[[int, int, str], Any]
"""Called with the rows done, the rows there are and what is being done; returning False cancels."""

#: Batches handed to the threads ahead of the one that is waited for.
AHEAD = 8


def check(
    dataset: Dataset,
    only: Sequence[str] | None = None,
    *,
    schema: Any = None,
    progress: Progress | None = None,
) -> DataReport:
    """Look at all rows of all splits for what would spoil training or its evaluation.

    Parameters
    ----------
    dataset
        Any type of rows.
    only
        Names of checks; all that apply by default.
    schema
        A JSON Schema or pydantic model that every answer must fit.
    progress
        Called as ``progress(done, total, what)`` after each batch, in the calling thread. Returning False cancels.

    Raises
    ------
    DatasetError
        For an unknown check, or a schema that is none.
    CancelledError
        When `progress` returned False. What was found so far is dropped: half a report reads as a clean bill.
    """
    if only is not None and (not isinstance(only, Iterable) or not only):
        raise DatasetError(
            f'only= takes names of checks, as only=["leaks"], got {only!r}. Checks: {", ".join(CHECKS)}.'
        )
    names = list(CHECKS) if only is None else known([only] if isinstance(only, str) else only)
    made = [CHECKS[name](dataset, schema) for name in names]
    running = [one for one in made if one.applies()]
    total, done = sum(dataset.splits.values()), 0

    def tell(what: str) -> None:
        if progress is not None and progress(done, total, what) is False:
            raise CancelledError("The check was cancelled; nothing was found out. Run it again to get a report.")

    threads = min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    with ThreadPoolExecutor(threads) as pool:
        for split in sorted(filter(dataset.splits.get, dataset.splits), key=lambda name: name == "train"):
            seen: list[list[Any]] = [[] for _ in running]
            for rows, results in _ahead(pool, running, batches(split, dataset.arrow(split))):
                for kept, result in zip(seen, results, strict=True):
                    kept.append(result)
                done += rows
                tell(f"reading {split}")
            for one, kept in zip(running, seen, strict=True):
                one.collect(split, kept)
    findings: list[Finding] = []
    for one in running:
        tell(one.kind)
        findings += _not_named_yet(one.findings(), [found for found in findings if found.check in one.yields_to])
    return DataReport(findings, dataset.splits)


def known(names: Sequence[str]) -> list[str]:
    """The names, if all of them are checks.

    Raises
    ------
    DatasetError
        Naming the unknown one and the nearest.
    """
    for name in names:
        if not isinstance(name, str) or name not in CHECKS:
            raise DatasetError(f"There is no check {name!r}{nearest(str(name), CHECKS)}. Checks: {', '.join(CHECKS)}.")
    return list(names)


def _not_named_yet(findings: Iterable[Finding], before: list[Finding]) -> Iterator[Finding]:
    """The findings without rows of the same split that stand in those before."""
    for finding in findings:
        named = {row for other in before if other.split == finding.split for row in other.rows}
        rows = tuple(row for row in finding.rows if row not in named)
        if rows or not finding.rows:
            elsewhere = {row: place for row, place in finding.elsewhere.items() if row not in named}
            yield replace(finding, rows=rows, elsewhere=elsewhere)


def _ahead(pool: ThreadPoolExecutor, running: list[Check], stream: Iterator[Batch]) -> Iterator[tuple[int, list[Any]]]:
    """Scan the batches in threads, a few ahead, and give the results in order."""

    def look(batch: Batch) -> tuple[int, list[Any]]:
        return len(batch), [one.scan(batch) for one in running]

    waiting = [pool.submit(look, batch) for batch in islice(stream, AHEAD)]
    try:
        while waiting:
            yield waiting.pop(0).result()
            waiting += [pool.submit(look, batch) for batch in islice(stream, 1)]
    finally:
        for future in waiting:
            future.cancel()
