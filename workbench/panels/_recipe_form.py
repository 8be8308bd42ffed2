"""The form of RecipePanel: model, data, objective, tuning and every setting, each with its own words beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import ipywidgets

from workbench.data.dataset import Dataset, load_dataset
from workbench.data.sources import bundled_datasets
from workbench.draft import FormField, fields_of
from workbench.errors import Problem
from workbench.models.gguf import PACKAGED
from workbench.models.resolve import bundled_models, reference_of
from workbench.objectives import Training, objectives
from workbench.objectives.sft import SFT
from workbench.panels._form import Setting, choose, grid, labelled, problem_html, suggest, text_html
from workbench.recipe import Recipe
from workbench.tuning import tunings
from workbench.tuning.lora import LoRA

__all__ = ["RecipeForm"]

SEED = FormField(
    "", "seed", "text", {}, 0, "For the order of rows, new weights and dropout. The same seed gives the same run.",
    unit="", span="0 to 4,294,967,295", empty="", source="", checked="", expert=False,
)  # fmt: skip
TEMPLATES = {"the model's own, else the bundled one": None, "the bundled one": "bundled", "plain: none": "plain"}
TEMPLATE_HELP = "How prompt and answer are put into one text. The run keeps it, and all later answers use it."
PARTS = ("tuning", "training", "objective")


class RecipeForm(ipywidgets.VBox):
    """What a recipe is made of, to be filled in.

    Parameters
    ----------
    on_change
        Called without arguments after every change by hand.
    """

    def __init__(self, on_change: Callable[[], None]):
        self._on_change, self._quiet = on_change, True
        self._given: dict[tuple[str, str], Any] = {}  # what was given as an object, by the text that stands for it
        self._made: dict[type, list[Setting]] = {}
        self.trust_remote_code = False
        self.model = suggest("Model", [*bundled_models(), *PACKAGED], self._changed)
        self.dataset = suggest("Data", bundled_datasets(), self._changed)
        self.objective = choose("Objective", {kind.title: kind for kind in objectives().values()}, self._other_kind)
        self.tuning = choose("Tuning", {kind.title: kind for kind in tunings().values()}, self._other_kind)
        self.objective.value, self.tuning.value = SFT, LoRA
        self.template = choose("template", TEMPLATES, self._changed)
        self.seed = Setting(SEED, 0, self._changed)
        self.expert = ipywidgets.ToggleButton(value=False, description="Show expert settings")
        self.expert.observe(lambda change: self._arrange(), "value")
        self._notes = {name: ipywidgets.HTML() for name in ("model", "dataset", "objective", "tuning", "template")}
        self._sections = ipywidgets.VBox()
        self._sections.add_class("wb-form")
        four = [
            labelled(getattr(self, name), self._notes[name]) for name in ("model", "dataset", "objective", "tuning")
        ]
        super().__init__([grid(four, "wb-choice"), self._sections])
        self.add_class("wb-form")
        self._arrange()
        self._quiet = False

    # ---- what it says

    def values(self) -> dict[str, Any]:
        """What is filled in, by dotted name, for `workbench.draft.build`."""
        out = {name: self._object(name) for name in ("model", "dataset")}
        out |= {"template": self.template.value or None, "seed": self.seed.value}
        out["trust_remote_code"] = self.trust_remote_code
        return out | {setting.field.where: setting.value for setting in self._settings()}

    def kinds(self) -> dict[str, Any]:
        """The classes chosen for objective, tuning and training."""
        return {"objective": self.objective.value, "tuning": self.tuning.value, "training": Training}

    def _object(self, name: str) -> Any:
        text = getattr(self, name).value.strip()
        return self._given.get((name, text), text)

    # ---- what it shows

    def fill(self, recipe: Recipe) -> None:
        """Show a recipe."""
        with self._quietly():
            self.put("model", recipe.model)
            self.put("dataset", recipe.dataset)
            self.objective.value, self.tuning.value = type(recipe.objective), type(recipe.tuning)
            own = {} if recipe.template in TEMPLATES.values() else {"the recipe's own": recipe.template}
            self.template.options = [(title, value or "") for title, value in (TEMPLATES | own).items()]
            self.template.value = recipe.template or ""
            self.trust_remote_code = recipe.trust_remote_code
            self.seed.put(recipe.seed)
            for setting in self._settings():
                setting.put(getattr(getattr(recipe, setting.field.part), setting.field.name))
        self._arrange()

    def preset(self, changes: Mapping[str, Any]) -> None:
        """Take over some settings by dotted name, as if they had been typed."""
        with self._quietly():
            for setting in self._settings():
                if setting.field.where in changes:
                    setting.put(changes[setting.field.where])
        self._on_change()

    def put(self, name: str, given: Any) -> None:
        """Show a model or data set; one given as an object is kept, and stands for its text until that is changed."""
        text, kept = _text_of(name, given)
        if kept is not None:
            self._given[name, text] = kept
        getattr(self, name).value = text

    def tell(self, reasons: dict[str, str], problems: Iterable[Problem]) -> list[Problem]:
        """Put words beside the settings, and return the problems that belong to none."""
        left, by_place = [], dict[str, list[Problem]]()
        settings = {setting.field.where: setting for setting in self._settings()} | {"seed": self.seed}
        for problem in problems:
            place = problem.where if problem.where in settings else problem.where.partition(".")[0]
            if place in settings or place in self._notes:
                by_place.setdefault(place, []).append(problem)
            else:
                left.append(problem)
        for where, setting in settings.items():
            setting.tell(reasons.get(where, ""), by_place.get(where, ()))
        for name, note in self._notes.items():
            told = "".join(problem_html(problem, named=False) for problem in by_place.get(name, ()))
            note.value = self._words(name) + told
        return left

    def _words(self, name: str) -> str:
        if name in ("objective", "tuning"):
            kind = getattr(self, name).value
            return text_html(f"Use it when: {kind.use_when}") + text_html(f"Not when: {kind.not_when}")
        if name == "template":
            return text_html(TEMPLATE_HELP)
        what = {
            "model": "A bundled name, a folder or a hub id.",
            "dataset": "A bundled name, a file, a folder or hub:org/name.",
        }
        return text_html(what[name])

    def _settings(self) -> list[Setting]:
        return [setting for part in PARTS for setting in self._of(part)]

    def _of(self, part: str) -> list[Setting]:
        """The settings of the class chosen for a part; what was typed stays when another is chosen and left again."""
        kind = self.kinds()[part]
        if kind not in self._made:
            self._made[kind] = [Setting(field, field.default, self._changed) for field in fields_of(kind, part)]
        return self._made[kind]

    def _arrange(self) -> None:
        """Draw the sections: usual settings, and the expert ones when they are asked for."""
        expert = self.expert.value
        self.expert.description = "Hide expert settings" if expert else "Show expert settings"
        sections = []
        for part in PARTS:
            kind = self.kinds()[part]
            shown = [setting for setting in self._of(part) if expert or not setting.field.expert]
            if part == "training":
                shown += [self.seed, *([labelled(self.template, self._notes["template"])] if expert else [])]
            if shown:
                title = kind.title if part == "training" else f"{part.capitalize()}: {kind.title}"
                sections += [ipywidgets.HTML(f"<h4>{title}</h4>"), grid(shown, "wb-settings")]
        self._sections.children = sections

    def _other_kind(self) -> None:
        if not self._quiet:
            self._arrange()
            self._on_change()

    def _changed(self) -> None:
        if not self._quiet:
            self._on_change()

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        """Changes inside are not changes by hand."""
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False


def _text_of(name: str, given: Any) -> tuple[str, Any]:
    """The text that stands for a model or data set, and the object itself where the text alone does not find it."""
    if isinstance(given, str):
        return given, None
    if name == "model":
        return reference_of(given) or repr(given), given
    if isinstance(given, dict):
        bare = all(value is None for part, value in given.items() if part != "source")
        return str(given["source"]), None if bare else given
    dataset = given if isinstance(given, Dataset) else load_dataset(given)
    return dataset.name, dataset
