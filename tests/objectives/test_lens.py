"""The token lens: the same tokens as the objective's own encoding, with the text that each of them covers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from tests.conftest import make_tokenizer
from workbench.data.rendering import Renderer
from workbench.errors import InvalidInputError
from workbench.models.loading import load_tokenizer
from workbench.models.resolve import resolve_model
from workbench.objectives.lens import Encoder, row_tokens

CHAT = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Where is it?"},
        {"role": "assistant", "content": "Here."}, {"role": "user", "content": "Sure?"},
        {"role": "assistant", "content": "Yes 🙂 שלום"}]  # fmt: skip
MARKED = (
    "{{ bos_token }}{% for m in messages %}{{ '<|' + m['role'] + '|>' }}{% if m['role'] == 'assistant' %}"
    "{% generation %}{{ m['content'] | trim + eos_token }}{% endgeneration %}{% else %}{{ m['content'] | trim }}"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
ROWS = [
    {"prompt": "Hi 🙂 there,\n\nwhere?", "completion": "ok"},
    {"prompt": "", "completion": ""},
    {"prompt": "same", "completion": "same"},
    {"text": "a\n  b שלום"},
    {"messages": CHAT},
    {"prompt": CHAT[:2], "completion": CHAT[2:3]},
    {"prompt": "only asked"},
    {"prompt": CHAT[:2]},
]


@pytest.fixture(scope="module")
def tokenizer():
    return load_tokenizer(resolve_model("tiny-support"))


def whole_text(row, renderer):
    if "prompt" in row and "completion" not in row:
        return renderer.prompt_text(row["prompt"])
    return renderer.full_text(row)


CASES = [(row, template) for row in ROWS for template in (None, "plain", MARKED)
         if template != "plain" or all(isinstance(value, str) for value in row.values())]  # fmt: skip


@pytest.mark.parametrize(("row", "template"), CASES, ids=range(len(CASES)))
def test_tokens_are_those_of_the_encoding_and_their_texts_the_whole(row, template, tokenizer):
    renderer = Renderer(tokenizer, template)
    [side] = row_tokens(wb.SFT(), row, renderer)
    assert "".join(side.texts) == whole_text(row, renderer)
    if "prompt" not in row or "completion" in row:
        encoded = wb.SFT().encode(row, renderer)
        assert (side.ids, side.trained) == (encoded.input_ids, encoded.trained)
    else:
        assert not any(side.trained)
    assert side.kept == len(side.ids) == len(side.texts) == len(side.kinds) == len(side.parts)
    assert side.counts == {"tokens": len(side.ids), "trained": sum(side.trained), "cut": 0, "cut_trained": 0}


TEXT = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("🙂👩‍ש\n\t ﷽é")), max_size=30)


@settings(max_examples=200, deadline=None)
@given(prompt=TEXT, completion=TEXT, limit=st.integers(1, 40))
def test_any_text_is_covered_once_and_cut_where_the_encoding_cuts(prompt, completion, limit, tokenizer):
    renderer = Renderer(tokenizer)
    row = {"prompt": prompt, "completion": completion}
    [side] = row_tokens(wb.SFT(), row, renderer, limit)
    cut = wb.SFT().encode(row, renderer, limit)
    assert side.ids[: side.kept] == cut.input_ids
    assert side.trained[: side.kept] == cut.trained
    assert side.counts["cut"] == cut.truncated_tokens
    assert side.counts["cut_trained"] == cut.truncated_trained
    assert "".join(side.texts) == renderer.full_text(row)
    assert not any("\ufffd" in text for text in side.texts if "\ufffd" not in prompt + completion)
    shared = [part for part in side.parts if part]
    assert all(1 <= which <= of and of > 1 for which, of in shared)


def test_what_the_template_wrote_and_special_tokens_are_told_apart(tokenizer):
    [side] = row_tokens(wb.SFT(), {"messages": CHAT}, Renderer(tokenizer))
    by_kind = {kind: "".join(t for t, k in zip(side.texts, side.kinds, strict=True) if k == kind)
               for kind in ("row", "template", "special")}  # fmt: skip
    assert by_kind["special"] == "<|end|>" * 2
    assert by_kind["row"] == "".join(turn["content"] for turn in CHAT)
    assert by_kind["template"].startswith("### Instructions\n")
    trained = "".join(text for text, keep in zip(side.texts, side.trained, strict=True) if keep)
    assert trained == "Here.<|end|>Yes 🙂 שלום<|end|>"


@pytest.mark.parametrize(("prompt", "answer"), [("Which?", "A"), ("Message", "#"), ("### Answer", "Answer")])
def test_a_text_that_the_template_has_too_is_told_apart(prompt, answer, tokenizer):
    [side] = row_tokens(wb.SFT(), {"prompt": prompt, "completion": answer}, Renderer(tokenizer))
    parts = zip(side.texts, side.kinds, side.trained, strict=True)
    own = [(text, trained) for text, kind, trained in parts if kind == "row"]
    assert "".join(text for text, trained in own if trained) == answer
    assert "".join(text for text, trained in own if not trained) == prompt


def test_tokens_that_share_a_character_say_so(tokenizer):
    [side] = row_tokens(wb.SFT(), {"prompt": "a", "completion": "x🙂y"}, Renderer(tokenizer))
    at = side.texts.index("🙂")
    count = len("🙂".encode())
    assert side.parts[at : at + count] == [(n, count) for n in range(1, count + 1)]
    assert side.texts[at + 1 : at + count] == [""] * (count - 1)
    assert side.parts[at + count] is None


def test_a_tokenizer_that_begins_every_text_shows_its_beginning():
    tokenizer = make_tokenizer(bos=True)
    [side] = row_tokens(wb.SFT(), {"text": "hello there"}, Renderer(tokenizer))
    assert (side.ids[0], side.texts[0], side.kinds[0]) == (tokenizer.bos_token_id, "", "special")
    assert "".join(side.texts) == "hello there" + tokenizer.eos_token


def test_a_megabyte_is_given_in_windows(tokenizer):
    renderer = Renderer(tokenizer)
    [side] = row_tokens(wb.SFT(), {"prompt": "word " * 200_000, "completion": "yes"}, renderer, 512)
    window = side.window(0, 1_000)
    assert len(json.dumps(window)) < 100_000
    assert (window["total"], window["kept"], len(window["ids"])) == (len(side.ids), 512, 1_000)
    first = window["first_trained"]
    assert side.trained[first] == 1
    assert not any(side.trained[:first])
    late = side.window(first, 1_000)
    assert "".join(late["texts"]) == "yes<|end|>"
    assert late["trained"] == [1] * len(late["ids"])


def test_the_encoder_is_that_of_the_recipe(tokenizer):
    rows = [{"prompt": "a", "completion": "b"}]
    recipe = wb.Recipe("tiny-support", rows, template="plain", training=wb.Training(max_length=8))
    encoder = Encoder(recipe)
    assert encoder.limit == 8
    [side] = encoder.tokens({"prompt": "aaa bbb", "completion": "ccc ddd eee"})
    assert side.kept == 8 < len(side.ids)
    assert "template" not in side.kinds
    assert Encoder(model="tiny-support").limit == 2048
    with pytest.raises(InvalidInputError, match="give recipe=, or model="):
        Encoder()
