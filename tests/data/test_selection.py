"""Rows by text, condition, list and order, alone and together."""

from __future__ import annotations

import pyarrow as pa
import pytest

from workbench.data import browse
from workbench.data.query import Query
from workbench.data.selection import Selection, select
from workbench.errors import DatasetError

QUERY = Query(pa.table({"prompt": ["fog", "a dog", "cat", "doggy day", "Dog"], "no": [5, 4, 3, 2, 1]}))


def rows(**what):
    *_, (looked, found) = select(QUERY, Selection(**what))
    assert looked == 5
    return found.tolist()


def test_each_alone():
    assert rows() == [0, 1, 2, 3, 4]
    assert rows(search=" dog ") == [1, 3, 4]
    assert rows(where="no < 4") == [2, 3, 4]
    assert rows(order="no") == [4, 3, 2, 1, 0]
    assert rows(rows=(3, 0)) == [3, 0]
    assert Selection().everything
    assert not any(Selection(**{name: "x"}).everything for name in ("search", "where", "order"))
    assert not Selection(rows=()).everything


def test_together():
    assert rows(search="dog", where="no < 4") == [3, 4]
    assert rows(search="dog", order="length(prompt) desc") == [3, 1, 4]
    assert rows(rows=(3, 0, 2), where="no < 4") == [3, 2]
    assert rows(rows=(3, 0, 2), order="no") == [3, 2, 0]
    assert rows(rows=(3, 0, 2), order="no", search="o") == [3, 0]


def test_what_is_found_so_far_comes_batch_by_batch_and_can_be_ended(monkeypatch):
    monkeypatch.setattr(browse, "BATCH", 2)
    steps = [(looked, found.tolist()) for looked, found in select(QUERY, Selection(search="dog"))]
    assert steps == [(2, [1]), (4, [1, 3]), (5, [1, 3, 4])]
    assert not list(select(QUERY, Selection(search="dog"), cancelled=lambda: True))


def test_a_condition_that_cannot_be_used_is_told():
    with pytest.raises(DatasetError, match='"nope" not found'):
        list(select(QUERY, Selection(where="nope")))
