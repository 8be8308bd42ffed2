"""A recipe while it is being written: fields, what was typed, every problem, what is known of it."""

import pytest

import workbench as wb
from workbench.draft import build, examine, fields_of, read, shown
from workbench.objectives import objectives
from workbench.tuning import tunings

KINDS = {"objective": wb.SFT, "tuning": wb.LoRA, "training": wb.Training}
EVERY = [("training", wb.Training)]
EVERY += [("objective", kind) for kind in objectives().values()] + [("tuning", kind) for kind in tunings().values()]


def field(name, kind=wb.Training, part="training"):
    return next(item for item in fields_of(kind, part) if item.name == name)


@pytest.mark.parametrize(("part", "kind"), EVERY)
def test_every_default_comes_back_from_its_field_as_it_was(part, kind):
    for item in fields_of(kind, part):
        assert item.help
        assert read(item, shown(item, item.default)) == item.default
        assert type(read(item, shown(item, item.default))) in (type(item.default), int)


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("learning_rate", "1e-4", 1e-4),
        ("learning_rate", "auto", "auto"),
        ("max_steps", " 50 ", 50),
        ("max_steps", "", None),
        ("max_steps", "many", "many"),
        ("batch_size", "", ""),
        ("batch_size", "{", "{"),
        ("packing", "yes", True),
        ("packing", "auto", "auto"),
        ("record_samples", False, False),
    ],
)
def test_what_is_typed_becomes_a_value(name, typed, value):
    got = read(field(name), typed)
    assert (got, type(got)) == (value, type(value))


def test_names_of_layers_may_be_several():
    modules = field("target_modules", wb.LoRA, "tuning")
    assert read(modules, "q_proj, v_proj") == ("q_proj", "v_proj")
    assert read(modules, "all-linear") == "all-linear"
    assert shown(modules, ("q_proj", "v_proj")) == "q_proj, v_proj"


def test_ranges_and_choices_are_in_words():
    assert field("r", wb.LoRA, "tuning").span == "1 to 512"
    assert list(field("dtype").choices) == ["auto", "fp32", "bf16"]
    assert field("max_steps").empty == "as many as num_epochs takes"


def test_a_form_without_problems_is_the_recipe():
    values = {"model": "m", "dataset": "d", "seed": 3, "training.max_steps": 7, "tuning.r": 4}
    recipe, problems = build(values, KINDS)

    assert problems == []
    assert recipe == wb.Recipe("m", "d", tuning=wb.LoRA(r=4), training=wb.Training(max_steps=7), seed=3)


def test_all_problems_are_named_at_once():
    values = {"model": "", "dataset": " ", "seed": -1, "training.max_steps": "many", "tuning.r": 0}
    recipe, problems = build(values, KINDS)

    assert recipe is None
    assert {problem.where for problem in problems} == {"model", "dataset", "seed", "training.max_steps", "tuning.r"}


def test_facts_and_what_auto_becomes(tiny_model, arithmetic):
    ds = wb.load_dataset(arithmetic, split={"validation": 0.1})
    recipe = wb.Recipe(str(tiny_model), ds, tuning=wb.LoRA(r=2), training=wb.Training(max_steps=5))
    found = examine(recipe)
    facts = dict(found.facts)

    assert found.problems == []
    assert facts["Rows"] == f"{ds.splits['train']} train · {ds.splits['validation']} validation (prompt_completion)"
    assert facts["Length"].startswith("5 steps of 16 rows")
    assert "%" in facts["Trainable"]
    rate = recipe.tuning.auto_learning_rate(30_912)
    assert found.reasons["training.learning_rate"].startswith(f"{rate.value:g}")


def test_a_missing_model_or_file_is_a_problem_not_an_error(arithmetic):
    lost_model = examine(wb.Recipe("no-such-model", wb.load_dataset(arithmetic)))
    lost_data = examine(wb.Recipe("no-such-model", "no-such-file.csv"))

    assert [problem.where for problem in lost_model.problems] == ["model"]
    assert [problem.where for problem in lost_data.problems] == ["model", "dataset"]


@pytest.mark.parametrize("tuning", [wb.LoRA(r=8), wb.PromptTuning()])
def test_the_memory_of_a_form_is_that_of_the_estimate(tuning):
    recipe = wb.Recipe("tiny-support", "support-desk/tickets", tuning=tuning, training=wb.Training(max_steps=5))
    form, estimate = examine(recipe), wb.estimate(recipe)

    assert sum(form.memory.values()) == pytest.approx(estimate.memory_bytes, rel=0.1)
    assert form.reasons["training.eval_steps"].endswith(
        "one, at the end: more would take longer on 200 rows than training does"
    )


def test_rows_of_turns_and_plain_texts_have_a_length_too(tiny_model):
    turns = [{"role": "user", "content": "Hello there"}, {"role": "assistant", "content": "Good morning to you " * 20}]
    for rows in ([{"messages": turns}] * 20, [{"text": "Good morning to you " * 20}] * 20):
        recipe = wb.Recipe(str(tiny_model), wb.load_dataset(rows), training=wb.Training(max_steps=5, dtype="fp32"))
        form, estimate = examine(recipe), wb.estimate(recipe)
        assert sum(form.memory.values()) == pytest.approx(estimate.memory_bytes, rel=0.15)
