"""Recipes: checked at once, round trips, hashes by content."""

from __future__ import annotations

import dataclasses
import json
import shutil

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from workbench.recipe import parse_set

ROWS = [{"prompt": f"p{i}", "completion": f"c{i}"} for i in range(30)]
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda text: text.strip()
)


def recipe(**changes):
    return wb.Recipe(**{"model": "tiny-support", "dataset": "support-desk/tickets", **changes})


def problems_of(call):
    with pytest.raises(wb.RecipeError) as caught:
        call()
    return {problem.where: str(problem) for problem in caught.value.problems}


def test_defaults():
    made = recipe()
    assert (made.objective, made.tuning, made.training, made.seed) == (wb.SFT(), wb.LoRA(), wb.Training(), 0)
    assert made.data == {
        "source": "support-desk/tickets",
        "columns": None,
        "split": None,
        "bad_rows": None,
        "max_rows": None,
        "hash": None,
    }
    assert dict(made.summary())["Tuning"] == "LoRA, r=8"


def test_it_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        recipe().seed = 3


def test_all_problems_at_once():
    found = problems_of(lambda: wb.Recipe(
        model=3, dataset=7, objective="sft", template="nothing", seed=-1, trust_remote_code="yes",
    ))  # fmt: skip
    assert set(found) == {"model", "dataset", "objective", "template", "seed", "trust_remote_code"}
    assert "wb.SFT()" in found["objective"]
    found = problems_of(lambda: wb.Recipe.from_yaml(
        "model: m\ndataset: d\ntuning: {name: lora, r: 0, lora_dropout: 2, rang: 3}\n"
        "training: {batch_size: 1.5, max_steps: 5, num_epochs: 2.0}\nseed: -1\n"
    ))  # fmt: skip
    assert set(found) == {"tuning.r", "tuning.lora_dropout", "tuning.rang", "training.batch_size", "seed"}
    assert "got 0" in found["tuning.r"]
    assert "got 1.5 (float)" in found["training.batch_size"]
    found = problems_of(lambda: recipe().replace({"tuning.r": 0, "training.batch_size": 1.5, "training.rate": 1}))
    assert set(found) == {"tuning.r", "training.batch_size", "training.rate"}


@pytest.mark.parametrize(
    ("make", "where", "message"),
    [
        (lambda: wb.LoRA(r="8"), "tuning.r", "must be a whole number, got '8' (str)"),
        (lambda: wb.LoRA(r=0), "tuning.r", "must be 1 to"),
        (lambda: wb.QLoRA(r=8, quant_type="nf3"), "tuning.quant_type", "'nf4'"),
        (lambda: wb.Training(max_steps=1.5), "training.max_steps", "got 1.5 (float)"),
        (lambda: wb.Training(learning_rate=float("nan")), "training.learning_rate", "got nan"),
        (lambda: wb.SFT(completion_only_loss="yes"), "objective.completion_only_loss", "got 'yes'"),
    ],
)
def test_a_value_that_will_not_do_is_refused_where_it_stands(make, where, message):
    found = problems_of(make)
    assert set(found) == {where}
    assert message in found[where]


def test_the_metric_of_the_best_checkpoint_is_checked_before_a_run_starts():
    found = problems_of(lambda: recipe(training=wb.Training(best_metric="eval_los")))
    assert "did you mean 'eval_loss'?" in found["training.best_metric"]
    found = problems_of(lambda: recipe(training=wb.Training(best_metric="eval_mean_token_accuracy")))
    assert "the worst checkpoint would be kept" in found["training.greater_is_better"]
    recipe(training=wb.Training(best_metric="eval_mean_token_accuracy", greater_is_better=True))
    for up in (True, False):
        recipe(training=wb.Training(best_metric="eval_entropy", greater_is_better=up))


def test_rows_of_a_type_the_objective_cannot_train_on():
    rows = [{"prompt": "a", "chosen": "b", "rejected": "c"}]
    assert "preference" in problems_of(lambda: recipe(dataset=rows))["dataset"]
    chat = [{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}]
    assert "conversations" in problems_of(lambda: recipe(dataset=chat, template="plain"))["template"]


