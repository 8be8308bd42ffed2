"""ClinicPanel: every section, files, a job that is followed, text that stays text, and the saved form."""

from __future__ import annotations

import pytest

import workbench as wb
from tests.evaluation.clinics import clinic, dataset, likes_length, rows
from tests.evaluation.test_clinic import plain
from workbench.errors import InvalidInputError, RunNotFoundError
from workbench.evaluation.clinic.sections import SECTIONS
from workbench.panels import ClinicPanel


@pytest.fixture(scope="module")
def found() -> wb.RewardClinic:
    return clinic(likes_length, training=wb.load_dataset(rows(60, 3), split={}))


def test_every_section_says_something_and_stays_text(found):
    panel = ClinicPanel(found)
    assert found.verdict().sentence in panel._verdict.value
    seen = {}
    for name in SECTIONS:
        panel.section = name
        seen[name] = panel._part.value
        assert len(seen[name]) > 100, name
        assert "<script" not in seen[name]
        assert "<b>" not in seen[name]
    assert panel.head._error == ""
    for name in ("findings", "calibration", "margins", "length"):
        assert 'role="img"' in seen[name], name
        assert 'aria-label="' in seen[name], name
    assert "■ beaten by (padded reply)" in seen["findings"], "a state is a shape and a word"
    assert "bad: at most 20 %" in seen["findings"]
    assert "&lt;b&gt;" in seen["worst pairs"]
    assert "training pairs" in seen["labels"]
    assert panel.to_code() == "wb.panels.ClinicPanel(clinic, section='labels')"


def test_the_saved_form_has_pictures_and_no_rows_where_only_figures_are_wanted(found):
    saved = ClinicPanel(found).static_form().html()
    assert saved.count("data:image/svg+xml") == 4
    assert "Reliability plot:" in saved
    assert len(saved) <= 100_000
    figures = ClinicPanel(found, static="figures").static_form().html()
    assert "Where flaw is" not in figures
    assert found.verdict().sentence in figures


def test_it_is_written_as_a_file_and_opened_again(found, tmp_path, monkeypatch):
    panel = ClinicPanel(found)
    assert panel.write(tmp_path / "page.html").read_text().startswith("<!doctype html>")
    assert str(tmp_path / "page.html") in panel._status.value
    monkeypatch.chdir(tmp_path)
    assert ClinicPanel(str(panel.write(kind="json"))).found.table().equals(found.table())
    assert panel.write(kind="md").read_text().startswith("### Reward clinic")
    with pytest.raises(InvalidInputError, match="kind must be html, md, json, got 'pdf'"):
        panel.write(kind="pdf")


def test_a_job_is_followed_to_its_end():
    job = wb.reward_clinic(plain, dataset(150), wait=False)
    panel = ClinicPanel(job)
    if panel.found is None:
        assert "replies scored" in panel._status.value
        assert all(button.disabled for button in panel._writers)
        with pytest.raises(InvalidInputError, match="not done"):
            panel.write()
        assert "ClinicJob" in panel.static_form().html()
    assert job.wait(60) == "completed", job.reason
    panel._show()
    assert "Fit to optimise against" in panel._verdict.value
    assert panel._status.value == "", "its progress is no news any more"
    assert not panel._writers[0].disabled
    assert panel.to_code() == f"wb.panels.ClinicPanel({job.id!r})"
    assert ClinicPanel("last").found.to_json() == panel.found.to_json()


@pytest.mark.parametrize(
    ("given", "error"), [(3, InvalidInputError), ("nothing", RunNotFoundError), ("none.json", InvalidInputError)]
)
def test_what_is_no_clinic_is_refused(given, error):
    with pytest.raises(error):
        ClinicPanel(given)
