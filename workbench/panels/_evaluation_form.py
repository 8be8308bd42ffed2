"""The form that evaluates from the workbench: the base model and the run, asked the same rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from workbench.data.dataset import Dataset
from workbench.evaluation import Evaluation, evaluate
from workbench.panels._form import explained, grid, present, text_html

__all__ = ["EvaluationForm"]

WITH_RUN = "The base model and the run are asked the same rows of the test split, once, in a process of its own."
WITHOUT = (
    "There is no run yet that is completed: press Train under Recipe, and it is evaluated here beside its base. Until "
    "then the base model can be asked alone, so that it is known where the training starts."
)


class EvaluationForm(ipywidgets.VBox):
    """How many rows, and a button that starts the evaluation.

    Parameters
    ----------
    systems
        Called for what is evaluated: the base model, and the run where it is completed; empty while the recipe is
        wrong.
    dataset
        Called for the data set.
    started
        Called with the evaluation.
    run
        Runs what a button does, so that errors are shown.
    """

    def __init__(
        self,
        systems: Callable[[], list[Any]],
        dataset: Callable[[], Dataset],
        started: Callable[[Evaluation], None],
        run: Callable[..., Any],
    ):
        self._systems, self._dataset, self._started = systems, dataset, started
        self.rows = ipywidgets.BoundedIntText(value=200, min=1, max=100_000, description="Test rows")
        self.start = ipywidgets.Button(description="Evaluate", button_style="primary")
        self.start.on_click(lambda _: run(self.launch))
        self.words = ipywidgets.HTML()
        rows = explained([(self.rows, "At most so many, drawn with seed 0.")])
        super().__init__([self.words, rows, grid([self.start], "wb-buttons")])
        self.add_class("wb-form")
        self.refresh()

    def refresh(self) -> None:
        """Say what would be evaluated now."""
        self.words.value = text_html(WITH_RUN if len(self._systems()) > 1 else WITHOUT)

    def launch(self) -> Evaluation:
        """Start it.

        Raises
        ------
        InvalidInputError
            While the recipe is wrong.
        """
        systems = present(self._systems())
        made = evaluate(systems, self._dataset(), max_rows=self.rows.value, wait=False)
        self._started(made)
        return made
