"""The terminal's before/after: the better untuned system is what tuning is compared with."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

import workbench as wb
from workbench import cli
from workbench._comparison import compare_with_base, print_report


def base(prompts: list[str]) -> list[str]:
    """Answers a third of the questions right."""
    return ["yes" if len(prompt) % 3 == 0 else "no" for prompt in prompts]


def tuned(prompts: list[str]) -> list[str]:
    return ["yes" for _ in prompts]


@pytest.fixture
def dataset() -> wb.Dataset:
    rows = [{"prompt": "?" * length, "completion": "yes"} for length in range(1, 61)]
    return wb.load_dataset(rows, split={"validation": 0.1, "test": 0.5})


@pytest.fixture
def run(dataset):
    recipe = SimpleNamespace(model=base, seed=0, load_dataset=lambda: dataset)
    return SimpleNamespace(id="the-run", recipe=recipe, system=wb.System(tuned))


def test_compares_with_the_best_untuned_system(run, dataset, capsys):
    report, verdict = compare_with_base(run, dataset, "test")
    assert report.names == ["zero-shot", "3-shot", "tuned"]
    assert report.interval("tuned").value == 1.0
    assert report.best(["zero-shot", "3-shot"]) in verdict
    print_report(report, verdict)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "30 rows; in brackets the 95 % interval"
    assert lines[1].split()[:2] == ["system", "exact_match"]
    assert lines[4].startswith("tuned      1.00 [")
    assert lines[-1] == verdict


def test_evaluate_json_is_a_report_that_can_be_read_again(run, monkeypatch, capsys):
    monkeypatch.setattr(cli, "open_run", lambda name: run)
    assert cli.main(["evaluate", run.id, "--json", "--max-rows", "7"]) == 0
    text = capsys.readouterr().out
    assert len(json.loads(text)["prompts"]) == 7
    assert wb.Report.from_json(text).names == ["zero-shot", "3-shot", "tuned"]


def test_a_split_that_is_not_there(run, monkeypatch, capsys):
    monkeypatch.setattr(cli, "open_run", lambda name: run)
    assert cli.main(["evaluate", run.id, "--split", "tset"]) == 2
    assert "tset" in capsys.readouterr().err
