"""Rows by condition, in order, and counted."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from workbench.data.query import Query, facet_expressions
from workbench.errors import DatasetError

TABLE = pa.table(
    {
        "prompt": ["aa", "b", "cccc", "it's"],
        "completion": ['{"kind": "x", "no": 1}', '{"kind": "y", "no": 2}', '{"kind": "x", "no": 3}', "none"],
        "Source name": ["web", "web", "mail", None],
        "group": [1, 2, 1, 1],
    }
)


def test_rows_by_condition_and_order():
    query = Query(TABLE)
    assert query.rows().tolist() == [0, 1, 2, 3]
    assert query.rows("length(prompt) > 1").tolist() == [0, 2, 3]
    assert query.rows(order="length(prompt) desc").tolist() == [2, 3, 0, 1]
    assert query.rows("\"Source name\" = 'web' and row > 0").tolist() == [1]
    assert query.rows("starts_with(completion, '{') and completion->>'$.kind' = 'x'").tolist() == [0, 2]
    assert query.rows("false").tolist() == []


def test_a_comment_at_the_end_does_not_swallow_the_bracket():
    assert Query(TABLE).rows("length(prompt) = 1 -- short").tolist() == [1]


def test_a_column_named_row_keeps_its_name():
    query = Query(pa.table({"row": [7, 8]}))
    assert query.row_name == "row_number"
    assert query.rows("row = 8").tolist() == query.rows("row_number = 1").tolist() == [1]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("nope > 3", 'column "nope" not found'),
        ("length(prompt", "syntax error"),
        ("true; drop table rows", "syntax error"),
        ("exists (select * from read_text('/etc/hostname'))", "file system operations are disabled"),
        ("prompt >", "syntax error"),
    ],
)
def test_a_condition_that_cannot_be_used_says_why_and_names_the_columns(condition, said):
    with pytest.raises(DatasetError, match=said) as raised:
        Query(TABLE).rows(condition)
    assert '"Source name"' in str(raised.value)
    assert repr(condition) in str(raised.value)


def test_two_statements_are_refused():
    with pytest.raises(DatasetError):
        Query(TABLE).rows("true); delete from rows; select (1")


def test_values_are_counted_and_each_can_be_found_again():
    query = Query(TABLE)
    facet = query.facet("Source name")
    assert (facet.values, facet.counts, facet.others, facet.distinct) == (("web", "mail", None), (2, 1, 1), 0, 3)
    assert [query.rows(condition).tolist() for condition in facet.conditions] == [[0, 1], [2], [3]]
    assert query.facet("group", top=1).others == 1
    assert query.facet("prompt", where='"group" = 9').distinct == 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=4)), max_size=30))
def test_every_value_finds_exactly_its_rows(values):
    query = Query(pa.table({"text": pa.array(values, pa.string())}))
    facet = query.facet("text", top=100)
    for value, count, condition in zip(facet.values, facet.counts, facet.conditions, strict=True):
        found = query.rows(condition).tolist()
        assert found == [number for number, other in enumerate(values) if other == value]
        assert len(found) == count
    assert sum(facet.counts) == len(values)


def test_what_is_worth_counting():
    kind = Query(TABLE).facet("try(completion->>'kind')")
    assert (kind.values, kind.counts) == (("x", "y", None), (2, 1, 1))
    assert Query(TABLE).rows(kind.conditions[0]).tolist() == [0, 2]
    assert facet_expressions(TABLE) == ["try(completion->>'kind')", "Source name", "group"]
    tickets = facet_expressions(wb.load_dataset("support-desk/tickets").arrow("train"))
    assert tickets[:2] == ["try(completion->>'category')", "try(completion->>'priority')"]
    assert Query(wb.load_dataset("support-desk/tickets").arrow("train")).facet(tickets[1]).distinct == 3