def test_building_reads_nothing(tmp_path):
    made = wb.Recipe("no/such-model", str(tmp_path / "missing.csv"))
    assert made.to_yaml() == wb.Recipe.from_yaml(made.to_yaml()).to_yaml()
    found = {problem.where: problem.message for problem in made.problems()}
    assert set(found) == {"model", "dataset"}
    assert "missing.csv" in found["dataset"]


def test_problems_of_rows_that_are_read():
    assert recipe().problems() == []
    assert [p.where for p in recipe(dataset={"source": "support-desk/tickets", "hash": "0" * 16}).problems()] == [
        "dataset"
    ]


@pytest.mark.parametrize(
    ("text", "where", "needle"),
    [
        ("model: x\ndataset: y\ntraning: {}\n", "traning", "did you mean 'training'"),
        ("model: x\ndataset: y\ntraining: {max_step: 3}\n", "training.max_step", "did you mean 'max_steps'"),
        ("model: x\ndataset: y\ntraining: {max_steps: ten}\n", "training.max_steps", "'ten'"),
        ("model: x\ndataset: y\ntraining: {max_steps: 50.5}\n", "training.max_steps", "50.5"),
        ("model: x\ndataset: y\ntraining: 3\n", "training", "mapping of settings"),
        ("model: x\ndataset: y\ntuning: {name: loro}\n", "tuning.name", "did you mean 'lora'"),
        ("model: x\ndataset: y\ntuning: {r: 3}\n", "tuning.name", "is missing"),
        ("model: x\ndataset: y\nobjective: dpoo\n", "objective.name", "Known: "),
        ("model: x\ndataset: {source: y, colums: {}}\n", "dataset.colums", "did you mean 'columns'"),
        ("model: x\ndataset: {columns: [1]}\n", "dataset.source", "None"),
        ("model: x\ndataset: {source: y, hash: 1234}\n", "dataset.hash", "quotes"),
        ("dataset: y\nseed: 0\n", "model", "is missing"),
        ("model: x\nseed: 0\n", "dataset", "is missing"),
        ("model: [x\n", "line 2", "not valid YAML"),
        ("- model\n- x: y\n", "recipe", "must be a mapping"),
        ("missing.yaml", "recipe", "no file 'missing.yaml'"),
    ],
)
def test_yaml_that_cannot_be(text, where, needle):
    found = problems_of(lambda: wb.Recipe.from_yaml(text))
    assert where in found
    assert needle in found[where]


def test_yaml_with_many_problems_names_them_all():
    text = "model: x\ndataset: y\nfoo: 1\ntraining: {max_step: 3, batch_size: 0}\nseed: -1\n"
    text += "tuning: {name: lora, r: 0, rr: 1}\n"
    found = problems_of(lambda: wb.Recipe.from_yaml(text))
    assert set(found) == {"foo", "training.max_step", "training.batch_size", "tuning.r", "tuning.rr", "seed"}


def test_numbers_that_yaml_reads_as_text():
    assert yaml.safe_load("1e-4") == "1e-4"
    made = wb.Recipe.from_yaml("model: x\ndataset: y\ntraining: {learning_rate: 1e-4, warmup: 5e-2}\n")
    assert (made.training.learning_rate, made.training.warmup) == (1e-4, 0.05)
    assert recipe().replace(dict([parse_set("training.learning_rate=2e-5")])).training.learning_rate == 2e-5


