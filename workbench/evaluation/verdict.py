"""One verdict: was tuning worth it, by how much, what got worse, and what did it cost?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbench.errors import InvalidInputError
from workbench.evaluation.facts import Comparison
from workbench.evaluation.report import Report
from workbench.evaluation.results import CONFIDENCE, Difference, figure
from workbench.evaluation.statistics import holm, paired_difference

__all__ = ["Verdict", "verdict"]


@dataclass(frozen=True)
class Verdict:
    """Whether to tune, on the evidence of one report.

    Attributes
    ----------
    tune : bool
        True only when the tuned system is *shown* to be better than the best untuned one.
    gain, low, high : float
        Tuned minus best untuned in `metric`, with its 95 % interval; shares are 0 to 1. For a metric in which lower is
        better a gain is negative.
    tuned, untuned, metric : str
        What was compared; `untuned` is the best of the untuned systems on these rows.
    sentence : str
        The verdict in words, with its figures.
    got_worse : tuple of str
        What is shown to have got worse: other metrics and fields, in words (Holm-corrected for looking at many).
    rows_worse : tuple of int
        Rows that the untuned system had better, in the order of the data.
    minutes, cost : float or None
        Of the training; the cost in the currency of the price.
    """

    tune: bool
    comparison: Comparison
    sentence: str
    got_worse: tuple[str, ...]
    rows_worse: tuple[int, ...]
    minutes: float | None = None
    cost: float | None = None

    gain = property(lambda self: self.comparison.difference)
    low = property(lambda self: self.comparison.low)
    high = property(lambda self: self.comparison.high)
    metric = property(lambda self: self.comparison.metric)
    untuned = property(lambda self: self.comparison.a)
    tuned = property(lambda self: self.comparison.b)

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """Verdict, what got worse, and cost, a sentence each."""
        out = [self.sentence]
        out += [f"Got worse: {text}" for text in self.got_worse] or ["No other figure is shown to have got worse."]
        if count := len(self.rows_worse):
            shown = ", ".join(map(str, self.rows_worse[:10])) + (", …" if count > 10 else "")
            rows = "1 row" if count == 1 else f"{count:,} rows"
            out.append(f"{self.untuned} was better than {self.tuned} on {rows}: {shown}.")
        if self.minutes is not None:
            money = f" and cost {self.cost:.2f}" if self.cost is not None else ""
            out.append(f"Training took {self.minutes:.1f} minutes{money}.")
        return out

    def _repr_markdown_(self) -> str:
        from workbench.evaluation.markdown import escape_markdown

        first, *rest = map(escape_markdown, self.lines())
        return "\n".join([f"**{first}**", "", *(f"- {line}" for line in rest)])


def verdict(
    report: Report,
    tuned: Any,
    untuned: Sequence[Any] | None = None,
    *,
    metric: str | None = None,
    minutes: float | None = None,
    price_per_hour: float | None = None,
) -> Verdict:
    """Decide on a report whether tuning is worth it.

    The best of several untuned systems is picked on the same rows, which flatters it a little: the gain is, if
    anything, understated.

    Parameters
    ----------
    report
        On rows that neither training nor the choice of weights has seen.
    tuned
        The tuned system: its name, position, or the run itself.
    untuned
        The systems that tuning has to beat. By default all others in the report.
    metric
        By default the report's first.
    minutes
        What training took. By default read from `tuned` when that is a run.
    price_per_hour
        Of the machine, in any currency.

    Raises
    ------
    InvalidInputError
        When the report lacks a system or metric, or nothing is left to compare with.
    """
    if price_per_hour is not None and price_per_hour < 0:
        raise InvalidInputError(f"price_per_hour must be 0 or more, got {price_per_hour!r}.")
    name = report.name_of(tuned)
    others = [each for each in report.names if each != name] if untuned is None else list(map(report.name_of, untuned))
    if not others or name in others:
        raise InvalidInputError("A verdict needs the tuned system and at least one other, untuned one in the report.")
    before = report.best(others, metric)
    found = report.compare(before, name, metric)
    minutes = _minutes(tuned) if minutes is None else minutes
    cost = None if minutes is None or price_per_hour is None else minutes / 60 * price_per_hour
    return Verdict(
        tune=found.result.better is True,
        comparison=found,
        sentence=_sentence(report, found),
        got_worse=tuple(_got_worse(report, before, name, found.metric)),
        rows_worse=_rows_worse(report, found),
        minutes=minutes,
        cost=cost,
    )


def _sentence(report: Report, found: Comparison) -> str:
    before, after = (report.interval(name, found.metric) for name in (found.a, found.b))
    change = f"{figure(before.value, before.unit)} with {found.a}, the best without tuning, "
    change += f"{figure(after.value, after.unit)} with {found.b}"
    head = {True: "Tune", False: "Do not tune", None: "Do not tune on this evidence"}[found.result.better]
    return f"{head}. {found.title}: {change}. {found.result.sentence(found.a, found.b)}"


def _got_worse(report: Report, before: str, after: str, metric: str) -> list[str]:
    """Other metrics and fields that are shown to be worse after tuning, among all that were looked at."""
    looked: list[tuple[str, Difference]] = []
    for facts in report.metrics:
        if facts.name != metric:
            looked.append((facts.title, report.compare(before, after, facts.name).result))
    scores = report.field_scores(before), report.field_scores(after)
    for field in scores[0]:
        a, b = ([float(right) for right in each[field]] for each in scores)
        looked.append((f"Field {field}", paired_difference(a, b, span=(0.0, 1.0))))
    adjusted = holm([result.p_value for _, result in looked])
    return [
        f"{title}: {result.sentence(before, after)}"
        for (title, result), p_value in zip(looked, adjusted, strict=True)
        if result.better is False and p_value <= 1 - CONFIDENCE
    ]


def _rows_worse(report: Report, found: Comparison) -> tuple[int, ...]:
    by_system = report.scores[found.metric]
    sign = 1 if found.result.higher_is_better else -1
    return tuple(
        number
        for number, a, b in zip(report.row_numbers, by_system[found.a], by_system[found.b], strict=True)
        if a is not None and b is not None and sign * (b - a) < 0
    )


def _minutes(tuned: Any) -> float | None:
    """The training time of a run, which counts training only."""
    progress = getattr(tuned, "progress", None)
    elapsed = progress().get("elapsed") if callable(progress) else None
    return None if elapsed is None else elapsed / 60
