"""Prompts and references of each type of data set."""

import pytest

import workbench as wb
from workbench.errors import DatasetError
from workbench.evaluation.questions import questions


def load(*rows):
    return wb.load_dataset(list(rows), split={})


def test_prompts_and_completions():
    assert questions(load({"prompt": "p", "completion": "c"})) == (["p"], ["c"])


def test_conversational_completions_are_what_the_assistant_says():
    prompt = [{"role": "user", "content": "hi"}]
    ds = load({"prompt": prompt, "completion": [{"role": "assistant", "content": "hello"}]})

    assert questions(ds) == ([prompt], ["hello"])


def test_the_last_answer_of_a_conversation_is_the_reference():
    turns = [{"role": role, "content": text} for role, text in zip(("user", "assistant") * 2, "abcd", strict=True)]

    assert questions(load({"messages": turns})) == ([turns[:3]], ["d"])


def test_prompts_alone_have_no_reference():
    assert questions(load({"prompt": "p"}, {"prompt": "q"})) == (["p", "q"], None)


def test_texts_ask_nothing():
    with pytest.raises(DatasetError, match="plain texts"):
        questions(load({"text": "once"}))
