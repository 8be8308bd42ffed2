"""The tables of a report as texts, for HTML and Markdown alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from workbench.evaluation.comparisons import compared
from workbench.evaluation.facts import Comparison
from workbench.evaluation.labels import MACRO_F1
from workbench.evaluation.results import Difference, Interval, figure, p_text
from workbench.evaluation.slices import Slices

if TYPE_CHECKING:
    from workbench.evaluation.report import Report

__all__ = [
    "Table",
    "all_comparisons",
    "answer_tables",
    "comparison_table",
    "figures",
    "finding",
    "guard_table",
    "interval_texts",
    "slice_table",
]

MANY = 4
"""Beyond so many systems only the last is held against the others."""

SLICES = 10
"""Slices that are listed at most."""


class Table(NamedTuple):
    """Title, column heads and rows of texts."""

    title: str
    head: tuple[str, ...]
    body: Sequence[tuple[str, ...]]


def figures(report: Report) -> Table:
    """Every figure with its interval."""
    body = []
    for name in report.names:
        for facts in report.metrics:
            found = report.interval(name, facts.name)
            body.append((name, facts.title, *interval_texts(found), f"{found.n_rows:,}"))
    return Table("Figures", ("system", "metric", "value", "95 % interval", "rows"), body)


def interval_texts(found: Interval | Difference) -> tuple[str, str]:
    """Value and interval; those of differences in points, which the interval need not say again."""
    if math.isnan(found.value):
        return "none", "none"
    points = "points" if isinstance(found, Difference) and found.unit == "%" else None
    low = figure(found.low, found.unit, "")
    high = figure(found.high, found.unit, "" if isinstance(found, Difference) else None)
    return figure(found.value, found.unit, points), f"{low} to {high}"


def all_comparisons(report: Report) -> list[Comparison]:
    """The comparisons a page shows: in each metric all pairs, or with many systems all against the last."""
    if len(report.names) < 2:
        return []
    against = report.names[-1] if len(report.names) > MANY else None
    scored = [
        facts.name for facts in report.metrics
        if any(None not in row for row in zip(*report.scores[facts.name].values(), strict=True))
    ]  # fmt: skip
    scored += [MACRO_F1.name] if "label_accuracy" in scored else []
    return [found for metric in scored for found in compared(report, against, metric)]


def finding(result: Difference) -> str:
    """A comparison in three words at most."""
    return {True: "better", False: "worse", None: "no difference shown"}[result.better]


def comparison_table(found: list[Comparison]) -> Table:
    """Every comparison with its adjusted p value."""
    head = ("metric", "held against", "system", "difference", "95 % interval", "p (Holm)", "finding")
    body = [
        (each.title, each.a, each.b, *interval_texts(each.result), p_text(each.p_value),
         finding(each.result))
        for each in found
    ]  # fmt: skip
    return Table("Comparisons", head, body)


def slice_table(found: Slices, text: Callable[[str], str]) -> Table:
    """The surest losses."""
    head = ("rows where", "rows", "difference", "95 % interval", "p (Holm)", "finding")
    body = [
        (f"{each.column} is {text(each.value)}", f"{each.n:,}", *interval_texts(each.result),
         p_text(each.adjusted), finding(each.result))
        for each in found.slices[:SLICES]
    ]  # fmt: skip
    return Table("Slices", head, body)


def guard_table(report: Report) -> Table:
    """The guards, the worst first."""
    body = [(each["light"], each["name"], each["figure"], each["sentence"]) for each in report.guards]
    return Table("Guards", ("light", "guard", "figure", "finding"), body)


def answer_tables(report: Report, text: Callable[[str], str]) -> list[Table]:
    """For records, fields and errors; for labels, each label's F1 and which was taken for which.

    Fields and labels are texts of the data, which `text` makes fit to be shown.
    """
    found = []
    if report.structured:
        fields = [(row.field, row.system, figure(row.value)) for row in report.fields().itertuples()]
        found.append(_side_by_side(report, "Fields", "field", fields))
    errors = [(row.error, row.system, f"{row.rows:,}") for row in report.errors().itertuples()]
    found.append(_side_by_side(report, "Errors", "error", errors))
    if any(facts.name == "label_accuracy" for facts in report.metrics):
        scores = [(row.label, row.system, figure(row.f1)) for row in report.labels().itertuples()]
        whole = {name: interval_texts(report.macro_f1(name)) for name in report.names}
        scores += [("macro F1", name, f"{value} ({interval})") for name, (value, interval) in whole.items()]
        found.append(_side_by_side(report, "F1 of each label", "label", scores))
        found += [_confusion(report, name) for name in report.names]
    return [
        Table(title, tuple(map(text, head)), [tuple(map(text, cells)) for cells in body])
        for title, head, body in found
        if body
    ]


def _confusion(report: Report, name: str) -> Table:
    table = report.confusion(name)
    body = [(label, *(f"{count:,}" for count in row)) for label, row in zip(table.index, table.to_numpy(), strict=True)]
    return Table(f"Answers of {name}", (f"reference, and what {name} answered", *table.columns), body)


def _side_by_side(report: Report, title: str, what: str, cells: Iterable[tuple[str, str, str]]) -> Table:
    """(row, system, text) as one row a key and one column a system."""
    rows: dict[str, dict[str, str]] = {}
    for key, system, text in cells:
        rows.setdefault(key, {})[system] = text
    body = [(key, *(found.get(name, "0") for name in report.names)) for key, found in rows.items()]
    return Table(title, (what, *report.names), body)
