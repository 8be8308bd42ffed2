"""Calls judged apart from the answers they led to."""

from __future__ import annotations

import json

import pytest

import workbench as wb
from workbench.errors import DatasetError, InvalidInputError
from workbench.evaluation import Report, call_errors
from workbench.evaluation.tools import FIGURES


def double(n: int) -> dict:
    """Twice a number."""
    return {"twice": 2 * n}


def halve(n: int) -> dict:
    """Half a number."""
    if n % 2:
        raise ValueError(f"{n} is odd")
    return {"half": n // 2}


ROWS = [
    {"prompt": f"{what} {n}", "completion": str(2 * n if what == "double" else n // 2),
     "calls": [{"name": what, "arguments": json.dumps({"n": n}), "result": ""}]}
    for what, n in (("double", 1), ("double", 2), ("halve", 8), ("halve", 6), ("double", 5), ("double", 9))
]  # fmt: skip

STEPS = {
    "double 1": ' double\nInput: {"n": 1}',
    "double 2": ' double\nInput: {"n":   3}',  # a wrong argument
    "halve 8": ' double\nInput: {"n": 8}',  # a wrong tool
    "halve 6": ' halve\nInput: {"n": 3}',  # a wrong argument, which the tool refuses
    "double 5": " double\nInput: n=5",  # no JSON
    "double 9": ' double\nInput: {"n": 9}',  # right, and one more call after it
}


def model(prompt: str) -> str:
    """Says the last number it read."""
    request = prompt.splitlines()[0].removeprefix("Ask: ")
    if "Output" not in prompt:
        return STEPS[request]
    if request == "double 9" and prompt.count("Output") == 1:
        return 'Tool: halve\nInput: {"n": 18}'
    found = json.loads(prompt.strip().splitlines()[-1].removeprefix("Output: "))
    return f"Say: {next(iter(found.values()))}"


@pytest.fixture
def report():
    systems = {"tools": wb.System(model, tools=[double, halve]), "none": lambda prompt: "?"}
    return wb.evaluate(systems, ROWS, ["exact_match"])


def test_each_part_of_a_call_is_judged(report):
    table = wb.judge_calls(report, ROWS)
    assert list(table.system.unique()) == ["tools"]
    assert dict(zip(table.figure, (table.value * 6).round(9), strict=True)) == {
        "tool": 5, "arguments": 2, "all_calls": 1, "no_error": 4
    }  # fmt: skip
    assert list(table.figure) == list(FIGURES)
    assert ((table.low <= table.value) & (table.value <= table.high)).all()
    assert set(table.n) == {6}


def test_errors_are_counted(report):
    assert call_errors(report).values.tolist() == [["tools", "arguments are not JSON", 1], ["tools", "tool failed", 1]]


def test_the_end_answer_is_what_the_metrics_judge(report):
    assert report.scores["exact_match"]["tools"] == (1, 0, 0, 0, 0, 0)


def test_calls_stay_with_the_report_and_are_text_on_its_page(report, tmp_path):
    again = Report.from_json(report.to_json(tmp_path / "report.json"))
    assert again.answers == report.answers
    assert wb.judge_calls(again, ROWS).equals(wb.judge_calls(report, ROWS))
    page = report.to_html()
    assert "called by tools" in page
    assert "tools double, halve" in page
    shout = wb.System(lambda prompt: " <script>\nInput: x" if "Output" not in prompt else "Say: 1", tools=[double])
    assert "<script>" not in wb.evaluate([shout], ROWS, ["exact_match"]).to_html()


def test_what_cannot_be_judged(report):
    with pytest.raises(InvalidInputError, match="No system of this report has tools"):
        call_errors(wb.evaluate([lambda prompt: "?"], ROWS, ["exact_match"]))
    with pytest.raises(DatasetError, match="is not the data of the report"):
        wb.judge_calls(report, ROWS[:2])
    bare = [{key: row[key] for key in ("prompt", "completion")} for row in ROWS]
    with pytest.raises(DatasetError, match="does not say which calls are right"):
        wb.judge_calls(wb.evaluate([wb.System(model, tools=[double, halve])], bare, ["exact_match"]), bare)
