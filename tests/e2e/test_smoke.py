"""The harness itself: what the other browser tests stand on is shown to work, and to notice when something does not."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

CELLS = [
    "import ipywidgets, os\nbutton = ipywidgets.Button(description='Press', tooltip='Press me')\n"
    "button.on_click(lambda _: setattr(button, 'description', 'Pressed'))\nbutton",
    "print('home is', os.environ['WORKBENCH_HOME'])",
]


def test_cells_run_and_a_widget_answers(open_notebook, lab):
    book = open_notebook(CELLS)
    book.run_all()
    expect(book.output(1)).to_contain_text(f"home is {lab.home}")
    press = book.output(0).get_by_role("button", name="Press")
    press.click()
    expect(press).to_have_text("Pressed")
    assert book.page_errors == []


def test_a_failing_cell_is_noticed(open_notebook):
    book = open_notebook(["x = 1", "raise KeyError('on purpose')"])
    with pytest.raises(AssertionError, match=r"cell 1: KeyError: 'on purpose'"):
        book.run_all()


def test_the_kernel_outlives_a_reload_and_not_a_restart(open_notebook):
    book = open_notebook(["answer = 42"])
    book.run_all()
    book.reload()
    assert book.execute("print(answer)") == "42"
    book.restart_kernel()
    with pytest.raises(AssertionError, match="NameError"):
        book.execute("print(answer)")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_theme_and_screenshot(open_notebook, theme):
    book = open_notebook(CELLS, theme=theme)
    expected = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}[theme]
    book.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=expected)
    book.run_all()
    expect(book.output(0).get_by_role("button")).to_be_visible()
    assert book.screenshot(f"smoke-{theme}").stat().st_size > 10_000


def test_axe_finds_a_field_without_a_name(open_notebook):
    book = open_notebook(
        [
            "import ipywidgets\nfrom IPython.display import HTML\n"
            'HTML(\'<div class="bad"><input></div><div class="good"><input aria-label="Name"></div>\')'
        ]
    )
    book.run_all()
    assert any("label" in problem for problem in book.accessibility_problems(".bad"))
    assert book.accessibility_problems(".good") == []
