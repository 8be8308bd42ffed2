"""A run against its base model on held-out rows, in the terminal: a table with intervals and one verdict.

The base is asked as it is and with three examples, and the verdict compares with the better of the two: what tuning
has to beat is the best that can be had without it.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

from workbench._terminal import clean, table

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset
    from workbench.evaluation.report import Report
    from workbench.runs.run import Run

__all__ = ["compare_with_base", "print_report"]

SHOTS = (0, 3)
TUNED = "tuned"


def compare_with_base(
    run: Run, dataset: Dataset, split: str, max_rows: int | None = None, metrics: list[str] | None = None
) -> tuple[Report, str]:
    """Evaluate the untuned base and the run on the same rows.

    Parameters
    ----------
    run
        Has kept a model.
    dataset
        Examples are drawn from its train split.
    split
        The rows asked.
    max_rows
        At most so many, drawn with seed 0.
    metrics
        Their names; those that fit the data by default.

    Returns
    -------
    report, verdict
        The figures, and the sentence that compares the best untuned system with the run.
    """
    import workbench as wb
    from workbench.errors import DatasetError
    from workbench.evaluation.baselines import untuned_systems

    tuned, model, rows = wb.System(run, name=TUNED), run.recipe.model, dataset.split(split)
    try:
        untuned = untuned_systems(model, dataset, SHOTS, run.recipe.seed)
    except DatasetError:  # rows that cannot be shown as one question and its answer
        untuned = untuned_systems(model, dataset, (0,))
    report = wb.evaluate([*untuned, tuned], rows, metrics=metrics, max_rows=max_rows, progress=show_progress)
    best = report.best([system.name for system in untuned])
    return report, report.compare(best, TUNED).sentence


def print_report(report: Report, verdict: str) -> None:
    """A line a system, a column a metric with its 95 % interval, then warnings and the verdict."""
    head = ["system", *(f"{facts.name}" for facts in report.metrics)]
    lines = [[name, *(_figure(report.interval(name, facts.name)) for facts in report.metrics)] for name in report.names]
    print(f"{len(report.prompts)} rows; in brackets the 95 % interval")
    print(table(head, lines))
    for warning in report.warnings:
        print(f"note: {clean(warning)}")
    print(verdict)


def show_progress(done: int, total: int, system: str) -> None:
    """How far the answers are, on one line that is overwritten; nothing where there is no terminal."""
    if not sys.stderr.isatty():
        return
    end = "\r" if done < total else "\r\x1b[K"
    with contextlib.suppress(OSError):
        sys.stderr.write(f"\r\x1b[K{done}/{total} answers ({clean(system, 40)}){end}")
        sys.stderr.flush()


def _figure(found: Any) -> str:
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"
