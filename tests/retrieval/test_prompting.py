"""Where passages stand in what a model is asked, and what a System with a retriever is."""

from __future__ import annotations

import json

import pytest

import workbench as wb
from workbench.data.rendering import Renderer
from workbench.errors import InvalidInputError
from workbench.models.loading import load_tokenizer
from workbench.models.resolve import resolve_model
from workbench.retrieval import READING, Passage, with_passages
from workbench.runs.generation import shared_client

ROWS = [
    {"id": "fan", "text": "The repair of the fan costs 20 EUR."},
    {"id": "oven", "text": "The warranty of the oven is 3 years."},
    {"id": "tent", "text": "The tent weighs 4 kg."},
]
TWO = [Passage("a", "First."), Passage("b", "Second, with {prompt} in it.")]


def echo(prompt: str) -> str:
    """Answers with what it was asked."""
    return prompt


@pytest.fixture
def index():
    return wb.build_index(ROWS)


def test_the_best_passage_comes_first_and_nothing_in_it_is_filled_in():
    assert with_passages("Why?", TWO) == "First.\nSecond, with {prompt} in it.\n\nWhy?"
    assert with_passages("Why?", TWO[:1], READING) == "First.\n\nQ: Why?\nA:"
    assert with_passages("Is {passages} a word?", TWO[:1], READING) == "First.\n\nQ: Is {passages} a word?\nA:"
    assert with_passages("Why?", [], READING) == "Q: Why?\nA:"


def test_in_a_conversation_the_last_user_turn_is_the_question():
    turns = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Yes?"},
        {"role": "user", "content": "Why?"},
    ]
    asked = with_passages(turns, TWO[:1])
    assert asked[:2] == turns[:2]
    assert asked[2]["content"] == "First.\n\nWhy?"
    with pytest.raises(InvalidInputError, match="without a user turn"):
        with_passages(turns[1:2], TWO)


def test_the_passages_found_stand_before_the_question_and_come_with_the_answer(index):
    system = wb.System(echo, retriever=index, passages=2)
    questions = ["How heavy is the tent?", "Nothing fits, xyz"]
    assert wb.generate(system, questions) == [
        "The tent weighs 4 kg.\nThe warranty of the oven is 3 years.\n\nHow heavy is the tent?", "Nothing fits, xyz"
    ]  # fmt: skip
    answers = shared_client().generate(system, questions)
    assert [[passage.id for passage in answer.passages] for answer in answers] == [["tent", "oven"], []]
    assert wb.generate(wb.System(echo), ["How heavy is the tent?"]) == ["How heavy is the tent?"]


def test_an_index_built_anew_is_what_answers_come_from(tmp_path):
    system = wb.System(echo, retriever=wb.build_index(ROWS, path=tmp_path / "desk"), passages=1)
    before = system.hash
    assert "20 EUR" in wb.generate(system, ["the fan"])[0]
    wb.build_index([{"id": "fan", "text": "The repair of the fan costs 75 EUR."}], path=tmp_path / "desk")
    assert "75 EUR" in wb.generate(system, ["the fan"])[0]
    assert system.hash != before


def test_a_model_reads_what_its_own_prompt_would_hold(tiny_model, index):
    """The same text written by hand gets the same answer; shots are shown as they are."""
    shots = [("A is 1.\n\nQ: What is A?\nA:", " 1")]
    reader = wb.System(str(tiny_model), retriever=index, passages=1, prompt=READING, template="plain", shots=shots)
    plain = wb.System(str(tiny_model), template="plain", shots=shots)
    by_hand = "The tent weighs 4 kg.\n\nQ: How heavy is the tent?\nA:"

    assert wb.generate(reader, ["How heavy is the tent?"], max_new_tokens=8) == wb.generate(
        plain, [by_hand], max_new_tokens=8
    )
    renderer = Renderer(load_tokenizer(resolve_model(tiny_model)), "plain")
    assert renderer.prompt_text(by_hand, shots).endswith("\n\nThe tent weighs 4 kg.\n\nQ: How heavy is the tent?\nA:")


def test_a_system_with_a_retriever_is_plain_data_hashed_by_content(index, tmp_path):
    copy = wb.build_index(ROWS, path=tmp_path / "copy")
    system = wb.System("tiny-support", retriever=index, passages=2)
    assert json.loads(json.dumps(system.to_dict()))["retriever"] == str(index.path)
    assert system.to_dict()["passages"] == 2
    assert system.name == "tiny-support + 2 passages"
    assert wb.System("tiny-support", retriever=str(copy.path), passages=2).hash == system.hash
    others = [
        wb.System("tiny-support"),
        wb.System("tiny-support", retriever=index),
        wb.System("tiny-support", retriever=wb.build_index(ROWS[:2]), passages=2),
    ]
    assert len({system.hash, *(other.hash for other in others)}) == 4
    again = wb.System(system, name="again")
    assert (again.retriever, again.passages, again.hash) == (system.retriever, 2, system.hash)


def test_a_system_without_a_retriever_keeps_the_hash_it_had():
    assert wb.System(echo).hash == wb.System(echo, passages=7).hash
    assert wb.System(echo).to_dict()["passages"] is None


@pytest.mark.parametrize(
    ("settings", "needle"),
    [
        ({"retriever": 3}, "is an index or its folder, got 3"),
        ({"retriever": "x", "passages": 0}, "at least 1, got 0"),
        ({"retriever": "x", "passages": "2"}, "at least 1, got '2'"),
        ({"prompt": READING}, "needs a retriever"),
        ({"retriever": "x", "prompt": "{passages}"}, r"has no \{prompt\}"),
        ({"retriever": "x", "prompt": "Q: {prompt}"}, "does not say where the passages stand"),
    ],
)
def test_settings_that_cannot_work(settings, needle):
    with pytest.raises(InvalidInputError, match=needle):
        wb.System("tiny-support", **settings)


def test_an_index_that_is_gone_or_too_small_is_named(index, tmp_path):
    gone = wb.System(echo, retriever=tmp_path / "gone", name="reader")
    with pytest.raises(InvalidInputError, match="There is no index in"):
        wb.generate(gone, ["the fan"])
    with pytest.raises(InvalidInputError, match=r"reader looks things up in .*, which is no index"):
        gone.hash  # noqa: B018
    with pytest.raises(InvalidInputError, match="5 passages were asked for, and the index has 3"):
        wb.generate(wb.System(echo, retriever=index, passages=5), ["the fan"])
