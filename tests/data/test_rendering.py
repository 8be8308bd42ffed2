"""The one renderer: what is trained is what is asked, plus the answer and its end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from workbench.data import Renderer
from workbench.data.rendering import BUNDLED_TEMPLATE

sys.path.insert(0, str(Path(__file__).parent.parent))
from conftest import CHATML, make_tokenizer

PLAIN_TOKENIZER, CHAT_TOKENIZER, BOS_TOKENIZER = make_tokenizer(), make_tokenizer(CHATML), make_tokenizer(bos=True)
NO_SYSTEM = (
    "{%- for message in messages -%}"
    "{%- if message['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif -%}"
    "{{ '<' + message['role'] + '>' + message['content'] + eos_token }}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt %}{{ '<assistant>' }}{% endif -%}"
)
RENDERERS = {
    "bundled": Renderer(PLAIN_TOKENIZER),
    "bundled, beginning token": Renderer(BOS_TOKENIZER),
    "chatml": Renderer(CHAT_TOKENIZER),
    "plain": Renderer(PLAIN_TOKENIZER, "plain"),
    "custom": Renderer(PLAIN_TOKENIZER, NO_SYSTEM),
}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
CHATS = [name for name in RENDERERS if name != "plain"]


@pytest.mark.parametrize("name", RENDERERS)
@settings(max_examples=40, deadline=None)
@given(prompt=TEXTS, answer=TEXTS)
def test_train_text_is_prompt_text_answer_and_end(name, prompt, answer):
    renderer = RENDERERS[name]
    row = {"prompt": prompt, "completion": answer}
    assert renderer.full_text(row) == renderer.prompt_text(prompt) + answer + renderer.answer_end
    assert renderer.answer_end.startswith(renderer.eos)


@pytest.mark.parametrize("name", CHATS)
@settings(max_examples=20, deadline=None)
@given(turns=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=3), system=st.none() | TEXTS)
def test_the_same_with_several_turns_and_a_system_turn(name, turns, system):
    renderer = RENDERERS[name]
    messages = [{"role": "system", "content": system}] if system else []
    for question, answer in turns[:-1]:
        messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    messages.append({"role": "user", "content": turns[-1][0]})
    answer = {"role": "assistant", "content": turns[-1][1]}
    row = {"prompt": messages, "completion": [answer]}
    assert renderer.full_text(row) == renderer.prompt_text(messages) + answer["content"] + renderer.answer_end
    assert renderer.full_text({"messages": [*messages, answer]}) == renderer.full_text(row)
    as_shots = renderer.prompt_text(turns[-1][0], shots=turns[:-1], system=system)
    assert as_shots == renderer.prompt_text(messages)


def test_the_bundled_template_word_for_word():
    renderer = RENDERERS["bundled"]
    assert renderer.template_name == "bundled"
    assert renderer.full_text({"prompt": "Hi\n", "completion": "{}"}) == "### Message\nHi\n\n\n### Answer\n{}<eos>"
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "A"},
        {"role": "assistant", "content": "B"},
        {"role": "user", "content": "C"},
    ]
    expected = "### Instructions\nBe brief.\n\n### Message\nA\n\n### Answer\nB<eos>\n\n### Message\nC\n\n### Answer\n"
    assert renderer.prompt_text(messages) == expected
    assert renderer.stop_ids == [PLAIN_TOKENIZER.eos_token_id]


def test_plain_puts_nothing_between():
    renderer = RENDERERS["plain"]
    assert renderer.template_name == "plain"
    assert renderer.full_text({"prompt": "2+2=", "completion": "4"}) == "2+2=4<eos>"
    assert renderer.full_text({"prompt": "2+2=", "completion": "4<eos>"}) == "2+2=4<eos>"
    assert renderer.full_text({"text": "free"}) == "free<eos>"
    assert renderer.prompt_text("3+3=", shots=[("2+2=", "4")], system="Add.") == "Add.\n\n2+2=4\n\n3+3="
    with pytest.raises(wb.InvalidInputError, match="no form for a conversation"):
        renderer.prompt_text([{"role": "user", "content": "A"}])


def test_a_beginning_token_comes_once():
    renderer = RENDERERS["bundled, beginning token"]
    bos = BOS_TOKENIZER.bos_token_id
    [chat] = renderer.ids([renderer.prompt_text("A")])
    [plain] = Renderer(BOS_TOKENIZER, "plain").ids(["A"])
    [text] = renderer.ids(["A"], chat=False)
    assert [ids.count(bos) for ids in (chat, plain, text)] == [1, 1, 1]
    assert chat[0] == plain[0] == text[0] == bos


def test_a_tokenizer_s_own_template_is_used():
    renderer = RENDERERS["chatml"]
    assert renderer.template_name == "tokenizer"
    assert renderer.prompt_text("A") == "<|im_start|>user\nA<|im_end|>\n<|im_start|>assistant\n"
    assert renderer.answer_end == "<|im_end|>\n"
    assert renderer.stop_ids == [CHAT_TOKENIZER.convert_tokens_to_ids("<|im_end|>")]
    assert not renderer.marks_answers
    assert Renderer(CHAT_TOKENIZER, "bundled").marks_answers


def test_a_template_that_refuses_the_system_turn_gets_it_in_the_user_turn():
    renderer = RENDERERS["custom"]
    assert renderer.prompt_text("A", system="S") == "<user>S\n\nA<eos><assistant>"


def test_a_prompt_with_a_hole_is_wrapped_around_the_question():
    renderer = RENDERERS["plain"]
    assert renderer.prompt_text("mail", shots=[("old", "x")], system="Read: {prompt}\nCard:") == (
        "Read: old\nCard:x\n\nRead: mail\nCard:"
    )
    messages = [{"role": "user", "content": "mail {prompt}"}]
    assert "Read: mail {prompt} now" in RENDERERS["bundled"].prompt_text(messages, system="Read: {prompt} now")


def test_a_template_file_and_what_is_missing(tmp_path):
    (tmp_path / "own.jinja").write_text(NO_SYSTEM)
    assert Renderer(PLAIN_TOKENIZER, str(tmp_path / "own.jinja")).template == NO_SYSTEM
    with pytest.raises(wb.InvalidInputError, match="no template file"):
        Renderer(PLAIN_TOKENIZER, "missing.jinja")
    with pytest.raises(wb.InvalidInputError, match="no chat template"):
        Renderer(PLAIN_TOKENIZER, "tokenizer")
    endless = make_tokenizer()
    endless.eos_token = None
    with pytest.raises(wb.InvalidInputError, match="would never stop"):
        Renderer(endless)


def test_the_template_is_saved_with_the_tokenizer(tmp_path):
    from transformers import AutoTokenizer

    tokenizer = make_tokenizer()
    renderer = Renderer(tokenizer)
    renderer.install()
    tokenizer.save_pretrained(tmp_path)
    again = Renderer(AutoTokenizer.from_pretrained(tmp_path))
    assert again.template == renderer.template == BUNDLED_TEMPLATE
    assert again.template_name == "bundled"
    assert again.prompt_text("A") == renderer.prompt_text("A")


def test_an_answer_that_looks_like_a_turn_is_left_alone():
    row = {"prompt": "{{ 7 * 7 }} {% raise %}", "completion": "### Message\n{{ eos_token }}"}
    for name in CHATS:
        assert row["completion"] in RENDERERS[name].full_text(row)
        assert row["prompt"] in RENDERERS[name].full_text(row)
