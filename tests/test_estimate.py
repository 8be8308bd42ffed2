"""The estimate counts what the run will count: parameters from real modules, tokens from the same encoding."""

import pytest

import workbench as wb
from workbench.estimate import estimate


@pytest.fixture
def recipe(tiny_model):
    rows = [{"prompt": f"say {i}", "completion": f"{i}"} for i in range(40)]
    ds = wb.load_dataset(rows, split={"validation": 0.1})
    return wb.Recipe(model=str(tiny_model), dataset=ds, training=wb.Training(max_steps=20, batch_size=4))


def test_parameters_equal_those_of_the_real_modules(recipe):
    from workbench.models.loading import load_model
    from workbench.models.resolve import resolve_model

    model = load_model(resolve_model(recipe.model_name))
    whole = sum(p.numel() for p in model.parameters())
    tuned = recipe.tuning.apply(model, seed=0)
    found = estimate(recipe)
    assert found.parameters == whole
    assert found.trainable_parameters == sum(p.numel() for p in tuned.parameters() if p.requires_grad)


def test_tokens_are_those_of_the_encoding(recipe):
    from workbench.data.rendering import Renderer
    from workbench.models.loading import load_tokenizer
    from workbench.models.resolve import resolve_model

    renderer = Renderer(load_tokenizer(resolve_model(recipe.model_name)))
    lengths = [len(recipe.objective.encode(row, renderer).input_ids) for row in recipe.load_dataset()]
    found = estimate(recipe)
    assert found.rows == len(lengths)
    assert found.tokens_per_epoch == sum(lengths)
    assert found.tokens == round(sum(lengths) / len(lengths) * 20 * 4)


def test_seconds_need_a_speed(recipe):
    found = estimate(recipe)
    assert found.seconds(found.tokens) == 1
    with pytest.raises(ValueError, match="above 0"):
        found.seconds(0)


def test_the_gate_refuses_what_trains_nothing(recipe):
    with pytest.raises(wb.RecipeError, match="max_length"):
        estimate(recipe.replace({"training.max_length": 8}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tuning": wb.LoRA(target_modules=["nope"])}, "names 'nope', which the model does not have"),
        ({"tuning": wb.LoRA(target_modules=["lm_head"])}, "the embeddings' own weight in this model"),
        ({"tuning": wb.LoRA(r=300)}, "a rank beyond"),
        ({"training.attn_implementation": "flash_attention_2"}, "needs a CUDA device, and this run has"),
    ],
)
def test_what_cannot_run_has_no_figures(changes, message):
    recipe = wb.Recipe("tiny-support", "support-desk/tickets").replace(changes)
    with pytest.raises(wb.RecipeError, match=message):
        wb.estimate(recipe)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KiB"),
        (5 * 2**20, "5 MiB"),
        (2**34, "16.0 GiB"),
        (1.5 * 2**30, "1.5 GiB"),
    ],
)
def test_bytes_are_in_units_of_1024_everywhere(count, words):
    from workbench.estimate import size_words

    assert size_words(count) == words
