"""Evaluations in a process of their own: the same report, killed and gone on with, stopped, refused."""

from __future__ import annotations

import json
import time

import pytest

import workbench as wb
from tests.evaluation.desk import right
from workbench.errors import InvalidInputError, RunBusyError, RunError, RunNotFoundError
from workbench.runs.decoding import Decoding

SLOWLY = {"max_new_tokens": 60}


def looked_up(id: str) -> str:
    """A tool of one's own."""
    return id


@pytest.fixture
def many() -> list[dict[str, str]]:
    return [{"prompt": f"Question {number}: what is it?", "completion": f"It is {number}."} for number in range(900)]


def lines(home) -> list[str]:
    """The keys of all kept answers."""
    files = (home / "answers").glob("*.jsonl")
    return [json.loads(line)["key"] for file in files for line in file.read_text().splitlines()[1:]]


def until(evaluation: wb.Evaluation, done: int) -> None:
    end = time.monotonic() + 60
    while evaluation.progress()["done"] < done and evaluation.status in ("queued", "running"):
        assert time.monotonic() < end, evaluation
        time.sleep(0.01)


def test_the_report_is_that_of_an_evaluation_in_the_notebook(tiny_model, many, tmp_path):
    systems = {"plain": str(tiny_model), "brief": wb.System(str(tiny_model), prompt="Be brief.", shots=[("a", "b")])}
    evaluation = wb.evaluate(systems, many, ["exact_match", "token_f1"], max_rows=20, decoding=SLOWLY, wait=False)

    assert evaluation.wait(120) == "completed", evaluation.reason
    here = wb.evaluate(systems, many, ["exact_match", "token_f1"], max_rows=20, decoding=SLOWLY, keep=False)
    there = evaluation.report
    for name in ("answers", "scores", "prompts", "references", "row_numbers", "systems", "metrics", "decoding"):
        if name == "answers":
            assert [[said.text for said in there.answers[each]] for each in systems] == [
                [said.text for said in here.answers[each]] for each in systems
            ]
        else:
            assert getattr(there, name) == getattr(here, name)
    assert there.dataset == here.dataset
    assert there.notes == here.notes
    assert wb.open_evaluation("last").report.to_json() == there.to_json()
    assert [each.id for each in wb.evaluations()] == [evaluation.id]
    assert wb.runs() == []
    assert evaluation.systems == ["plain", "brief"]
    with pytest.raises(RunError, match="is completed: its report is there"):
        evaluation.resume()


def test_killed_at_half_it_does_only_the_rest(tiny_model, many, tmp_path):
    home = tmp_path / "home"
    evaluation = wb.evaluate([str(tiny_model)], many, decoding=SLOWLY, wait=False)
    until(evaluation, 100)
    evaluation.kill()

    assert evaluation.wait(30) == "failed"
    assert "killed" in evaluation.reason
    before = lines(home)
    assert 100 <= len(before) < 900
    with pytest.raises(RunError, match=r"has \d+ of 900 answers and no report yet: resume\(\) it"):
        evaluation.report  # noqa: B018
    evaluation.resume()
    assert evaluation.wait(120) == "completed", evaluation.reason
    after = lines(home)
    assert after[: len(before)] == before
    assert len(after) == len(set(after)) == 900, "none was generated twice"
    whole = wb.evaluate([str(tiny_model)], many, decoding=SLOWLY, keep=False)
    assert [said.text for said in evaluation.report.answers[whole.names[0]]] == [
        said.text for said in whole.answers[whole.names[0]]
    ]


def test_stopped_and_gone_on_with(tiny_model, many):
    evaluation = wb.evaluate([str(tiny_model)], many, decoding=SLOWLY, wait=False)
    until(evaluation, 50)
    with pytest.raises(RunBusyError, match="already being worked on"):
        evaluation.resume()
    evaluation.stop()

    assert evaluation.wait(30) == "stopped"
    assert evaluation.reason == "stopped by stop()"
    done = evaluation.progress()["done"]
    assert 50 <= done < 900
    assert evaluation.resume().wait(120) == "completed"
    assert evaluation.progress()["done"] == 900
    assert [event["ok"] for event in evaluation.events() if event["type"] == "command"] == [True]


def test_an_interrupted_call_goes_on_where_it_was(tiny_model, many):
    class Enough(Exception):
        pass

    def progress(done: int, total: int, system: str) -> None:
        if done == 200:
            raise Enough

    with pytest.raises(Enough):
        wb.evaluate([str(tiny_model)], many, decoding=SLOWLY, progress=progress)
    first = []
    wb.evaluate([str(tiny_model)], many, decoding=SLOWLY, progress=lambda done, total, system: first.append(done))

    from workbench.evaluation.kept import KeptAnswers
    from workbench.runs.generation import shared_client

    keeper = KeptAnswers(shared_client())
    keeper.generate(str(tiny_model), [row["prompt"] for row in many], **vars(Decoding(**SLOWLY)))
    assert keeper.reused == 900
    assert first[-1] == 900


def test_plain_texts_are_scored_in_it_too(tiny_model):
    texts = [{"text": f"Some text, number {number}."} for number in range(12)]
    evaluation = wb.evaluate([str(tiny_model)], texts, wait=False)

    assert evaluation.wait(120) == "completed", evaluation.reason
    here = wb.evaluate([str(tiny_model)], texts, keep=False)
    assert evaluation.report.interval(0).value == pytest.approx(here.interval(0).value, abs=1e-6)


def test_a_model_that_is_gone_is_a_reason(tiny_model, many, tmp_path):
    evaluation = wb.evaluate([str(tmp_path / "nowhere")], many, wait=False)

    assert evaluation.wait(60) == "failed"
    assert "nowhere" in evaluation.reason


@pytest.mark.parametrize(
    ("systems", "settings", "message"),
    [
        ([right], {}, "right is a function, which cannot cross into another process"),
        ([wb.System("tiny-support", tools=[looked_up])], {}, "looked_up, a tool of tiny-support.*cannot cross"),
        (["tiny-support"], {"metrics": [lambda answer: 1.0]}, "is a function, which cannot cross"),
        (["tiny-support"], {"metrics": ["exact_mach"]}, "exact_match"),
        (["tiny-support"], {"decoding": {"max_new_tokens": 0}}, "max_new_tokens"),
        (["tiny-support"], {"schema": {"type": "text"}}, "schema itself is invalid"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_at_once_and_leaves_no_folder(systems, settings, message, many, tmp_path):
    metrics = settings.pop("metrics", None)
    with pytest.raises(InvalidInputError, match=message):
        wb.evaluate(systems, many, metrics, wait=False, **settings)
    assert not list((tmp_path / "home").glob("evaluations/*"))


def test_an_unknown_one_is_told_with_what_there_is(tmp_path):
    with pytest.raises(RunNotFoundError, match=r"There are no evaluations there yet: wb.evaluate\(..., wait=False\)"):
        wb.open_evaluation("nothing")
