"""Tools: schemas from annotations, calls read strictly, and nothing run that was not given."""

from __future__ import annotations

import doctest
import json
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbench as wb
from workbench.errors import InvalidInputError
from workbench.tools import ERRORS, Call, as_tool, built_in, desk, run_call
from workbench.tools import transcript as transcripts
from workbench.tools.transcript import continued, read_step, transcript


def price(item: str, count: int = 1, rate: float = 1.5) -> dict:
    """A tool with optional arguments."""
    if item == "none":
        raise LookupError("no such item")
    if item == "odd":
        return {"price": {1, 2}}
    if item == "nan":
        return {"price": float("nan")}
    return {"item": item, "price": count * rate}


TOOLS = {"price": as_tool(price)}


def test_the_schema_is_that_of_the_annotations():
    assert TOOLS["price"].schema == {
        "type": "object",
        "properties": {"item": {"type": "string"}, "count": {"type": "integer"}, "rate": {"type": "number"}},
        "required": ["item"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    [
        ("price", '{"item": "fan", "count": 2}', ""),
        ("price", '{"item": "fan"} ', ""),
        ("price", None, "no call"),
        ("cost", '{"item": "fan"}', "no such tool"),
        ("__import__", '{"name": "os"}', "no such tool"),
        ("price", "item='fan'", "arguments are not JSON"),
        ("price", '{"item": "fan"} and so on', "arguments are not JSON"),
        ("price", '{"item": "fan", "item": "oven"}', "arguments are not JSON"),
        ("price", '["fan"]', "arguments are not JSON"),
        ("price", "", "arguments are not JSON"),
        ("price", "{}", "arguments do not fit"),
        ("price", '{"item": "fan", "colour": "red"}', "arguments do not fit"),
        ("price", '{"item": 3}', "arguments do not fit"),
        ("price", '{"item": "fan", "count": true}', "arguments do not fit"),
        ("price", '{"item": "none"}', "tool failed"),
        ("price", '{"item": "odd"}', "tool failed"),
        ("price", '{"item": "nan"}', "tool failed"),
    ],
)
def test_calls_are_read_strictly(name, arguments, error):
    call = run_call(name, arguments, TOOLS)
    assert call.error == error
    assert error in {"", *ERRORS}
    result = json.loads(call.result)
    assert ("error" in result) == bool(error)
    if not error:
        assert result["price"] == json.loads(arguments).get("count", 1) * 1.5


@given(st.text(), st.text())
def test_no_text_breaks_the_reader(name, arguments):
    call = run_call(name, arguments, TOOLS)
    json.loads(call.result)
    assert (call.name, call.arguments) == (name, arguments)


@pytest.mark.parametrize(
    ("given", "needle"),
    [
        ("find_ordr", r"did you mean 'find_order'\?"),
        (3, "a name or a function, got 3"),
        (lambda item: item, "Every argument needs a name and one of the annotations"),
        (lambda *items: items, "Every argument needs a name"),
        (len, "Every argument needs|cannot be read"),
        (partial(price), "cannot be read|Every argument"),
    ],
)
def test_what_is_no_tool(given, needle):
    with pytest.raises(InvalidInputError, match=needle):
        as_tool(given)


def test_the_desks_tools_find_what_the_orders_say():
    tools = built_in()
    order = json.loads(desk.orders_file().read_text(encoding="utf-8"))[7]

    def result(tool, **arguments):
        return json.loads(run_call(tool, json.dumps(arguments), tools).result)

    assert result("find_order", id=order["id"]) == {key: order[key] for key in ("id", "state", "to")}
    assert result("find_customer", name=order["to"]) == {"name": order["to"], "orders": [order["id"]]}
    assert result("stock", item=order["item"]) == {"item": order["item"], "pieces": order["pieces"]}
    assert result("order_date", id=order["id"])["ordered"] == order["ordered"]
    assert result("add_days", date="2024-02-28", days=2) == {"date": "2024-03-01"}
    assert result("find_order", id="AA00000") == {"error": "no order AA00000"}
    assert "error" in result("add_days", date="28.2.2024", days=2)


def test_every_bundled_request_is_answered_by_its_calls():
    tools = built_in()
    data = wb.load_dataset("support-desk/requests")
    for split, n in (("train", 300), ("validation", 75), ("test", 150)):
        rows = list(data.split(split))
        assert len(rows) == len({row["id"] for row in rows}) == n
        for row in rows:
            found = ""
            for call in row["calls"]:
                made = run_call(call["name"], call["arguments"], tools)
                assert (made.result, made.error) == (call["result"], "")
                for value in json.loads(call["arguments"]).values():  # it stands in the request or in what was found
                    assert str(value) in row["prompt"] + found or (row["kind"] == "deadline" and value == 30)
                found += made.result
            values = [value for value in json.loads(made.result).values() if isinstance(value, (str, int))]
            assert all(str(value) in row["completion"] for value in values)


def test_splits_ask_about_other_orders():
    data = wb.load_dataset("support-desk/requests")
    asked = [{row["prompt"] for row in data.split(split)} for split in ("train", "validation", "test")]
    assert sum(map(len, asked)) == len(set().union(*asked))


TWO = [
    Call("stock", '{"item": "fan"}', '{"pieces": 3}'),
    Call("add_days", "{}", '{"error": "x"}', "arguments do not fit"),
]


def test_what_is_trained_on_is_what_is_asked_and_read():
    """The text up to each step is what a model is given, and the step that follows is read back as it was."""
    whole = transcript("How many?") + continued(TWO, "There are 3.")
    for made, call in enumerate(TWO):
        given = transcript("How many?", TWO[:made])
        assert whole.startswith(given)
        assert read_step(whole[len(given) :], first=made == 0) == (call.name, call.arguments)
    last = transcript("How many?", TWO)
    assert whole.startswith(last)
    assert read_step(whole[len(last) :], first=False) == "There are 3."


@pytest.mark.parametrize(
    ("text", "first", "read"),
    [
        ("Tool: stock\nInput: {}\nOutput: 1", False, ("stock", "{}")),
        ("Tool: stock\nSay: 3", False, ("stock", None)),
        (" stock", True, ("stock", None)),
        ("stock\nInput: {}", True, ("Tool:stock", None)),
        ("Say: 3\nTool: stock", False, "3"),
        ("It is 3.\n", False, "It is 3."),
        ("", False, ""),
    ],
)
def test_one_step_is_read_and_no_more(text, first, read):
    assert read_step(text, first) == read


def test_examples_in_docstrings():
    assert doctest.testmod(transcripts).failed == 0
