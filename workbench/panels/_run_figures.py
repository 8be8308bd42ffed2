"""The curves of runs in a saved notebook: the losses, then the groups that the live view shows."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.panels._charts import PlainChart, groups_of
from workbench.panels._figure import Line, line_figure
from workbench.panels._static_form import StaticForm
from workbench.runs.feed import Feed
from workbench.runs.series import Columns

__all__ = ["add_figures"]


def add_figures(form: StaticForm, feeds: Sequence[Feed], axis: str, x_label: str, *, log: bool) -> None:
    """Add the figures of these runs over one of `series.AXES`."""
    losses = []
    for number, feed in enumerate(feeds):
        losses += _train_and_eval(feed, axis, "loss", "train loss", "eval loss", number if len(feeds) > 1 else None)
    if svg := line_figure(losses, x_label, log=log):
        form.image(svg, f"Training and eval loss over {x_label}")
    for group in groups_of(name for feed in feeds for name in feed.series.log.names):
        for chart in group.charts:
            lines = [
                line for number, feed in enumerate(feeds) for line in _lines(chart, feed, axis, number, len(feeds))
            ]
            uprights = [mark for feed in feeds for mark in _marks(chart, feed, axis)]
            if svg := line_figure(lines, x_label, log=log and chart.log, uprights=uprights, title=chart.title):
                form.image(svg, f"{chart.title} over {x_label}. {chart.help}")


def _lines(chart: PlainChart, feed: Feed, axis: str, number: int, runs: int) -> list[Line]:
    several = number if runs > 1 else None
    if len(chart.lines) == 1:
        return _train_and_eval(feed, axis, chart.lines[0][1], "train", "eval", several)
    letter = _letter(several)
    lines = []
    for index, (name, quantity) in enumerate(chart.lines):
        columns = feed.series.evals if quantity.startswith("eval_") else feed.series.log
        if (ys := columns.values.get(quantity)) is not None:
            colour = index if several is None else number
            lines.append(Line(name + letter, columns.axes[axis], ys, colour, bool(index)))
    return lines


def _train_and_eval(
    feed: Feed, axis: str, quantity: str, train: str, evaluation: str, several: int | None
) -> list[Line]:
    lines = []
    tables: tuple[tuple[str, Columns, str, int], ...] = (
        (train, feed.series.log, quantity, 0),
        (evaluation, feed.series.evals, f"eval_{quantity}", 1),
    )
    for name, columns, column, dashed in tables:
        if (ys := columns.values.get(column)) is not None:
            colour = dashed if several is None else several
            lines.append(Line(name + _letter(several), columns.axes[axis], ys, colour, bool(dashed)))
    return lines


def _marks(chart: PlainChart, feed: Feed, axis: str) -> list[tuple[float, str]]:
    """Where a remark about a quantity of the chart holds from, along the axis."""
    drawn = {quantity for _, quantity in chart.lines}
    steps, xs = feed.series.log.axes["step"], feed.series.log.axes[axis]
    marks = []
    for remark in feed.remarks:
        if remark["mark"] in drawn and len(steps):
            nearest = min(range(len(steps)), key=lambda index: abs(steps[index] - remark["step"]))
            marks.append((xs[nearest], remark["kind"].replace("_", " ")))
    return marks


def _letter(several: int | None) -> str:
    return "" if several is None else f" {chr(65 + several)}"
