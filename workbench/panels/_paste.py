"""The way back from code: a recipe's YAML or Python, pasted into RecipePanel."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets

from workbench.panels._form import text_html
from workbench.recipe import Recipe

__all__ = ["PasteBox"]


class PasteBox(ipywidgets.VBox):
    """A text to paste into, and what it would change.

    Parameters
    ----------
    current
        Gives the recipe as it stands, or None.
    take
        Called with the recipe that was pasted.
    guarded
        Runs work and shows what it raises in words.
    """

    def __init__(
        self, current: Callable[[], Recipe | None], take: Callable[[Recipe], None], guarded: Callable[..., object]
    ):
        self._current, self._take = current, take
        self.toggle = ipywidgets.ToggleButton(value=False, description="Paste a recipe")
        self.toggle.tooltip = "Take over a recipe from its YAML or from code that was copied; code is read, never run"
        self.text = ipywidgets.Textarea(placeholder="The code of a recipe, or its YAML")
        self.text.description = "recipe as text"
        self.done = ipywidgets.Button(description="Take it over", button_style="primary")
        self.told = ipywidgets.HTML()
        self.done.on_click(lambda _: guarded(self.take_over))
        self.toggle.observe(lambda change: self._open(change.new), "value")
        super().__init__([])
        self.add_class("wb-paste")

    def take_over(self) -> None:
        """Read the text, hand its recipe on, and say what it changed.

        Raises
        ------
        InvalidInputError, RecipeError
            When there is no recipe in it, or a wrong one. The form then stays as it is.
        """
        self.told.value = ""
        pasted, before = Recipe.from_code(self.text.value), self._current()
        self._take(pasted)
        told = text_html("The recipe was taken over.")
        self.told.value = told if before is None else _differences(before, pasted)
        self.text.value = ""

    def _open(self, shown: bool) -> None:
        self.told.value = ""
        self.children = [self.text, self.done, self.told] if shown else []


def _differences(before: Recipe, after: Recipe) -> str:
    table = before.diff(after)
    if table.empty:
        return text_html("That is the recipe as it stands.")
    cells = "".join(
        f"<tr><th scope='row'>{escape(str(name))}</th><td>{_word(old)}</td><td>{_word(new)}</td></tr>"
        for name, old, new in table.itertuples()
    )
    head = "<tr><th scope='col'>setting</th><th scope='col'>before</th><th scope='col'>now</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{cells}</tbody></table>"


def _word(value: object) -> str:
    return "–" if value is None else escape(str(value))
