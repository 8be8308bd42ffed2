"""From a fault in the data to its rows, a repair, and code that gives the same rows again: in a real JupyterLab."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.panels import assert_calm

PLANTED = """
import workbench as wb
from workbench.lessons.spoiling import planted
spoiled, where = planted()
panel = wb.panels.DataPanel(spoiled)
panel
"""

# A loaded machine is slow, not broken.
expect.set_options(timeout=30_000)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_problem_leads_to_its_rows(open_notebook, theme):
    notebook = open_notebook([PLANTED], theme=theme)
    if theme == "dark":
        notebook.narrow()
    notebook.run_all()
    panel = notebook.output(0).locator(".wb-panel")
    expect(panel).to_contain_text("260 train, 30 validation, 60 test rows checked")
    near = panel.locator(".wb-finding", has_text="near duplicate")
    near.get_by_role("button", name="Show the 2 rows").click()
    expect(panel.locator(".wb-card")).to_have_count(4)
    expect(panel.locator(".wb-row-note").first).to_have_text("group 1 of 2")
    corners = "cards => cards.map(card => card.getBoundingClientRect()).map(({ x, y }) => [x, y])"
    first, second, third, _ = panel.locator(".wb-card").evaluate_all(corners)
    assert (second[1] == first[1]) == (theme == "light")  # side by side, where there is room
    assert (third[0], third[1] > second[1]) == (first[0], True)
    notebook.screenshot(f"data-problems-{theme}", ".wb-rows")
    panel.locator(".wb-only").get_by_role("button", name="Show all rows again").click()
    expect(panel.locator(".wb-card")).to_have_count(10)
    assert_calm(notebook)


SPOILED_FILE = """
import json
import workbench as wb
from pathlib import Path
from workbench.lessons.spoiling import planted
spoiled, where = planted()
for name in spoiled.splits:
    Path("spoiled").mkdir(exist_ok=True)
    lines = [json.dumps(row, ensure_ascii=False) for row in spoiled.rows(name)]
    Path("spoiled", f"{name}.jsonl").write_text("\\n".join(lines), encoding="utf-8")
panel = wb.panels.DataPanel("spoiled")
panel
"""


def test_a_fault_is_found_repaired_undone_and_copied_as_code(open_notebook):
    notebook = open_notebook([SPOILED_FILE, "", "print(ds.hash, panel.dataset.hash, ds.hash == panel.dataset.hash)"])
    notebook.run_cells(0, 0)
    panel = notebook.output(0).locator(".wb-panel")
    copies = panel.locator(".wb-finding", has_text="repeated row")

    def repair(finding):
        finding.get_by_role("button", name="Repair …").click()
        expect(finding.locator(".wb-preview")).to_contain_text("This takes 2 rows out of train.")
        finding.get_by_role("button", name="Apply").click()

    repair(copies)
    expect(panel.get_by_role("list", name="Repairs made")).to_contain_text("repeated row: takes 2 rows out of train")
    expect(panel.get_by_role("button", name="train 258")).to_be_visible()
    expect(copies).to_have_count(0)
    panel.get_by_role("button", name="Undo the last repair").click()
    expect(panel.get_by_role("button", name="train 260")).to_be_visible()
    expect(copies).to_have_count(1)

    repair(copies)
    mend = panel.locator(".wb-finding", has_text="encoding damage")
    mend.get_by_role("button", name="Repair …").click()
    expect(mend.locator(".wb-preview")).to_contain_text("This changes 2 rows of train.")
    expect(mend.locator("ins").first).to_contain_text("Grüße")
    mend.scroll_into_view_if_needed()
    notebook.screenshot("data-repair", ".wb-problems")
    mend.get_by_role("button", name="Apply").click()
    expect(panel.get_by_role("list", name="Repairs made").locator("li")).to_have_count(2)
    panel.get_by_text("Cut splits anew").click()
    panel.get_by_label("test, %").fill("10")
    panel.get_by_label("validation, %").fill("95")
    expect(panel.get_by_role("button", name="Cut anew")).to_be_disabled()
    panel.get_by_label("validation, %").fill("10")
    notebook.screenshot("data-splits", ".wb-row-toolbar")
    panel.get_by_role("button", name="Cut anew").click()
    expect(panel.get_by_role("list", name="Repairs made")).to_contain_text("splits cut anew")
    assert_calm(notebook)

    panel.get_by_role("button", name="Copy as code").click()
    code = panel.locator(".wb-code-text").text_content()
    assert ".repair('exact_duplicates')" in code
    notebook.set_source(1, code)
    notebook.run_cells(1, 2)
    expect(notebook.output(2)).to_contain_text("True")


TOKENS = """
import workbench as wb
recipe = wb.Recipe("tiny-support", "support-desk/tickets", training=wb.Training(max_length=96))
wb.panels.DataPanel(recipe.load_dataset(), recipe=recipe)
"""


def test_a_row_shows_its_tokens_where_it_stands(open_notebook):
    notebook = open_notebook([TOKENS])
    notebook.narrow()
    notebook.run_all()
    panel = notebook.output(0).locator(".wb-panel")
    expect(panel.locator(".wb-findings")).to_contain_text("training.max_length")
    card = panel.locator(".wb-card").nth(1)
    card.get_by_role("button", name="Tokens", exact=True).click()
    tokens = panel.get_by_role("region", name="Tokens of row 1")
    expect(tokens).to_contain_text("Cut here, at 96 tokens")
    tokens.scroll_into_view_if_needed()
    notebook.screenshot("data-tokens", ".wb-data-tokens")
    assert_calm(notebook)
    card.get_by_role("button", name="Hide the tokens").press("Escape")
    expect(tokens).to_have_count(0)
    expect(card.get_by_role("button", name="Tokens", exact=True)).to_be_focused()
