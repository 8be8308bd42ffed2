"""Pictures of a report as inline SVG, made here so that a page needs no script: intervals, and training curves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

__all__ = ["curves", "interval_bar", "ticks"]

WIDTH, HEIGHT = 640, 230
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 40


def interval_bar(
    low: float, value: float, high: float, axis: tuple[float, float], words: str, *, zero: bool = False
) -> str:
    """An interval as a band with its figure as a mark, on an axis that all rows of a table share.

    Parameters
    ----------
    axis
        The values at the left and the right end.
    words
        What it says, for those who do not see it.
    zero
        Whether to mark zero, which a difference is held against.
    """
    width = (axis[1] - axis[0]) or 1.0
    at = [0.0 if math.isnan(end) else 2 + 96 * (end - axis[0]) / width for end in (low, value, high)]
    middle = 2 + 96 * (0 - axis[0]) / width
    line = f'<line class="zero" x1="{middle:.2f}" x2="{middle:.2f}" y1="0" y2="10"/>' if zero else ""
    return (
        '<svg class="interval" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(words)}"><line class="axis" x1="2" x2="98" y1="5" y2="5"/>'
        f'<rect class="band" x="{at[0]:.2f}" y="2" width="{max(at[2] - at[0], 0.3):.2f}" height="6"/>{line}'
        f'<rect class="mark" x="{at[1] - 0.4:.2f}" y="0" width="0.8" height="10"/></svg>'
    )


def curves(points: Mapping[str, Sequence[Sequence[float]]], words: str) -> str:
    """Training loss as a line and evaluation loss as a line with dots, over steps; "" where there is nothing to draw.

    Parameters
    ----------
    points
        ``"loss"`` and ``"eval_loss"``, each a list of (step, value).
    words
        What it shows, for those who do not see it.
    """
    drawn = {name: [(step, value) for step, value in points.get(name, ())] for name in ("loss", "eval_loss")}
    every = [point for line in drawn.values() for point in line]
    if not every:
        return ""
    steps, values = [step for step, _ in every], [value for _, value in every]
    across, up = ticks(min(0, *steps), max(*steps, 1), 6), ticks(min(0.0, *values), max(values), 4)

    def x(step: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (step - across[0]) / (across[-1] - across[0])

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (up[-1] - value) / (up[-1] - up[0])

    parts = []
    for tick in up:
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')
        parts.append(f'<text class="tick end" x="{LEFT - 8}" y="{y(tick) + 4:.1f}">{tick:g}</text>')
    for tick in across:
        parts.append(f'<text class="tick middle" x="{x(tick):.1f}" y="{HEIGHT - BOTTOM + 18}">{tick:g}</text>')
    parts.append(f'<text class="tick end" x="{WIDTH - RIGHT}" y="{HEIGHT - 4}">step</text>')
    for name, line in drawn.items():
        where = " ".join(f"{x(step):.1f},{y(value):.1f}" for step, value in line)
        parts.append(f'<polyline class="{name}" points="{where}"/>' if line else "")
    parts += [f'<circle class="dot" cx="{x(s):.1f}" cy="{y(v):.1f}" r="3.5"/>' for s, v in drawn["eval_loss"]]
    return (
        f'<svg class="curves" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(words)}">'
        f"{''.join(parts)}</svg>"
    )


def ticks(low: float, high: float, count: int) -> list[float]:
    """Round numbers that reach from below `low` to above `high`, about so many."""
    raw = (high - low or 1.0) / count
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(step * at, 10) for at in range(first, max(last, first + 1) + 1)]
