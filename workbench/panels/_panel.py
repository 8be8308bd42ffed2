'''What every panel has: Copy as code, live updates, clicks that work in a busy kernel, a form for the saved notebook.

A panel is a column: a head (title, *Copy as code*, errors in words, "kernel gone"), then its body, which is made of
plain ipywidgets, with an `anywidget` only for what those cannot draw. To make one:

    class RowsPanel(Panel):
        """Rows of a data set, with search."""

        dataset = traitlets.Any(help="The data set shown.")         # public traits are the API
        page = traitlets.Int(0, help="The page shown, from 0.")

        def __init__(self, dataset, **kwargs):
            super().__init__(title="Rows", dataset=dataset, **kwargs)    # static="figures" and traits pass through
            self._next = ipywidgets.Button(description="Next page")      # its name for screen readers and tests
            self._next.on_click(lambda _: self.guarded(self._turn))      # errors appear in words in the head
            self.body = [self._next, self._table]

        def to_code(self):                     # what Copy as code gives; follows every public trait by itself
            return f"wb.panels.RowsPanel(wb.load_dataset({self.dataset.source!r}), page={self.page})"

        def fill_static(self, form):           # the saved notebook's form; escaping and limits are the form's business
            form.text(self.dataset.describe())
            form.table(["prompt", "completion"], rows)     # left out with static="figures"

        def pump(self):                        # only for what changes by itself, after self.start_pump()
            self._show(self._tail.poll())      # every 100 ms, in a thread of its own
            return self.run_is_live            # False: nothing more will come

Work that takes longer than an eye blink goes through ``self.in_background(function, *args)``. It may set traits and
send messages; it must not wait for clicks. The look comes from ``widgets/src/panel.css`` (classes ``wb-...``), the
front-end parts from ``widgets/src`` through ``static_file(name)``.
'''

from __future__ import annotations

import inspect
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import anywidget
import ipywidgets
import traitlets
from IPython.display import DisplayHandle, display

from workbench.errors import InvalidInputError, WorkbenchError
from workbench.panels._static_form import StaticForm
from workbench.settings import nearest

__all__ = ["Panel", "answer_while_busy", "static_file"]

PUMP_SECONDS = 0.1
BEAT_SECONDS = 1.0

log = logging.getLogger(__name__)


def static_file(name: str) -> Path:
    """The path of a built front-end file, for a widget's ``_esm`` or ``_css``."""
    return Path(__file__).parent.parent / "_static" / name


def answer_while_busy(widget: ipywidgets.Widget) -> None:
    """Let the clicks on `widget` and its children arrive while a cell is running.

    JupyterLab sends them on a subshell, but ipykernel answers on the shell that last used the widget's comm, which a
    running cell holds. Handlers then run beside the cell, in another thread. Other kernels deliver when the cell ends.
    """
    comm = widget.comm
    if comm is not None and hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda data, default: default
    for child in getattr(widget, "children", ()):
        answer_while_busy(child)


class Head(anywidget.AnyWidget):
    """The first line of a panel, and where it speaks."""

    _esm = static_file("panel.js")
    _css = static_file("panel.css")
    _title = traitlets.Unicode().tag(sync=True)
    _subtitle = traitlets.Unicode().tag(sync=True)
    _code = traitlets.Unicode().tag(sync=True)
    _error = traitlets.Unicode().tag(sync=True)
    _live = traitlets.Bool(False).tag(sync=True)


