"""ReportPanel: every section, what is written, an evaluation that is followed, and text that stays text."""

from __future__ import annotations

import dataclasses
import json

import pytest

import workbench as wb
from tests.evaluation.desk import chatty, no_id, right, rows
from workbench.errors import InvalidInputError, RunNotFoundError
from workbench.panels import ReportPanel
from workbench.panels.report import SECTIONS

GUARD = {"name": "Forgetting <b>", "light": "red", "figure": "+0.30", "sentence": "General texts cost more bits."}


@pytest.fixture
def report() -> wb.Report:
    return wb.evaluate({"base": chatty, "no id": no_id, "tuned": right}, rows())


def test_every_section_says_something_and_stays_text(report):
    panel = ReportPanel(dataclasses.replace(report, guards=(GUARD,)))
    assert report.sentences()[0].split(":")[0] in panel._verdict.value
    seen = {}
    for section in SECTIONS:
        panel.section = section
        seen[section] = panel._table.value
        assert len(seen[section]) > 40, section
        assert "<script" not in seen[section]
        assert "<b>came" not in seen[section]
    assert "exact match" in seen["figures"].lower()
    assert "p (Holm)" in seen["comparisons"]
    assert "■ red" in seen["guards"]
    assert "■ Forgetting &lt;b&gt;" in panel._verdict.value, "the lights stand in sight of every section"
    assert "Forgetting &lt;b&gt;" in seen["guards"]
    assert "topic" in seen["answers"]
    assert "&lt;b&gt;came&lt;/b&gt;" in seen["rows"]
    card = seen["rows"].partition("</article>")[0]
    assert [name for name in ("prompt", "reference", "base", "no id", "tuned") if f"<dt>{name}</dt>" in card] == [
        "prompt", "reference", "base", "no id", "tuned"
    ]  # fmt: skip
    assert panel.to_code() == "wb.panels.ReportPanel(report, section='notes')"
    saved = panel.static_form().html()
    assert "95 %" in saved
    assert "<script" not in saved


def test_it_is_written_as_a_file(report, tmp_path, monkeypatch):
    panel = ReportPanel(report)
    page = panel.write(tmp_path / "page.html").read_text()
    assert page.startswith("<!doctype html>")
    assert str(tmp_path / "page.html") in panel._status.value
    monkeypatch.chdir(tmp_path)
    again = ReportPanel(str(panel.write(kind="json")))
    assert again.found.table().equals(report.table())
    assert panel.write(kind="md").read_text().startswith("#")
    with pytest.raises(InvalidInputError, match="kind must be html, md, json, got 'pdf'"):
        panel.write(kind="pdf")


def test_an_evaluation_is_followed_to_its_report(tiny_model):
    asked = [{"prompt": f"Question {number}?", "completion": "Yes."} for number in range(30)]
    evaluation = wb.evaluate([str(tiny_model)], asked, ["exact_match"], decoding={"max_new_tokens": 4}, wait=False)
    panel = ReportPanel(evaluation)
    if panel.found is None:
        assert "of 30 answers" in panel._status.value
        assert all(button.disabled for button in panel._writers)
        with pytest.raises(InvalidInputError, match="not done"):
            panel.write()
    assert evaluation.wait(120) == "completed", evaluation.reason
    panel._show()
    assert "Exact match" in panel._table.value
    assert not panel._writers[0].disabled
    assert panel.to_code() == f"wb.panels.ReportPanel({evaluation.id!r})"
    assert ReportPanel("last").found.to_json() == panel.found.to_json()


def test_one_system_and_no_references_are_told_in_words():
    panel = ReportPanel(wb.evaluate([right], rows(3), ["valid_json"]))
    for section, words in {"comparisons": "nothing to be held against", "slices": "the report has one",
                           "guards": "There are no guards"}.items():  # fmt: skip
        panel.section = section
        assert words in panel._table.value


@pytest.mark.parametrize(
    ("given", "error"), [(3, InvalidInputError), ("nothing", RunNotFoundError), ("none.json", Exception)]
)
def test_what_is_no_report_is_refused(given, error):
    with pytest.raises(error):
        ReportPanel(given)


def test_guards_that_come_after_the_report_are_shown_and_written(tmp_path, tiny_model):
    run = tmp_path / "run"
    (run / "model").mkdir(parents=True)
    report = wb.evaluate([right, no_id], rows(3))
    systems = dict(report.systems)
    systems["no_id"] = {**systems["no_id"], "adapters": [str(run / "model")]}
    panel = ReportPanel(dataclasses.replace(report, systems=systems), section="guards")
    assert "There are no guards" in panel._table.value
    (run / "guards.json").write_text(json.dumps({"guards": [{**GUARD, "numbers": {}}]}))
    panel.section = "figures"
    panel.section = "guards"
    assert "+0.30" in panel._table.value
    assert "General texts cost more bits." in panel.static_form().html()
    assert "■ red" in panel.write(tmp_path / "page.html").read_text()
    assert wb.Report.from_json(panel.write(tmp_path / "page.json", kind="json")).guards[0]["name"] == GUARD["name"]
