"""What browser tests read from a run's panel, and what they ask of every panel."""

from __future__ import annotations

from playwright.sync_api import Locator

from tests.e2e.lab import Notebook

_STEP = """() => {
    const shown = document.querySelector('.wb-where')?.textContent.match(/^step ([\\d,]+)/);
    return shown ? Number(shown[1].replaceAll(',', '')) : 0;
}"""


def step_of(panel: Locator) -> int:
    """The step that the run's panel shows; 0 while it shows none."""
    return panel.page.evaluate(_STEP)


def wait_step(panel: Locator, beyond: int, seconds: float = 120) -> int:
    """Wait until the panel shows a later step than `beyond`, and return it."""
    panel.page.wait_for_function(f"beyond => ({_STEP})() > beyond", arg=beyond, timeout=1000 * seconds)
    return step_of(panel)


def spoken_at(panel: Locator, key: str) -> str:
    """What the large chart tells a screen reader of the point that a key goes to: ``"Home"`` or ``"End"``."""
    stage = panel.locator(".wb-chart-large .wb-stage")
    stage.focus()
    stage.press(key)
    return panel.locator(".wb-chart-large [role=status]").inner_text()


def assert_calm(notebook: Notebook, selector: str = ".wb-panel") -> None:
    """Nothing in the page failed, no data ran, and the panels have no serious problem and fit their place."""
    assert notebook.page_errors == []
    assert notebook.page.evaluate("window.hacked") is None
    assert notebook.accessibility_problems(selector) == []
    wide = "panels => panels.filter(panel => panel.scrollWidth > panel.clientWidth).length"
    assert notebook.page.locator(selector).evaluate_all(wide) == 0, "a panel is wider than its place"
