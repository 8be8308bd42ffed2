"""What a report holds, as DataFrames; the columns are described with the methods of `Report`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from workbench.evaluation.facts import Answered
from workbench.evaluation.statistics import rate
from workbench.metrics.records import fields_right

if TYPE_CHECKING:
    import pandas as pd

    from workbench.evaluation.report import Report

__all__ = ["comparisons", "errors", "field_scores", "fields", "rows", "slices", "table"]


def table(report: Report) -> pd.DataFrame:
    """One row a system and metric."""
    found = [(name, metric.name, report.interval(name, metric.name))
             for name in report.names for metric in report.metrics]  # fmt: skip
    return _frame(
        [(name, metric, each.value, each.low, each.high, each.n_rows) for name, metric, each in found],
        ["system", "metric", "value", "low", "high", "n"],
    )


def rows(report: Report) -> pd.DataFrame:
    """One row an answer."""
    metrics = [metric.name for metric in report.metrics]
    records = []
    for place, number in enumerate(report.row_numbers):
        for name in report.names:
            said = report.answers[name][place] if report.answers else Answered("", stop="", detail="")
            text = said.text if report.answers else None
            scores = [report.scores[metric][name][place] for metric in metrics]
            asked = [number, report.prompts[place], report.references[place]]
            read = ", ".join(passage.id for passage in said.passages)
            records.append([*asked, name, text, *scores, said.stop, said.error, said.detail, read])
    columns = ["row", "prompt", "reference", "system", "answer", *metrics, "stop", "error", "detail", "passages"]
    return _frame(records, columns)


def fields(report: Report) -> pd.DataFrame:
    """One row a system and field of the references."""
    found = [(name, key, rate(passed)) for name in report.names for key, passed in report.field_scores(name).items()]
    return _frame(
        [(name, key, each.value, each.low, each.high, each.n_rows) for name, key, each in found],
        ["system", "field", "value", "low", "high", "n"],
    )


def field_scores(report: Report, name: str) -> dict[str, list[bool]]:
    """Each field of the references with whether a system has it right, on the rows that every system has answered."""
    out: dict[str, list[bool]] = {}
    if report.structured:
        everywhere = [all(said.came for said in row) for row in zip(*report.answers.values(), strict=True)]
        for said, reference, there in zip(report.answers[name], report.references, everywhere, strict=True):
            if not there:
                continue
            for key, right in fields_right(said.text, reference or "").items():
                out.setdefault(key, []).append(right)
    return out


def errors(report: Report) -> pd.DataFrame:
    """One row a system and error class."""
    counts = {name: Counter(said.error for said in said_all) for name, said_all in report.answers.items()}
    found = [(name, error, count) for name in counts for error, count in counts[name].most_common() if error]
    return _frame(found, ["system", "error", "rows"])


def comparisons(report: Report, against: Any, metric: str | None) -> pd.DataFrame:
    """One row a pair of systems."""
    from workbench.evaluation.comparisons import compared

    columns = ["metric", "a", "b", "difference", "low", "high", "n", "wins", "losses"]
    found = [
        [
            *(getattr(each, column) for column in columns),
            report.compare(each.a, each.b, each.metric).p_value,
            each.p_value,
            each.shown,
            each.sentence,
        ]
        for each in compared(report, against, metric)
    ]
    return _frame(found, [*columns, "p_value", "adjusted", "shown", "sentence"])


def slices(report: Report, column: str | None, a: Any, b: Any, metric: str | None, at_least: int) -> pd.DataFrame:
    """One row a slice."""
    from workbench.evaluation.slices import find_slices

    columns = ["column", "value", "n", "difference", "low", "high", "p_value", "adjusted", "worse", "sentence"]
    found = find_slices(report, column, a, b, metric, at_least=at_least).slices
    return _frame([[getattr(each, name) for name in columns] for each in found], columns)


def _frame(records: list[Any], columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(records, columns=columns)
