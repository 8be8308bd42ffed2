"""Events as columns, and as the differences that a view is told."""

import json
import math
import struct
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.panels.played import Script
from workbench.runs.events import EventWriter, read_events
from workbench.runs.feed import Feed
from workbench.runs.series import Columns, Series


def log(step, **fields):
    return {"type": "log", "step": step, "num_tokens": 10 * step, "elapsed": step / 10, "loss": 1 / step, **fields}


def evaluation(step, value, **fields):
    return {"type": "eval", "step": step, "num_tokens": 7, "elapsed": step / 10, "eval_loss": value, **fields}


def same(a, b):
    return all((x == y) or (x != x and y != y) for x, y in zip(a, b, strict=True))


def contents(series):
    tables = [series.log, series.evals]
    columns = [(name, [str(v) for v in col]) for t in tables for name, col in [*t.axes.items(), *t.values.items()]]
    return columns, series.samples, series.state, series.curve


def test_missing_values_are_nan_and_axes_stay():
    columns = Columns(["loss"])
    columns.append({"step": 5, "num_tokens": 2**40 + 1, "elapsed": 1.5, "loss": 2.0})
    columns.append({"step": 6, "loss": None, "elapsed": 2.0})
    assert list(columns.axes["num_tokens"]) == [2**40 + 1, 2**40 + 1]
    assert same(columns.values["loss"], [2.0, math.nan])
    assert columns.last("loss") == 2.0
    assert Columns(["loss"]).last("loss") is None


def test_a_new_quantity_gets_a_column_and_bookkeeping_does_not():
    columns = Columns(["loss"])
    columns.append(log(1))
    columns.append(log(2, rewards_margin=3.0, seq=9, epoch=1.0, eta=4.0, best=True, nonfinite=["loss"], note="text"))
    assert columns.names == ["loss", "rewards_margin"]
    assert same(columns.values["rewards_margin"], [math.nan, 3.0])


def test_packed_is_axes_as_doubles_then_values_as_floats():
    columns = Columns(["loss"])
    for step in (1, 2, 4):
        columns.append(log(step))
    assert columns.packed(1) == struct.pack("2d2d2d2f", 2, 4, 20, 40, 0.2, 0.4, 0.5, 0.25)
    assert columns.packed(3) == b""


def test_evaluations_lie_on_the_training_tokens():
    series = Series()
    series.feed([log(5), evaluation(5, 0.5)])
    assert list(series.evals.axes["num_tokens"]) == [50]


def test_best_and_what_was_asked_for_in_between():
    series = Series()
    series.feed(
        [log(5), evaluation(5, 0.5, best=True, metric="eval_loss"), evaluation(7, 0.1, best=False, command="x")]
    )
    assert series.state["best"] == {"step": 5, "metric": "eval_loss", "value": 0.5}
    assert series.curve.eval_loss == [0.5]
    assert len(series.evals) == 2


def test_resuming_takes_points_back():
    series = Series()
    series.feed([log(5), evaluation(5, 0.5, best=True), log(10), evaluation(10, 0.4, best=True), log(12)])
    assert series.state["best"]["step"] == 10
    series.feed([{"type": "resumed", "step": 5}])
    assert list(series.log.axes["step"]) == [5]
    assert series.state["best"]["step"] == 5
    assert series.state["step"] == 5
    assert series.curve.steps == [5]
    assert series.version == 1


def test_unknown_events_are_let_pass():
    series = Series()
    series.feed([{"type": "something-new", "step": 3}, log(1)])
    assert len(series.log) == 1


def test_stages_and_notes():
    series = Series()
    series.feed([{"type": "queued", "device": "cpu", "behind": "r1"}])
    assert series.state["behind"] == "r1"
    problem = {"where": "dataset", "message": "3 rows are cut.", "remedy": "Raise max_length.", "severity": "warning"}
    series.feed([{"type": "started", "device": "cpu", "dtype": "bf16"}, {"type": "gate", "warnings": [problem]}])
    assert series.state["behind"] is None
    assert series.state["stage"] == "loading the model"
    series.feed([{"type": "note", "level": "info", "text": "Saved.", "where": "x", "remedy": None}])
    series.feed([{"type": "gate", "warnings": [problem]}])  # a resumed run looks at its rows again
    assert [note["text"] for note in series.notes] == ["3 rows are cut. Raise max_length.", "Saved."]


