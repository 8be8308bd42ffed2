"""Parts of the rows on which one system is worse than another, though the figure over all rows may say better.

Rows are cut by any of their columns, by the length and language of the prompt, and by the reference: its length, its
value where it is a label, its fields where it is a record. They are never cut by the answers, since a part chosen by
what a system said is no fair ground to judge it on.

Looking at many slices finds losses by chance. The p values are therefore adjusted by Holm's method (1979,
https://www.jstor.org/stable/4615733), which holds however much the slices overlap. Benjamini and Yekutieli's (2001,
https://doi.org/10.1214/aos/1013699998) holds for overlapping slices as well, but bounds the *share* of false findings,
and asks of the first finding a p value smaller by another factor of ``1 + 1/2 + ... + 1/m``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.data.checks.style import language_of
from workbench.errors import InvalidInputError
from workbench.evaluation.facts import Comparison
from workbench.evaluation.results import Difference, figure, p_text
from workbench.evaluation.statistics import holm
from workbench.metrics.records import fields_of
from workbench.settings import nearest

if TYPE_CHECKING:
    from workbench.evaluation.report import Report

__all__ = ["AT_LEAST", "Slice", "Slices", "columns_of", "find_slices", "parts_of_column"]

AT_LEAST = 20
"""Rows below which a slice is not looked at."""

PROMPT, REFERENCE = "prompt length", "reference length"

FEW_VALUES = 8  # numbers of up to so many values are cut by value, others into quarters
LANGUAGE_ROWS = 5_000  # beyond so many rows the language is not looked up, at about a millisecond each


@dataclass(frozen=True)
class Slice:
    """How b differs from a on the rows with one value of one column.

    Attributes
    ----------
    column, value : str
        What the rows have in common.
    places : tuple of int
        Which rows of the report, counted from 0.
    result : Difference
        On these rows; its p value is adjusted for all slices looked at.
    p_value : float
        Of the slice alone.
    """

    column: str
    value: str
    places: tuple[int, ...]
    a: str
    b: str
    result: Difference
    p_value: float

    n = property(lambda self: self.result.n_rows)
    difference = property(lambda self: self.result.value)
    low = property(lambda self: self.result.low)
    high = property(lambda self: self.result.high)
    adjusted = property(lambda self: self.result.p_value)

    @property
    def worse(self) -> bool:
        """Whether b is shown to be worse here, in spite of how many slices were looked at."""
        return self.result.better is False

    @property
    def sentence(self) -> str:
        """The finding in words."""
        return f"Where {self.column} is {self.value}: {self.result.sentence(self.a, self.b)}"


@dataclass(frozen=True)
class Slices:
    """What was found on slices.

    Attributes
    ----------
    slices : tuple of Slice
        The surest losses first.
    looked_at : int
        How many were.
    whole : Comparison
        Over all rows.
    """

    slices: tuple[Slice, ...]
    looked_at: int
    whole: Comparison
    at_least: int = AT_LEAST

    @property
    def worse(self) -> list[Slice]:
        """Those on which b is shown to be worse."""
        return [each for each in self.slices if each.worse]

    @property
    def sentence(self) -> str:
        """What to know of them, in words."""
        a, b, whole = self.whole.a, self.whole.b, self.whole.result
        if not self.looked_at:
            return f"The rows make no slices of at least {self.at_least} rows to look at."
        looked = f"{self.looked_at:,} slice{'' if self.looked_at == 1 else 's'} of at least {self.at_least} rows"
        if not self.worse:
            return f"{b} is shown to be worse than {a} on none of the {looked}, allowing for their number (Holm)."
        first, unit = self.worse[0], "points" if whole.unit == "%" else whole.unit
        gained = (whole.value > 0) == whole.higher_is_better and whole.value != 0
        change = f"by {figure(abs(whole.value), whole.unit, unit)}"
        text = f"{b} is worse than {a} where {first.column} is {first.value}: "
        text += f"by {figure(abs(first.difference), whole.unit, unit)} on {first.n:,} rows"
        text += f", though over all {whole.n_rows:,} rows its figure is better {change}." if gained else "."
        if more := len(self.worse) - 1:
            text += f" It is worse on {more:,} more slice{'' if more == 1 else 's'}."
        return f"{text} {looked} were looked at (Holm-adjusted p {p_text(first.adjusted, '= ')})."


def find_slices(
    report: Report, column: str | None = None, a: Any = 0, b: Any = -1, metric: str | None = None, *,
    at_least: int = AT_LEAST,
) -> Slices:  # fmt: skip
    """The slices of one column, or of all columns those on which b is worse than a; see `Report.slices`."""
    if not isinstance(at_least, int) or at_least < 1:
        raise InvalidInputError(f"at_least must be a whole number of at least 1, got {at_least!r}.")
    whole = report.compare(a, b, report.metric(metric).name)
    sign = 1 if whole.result.higher_is_better else -1
    before, after = (report.scores[whole.metric][name] for name in (whole.a, whole.b))
    gains = sign * (np.array(after, dtype=np.float64) - np.array(before, dtype=np.float64))  # None becomes NaN
    weights = np.ones(len(gains)) if report.weights is None else np.array(report.weights)
    looked = _cut(report, column, np.isfinite(gains), at_least)
    found: list[Slice] = []
    for name, value, places in looked:
        at = list(places)
        if column is not None or float(gains[at] @ weights[at]) < 0:
            result = report.compare(whole.a, whole.b, whole.metric, places=places).result
            found.append(Slice(name, value, places, whole.a, whole.b, result, result.p_value))
    # Slices that are not worse count with a p of 1: they are looked at, and cannot be a loss that is sure.
    adjusted = holm([each.p_value for each in found] + [1.0] * (len(looked) - len(found)))
    found = [
        replace(each, result=replace(each.result, p_value=p_value, comparisons=len(looked)))
        for each, p_value in zip(found, adjusted, strict=False)
    ]
    return Slices(tuple(sorted(found, key=_surest_loss)), len(looked), whole, at_least)


def _surest_loss(each: Slice) -> tuple[bool, float, float]:
    sign = 1 if each.result.higher_is_better else -1
    gain = sign * each.difference
    return (gain >= 0, each.p_value if gain < 0 else -each.p_value, gain)


def columns_of(report: Report) -> dict[str, list[Any]]:
    """What the rows can be cut by: one value a row, None where a row has none."""
    columns: dict[str, list[Any]] = {name: list(values) for name, values in report.columns.items()}
    made: dict[str, list[Any]] = {PROMPT: [len(text) for text in report.prompts]}
    if len(report.prompts) <= LANGUAGE_ROWS:
        made["language"] = [language_of(text) for text in report.prompts]
    if any(reference is not None for reference in report.references):
        made[REFERENCE] = [None if text is None else len(text) for text in report.references]
    if report.structured:
        records = [fields_of(text or "") or {} for text in report.references]
        for key in dict.fromkeys(key for record in records for key in record):
            made[f"reference.{key}"] = [_label(record.get(key)) for record in records]
    elif REFERENCE in made:
        made["reference"] = list(report.references)
    return made | columns


def _label(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, float, str)) else json.dumps(value)


def _cut(
    report: Report, column: str | None, scored: np.ndarray, at_least: int
) -> list[tuple[str, str, tuple[int, ...]]]:
    """Column, value and places of every slice that is large enough, each set of rows once; of all columns never all."""
    columns = columns_of(report)
    if column is not None and column not in columns:
        text = f"The rows have no column {column!r}{nearest(str(column), columns)}. They have {', '.join(columns)}."
        if not report.columns:
            text += " Reports of earlier versions kept no columns of the data: evaluate again to have them."
        raise InvalidInputError(text)
    found, seen = [], {frozenset(np.flatnonzero(scored).tolist())} if column is None else set()
    for name in columns if column is None else [column]:
        for value, places in parts_of_column(columns[name], " characters" if name in (PROMPT, REFERENCE) else ""):
            kept = tuple(place for place in places if scored[place])
            if len(kept) >= at_least and frozenset(kept) not in seen:
                seen.add(frozenset(kept))
                found.append((name, value, kept))
    return found


def parts_of_column(values: Sequence[Any], unit: str) -> list[tuple[str, list[int]]]:
    """The rows by value; numbers of many values in quarters."""
    given = {place: value for place, value in enumerate(values) if value is not None}
    numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in given.values())
    if numbers and len(set(given.values())) > FEW_VALUES:
        edges = np.quantile(list(given.values()), [0.25, 0.5, 0.75])
        of = {place: int(np.searchsorted(edges, value)) for place, value in given.items()}
        parts = [[place for place in given if of[place] == part] for part in range(4)]
        spans = [(min(given[at] for at in part), max(given[at] for at in part)) for part in parts if part]
        return [
            (f"{_number(low)}{'' if low == high else f' to {_number(high)}'}{unit}", part)
            for (low, high), part in zip(spans, filter(None, parts), strict=True)
        ]
    by_value: dict[str, list[int]] = {}
    for place, value in given.items():
        by_value.setdefault(f"{value}{unit}", []).append(place)
    return list(by_value.items())


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
