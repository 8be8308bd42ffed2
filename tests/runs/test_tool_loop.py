"""The loop of a System with tools, on functions that play the model, and on a model."""

from __future__ import annotations

import json
import threading

import pytest

import workbench as wb
from workbench.errors import InvalidInputError
from workbench.runs.generation import shared_client
from workbench.runs.tool_loop import ROUNDS
from workbench.tools import Call


def double(n: int) -> dict:
    """Twice a number."""
    return {"twice": 2 * n}


def clever(prompt: str) -> str:
    """Doubles the number it was asked for until it is above 20, and says what the last result was; runs on after it."""
    if "Output:" not in prompt:
        return f' double\nInput: {{"n": {prompt.split()[1]}}}\nOutput: {{"twice": 999}}\nSay: 999.'
    last = json.loads(prompt.strip().splitlines()[-1].removeprefix("Output: "))
    if "error" in last:
        return f"Say: failed, {last['error']}\nAsk: more?"
    n = last["twice"]
    return f"Say: {n}.\nAsk: more?" if n > 20 else f'Tool: double\nInput: {{"n": {n}}}\nOutput: 7'


def answers(function, prompts, **more):
    return shared_client().generate(wb.System(function, tools=[double]), prompts, **more)


def test_results_are_the_tools_and_not_what_the_model_made_up():
    one, two = answers(clever, ["15", "6"])
    assert (one.text, two.text) == ("30.", "24.")
    assert one.calls == (Call("double", '{"n": 15}', '{"twice": 30}'),)
    assert [call.arguments for call in two.calls] == ['{"n": 6}', '{"n": 12}']
    assert (one.stop, one.passages) == ("eos", ())
    assert wb.generate(wb.System(clever, tools=[double]), ["15"]) == ["30."]


def test_an_error_is_read_like_a_result():
    [answer] = answers(clever, ["many"])
    assert answer.text.startswith("failed, ")
    assert answer.calls[0].error == "arguments are not JSON"


def test_there_are_so_many_rounds_and_no_more():
    asked = []

    def stubborn(prompt: str) -> str:
        asked.append(prompt)
        return ' double\nInput: {"n": 1}' if "Output" not in prompt else 'Tool: double\nInput: {"n": 1}'

    [answer] = answers(stubborn, ["1"])
    assert (answer.text, answer.stop) == ("", "rounds")
    assert len(answer.calls) == ROUNDS
    assert len(asked) == ROUNDS + 1


def test_a_call_may_be_no_call():
    [answer] = answers(lambda prompt: " I do not know" if "Output" not in prompt else "Say: sorry", ["1"])
    assert answer.text == "sorry"
    assert answer.calls == (Call("I do not know", "", '{"error": "no call"}', "no call"),)


def test_rows_are_told_one_by_one_and_can_be_cancelled():
    told, cancel = [], threading.Event()
    answers(clever, ["6", "15", "many"], on_result=lambda row, answer: told.append(row))
    assert sorted(told) == [0, 1, 2]
    cancel.set()
    assert answers(clever, ["6", "15"], cancel=cancel)[1] is None


def test_a_system_with_tools_is_named_hashed_and_refused():
    system = wb.System("tiny-support", tools=["find_order", double])
    assert system.to_dict()["tools"] == ["find_order", "double"]
    assert system.name == "tiny-support + tools"
    hashes = {wb.System("tiny-support", tools=tools).hash for tools in ([], ["find_order"], [double], ["stock"])}
    assert len({*hashes, system.hash}) == 5
    assert wb.System(system, name="again").hash == system.hash
    for settings, needle in (
        ({"tools": ["find_order", "find_order"]}, "Two tools are called 'find_order'"),
        ({"tools": ["stock"], "retriever": "x"}, "tools or a retriever, not both"),
        ({"tools": ["stock"], "prompt": "Q: {prompt}"}, "not be wrapped around"),
        ({"tools": ["stock"], "schema": {"type": "object"}}, "tools or a schema, not both"),
        ({"tools": ["stok"]}, "did you mean 'stock'"),
    ):
        with pytest.raises(InvalidInputError, match=needle):
            wb.System("tiny-support", **settings)
    with pytest.raises(InvalidInputError, match="not lists of messages"):
        answers(clever, [[{"role": "user", "content": "1"}]])


def test_the_bundled_base_looks_an_order_up():
    """Untuned it calls find_order with the right number, and says what the tool found and not what it would invent."""
    data = wb.load_dataset("support-desk/requests").split("test")
    rows = [row for row in data if row["kind"] == "order" and row["wording"] == "transcript"][:8]
    system = wb.System("tiny-support", tools=["find_order"], template="plain")

    found = shared_client().generate(system, [row["prompt"] for row in rows], max_new_tokens=48)

    assert (
        sum(answer.calls[0].arguments == row["calls"][0]["arguments"] for answer, row in zip(found, rows, strict=False))
        >= 7
    )
    assert sum(answer.text == row["completion"] for answer, row in zip(found, rows, strict=True)) >= 7
