"""Small pieces of the terminal view, and the live view drawn into a text."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench._terminal import LiveView, PlainView, clean, duration, sparkline, table


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59, "59 s"), (61, "1 min 01 s"), (3725, "1 h 02 min"), (-1, "0 s")]
)
def test_duration(seconds, text):
    assert duration(seconds) == text


def test_sparkline_goes_where_the_values_go():
    assert sparkline([8, 7, 6, 5, 4, 3, 2, 1], 40) == "█▇▆▅▄▃▂▁"
    assert sparkline([3.0] * 500, 40) == "▁" * 40
    assert sparkline([], 40) == ""


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300), st.integers(1, 60))
def test_sparkline_is_never_wider_than_asked(values, width):
    assert len(sparkline(values, width)) == min(width, len(values))


@given(st.text(), st.integers(2, 50))
def test_clean_text_has_no_control_characters_and_fits(text, limit):
    shown = clean(text, limit)
    assert len(shown) <= limit
    assert shown.isprintable()


def test_table_lines_up():
    assert table(["name", "n"], [["a", 5], ["long name", 120]]) == "name         n\na            5\nlong name  120"
    assert table(["name", "value"], [["x", None]]) == "name  value\nx     -"


def test_live_view_shows_the_answer_as_text():
    from rich.console import Console

    out = io.StringIO()
    view = LiveView(Console(file=out, force_terminal=True, width=120, color_system=None))
    view.event({"type": "launched", "id": "the-run"})
    view.event({"type": "resolved", "max_steps": 10})
    for step, loss in enumerate([4.0, 3.0, 2.0], start=1):
        view.event({"type": "log", "step": step, "loss": loss, "tokens_per_second": 1234.0, "eta": 7,
                    "evaluations_ahead": 2})  # fmt: skip
    view.event({"type": "sample", "step": 3, "probe": 0, "reference": "[red]wanted", "answer": "[bold]got\x1b[2J"})
    view.event({"type": "note", "level": "warning", "text": "flat loss", "remedy": None})
    view.say("Stopping.")
    view.close()
    shown = out.getvalue()
    for words in (
        "the-run",
        "3/10",
        "7 s left, and 2 evaluations",
        "█▅▁ 2.0000",
        "1,234 tokens/s",
        "[red]wanted",
        "[bold]got�[2J",
        "flat loss",
    ):
        assert words in shown
    assert "Stopping." in shown


def test_a_resumed_run_draws_only_what_counts():
    view = PlainView(io.StringIO())
    for step in (2, 4, 6):
        view.event({"type": "log", "step": step, "loss": float(step)})
    view.event({"type": "resumed", "step": 4, "from": "checkpoint-4"})
    assert view.state.points == [(2, 2.0), (4, 4.0)]
    assert view.state.step == 4


def test_runs_without_an_eval_loss_say_what_they_measure():
    from workbench._terminal import State, describe

    shown = describe({"type": "eval", "step": 4, "eval_reward": 1.25, "eval_kl": 0.5, "best": True}, State())
    assert shown == "step 4  eval_reward 1.250  eval_kl 0.50  best so far"
    assert describe({"type": "eval", "step": 4, "eval_loss": None}, State()) == "step 4  eval_loss is not a number"
    line = describe({"type": "log", "step": 1, "loss": 0.1, "reward": 2.0, "gold": 1.0, "kl": 0.0}, State())
    assert "reward 2.000  gold 1.000  kl 0.00" in line
