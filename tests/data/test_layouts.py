"""Layouts: what columns are taken for, and what rows become."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb

NO_SPLIT = {}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
TURNS = st.tuples(st.sampled_from(["human", "gpt", "system"]), TEXTS)


def load(rows, **kwargs):
    return wb.load_dataset(rows, split=NO_SPLIT, **kwargs)


@pytest.mark.parametrize(
    ("row", "layout", "type", "conversational", "first"),
    [
        ({"prompt": "a", "completion": "b"}, "prompt/completion", "prompt_completion", False,
         {"prompt": "a", "completion": "b"}),
        ({"Question": "a", "Answer": "b"}, "Question/Answer", "prompt_completion", False,
         {"prompt": "a", "completion": "b"}),
        ({"prompt": "a", "response": "b", "id": 3}, "prompt/response", "prompt_completion", False,
         {"prompt": "a", "completion": "b", "id": 3}),
        ({"instruction": "a", "input": "x", "output": "b", "text": "all of it"}, "alpaca", "prompt_completion", False,
         {"prompt": "a\n\nx", "completion": "b", "text_original": "all of it"}),
        ({"instruction": "a", "input": " ", "output": "b"}, "alpaca", "prompt_completion", False,
         {"prompt": "a", "completion": "b"}),
        ({"instruction": "a", "input": "", "output": "b", "system": "s", "history": [["q", "r"]]},
         "alpaca with history", "prompt_completion", True,
         {"prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"},
                     {"role": "assistant", "content": "r"}, {"role": "user", "content": "a"}],
          "completion": [{"role": "assistant", "content": "b"}]}),
        ({"instruction": "a", "context": "c", "response": "b", "category": "qa"}, "dolly", "prompt_completion", False,
         {"prompt": "a\n\nc", "completion": "b", "category": "qa"}),
        ({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}, "messages",
         "language_modeling", True,
         {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}),
        ({"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}], "system": "s"}, "sharegpt",
         "language_modeling", True,
         {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "a"},
                       {"role": "assistant", "content": "b"}]}),
        ({"text": "a"}, "text", "language_modeling", False, {"text": "a"}),
        ({"whatever": "a"}, "text", "language_modeling", False, {"text": "a"}),
        ({"prompt": [{"role": "user", "content": "a"}], "completion": [{"role": "assistant", "content": "b"}]},
         "prompt/completion", "prompt_completion", True,
         {"prompt": [{"role": "user", "content": "a"}], "completion": [{"role": "assistant", "content": "b"}]}),
        ({"prompt": [{"role": "user", "content": "a"}], "completion": "b"},
         "prompt/completion", "prompt_completion", True,
         {"prompt": [{"role": "user", "content": "a"}], "completion": [{"role": "assistant", "content": "b"}]}),
        ({"prompt": "a", "chosen": "b", "rejected": "c"}, "preference", "preference", False,
         {"prompt": "a", "chosen": "b", "rejected": "c"}),
        ({"prompt": "a", "completion": "b", "label": True}, "unpaired preference", "unpaired_preference", False,
         {"prompt": "a", "completion": "b", "label": True}),
        ({"prompt": "a"}, "prompt only", "prompt_only", False, {"prompt": "a"}),
    ],
)  # fmt: skip
def test_layouts(row, layout, type, conversational, first):
    ds = load([row, row])
    assert (ds.layout, ds.type, ds.conversational) == (layout, type, conversational)
    assert ds[0] == first


def test_a_json_list_as_answer_or_prompt_stays_text():
    row = {"prompt": '[{"item": 1}]', "completion": '[{"item": 2}]'}
    ds = load([row])
    assert not ds.conversational
    assert ds[0] == row


def test_messages_as_json_text_and_of_unequal_shape():
    turns = [{"role": "user", "content": "a", "name": "Ann"}, {"role": "assistant", "content": "b"}]
    ds = load([{"messages": json.dumps(turns)}, {"messages": json.dumps(turns[1:])}])
    assert ds[0]["messages"] == turns
    assert ds[1]["messages"] == turns[1:]


@pytest.mark.parametrize(
    ("rows", "needles"),
    [
        ([{"a": "x", "b": "y"}], ["'a', 'b'", "fit no layout", 'columns={"prompt"']),
        ([{"question": "x", "answer": "y", "context": "z"}], ["'context'", "for you to say", '{"prompt": "question"']),
        ([{"question": "x", "answer": "y", "response": "z"}], ["more than one column", "'answer', 'response'"]),
        ([{"prompt": "x", "completion": "y"}, {"prompt": "x", "completion": 5}], ["row 1", "'completion'", "5 (int)"]),
        ([{"prompt": "x", "completion": "y"}, {"prompt": "x"}], ["row 1", "'completion'", "is missing"]),
        ([{"messages": [{"role": "user", "content": "a"}]}, {"messages": [{"role": "cat", "content": "a"}]}],
         ["row 1", "role 'cat'", "known: "]),
        ([{"messages": [{"role": "user", "content": "a"}]}, {"messages": []}], ["row 1", "list of messages"]),
        ([{"messages": [{"role": "user", "content": ["image"]}]}], ["content must be text", "['image']"]),
        ([], ["no rows"]),
        (["text"], ["Row 0", "'text' (str)", "list of dicts"]),
        (7, ["got int"]),
    ],
)  # fmt: skip
def test_what_is_refused(rows, needles):
    with pytest.raises(wb.DatasetError) as caught:
        load(rows)
    for needle in needles:
        assert needle in str(caught.value)


def test_all_faulty_rows_are_counted_and_the_first_are_named():
    rows = [{"prompt": "x", "completion": "y" if i % 2 else i} for i in range(40)]
    with pytest.raises(wb.DatasetError) as caught:
        load(rows)
    text = str(caught.value)
    assert "20 row(s)" in text
    assert "row 8 (from 0)" in text
    assert "row 10 (from 0)" not in text
    assert "... and 15 more" in text


def test_columns_rename_and_clash():
    rows = [{"prompt": "not this", "q": "a", "answer": "b", "n": 1}]
    ds = load(rows, columns={"prompt": "q", "completion": "answer"})
    assert ds[0] == {"prompt": "a", "completion": "b", "prompt_original": "not this", "n": 1}
    assert ds.columns[:2] == ["prompt", "completion"]


def test_columns_decide_between_layouts():
    row = {"prompt": "a", "completion": "b", "note": "c"}
    assert load([row], columns={"text": "note"}).type == "language_modeling"
    assert load([row], columns={"text": "note"})[0] == {"text": "c", "prompt_original": "a", "completion_original": "b"}


@pytest.mark.parametrize(
    ("columns", "needle"),
    [
        ({"prompt": "qestion"}, "no column 'qestion' (did you mean 'question'?)"),
        ({"promt": "question"}, "our 'promt' (did you mean 'prompt'?)"),
        ({"prompt": 3}, "must be the name of a column, got 3"),
    ],
)
def test_columns_that_cannot_be(columns, needle):
    with pytest.raises(wb.DatasetError) as caught:
        load([{"question": "a", "answer": "b"}], columns=columns)
    assert needle in str(caught.value)


def test_a_column_of_mixed_types_is_kept_as_json_text():
    ds = load([{"prompt": "a", "completion": "b", "x": 1}, {"prompt": "a", "completion": "b", "x": {"y": "ü"}}])
    assert [row["x"] for row in ds] == ["1", '{"y": "ü"}']


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=8))
def test_rows_come_back_as_they_were_given(pairs):
    rows = [{"prompt": prompt, "completion": completion, "n": n} for n, (prompt, completion) in enumerate(pairs)]
    ds = load(rows)
    assert list(ds) == rows
    assert ds[-1] == rows[-1]
    assert ds[:2] == rows[:2]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(TURNS, min_size=1, max_size=4), min_size=1, max_size=4))
def test_sharegpt_and_messages_say_the_same(conversations):
    names = {"human": "user", "gpt": "assistant", "system": "system"}
    shared = [{"conversations": [{"from": who, "value": text} for who, text in turns]} for turns in conversations]
    plain = [{"messages": [{"role": names[who], "content": text} for who, text in turns]} for turns in conversations]
    assert list(load(shared)) == list(load(plain)) == plain
    assert load(shared).hash == load(plain).hash
