"""Pictures of a reward clinic as inline SVG: reliability, margins, length, and findings beside their limits.

Colours stand in the picture itself and suit light and dark grounds, so the same picture serves page, panel and saved
notebook. What a colour says, a shape or a word says too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from workbench.evaluation.clinic.figures import Calibration
from workbench.evaluation.clinic.verdict import Finding
from workbench.evaluation.drawings import ticks
from workbench.evaluation.statistics import wilson

__all__ = ["Picture", "findings", "lengths", "margins", "reliability"]

WIDTH, HEIGHT = 440, 260
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 26, 42
INK, GOOD, BAD = "#7a7a7a", "#3b82d6", "#d9730d"
BARS = 24
POINTS = 400  # of a length plot at most
ROW = 40  # pixels of one finding


class Picture(NamedTuple):
    """An SVG, and what it shows in words."""

    svg: str
    words: str


class _Plot:
    """A frame with both axes; parts are added to it in the units of the data."""

    def __init__(self, across: Sequence[float], up: Sequence[float], x_label: str, y_label: str):
        self._across, self._up = across, up
        self.parts = []
        for value in up:
            self.parts.append(f'<path d="M{LEFT} {self.y(value):.1f}H{WIDTH - RIGHT}" stroke="{INK}" '
                              'stroke-opacity=".25"/>')  # fmt: skip
            self.parts.append(_label(LEFT - 6, self.y(value) + 4, f"{value:g}", "end"))
        self.parts += [_label(self.x(value), HEIGHT - BOTTOM + 16, f"{value:g}", "middle") for value in across]
        self.parts.append(_label(WIDTH - RIGHT, HEIGHT - 6, x_label, "end"))
        self.parts.append(_label(2, 10, y_label, "start"))

    def x(self, value: float) -> float:
        first, last = self._across[0], self._across[-1]
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - first) / (last - first)

    def y(self, value: float) -> float:
        first, last = self._up[0], self._up[-1]
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (value - first) / (last - first)

    def line(self, x1: float, y1: float, x2: float, y2: float, dashed: bool = False, colour: str = INK) -> None:
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self.parts.append(
            f'<path d="M{self.x(x1):.1f} {self.y(y1):.1f}L{self.x(x2):.1f} {self.y(y2):.1f}" stroke="{colour}" '
            f'stroke-width="1.4"{dash}/>'
        )

    def picture(self, words: str) -> Picture:
        return Picture(_svg(self.parts, HEIGHT, words), words)


def reliability(found: Calibration) -> Picture:
    """Confidence against accuracy, with Wilson's interval a bin; on the dashed line the reward is calibrated."""
    plot = _Plot([0.5, 0.6, 0.7, 0.8, 0.9, 1.0], [0, 0.25, 0.5, 0.75, 1.0],
                 "confidence: sigmoid of the distance of both scores", "accuracy")  # fmt: skip
    plot.line(0.5, 0.5, 1.0, 1.0, dashed=True)
    for sure, right, count in zip(found.confidence, found.right, found.counts, strict=True):
        low, high = wilson(right * count, count)
        plot.line(sure, low, sure, high, colour=GOOD)
        plot.parts.append(f'<circle cx="{plot.x(sure):.1f}" cy="{plot.y(right):.1f}" r="5" fill="{GOOD}"/>')
        beside = -8 if plot.x(sure) > WIDTH - 60 else 8
        plot.parts.append(
            _label(plot.x(sure) + beside, plot.y(low) + 12 if low > 0.1 else plot.y(high) - 4, f"{count:,}",
                   "end" if beside < 0 else "start")
        )  # fmt: skip
    points = "; ".join(
        f"{100 * sure:.0f} % sure, {100 * right:.0f} % right, {count:,} pairs"
        for sure, right, count in zip(found.confidence, found.right, found.counts, strict=True)
    )
    return plot.picture(f"Reliability plot: {points}.")


def margins(values: NDArray[np.float64]) -> Picture:
    """How many pairs have which margin; those below zero are in the wrong order."""
    span = float(np.abs(values).max()) or 1.0
    across = ticks(min(float(values.min()), -span / 10), max(float(values.max()), span / 10), 6)
    edges, counts = bars(values, across)
    up = ticks(0, int(counts.max()), 4)
    plot = _Plot(across, up, "margin: score of chosen less rejected", "pairs")
    for left, right, count in zip(edges, edges[1:], counts, strict=False):
        if count:
            start, end = plot.x(max(left, across[0])) + 0.5, plot.x(min(right, across[-1])) - 0.5
            top, colour = plot.y(count), GOOD if left >= 0 else BAD
            plot.parts.append(
                f'<rect x="{start:.1f}" y="{top:.1f}" width="{max(end - start, 1):.1f}" '
                f'height="{plot.y(0) - top:.1f}" fill="{colour}"/>'
            )
    plot.line(0, 0, 0, up[-1], dashed=True)
    plot.parts.append(_label(plot.x(0) - 6, TOP + 10, "◀ wrong order", "end"))
    plot.parts.append(_label(plot.x(0) + 6, TOP + 10, "right order ▶", "start"))
    wrong, tied = int((values < 0).sum()), int((values == 0).sum())
    return plot.picture(
        f"Histogram of margins: {wrong:,} of {len(values):,} pairs are in the wrong order, {tied:,} are tied; the "
        f"median margin is {np.median(values):.3g}."
    )


