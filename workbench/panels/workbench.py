"""Workbench: all panels in tabs, joined, for a person who wants no code."""

from __future__ import annotations

import threading
from typing import Any

import ipywidgets
import traitlets

from workbench.bundled import FIRST_DATASET
from workbench.data.dataset import Dataset, load_dataset
from workbench.data.sources import bundled_datasets
from workbench.errors import InvalidInputError
from workbench.evaluation import Report
from workbench.evaluation.clinic import RewardClinic
from workbench.models.resolve import bundled_models
from workbench.objectives import Objective
from workbench.objectives.ppo import PPO
from workbench.panels._bench_form import BenchForm
from workbench.panels._clinic_form import ClinicForm
from workbench.panels._code import IMPORT, data_code, recipe_code
from workbench.panels._decision_form import DecisionForm
from workbench.panels._evaluation_form import EvaluationForm
from workbench.panels._form import grid, suggest, text_html
from workbench.panels._label_form import LabelForm
from workbench.panels._panel import Panel, answer_while_busy
from workbench.panels._static_form import StaticForm
from workbench.panels.bench import BenchPanel
from workbench.panels.clinic import ClinicPanel
from workbench.panels.compare import ComparePanel
from workbench.panels.data import DataPanel
from workbench.panels.ladder import LadderPanel
from workbench.panels.lens import TokenLens
from workbench.panels.preference import PreferencePanel
from workbench.panels.recipe import RecipePanel
from workbench.panels.report import ReportPanel
from workbench.panels.run import RunPanel
from workbench.recipe import Recipe
from workbench.runs import open_run
from workbench.runs.job import LIVE

__all__ = ["Workbench"]

TABS = ("data", "recipe", "tokens", "run", "compare", "report", "preferences", "bench", "decision")
WAITING = {
    "tokens": "Choose data and a recipe first; then each row is shown as the model will see it.",
    "run": "Press Train under Recipe; the run shows here.",
    "compare": "When a run has ended, its answers stand here beside those of the base model. A reward model's clinic "
    "stands here, too.",
}


