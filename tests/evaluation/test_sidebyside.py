"""Rows as they come in: what counts, what is better or worse, and that totals are honest."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.evaluation.sidebyside import SideBySide
from workbench.evaluation.statistics import wilson


@pytest.fixture
def table():
    """Four rows; tuned is better on 1, worse on 2, both right on 0, both wrong alike on 3."""
    table = SideBySide(["base", "tuned"], ["p0", "p1", "p2 needle", "p3"], ["a", "b", "c", "d"])
    for row, (base, tuned) in enumerate([("a", "a "), ("x", "b"), ("c", "x"), ("y", "y")]):
        table.put(row, 0, base)
        table.put(row, 1, tuned)
    return table


def test_rows_are_sorted_into_better_worse_differ_and_wrong(table):
    assert table.select("all") == [0, 1, 2, 3]
    assert table.select("better") == [1]
    assert table.select("worse") == [2]
    assert table.select("differ") == [1, 2]
    assert table.select("wrong") == [2, 3]
    assert {choice.key: choice.count for choice in table.filters()} == {
        "all": 4, "differ": 2, "better": 1, "worse": 1, "wrong": 2,
    }  # fmt: skip


def test_scores_carry_their_rows_and_the_wilson_interval(table):
    score = table.score(1, "exact_match")

    assert (score.count, score.n, score.value) == (2, 4, 0.5)
    assert (score.low, score.high) == wilson(2, 4)


def test_only_rows_that_every_system_answered_count(table):
    more = SideBySide(["base", "tuned"], ["p", "q", "r"], ["a", "b", "c"])
    more.put(0, 0, "a")
    more.put(1, 0, "b")
    more.put(1, 1, "b")
    more.put(2, 1, "c")
    more.fail(2, 0, "lost")

    assert more.complete == [1]
    assert more.score(0, "exact_match").n == more.score(1, "exact_match").n == 1
    assert more.select("differ") == []
    assert more.failures == {(2, 0): "lost"}
    more.put(2, 0, "c")
    assert more.failures == {}
    assert more.complete == [1, 2]


def test_nothing_answered_is_no_rate():
    table = SideBySide(["base"], ["p"], ["a"])

    assert table.score(0, "exact_match").n == 0
    assert table.difference(0) is None


def test_search_looks_into_prompt_reference_and_answers(table):
    assert table.select(search="NEEDLE") == [2]
    assert table.select(search="y") == [3]
    assert table.select("better", "needle") == []


def test_records_are_compared_as_records_and_checked_for_json():
    table = SideBySide(["base"], ["p", "q"], [json.dumps({"a": 1, "b": 2}), "{}"])
    table.put(0, 0, '{"b": 2, "a": 1}')
    table.put(1, 0, "{} and more")

    assert table.checks == ["exact_match", "valid_json"]
    assert table.passes(0, 0, "exact_match") is True
    assert table.passes(1, 0, "valid_json") is False
    assert table.passes(0, 0, "valid_json") is True
    assert SideBySide(["base"], ["p"], ["42"]).checks == ["exact_match"]


def test_without_references_nothing_is_called_right():
    table = SideBySide(["a", "b"], ["p"])
    table.put(0, 0, "{}")
    table.put(0, 1, "x")

    assert table.checks == []
    assert table.change(0) is None
    assert [choice.key for choice in table.filters()] == ["all", "differ"]
    with pytest.raises(ValueError, match="no filter 'better'"):
        table.select("better")


def test_rows_that_are_not_in_play_wait(table):
    table.rows = (1, 3)

    assert table.select("all") == [1, 3]


def test_the_difference_is_paired_row_by_row(table):
    difference = table.difference(1)

    assert (difference.wins, difference.losses, difference.ties) == (1, 1, 2)
    assert difference.value == 0


def test_references_must_be_as_many_as_prompts():
    with pytest.raises(ValueError, match="got 1 for 2"):
        SideBySide(["a"], ["p", "q"], ["x"])


@given(st.lists(st.tuples(st.sampled_from("abx"), st.sampled_from("abx")), min_size=1, max_size=12))
def test_better_and_worse_explain_the_difference_of_the_scores(answers):
    table = SideBySide(["first", "second"], ["p"] * len(answers), ["a"] * len(answers))
    for row, pair in enumerate(answers):
        for system, text in enumerate(pair):
            table.put(row, system, text)

    gained = len(table.select("better")) - len(table.select("worse"))
    assert gained == table.score(1, "exact_match").count - table.score(0, "exact_match").count
