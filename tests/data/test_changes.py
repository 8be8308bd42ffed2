"""What a repair changed, in figures and examples."""

from __future__ import annotations

import workbench as wb
from workbench.data import changes as module
from workbench.data.changes import changes

ROWS = [{"prompt": f"p{i}", "completion": f"c{i}"} for i in range(6)]


def data(rows):
    return wb.load_dataset(rows, split={})


def test_nothing_changed():
    assert changes(data(ROWS), data(ROWS)) == []


def test_rows_that_were_taken_out_are_counted():
    [change] = changes(data(ROWS), data(ROWS[:4]))
    assert (change.split, change.taken_out, change.changed) == ("train", 2, 0)
    assert change.words() == "takes 2 rows out of train"


def test_texts_that_changed_are_counted_by_row_and_the_first_shown(monkeypatch):
    monkeypatch.setattr(module, "BATCH", 2)
    rows = [dict(row) for row in ROWS]
    rows[1]["prompt"] = rows[1]["completion"] = "new"
    rows[4]["completion"] = "<b>"
    [change] = changes(data(ROWS), data(rows), examples=2)
    assert (change.taken_out, change.changed) == (0, 2)
    assert change.examples == ((1, "prompt", "p1", "new"), (1, "completion", "c1", "new"))
    assert change.words() == "changes 2 rows of train"


def test_conversations():
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    other = [turns[0], {"role": "assistant", "content": "c"}]
    [change] = changes(data([{"messages": turns}]), data([{"messages": other}]))
    assert change.examples == ((0, "messages", "user: a\nassistant: b", "user: a\nassistant: c"),)
