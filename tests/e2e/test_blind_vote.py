"""A blind vote in a real JupyterLab: ten rows by keyboard, names only at the end, answers stay text."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.panels import assert_calm

TEN = """
import workbench as wb

def shorter(prompt: str) -> str:
    return "<script>window.hacked = 1</script> It is " + prompt[-1]

def longer(prompt: str) -> str:
    return "Thank you for asking. <img src=x onerror='window.hacked = 1'> It is " + prompt[-1]

panel = wb.panels.ComparePanel([shorter, longer], [f"What is number {n}?" for n in range(10)])
panel
"""

expect.set_options(timeout=30_000)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ten_rows_by_keyboard_then_the_names(open_notebook, theme):
    notebook = open_notebook([TEN, "print(panel.vote.tally().wins, panel.vote.tally().losses)"], theme=theme)
    if theme == "dark":
        notebook.narrow()
    notebook.start_all()
    panel = notebook.output(0).locator(".wb-panel")
    start = panel.get_by_role("button", name="Blind vote")
    expect(start).to_be_visible()
    expect(panel.locator(".wb-progress-words").first).to_contain_text("20 of 20 answers")
    notebook.screenshot(f"compare-before-vote-{theme}", ".wb-panel")
    start.click()
    vote = panel.get_by_role("region", name="Blind vote: left")
    expect(vote).to_be_focused()
    expect(vote).to_contain_text("0 of 10 voted on")
    for name in ("shorter", "longer"):
        expect(vote).not_to_contain_text(name)
    expect(panel.locator(".wb-signed")).to_be_hidden()
    notebook.screenshot(f"vote-{theme}", ".wb-panel")
    for at in range(10):
        left = vote.get_by_role("region", name="Answer A").inner_text()
        vote.press("ArrowLeft" if "Thank you" in left else "ArrowRight")
        expect(vote).to_contain_text(f"{at + 1} of 10 voted on")
    expect(vote).to_contain_text("All rows are voted on")
    vote.press("u")
    expect(vote).to_contain_text("9 of 10 voted on")
    left = vote.get_by_role("region", name="Answer A").inner_text()
    vote.press("a" if "Thank you" in left else "b")
    vote.get_by_role("button", name="Reveal names").click()
    expect(vote).to_contain_text("longer is preferred: longer has 100% of the 10 votes")
    expect(vote.locator("tbody tr")).to_have_count(10)
    notebook.screenshot(f"vote-revealed-{theme}", ".wb-panel")
    assert_calm(notebook)
    vote.get_by_role("button", name="Back to the rows").click()
    expect(panel.locator(".wb-signed")).to_be_visible()
    assert_calm(notebook)
