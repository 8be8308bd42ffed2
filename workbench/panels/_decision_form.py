"""The form that walks the decision path from the workbench: which prompts to try, and how much a rung must gain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from workbench.bench.decide import decide
from workbench.bench.decision import Decision
from workbench.errors import InvalidInputError
from workbench.panels._form import explained, grid, present, text_html
from workbench.recipe import Recipe

__all__ = ["DecisionForm"]

WORDS = (
    "Is tuning needed at all? The same test rows are answered by one rung after another: the model as it is, with "
    "examples in its prompt, with your instructions, and tuned as the recipe says. The lowest rung that nothing above "
    "is shown to beat is the one to stop on. (Schemas, retrieval and tools: wb.decide.)"
)


class DecisionForm(ipywidgets.VBox):
    """Instructions, numbers of examples, rows and margin, and a button that starts the decision.

    Parameters
    ----------
    recipe
        Called for the recipe as it stands: model, data and tuning; None while it is wrong.
    started
        Called with the decision.
    run
        Runs what a button does, so that errors are shown.
    """

    def __init__(
        self, recipe: Callable[[], Recipe | None], started: Callable[[Decision], None], run: Callable[..., Any]
    ):
        self._recipe, self._started = recipe, started
        self.prompts = ipywidgets.Textarea(description="Instructions to try", placeholder="One a line, or none")
        self.shots = ipywidgets.Text(value="3", description="Examples in the prompt")
        self.rows = ipywidgets.BoundedIntText(value=100, min=1, max=100_000, description="Test rows")
        self.margin = ipywidgets.BoundedFloatText(value=0, min=0, max=99, step=1, description="Points to gain")
        self.start = ipywidgets.Button(description="Start decision", button_style="primary")
        self.start.on_click(lambda _: run(self.launch))
        settings = [
            (self.prompts, "Each is tried without and with examples; validation rows choose."),
            (self.shots, "Numbers to try, such as 2, 5; empty tries none."),
            (self.rows, "Asked once, at the end, by all rungs."),
            (self.margin, "How many points better a rung must be shown to be, so that climbing to it pays."),
        ]
        super().__init__([
            ipywidgets.HTML(text_html(WORDS)), explained(settings), grid([self.start], "wb-buttons"),
        ])  # fmt: skip
        self.add_class("wb-form")

    def launch(self) -> Decision:
        """Start it.

        Raises
        ------
        InvalidInputError
            While the recipe is wrong, and for numbers of examples that are none.
        """
        recipe = present(self._recipe())
        parts = self.shots.value.replace(",", " ").split()
        if not all(part.isdecimal() for part in parts):
            raise InvalidInputError(
                f"Examples in the prompt must be whole numbers, such as 2, 5; got {self.shots.value!r}."
            )
        prompts = [line.strip() for line in self.prompts.value.splitlines() if line.strip()]
        made = decide(recipe, prompts=prompts, shots=[int(part) for part in parts], max_rows=self.rows.value,
                      margin=self.margin.value / 100)  # fmt: skip
        self._started(made)
        return made
