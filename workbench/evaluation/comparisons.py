"""Several systems held against each other, with p values that allow for looking more than once."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidInputError
from workbench.evaluation import statistics
from workbench.evaluation.facts import Comparison, MetricFacts
from workbench.evaluation.results import Interval, figure

if TYPE_CHECKING:
    from workbench.evaluation.report import Report

__all__ = ["adjusted", "compared", "headline", "over_seeds", "what_rows_can_show"]


def compared(report: Report, against: Any = None, metric: str | None = None) -> list[Comparison]:
    """All pairs of systems, or all others against one, with Holm's correction for their number.

    Every p value in the result is adjusted, so that the chance of even one false "better" or "worse" among them stays
    at 5 % (Holm 1979, https://www.jstor.org/stable/4615733). The intervals are those of each comparison alone.

    Raises
    ------
    InvalidInputError
        For an unknown system or metric, or with only one system.
    """
    if len(report.names) < 2:
        raise InvalidInputError(f"The report has only {report.names[0]}. Evaluate at least two systems to compare.")
    if against is None:
        pairs: Sequence[tuple[str, str]] = list(itertools.combinations(report.names, 2))
    else:
        one = report.name_of(against)
        pairs = [(one, name) for name in report.names if name != one]
    return adjusted([report.compare(a, b, metric) for a, b in pairs])


def adjusted(found: Sequence[Comparison]) -> list[Comparison]:
    """The same comparisons with their p values adjusted for how many they are."""
    p_values = statistics.holm([each.p_value for each in found])
    return [
        replace(each, result=replace(each.result, p_value=p_value, comparisons=len(found)))
        for each, p_value in zip(found, p_values, strict=True)
    ]


def headline(report: Report) -> list[str]:
    """The last system against each other one, the best first, in words; or its figure alone."""
    facts, (*others, last) = report.metrics[0], report.names
    if not others:
        return [f"{facts.title} of {last}: {report.interval(last).sentence}"]
    sign = -1 if facts.higher_is_better else 1
    others.sort(key=lambda name: sign * report.interval(name).value)
    return [found.sentence for found in adjusted([report.compare(other, last) for other in others])]


def over_seeds(report: Report, names: Sequence[str], facts: MetricFacts) -> Interval:
    """The mean figure of several trainings, over seeds and over rows; see `Report.over_seeds`."""
    figures = [report.interval(name, facts.name).value for name in names]
    scores = [report.scores[facts.name][name] for name in names]
    kept = [place for place, row in enumerate(zip(*scores, strict=True)) if None not in row]
    found = statistics.over_seeds(figures, n_rows=len(kept), span=facts.span, unit=facts.unit)
    if len(names) == 1 or not kept:
        return found
    means = [sum(float(each[place] or 0) for each in scores) / len(scores) for place in kept]
    weights = None if report.weights is None else [report.weights[place] for place in kept]
    rows = statistics.mean(means, weights=weights, span=facts.span, unit=facts.unit)
    return replace(found, over_rows=replace(rows, n_seeds=len(names)))


def what_rows_can_show(report: Report, metric: str | None = None) -> str:
    """What size of difference the rows can show at 80 % power, in words; "" where there are no scores.

    For the last system and the best other one, by how much they vary; with one system it is assumed that a second
    would differ from it on a fifth of the rows.
    """
    from workbench.evaluation.power import ASSUMED, detectable_rate

    facts, last = report.metric(metric), report.names[-1]
    if len(report.names) == 1:
        n = report.interval(last, facts.name).n_rows
        if facts.kind != "rate" or not n:
            return ""
        least, basis = (
            detectable_rate(n, ASSUMED),
            f"a second system differs on {figure(ASSUMED)} of them (an assumption)",
        )
    else:
        other = report.best(report.names[:-1], facts.name)
        found = report.compare(other, last, facts.name).result
        n, least = found.n_rows, found.detectable
        basis = f"{other} and {last} vary row by row as they did here"
    if math.isnan(least):
        return f"{n:,} rows are too few, or too alike, to say what difference in {facts.title} they could show."
    size = figure(least, facts.unit, "points" if facts.unit == "%" else facts.unit)
    return f"{n:,} rows can show differences in {facts.title} of {size} or more, at 80 % power, if {basis}."
