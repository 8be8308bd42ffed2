"""Embedding similarity: the cosine of mean vectors, also in a process of its own; refused without a model."""

from __future__ import annotations

import numpy as np
import pytest

import workbench as wb
from tests.retrieval.test_embedding import by_hand
from workbench.errors import InvalidInputError
from workbench.evaluation.similarity import metric_of

ROWS = [{"prompt": f"{number}", "completion": f"The tent costs {number} EUR."} for number in range(6)]


def tent(prompt: str) -> str:
    return f"A tent is {prompt} EUR, and more of the same."


def nothing(prompt: str) -> str:
    return "" if prompt != "5" else "The tent costs 5 EUR."


def test_scores_are_cosines_of_mean_vectors(tiny_model):
    report = wb.evaluate([tent, nothing], ROWS, ["exact_match", f"embedding_similarity:{tiny_model}"])
    expected = [by_hand(tiny_model, tent(row["prompt"])) @ by_hand(tiny_model, row["completion"]) for row in ROWS]

    assert report.scores["embedding_similarity"]["tent"] == pytest.approx(expected, abs=1e-5)
    assert report.scores["embedding_similarity"]["nothing"] == (0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    found = report.interval("tent", "embedding_similarity")
    assert found.value == pytest.approx(np.mean(expected), abs=1e-5)
    assert found.unit == ""
    assert tiny_model.name in report.metric("embedding_similarity").sentence
    assert report.compare("nothing", "tent", "embedding_similarity").difference > 0


def test_texts_are_embedded_once_and_many_at_once(tiny_model, monkeypatch):
    metric, asked = metric_of(f"embedding_similarity:{tiny_model}"), []
    embedder = metric.function.embedder
    whole = embedder.vectors
    monkeypatch.setattr(embedder, "vectors", lambda texts: asked.append(list(texts)) or whole(texts))
    metric.prepare(["a", "b", "a", " "])

    assert metric.score("a", reference="b") == metric.score("b", reference="a")
    assert asked == [["a", "b"]]


def test_it_crosses_into_another_process_by_its_name(tiny_model):
    name = f"embedding_similarity:{tiny_model}"
    evaluation = wb.evaluate([str(tiny_model)], ROWS, [name], decoding={"max_new_tokens": 4}, wait=False)
    assert evaluation.wait(120) == "completed", evaluation.reason
    here = wb.evaluate([str(tiny_model)], ROWS, [name], decoding={"max_new_tokens": 4})
    assert evaluation.report.interval(0).value == pytest.approx(here.interval(0).value, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("embedding_similarity", "needs a model that embeds texts, and none comes with the workbench"),
        ("embedding_similarity:", "needs a model that embeds texts"),
        ("embedding_similarity:./nowhere", r"cannot embed texts with './nowhere'\. There is no model folder"),
        ("embedding_similarty", "There is no metric"),
    ],
)
def test_without_a_model_it_is_refused_before_any_answer_is_made(name, message):
    called = []
    with pytest.raises(InvalidInputError, match=message):
        wb.evaluate([lambda prompt: called.append(prompt) or "x"], ROWS, [name])
    assert not called
