"""Likelihoods of texts: the same as one plain forward pass a text, whatever the batch, the window or the adapter."""

import pytest

import workbench as wb
from tests.conftest import make_model, make_tokenizer
from workbench.errors import InvalidInputError
from workbench.runs import scoring
from workbench.runs.generation import GenerationClient
from workbench.runs.scoring import answer_losses, score_rows

TEXTS = ["The kettle broke.", "", "é", "Where is my parcel? " * 5, "a"]


@pytest.fixture(scope="module")
def loaded(tiny_model):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    return AutoModelForCausalLM.from_pretrained(tiny_model).eval(), AutoTokenizer.from_pretrained(tiny_model)


def plainly(model, tokenizer, text):
    """-log p of a text after the end token, in one pass."""
    import torch

    ids = torch.tensor([[tokenizer.eos_token_id, *tokenizer(text, add_special_tokens=False)["input_ids"]]])
    with torch.no_grad():
        logs = model(ids).logits.log_softmax(-1)
    return -logs[0, :-1].gather(1, ids[0, 1:, None]).sum().item(), ids.shape[1] - 1


def test_each_text_is_scored_as_if_it_were_alone(loaded):
    model, tokenizer = loaded
    told = {}

    found = score_rows(model, tokenizer, TEXTS, on_score=lambda row, score: told.update({row: score}))

    assert [told[row] for row in range(len(TEXTS))] == found
    for text, score in zip(TEXTS, found, strict=True):
        nats, tokens = plainly(model, tokenizer, text) if text else (0, 0)
        assert score.nats == pytest.approx(nats, rel=1e-4)
        assert (score.tokens, score.bytes) == (tokens, len(text.encode()))


def test_long_texts_are_read_in_windows_that_score_every_token_once(loaded, monkeypatch):
    import torch

    model, tokenizer = loaded
    monkeypatch.setattr(scoring, "WINDOW", 16)
    text = "The customer wants a new kettle on Monday. " * 3
    ids = [tokenizer.eos_token_id, *tokenizer(text, add_special_tokens=False)["input_ids"]]
    assert len(ids) > 40
    expected = 0.0
    for at in range(1, len(ids)):  # the window that scores a token starts at 0, or ends with its block of 8
        end = 16 if at < 16 else min(16 + 8 * ((at - 16) // 8 + 1), len(ids))
        seen = torch.tensor([ids[max(0, end - 16) : at]])
        with torch.no_grad():
            expected -= model(seen).logits[0, -1].log_softmax(-1)[ids[at]].item()

    [found] = score_rows(model, tokenizer, [text])

    assert found.nats == pytest.approx(expected, rel=1e-4)
    assert found.tokens == len(ids) - 1


def test_a_beginning_token_leads_where_there_is_one(tmp_path):
    from transformers import AutoModelForCausalLM

    tokenizer = make_tokenizer(bos=True)
    model = AutoModelForCausalLM.from_pretrained(make_model(tmp_path, tokenizer)).eval()
    ids = tokenizer("a kettle", add_special_tokens=True, return_tensors="pt")["input_ids"]
    assert ids[0, 0] == tokenizer.bos_token_id
    loss = model(ids, labels=ids).loss.item()

    [found] = score_rows(model, tokenizer, ["a kettle"])

    assert found.nats == pytest.approx(loss * (ids.shape[1] - 1), rel=1e-4)


def test_stopping_leaves_rows_open(loaded):
    assert score_rows(*loaded, ["a", "b"], cancelled=lambda: True) == [None, None]


def test_the_generation_process_scores_models_with_and_without_adapters(loaded, tiny_model, tmp_path):
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    model, tokenizer = loaded
    torch.manual_seed(0)
    tuned = get_peft_model(AutoModelForCausalLM.from_pretrained(tiny_model),
                           LoraConfig(r=2, target_modules="all-linear", init_lora_weights=False))  # fmt: skip
    tuned.save_pretrained(tmp_path / "adapter")
    client = GenerationClient(idle=30)
    try:
        for system, reference in [
            (wb.System(str(tiny_model)), model),
            (wb.System(str(tiny_model), adapters=[tmp_path / "adapter"]), tuned.eval()),
            (wb.System(str(tiny_model)), model),
        ]:
            found = client.score(system, TEXTS)
            assert found[3].nats == pytest.approx(plainly(reference, tokenizer, TEXTS[3])[0], rel=1e-4)
            assert None not in found
        assert client.score(str(tiny_model), []) == []
        assert client.generate(str(tiny_model), ["Hello"], max_new_tokens=2)[0].tokens <= 2
    finally:
        client.close()


def test_a_function_has_no_likelihoods():
    with pytest.raises(InvalidInputError, match="is a function"):
        GenerationClient().score(lambda prompt: "x", ["text"])


@pytest.mark.parametrize("answer", ["It is on its way.", "für é 👩‍👧", ""])
def test_each_token_of_an_answer_has_its_loss(loaded, tiny_model, answer):
    import torch

    from workbench.data.rendering import Renderer

    model, tokenizer = loaded
    client = GenerationClient(idle=30)
    try:
        found = client.losses(str(tiny_model), "Where is it?", answer)
    finally:
        client.close()
    renderer = Renderer(tokenizer)
    asked = renderer.prompt_text("Where is it?")
    before, whole = renderer.ids([asked, asked + answer + renderer.answer_end])
    with torch.no_grad():
        logs = model(torch.tensor([whole])).logits[0].log_softmax(-1)
    expected = [-logs[at - 1, whole[at]].item() for at in range(len(before), len(whole))]

    assert found.nats == pytest.approx(expected, rel=1e-4)
    assert "".join(found.texts) == answer + renderer.answer_end
    assert len(found.texts) == len(found.nats) >= 1


def test_an_answer_that_does_not_fit_and_a_function_are_refused(loaded, tiny_model):
    model, tokenizer = loaded
    with pytest.raises(InvalidInputError, match=r"Prompt and answer have \d+ tokens, .* has room for 512"):
        answer_losses(model, tokenizer, [5], "a?" * 900, special=False)
    with pytest.raises(InvalidInputError, match="is a function"):
        GenerationClient(idle=1).losses(lambda prompt: prompt, "a", "b")
