"""DataPanel, ComparePanel and RecipePanel in a real JupyterLab: rows stay text, clicks arrive, forms check."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.panels import assert_calm

DATA = """
import workbench as wb
evil = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>"
rows = [{"prompt": evil, "completion": "שלום עולם"}, {"prompt": "x" * 1_000_000, "completion": "👩‍👩‍👧 fine"}]
rows += [{"prompt": f"question {i}", "completion": f"answer {i}"} for i in range(40)]
panel = wb.panels.DataPanel(wb.load_dataset(rows, split={}))
panel
"""
TICKETS = """
import workbench as wb
panel = wb.panels.DataPanel("support-desk/tickets")
panel
"""
COMPARE = """
import workbench as wb
prompts = [f"What is {i} and {i}?" for i in range(12)]
references = [f"It is {2 * i}." for i in range(12)]
def base(prompt: str) -> str:
    return "<img src=x onerror='window.hacked = 3'>"
def tuned(prompt: str) -> str:
    return references[prompts.index(prompt)] if prompt != prompts[3] and prompt in prompts else "It is wrong."
wb.panels.ComparePanel([base, tuned], prompts, references)
"""
RECIPE = """
import workbench as wb
wb.panels.RecipePanel(model=MODEL, dataset=[{"prompt": f"p{i}", "completion": "c"} for i in range(40)])
"""
BUSY = """
import time
until = time.monotonic() + 60
while panel.page == 0 and time.monotonic() < until:
    time.sleep(0.02)
assert panel.page == 1, "the click did not arrive while this cell ran"
"""

# A loaded machine is slow, not broken.
expect.set_options(timeout=30_000)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_rows_of_data_are_text_and_pages_turn_in_a_busy_kernel(open_notebook, theme):
    notebook = open_notebook([DATA, BUSY], theme=theme)
    notebook.start_all()
    panel = notebook.output(0).locator(".wb-panel")
    first, second = panel.locator(".wb-card").nth(0), panel.locator(".wb-card").nth(1)

    expect(first).to_contain_text("<script>window.hacked = 1</script>")
    assert first.get_by_text("שלום עולם").evaluate("e => getComputedStyle(e).direction") == "rtl"
    panel.get_by_label("Next page").click()
    expect(panel.locator(".wb-card").first).to_contain_text("question 8")
    notebook.wait_all()

    panel.get_by_label("Previous page").click()
    second.get_by_role("button", name="Show all of the prompt").click()
    notebook.page.wait_for_function(
        "() => document.querySelectorAll('.wb-card .wb-text')[2].textContent.length === 1e6"
    )
    panel.get_by_label("Search all columns").fill("ANSWER 39")
    expect(panel.locator(".wb-card")).to_have_count(1)
    expect(panel.locator("mark")).to_have_text("answer 39")
    notebook.screenshot(f"data-{theme}", ".wb-panel")
    assert_calm(notebook)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_condition_and_counted_values_lead_to_rows(open_notebook, theme):
    notebook = open_notebook([TICKETS], theme=theme)
    if theme == "dark":
        notebook.narrow()
    notebook.run_all()
    panel = notebook.output(0).locator(".wb-panel")
    condition = panel.get_by_label("Condition in SQL")

    panel.get_by_label("Count by").select_option("completion: priority")
    values = panel.get_by_label("Values", exact=True)
    expect(values.locator("li")).to_have_count(3)
    values.get_by_role("button", name="high").click()
    expect(values.get_by_role("button", name="high")).to_have_attribute("aria-pressed", "true")
    expect(panel.locator(".wb-card").first).to_contain_text('"priority": "high"')
    panel.get_by_label("Order").select_option("Longest prompt first")
    expect(panel).to_contain_text("of 2,000 rows")
    notebook.screenshot(f"data-counted-{theme}", ".wb-panel")

    condition.fill("length(promt) > 3")
    condition.press("Enter")
    expect(panel.get_by_role("alert")).to_contain_text('"promt" not found')
    expect(condition).to_have_attribute("aria-invalid", "true")
    condition.fill("row = 7")
    condition.press("Enter")
    expect(panel.locator(".wb-card")).to_have_count(1)
    expect(panel.locator(".wb-row-number")).to_have_text("Row 7")
    expect(panel.get_by_role("alert")).to_have_count(0)
    assert_calm(notebook)


def test_answers_stand_side_by_side(open_notebook):
    notebook = open_notebook([COMPARE])
    notebook.narrow()
    notebook.run_all()
    panel = notebook.output(0).locator(".wb-panel")

    expect(panel).to_contain_text("11 of 12 rows")
    expect(panel).to_contain_text("tuned is better than base")
    panel.get_by_role("button", name="Wrong: tuned").click()
    expect(panel.locator(".wb-rows:not(.wb-asked) .wb-card")).to_have_count(1)
    answer = panel.get_by_label("Answer of tuned").first
    expect(answer.locator("del")).to_have_text("6")
    expect(answer.locator("ins")).to_have_text("wrong")
    panel.get_by_role("textbox", name="Your own prompt").fill("mine")
    panel.get_by_role("textbox", name="Your own prompt").press("Control+Enter")
    expect(panel.locator(".wb-asked .wb-card")).to_contain_text("It is wrong.")
    notebook.screenshot("compare", ".wb-panel")
    assert_calm(notebook)


def test_a_recipe_is_checked_while_it_is_written(open_notebook, tiny_model):
    notebook = open_notebook([RECIPE.replace("MODEL", repr(str(tiny_model)))])
    notebook.narrow()
    notebook.run_all()
    panel = notebook.output(0).locator(".wb-panel").first

    expect(panel).to_contain_text("Trainable")
    panel.get_by_label("r", exact=True).fill("0")
    expect(panel).to_contain_text("Must be 1 to 512, got 0.")
    expect(panel.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    panel.get_by_label("r", exact=True).fill("4")
    expect(panel.get_by_role("button", name="Train", exact=True)).to_be_enabled()
    panel.get_by_label("Tuning").select_option("All weights")
    expect(panel.get_by_label("r", exact=True)).to_have_count(0)
    expect(panel).to_contain_text("all of the model")
    panel.get_by_role("button", name="Copy as code").click()
    expect(panel.locator(".wb-code-text")).to_contain_text("tuning=wb.Full()")
    notebook.screenshot("recipe", ".wb-panel")
    assert_calm(notebook)
