"""Workbench, RecipePanel's way back from code, and BenchPanel in a real JupyterLab: light, dark and narrow."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

import workbench as wb
from tests.e2e.panels import assert_calm

WORKBENCH = """
import workbench as wb
bench = wb.panels.Workbench("support-desk/tickets")
bench
"""
RECIPE = """
import workbench as wb
panel = wb.panels.RecipePanel(model="tiny-support", dataset="support-desk/tickets")
panel
"""
HASH = "print(panel.recipe.hash)"
BENCH = """
import workbench as wb
wb.panels.BenchPanel({path!r})
"""

# A loaded machine is slow, not broken.
expect.set_options(timeout=30_000)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_tabs_lead_from_data_to_recipe_to_tokens(open_notebook, theme):
    notebook = open_notebook([WORKBENCH], theme=theme)
    notebook.run_all()
    panel = notebook.output(0).locator(".wb-panel").first
    expect(panel.locator(".wb-card").first).to_be_visible()
    notebook.screenshot(f"workbench-data-{theme}", ".wb-panel")
    panel.get_by_role("tab", name="Recipe").click()
    expect(panel).to_contain_text("Trainable")
    expect(panel.locator(".wb-memory").first).to_be_visible()
    panel.get_by_label("Tuning", exact=True).select_option("Prompt tuning")
    expect(panel).to_contain_text("5.12 k")
    notebook.screenshot(f"workbench-recipe-{theme}", ".wb-panel")
    panel.get_by_role("tab", name="Tokens").click()
    expect(panel.locator(".wb-tok-text").first).to_be_visible()
    notebook.screenshot(f"workbench-tokens-{theme}", ".wb-panel")
    panel.get_by_role("tab", name="Compare").click()
    expect(panel).to_contain_text("When a run has ended")
    panel.get_by_role("tab", name="Report").click()
    expect(panel).to_contain_text("There is no run yet that is completed")
    expect(panel.get_by_role("button", name="Evaluate", exact=True)).to_be_visible()
    notebook.screenshot(f"workbench-report-{theme}", ".wb-panel")
    panel.get_by_role("tab", name="Decision").click()
    expect(panel).to_contain_text("Is tuning needed at all?")
    expect(panel.get_by_role("button", name="Start decision")).to_be_visible()
    notebook.screenshot(f"workbench-decision-{theme}", ".wb-panel")
    panel.get_by_role("tab", name="Bench").click()
    expect(panel.get_by_role("button", name="Start bench")).to_be_visible()
    panel.get_by_label("All weights").check()
    expect(panel).to_contain_text("9 trainings")
    notebook.screenshot(f"workbench-bench-{theme}", ".wb-panel")
    panel.get_by_role("button", name="Copy as code").first.click()
    expect(panel.locator(".wb-code-text").first).to_contain_text("wb.PromptTuning()")
    expect(panel.locator(".wb-code-text").first).to_contain_text("tab='bench'")
    assert_calm(notebook)
    notebook.narrow()
    panel.get_by_role("tab", name="Decision").click()
    notebook.screenshot(f"workbench-decision-{theme}-narrow", ".wb-panel")
    assert_calm(notebook)


def test_another_tuning_changes_the_figures_and_its_code_pasted_back_is_the_same_panel(open_notebook):
    notebook = open_notebook([RECIPE, HASH])
    notebook.narrow()
    notebook.run_all()
    panel = notebook.output(0).locator(".wb-panel").first
    expect(panel).to_contain_text("197 k")
    panel.get_by_label("Tuning").select_option("Prefix tuning")
    expect(panel).not_to_contain_text("197 k")
    panel.get_by_label("max_steps").fill("7")
    panel.get_by_role("button", name="Copy as code").click()
    code = panel.locator(".wb-code-text")
    expect(code).to_contain_text("tuning=wb.PrefixTuning()")
    expect(code).to_contain_text("max_steps=7")
    copied = code.inner_text()
    panel.get_by_label("Tuning").select_option("IA3")
    expect(code).to_contain_text("wb.IA3()")
    panel.get_by_role("button", name="Paste a recipe").click()
    panel.get_by_label("recipe as text").fill(copied)
    panel.get_by_role("button", name="Take it over").click()
    expect(panel.locator(".wb-paste table")).to_contain_text("tuning.name")
    expect(code).to_contain_text("tuning=wb.PrefixTuning()")
    notebook.screenshot("recipe-pasted", ".wb-panel")
    notebook.run_cells(1, 1)
    expect(notebook.output(1)).to_contain_text(wb.Recipe.from_code(copied).hash)
    assert_calm(notebook)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_bench_is_shown_with_its_verdict(open_notebook, theme, tmp_path):
    from tests.panels.test_bench_panel import written

    path = Path(written(tmp_path / "b"))
    assert json.loads((path / "state.json").read_text())["status"] == "completed"
    notebook = open_notebook([BENCH.format(path=str(path))], theme=theme)
    notebook.narrow()
    notebook.run_all()
    panel = notebook.output(0).locator(".wb-panel").first
    expect(panel).to_contain_text("LoRA is better than Prompt <b> by")
    expect(panel.locator("svg[role=img]")).to_be_visible()
    panel.get_by_label("Against", exact=True).select_option("seconds of training")
    label = re.compile("^exact_match against seconds of training: LoRA 0")
    expect(panel.locator("svg[role=img]")).to_have_attribute("aria-label", label)
    notebook.screenshot(f"bench-{theme}", ".wb-panel")
    assert_calm(notebook)
