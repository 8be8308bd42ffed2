"""The form of a panel that stands in the saved notebook: escaped HTML of a bounded size.

A panel says what to show (`text`, `figures`, `table`, `image`); how that is escaped, cut and limited is decided here.
The HTML carries its few styles inline and no script, so it reads the same on a code host, in nbconvert's pages and in a
notebook that is opened without its kernel.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["MAX_BYTES", "MAX_CELL", "MAX_ROWS", "StaticForm"]

MAX_ROWS = 50
MAX_BYTES = 100_000
MAX_CELL = 400

_CELL = "text-align:left;vertical-align:top;padding:2px 8px;white-space:pre-wrap"
_LEFT_OUT = '<p style="opacity:.75">The rest is left out to keep the notebook small.</p>'


class StaticForm:
    """Collects what a panel shows when no kernel is there.

    Parameters
    ----------
    title
        The panel's heading.
    rows
        False leaves out what quotes rows of data or a model's answers.
    """

    def __init__(self, title: str, *, rows: bool = True):
        self.rows = rows
        self._parts: list[str] = []
        self._bytes = 0
        self._full = False
        self._add(f"<p><strong>{_text(title)}</strong></p>")

    def text(self, text: str, *, data: bool = False) -> None:
        """A paragraph. `data`: it quotes data or a model, so ``rows=False`` leaves it out."""
        if self.rows or not data:
            self._add(f'<p style="white-space:pre-wrap">{_text(text, 4000)}</p>')

    def figures(self, figures: Iterable[tuple[str, str]]) -> None:
        """Names and values in one line."""
        pairs = [f"{_text(name)} <strong>{_text(value)}</strong>" for name, value in figures]
        self._add(f"<p>{' · '.join(pairs)}</p>")

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]], *, data: bool = True) -> None:
        """At most 50 rows. `data`: they quote data or a model, so ``rows=False`` leaves them out."""
        if data and not self.rows:
            self._add(f"<p>{len(rows):,} rows, left out of the saved notebook.</p>")
            return
        head = "".join(f'<th scope="col" style="{_CELL}">{_text(column)}</th>' for column in columns)
        lines = []
        size = self._bytes + 1000
        for row in rows[:MAX_ROWS]:
            line = "<tr>" + "".join(f'<td style="{_CELL}">{_text(cell)}</td>' for cell in row) + "</tr>"
            size += len(line.encode())
            if size > MAX_BYTES:
                break
            lines.append(line)
        more = f"<p>{len(rows) - len(lines):,} more rows.</p>" if len(lines) < len(rows) else ""
        self._add(f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>{more}")

    def image(self, svg: str, description: str) -> None:
        """A picture. Inside an image element an SVG can run no script, and sanitizers let it pass."""
        source = base64.b64encode(svg.encode()).decode()
        style = "max-width:100%;height:auto"
        self._add(f'<img alt="{_text(description)}" style="{style}" src="data:image/svg+xml;base64,{source}">')

    def html(self) -> str:
        """All of it, at most 100 kB."""
        return f'<div class="wb-static">{"".join(self._parts)}</div>'

    def _add(self, part: str) -> None:
        if self._full:
            return
        self._bytes += len(part.encode())
        if self._bytes > MAX_BYTES - 500:
            self._full = True
            part = _LEFT_OUT
        self._parts.append(part)


def _text(value: object, limit: int = MAX_CELL) -> str:
    text = value if isinstance(value, str) else str(value)
    return escape(text if len(text) <= limit else text[: limit - 1] + "…")
