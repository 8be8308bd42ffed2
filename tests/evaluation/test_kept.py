"""Answers on disk: what is there is not asked again, and nothing else is taken for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import workbench as wb
from tests.evaluation.desk import Client, right, rows
from workbench.evaluation import kept
from workbench.evaluation.kept import KeptAnswers

PROMPTS = [row["prompt"] for row in rows(6)]


def ask(client: Client, home: Path, system: object = "tiny-support", prompts: list[str] = PROMPTS, **decoding) -> list:
    return KeptAnswers(client, home).generate(system, prompts, **{"max_new_tokens": 8, "temperature": 0.0, **decoding})


def asked(client: Client) -> list[str]:
    return [prompt for _, prompts, _ in client.asked for prompt in prompts]


def test_what_was_answered_is_not_asked_again(tmp_path):
    first, second = Client(), Client(answer=lambda prompt: "another answer")

    before = ask(first, tmp_path)
    told = []
    keeper = KeptAnswers(second, tmp_path)
    after = keeper.generate("tiny-support", [*PROMPTS, "a new one"], max_new_tokens=8, temperature=0.0,
                            on_result=lambda row, answer: told.append((row, answer.text)))  # fmt: skip

    assert after[:6] == before
    assert [answer.text for answer in before] == list(map(right, PROMPTS))
    assert after[6].text == "another answer"
    assert asked(second) == ["a new one"]
    assert sorted(told) == [(row, answer.text) for row, answer in enumerate(after)]
    assert keeper.reused == 6


@pytest.mark.parametrize(
    ("system", "decoding"),
    [
        (wb.System("tiny-support", prompt="Be brief."), {}),
        (wb.System("tiny-support", shots=[("a", "b")]), {}),
        ("tiny-support", {"max_new_tokens": 9}),
        ("tiny-support", {"temperature": 0.5}),
        ("tiny-support", {"seed": 1}),
    ],
)
def test_another_system_or_decoding_is_asked(tmp_path, system, decoding):
    ask(Client(), tmp_path)
    client = Client()
    ask(client, tmp_path, system, **decoding)

    assert asked(client) == PROMPTS


def test_other_weights_are_another_system(tmp_path, tiny_model):
    import shutil

    model = tmp_path / "model"
    shutil.copytree(tiny_model, model)
    ask(Client(), tmp_path, str(model))
    file = model / "model.safetensors"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(bytes(data))
    client = Client()
    ask(client, tmp_path, str(model))

    assert asked(client) == PROMPTS


def test_another_version_of_a_library_or_of_the_format_is_asked_anew(tmp_path, monkeypatch):
    ask(Client(), tmp_path)
    for name, value in (("_version", lambda package: "99"), ("FORMAT", 99)):
        with monkeypatch.context() as other:
            other.setattr(kept, name, value)
            client = Client()
            ask(client, tmp_path)
            assert asked(client) == PROMPTS


def test_a_prompt_that_is_asked_twice_has_two_answers(tmp_path):
    numbers = iter(range(10))
    client = Client(answer=lambda prompt: str(next(numbers)))
    twice = ask(client, tmp_path, prompts=["again", "again"], temperature=1.0)

    assert len({answer.text for answer in twice}) == 2
    assert ask(Client(), tmp_path, prompts=["again", "again"], temperature=1.0) == twice


def test_a_damaged_line_costs_its_answer_only(tmp_path):
    ask(Client(), tmp_path)
    (file,) = (tmp_path / "answers").iterdir()
    lines = file.read_text().splitlines()
    lines[2] = lines[2][:20]
    lines[4] = "[1, 2]"
    file.write_text("\n".join(lines) + '\n{"key": "torn')
    client = Client()
    answers = ask(client, tmp_path)

    assert len(asked(client)) == 2
    assert [answer.text for answer in answers] == list(map(right, PROMPTS))
    again = Client()
    ask(again, tmp_path)
    assert asked(again) == []


def test_functions_are_called_each_time_and_leave_nothing(tmp_path):
    client = Client()
    for _ in range(2):
        ask(client, tmp_path, right)

    assert len(asked(client)) == 12
    assert not (tmp_path / "answers").exists()


def test_tools_of_ones_own_may_read_what_changes_and_leave_nothing(tmp_path):
    def stock(item: str) -> int:
        return 3

    for tools, times in (([stock], 2), (["find_order", stock], 2), (["find_order"], 1)):
        client = Client()
        for _ in range(2):
            ask(client, tmp_path, wb.System("tiny-support", tools=tools))
        assert len(asked(client)) == 6 * times


def test_scores_are_kept_too_and_apart_from_answers(tmp_path):
    client = Client()
    ask(client, tmp_path)
    first = KeptAnswers(client, tmp_path).score("tiny-support", PROMPTS)
    keeper = KeptAnswers(Client(), tmp_path)

    assert keeper.score("tiny-support", PROMPTS) == first
    assert keeper.reused == 6


def test_the_file_says_what_made_the_answers(tmp_path):
    ask(Client(), tmp_path)
    (file,) = (tmp_path / "answers").iterdir()
    made_by = json.loads(file.read_text().splitlines()[0])

    assert made_by["name"] == "tiny-support"
    assert made_by["decoding"] == {"max_new_tokens": 8, "temperature": 0.0}
    assert made_by["system"] == wb.System("tiny-support").hash