SETTINGS = st.fixed_dictionaries({}, optional={
    "max_steps": st.integers(1, 10**6), "learning_rate": st.floats(1e-8, 1.0) | st.just("auto"),
    "batch_size": st.integers(1, 64), "warmup": st.floats(0, 0.99), "packing": st.just("auto") | st.just(False),
    "max_length": st.none() | st.integers(8, 4096), "record_samples": st.booleans(),
    "lr_scheduler": st.sampled_from(["linear", "cosine", "constant"]),
})  # fmt: skip
TUNINGS = st.just(wb.Full()) | st.builds(
    wb.LoRA, r=st.integers(1, 64), lora_alpha=st.floats(0.01, 64) | st.integers(1, 64), use_dora=st.booleans(),
    target_modules=st.just("all-linear") | st.lists(st.sampled_from(["q_proj", "v_proj"]), min_size=1, max_size=2),
)  # fmt: skip
RECIPES = st.builds(
    lambda model, source, columns, split, tuning, training, template, seed: wb.Recipe(
        model, {"source": source, "columns": columns, "split": split}, wb.SFT(), tuning,
        wb.Training(**training), template, seed,
    ),
    TEXTS, TEXTS, st.none() | st.dictionaries(st.sampled_from(["prompt", "completion"]), TEXTS, max_size=2),
    st.none() | st.dictionaries(TEXTS, st.floats(0.01, 0.3) | TEXTS, max_size=2), TUNINGS, SETTINGS,
    st.sampled_from([None, "plain", "bundled", "{% for m in messages %}\n  {{ m['content'] }}\n{% endfor %}\n"]),
    st.integers(0, 2**32 - 1),
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(RECIPES)
def test_yaml_round_trip_is_exact(made):
    text = made.to_yaml()
    again = wb.Recipe.from_yaml(text)
    assert again == made
    assert again.to_yaml() == text
    assert hash(again) == hash(made)


def test_replace():
    start = recipe()
    made = start.replace({"training.max_steps": 50, "tuning.r": 4, "seed": 2, "template": "plain"})
    assert (made.training.max_steps, made.tuning.r, made.seed, made.template) == (50, 4, 2, "plain")
    assert start.training.max_steps is None
    assert made.replace({"tuning": wb.Full()}).tuning == wb.Full()
    assert made.replace({"tuning.name": "full"}).tuning == wb.Full()
    assert recipe(tuning=wb.Full()).replace({"tuning.name": "lora", "tuning.r": 2}).tuning == wb.LoRA(r=2)
    assert made.replace({"tuning.name": "lora"}).tuning.r == 4
    other = start.replace({"dataset.source": "other.csv", "dataset.columns": {"prompt": "q"}})
    assert other.data == {
        "source": "other.csv",
        "columns": {"prompt": "q"},
        "split": None,
        "bad_rows": None,
        "max_rows": None,
        "hash": None,
    }


def test_replace_names_all_that_is_wrong():
    found = problems_of(lambda: recipe().replace({"training.max_stepz": 1, "tuning.r": 0, "training.x.y": 1, "foo": 2,
                                                  "tuning.name": "nope", "model.x": 1}))  # fmt: skip
    assert set(found) == {"training.max_stepz", "tuning.r", "training.x.y", "foo", "tuning.name", "model.x"}


def test_parse_set():
    assert parse_set("training.max_steps=50") == ("training.max_steps", 50)
    assert parse_set("tuning.target_modules=[q_proj, v_proj]") == ("tuning.target_modules", ["q_proj", "v_proj"])
    assert parse_set("training.max_length=null") == ("training.max_length", None)
    assert parse_set("dataset.source=a=b.csv") == ("dataset.source", "a=b.csv")
    assert recipe().replace(dict([parse_set("tuning.target_modules=[q_proj]")])).tuning.target_modules == ("q_proj",)
    for text in ("training.max_steps", "=3", "seed=[1"):
        assert problems_of(lambda text=text: parse_set(text))


def test_rows_in_memory_are_written_once(tmp_path):
    made = recipe(dataset=ROWS)
    home = tmp_path / "home"
    text = made.to_yaml()
    folder = home / "datasets" / made.data["hash"]
    assert sorted(path.name for path in folder.iterdir()) == [
        "test.parquet",
        "train.parquet",
        "validation.parquet",
        "workbench.json",
    ]
    stamp = (folder / "train.parquet").stat().st_mtime_ns
    again = wb.Recipe.from_yaml(text)
    assert again.load_dataset().hash == made.data["hash"]
    assert again.load_dataset().splits == made.dataset.splits
    assert made.to_yaml() == text
    assert (folder / "train.parquet").stat().st_mtime_ns == stamp
    assert [path.name for path in (home / "datasets").iterdir()] == [made.data["hash"]]


def test_stored_is_found_from_anywhere(tmp_path, monkeypatch, tiny_model):
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    (tmp_path / "own.jinja").write_text("{{ messages[0]['content'] }}")
    shutil.copytree(tiny_model, tmp_path / "model")
    monkeypatch.chdir(tmp_path)
    stored = wb.Recipe("model", "rows.jsonl", template="own.jinja").stored()
    assert stored.data["source"] == str(tmp_path / "rows.jsonl")
    assert stored.data["hash"]
    assert stored.model == str(tmp_path / "model")
    assert stored.template == "{{ messages[0]['content'] }}"
    assert stored.stored() == stored


def test_paths_in_a_recipe_file_count_from_the_file(tmp_path, monkeypatch, tiny_model):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    shutil.copytree(tiny_model, folder / "model")
    wb.Recipe("model", "rows.jsonl").to_yaml(folder / "recipe.yaml")
    monkeypatch.chdir(tmp_path)
    made = wb.Recipe.from_yaml(folder / "recipe.yaml")
    assert made.problems() == []
    assert made.data["source"] == str(folder / "rows.jsonl")


def test_data_that_changed_is_not_trained_on(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, ROWS)))
    stored = wb.Recipe("tiny-support", str(file)).stored()
    assert len(stored.load_dataset()) == 26
    file.write_text("\n".join(map(json.dumps, ROWS[:-1])))
    with pytest.raises(wb.DatasetError, match="has changed since the recipe was written"):
        stored.load_dataset()