def bars(values: NDArray[np.float64], across: Sequence[float]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Edges and counts of the bars between the ends of an axis; one edge is zero, so that no bar holds both orders."""
    size = (across[-1] - across[0]) / BARS
    first, last = math.floor(across[0] / size) - 1, math.ceil(across[-1] / size) + 1  # one more, for rounding
    edges = size * np.arange(first, last + 1)
    return edges, np.histogram(values, edges)[0]


def lengths(sizes: NDArray[np.float64], values: NDArray[np.float64], seed: int) -> Picture:
    """Difference of length against margin, a mark a pair: dots in the right order, crosses in the wrong one."""
    places = np.arange(len(values))
    if len(places) > POINTS:
        places = np.sort(np.random.default_rng(seed).choice(places, POINTS, replace=False))
    across, up = (ticks(min(0.0, float(each.min())), max(0.0, float(each.max())), 5) for each in (sizes, values))
    plot = _Plot(across, up, "characters that the chosen reply is longer", "margin")
    plot.line(0, up[0], 0, up[-1], dashed=True)
    plot.line(across[0], 0, across[-1], 0, dashed=True)
    for at in places:
        x, y = plot.x(sizes[at]), plot.y(values[at])
        if values[at] > 0:
            plot.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{GOOD}" fill-opacity=".6"/>')
        else:
            plot.parts.append(f'<path d="M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6" stroke="{BAD}" stroke-width="1.6"/>')
    return plot.picture(
        f"Length against margin of {len(places):,} pairs: dots are in the right order, crosses are not."
    )


def findings(found: Sequence[Finding]) -> Picture:
    """Each figure with its interval, and its limit as a tick; the wrong side of the limit is shaded."""
    drawn = [each for each in found if each.figure is not None]
    parts, inner = [], WIDTH - 2 * RIGHT

    def x(value: float) -> float:
        return RIGHT + inner * value

    signs = {"good": ("●", GOOD), "open": ("▲", INK), "bad": ("■", BAD)}
    for number, each in enumerate(drawn):
        figure, top = each.figure, ROW * number
        assert figure is not None
        sign, colour = signs[each.state]
        start, end = (0.0, each.limit) if each.at_least else (each.limit, 1.0)
        middle = top + 27
        parts.append(_label(RIGHT, top + 14, f"{sign} {short_name(each.name)}", "start"))
        parts.append(_label(WIDTH - RIGHT, top + 14, f"{100 * figure.value:.1f} %, {each.state}", "end"))
        parts.append(f'<path d="M{RIGHT} {middle}h{inner}" stroke="{INK}" stroke-opacity=".3"/>')
        parts.append(f'<rect x="{x(start):.1f}" y="{middle - 6}" width="{inner * (end - start):.1f}" height="12" '
                     f'fill="{INK}" fill-opacity=".15"/>')  # fmt: skip
        parts.append(f'<path d="M{x(each.limit):.1f} {middle - 8}v16" stroke="{INK}" stroke-width="2"/>')
        parts.append(f'<path d="M{x(figure.low):.1f} {middle}H{max(x(figure.high), x(figure.low) + 1):.1f}" '
                     f'stroke="{colour}" stroke-width="5" stroke-opacity=".55"/>')  # fmt: skip
        parts.append(f'<circle cx="{x(figure.value):.1f}" cy="{middle}" r="4.5" fill="{colour}"/>')
    words = "; ".join(f"{each.words}: {each.state}" for each in drawn)
    return Picture(_svg(parts, ROW * len(drawn) + 4, words), words)


def short_name(name: str) -> str:
    """The name of a finding for a narrow place."""
    for long, short in (("the share of pairs turned by a rewrite", "turned by rewrite"),
                        ("the share of prompts on which an exploit", "beaten by"), (" beats the chosen reply", ""),
                        ("the distance scores are moved by a rewrite", "moved by rewrite")):  # fmt: skip
        name = name.replace(long, short)
    return name


def _svg(parts: Sequence[str], height: int, words: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'style="max-width:100%;height:auto" font-family="system-ui, sans-serif" font-size="12" role="img" '
        f'aria-label="{escape(words)}">{"".join(parts)}</svg>'
    )


def _label(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{INK}" text-anchor="{anchor}">{escape(text)}</text>'
