"""Figures with their intervals, and how they are put into words."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["CONFIDENCE", "EXACT", "POWER", "SMALL", "Difference", "Interval", "figure", "p_text"]

CONFIDENCE = 0.95
POWER = 0.8
"""How often a true difference of the size that rows are said to show is shown."""

EXACT = "exact McNemar test"
"""The test where every score is 0 or 1."""

SMALL = 30
"""Below so many rows a result says that it comes from few."""


@dataclass(frozen=True)
class Interval:
    """A figure with the interval it may lie in.

    Attributes
    ----------
    value, low, high : float
        In the metric's own unit; shares are 0 to 1. NaN where one seed gives no interval.
    n_rows, n_seeds : int
        How much it rests on.
    method : str
        How the interval was made.
    over_rows : Interval or None
        The other doubt, where this interval is over seeds: how the figure would move with other rows.
    unit : str
        ``"%"`` for shares, which are then written as percent; else what one is, or nothing.
    """

    value: float
    low: float
    high: float
    n_rows: int
    n_seeds: int
    method: str
    unit: str = "%"
    confidence: float = CONFIDENCE
    over_rows: Interval | None = None

    @property
    def sentence(self) -> str:
        """The figure in words: ``97.0 % (95 % interval 93.6 to 98.6 %, 200 rows, 1 seed; Wilson).``"""
        basis = f"{_count(self.n_rows, 'row')}, {_count(self.n_seeds, 'seed')}"
        if math.isnan(self.low):
            return f"{figure(self.value, self.unit)} ({basis}; {self.method})."
        span = f"{_number(self.low, self.unit)} to {figure(self.high, self.unit)}"
        text = f"{figure(self.value, self.unit)} ({_percent(self.confidence)} interval {span}, {basis}; {self.method})."
        if (other := self.over_rows) is not None:
            ends = f"{_number(other.low, self.unit)} to {figure(other.high, self.unit)}"
            text += f" That is the doubt of training again; with other rows it may be {ends} ({other.method})."
        return text + _few(self.n_rows)


@dataclass(frozen=True)
class Difference:
    """How much better or worse `b` is than `a` on the same rows.

    Attributes
    ----------
    value, low, high : float
        Of ``b - a``, in the metric's own unit.
    p_value : float
        Of `test`, two-sided.
    wins, losses, ties : int
        Rows on which b is better than a, worse, and equal.
    n_rows, n_seeds : int
        How much it rests on. ``n_seeds=1``: one training each, so nothing about training again.
    method, test : str
        How interval and p were made.
    spread : float or None
        The standard deviation of the differences row by row, weighted where rows are.
    comparisons : int
        Among how many this is one; `p_value` is then adjusted for it (Holm).
    """

    value: float
    low: float
    high: float
    p_value: float
    wins: int
    losses: int
    ties: int
    n_rows: int
    n_seeds: int
    method: str
    test: str
    unit: str = "%"
    higher_is_better: bool = True
    confidence: float = CONFIDENCE
    spread: float | None = None
    comparisons: int = 1

    @property
    def shown(self) -> bool:
        """Whether there is a difference: the interval leaves out zero, and the exact test agrees."""
        return (self.low > 0 or self.high < 0) and self.p_value <= 1 - self.confidence

    @property
    def better(self) -> bool | None:
        """Whether b is shown to be better; None when no difference is shown."""
        return (self.value > 0) == self.higher_is_better if self.shown else None

    @property
    def detectable(self) -> float:
        """The smallest true difference that these rows show four times in five, from how much they vary; NaN: none.

        Among several comparisons a difference has to withstand the sharpest p value that Holm's correction asks for.
        """
        from workbench.evaluation.power import detectable_mean, detectable_rate

        confidence = 1 - (1 - self.confidence) / self.comparisons
        if self.test == EXACT:
            return detectable_rate(self.n_rows, (self.wins + self.losses) / self.n_rows, confidence=confidence)
        return detectable_mean(self.spread or 0.0, self.n_rows, confidence=confidence)

    def sentence(self, a: str = "a", b: str = "b") -> str:
        """The finding in words, the names put in."""
        unit = "points" if self.unit == "%" else self.unit
        ends = f"{_number(self.low, self.unit)} to {figure(self.high, self.unit, unit)}"
        span = f"{_percent(self.confidence)} interval {ends}"
        basis = f"{_count(self.n_rows, 'row')}, {_count(self.n_seeds, 'seed')}"
        if self.shown:
            size = figure(abs(self.value), self.unit, unit)
            verb = "better" if self.better else "worse"
            text = f"{b} is {verb} than {a} by {size} ({span}, {basis})."
        else:
            text = f"No difference shown between {a} and {b}: {figure(self.value, self.unit, unit)} ({span}, {basis})."
            if not math.isnan(least := self.detectable):
                text += f" These rows could have shown {figure(least, self.unit, unit)} ({_percent(POWER)} power)."
            if self.comparisons > 1 and (self.low > 0 or self.high < 0):
                text += (
                    f" The interval leaves out zero, but this is one of {self.comparisons} comparisons "
                    f"(Holm-adjusted p {p_text(self.p_value, '= ')})."
                )
            elif self.low > 0 or self.high < 0:
                text += (
                    f" The interval leaves out zero, but only {_count(self.wins + self.losses, 'row')} differ, too few "
                    f"for the {self.test} (p = {self.p_value:.2g})."
                )
        return text + _few(self.n_rows, paired=True)


def _number(value: float, unit: str) -> str:
    text = f"{100 * value:.1f}" if unit == "%" else f"{value:.3g}"
    return text.replace("-", "−") if float(text) else text.lstrip("-")


def figure(value: float, unit: str = "%", name: str | None = None) -> str:
    """A figure with its unit, as sentences and tables write it: ``"97.0 %"``; `name` stands in for the unit."""
    return f"{_number(value, unit)} {unit if name is None else name}".strip()


def p_text(p_value: float, equals: str = "") -> str:
    """A p value as texts write it; `equals` stands before it where it is not below the smallest one written."""
    return "< 0.001" if p_value < 0.001 else f"{equals}{p_value:.2g}"


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" + ("" if n == 1 else "s")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _few(n_rows: int, paired: bool = False) -> str:
    if paired and n_rows < 6:
        return f" With {_count(n_rows, 'row')} no difference can be shown: an exact test needs 6 that differ one way."
    return f" Only {_count(n_rows, 'row')}: a rough figure." if n_rows < SMALL else ""
