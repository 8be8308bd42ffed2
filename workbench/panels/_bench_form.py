"""The form that starts a bench: which ways of tuning, how many seeds, at which budget."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from workbench.bench import Bench, bench
from workbench.bench.plan import BUDGETS
from workbench.errors import InvalidInputError
from workbench.panels._form import choose, explained, grid, present, text_html
from workbench.recipe import Recipe
from workbench.tuning import tunings

__all__ = ["BenchForm"]

CHOSEN = ("lora", "prompt")  # what is ticked at first
SEARCHES = {"at its default only": (1.0,), "of three around its default": (0.3, 1.0, 3.0)}


class BenchForm(ipywidgets.VBox):
    """Boxes for the ways of tuning and a button that starts the bench.

    Parameters
    ----------
    recipe
        Called for the recipe as it stands: model, data and training that all ways share; None while it is wrong.
    started
        Called with the bench.
    run
        Runs what a button does, so that errors are shown.
    """

    def __init__(self, recipe: Callable[[], Recipe | None], started: Callable[[Bench], None], run: Callable[..., Any]):
        self._recipe, self._started = recipe, started
        self.ways = {
            name: ipywidgets.Checkbox(value=name in CHOSEN, description=kind.title, indent=False)
            for name, kind in sorted(tunings().items(), key=lambda item: (item[0] not in CHOSEN, item[1].title))
        }
        for name, kind in tunings().items():
            self.ways[name].tooltip = kind.use_when
        self.seeds = ipywidgets.BoundedIntText(value=3, min=1, max=20, description="Seeds")
        self.rates = choose("Learning rate", SEARCHES, lambda: None)
        self.budget = choose("Equal in", {name: name for name in BUDGETS}, lambda: None)
        self.rows = ipywidgets.BoundedIntText(value=100, min=1, max=100_000, description="Test rows")
        self.start = ipywidgets.Button(description="Start bench", button_style="primary")
        self.start.on_click(lambda _: run(self.launch))
        self.note = ipywidgets.HTML()
        words = (
            "The ways of tuning that are ticked are trained on the recipe's model, data and number of steps, each with "
            "several seeds, and asked the test rows once, beside the untuned model."
        )
        settings = [
            (self.seeds, "How often each is trained, with another seed each time."),
            (self.rates, "Where its learning rate is looked for, on the validation rows."),
            (self.budget, "What is the same for all: tokens seen, time, or weights trained."),
            (self.rows, "Asked once, at the end."),
        ]
        super().__init__([
            ipywidgets.HTML(text_html(words)), grid(self.ways.values(), "wb-buttons"),
            explained(settings),
            grid([self.start, self.note], "wb-buttons"),
        ])  # fmt: skip
        self.add_class("wb-form")
        for control in (*self.ways.values(), self.seeds, self.rates):
            control.observe(lambda change: self._count(), "value")
        self._count()

    def launch(self) -> Bench:
        """Start it.

        Raises
        ------
        InvalidInputError
            While the recipe is wrong, or nothing is ticked.
        """
        recipe = present(self._recipe())
        chosen = [tunings()[name]() for name in self._chosen()]
        if not chosen:
            raise InvalidInputError("No way of tuning is ticked. Tick at least one.")
        made = bench(recipe, chosen, seeds=self.seeds.value, rates=self.rates.value, budget=self.budget.value,
                     max_rows=self.rows.value)  # fmt: skip
        self._started(made)
        return made

    def _chosen(self) -> list[str]:
        return [name for name, box in self.ways.items() if box.value]

    def _count(self) -> None:
        """How many trainings that makes: each rate with the first seed, and the best with the others."""
        each = len(self.rates.value) + self.seeds.value - 1
        count = len(self._chosen()) * each
        self.note.value = text_html(f"{count} training{'' if count == 1 else 's'}")
