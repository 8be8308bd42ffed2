"""TokenLens in a real JupyterLab: what is trained is seen by colour and by shape, keys lead on, rows stay text."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.panels import assert_calm

TICKETS = """
import workbench as wb
recipe = wb.Recipe("tiny-support", "support-desk/tickets", training=wb.Training(max_length=96))
lens = wb.panels.TokenLens(recipe.load_dataset(), recipe)
lens
"""
ODD = """
import workbench as wb
evil = "<img src=x onerror='window.hacked = 1'>"
rows = [
    {"prompt": evil, "completion": "שלום עולם 👩‍👩‍👧"},
    {"prompt": "x" * 1_000_000, "completion": "short"},
    {"prompt": "a", "completion": "b"},
]
lens = wb.panels.TokenLens(wb.load_dataset(rows, split={}), model="tiny-support")
lens
"""
PAIRS = """
import workbench as wb
rows = [{"prompt": "Where is my parcel?", "chosen": "It is on its way, and will be there on Monday.",
         "rejected": "No idea."}]
wb.panels.TokenLens(wb.load_dataset(rows, split={}), model="tiny-support")
"""
LOOKS = "e => { const s = getComputedStyle(e); return [s.backgroundColor, s.borderBottomWidth, s.borderRadius] }"

# A loaded machine is slow, not broken.
expect.set_options(timeout=30_000)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_trained_is_seen_and_keys_lead_from_row_to_row(open_notebook, theme):
    notebook = open_notebook([TICKETS], theme=theme)
    if theme == "dark":
        notebook.narrow()
    notebook.run_all()
    panel = notebook.output(0).locator(".wb-panel")
    stage = panel.get_by_role("region", name="Tokens of the row")
    expect(stage).to_contain_text("Cut here, at 96 tokens")
    trained = stage.locator(".wb-tok-trained:not(.wb-tok-cut)").first
    plain = stage.locator(".wb-tok-plain.wb-tok-row:not(.wb-tok-cut)").first
    for one, other in zip(trained.evaluate(LOOKS), plain.evaluate(LOOKS), strict=True):
        assert one != other  # the colour, the foot, and the corners
    expect(stage.locator(".wb-tok-cut .wb-tok-text").first).to_have_css("text-decoration-line", "line-through")
    assert "cut off" in stage.locator(".wb-tok-cut").first.get_attribute("aria-label")

    panel.get_by_label("Token ids").check()
    expect(stage.locator(".wb-tok-id").first).to_be_visible()
    notebook.screenshot(f"tokens-{theme}", ".wb-panel")
    first = stage.inner_text()
    stage.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        stage.press(key)
    expect(panel.get_by_label("Row", exact=True)).to_have_value("1")
    expect(stage).not_to_have_text(first)
    panel.get_by_role("button", name="Previous row").click()
    expect(panel.get_by_label("Row", exact=True)).to_have_value("0")
    panel.get_by_label("Row", exact=True).fill("1999999")
    panel.get_by_label("Row", exact=True).press("Enter")
    expect(panel.get_by_role("button", name="Next row")).to_be_disabled()
    panel.get_by_role("button", name="validation").click()
    expect(panel.get_by_label("Row", exact=True)).to_have_value("199")
    assert_calm(notebook)


def test_hostile_long_and_foreign_rows_are_harmless(open_notebook):
    notebook = open_notebook([ODD])
    notebook.run_all()
    panel = notebook.output(0).locator(".wb-panel")
    stage = panel.get_by_role("region", name="Tokens of the row")
    text = "() => [...document.querySelectorAll('.wb-tok-text')].map(e => e.textContent).join('')"
    notebook.page.wait_for_function(f"() => ({text})().includes('onerror')")
    assert stage.locator("img").count() == 0
    assert stage.locator(".wb-tok-text", has_text="ש").first.evaluate("e => getComputedStyle(e).direction") == "rtl"
    expect(stage.locator(".wb-tok-part").first).to_be_visible()
    notebook.screenshot("tokens-foreign", ".wb-panel")

    stage.press("ArrowRight")
    expect(stage).to_contain_text("Tokens 0 to 999 of")
    assert stage.locator(".wb-tok").count() == 1_000
    stage.get_by_role("button", name="First trained token").click()
    expect(stage.locator(".wb-tok-trained").first).to_be_visible()
    stage.get_by_role("button", name="Earlier tokens").click()
    expect(stage.locator(".wb-tok-trained")).to_have_count(0)
    notebook.screenshot("tokens-long", ".wb-panel")
    assert_calm(notebook)


def test_both_answers_of_a_pair_stand_side_by_side(open_notebook):
    notebook = open_notebook([PAIRS])
    notebook.run_all()
    panel = notebook.output(0).locator(".wb-panel")
    chosen, rejected = (
        panel.get_by_role("list", name=f"Tokens of the {side} answer") for side in ("chosen", "rejected")
    )
    expect(chosen.locator(".wb-tok-trained").first).to_be_visible()
    assert "No" in "".join(rejected.locator(".wb-tok-trained .wb-tok-text").all_inner_texts())
    left, right = chosen.bounding_box(), rejected.bounding_box()
    assert left["x"] + left["width"] <= right["x"]
    notebook.screenshot("tokens-pair", ".wb-panel")
    notebook.narrow()
    left, right = chosen.bounding_box(), rejected.bounding_box()
    assert left["y"] + left["height"] <= right["y"]
    assert_calm(notebook)
