"""Lesson 01 in a real JupyterLab, from the first cell to base and tuned side by side; with stop, reload and restart.

The cells are the lesson's own, found by what they say, and run at full length.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.panels import assert_calm, spoken_at, step_of, wait_step

LESSON = Path(__file__).parents[2] / "notebooks" / "01-supervised-fine-tuning.ipynb"
SOURCES = ["".join(cell["source"]) for cell in json.loads(LESSON.read_text(encoding="utf-8"))["cells"]]


def index_of(text: str) -> int:
    """The one cell of the lesson that has this text."""
    (found,) = [index for index, source in enumerate(SOURCES) if text in source]
    return found


LAUNCH, MEANWHILE = index_of("run = wb.launch(recipe)"), index_of("run.status, sum(")
WAIT, COMPARE = index_of('assert run.status == "completed"'), index_of("ComparePanel([recipe.model, run]")


def panel_of(index: int) -> str:
    """The selector of the panel that a cell shows."""
    return f'.jp-Cell[data-windowed-list-index="{index}"] .wb-panel'


def points_drawn(panel) -> int:
    """How many steps lie between the first and the last point of the large chart, read from its spoken values."""
    first, last = (
        int(spoken_at(panel, key).split(":")[0].removeprefix("step ").replace(",", "")) for key in ("Home", "End")
    )
    return last - first + 1


@pytest.mark.timeout(1200)
def test_lesson_01_from_the_first_cell(open_notebook):
    notebook = open_notebook(LESSON)
    notebook.run_cells(0, LAUNCH, seconds=240)
    panel = notebook.output(LAUNCH).locator(".wb-panel")
    expect(panel.locator(".wb-run-body")).to_be_visible(timeout=120_000)
    seen = wait_step(panel, 0)

    # The kernel answers another cell, and the curve grows.
    notebook.run_cells(MEANWHILE, MEANWHILE)
    expect(notebook.output(MEANWHILE)).to_contain_text("('running', 333332833333500000)")
    panel = notebook.output(LAUNCH).locator(".wb-panel")
    seen = wait_step(panel, seen)
    notebook.cell(LAUNCH)
    assert_calm(notebook, panel_of(LAUNCH))
    notebook.screenshot("lesson-01-live")

    # Stop, while a cell is running: the one that waits for the run.
    run_id = notebook.execute("print(run.id)")
    notebook.start_cells(WAIT, WAIT)
    panel = notebook.output(LAUNCH).locator(".wb-panel")
    panel.get_by_role("button", name="Stop", exact=True).click()
    expect(panel.locator(".wb-chip")).to_have_text("Stopped", timeout=60_000)
    with pytest.raises(AssertionError, match="Stopped at step"):
        notebook.wait_all()  # the lesson's own assertion: the run was to be completed
    stopped = step_of(panel)

    # A reload of the page brings the panel back; Resume goes on.
    notebook.reload()
    panel = notebook.output(LAUNCH).locator(".wb-panel")
    expect(panel.locator(".wb-chip")).to_have_text("Stopped")
    assert step_of(panel) == stopped
    panel.get_by_role("button", name="Resume").click()
    wait_step(panel, stopped)

    # A restart of the kernel in mid-run: training goes on, and a new panel has the whole curve.
    notebook.restart_kernel()
    expect(panel.get_by_text("The kernel no longer answers.")).to_be_visible()
    notebook.set_source(LAUNCH, f"run = wb.open_run({run_id!r})\nrecipe = run.recipe\nwb.panels.RunPanel(run)")
    for index in (index_of("import workbench as wb\nfrom workbench.lessons"), index_of("ds = wb.load_dataset(")):
        notebook.run_cells(index, index)
    notebook.run_cells(LAUNCH, LAUNCH)
    panel = notebook.output(LAUNCH).locator(".wb-panel")
    expect(panel.locator(".wb-chip")).to_have_text("Completed", timeout=240_000)
    assert points_drawn(panel) == step_of(panel) == 100
    notebook.screenshot("lesson-01-opened-again", panel_of(LAUNCH))

    # Base and tuned, side by side.
    untuned = index_of("untuned = untuned_systems(")
    for index in (WAIT, untuned, COMPARE):
        notebook.run_cells(index, index, seconds=180)
    panel = notebook.output(COMPARE).locator(".wb-panel")
    expect(panel.get_by_label("Answer of tiny-support").first).to_be_visible(timeout=120_000)
    expect(panel).to_contain_text("is better than tiny-support", timeout=120_000)
    expect(panel.get_by_label(f"Answer of sft lora {run_id[-4:]}").first).to_contain_text('"category"')
    notebook.cell(COMPARE)
    assert_calm(notebook, panel_of(COMPARE))
    notebook.screenshot("lesson-01-compared", panel_of(COMPARE))
