"""Figures with their intervals, and how they are put into words."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["CONFIDENCE", "SMALL", "Difference", "Interval", "figure"]

CONFIDENCE = 0.95
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

    @property
    def sentence(self) -> str:
        """The figure in words: ``97.0 % (95 % interval 93.6 to 98.6 %, 200 rows, 1 seed; Wilson).``"""
        basis = f"{_count(self.n_rows, 'row')}, {_count(self.n_seeds, 'seed')}"
        if math.isnan(self.low):
            return f"{figure(self.value, self.unit)} ({basis}; {self.method})."
        span = f"{_number(self.low, self.unit)} to {figure(self.high, self.unit)}"
        text = f"{figure(self.value, self.unit)} ({self.confidence:.0%} interval {span}, {basis}; {self.method})."
        return _percent_sign(text) + _few(self.n_rows)


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

    @property
    def shown(self) -> bool:
        """Whether there is a difference: the interval leaves out zero, and the exact test agrees."""
        return (self.low > 0 or self.high < 0) and self.p_value <= 1 - self.confidence

    @property
    def better(self) -> bool | None:
        """Whether b is shown to be better; None when no difference is shown."""
        return (self.value > 0) == self.higher_is_better if self.shown else None

    def sentence(self, a: str = "a", b: str = "b") -> str:
        """The finding in words, the names put in."""
        unit = "points" if self.unit == "%" else self.unit
        span = f"{self.confidence:.0%} interval {_number(self.low, self.unit)} to {figure(self.high, self.unit, unit)}"
        basis = f"{_count(self.n_rows, 'row')}, {_count(self.n_seeds, 'seed')}"
        if self.shown:
            size = figure(abs(self.value), self.unit, unit)
            verb = "better" if self.better else "worse"
            text = f"{b} is {verb} than {a} by {size} ({span}, {basis})."
        else:
            text = f"No difference shown between {a} and {b}: {figure(self.value, self.unit, unit)} ({span}, {basis})."
            if self.low > 0 or self.high < 0:
                text += (
                    f" The interval leaves out zero, but only {_count(self.wins + self.losses, 'row')} differ, too few "
                    f"for the {self.test} (p = {self.p_value:.2g})."
                )
        return _percent_sign(text) + _few(self.n_rows, paired=True)


def _number(value: float, unit: str) -> str:
    text = f"{100 * value:.1f}" if unit == "%" else f"{value:.3g}"
    return text.replace("-", "−") if float(text) else text.lstrip("-")


def figure(value: float, unit: str = "%", name: str | None = None) -> str:
    """A figure with its unit, as sentences and tables write it: ``"97.0 %"``; `name` stands in for the unit."""
    return f"{_number(value, unit)} {unit if name is None else name}".strip()


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" + ("" if n == 1 else "s")


def _percent_sign(text: str) -> str:
    return text.replace("95%", "95 %")


def _few(n_rows: int, paired: bool = False) -> str:
    if paired and n_rows < 6:
        return f" With {_count(n_rows, 'row')} no difference can be shown: an exact test needs 6 that differ one way."
    return f" Only {_count(n_rows, 'row')}: a rough figure." if n_rows < SMALL else ""