def test_hash_follows_content_not_place(tmp_path, tiny_model):
    for name in ("a", "b"):
        shutil.copytree(tiny_model, tmp_path / name / "model")
        (tmp_path / name / "rows.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    made = [wb.Recipe(str(tmp_path / name / "model"), str(tmp_path / name / "rows.jsonl")) for name in "ab"]
    assert made[0] != made[1]
    assert made[0].hash == made[1].hash == made[0].stored().hash
    assert made[0].hash == wb.Recipe(str(tiny_model), ROWS).hash
    assert len({made[0].hash, made[0].replace({"seed": 1}).hash, made[0].replace({"training.max_steps": 9}).hash,
                wb.Recipe(str(tiny_model), ROWS[:-1]).hash}) == 4  # fmt: skip


def test_a_dataset_given_is_used_as_it_is():
    ds = wb.load_dataset(ROWS, split={"validation": 0.2})
    assert recipe(dataset=ds).load_dataset() is ds
    assert recipe(dataset=ds).dataset.splits == {"train": 24, "validation": 6}


def test_files_are_read_once_until_they_change(tmp_path, monkeypatch):
    from workbench import recipe as module

    reads = []
    read = module.load_dataset
    monkeypatch.setattr(module, "load_dataset", lambda *args, **kwargs: reads.append(args) or read(*args, **kwargs))
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, ROWS)))
    made = recipe(dataset=str(file))
    assert made.problems() == []
    assert made.stored().hash
    assert len(reads) == 1
    file.write_text("\n".join(map(json.dumps, ROWS[:20])))
    assert len(made.load_dataset()) == 18
    assert len(reads) == 2


def test_a_recipe_given_a_data_set_equals_what_its_code_makes():
    recipe = wb.Recipe("tiny-support", wb.load_dataset("support-desk/tickets"))
    again = wb.Recipe.from_code(recipe.to_code())

    assert again == recipe
    assert hash(again) == hash(recipe)
    assert again != recipe.replace({"seed": 1})
    assert wb.Recipe("tiny-support", "support-desk/replies") != recipe


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: wb.LoRA(rank=8), "tuning.rank: is not a setting (did you mean 'r'?)"),
        (lambda: wb.LoRA(init="pissa"), "did you mean 'init_lora_weights'?"),
        (lambda: wb.Training(precision="bf16"), "did you mean 'dtype'?"),
        (lambda: wb.Training(lr=1e-3), "did you mean 'learning_rate'?"),
        (lambda: wb.IA3(target_modules=["k_proj"]), "IA3 has no settings."),
        (lambda: wb.Recipe("tiny-support", "support-desk/tickets", tuning=wb.LoRA), "brackets behind it: wb.LoRA()."),
        (lambda: wb.Recipe("tiny-support", "support-desk/tickets", tuning="lora"), "wb.PrefixTuning()"),
    ],
)  # fmt: skip
def test_names_from_elsewhere_lead_to_ours(make, message):
    with pytest.raises(wb.RecipeError) as error:
        make()
    assert message in str(error.value)
