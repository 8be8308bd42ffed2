"""RecipePanel: a recipe as a form, with what it will do, and *Train*."""

from __future__ import annotations

import threading
import time
from html import escape
from typing import Any

import ipywidgets
import traitlets

from workbench.bundled import FIRST_DATASET
from workbench.data.dataset import Dataset, load_dataset
from workbench.draft import PRESETS, Findings, build, examine
from workbench.errors import DatasetError, Problem, RecipeError
from workbench.estimate import size_words
from workbench.models.resolve import bundled_models
from workbench.objectives import Objective
from workbench.panels._form import choose, grid, problem_html, text_html
from workbench.panels._memory import memory_html
from workbench.panels._panel import Panel, answer_while_busy
from workbench.panels._paste import PasteBox
from workbench.panels._recipe_form import RecipeForm
from workbench.panels._static_form import StaticForm
from workbench.panels.run import RunPanel
from workbench.recipe import Recipe
from workbench.runs import launch
from workbench.runs.speeds import Measured, measured

__all__ = ["RecipePanel"]

PAUSE = 0.25  # seconds without a change before model and data are looked at


class RecipePanel(Panel):
    """Choose model, data, objective, tuning and settings; see what is wrong and what it will do; train.

    Parameters
    ----------
    recipe
        A `Recipe` to start from.
    model, dataset
        Where there is no recipe: what the form starts with. Any model or data can be named in the form.

    Examples
    --------
    >>> panel = wb.panels.RecipePanel(model="tiny-support", dataset="support-desk/tickets")   # doctest: +SKIP
    >>> panel.recipe, panel.run                                                              # doctest: +SKIP
    """

    recipe = traitlets.Any(None, help="The recipe as it stands; None while something in it is wrong. Can be set.")
    run = traitlets.Any(None, help="The run that *Train* started last.")

    def __init__(self, recipe: Recipe | None = None, *, model: Any = None, dataset: Any = None, **kwargs: Any):
        if recipe is not None and not isinstance(recipe, Recipe):
            raise TypeError(f"recipe= must be a Recipe, got {recipe!r}. Without one, give model= and dataset=.")
        self._lock, self._ticket = threading.RLock(), 0
        self._own: Recipe | None = None  # what the form last made of itself
        self._loaded: tuple[str, Dataset] | None = None  # the data read last, by the text that names it
        super().__init__(title="Recipe", **kwargs)
        self.form = RecipeForm(self._changed)
        self._facts, self._problems, self._status = (ipywidgets.HTML() for _ in range(3))
        self._train = ipywidgets.Button(description="Train", button_style="primary")
        self._train.on_click(lambda _: self.in_background(self._on_train))
        self._check = ipywidgets.Button(description="Check the rows")
        self._check.tooltip = "Cut every row into tokens and look for what would train nothing or be cut off"
        self._check.on_click(lambda _: self.in_background(self._on_check))
        self._preset = choose("Preset", {"as typed": None, **PRESETS}, self._on_preset)
        self._preset.tooltip = "Settings that go together; each can be changed afterwards"
        self._paste = PasteBox(lambda: self.recipe, self._take_over, self.guarded)
        self._place = ipywidgets.VBox()
        tools = [self._train, self._check, self.form.expert, self._paste.toggle, self._preset, self._status]
        buttons = grid(tools, "wb-buttons")
        self.body = [self.form, self._facts, self._problems, buttons, self._paste, self._place]
        self.observe(lambda change: self._set(change.new), "recipe")
        if recipe is not None:
            self.form.fill(recipe)
        else:
            self.form.put("model", model if model is not None else next(iter(bundled_models()), ""))
            self.form.put("dataset", dataset if dataset is not None else FIRST_DATASET)
        self._changed()

    # ---- what can be done with it

    def train(self) -> Any:
        """Start training, show the run under the form, and return it.

        Raises
        ------
        RecipeError
            With every problem of the recipe.
        """
        recipe, problems = build(self.form.values(), self.form.kinds())
        if recipe is None:
            raise RecipeError(problems)
        run = launch(recipe)
        panel = RunPanel(run)
        answer_while_busy(panel)
        self._place.children = [panel]
        self.run = run
        return run

    def put_dataset(self, dataset: Dataset) -> None:
        """Train on another data set, which may be called as the one before."""
        self.form.put("dataset", dataset)
        self._changed()

    def put_objective(self, objective: type[Objective], model: Any = None, **settings: Any) -> None:
        """Train for something else, from another model where one is given; its other settings stay as they stand."""
        if model is not None:
            self.form.put("model", model)
        self.form.objective.value = objective
        self.form.preset({f"objective.{name}": value for name, value in settings.items()})

    def put_run(self, shown: ipywidgets.Widget) -> None:
        """Show something else where a run is followed; what was there ends."""
        for panel in self._place.children:
            panel.close()
        self._place.children = [shown]

    def to_code(self) -> str:
        """The code of the recipe, and of the run once there is one."""
        if self.recipe is None:
            return "# The recipe has problems; the panel says which."
        code = self.recipe.to_code().removeprefix("import workbench as wb\n\n")
        return code if self.run is None else f"{code}run = wb.launch(recipe)\nwb.panels.RunPanel(run)\n"

    def fill_static(self, form: StaticForm) -> None:
        """The recipe at a glance."""
        form.figures(self.recipe.summary() if self.recipe is not None else [("Recipe:", "has problems")])
        if self.run is not None:
            form.text(f"Run {self.run.id}")

    # ---- behind it

    def _update_code(self) -> None:
        # Code names the data by its content hash, and to hash many rows takes a while.
        self.in_background(super()._update_code)

    def _set(self, recipe: Any) -> None:
        """A recipe set from outside is shown; one that the form made is there already."""
        with self._lock:
            if recipe is not None and recipe is not self._own:
                self.form.fill(recipe)
                self._changed()

    def _take_over(self, recipe: Recipe) -> None:
        self.recipe = recipe

    def _on_preset(self) -> None:
        changes = self._preset.value
        self._preset.value = ""
        if changes:
            self.form.preset(changes)

    def _changed(self) -> None:
        """Check what can be checked at once; look at model and data when the typing pauses."""
        with self._lock:
            self._ticket += 1
            recipe, problems = build(self.form.values(), self.form.kinds())
            self._take(recipe, {}, problems)
        self.in_background(self._look, self._ticket)

    def _take(self, recipe: Recipe | None, reasons: dict[str, str], problems: list[Problem]) -> None:
        left = self.form.tell(reasons, problems)
        errors = [problem for problem in problems if problem.severity == "error"]
        self._problems.value = "".join(problem_html(problem) for problem in left)
        self._train.disabled = self._check.disabled = bool(errors)
        count = "1 setting needs" if len(errors) == 1 else f"{len(errors)} settings need"
        self._say(f"{count} a change before it can train." if errors else "")
        self._own = None if errors else recipe
        self.recipe = self._own

    def _look(self, ticket: int) -> None:
        time.sleep(PAUSE)
        if ticket != self._ticket:
            return
        values, kinds = self.form.values(), self.form.kinds()
        unread = []
        try:
            values["dataset"] = self._load(values["dataset"])
        except DatasetError as error:
            unread = [Problem("dataset", str(error))]
        recipe, problems = build(values, kinds)
        found, earlier = None, None
        if recipe is not None and not unread:
            found, earlier = examine(recipe), measured(recipe)
            problems = found.problems
        with self._lock:
            if ticket != self._ticket:
                return
            self._facts.value = _facts_html(found, earlier) if found is not None else ""
            self._take(recipe, found.reasons if found is not None else {}, [*unread, *problems])

    def _load(self, given: Any) -> Any:
        """The data a text names, read once for as long as the text stays."""
        if not isinstance(given, str) or not given.strip():
            return given
        if self._loaded is None or self._loaded[0] != given:
            self._loaded = given, load_dataset(given)
        return self._loaded[1]

    def _on_train(self) -> None:
        self._train.disabled = True
        self._say("Starting …")
        try:
            self.train()
        finally:
            self._train.disabled = self.recipe is None
            self._say(f"Started {self.run.id}." if self.run is not None else "")

    def _on_check(self) -> None:
        self._check.disabled = True
        self._say("Looking at every row …")
        try:
            problems = self.recipe.problems(tokens=True)
            good = text_html("✓ All rows were cut into tokens, and nothing stands against training on them.", "wb-good")
            self._problems.value = "".join(problem_html(problem) for problem in problems) or good
        finally:
            self._check.disabled = self.recipe is None
            self._say("")

    def _say(self, text: str) -> None:
        self._status.value = f"<span>{escape(text)}</span>"


def _facts_html(found: Findings, earlier: Measured | None) -> str:
    """Figures, and the memory as a bar."""
    facts = list(found.facts)
    if earlier is not None and found.rows_seen:
        seconds = earlier.seconds_per_row * found.rows_seen
        facts.append(("Time", f"about {_duration(seconds)}, as fast as {earlier.run}"))
    elif found.rows_seen:
        facts.append(("Time", "not known before this model and tuning were trained here once"))
    if earlier is not None and earlier.memory_bytes:
        facts.append(("Measured", f"{size_words(earlier.memory_bytes)} in {earlier.run} ({earlier.memory_kind})"))
    pairs = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in facts)
    return f'<dl class="wb-facts">{pairs}</dl>{memory_html(found.memory, found.memory_bytes)}' if pairs else ""


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
