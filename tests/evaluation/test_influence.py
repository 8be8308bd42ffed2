"""Rows ranked by their pull on an answer: against TracIn written out, and what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

import workbench as wb
from workbench.errors import InvalidInputError, RunError
from workbench.evaluation.influence import rankings
from workbench.evaluation.influence.gradients import Sketch, Traced
from workbench.evaluation.influence.result import RANKINGS
from workbench.models.loading import load_model
from workbench.models.resolve import resolve_model

PROMPT, ANSWER = "What is 2 and 3, please, please?", "It is 9."
ROWS = [
    {"prompt": f"What is {a} and {b}{', please' * (a % 3)}?", "completion": f"It is <b>{a + b}</b>."}
    for a in range(6)
    for b in range(4)
]


@pytest.fixture(scope="module")
def run(tiny_model, tmp_path_factory) -> wb.Run:
    """A LoRA run, with dropout, that keeps several checkpoints."""
    home = tmp_path_factory.mktemp("home")
    training = {"max_steps": 12, "batch_size": 4, "eval_steps": 4, "save_steps": 4, "num_probes": 0}
    recipe = wb.Recipe(
        str(tiny_model), ROWS, tuning=wb.LoRA(r=2, lora_dropout=0.2),
        training=wb.Training(learning_rate=1e-2, **training),
    )  # fmt: skip
    made = wb.launch(recipe, home=home)
    assert made.wait(240) == "completed", made.reason
    return made


@pytest.fixture(scope="module")
def found(run) -> wb.Influence:
    return wb.influence(run, PROMPT, ANSWER, form="dot", dimensions=None)


def by_hand(run, form: str) -> np.ndarray:
    """TracIn over the kept checkpoints, with peft and torch alone."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(run.folder.model)
    rows = [*run.recipe.load_dataset().rows("train"), {"prompt": PROMPT, "completion": ANSWER}]
    logged = {event["step"]: event["learning_rate"] for event in run.events() if event["type"] == "log"}
    steps = sorted(int(path.name.split("-")[1]) for path in run.folder.checkpoints.glob("checkpoint-*"))
    total, weights, before = 0, 0, 0
    for step in steps:
        base = AutoModelForCausalLM.from_pretrained(run.recipe.model_name, dtype=torch.float32)
        model = PeftModel.from_pretrained(base, run.folder.checkpoints / f"checkpoint-{step}", is_trainable=True).eval()
        vectors = []
        for row in rows:
            ids, labels = [], []
            asked = f"### Message\n{row['prompt']}\n\n### Answer\n"
            said = f"{row['completion']}{tokenizer.eos_token}"
            ids = torch.tensor([tokenizer(asked + said)["input_ids"]])
            labels = ids.clone()
            labels[0, : len(tokenizer(asked)["input_ids"])] = -100
            model.zero_grad()
            logits = model(input_ids=ids).logits[0, :-1]
            torch.nn.functional.cross_entropy(logits, labels[0, 1:], reduction="sum").backward()
            vectors.append(torch.cat([each.grad.flatten() for each in model.parameters() if each.requires_grad]))
        made = torch.stack(vectors).numpy()
        if form == "cosine":
            made = made / np.linalg.norm(made, axis=1, keepdims=True)
        rate = np.mean([value for at, value in logged.items() if before < at <= step])
        total, weights, before = total + rate * (made[:-1] @ made[-1]), weights + rate, step
    return total / weights if form == "cosine" else total


def test_scores_are_tracin_written_out(run, found):
    assert len(found.steps) >= 2
    expected = by_hand(run, "dot")
    np.testing.assert_allclose(found.scores["influence"], expected, rtol=1e-3, atol=1e-5 * abs(expected).max())
    assert found.computed == (1 + len(found.steps)) * len(found.numbers)


def test_a_second_question_computes_no_gradient_of_a_row(run, found):
    again = wb.influence(run, PROMPT, ANSWER, form="cosine", dimensions=None)
    assert again.computed == 0
    np.testing.assert_allclose(again.scores["influence"], by_hand(run, "cosine"), atol=1e-4)


def test_what_is_shown(run, found):
    table = found.table(5)
    assert list(table.columns) == ["rank", "row", "split", "score", "prompt", "completion"]
    assert list(table["row"]) == found.rows[:5]
    rows = list(run.recipe.load_dataset().rows("train"))
    assert list(table["prompt"]) == [rows[number]["prompt"] for number in found.rows[:5]]
    assert list(found.dataset.to_pandas()["train_row"]) == found.rows
    assert [found.dataset[place]["prompt"] for place in range(5)] == list(table["prompt"])
    assert f"{len(rows)} training rows" in found.sentence
    both = set(found.ranked()[:10]) & set(found.ranked("embedding")[:10])
    assert f"Of its first 10, {len(both)} are also first by likeness" in found.sentence
    page = found._repr_html_()
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


def test_the_rows_open_in_the_data_panel(found):
    panel = wb.panels.DataPanel(found.dataset)
    assert panel.dataset[0]["train_row"] == found.rows[0]


