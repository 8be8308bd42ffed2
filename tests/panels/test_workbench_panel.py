"""Workbench: what is chosen in one tab is what the next one uses, and its code makes it again."""

import json
import threading
from types import SimpleNamespace

import pytest

import workbench as wb
from tests.bench.test_decision import decided
from workbench.errors import DatasetError, InvalidInputError, ModelNotFoundError
from workbench.panels import Workbench, _decision_form, recipe


@pytest.fixture
def make(monkeypatch):
    """Make workbenches whose background work can be waited for."""
    from workbench.panels._panel import Panel

    monkeypatch.setattr(recipe, "PAUSE", 0)
    started = []
    run = Panel.in_background

    def in_background(self, function, *args, **options):
        started.append(run(self, function, *args, **options))
        return started[-1]

    monkeypatch.setattr(Panel, "in_background", in_background)

    def settle():
        while started:
            started.pop(0).join(30)

    def build(*args, **options):
        panel = Workbench(*args, **options)
        panel.settle = settle
        settle()
        return panel

    return build


def rows(tmp_path, n=30):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps({"prompt": f"q{i % 20}", "completion": f"a{i % 20}"}) + "\n" for i in range(n)))
    return path


def test_a_data_set_that_is_opened_and_repaired_is_what_the_recipe_trains_on(make, tmp_path):
    panel = make()
    assert panel.recipe is not None
    panel._source.value = str(rows(tmp_path))
    panel._open.click()
    panel.settle()
    assert panel.recipe.load_dataset().hash == panel.dataset.hash == panel.data.dataset.hash
    before = panel.dataset.hash
    panel.data._on_message({"kind": "apply", "value": {"check": "exact_duplicates", "key": ""}})
    panel.settle()
    assert panel.recipe.load_dataset().hash == panel.dataset.hash != before

    names = {"wb": wb}
    exec(panel.to_code().rpartition("wb.panels.Workbench(")[0], names)
    assert names["ds"].hash == panel.dataset.hash
    assert names["recipe"].hash == panel.recipe.hash
    again = make(names["ds"], names["recipe"])
    assert again.to_code() == panel.to_code()


def test_tokens_are_those_of_the_recipe_as_it_stands(make, tmp_path):
    panel = make(rows(tmp_path))
    panel.tab = "tokens"
    panel.settle()
    assert panel.lens.recipe == panel.recipe
    panel.tab = "recipe"
    panel.recipe_panel.form.seed.control.value = "7"
    panel.settle()
    panel.tab = "tokens"
    assert panel.lens.recipe.seed == 7
    assert "tab='tokens'" in panel.to_code()


def test_what_cannot_be_opened_is_told_and_the_rest_stays(make, tmp_path):
    panel = make(rows(tmp_path))
    before = panel.dataset.hash
    panel._source.value = str(tmp_path / "nowhere.jsonl")
    panel._open.click()
    panel.settle()
    assert "nowhere.jsonl" in panel.head._error
    assert panel.dataset.hash == before
    with pytest.raises(DatasetError):
        Workbench("no-such-data")
    with pytest.raises(InvalidInputError, match="must be a Recipe"):
        Workbench(recipe="tiny-support")


def test_a_run_is_followed_and_then_compared(make, tmp_path, tiny_model, arithmetic):
    ds = wb.load_dataset(arithmetic, split={"validation": 0.1, "test": 0.1})
    training = wb.Training(max_steps=2, batch_size=4, dtype="fp32", num_probes=0)
    panel = make(ds, wb.Recipe(str(tiny_model), ds, tuning=wb.LoRA(r=2), training=training))
    panel.tab = "compare"
    assert panel.compare is None
    run = panel.recipe_panel.train()
    assert panel.tab == "run"
    assert panel.run_panel.runs == (run,)
    assert run.wait(120) == "completed"
    panel.tab = "compare"
    panel.settle()
    assert panel.compare.wait(60)
    assert len(panel.compare.systems) == 2
    assert f"run='{run.id}', tab='compare'" in panel.to_code()
    panel.tab = "data"
    code = panel.to_code().splitlines()[-1]
    assert f"run='{run.id}', tab='data'" in code
    again = eval(code, {"wb": wb, "ds": ds, "recipe": panel.recipe})
    assert again.tab == "data", "a run does not turn to its own tab where another is asked for"
    panel.tab = "compare"
    saved = panel.static_form().html()
    assert run.id in saved


def test_a_run_that_goes_on_is_not_compared_yet(make, tmp_path):
    panel = make(rows(tmp_path))
    over = threading.Event()
    panel.run = SimpleNamespace(status="running", id="r", wait=lambda: over.wait(30))
    panel.tab = "compare"
    assert "The run is running" in panel._places["compare"].children[0].value
    panel.run.status = "failed"
    over.set()
    panel.settle()
    assert "The run is failed" in panel._places["compare"].children[0].value, "who looks on sees how it ended"


