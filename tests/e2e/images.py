"""`make images`: the pictures of README.md, taken from the real panels in a real JupyterLab.

    python -m tests.e2e.images [RUN]

Trains the first lesson's recipe, or opens the run at the path RUN, and writes `notebooks/images/*.png`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.e2e.lab import CHROMIUM_FLAGS, Lab, Notebook, find_chromium

IMAGES = Path(__file__).parents[2] / "notebooks" / "images"
RECIPE = """\
import workbench as wb
ds = wb.load_dataset("support-desk/tickets")
recipe = wb.Recipe(model="tiny-support", dataset=ds, tuning=wb.LoRA(r=8),
                   training=wb.Training(max_steps=150, eval_steps=25))
"""
TRAIN = RECIPE + "run = wb.launch(recipe)\nrun.wait()"
OPEN = RECIPE + "run = wb.open_run({path!r})"
PANELS = {
    "run-panel": "wb.panels.RunPanel(run)",
    "compare-panel": 'wb.panels.ComparePanel([recipe.model, run], prompts=ds.split("test").head(20))',
    "data-panel": "wb.panels.DataPanel(ds)",
    "token-lens": 'wb.panels.TokenLens(ds, recipe.replace({"training.max_length": 96}))',
    "recipe-panel": "wb.panels.RecipePanel(recipe)",
}
HEIGHT, STATUS_BAR = 1600, 30  # pixels of the page
TALLEST = {"compare-panel": 900, "data-panel": 900}  # long lists: their beginning says enough
QUIET, PATIENCE = 4_000, 300_000  # milliseconds: without a change a panel is done; the longest wait


def main(run: str | None = None) -> None:
    """Take all pictures."""
    IMAGES.mkdir(exist_ok=True)
    first = OPEN.format(path=str(Path(run).absolute())) if run else TRAIN
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab = Lab(Path(folder))
        try:
            lab.wait_ready()
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
            page = browser.new_page(viewport={"width": 1180, "height": HEIGHT}, device_scale_factor=1.5)
            book = Notebook(lab, page, lab.add([first, *PANELS.values()], "first-run.ipynb")).open()
            book.run_all(seconds=900)
            for index, name in enumerate(PANELS, start=1):
                panel = book.output(index).locator(".jp-OutputArea-child").first
                expect(panel).to_be_visible()
                settle(page, panel)
                expect(panel.get_by_role("button", name="Cancel")).to_be_hidden(timeout=PATIENCE)  # all rows answered
                panel.evaluate("element => element.scrollIntoView({block: 'start'})")
                page.wait_for_timeout(500)
                box = panel.bounding_box()
                assert box is not None
                room = min(box["height"], HEIGHT - box["y"] - STATUS_BAR, TALLEST.get(name, HEIGHT))
                page.screenshot(path=IMAGES / f"{name}.png", clip={**box, "height": room})
                print(IMAGES / f"{name}.png")
            browser.close()
        finally:
            lab.close()


def settle(page: Page, panel: Locator) -> None:
    """Wait until a panel's text has not changed for a while."""
    before, quiet, waited = "", 0, 0
    while quiet < QUIET and waited < PATIENCE:
        page.wait_for_timeout(500)
        now = panel.inner_text()
        quiet, waited, before = (quiet + 500 if now == before else 0), waited + 500, now


if __name__ == "__main__":
    main(*sys.argv[1:2])
