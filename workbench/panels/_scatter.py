"""Points with intervals over a logarithmic axis, as SVG text that suits light and dark pages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Point", "scatter_figure"]

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 24, 16, 44
COLOUR, INK = "#3b82d6", "#7a7a7a"  # readable on white and on black


@dataclass(frozen=True)
class Point:
    """One point.

    Parameters
    ----------
    name
        Written beside it.
    x
        Above zero.
    y, low, high
        Value and interval; NaN for no interval.
    ringed
        Marked with a ring, and joined to the others that are.
    dashed
        Drawn hollow, with a dashed interval: what was predicted.
    """

    name: str
    x: float
    y: float
    low: float = math.nan
    high: float = math.nan
    ringed: bool = False
    dashed: bool = False


def scatter_figure(
    points: Sequence[Point], x_label: str, y_label: str, *, levels: Sequence[tuple[str, float]] = ()
) -> str:
    """The SVG.

    Parameters
    ----------
    points
        Those without a finite place are left out.
    x_label, y_label
        What the axes are.
    levels
        Names and heights of dashed lines across: what costs nothing.
    """
    shown = [point for point in points if point.x > 0 and math.isfinite(point.x) and math.isfinite(point.y)]
    if not shown:
        return ""
    xs = [math.log10(point.x) for point in shown]
    low, high = min(xs) - 0.15, max(xs) + 0.35  # room for the names
    ys = [value for point in shown for value in (point.y, point.low, point.high) if math.isfinite(value)]
    ys += [height for _, height in levels]
    bottom, top = min(ys), max(ys)
    room = (top - bottom or 1.0) * 0.08
    bottom, top = bottom - room, top + room

    def x_of(x: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(x) - low) / (high - low)

    def y_of(y: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (y - bottom) / (top - bottom)

    parts = []
    for y in _ticks(bottom, top):
        parts.append(f'<path d="M{LEFT} {y_of(y):.1f}H{WIDTH - RIGHT}" stroke="{INK}" stroke-opacity=".25"/>')
        parts.append(_text(LEFT - 7, y_of(y) + 4, f"{y:.3g}", "end"))
    powers = range(math.ceil(low), math.floor(high) + 1)
    marks = {10.0**power: _power(power) for power in powers} or {point.x: f"{point.x:,.3g}" for point in shown}
    for x, words in marks.items():
        parts.append(_text(x_of(x), HEIGHT - BOTTOM + 17, words, "middle"))
    parts.append(_text(WIDTH - RIGHT, HEIGHT - 8, x_label, "end"))
    parts.append(_text(LEFT, HEIGHT - 8, y_label, "start"))
    for name, height in levels:
        at = y_of(height)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="{INK}" stroke-dasharray="4 4"/>')
        parts.append(_text(WIDTH - RIGHT, at - 5, name, "end"))
    ringed = sorted((point for point in shown if point.ringed), key=lambda point: point.x)
    if len(ringed) > 1:
        path = "L".join(f"{x_of(point.x):.1f} {y_of(point.y):.1f}" for point in ringed)
        parts.append(f'<path d="M{path}" fill="none" stroke="{COLOUR}" stroke-opacity=".5"/>')
    before: list[tuple[float, float]] = []
    for point in sorted(shown, key=lambda point: (point.x, -point.y)):
        x, y, dash = x_of(point.x), y_of(point.y), ' stroke-dasharray="3 3"' if point.dashed else ""
        if math.isfinite(point.low) and math.isfinite(point.high):
            span = f"M{x:.1f} {y_of(point.low):.1f}V{y_of(point.high):.1f}"
            parts.append(f'<path d="{span}" stroke="{COLOUR}" stroke-width="1.6"{dash}/>')
        fill = "none" if point.dashed else COLOUR
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{fill}" stroke="{COLOUR}"/>')
        if point.ringed:
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8" fill="none" stroke="{COLOUR}"/>')
        crowded = any(x - left < 90 and abs(y - height) < 14 for left, height in before)
        parts.append(_text(x + 11, y + 17 if crowded else y - 7, point.name, "start"))
        before.append((x, y))
    words = "; ".join(f"{point.name} {point.y:.3g}" for point in shown)
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(f"{y_label} against {x_label}: {words}")}"'
    style = 'font-family="system-ui, sans-serif" font-size="11" style="width:100%;max-width:760px;height:auto"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>{"".join(parts)}</svg>'


def _ticks(low: float, high: float) -> list[float]:
    step = 10 ** math.floor(math.log10((high - low) / 4))
    step *= next((factor for factor in (1, 2, 5) if (high - low) / (step * factor) <= 6), 10)
    return [step * index for index in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _power(power: int) -> str:
    return {0: "1", 3: "1k", 6: "1M", 9: "1B"}.get(power) or (
        f"{10 ** (power % 3)}{'kMB'[power // 3 - 1]}" if 3 < power < 12 else f"{10.0**power:g}"
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{INK}" text-anchor="{anchor}">{escape(text)}</text>'