def test_long_texts_are_cut():
    series = Series()
    series.feed(
        [{"type": "sample", "step": 0, "probe": 0, "prompt": "p" * 9000, "reference": "", "answer": "a" * 9000}]
    )
    assert len(series.samples[0]["answer"]) == 4001
    assert series.before_and_now() == [["p" * 4000 + "…", "", "a" * 4000 + "…", "a" * 4000 + "…"]]


@pytest.fixture(scope="module")
def resumed_log(tmp_path_factory):
    """What was written of a run that was stopped at step 40 and went on from step 30, and what of it counts."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    script = Script(folder, steps=60, evals=6).begin()
    assert list(script.points(0, 40))[-1] == 40
    script.end("stopped", step=40)
    script.writer.attempt += 1
    script.writer.write("resumed", step=30, **{"from": "checkpoints/checkpoint-30"})
    assert list(script.points(30))[-1] == 60
    script.end()
    path = folder / "events.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()], read_events(path)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 200), max_size=6))
def test_the_size_of_the_bites_does_not_matter(resumed_log, cuts):
    written, counting = resumed_log
    whole, piecewise = Series(), Series()
    whole.feed(counting)
    edges = [0, *sorted({min(cut, len(written)) for cut in cuts}), len(written)]
    for start, end in pairwise(edges):
        piecewise.feed(written[start:end])
    assert contents(piecewise) == contents(whole)


def test_news_add_up_to_everything(tmp_path):
    script = Script(tmp_path / "run", steps=40, evals=4)
    feed = Feed(script.run)
    script.begin()
    rows, samples, state = [], [], {}
    for step in script.points():
        if step % 3 == 0:
            feed.poll()
            message, buffers = feed.news()
            rows += [row for row in [message.get("log")] if row]
            samples += message.get("samples", [])
            state |= message.get("state", {})
            assert len(buffers) == ("log" in message) + ("evals" in message)
    feed.poll()
    message, _ = feed.news()
    rows.append(message["log"])
    samples += message["samples"]
    state |= message["state"]
    assert [(row["start"], row["count"]) for row in rows] == [*((3 * i, 3) for i in range(13)), (39, 1)]
    assert feed.news() is None
    everything, _ = feed.everything()
    assert everything["log"]["count"] == 40
    assert everything["samples"] == samples
    assert everything["state"] == state
    assert feed.news() is None


def test_a_column_that_comes_late_is_told_from_the_start(tmp_path):
    writer = EventWriter(_made(tmp_path / "run") / "events.jsonl")
    feed = Feed(Script(tmp_path / "run").run)
    for step in (1, 2):
        writer.write(**log(step))
    feed.poll()
    feed.news()
    writer.write(**log(3, reward=1.0))
    feed.poll()
    message, _ = feed.news()
    assert (message["log"]["start"], message["log"]["count"]) == (0, 3)
    assert message["log"]["names"][-1] == "reward"


def test_remarks_come_with_evaluations(tmp_path):
    script = Script(tmp_path / "run", overfit=2.0)
    script.begin()
    feed = Feed(script.run)
    feed.poll()
    assert feed.remarks == []
    assert len(list(script.points())) == 300
    feed.poll()
    assert [remark["kind"] for remark in feed.remarks] == ["overfitting"]


def _made(path):
    path.mkdir()
    return path


def test_what_the_gate_said_is_not_said_twice():
    series = Series()
    problem = {"where": "dataset", "message": "has no validation rows.", "remedy": "Give some."}
    series.feed([
        {"type": "gate", "rows": 3, "warnings": [problem], "seq": 1, "time": 0.0},
        {"type": "note", "level": "warning", "text": "dataset has no validation rows.", "where": "dataset",
         "remedy": "Give some.", "seq": 2, "time": 0.0},
    ])  # fmt: skip
    assert [note["text"] for note in series.notes] == ["has no validation rows. Give some."]
