"""RunPanel: what goes over the wire, clicks, the saved form."""

import shutil
import struct
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.panels.played import PROBES, Script
from workbench.errors import InvalidInputError, RunNotFoundError, RunNotLiveError
from workbench.objectives.scoring import score_replies
from workbench.panels import run as run_module
from workbench.panels.run import RunPanel
from workbench.runs import feed, open_run

KEPT = Path(__file__).parents[2] / "notebooks" / "results" / "runs"


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Make a panel over played runs and note what it sends; `panel.sent` is a list of (message, buffers)."""
    panels = []

    def make_it(*scripts, **kwargs):
        panel = RunPanel([script.run for script in scripts], **kwargs)
        panel.sent = []
        panel._view.send = lambda message, buffers=None: panel.sent.append((message, buffers))
        panels.append(panel)
        return panel

    yield make_it
    for panel in panels:
        panel._pump_stop.set()


def held(script):
    """A script in the middle of its run."""
    script.begin()
    for _ in script.points(0, script.steps // 2):
        pass
    return script


def click(panel, **message):
    panel._view._handle_custom_msg(message, [])


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.01)


def column(part, buffers, table, name):
    """A measured column of a message, as the view unpacks it."""
    count, names = part[table]["count"], part[table]["names"]
    packed = buffers[part["first_buffer"] + part[table]["buffer"]]
    start = 3 * 8 * count + names.index(name) * 4 * count
    return struct.unpack(f"{count}f", packed[start : start + 4 * count])


def test_a_page_that_opens_gets_everything(make, tmp_path):
    panel = make(Script(tmp_path / "a").whole())
    click(panel, kind="draw")
    message, buffers = panel.sent[-1]
    assert message["runs"] == 1
    (part,) = message["parts"]
    assert part["log"]["start"] == 0
    assert part["log"]["count"] == 300
    assert len(column(part, buffers, "log", "loss")) == 300
    assert part["evals"]["count"] == 12
    assert part["state"]["max_steps"] == 300
    assert part["state"]["status"] == "completed"
    assert {sample["probe"] for sample in part["samples"]} == {0, 1}


def test_news_are_only_what_is_new(make, tmp_path):
    script = held(Script(tmp_path / "a"))
    panel = make(script)
    click(panel, kind="draw")
    panel.sent.clear()
    script.log(151)
    until(lambda: panel.sent)
    message, buffers = panel.sent[0]
    (part,) = message["parts"]
    assert (part["log"]["start"], part["log"]["count"]) == (150, 1)
    assert part["state"]["step"] == 151
    assert "path" not in part["state"]
    assert "evals" not in part
    assert sum(map(len, buffers)) < 100


def test_a_resumed_run_is_drawn_anew(make, tmp_path):
    script = held(Script(tmp_path / "a"))
    panel = make(script)
    panel.sent.clear()
    script.writer.write("resumed", step=100, **{"from": "checkpoints/checkpoint-100"})
    until(lambda: any(part.get("all") for message, _ in panel.sent for part in message["parts"]))
    part = next(part for message, _ in panel.sent for part in message["parts"] if part.get("all"))
    assert part["log"]["count"] == 100
    assert part["state"]["best"]["step"] == 100


def test_several_runs_keep_their_order(make, tmp_path):
    panel = make(Script(tmp_path / "a").whole(), Script(tmp_path / "b", steps=60).whole())
    click(panel, kind="draw")
    message, buffers = panel.sent[-1]
    assert [part["log"]["count"] for part in message["parts"]] == [300, 60]
    assert len(column(message["parts"][1], buffers, "log", "loss")) == 60
    assert panel.head._title == "2 runs"


def test_buttons_reach_the_run(make, tmp_path):
    script = held(Script(tmp_path / "a"))
    panel = make(script)
    for name in ("stop", "pause", "evaluate_now"):
        click(panel, kind="command", run=0, name=name)
    until(lambda: len(script.run.asked) == 3)
    assert set(script.run.asked) == {"stop", "pause", "evaluate_now"}
    click(panel, kind="command", run=0, name="kill")
    click(panel, kind="command", run=0, name="__class__")
    assert panel.head._error == ""
    assert len(script.run.asked) == 3


def test_a_refused_command_is_explained(make, tmp_path):
    script = held(Script(tmp_path / "a"))
    panel = make(script)

    def stop():
        raise RunNotLiveError("'stop' needs a live run.")

    script.run.stop = stop
    click(panel, kind="command", run=0, name="stop")
    until(lambda: panel.head._error)
    assert panel.head._error == "'stop' needs a live run."
    heard = [message for message, _ in panel.sent if message["kind"] == "heard"]
    assert heard == [{"kind": "heard", "run": 0, "name": "stop", "ok": False}]


def test_asking(make, tmp_path):
    script = held(Script(tmp_path / "a"))
    panel = make(script)
    click(panel, kind="ask", run=0, id="1", prompt="Hello", max_new_tokens=9)
    until(lambda: panel._answers)
    assert panel._answers == [
        {"id": "1", "run": 0, "prompt": "Hello", "answer": "{'max_new_tokens': 9}: HELLO", "step": None}
    ]
    script.writer.write("answer", id="x", step=150, prompt="Again", answer="AGAIN", done=True)
    click(panel, kind="ask", run=0, id="2", prompt="Again")
    until(lambda: len(panel._answers) == 2)
    assert panel._answers[1]["step"] == 150

    def ask(prompt, **decoding):
        raise TimeoutError("no answer within 1 s")

    script.run.ask = ask
    click(panel, kind="ask", run=0, id="3", prompt="Once more")
    until(lambda: len(panel._answers) == 3)
    assert panel._answers[2]["error"] == "no answer within 1 s"
    click(panel, kind="draw")
    assert len(panel.sent[-1][0]["answers"]) == 3


def test_a_reward_model_scores_instead_of_answering(make, monkeypatch, tmp_path):
    for name in ("reward-model", "imitator"):  # which it began as
        shutil.copytree(KEPT / name, tmp_path / name)
    run, loaded = open_run(tmp_path / "reward-model"), []
    load = run_module.load_reward
    monkeypatch.setattr(run_module, "load_reward", lambda reward: loaded.append(reward) or load(reward))
    panel = make(SimpleNamespace(run=run))
    click(panel, kind="draw")
    assert panel.sent[-1][0]["parts"][0]["state"]["answers"] is False
    click(panel, kind="ask", run=0, id="1", prompt="Where is my parcel?", reply="Kind regards")
    until(lambda: panel._answers, seconds=60)
    (score,) = score_replies(run, "Where is my parcel?", ["Kind regards"])
    assert panel._answers == [
        {"id": "1", "run": 0, "prompt": "Where is my parcel?", "answer": "Kind regards", "score": pytest.approx(score)}
    ]
    click(panel, kind="ask", run=0, id="2", prompt="Where is my parcel?", reply="Kind regards")
    until(lambda: len(panel._answers) == 2, seconds=60)
    assert len(loaded) == 1, "the same weights are loaded once"
    weights = run.folder.model
    weights.rename(weights.with_name("old"))
    shutil.copytree(weights.with_name("old"), weights)
    click(panel, kind="ask", run=0, id="3", prompt="Where is my parcel?", reply="Kind regards")
    until(lambda: len(panel._answers) == 3, seconds=60)
    assert len(loaded) == 2, "others are not taken for them"


def test_view_follows_the_panel_and_back(make, tmp_path):
    panel = make(Script(tmp_path / "a").whole(), x="tokens")
    assert panel._view.x == "tokens"
    panel._view.smoothing = 0.9
    assert panel.smoothing == 0.9
    assert panel.head._code.endswith(", x='tokens', smoothing=0.9)")


def test_code_opens_the_same_runs(make, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "recipe.yaml").touch()
    panel = make(Script(tmp_path / "a").whole())
    assert panel.to_code() == "wb.panels.RunPanel(wb.open_run('a'))"
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "elsewhere"))
    assert panel.to_code() == f"wb.panels.RunPanel(wb.open_run('{tmp_path / 'a'}'))"
    assert RunPanel(str(tmp_path / "a")).runs[0].path == tmp_path / "a"


def test_wrong_runs_are_refused_in_words(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    with pytest.raises(RunNotFoundError, match="no-such-run"):
        RunPanel("no-such-run")
    with pytest.raises(InvalidInputError, match="at least one run"):
        RunPanel([])


def test_saved_form(make, tmp_path):
    panel = make(Script(tmp_path / "a", overfit=2.0).whole())
    html = panel.static_form().html()
    assert "a: completed." in html
    assert "300 of 300" in html
    assert "Overfitting from step 150" in html
    assert "data:image/svg+xml" in html
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    panel.static = "figures"
    html = panel.static_form().html()
    assert "Overfitting" in html
    assert "kettle" not in html
    assert "2 rows, left out" in html


def test_saved_form_of_a_run_without_points(make, tmp_path):
    script = Script(tmp_path / "a")
    script.writer.write("queued", device="cpu", behind=None)
    html = make(script).static_form().html()
    assert "a: queued." in html
    assert "<img" not in html


def test_the_pump_ends_with_a_completed_run_only(make, tmp_path):
    done = make(Script(tmp_path / "a").whole())
    until(lambda: not done._pump_thread.is_alive())
    script = held(Script(tmp_path / "b"))
    paused = make(script)
    script.end("paused", step=150)
    until(lambda: paused.feeds[0].status == "paused")
    script.writer.write("started", device="cpu", dtype="float32", threads=2)
    until(lambda: paused.feeds[0].status == "running")
    assert paused._pump_thread.is_alive()


def test_probe_texts_are_passed_on_as_they_are(make, tmp_path):
    panel = make(Script(tmp_path / "a").whole())
    click(panel, kind="draw")
    assert panel.sent[-1][0]["parts"][0]["probes"][1]["prompt"] == PROBES[1][0]


def test_guards_are_waited_for_and_shown_when_they_are_ready(make, tmp_path, monkeypatch):
    monkeypatch.setattr(feed, "GUARDS_SECONDS", 0)
    script, found = Script(tmp_path / "a").whole(), []
    guard = {"name": "forgetting <b>", "light": "red", "figure": "+0.30", "sentence": "It forgot.", "numbers": {"n": 1}}
    monkeypatch.setattr(script.run, "guards", lambda: found or None, raising=False)
    panel = make(script)
    click(panel, kind="draw")
    (part,) = panel.sent[-1][0]["parts"]
    assert part["state"]["guards"] == [], "they are looking"
    assert panel.pump() is True
    found.append(guard)
    assert panel.pump() is False
    told = [part["state"]["guards"] for message, _ in panel.sent for part in message["parts"] if "state" in part]
    assert told[-1] == [{key: guard[key] for key in ("name", "light", "figure", "sentence")}]
    assert "Guard, red: forgetting &lt;b&gt;, +0.30. It forgot." in panel.static_form().html()
    running = make(held(Script(tmp_path / "b")))
    assert running.feeds[0].guards is None
