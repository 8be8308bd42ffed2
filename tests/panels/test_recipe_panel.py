"""RecipePanel: the form is the recipe, every problem stands beside its setting, and Train starts a run."""

from pathlib import Path
from types import SimpleNamespace

import ipywidgets
import pytest

import workbench as wb
from workbench.draft import PRESETS, examine
from workbench.errors import RecipeError
from workbench.panels import RecipePanel, recipe
from workbench.panels._memory import PARTS, memory_html
from workbench.runs.speeds import Measured


class Shown(ipywidgets.VBox):
    """Stands where RunPanel would."""

    def __init__(self, run):
        super().__init__()
        self.run = run


@pytest.fixture
def make(monkeypatch, tiny_model, arithmetic):
    """Make panels whose background work can be waited for, and that launch nothing."""
    monkeypatch.setattr(recipe, "PAUSE", 0)
    monkeypatch.setattr(recipe, "RunPanel", Shown)
    monkeypatch.setattr(recipe, "launch", lambda given: SimpleNamespace(id="run-1", recipe=given))
    started = []
    run = RecipePanel.in_background

    def in_background(self, function, *args):
        thread = run(self, function, *args)
        started.append(thread)
        return thread

    monkeypatch.setattr(RecipePanel, "in_background", in_background)

    def settle():
        while started:
            started.pop().join(20)

    def build(*args, **options):
        options = options or ({} if args else {"model": str(tiny_model), "dataset": wb.load_dataset(arithmetic)})
        panel = RecipePanel(*args, **options)
        panel.settle = settle
        settle()
        return panel

    return build


def setting(panel, where):
    return next(item for item in panel.form._settings() if item.field.where == where)


def test_the_form_is_the_recipe(make):
    panel = make()
    setting(panel, "training.max_steps").control.value = "7"
    setting(panel, "tuning.r").control.value = "4"
    panel.form.seed.control.value = "3"
    panel.settle()

    assert (panel.recipe.training.max_steps, panel.recipe.tuning.r, panel.recipe.seed) == (7, 4, 3)
    assert not panel._train.disabled


def test_every_problem_stands_beside_its_setting(make):
    panel = make()
    setting(panel, "training.max_steps").control.value = "many <b>"
    setting(panel, "tuning.r").control.value = "0"
    panel.form.model.value = ""
    panel.settle()

    assert panel.recipe is None
    assert panel._train.disabled
    assert "got &#x27;many &lt;b&gt;&#x27;" in setting(panel, "training.max_steps").note.value
    assert "Must be 1 to 512" in setting(panel, "tuning.r").note.value
    assert "is empty" in panel.form._notes["model"].value.lower()
    assert "3 settings need a change" in panel._status.value
    assert panel.to_code().startswith("# The recipe has problems")
    setting(panel, "tuning.r").control.value = "8"
    assert "Must be" not in setting(panel, "tuning.r").note.value


def test_a_model_or_file_that_is_not_there_is_said_beside_its_name(make):
    panel = make()
    panel.form.model.value = "no-such-model"
    panel.settle()
    assert "no-such-model" in panel.form._notes["model"].value
    assert panel._train.disabled

    panel.form.dataset.value = "no-such-file.csv"
    panel.settle()
    assert "no-such-file.csv" in panel.form._notes["dataset"].value


def test_facts_and_what_auto_becomes(make):
    panel = make()
    assert "Trainable" in panel._facts.value
    rate = panel.recipe.tuning.auto_learning_rate(30_912)
    assert f"{rate.value:g}" in setting(panel, "training.learning_rate").note.value


def test_another_tuning_brings_its_own_settings_and_its_advice(make):
    panel = make()
    setting(panel, "tuning.r").control.value = "4"
    panel.form.tuning.value = wb.Full
    panel.settle()

    assert isinstance(panel.recipe.tuning, wb.Full)
    assert wb.Full.not_when in panel.form._notes["tuning"].value
    assert not any(item.field.where == "tuning.r" for item in panel.form._settings())
    panel.form.tuning.value = wb.LoRA
    assert panel.form.values()["tuning.r"] == 4


def test_expert_settings_are_shown_when_asked_for(make):
    panel = make()

    def drawn():
        boxes = [box for box in panel.form._sections.children if isinstance(box, ipywidgets.Box)]
        return {
            getattr(child, "field", SimpleNamespace(name="template")).name for box in boxes for child in box.children
        }

    assert {"max_steps", "r", "seed"} <= drawn()
    assert not {"lr_scheduler", "template", "use_dora", "completion_only_loss"} & drawn()
    panel.form.expert.value = True
    assert {"lr_scheduler", "template", "use_dora", "completion_only_loss"} <= drawn()


def test_a_recipe_fills_the_form_and_comes_back_the_same(make, tiny_model, arithmetic):
    given = wb.Recipe(
        str(tiny_model),
        wb.load_dataset(arithmetic),
        tuning=wb.LoRA(r=2, target_modules=("q_proj", "v_proj"), use_dora=True),
        training=wb.Training(learning_rate=1e-4, packing=False, max_length=None),
        template="plain",
        seed=5,
    )
    panel = make(given)
    assert panel.recipe == given

    other = given.replace({"tuning": wb.Full(), "training.max_steps": 3, "template": None})
    panel.recipe = other
    panel.settle()
    assert panel.form.tuning.value is wb.Full
    assert setting(panel, "training.max_steps").control.value == "3"
    assert panel.recipe == other