@pytest.mark.parametrize(
    "tuning",
    [wb.Full(), wb.LoRA(r=2, use_dora=True), wb.QLoRA(r=2), wb.PromptTuning(num_virtual_tokens=3),
     wb.PrefixTuning(num_virtual_tokens=3), wb.Adapter(), wb.IA3()],
    ids=lambda tuning: tuning.name,
)  # fmt: skip
def test_every_way_of_tuning_has_gradients_at_its_checkpoint(tuning, tiny_model, tmp_path):
    def base():
        return load_model(resolve_model(str(tiny_model)), quantization=tuning.quantization("fp32"))

    made = tuning.apply(base(), 0)
    torch.manual_seed(1)
    trained = [each for each in made.parameters() if each.requires_grad]
    with torch.no_grad():
        for each in trained:
            each.add_(0.05 * torch.randn_like(each))
    made.save_pretrained(tmp_path / "checkpoint")
    recipe = wb.Recipe(str(tiny_model), ROWS, tuning=tuning)
    traced = Traced(base(), recipe, None)
    traced.put(tmp_path / "checkpoint")
    ids, labels = list(range(20, 40)), [-100] * 12 + list(range(32, 40))

    got = traced.gradient(ids, labels)
    given = torch.tensor([ids])
    logits = made.eval()(input_ids=given, attention_mask=torch.ones_like(given), use_cache=False).logits[0, -20:-1]
    torch.nn.functional.cross_entropy(logits[-8:].float(), given[0, -8:], reduction="sum").backward()
    expected = torch.cat([each.grad.flatten() for each in trained])
    assert expected.abs().sum() > 0
    torch.testing.assert_close(got, expected, rtol=1e-3, atol=1e-4 * float(expected.abs().max()))


def test_the_projection_keeps_cosines_within_its_error():
    torch.manual_seed(0)
    vectors = torch.nn.functional.normalize(torch.randn(60, 5_000) + torch.randn(1, 5_000), dim=1)
    sketch = Sketch(5_000, 1_024)
    short = torch.stack([sketch(each) for each in vectors])
    error = (torch.nn.functional.cosine_similarity(short[1:], short[:1]) - vectors[1:] @ vectors[0]).abs()
    assert float(error.max()) < 4 / 1_024**0.5
    assert float(error.mean()) < 1 / 1_024**0.5
    assert torch.equal(sketch(vectors[0]), Sketch(5_000, 1_024)(vectors[0]))


def test_bm25_finds_words_and_knows_none_of_the_others():
    scores = rankings.bm25(["a broken kettle", "a late parcel", "the kettle leaks"], "kettle broken")
    assert list(np.argsort(-scores)) == [0, 2, 1]
    assert not rankings.bm25(["a broken kettle"], "zebra").any()


@pytest.mark.parametrize(
    ("prompt", "answer", "settings", "message"),
    [
        (PROMPT, "  ", {}, "answer must be text that is not empty"),
        (None, ANSWER, {}, "prompt must be text or a list of messages, got None"),
        (PROMPT, ANSWER, {"form": "euclid"}, "form must be 'cosine' or 'dot', got 'euclid'"),
        (PROMPT, ANSWER, {"dimensions": 3}, "dimensions must be a whole number from 16, or None, got 3"),
    ],
)
def test_bad_questions_are_refused_before_anything_starts(run, prompt, answer, settings, message):
    before = set(run.path.parent.glob("influences/*"))
    with pytest.raises(InvalidInputError, match=message):
        wb.influence(run, prompt, answer, **settings)
    assert set(run.path.parent.glob("influences/*")) == before


def test_a_question_that_does_not_fit_is_a_reason(run):
    with pytest.raises(RunError, match=r"Prompt and answer have [\d,]+ tokens, and the run's rows are cut at 512"):
        wb.influence(run, PROMPT * 100, ANSWER)


def test_data_that_changed_and_weights_that_are_gone_are_reasons(run, tmp_path):
    copy = Path(shutil.copytree(run.path, tmp_path / "home" / "copy"))
    recipe = (copy / "recipe.yaml").read_text()
    recipe = recipe.replace(f"hash: {run.recipe.dataset['hash']}", "hash: 0123456789abcdef")
    (copy / "recipe.yaml").write_text(recipe)
    with pytest.raises(RunError, match="has changed since the recipe was written"):
        wb.influence(wb.open_run(copy), PROMPT, ANSWER)

    for folder in ("checkpoints", "model"):
        shutil.rmtree(copy / folder)
    with pytest.raises(RunError, match="has no checkpoint and no model"):
        wb.influence(wb.open_run(copy), PROMPT, ANSWER)


def test_only_the_model_is_left_and_is_said(run, tmp_path):
    copy = Path(shutil.copytree(run.path, tmp_path / "home" / "copy"))
    shutil.rmtree(copy / "checkpoints")
    from workbench.evaluation.influence.job import weights_of

    [only] = weights_of(wb.open_run(copy))
    assert only["path"] == str(copy / "model")
    said = wb.Influence("", "", "", "dot", None, [only["step"]], 0, [0], {key: [1.0] for key in RANKINGS}).sentence
    assert f"only the weights of step {only['step']}" in said


def test_kept_vectors_are_whole_files(run, found):
    files = list((run.path / "gradients").glob("*"))
    assert files
    assert not [file for file in files if file.name.startswith(".")]
    assert all(np.load(file).shape[0] == len(found.numbers) for file in files)
    assert json.dumps(found.scores)
