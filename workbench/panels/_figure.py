"""Line figures for saved notebooks: small SVG texts that need no plotting library and suit light and dark pages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Line", "line_figure"]

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 26, 30
POINTS = 300  # a line is thinned to about so many
COLOURS = ("#3b82d6", "#d9730d", "#2a9d7c", "#a855c7", "#a98a1a", "#71808f")
INK = "#7a7a7a"  # readable on white and on black


@dataclass(frozen=True)
class Line:
    """One line of a figure. `dashed` also marks its points, so that colour is not the only difference."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float]
    colour: int = 0
    dashed: bool = False


def line_figure(
    lines: Sequence[Line],
    x_label: str,
    *,
    log: bool = False,
    uprights: Sequence[tuple[float, str]] = (),
    title: str = "",
) -> str:
    """An SVG of the lines over a common axis; points that are not finite (or not positive, for `log`) are left out.

    `uprights` are upright lines at an x, each with a word beside it.
    """
    drawn = [(line, _thinned(_usable(line, log))) for line in lines]
    drawn = [(line, points) for line, points in drawn if points]
    if not drawn:
        return ""
    xs = [x for _, points in drawn for x, _ in points]
    ys = [y for _, points in drawn for _, y in points]
    x_of = _scale(min(0.0, *xs), max(xs), LEFT, WIDTH - RIGHT)
    y_of = _scale(min(ys), max(ys), HEIGHT - BOTTOM, TOP)
    parts = []
    for y in _ticks(min(ys), max(ys)):
        at = y_of(y)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="{INK}" stroke-opacity=".25"/>')
        parts.append(_label(LEFT - 6, at + 4, _figure(10**y if log else y), "end"))
    for x in _ticks(min(0.0, *xs), max(xs)):
        parts.append(_label(x_of(x), HEIGHT - BOTTOM + 16, _figure(x), "middle"))
    parts.append(_label(WIDTH - RIGHT, HEIGHT - 2, x_label, "end"))
    for x, word in uprights:
        at, right = x_of(x), x_of(x) > WIDTH / 2
        parts.append(
            f'<path d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="{INK}" stroke-width="1.5" stroke-dasharray="2 3"/>'
        )
        parts.append(_label(at + (-5 if right else 5), TOP + 10, word, "end" if right else "start"))
    left = float(LEFT)
    if title:
        parts.append(_label(left, 16, title, "start"))
        left += 22 + 6.6 * len(title)
    for line, points in drawn:
        colour = COLOURS[line.colour % len(COLOURS)]
        path = "L".join(f"{x_of(x):.1f} {y_of(y):.1f}" for x, y in points)
        dash = ' stroke-dasharray="5 4"' if line.dashed else ""
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.6"{dash}/>')
        if line.dashed or len(points) == 1:
            marks = points if len(points) <= 40 else points[:: len(points) // 40 + 1]
            parts += [f'<circle cx="{x_of(x):.1f}" cy="{y_of(y):.1f}" r="2.6" fill="{colour}"/>' for x, y in marks]
        parts.append(f'<path d="M{left:.0f} 12h20" stroke="{colour}" stroke-width="2"{dash}/>')
        parts.append(_label(left + 26, 16, line.name, "start"))
        left += 44 + 6.6 * len(line.name)
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    style = 'font-family="system-ui, sans-serif" font-size="11"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>{"".join(parts)}</svg>'


def _usable(line: Line, log: bool) -> list[tuple[float, float]]:
    points = zip(line.xs, line.ys, strict=True)
    if log:
        return [(x, math.log10(y)) for x, y in points if math.isfinite(x) and math.isfinite(y) and y > 0]
    return [(x, y) for x, y in points if math.isfinite(x) and math.isfinite(y)]


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Lowest and highest point of each stretch, so that spikes stay."""
    if len(points) <= POINTS:
        return points
    size = math.ceil(2 * len(points) / POINTS)
    kept = [points[0]]
    for start in range(0, len(points), size):
        stretch = points[start : start + size]
        kept += sorted({min(stretch, key=_height), max(stretch, key=_height)})
    return [*kept, points[-1]]


def _height(point: tuple[float, float]) -> float:
    return point[1]


def _scale(low: float, high: float, start: float, end: float):  # type: ignore[no-untyped-def]
    spread = (high - low) or 1.0
    return lambda value: start + (end - start) * (value - low) / spread


def _ticks(low: float, high: float) -> list[float]:
    spread = (high - low) or 1.0
    step = 10 ** math.floor(math.log10(spread / 4))
    step *= next((factor for factor in (1, 2, 5) if spread / (step * factor) <= 5), 10)
    return [step * index for index in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _label(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{INK}" text-anchor="{anchor}">{escape(text)}</text>'