def test_the_base_model_is_evaluated_before_there_is_a_run_and_followed(make, tiny_model, arithmetic):
    ds = wb.load_dataset(arithmetic, split={"validation": 0.1, "test": 0.2})
    panel = make(ds, wb.Recipe(str(tiny_model), ds), tab="report")
    form = panel.evaluation_form
    assert "There is no run yet" in form.words.value
    form.rows.value = 5
    form.start.click()
    panel.settle()
    assert panel.head._error == ""
    evaluation = wb.open_evaluation("last")
    try:
        assert evaluation.systems == [tiny_model.name]
        assert evaluation.progress()["total"] == 5
        [_, shown] = panel._places["report"].children
        assert shown.report.id == evaluation.id
        assert f"report='{evaluation.id}', tab='report'" in panel.to_code()
    finally:
        evaluation.stop()

    recipe = SimpleNamespace(model="base")
    panel.run = SimpleNamespace(status="completed", id="r", recipe=recipe, writes_answers=True)
    panel.tab = "data"
    panel.tab = "report"
    assert panel._evaluated() == ["base", panel.run]
    assert "The base model and the run" in form.words.value
    panel.run.writes_answers = False
    assert panel._evaluated() == [panel.recipe.model], "a reward model writes no answers"


def test_a_decision_is_started_and_shown_without_code(make, tmp_path, monkeypatch):
    decision, asked = decided(tmp_path, {"as it is": 10, "few-shot": 40, "LoRA": 42}), []
    monkeypatch.setattr(_decision_form, "decide", lambda recipe, **given: asked.append((recipe, given)) or decision)
    panel = make(rows(tmp_path), tab="decision")
    form = panel.decision_form
    assert "Is tuning needed at all?" in form.children[0].value
    form.prompts.value = "Be brief.\n\n  Be polite. "
    form.shots.value, form.margin.value = "2, 5", 3
    form.start.click()
    panel.settle()
    given = {"prompts": ["Be brief.", "Be polite."], "shots": [2, 5], "max_rows": 100, "margin": 0.03}
    assert asked == [(panel.recipe, given)]
    [_, shown] = panel._places["decision"].children
    assert "Stop at few-shot" in shown._verdict.value
    assert "decision='one', tab='decision'" in panel.to_code()
    form.shots.value = "two"
    form.start.click()
    panel.settle()
    assert "whole numbers, such as 2, 5; got 'two'" in panel.head._error
    assert len(asked) == 1


def test_a_bench_is_started_without_code(make, tiny_model, arithmetic):
    ds = wb.load_dataset(arithmetic, split={"validation": 0.2, "test": 0.2})
    training = wb.Training(max_steps=2, batch_size=4, eval_steps=2, dtype="fp32", num_probes=0)
    panel = make(recipe=wb.Recipe(str(tiny_model), ds, training=training), tab="bench")
    form = panel.bench_form
    assert [name for name, box in form.ways.items() if box.value] == ["lora", "prompt"]
    assert "6 trainings" in form.note.value
    form.ways["prompt"].value = False
    form.seeds.value = 2
    form.rates.value = (0.3, 1.0, 3.0)
    assert "4 trainings" in form.note.value
    form.rates.value = (1.0,)
    form.start.click()
    panel.settle()
    bench = wb.open_bench("last")
    assert bench.wait(120) == "completed", bench.reason
    assert list(bench.plan["entries"]) == ["LoRA"]
    form.ways["lora"].value = False
    with pytest.raises(InvalidInputError, match="No way of tuning is ticked"):
        form.launch()


def test_replies_of_the_model_are_labelled_and_trained_on(make, tiny_model, arithmetic):
    ds = wb.load_dataset(arithmetic, split={"validation": 0.1, "test": 0.1})
    panel = make(ds, wb.Recipe(str(tiny_model), ds), tab="preferences")
    form = panel.label_form
    assert [title for title, _ in form.replies.options] == ["two of the model under Recipe"]
    form.rows.value, form.annotator.value = 6, "ann"
    form.start.click()
    panel.settle()
    assert panel.head._error == ""
    [_, shown] = panel._places["preferences"].children
    assert len(shown.labelling.rows) == 6
    assert [row["prompt"] for row in shown.labelling.rows] == [ds[at]["prompt"] for at in range(6)]
    form._trained[0].click()
    panel.settle()
    assert "No pair has been told apart yet" in panel.head._error
    for _ in range(4):
        shown._act({"kind": "label", "choice": "left"})

    names = {"wb": wb, "rows": arithmetic}
    code = panel.to_code()
    assert ", preferences=wb.panels.PreferencePanel(pairs, annotator='ann', folder='" in code
    exec(code.rpartition("wb.panels.Workbench(")[0], names)
    assert names["pairs"] == shown.labelling.rows
    folder = shown.labelling.folder
    again = make(
        ds, panel.recipe, preferences=wb.panels.PreferencePanel(names["pairs"], annotator="ann", folder=folder)
    )
    assert len(again._places["preferences"].children[1].labelling.labels) == 4

    form._trained[0].click()
    panel.settle()
    assert panel.tab == "recipe"
    assert panel.dataset.type == "preference"
    assert sum(panel.dataset.splits.values()) == 4
    assert isinstance(panel.recipe.objective, wb.Reward)
    assert panel.recipe.model == str(tiny_model)
    assert wb.load_dataset(panel.dataset.source["source"]).hash == panel.dataset.hash, "any process finds it"