class Panel(ipywidgets.VBox):
    """The base of all panels. The module's docstring shows how to make one.

    Parameters
    ----------
    title
        The panel's heading.
    subtitle
        A line under it, such as a path.
    static
        ``"rows"``: the saved notebook's form shows rows of data; ``"figures"``: it shows numbers and curves only, for
        notebooks that are passed on.
    **traits
        The panel's own traits.
    """

    static: Literal["rows", "figures"]

    def __init__(self, title: str, *, subtitle: str = "", static: Literal["rows", "figures"] = "rows", **traits: Any):
        self._pump_thread: threading.Thread | None = None
        self._pump_stop, self._pump_lock = threading.Event(), threading.Lock()
        self._pumping = self._pump_wanted = False
        if static not in ("rows", "figures"):
            raise InvalidInputError(f'static must be "rows" or "figures", got {static!r}.')
        self.static = static
        if unknown := [name for name in traits if name not in self.class_trait_names()]:
            name, own = unknown[0], [trait for trait in self.class_own_traits() if not trait.startswith("_")]
            known = sorted({*inspect.signature(type(self).__init__).parameters, *own} - {"self", "kwargs"})
            raise InvalidInputError(
                f"{type(self).__name__} takes no {name}={nearest(name, known)}. It takes: {', '.join(known)}."
            )
        self.head = Head(_title=title, _subtitle=subtitle)
        self._saved: DisplayHandle | None = None
        super().__init__(children=[self.head], **traits)
        self.add_class("wb-panel")
        self.observe(lambda change: answer_while_busy(self), "children")
        public = set(self.trait_names()) - set(ipywidgets.VBox.class_trait_names())
        self.observe(lambda change: self._update_code(), sorted(name for name in public if not name.startswith("_")))

    # ---- what a panel says of itself --------------------------------------------------------------------------------

    def to_code(self) -> str:
        """The Python code that makes this panel, without the import of the workbench."""
        raise NotImplementedError

    def fill_static(self, form: StaticForm) -> None:
        """Put what the saved notebook shows into `form`."""
        raise NotImplementedError

    def pump(self) -> bool:
        """Look for news and show them; called every 100 ms in a thread. False ends the calls."""
        raise NotImplementedError

    # ---- what a panel is offered ------------------------------------------------------------------------------------

    @property
    def body(self) -> tuple[ipywidgets.Widget, ...]:
        """The widgets under the head."""
        return tuple(self.children[1:])

    @body.setter
    def body(self, widgets: Iterable[ipywidgets.Widget]) -> None:
        self.children = (self.head, *widgets)
        self._update_code()

    def start_pump(self) -> None:
        """Call `pump` every 100 ms until it returns False or the panel is closed."""
        with self._pump_lock:
            self._pump_wanted = True  # also by a thread that is about to end
            if self._pumping:
                return
            self._pumping = self.head._live = True
            self._pump_stop.clear()
            self._pump_thread = threading.Thread(target=self._run_pump, daemon=True, name=f"{type(self).__name__} pump")
            self._pump_thread.start()

    def in_background(self, function: Callable[..., object], *args: Any, clear: bool = True) -> threading.Thread:
        """Run `function` in a daemon thread; what it raises is shown in words. `clear`: forget the last error."""
        thread = threading.Thread(
            target=self.guarded, args=(function, *args), kwargs={"clear": clear}, daemon=True, name=function.__name__
        )
        thread.start()
        return thread

    def guarded(self, function: Callable[..., object], *args: Any, clear: bool = True) -> None:
        """Run `function`; what it raises is shown in words. `clear`: forget the last error."""
        with self.showing_errors(clear):
            function(*args)

    @contextmanager
    def showing_errors(self, clear: bool = True) -> Iterator[None]:
        """Show an error of the block in the head, in words, instead of raising it. `clear`: forget the last one."""
        if clear:
            self.head._error = ""
        try:
            yield
        except WorkbenchError as error:
            self.head._error = str(error)
        except Exception as error:
            log.exception("%s", type(self).__name__)
            self.head._error = f"A fault of the panel: {type(error).__name__}: {error}. The log has the details."

    def save_static(self) -> None:
        """Write the static form anew into the notebook, where the panel is displayed."""
        if self._saved is not None:
            self._saved.update(StaticOutput(self))

    def static_form(self) -> StaticForm:
        """What the saved notebook shows of this panel."""
        form = StaticForm(self.head._title, rows=self.static == "rows")
        self.fill_static(form)
        return form

    def close(self) -> None:
        """Remove the panel from the page and end its updates."""
        if hasattr(self, "head"):  # a panel whose making was refused has nothing to end
            self._pump_stop.set()
        for child in self.children:
            child.close()
        super().close()

    # ---- behind it --------------------------------------------------------------------------------------------------

    def _update_code(self) -> None:
        self.head._code = f"import workbench as wb\n\n{self.to_code()}"

    def _run_pump(self) -> None:
        next_beat = 0.0
        while self._pumping:
            go_on = self._pump_wanted = False
            with self.showing_errors(clear=False):
                go_on = self.pump()
            if time.monotonic() >= next_beat:
                self.head.send({"kind": "beat"})
                next_beat = time.monotonic() + BEAT_SECONDS
            stopped = self._pump_stop.wait(PUMP_SECONDS)
            with self._pump_lock:
                self._pumping = not stopped and (go_on or self._pump_wanted)
                if not stopped:
                    self.head._live = self._pumping

    def _ipython_display_(self) -> None:
        answer_while_busy(self)
        display(self._repr_mimebundle_(), raw=True)
        self._saved = display(StaticOutput(self), display_id=True)

    def __repr__(self) -> str:
        return f"{type(self).__name__}: {self.head._title}"


class StaticOutput:
    """The output beside a live panel: hidden while the panel is drawn, shown where only the notebook's file is left."""

    def __init__(self, panel: Panel):
        self.html = panel.static_form().html()

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return ""
