"""The base of all panels: code, errors in words, the pump, clicks in a busy kernel, the saved form."""

import threading

import ipykernel.comm.comm
import ipywidgets
import pytest
import traitlets

from workbench.errors import DatasetError
from workbench.panels._panel import Panel, answer_while_busy
from workbench.panels._static_form import MAX_BYTES, MAX_ROWS, StaticForm


class Counter(Panel):
    """The smallest panel: counts to `until` in its pump."""

    until = traitlets.Int(3)

    def __init__(self, rows=(), **kwargs):
        self.count = 0
        self.rows = rows
        self.done = threading.Event()
        super().__init__(title="Counter <b>", **kwargs)
        self.button = ipywidgets.Button(description="Count")
        self.body = [ipywidgets.HBox([self.button])]

    def to_code(self):
        return f"Counter(until={self.until})"

    def fill_static(self, form):
        form.text(f"counted to {self.count}")
        form.table(["row"], self.rows)

    def pump(self):
        self.count += 1
        if self.count >= self.until:
            self.done.set()
            return False
        return True


def test_code_follows_public_traits():
    panel = Counter()
    assert panel.head._code == "import workbench as wb\n\nCounter(until=3)"
    panel.until = 8
    assert panel.head._code.endswith("Counter(until=8)")


def test_head_stands_before_the_body():
    panel = Counter()
    assert panel.children[0] is panel.head
    assert [type(widget) for widget in panel.body] == [ipywidgets.HBox]


def test_errors_appear_in_words_and_go_with_the_next_success(caplog):
    panel = Counter()

    def fail(error):
        raise error

    panel.guarded(fail, DatasetError("Column 'x' is not there."))
    assert panel.head._error == "Column 'x' is not there."
    panel.guarded(lambda: None)
    assert panel.head._error == ""
    panel.in_background(fail, KeyError("z")).join()
    assert "KeyError" in panel.head._error
    assert "Traceback" not in panel.head._error
    assert "Traceback" in caplog.text


def test_pump_ends_by_itself():
    panel = Counter()
    panel.start_pump()
    assert panel.done.wait(5)
    panel._pump_thread.join(5)
    assert panel.count == 3
    assert panel.head._live is False


def test_pump_ends_with_the_panel():
    panel = Counter(until=10**9)
    panel.start_pump()
    assert panel.head._live is True
    panel.close()
    panel._pump_thread.join(5)
    assert not panel._pump_thread.is_alive()


def test_pump_that_fails_says_so_and_ends():
    panel = Counter()
    panel.pump = lambda: 1 / 0
    panel.start_pump()
    panel._pump_thread.join(5)
    assert "division by zero" in panel.head._error


def test_clicks_are_routed_beside_a_running_cell():
    panel = Counter()
    for widget in (panel, panel.head, panel.button):
        widget.comm = ipykernel.comm.comm.BaseComm(target_name="test", primary=False)
        widget.comm._reply_subshell_id = "the shell of the running cell"
    request = {"content": {"id": "1"}}
    assert panel.button.comm._reply_subshell_for(request, "its own") == "the shell of the running cell"
    answer_while_busy(panel)
    for widget in (panel, panel.head, panel.button):
        assert widget.comm._reply_subshell_for(request, "its own") == "its own"


def test_kernels_without_that_route_are_left_alone():
    panel = Counter()
    answer_while_busy(panel)
    assert not hasattr(panel.comm, "_reply_subshell_for")


def test_saved_form_is_escaped():
    html = Counter(rows=[["<script>alert(1)</script>"]]).static_form().html()
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "Counter &lt;b&gt;" in html


def test_saved_form_leaves_rows_out_on_request():
    rows = [["secret row"]] * 7
    assert "secret row" in Counter(rows=rows).static_form().html()
    html = Counter(rows=rows, static="figures").static_form().html()
    assert "secret row" not in html
    assert "7 rows, left out" in html


def test_saved_form_is_bounded():
    html = Counter(rows=[[f"row {i}"] for i in range(120)]).static_form().html()
    assert html.count("<tr>") == MAX_ROWS + 1
    assert "70 more rows" in html

    form = StaticForm("Large")
    form.table(["text"] * 30, [["é" * 300] * 30] * 40)
    assert 0 < form.html().count("<tr>") < 41
    assert "more rows" in form.html()
    for _ in range(60):
        form.text("<" * 4000)
    form.text("the end")
    assert len(form.html().encode()) <= MAX_BYTES
    assert "left out to keep the notebook small" in form.html()
    assert "the end" not in form.html()


def test_static_takes_two_words():
    with pytest.raises(ValueError, match="figures"):
        Counter(static="none")


def test_a_pump_that_is_wanted_while_it_ends_goes_on():
    panel, again = Counter(), threading.Event()

    def last_call():
        if not again.is_set():
            again.set()
            panel.start_pump()  # its thread lives, but has been told that nothing more will come
            return False
        panel.done.set()
        return False

    panel.pump = last_call
    panel.start_pump()
    assert panel.done.wait(5)
    panel._pump_thread.join(5)
    assert panel.head._live is False
