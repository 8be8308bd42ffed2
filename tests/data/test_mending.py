"""Check, propose, apply, undo."""

from __future__ import annotations

import pytest

import workbench as wb
from workbench.data.findings import Finding
from workbench.data.mending import Mending, firsts_of_groups, row_notes, rows_in_groups
from workbench.errors import DatasetError

ROWS = [{"prompt": f"Where is parcel number {i}?", "completion": f"It is at depot {i}."} for i in range(8)]
SPOILED = [*ROWS, {"prompt": "nothing", "completion": " "}, ROWS[2]]


@pytest.fixture
def mending():
    made = Mending(wb.load_dataset(SPOILED, split={}))
    made.check()
    return made


def test_before_and_after_the_check():
    made = Mending(wb.load_dataset(ROWS, split={}))
    assert (made.state()["summary"], made.state()["findings"]) == ("Not checked yet.", [])
    made.check()
    assert made.state()["summary"].startswith("8 train rows checked: ")


def test_a_repair_is_looked_at_then_applied_then_undone(mending):
    original = mending.dataset
    mending.propose("empty_answers")
    [preview] = [item["preview"] for item in mending.state()["findings"] if item["preview"]]
    assert preview["text"] == "This takes 1 row out of train."
    assert mending.dataset is original

    mending.apply()
    assert mending.dataset.splits == {"train": 9}
    assert mending.state()["repairs"] == ["empty answer: takes 1 row out of train"]
    assert mending.state()["summary"] == "Repaired, and not checked again yet."
    mending.check()
    assert "empty_answers" not in [item["check"] for item in mending.state()["findings"]]

    mending.propose("exact_duplicates")
    mending.apply()
    assert mending.dataset.splits == {"train": 8}
    mending.undo()
    mending.undo()
    assert mending.dataset is original
    assert mending.state()["repairs"] == []
    mending.undo()


def test_a_repair_that_is_left_changes_nothing(mending):
    before = mending.dataset
    mending.propose("empty_answers")
    mending.propose("")
    mending.apply()
    assert mending.dataset is before
    with pytest.raises(DatasetError, match="no check 'emty'"):
        mending.propose("emty")


def test_texts_that_would_change_are_shown():
    made = Mending(
        wb.load_dataset([*ROWS, {"prompt": "Grüße".encode().decode("cp1252"), "completion": "ok"}], split={})
    )
    made.check()
    made.propose("encoding")
    [preview] = [item["preview"] for item in made.state()["findings"] if item["preview"]]
    assert preview["examples"] == [{"row": 8, "column": "prompt", "before": "GrÃ¼ÃŸe", "after": "Grüße"}]


def test_what_stands_beside_rows_that_belong_together():
    finding = Finding("x", "x", "test", (3, 7, 9), "warning", "m", "r", groups=((1, 7), (2, 3)),
                      elsewhere={9: ("train", 1200)}, evidence={3: "seen"})  # fmt: skip
    assert rows_in_groups(finding) == (1, 7, 2, 3, 9)
    assert firsts_of_groups(finding) == {7: 1, 3: 2}
    assert row_notes(finding) == {
        1: "group 1 of 2", 7: "group 1 of 2", 2: "group 2 of 2", 3: "group 2 of 2; seen",
        9: "stands in train, row 1,200",
    }  # fmt: skip


def test_a_recipe_says_what_its_tokens_would_be(tiny_model):
    ds = wb.load_dataset(ROWS, split={"validation": 0.2})
    made = Mending(ds, wb.Recipe(str(tiny_model), ds, training=wb.Training(max_length=12)))
    made.check()
    assert any("max_length" in item["kind"] for item in made.state()["findings"])


def test_splits_are_cut_anew_and_that_is_undone():
    original = wb.load_dataset(ROWS, split={"validation": 0.2})
    made = Mending(original)
    made.resplit({"validation": 0.4, "test": 0.2})
    assert made.dataset.splits == {"train": 3, "validation": 3, "test": 2}
    assert made.state()["repairs"] == ["splits cut anew: 3 train, 3 validation, 2 test"]
    made.undo()
    assert made.dataset is original
