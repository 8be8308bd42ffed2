"""Every way of tuning with every objective, length of batch and start: it trains as it should, or it is refused."""

from __future__ import annotations

import itertools

import pytest

import workbench as wb
from tests.tuning.test_tuning import TUNINGS, digest, loaded, train
from workbench.errors import RecipeError
from workbench.models.loading import load_tokenizer
from workbench.models.resolve import resolve_model

PAIRS = [{"prompt": f"What is {a}?", "completion": f"It is {a}."} for a in range(20)]
CHATS = [
    {"messages": [{"role": "user", "content": row["prompt"]}, {"role": "assistant", "content": row["completion"]}]}
    for row in PAIRS
]
TEXTS = [{"text": f"{row['prompt']} {row['completion']}"} for row in PAIRS]
#: What three steps at the default rate cannot show on a random model of 40,000 weights.
RATES = {"prompt": 1.0, "prefix": 0.5, "ia3": 0.3}

#: Pairs that cannot work, and words of the reason.
REFUSED = {
    ("prefix", "gradient_checkpointing"): "it computes layers a second time without the keys and values",
    ("prefix", "packing"): "several rows would share one set of virtual tokens",
    ("prompt", "packing"): "several rows would share one set of virtual tokens",
}

CELLS = [
    *((name, {"gradient_checkpointing": on, "packing": packed}, PAIRS, "base")
      for name, on, packed in itertools.product(TUNINGS, (False, True), (False, True))),
    *((name, {}, rows, "base") for name, rows in itertools.product(TUNINGS, (CHATS, TEXTS))),
    *((name, {}, PAIRS, "lora run") for name in TUNINGS),
]  # fmt: skip


def named(cell):
    name, settings, rows, start = cell
    kind = {"messages": "chats", "text": "texts"}.get(next(iter(rows[0])), "pairs")
    return "-".join([name, *(each for each, on in settings.items() if on), kind, start])


@pytest.fixture(scope="module")
def starts(tmp_path_factory):
    """The base model, and a run on it that holds a LoRA adapter."""
    from tests.conftest import make_model, make_tokenizer

    base = make_model(tmp_path_factory.mktemp("base"), make_tokenizer())
    run = tmp_path_factory.mktemp("run")
    recipe = wb.Recipe(str(base), wb.load_dataset(PAIRS, split={}), tuning=wb.LoRA(r=2),
                       training=wb.Training(max_steps=2, dtype="fp32", learning_rate=1e-2))  # fmt: skip
    recipe.to_yaml(run / "recipe.yaml")
    _, tokenizer = train(recipe, run / "model", steps=2)
    tokenizer.save_pretrained(run / "model")
    return {"base": str(base), "lora run": f"run:{run}"}


def loss_on(model, recipe, tokenizer):
    import torch

    from workbench.data import Renderer

    rows = recipe.objective.encode_rows(list(recipe.dataset.rows()), Renderer(tokenizer), None)
    model.eval()
    total = 0.0
    with torch.no_grad():
        for row in rows:
            labels = [token if on else -100 for token, on in zip(row.input_ids, row.trained, strict=True)]
            total += float(model(input_ids=torch.tensor([row.input_ids]), labels=torch.tensor([labels])).loss)
    return total / len(rows)


@pytest.mark.parametrize("cell", CELLS, ids=named)
def test_it_trains_or_is_refused(cell, starts, tmp_path):
    name, settings, rows, start = cell
    tuning = TUNINGS[name]
    reasons = [words for (kind, setting), words in REFUSED.items() if kind == tuning.name and settings.get(setting)]
    if start != "base" and getattr(tuning, "init_lora_weights", None) == "loftq":
        reasons.append("merged only in memory")
    rate = RATES.get(tuning.name, 2e-2)
    training = wb.Training(max_steps=3, batch_size=20, dtype="fp32", learning_rate=rate, warmup=0, **settings)
    given = (starts[start], wb.load_dataset(rows, split={}), wb.SFT(), tuning, training)
    if reasons:
        with pytest.raises(RecipeError) as caught:
            wb.Recipe(*given)
        assert all(words in str(caught.value) for words in reasons)
        return
    recipe = wb.Recipe(*given)
    assert not [problem for problem in recipe.problems(tokens=True) if problem.severity == "error"]

    base = loaded(recipe.model_name, tuning)
    before, untuned = digest(base), tuning.apply(base, recipe.seed)
    tokenizer = load_tokenizer(resolve_model(recipe.model_name))
    first = loss_on(untuned, recipe, tokenizer)
    new = {key: value.detach().clone() for key, value in untuned.named_parameters()}
    model, _ = train(recipe, tmp_path, steps=3)
    assert loss_on(model, recipe, tokenizer) < first
    moved = {key for key, value in model.named_parameters() if not value.equal(new[key])}
    assert moved == {key for key, value in model.named_parameters() if value.requires_grad}
    if tuning.adapter:
        assert digest(model) == before
