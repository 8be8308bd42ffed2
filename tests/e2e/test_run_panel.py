"""RunPanel in a real JupyterLab, over runs that are played from a script: live, busy, reloaded, restarted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.panels import assert_calm, spoken_at, step_of, wait_step

ROOT = Path(__file__).parents[2]
PLAY = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
import workbench as wb
from tests.panels.played import PlayedRun, Script
folder = Path(os.environ["WORKBENCH_HOME"], NAME)
folder.mkdir(parents=True, exist_ok=True)
(folder / "recipe.yaml").touch()
"""
LIVE = PLAY + "run = Script(folder, steps=3000, evals=30).play(300).run\nwb.panels.RunPanel(run)"
GUARDED = """
import json
light = {"name": "memorisation", "light": "red", "figure": "3 of 40", "sentence": "<script>window.hacked = 1</script>"}
(folder / "guards.json").write_text(json.dumps({"guards": [{**light, "numbers": {}}]}))
"""
DONE = PLAY + GUARDED + "wb.panels.RunPanel(Script(folder, overfit=2.0).whole().run, log_scale=True)"
AGAIN = PLAY + "wb.panels.RunPanel(PlayedRun(folder), x='tokens')"
BUSY = """
import time
until = time.monotonic() + 90
while len(run.asked) < 3 and time.monotonic() < until:
    time.sleep(0.02)
assert sorted(run.asked) == ["evaluate_now", "stop", "what now?"], run.asked
"""


def named(code, name):
    return f"NAME = {name!r}\n{code}"


def test_live_busy_reloaded_restarted(open_notebook):
    notebook = open_notebook([named(LIVE, "e2e-live"), BUSY, "6 * 7"])
    notebook.start_all()
    panel = notebook.output(0).locator(".wb-panel")
    expect(panel.locator(".wb-run-body")).to_be_visible()
    seen = wait_step(panel, step_of(panel))

    # While the second cell runs: buttons arrive, a question is answered, the curve goes on.
    panel.get_by_role("button", name="Stop").click()
    expect(panel.get_by_role("button", name="Stopping…")).to_be_visible()
    panel.get_by_role("button", name="Evaluate now").click()
    panel.get_by_role("textbox", name="Prompt").fill("what now?")
    panel.get_by_role("textbox", name="Prompt").press("Control+Enter")
    expect(panel.locator(".wb-asked")).to_contain_text("WHAT NOW?")
    notebook.wait_all(120)
    seen = wait_step(panel, seen)

    notebook.execute("panel_answers = 1")  # the kernel is free, and the curve goes on
    seen = wait_step(panel, seen)

    notebook.reload()
    panel = notebook.output(0).locator(".wb-panel")
    expect(panel.locator(".wb-run-body")).to_be_visible()
    seen = wait_step(panel, seen)
    expect(panel.locator(".wb-asked")).to_contain_text("WHAT NOW?")
    assert notebook.page_errors == []

    notebook.restart_kernel()
    expect(panel.get_by_text("The kernel no longer answers.")).to_be_visible()


def test_another_kernel_opens_the_whole_curve(open_notebook, lab):
    notebook = open_notebook([named(DONE, "e2e-again")])
    notebook.run_all()
    panel = notebook.output(0).locator(".wb-panel")
    expect(panel).to_contain_text("Overfitting from step 150")
    first = spoken_at(panel, "End")
    assert first.startswith("step 300: train")
    notebook.restart_kernel()
    notebook.page.evaluate(
        "code => jupyterapp.shell.currentWidget.content.widgets[0].model.sharedModel.setSource(code)",
        named(AGAIN, "e2e-again"),
    )
    notebook.run_all()
    panel = notebook.output(0).locator(".wb-panel")
    expect(panel.locator(".wb-run-body")).to_be_visible()
    assert spoken_at(panel, "End").partition(":")[2] == first.partition(":")[2]


def test_the_saved_form_is_written_anew_when_the_run_ends(open_notebook, lab):
    code = PLAY + "wb.panels.RunPanel(Script(folder, steps=40).play(4).run)"
    notebook = open_notebook([named(code, "e2e-ends")])
    notebook.run_all()
    panel = notebook.output(0).locator(".wb-panel")
    expect(panel.locator(".wb-chip")).to_have_text("Completed")
    expect(panel.locator(".wb-buttons button")).to_have_count(0)
    expect(notebook.output(0).locator(".wb-static")).to_contain_text("e2e-ends: completed.")
    notebook.save()
    saved = json.loads((lab.root / notebook.name).read_text())
    assert "40 of 40" in "".join(saved["cells"][0]["outputs"][1]["data"]["text/html"])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_look_and_saved_form(open_notebook, lab, theme):
    notebook = open_notebook([named(DONE, f"e2e-{theme}")], theme=theme)
    notebook.run_all()
    panel = notebook.output(0).locator(".wb-panel")
    expect(panel.locator(".wb-chart")).to_have_count(7)
    expect(panel.get_by_role("region", name="Guards")).to_contain_text("■ redmemorisation3 of 40<script>")
    stage = panel.locator(".wb-chart-large .wb-stage")
    stage.hover(position={"x": 300, "y": 80})
    expect(panel.locator(".wb-chart-large .wb-tip")).to_contain_text("train")
    notebook.screenshot(f"run-{theme}", ".wb-panel")
    assert_calm(notebook)

    # A part is chosen with the mouse, and the whole is a button away.
    box = stage.bounding_box()
    notebook.page.mouse.move(box["x"] + 200, box["y"] + 80)
    notebook.page.mouse.down()
    notebook.page.mouse.move(box["x"] + 400, box["y"] + 90, steps=5)
    notebook.page.mouse.up()
    panel.get_by_role("button", name="Whole range").click()
    expect(panel.get_by_role("button", name="Whole range")).to_be_hidden()

    # The probes, back to the first step and over to the next prompt, which is an attack.
    slider = panel.get_by_role("slider", name="Step")
    slider.focus()
    slider.press("Home")
    expect(panel.locator(".wb-step-slider output")).to_have_text("before training")
    panel.get_by_role("button", name="Next probe").click()
    expect(panel.locator(".wb-prompt")).to_contain_text("<script>window.hacked = 1</script>")

    notebook.narrow()
    assert_calm(notebook)
    notebook.screenshot(f"run-{theme}-narrow", ".wb-panel")

    # The saved form stands in the file, and not beside the live panel.
    expect(notebook.output(0).locator(".wb-static")).to_be_hidden()
    notebook.save()
    saved = json.loads((lab.root / notebook.name).read_text())
    html = "".join(saved["cells"][0]["outputs"][1]["data"]["text/html"])
    assert "Overfitting from step 150" in html
    assert "&lt;script&gt;" in html
    assert "<script" not in html
