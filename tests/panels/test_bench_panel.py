"""BenchPanel: table, figure and verdict of a bench; stop and go on; a data curve with what was predicted."""

import json

import numpy as np
import pytest

import workbench as wb
from tests.bench.test_judging import report_of, seeded
from workbench.errors import InvalidInputError, RunNotFoundError
from workbench.panels import BenchPanel
from workbench.panels._scatter import Point, scatter_figure

RATES = {"LoRA": 0.9, "Prompt <b>": 0.6}


def written(folder, kind="bench", status="completed", asked=True):
    """The folder of a bench that is done, or still at work."""
    folder.mkdir(parents=True)
    names = RATES if kind == "bench" else {"50 rows": 0.5, "100 rows": 0.64, "200 rows": 0.75, "400 rows": 0.82}
    entries = {
        name: {"recipe": "", "rates": [0.003] if kind == "bench" else [], "trainable_parameters": 10 ** (3 + at),
               "rows": 50 * 2**at}
        for at, name in enumerate(names)
    }  # fmt: skip
    plan = {"kind": kind, "entries": entries, "seeds": [0, 1, 2], "budget": "tokens", "splits": ["test"], "shots": []}
    cells = {
        f"{name}/seed/{seed}": {"run": f"r{seed}", "rate": 0.003 if kind == "bench" else None, "seed": seed,
                                "eval_loss": 0.1, "seconds": 40.0, "memory": 7e8}
        for name in names for seed in (0, 1, 2)
    }  # fmt: skip
    (folder / "plan.json").write_text(json.dumps(plan))
    rates = dict.fromkeys(names, 0.003) if kind == "bench" else {}
    (folder / "state.json").write_text(json.dumps({"status": status, "rates": rates, "cells": cells, "pid": None}))
    if asked:
        scores = seeded(names) | ({"3-shot": [1.0] * 30 + [0.0] * 170} if kind == "bench" else {})
        report_of(scores).to_json(folder / "report-test.json")
    return folder


def test_table_figure_and_verdict(tmp_path):
    panel = BenchPanel(str(written(tmp_path / "b")))
    assert "Prompt &lt;b&gt;" in panel._table.value
    assert "<b>" not in panel._table.value + panel._figure.value
    assert "LoRA is better than Prompt &lt;b&gt; by" in panel._verdict.value
    assert panel._figure.value.startswith("<svg")
    assert "exact_match against trainable weights" in panel._figure.value
    panel.cost = "seconds"
    assert "exact_match against seconds of training" in panel._figure.value
    assert panel.to_code() == f"wb.panels.BenchPanel({str(panel.bench.path)!r}, cost='seconds')", "in another home"
    with pytest.raises(InvalidInputError, match="cost="):
        panel.cost = "beauty"
    saved = panel.static_form().html()
    assert "LoRA is better than" in saved
    with pytest.raises(RunNotFoundError):
        BenchPanel(str(tmp_path / "none"))


def test_a_bench_at_work_is_followed_and_can_go_on(tmp_path):
    folder = written(tmp_path / "b", status="running", asked=False)
    panel = BenchPanel(str(folder))
    assert "stopped, 6 of" in panel._status.value  # its process is gone
    assert not panel._resume.disabled
    assert panel._stop.disabled
    assert panel._verdict.value == ""
    report_of(seeded(RATES)).to_json(folder / "report-test.json")
    state = json.loads((folder / "state.json").read_text())
    (folder / "state.json").write_text(json.dumps(state | {"status": "completed"}))
    assert panel.pump() is False
    assert "is better than" in panel._verdict.value
    assert panel._resume.disabled


def test_a_curve_shows_what_was_predicted(tmp_path):
    panel = BenchPanel(str(written(tmp_path / "c", kind="curve")))
    assert panel.head._title == "Data curve"
    assert "predicted" in panel._figure.value
    assert "Doubling your data" in panel._verdict.value or "Cannot tell" in panel._verdict.value


def test_points_without_a_place_are_left_out():
    points = [Point("a", 10, 0.5, 0.4, 0.6), Point("b", 0, 0.5), Point("c", 10, float("nan"))]
    figure = scatter_figure(points, "x", "y", levels=[("none", 0.1)])
    assert figure.count("<circle") == 1
    assert "none" in figure
    assert scatter_figure(points[1:], "x", "y") == ""
    assert "1k" in scatter_figure([Point("a", 100, 0.5), Point("b", 10_000, 0.5)], "x", "y")
    assert np.isfinite(len(figure))
    assert wb.panels.BenchPanel is BenchPanel
