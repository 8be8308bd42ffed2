"""The form that examines a reward model from the workbench, and takes it as the reward of PPO."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from workbench.data.dataset import Dataset
from workbench.evaluation.clinic import ClinicJob, reward_clinic
from workbench.panels._form import grid, text_html

__all__ = ["ClinicForm"]

WHAT = "{run} is a reward model: it scores replies and writes none to compare."
WORDS = (
    "The clinic asks it about the {split} pairs of {data}: is it right, what moves it that must not, and what fools it?"
)
NONE = (
    "All pairs of {data} were trained on, so on these it would look better than it is. Open others under Data to "
    "examine it on."
)


class ClinicForm(ipywidgets.VBox):
    """Buttons that examine a run of a reward model and that optimise against it.

    Parameters
    ----------
    model
        The run.
    dataset
        Called for the data set that is open; where it holds no pairs, those of the run are taken.
    started
        Called with the job.
    optimise
        Called when the run is to be the reward of PPO.
    run
        Runs what a button does, so that errors are shown.
    """

    def __init__(
        self,
        model: Any,
        dataset: Callable[[], Dataset],
        started: Callable[[ClinicJob], None],
        optimise: Callable[[], None],
        run: Callable[..., Any],
    ):
        self._model, self._dataset, self._started = model, dataset, started
        self.words = ipywidgets.HTML()
        self.start = ipywidgets.Button(description="Examine it", button_style="primary")
        self.start.on_click(lambda _: run(self.launch))
        self.optimise = ipywidgets.Button(description="Take it as the reward of PPO")
        self.optimise.tooltip = "Goes on under Recipe, from the model that it was trained from"
        self.optimise.on_click(lambda _: run(optimise))
        super().__init__([self.words, grid([self.start, self.optimise], "wb-buttons")])
        self.add_class("wb-form")
        self.refresh()

    def refresh(self) -> None:
        """Say on which pairs it would be examined now."""
        data, split = self._held_out()
        words = f"{WHAT} {NONE if split is None else WORDS}"
        self.words.value = text_html(words.format(run=self._model.id, split=split, data=data.name))
        self.start.disabled = split is None

    def launch(self) -> ClinicJob:
        """Start it."""
        data, split = self._held_out()
        made = reward_clinic(self._model, data, split=split, training=self._model.recipe.load_dataset(), wait=False)
        self._started(made)
        return made

    def _held_out(self) -> tuple[Dataset, str | None]:
        """Pairs, and which split of them was not trained on."""
        data, own = self._dataset(), self._model.recipe.load_dataset()
        data = data if data.type == "preference" else own
        found = [name for name in ("test", "validation") if name in data.splits]
        return data, next(iter(found or (data.splits if data.hash != own.hash else ())), None)
