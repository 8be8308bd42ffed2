"""What panels over work that launches runs share: how it stands, stop and go on, and what may be said."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from html import escape
from typing import Any

import ipywidgets

from workbench.bench.work import Work
from workbench.home import home
from workbench.panels._form import grid, table_html
from workbench.panels._panel import Panel
from workbench.panels._static_form import StaticForm

__all__ = ["WorkPanel"]


class WorkPanel(Panel):
    """The base of `BenchPanel` and `LadderPanel`.

    A panel over it names what it shows in `work`, and gives `_heads`, `_rows` and `_sentences`; `_draw` is called where
    there is news.
    """

    UNIT = "steps"
    """What is counted while it goes on."""

    def __init__(self, title: str, **kwargs: Any):
        self._shown: tuple[Any, ...] = ()
        self._showing = threading.RLock()
        super().__init__(title, **kwargs)
        self._status, self._table, self._figure, self._verdict = (ipywidgets.HTML() for _ in range(4))
        self._stop = ipywidgets.Button(description="Stop")
        self._stop.tooltip = "End it; what was done is kept"
        self._stop.on_click(lambda _: self.in_background(self.work.stop))
        self._resume = ipywidgets.Button(description="Go on", button_style="primary")
        self._resume.on_click(lambda _: self.in_background(self._go_on))

    @property
    def work(self) -> Work:
        """What is shown."""
        raise NotImplementedError

    @property
    def address(self) -> str:
        """What finds the work again: its id, or its path where it lies in another home."""
        return self.work.id if self.work.home == home() else str(self.work.path)

    def place(self, *tools: ipywidgets.Widget) -> None:
        """Put the parts under each other, with more tools beside the buttons, and follow the work."""
        self.body = [
            grid([self._stop, self._resume, *tools, self._status], "wb-buttons"),
            self._verdict, self._figure, self._table,
        ]  # fmt: skip
        self.show()
        self.start_pump()

    def fill_static(self, form: StaticForm) -> None:
        """Verdict and table."""
        for sentence in self._sentences():
            form.text(sentence)
        form.table(self._heads(), self._rows(), data=False)

    def pump(self) -> bool:
        """Show news, if there are any."""
        if (self.work.status, *self.work.progress()) != self._shown:
            self.show()
            self.save_static()
        return self.work.status != "completed"  # all others can be resumed, from anywhere

    def show(self) -> None:
        """Show how it stands now; two threads that show it do so one after the other, so that the later news stays."""
        with self._showing:
            now = status, done, total = (self.work.status, *self.work.progress())
            why = f": {self.work.reason}" if self.work.reason else ""
            self._status.value = f"<span>{escape(f'{status}, {done} of {total} {self.UNIT}{why}')}</span>"
            self._stop.disabled, self._resume.disabled = status != "running", status in ("running", "completed")
            said = (f'<p class="wb-said">{escape(sentence)}</p>' for sentence in self._sentences())
            self._verdict.value = "".join(said)
            self._table.value = table_html(self._heads(), self._rows())
            self._draw()
            self._shown = now

    def _sentences(self) -> list[str]:
        """What may be said."""
        raise NotImplementedError

    def _heads(self) -> Sequence[str]:
        """The columns of the table."""
        raise NotImplementedError

    def _rows(self) -> list[list[str]]:
        """The cells of the table as text."""
        raise NotImplementedError

    def _draw(self) -> None:
        """Draw the figure."""
        raise NotImplementedError

    def _go_on(self) -> None:
        self.work.resume()
        self.start_pump()
