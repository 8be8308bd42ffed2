"""Fixtures for tests in a real browser: `lab` (a JupyterLab server), `page`, and `open_notebook`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.lab import CHROMIUM_FLAGS, Lab, Notebook, find_chromium

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium. Without one the test is skipped, and fails where CI is set: there nothing may be left out."""
    with sync_playwright() as playwright:
        path = find_chromium()
        own = Path(playwright.chromium.executable_path)
        if path is None and not own.exists():
            reason = "no Chromium: install it (Debian: apt-get install chromium), or run `playwright install chromium`"
            pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab server for the whole session; ended also when it does not start."""
    lab = Lab(tmp_path_factory.mktemp("lab"))
    try:
        yield lab.wait_ready()
    finally:
        lab.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[[], Page]]:
    """Make pages that share nothing: each has cookies and storage of its own."""
    contexts = []

    def make() -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 1000})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[[], Page]) -> Page:
    return new_page()


@pytest.fixture
def open_notebook(lab: Lab, new_page: Callable[[], Page]) -> Iterator[Callable[..., Notebook]]:
    """Open a notebook: ``open_notebook(["1 + 1"], theme="dark")`` or ``open_notebook(Path("notebooks/..."))``.

    Its kernel ends with the test; runs launched from it do not, until the session ends.
    """

    def open_it(source: Path | str | Iterable[str], *, theme: str = "light", name: str | None = None) -> Notebook:
        lab.set_theme(theme)
        return Notebook(lab, new_page(), lab.add(source, name)).open()

    yield open_it
    lab.end_kernels()
