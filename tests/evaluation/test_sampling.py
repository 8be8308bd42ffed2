"""wb.sample_pairs: two replies to a prompt, ready to be labelled."""

from __future__ import annotations

import pytest

import workbench as wb
from workbench.errors import InvalidInputError
from workbench.evaluation.labelling import Labelling


def test_two_replies_of_one_model_differ_and_can_be_labelled(tiny_model, tmp_path):
    rows = wb.load_dataset([{"prompt": f"What is {n}?", "completion": "no", "topic": "n"} for n in range(6)], split={})
    made = wb.sample_pairs(str(tiny_model), rows, max_new_tokens=8)
    assert [set(row) for row in made] == [{"prompt", "topic", "a", "b"}] * 6
    assert any(row["a"] != row["b"] for row in made)
    assert made == wb.sample_pairs(str(tiny_model), rows, max_new_tokens=8), "drawn by the seed"
    assert Labelling(made, annotator="me", folder=tmp_path).questions


def test_two_systems_stand_on_their_sides():
    made = wb.sample_pairs(str.upper, ["x", {"prompt": "y", "kind": 1}], other=str.title, temperature=0)
    assert made == [{"prompt": "x", "a": "X", "b": "X"}, {"prompt": "y", "kind": 1, "a": "Y", "b": "Y"}]


def test_after_messages_the_replies_are_messages(tiny_model, tmp_path):
    turns = [{"role": "user", "content": "What is red?"}]
    made = wb.sample_pairs(str(tiny_model), [turns, {"prompt": turns, "kind": 1}], max_new_tokens=8)
    assert made[1]["prompt"] == turns
    assert [turn["role"] for side in "ab" for turn in made[1][side]] == ["assistant", "assistant"]
    assert Labelling(made, annotator="me", folder=tmp_path).rows == made


def test_what_cannot_be_sampled_is_refused():
    with pytest.raises(InvalidInputError, match="temperature is 0: both replies"):
        wb.sample_pairs(str.upper, ["x"], temperature=0)
    with pytest.raises(InvalidInputError, match="temperature is 0: both replies"):
        wb.sample_pairs(str.upper, ["x"], other=str.upper, temperature=0)
    with pytest.raises(InvalidInputError, match=r"no setting 'max_tokens' \(did you mean 'max_new_tokens'\?\)"):
        wb.sample_pairs(str.upper, ["x"], max_tokens=8)
    with pytest.raises(InvalidInputError, match="prompts takes a list of texts"):
        wb.sample_pairs(str.upper, "x")
    with pytest.raises(InvalidInputError, match="Row 1 has no text and no messages as its prompt, got None"):
        wb.sample_pairs(str.upper, ["x", {"question": "y"}])
