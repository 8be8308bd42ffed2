"""LadderPanel: the rungs, the one to stop on, other metrics, and the code that shows it again."""

from __future__ import annotations

import json

import pytest

import workbench as wb
from tests.bench.test_decision import LETTERS, decided, right_below
from workbench.errors import RunNotFoundError
from workbench.panels import LadderPanel


def test_the_rungs_and_where_to_stop(tmp_path):
    decision = decided(tmp_path, {"zero-shot": 10, "few <b>": 40, "LoRA": 42})
    panel = LadderPanel(str(decision.path))

    assert "Stop at few &lt;b&gt;" in panel._verdict.value
    assert "<b>few" not in panel._figure.value
    assert panel._figure.value.count("<li ") == 3
    assert panel._figure.value.index("LoRA") < panel._figure.value.index("zero-shot"), "the lowest stands at the foot"
    stop = panel._figure.value.partition("wb-rung-stop")[2]
    assert stop.index("few &lt;b&gt;") < stop.index("</li>")
    assert "few &lt;b&gt; ◀ stop here" in panel._table.value
    assert panel.to_code() == f"wb.panels.LadderPanel({str(decision.path)!r})", "it lies in another home"
    panel._metrics.value = "exact_match"
    assert panel.metric == "", "the first is what an empty name means"
    saved = panel.static_form().html()
    assert "Stop at few" in saved
    assert "<b>" not in saved.partition("few")[2][:20]


def test_with_a_change_it_shows_where_rungs_were_before_and_who_gives_old_answers(tmp_path):
    decision = decided(tmp_path, {"retrieval": 30, "LoRA": 60}, changed={"recipe": "", "retriever": None})
    panel = LadderPanel(decision)
    assert "Old answers" in panel._table.value
    assert panel._figure.value == ""
    later = [dict(row, completion="new") if int(row["prompt"]) >= 30 else row for row in LETTERS]
    then = {"retrieval": lambda prompt: later[int(prompt)]["completion"], "LoRA": right_below(60)}
    wb.evaluate(then, later, ["exact_match"]).to_json(decision.path / "later.json")
    wb.evaluate(then, LETTERS, ["exact_match"]).to_json(decision.path / "later-by-old.json")
    panel.show()
    assert panel._figure.value.count("before the change") == 2
    assert "50.0%" in panel._figure.value
    assert "before the change 100.0 %" in panel._figure.value
    assert panel._table.value.count("100 %") == 1
    assert "LoRA 100.0 %" in panel._verdict.value


def test_it_follows_a_decision_that_is_made(tmp_path):
    decision = decided(tmp_path, {"zero-shot": 10, "LoRA": 60})
    report = (decision.path / "report.json").read_text()
    (decision.path / "report.json").unlink()
    (decision.path / "state.json").write_text(json.dumps({"status": "stopped", "reason": None}))
    panel = LadderPanel(decision)
    assert panel._figure.value == ""
    assert "stopped, 0 of 5 steps" in panel._status.value
    assert not panel._resume.disabled
    state = {"status": "completed", "reason": None, "costs": {"LoRA": {"seconds": 0.51, "prompt_tokens": 80.4,
             "answer_tokens": 50.0}}, "runs": {"LoRA": {"seconds": 61.25, "rows": 900}}}  # fmt: skip
    (decision.path / "report.json").write_text(report)  # as the process does: the report stands before the end
    (decision.path / "state.json").write_text(json.dumps(state))
    assert panel.pump() is False
    assert "Stop at LoRA" in panel._verdict.value
    for text in ("0.51", "80", "61.2", "900"):
        assert text in panel._table.value
    assert panel._resume.disabled


def test_an_unknown_decision_and_metric(tmp_path):
    with pytest.raises(RunNotFoundError, match="No decision 'none'"):
        LadderPanel("none")
    panel = LadderPanel(decided(tmp_path, {"zero-shot": 10, "LoRA": 60}))
    panel.metric = "beauty"
    assert "beauty" in panel.head._error
    assert isinstance(wb.open_decision(panel.decision.path), type(panel.decision))