def test_labels_of_a_preference_set_are_hidden_and_two_systems_can_be_compared(make, tiny_model):
    rows = [{"prompt": f"q{n}", "chosen": "yes", "rejected": "no"} for n in range(8)]
    ds = wb.load_dataset(rows, split={})
    panel = make(ds, wb.Recipe(str(tiny_model), ds, objective=wb.DPO()))
    panel.run = SimpleNamespace(status="completed", id="r", recipe=SimpleNamespace(model="base"), writes_answers=True)
    panel.tab = "preferences"
    form = panel.label_form
    assert [title for title, _ in form.replies.options] == [
        "the data's own, blind", "two of the run", "two of the base model", "the run and the base model",
    ]  # fmt: skip
    form.launch()
    assert form._panel._stage._focus, "keys are taken without a click"
    [_, shown] = panel._places["preferences"].children
    assert {(row["a"], row["b"]) for row in shown.labelling.rows} == {("yes", "no"), ("no", "yes")}
    assert 'pairs = wb.load_dataset(rows, split={}).split("train").head(50)\n' in panel.to_code()


def test_pairs_that_are_given_are_gone_on_with_and_named_in_the_code(make):
    pairs = [{"prompt": f"q{n}", "a": "yes", "b": "no"} for n in range(4)]
    panel = make(preferences=pairs, tab="preferences")
    assert panel._places["preferences"].children[1].labelling.rows == pairs
    code = panel.to_code()
    assert "# pairs: the pairs that were given in memory\n" in code
    exec(code.rpartition("wb.panels.Workbench(")[0], {"wb": wb})


def test_without_a_model_nothing_is_written(make, arithmetic):
    panel = make(wb.load_dataset(arithmetic, split={}))
    panel.recipe_panel.form.model.value = "no-such-model"
    panel.settle()
    with pytest.raises(ModelNotFoundError, match="no-such-model"):
        panel.label_form.launch()
    panel.recipe_panel.form.model.value = ""
    with pytest.raises(InvalidInputError, match="There is no model to write replies"):
        panel.label_form.launch()


def test_of_a_reward_model_the_clinic_stands_where_answers_are_compared(make, tiny_model, tmp_path):
    rows = [{"prompt": f"q{n % 9}", "chosen": f"yes {n}", "rejected": f"no {n}"} for n in range(40)]
    ds = wb.load_dataset(rows, split={"validation": 0.1, "test": 0.2})
    training = wb.Training(max_steps=2, batch_size=4, dtype="fp32", num_probes=0)
    recipe = wb.Recipe(str(tiny_model), ds, objective=wb.Reward(), tuning=wb.LoRA(r=2), training=training)
    panel = make(ds, recipe)
    run = panel.recipe_panel.train()
    assert run.wait(120) == "completed"
    panel.tab = "compare"
    panel.settle()
    [form] = panel._places["compare"].children
    assert f"{run.id} is a reward model" in form.children[0].value
    form.start.click()
    panel.settle()
    assert panel.head._error == ""
    [_, shown] = panel._places["compare"].children
    job = shown.clinic
    assert job.wait(120) == "completed"
    assert f"run='{run.id}', clinic='{job.id}', tab='compare'" in panel.to_code()
    panel.tab = "data"
    panel.tab = "compare"
    assert panel._places["compare"].children == (form, shown), "it is not made anew"
    again = make(ds, recipe, run=run.id, clinic=job.id, tab="compare")
    assert again._places["compare"].children[1].found.verdict() == shown.found.verdict()

    form.optimise.click()
    panel.settle()
    assert panel.tab == "recipe"
    assert isinstance(panel.recipe.objective, wb.PPO)
    assert (panel.recipe.model, panel.recipe.objective.reward) == (str(tiny_model), f"run:{run.path}")