def test_train_starts_the_run_and_shows_it(make):
    panel = make()
    panel._on_train()
    panel.settle()

    assert panel.run.recipe == panel.recipe
    assert [type(child) for child in panel._place.children] == [Shown]
    assert panel.head._code.endswith("run = wb.launch(recipe)\nwb.panels.RunPanel(run)\n")
    assert "run-1" in panel._status.value


def test_train_in_code_raises_what_the_panel_would_say(make):
    panel = make()
    setting(panel, "tuning.r").control.value = "0"

    with pytest.raises(RecipeError, match=r"tuning\.r: must be 1 to 512"):
        panel.train()


def test_rows_are_checked_as_tokens_when_asked(make):
    panel = make()
    setting(panel, "training.max_length").control.value = "8"
    panel.settle()
    panel._on_check()
    assert "max_length" in panel._problems.value

    setting(panel, "training.max_length").control.value = "512"
    panel.settle()
    panel._on_check()
    assert "nothing stands against" in panel._problems.value


def test_copy_as_code_makes_the_same_recipe(make):
    panel = make()
    setting(panel, "training.max_steps").control.value = "7"
    panel.settle()
    scope = {}
    exec(panel.head._code, scope)

    assert scope["recipe"].hash == panel.recipe.hash


def test_every_control_has_a_name(make):
    panel = make()
    panel.form.expert.value = True
    names = [item.control.description for item in panel.form._settings()]

    assert all(names)
    assert len(set(names)) == len(names)


def test_the_saved_form_is_the_recipe_at_a_glance(make, tiny_model):
    html = make().static_form().html()

    assert str(tiny_model) in html
    assert "LoRA" in html


def test_a_recipe_is_pasted_back_and_what_changed_is_told(make):
    panel = make()
    other = panel.recipe.replace({"tuning": wb.PromptTuning(num_virtual_tokens=5), "training.max_steps": 9})
    for text in (other.to_yaml(), wb.Recipe("tiny-support", "support-desk/tickets", seed=4).to_code()):
        wanted = wb.Recipe.from_code(text)
        panel._paste.toggle.value = True
        panel._paste.text.value = text
        panel._paste.done.click()
        panel.settle()
        assert panel.recipe.hash == wanted.hash
        assert wb.Recipe.from_code(panel.to_code()).hash == wanted.hash
        assert "<th scope='row'>tuning.name</th>" in panel._paste.told.value
    panel._paste.text.value = "print('hello')"
    panel._paste.done.click()
    panel.settle()
    assert "no wb.Recipe" in panel.head._error
    assert panel.recipe.hash == wanted.hash
    panel._paste.toggle.value = False
    assert panel._paste.children == ()


def test_memory_is_shown_part_by_part(make):
    panel = make()
    assert "Memory: weights" in panel._facts.value
    parts = examine(panel.recipe).memory
    assert panel._facts.value.count("wb-part ") == sum(count > 0 for count in parts.values()) >= 5
    lora = panel._facts.value
    panel.form.tuning.value = wb.Full
    panel.settle()
    assert panel._facts.value != lora
    huge = memory_html({"weights": 3e12, "gradients": 0.0}, 2**34)
    assert "wb-memory-over" in huge
    assert "only 16.0 GiB here" in huge
    assert memory_html({}, 2**34) == ""
    parts = memory_html(dict.fromkeys(PARTS, 1000000000.0), 2**34)
    css = (Path(recipe.__file__).parents[1] / "_static" / "panel.css").read_text()
    assert all(f"wb-part-{number}" in parts and f".wb-part-{number}" in css for number in range(1, 8))


def test_a_preset_is_typed_in(make):
    panel = make()
    panel._preset.value = PRESETS["little memory"]
    panel.settle()
    training = panel.recipe.training
    assert (training.batch_size, training.gradient_accumulation_steps, training.gradient_checkpointing) == (2, 8, True)
    assert panel._preset.label == "as typed"
    for changes in PRESETS.values():
        assert not panel.recipe.replace(changes).problems()


def test_time_and_memory_are_those_of_a_run_of_the_same_kind(make, monkeypatch):
    panel = make()
    assert "not known before" in panel._facts.value
    found = Measured("run-7", 0.5, 1_400_000_000, "resident memory of the process")
    monkeypatch.setattr(recipe, "measured", lambda given: found)
    setting(panel, "training.max_steps").control.value = "100"
    panel.settle()
    assert "about 13 min, as fast as run-7" in panel._facts.value
    assert "1.3 GiB in run-7 (resident memory of the process)" in panel._facts.value


def test_what_is_chosen_is_always_named():
    panel = RecipePanel(model="tiny-support", dataset="support-desk/tickets")
    assert panel._preset.label == "as typed"
    assert panel.form.template.label
    panel._preset.value = next(iter(PRESETS.values()))
    assert panel._preset.label == "as typed", "each setting can be changed afterwards"
    panel.form.fill(wb.Recipe("tiny-support", "support-desk/tickets"))
    assert panel.form.template.label
    assert panel.recipe.template is None
