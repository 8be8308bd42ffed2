"""An index by embeddings of a tiny random model: the vectors are the mean over tokens, and are those of the model."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch

import workbench as wb
from tests.conftest import make_model, make_tokenizer
from workbench.errors import InvalidInputError, ModelNotFoundError
from workbench.models.loading import load_tokenizer
from workbench.models.resolve import resolve_model

ROWS = [
    {"id": str(number), "text": f"The {thing} costs {number + 10} EUR." + " And more." * number}
    for number, thing in enumerate(["fan", "oven", "tent", "kettle", "sofa"])
]


def by_hand(model, text):
    """One text at a time, so that no padding can creep in."""
    from transformers import AutoModel

    tokenizer = load_tokenizer(resolve_model(model))
    with torch.inference_mode():
        hidden = AutoModel.from_pretrained(model).float()(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]
    return (hidden.mean(0) / hidden.mean(0).norm()).numpy()


def test_scores_are_cosines_of_mean_states(tiny_model, tmp_path):
    index = wb.build_index(ROWS, model=tiny_model, path=tmp_path / "index")
    question = "What does the tent cost?"
    expected = {row["id"]: by_hand(tiny_model, row["text"]) @ by_hand(tiny_model, question) for row in ROWS}

    for found in (index.search(question, 5), wb.open_index(tmp_path / "index").search(question, 5)):
        assert {passage.id: passage.score for passage in found} == pytest.approx(expected, abs=1e-5)
        assert [passage.id for passage in found] == sorted(expected, key=expected.get, reverse=True)
    assert index.search(ROWS[3]["text"], 1)[0].id == "3"
    assert index.search("xyz", 5)  # words need not be shared


def test_it_is_the_model_that_it_was_built_with(tmp_path):
    first = make_model(tmp_path / "model", make_tokenizer(), seed=0)
    index = wb.build_index(ROWS, model=first, path=tmp_path / "index")
    make_model(first, make_tokenizer(), seed=1)
    with pytest.raises(InvalidInputError, match="is not the one that the index was built with"):
        wb.open_index(index.path).search("fan", 1)
    assert wb.build_index(ROWS, model=first, path=tmp_path / "index").hash != index.hash


def test_long_texts_are_cut_at_the_models_context(tiny_model):
    rows = [*ROWS, {"id": "long", "text": "A very long text. " * 400}]
    assert np.isfinite([passage.score for passage in wb.build_index(rows, model=tiny_model).search("text", 6)]).all()


def test_the_folder_of_a_sentence_transformers_model(tiny_model, tmp_path):
    folder = tmp_path / "sentence"
    shutil.copytree(tiny_model, folder / "0_Transformer")
    (folder / "1_Pooling").mkdir()
    parts = [("0_Transformer", "Transformer"), ("1_Pooling", "Pooling")]
    modules = [{"path": path, "type": f"sentence_transformers.models.{kind}"} for path, kind in parts]
    (folder / "modules.json").write_text(json.dumps(modules))
    pooling = folder / "1_Pooling" / "config.json"
    pooling.write_text(json.dumps({"pooling_mode_mean_tokens": True}))
    plain = wb.build_index(ROWS, model=tiny_model).search("the tent", 5)
    assert wb.build_index(ROWS, model=folder).search("the tent", 5) == plain
    pooling.write_text(json.dumps({"pooling_mode_mean_tokens": False, "pooling_mode_cls_token": True}))
    with pytest.raises(InvalidInputError, match="does not take the mean over tokens"):
        wb.build_index(ROWS, model=folder)


def test_a_model_that_is_not_there():
    with pytest.raises(ModelNotFoundError):
        wb.build_index(ROWS, model="./nothing-here")
