"""ComparePanel in a real JupyterLab: ten rows by keyboard, names only at the end, then judge, slices and the page.

Every answer carries a script, and none may run wherever it is shown.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.panels import assert_calm
from tests.e2e.test_report_page import open_offline

TEN = """
import workbench as wb

def shorter(prompt: str) -> str:
    return "<script>window.hacked = 1</script> It is " + prompt[-1]

def longer(prompt: str) -> str:
    return "Thank you for asking. <img src=x onerror='window.hacked = 1'> It is " + prompt[-1]

def by_length(question: str) -> str:
    if "number 7?" in question:
        return "<script>window.hacked = 1</script> Well."
    a, _, b = question.partition("Answer A:")[2].partition("Answer B:")
    return "A" if len(a) > len(b.partition("Which answer")[0]) else "B"

rows = [{"prompt": f"What is number {n}?", "completion": (longer if n % 2 else shorter)("?"),
         "channel": "mail" if n % 2 else "fax <script>window.hacked = 1</script>"} for n in range(10)]
panel = wb.panels.ComparePanel([shorter, longer], wb.load_dataset(rows, split={}), judge=by_length)
panel
"""
OWN = """
import workbench as wb
wb.panels.ComparePanel(["tiny-support", wb.System("tiny-support", shots=[("Hello?", "Yes.")], name="shown")],
                       max_new_tokens=1000)
"""

expect.set_options(timeout=30_000)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ten_rows_by_keyboard_then_names_judge_slices_and_the_page(open_notebook, new_page, theme):
    notebook = open_notebook([TEN], theme=theme)
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
    said = panel.locator(".wb-judge-said")
    expect(said).to_contain_text("On 1 of 10 rows it gave no verdict; on row 7: '<script>")
    expect(said).to_contain_text("The judge agrees with the votes on 100% of 9 rows")

    panel.get_by_text("Slices", exact=True).click()
    expect(panel).to_contain_text("The rows make no slices of at least 20 rows")
    panel.get_by_label("Slice by").select_option("channel")
    fax = panel.get_by_role("button", name="channel is fax <script>")
    expect(panel.locator(".wb-slice-table tr", has_text="channel is fax")).to_contain_text("−100.0 points")
    fax.press("Enter")
    expect(panel.locator(".wb-card")).to_have_count(5)
    expect(panel.locator(".wb-card", has_text="number 3?")).to_have_count(0)
    notebook.screenshot(f"compare-slice-{theme}", ".wb-panel")
    assert_calm(notebook)

    panel.get_by_role("button", name="Export").click()
    written = panel.get_by_text("Written: ")
    expect(written).to_be_visible()
    page = new_page()
    asked, complaints = open_offline(page, Path(written.inner_text().removeprefix("Written: ")))
    assert page.get_by_text("<script>window.hacked = 1</script>").first.is_visible()
    assert page.locator("script").count() == 0
    assert page.evaluate("window.hacked") is None
    assert (len(asked), complaints) == (1, [])


def test_own_prompts_are_answered_token_by_token_until_they_are_stopped(open_notebook):
    notebook = open_notebook([OWN])
    notebook.run_all()
    panel = notebook.output(0).locator(".wb-panel")
    panel.get_by_role("textbox", name="Your own prompt").fill("Where is <script>window.hacked = 1</script>?")
    panel.get_by_role("textbox", name="Your own prompt").press("Control+Enter")
    growing = panel.locator(".wb-growing .wb-text")
    expect(growing).to_be_visible()
    early = growing.inner_text()
    notebook.page.wait_for_function(
        "early => document.querySelector('.wb-growing .wb-text')?.innerText.length > early", arg=len(early)
    )
    notebook.screenshot("compare-own-growing", ".wb-panel")
    panel.get_by_role("button", name="Stop").click()
    expect(panel.locator(".wb-growing")).to_have_count(0)
    expect(panel.get_by_role("region", name="Answer of tiny-support")).to_contain_text("stopped here")
    expect(panel.get_by_role("region", name="Answer of shown")).to_contain_text("not answered")
    expect(panel.get_by_role("button", name="Stop")).to_be_hidden()
    assert_calm(notebook)