class Workbench(Panel):
    """Data, recipe, tokens, run, comparison, report, preferences, bench and decision in tabs, each using the others.

    A reward model writes no answers to compare; in their place stands its clinic.

    Parameters
    ----------
    dataset
        What `load_dataset` takes; by default the bundled mails with their records.
    recipe
        A `Recipe` to begin with; its data is shown unless `dataset` says otherwise.
    run, report, bench, decision, clinic
        Ids or objects to begin with; `report` is what `ReportPanel` takes.
    preferences
        A `PreferencePanel` to go on with, or pairs to label.
    tab
        The tab that is open.

    Attributes
    ----------
    data, recipe_panel, evaluation_form, label_form, bench_form, decision_form, run_panel, compare, lens : panels
        Those behind the tabs; None where there is nothing to show yet.
    """

    dataset = traitlets.Any(help="The data set that all tabs use. Can be set.")
    tab = traitlets.Enum(list(TABS), "data", help="The tab that is open.")

    def __init__(
        self, dataset: Any = None, recipe: Any = None, *, run: Any = None, report: Any = None, bench: Any = None,
        decision: Any = None, clinic: Any = None, preferences: Any = None, **kwargs: Any,
    ):  # fmt: skip
        if recipe is not None and not isinstance(recipe, Recipe):
            raise InvalidInputError(f"recipe= must be a Recipe, got {recipe!r}.")
        if dataset is None:
            dataset = recipe.load_dataset() if recipe is not None else FIRST_DATASET
        self._joining = threading.RLock()
        self.run: Any = None
        self._shown: dict[str, Any] = {}  # what stands under the forms, by tab
        self.lens: TokenLens | None = None
        self.run_panel: RunPanel | None = None
        self.compare: ComparePanel | None = None
        self._compared: Any = None  # the run that the comparison is of
        self._awaited: Any = None  # the run whose end is waited for, so that it can be compared
        super().__init__("Workbench", dataset=load_dataset(dataset), **kwargs)
        self._source = suggest("Data", bundled_datasets(), lambda: None)
        self._source.value = self.dataset.name
        self._open = ipywidgets.Button(description="Open", button_style="primary")
        self._open.on_click(lambda _: self.in_background(self._on_open))
        self._places = {name: ipywidgets.VBox() for name in TABS}
        for name, words in WAITING.items():
            self._places[name].children = [ipywidgets.HTML(text_html(words))]
        self.data = DataPanel(self.dataset)
        first = {"model": next(iter(bundled_models())), "dataset": self.dataset}
        self.recipe_panel = RecipePanel(recipe) if recipe is not None else RecipePanel(**first)
        self._put("data", grid([self._source, self._open], "wb-buttons"), self.data)
        self._put("recipe", self.recipe_panel)
        self.bench_form = BenchForm(lambda: self.recipe_panel.recipe, self._show_bench, self.in_background)
        self._put("bench", self.bench_form)
        self.decision_form = DecisionForm(lambda: self.recipe_panel.recipe, self._show_decision, self.in_background)
        self._put("decision", self.decision_form)
        self.evaluation_form = EvaluationForm(
            self._evaluated, lambda: self.dataset, self._show_report, self.in_background
        )
        self._put("report", self.evaluation_form)
        self.label_form = LabelForm(
            self._writers, lambda: self.dataset, self._show_labelling, self._train_on, self.in_background
        )
        self._put("preferences", self.label_form)
        self._tabs = ipywidgets.Tab([self._places[name] for name in TABS], titles=[name.capitalize() for name in TABS])
        self._tabs.selected_index = TABS.index(self.tab)
        self.body = [self._tabs]
        self._tabs.observe(lambda change: setattr(self, "tab", TABS[change.new]), "selected_index")
        self.observe(lambda change: self.guarded(self._go_to, change.new), "tab")
        self.observe(lambda change: self.guarded(self._use, change.new), "dataset")
        self.data.observe(lambda change: setattr(self, "dataset", change.new), "dataset")
        self.recipe_panel.observe(lambda change: self.guarded(self._recipe_changed), "recipe")
        self.recipe_panel.observe(lambda change: self.guarded(self._follow, change.new), "run")
        if recipe is not None and self.dataset.to_code() != recipe.load_dataset().to_code():
            self.recipe_panel.put_dataset(self.dataset)
        if run is not None:
            self._follow(run if hasattr(run, "tail") else open_run(run))
            self.tab = kwargs.get("tab", "run")
        if preferences is not None:
            given = isinstance(preferences, PreferencePanel)
            self.label_form.take_up(preferences if given else PreferencePanel(preferences))
        shows = (self._show_report, self._show_bench, self._show_decision, self._show_clinic)
        for given, show in zip((report, bench, decision, clinic), shows, strict=True):
            if given is not None:
                show(given)
        self._go_to(self.tab)

    @property
    def recipe(self) -> Recipe | None:
        """The recipe as it stands; None while something in it is wrong."""
        return self.recipe_panel.recipe

    def to_code(self) -> str:
        """The cell that makes this workbench again: its data, recipe, run and open tab."""
        if not hasattr(self, "recipe_panel"):
            return ""
        recipe, given = self.recipe_panel.recipe, ["ds"]
        if recipe is None:
            lines = data_code(self.dataset)
        else:
            lines, given = recipe_code(recipe, self.dataset).removeprefix(IMPORT), ["ds", "recipe"]
        if self.run is not None:
            given.append(f"run={self.run.id!r}")
        for name in ("report", "bench", "decision", "clinic"):
            if (shown := self._shown.get(name)) is not None:
                kept = isinstance(shown, (Report, RewardClinic))
                given.append(f"{name}={name if kept else repr(getattr(shown, 'id', shown))}")
        if (labelled := self._shown.get("preferences")) is not None:
            lines += self.label_form.pairs_code()
            given.append(f"preferences={labelled.to_code()}")
        if self.tab != ("data" if self.run is None else "run"):
            given.append(f"tab={self.tab!r}")
        return f"{lines}wb.panels.Workbench({', '.join(given)})"

    def fill_static(self, form: StaticForm) -> None:
        """Data and recipe at a glance."""
        form.text(self.dataset.describe())
        if self.recipe is not None:
            form.figures(self.recipe.summary())
        if self.run is not None:
            form.text(f"Run {self.run.id}: {self.run.status}")

    # ---- behind it

    def _put(self, name: str, *widgets: ipywidgets.Widget) -> None:
        self._places[name].children = widgets
        answer_while_busy(self._places[name])

    def _on_open(self) -> None:
        self.dataset = load_dataset(self._source.value)

    def _use(self, dataset: Dataset) -> None:
        """Another data set, opened or repaired: every tab takes it."""
        with self._joining:
            if self.data.dataset is not dataset:
                self.data.dataset = dataset
            self.recipe_panel.put_dataset(dataset)
            self._source.value = dataset.name
            self._recipe_changed()

    def _recipe_changed(self) -> None:
        self._update_code()
        if self.tab == "tokens":
            self._show_tokens()

    def _follow(self, run: Any) -> None:
        self.run = run
        if run is None:
            return
        self.run_panel = RunPanel(run)
        self.recipe_panel.put_run(ipywidgets.HTML(text_html("The run is followed under Run.")))
        self._put("run", self.run_panel)
        self.compare = self._compared = None
        self._shown.pop("clinic", None)
        self._update_code()
        self.tab = "run"

    def _run_answers(self) -> bool:
        return self.run is not None and self.run.status == "completed" and self.run.writes_answers

    def _evaluated(self) -> list[Any]:
        """What an evaluation asks: the base model, and the run where it is completed and writes answers."""
        if self._run_answers():
            return [self.run.recipe.model, self.run]
        recipe = self.recipe_panel.recipe
        return [] if recipe is None else [recipe.model]

    def _writers(self) -> dict[str, Any]:
        """What can write replies, each by its title; the model under Recipe needs no recipe that is right."""
        if self._run_answers():
            return {"the run": self.run, "the base model": self.run.recipe.model}
        model = self.recipe_panel.form.values()["model"]
        return {"the model under Recipe": model} if model else {}

    def _show_report(self, report: Any) -> None:
        self._show_under(self.evaluation_form, "report", report, ReportPanel(report))

    def _show_bench(self, bench: Any) -> None:
        self._show_under(self.bench_form, "bench", bench, BenchPanel(bench))

    def _show_decision(self, decision: Any) -> None:
        self._show_under(self.decision_form, "decision", decision, LadderPanel(decision))

    def _show_labelling(self, panel: PreferencePanel) -> None:
        self._show_under(self.label_form, "preferences", panel, panel)

    def _train_on(self, objective: type[Objective], dataset: Dataset, model: Any) -> None:
        """What was labelled is the data, what wrote the replies the model; the rest of the recipe stays."""
        self.recipe_panel.put_objective(objective, model)
        self.dataset = dataset
        self.tab = "recipe"

    def _show_clinic(self, clinic: Any) -> None:
        if self.run is not None and self._compared is not self.run:
            self._show_comparison()
        if self.compare is not None:
            raise InvalidInputError(
                f"{self.run.id} is no reward model, so there is no clinic of it. Leave out clinic=."
            )
        self._shown["clinic"] = clinic
        self._put("compare", *self._clinic_forms(), ClinicPanel(clinic))
        self._update_code()

    def _clinic_forms(self) -> list[ClinicForm]:
        return [each for each in self._places["compare"].children if isinstance(each, ClinicForm)]

    def _optimise(self) -> None:
        """PPO against the reward model that was trained last, from the model it was trained from."""
        self.recipe_panel.put_objective(PPO, self.run.recipe.model, reward=self.run.id)
        self.tab = "recipe"

    def _show_under(self, form: ipywidgets.Widget, name: str, shown: Any, panel: Panel) -> None:
        """A panel, under the form that starts another of its kind."""
        self._shown[name] = shown
        self._put(name, form, panel)
        self._update_code()

    def _go_to(self, tab: str) -> None:
        self._tabs.selected_index = TABS.index(tab)
        self.head.send({"kind": "top"})
        if tab == "tokens":
            self._show_tokens()
        elif tab == "report":
            self.evaluation_form.refresh()
        elif tab == "preferences":
            self.label_form.refresh()
        elif tab == "compare" and self._compared is not self.run:
            self._show_comparison()
        elif tab == "compare":
            for form in self._clinic_forms():
                form.refresh()

    def _show_tokens(self) -> None:
        recipe = self.recipe_panel.recipe
        if recipe is not None and (
            self.lens is None or (self.lens.recipe, self.lens.dataset) != (recipe, self.dataset)
        ):
            self.lens = TokenLens(self.dataset, recipe)
            self._put("tokens", self.lens)

    def _show_comparison(self) -> None:
        if self.run.status != "completed":
            self._places["compare"].children = [
                ipywidgets.HTML(text_html(f"The run is {self.run.status}. {WAITING['compare']}"))
            ]
            if self.run.status in LIVE and self._awaited is not self.run:
                self._awaited = self.run
                self.in_background(self._compare_once_over, self.run)
            return
        if self.run.writes_answers:
            self.compare = ComparePanel([self.run.recipe.model, self.run], self.dataset)
            self._put("compare", self.compare)
        else:
            form = ClinicForm(self.run, lambda: self.dataset, self._show_clinic, self._optimise, self.in_background)
            self._put("compare", form)
        self._compared = self.run

    def _compare_once_over(self, run: Any) -> None:
        """Who looks at Compare while a run goes on sees the comparison when it has ended."""
        run.wait()
        self._awaited = None
        if run is self.run and self.tab == "compare":
            self._show_comparison()
