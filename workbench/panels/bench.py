"""BenchPanel: ways of tuning compared, or a data curve, while it runs and after."""

from __future__ import annotations

import math
from typing import Any

import traitlets

from workbench.bench import Bench, open_bench
from workbench.errors import InvalidInputError
from workbench.estimate import size_words
from workbench.panels._form import choose
from workbench.panels._scatter import Point, scatter_figure
from workbench.panels._work import WorkPanel

__all__ = ["BenchPanel"]

COSTS = {
    "trainable weights": "trainable_parameters",
    "memory of the process": "memory_bytes",
    "seconds of training": "seconds",
}


class BenchPanel(WorkPanel):
    """A table and a figure that follow a bench, its verdict, and buttons to stop it and go on.

    Parameters
    ----------
    bench
        A `Bench`, its id or its path; ``"last"`` is the newest.
    cost, split, metric
        See the traits of the same names.

    Raises
    ------
    RunNotFoundError
        For an id or path that is no bench.
    """

    bench = traitlets.Any(help="The bench shown.")
    cost = traitlets.Unicode("trainable_parameters", help="What is drawn along: a column of `Bench.table`.")
    split = traitlets.Unicode("", help="The split whose figures are shown; empty: the first that was asked.")
    metric = traitlets.Unicode("", help="The metric shown; empty: the first.")

    UNIT = "trainings"

    def __init__(self, bench: Any, **kwargs: Any):
        opened = bench if isinstance(bench, Bench) else open_bench(bench)
        title = "Data curve" if opened.plan["kind"] == "curve" else "Bench"
        super().__init__(title, subtitle=str(opened.path), bench=opened, **kwargs)
        self._cost = choose("Against", COSTS, lambda: setattr(self, "cost", self._cost.value))
        self._cost.value = self.cost
        self.place(*([self._cost] if opened.plan["kind"] == "bench" else []))
        self.observe(lambda change: self.guarded(self.show), ["bench", "cost", "split", "metric"])

    @property
    def work(self) -> Bench:
        """The bench shown."""
        return self.bench

    @traitlets.validate("bench")
    def _opened(self, proposal: Any) -> Bench:
        return proposal.value if isinstance(proposal.value, Bench) else open_bench(proposal.value)

    @traitlets.validate("cost")
    def _known_cost(self, proposal: Any) -> str:
        if proposal.value not in COSTS.values():
            raise InvalidInputError(f"cost= is {', '.join(COSTS.values())}, got {proposal.value!r}.")
        return proposal.value

    def to_code(self) -> str:
        """The code that shows this bench again."""
        chosen = {name: getattr(self, name) for name in ("cost", "split", "metric")}
        given = [f"{name}={value!r}" for name, value in chosen.items() if value != self.traits()[name].default()]
        return f"wb.panels.BenchPanel({', '.join([repr(self.address), *given])})"

    # ---- behind it

    def _sentences(self) -> list[str]:
        return self.bench.verdict(self.split or None, self.metric or None)

    def _draw(self) -> None:
        self._figure.value = self._curve() if self.bench.plan["kind"] == "curve" else self._points()

    def _heads(self) -> tuple[str, ...]:
        return ("", "figure", "95 % interval", "seeds", "learning rate", "trainable", "seconds", "memory")

    def _rows(self) -> list[list[str]]:
        out = []
        for row in self.bench.table(self.split or None, self.metric or None).itertuples():
            mark = " ◎" if row.front and not math.isnan(row.value) else ""
            trained = row.trainable_parameters > 0
            cells = [
                f"{row.value:.3f}" if not math.isnan(row.value) else "–",
                f"{row.low:.3f} to {row.high:.3f}" if not math.isnan(row.low) else "–",
                f"{row.seeds:.0f}" if trained else "–",
                f"{row.rate:g}" if row.rate is not None and not math.isnan(row.rate) else "–",
                f"{row.trainable_parameters:,}" if trained else "none",
                f"{row.seconds:.1f}" if row.seconds is not None and not math.isnan(row.seconds) else "–",
                size_words(row.memory_bytes) if row.memory_bytes and not math.isnan(row.memory_bytes) else "–",
            ]
            out.append([f"{row.system}{mark}", *cells])
        return out

    def _points(self) -> str:
        table = self.bench.table(self.split or None, self.metric or None)
        free = [(row.system, row.value) for row in table.itertuples() if not row.trainable_parameters]
        trained = [row for row in table.itertuples() if row.trainable_parameters]
        points = [
            Point(row.system, float(getattr(row, self.cost) or math.nan), row.value, row.low, row.high,
                  ringed=bool(row.front) and self.cost == "trainable_parameters")
            for row in trained
        ]  # fmt: skip
        levels = [max(free, key=lambda each: each[1])] if free and not math.isnan(free[0][1]) else []
        label = next(words for words, column in COSTS.items() if column == self.cost)
        return scatter_figure(points, label, self._metric_name(), levels=levels)

    def _curve(self) -> str:
        if not self._sentences():
            return ""
        curve = self.bench.curve(self.split or None, self.metric or None)
        spans = zip(curve.rows, curve.values, curve.lows, curve.highs, strict=True)
        points = [Point(f"{n:,}", n, value, low, high) for n, value, low, high in spans]
        value, low, high = curve.predicted
        points.append(Point("predicted", curve.rows[-1] * 1.12, value, low, high, dashed=True))
        return scatter_figure(points, "training rows", self._metric_name())

    def _metric_name(self) -> str:
        return self.metric or (self.bench.report(self.split or None).metrics[0].name if self._sentences() else "")
