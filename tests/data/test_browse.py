"""Pages, searches and cells of a data set."""

import pyarrow as pa
import pytest

from workbench.data import browse
from workbench.data.browse import cell, plain_text, readable_rows, search_rows

ROWS = [
    {
        "prompt": "<script>alert(1)</script>",
        "completion": None,
        "n": 7,
        "turns": [{"role": "user", "content": "Hallo WELT"}],
    },
    {"prompt": "Ünï 100%", "completion": "a.b", "n": 42, "turns": []},
    {
        "prompt": "مرحبا",
        "completion": "axb",
        "n": 1,
        "turns": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}],
    },
]


@pytest.fixture
def rows():
    return pa.Table.from_pylist(ROWS)


def found(rows, text):
    return [int(row) for _, hits in search_rows(rows, text) for row in hits]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<SCRIPT>", [0]),
        ("welt", [0]),
        ("ÜNÏ", [1]),
        ("42", [1]),
        ("a.b", [1]),
        ("%", [1]),
        ("رحب", [2]),
        ("assistant", [2]),
        ("none", []),
    ],
)
def test_search_is_literal_in_every_column_whatever_the_case(rows, text, expected):
    assert found(rows, text) == expected


def test_search_of_reordered_rows_numbers_them_as_they_are_shown(rows):
    assert found(rows.take([2, 0]), "welt") == [1]


def test_search_goes_by_batches_and_can_be_cancelled(rows, monkeypatch):
    monkeypatch.setattr(browse, "BATCH", 1)

    assert [looked for looked, _ in search_rows(rows, "x")] == [1, 2, 3]
    asked = iter([False, True])
    assert [looked for looked, _ in search_rows(rows, "x", lambda: next(asked))] == [1]


def test_a_page_has_the_rows_asked_for_in_their_order(rows):
    page = readable_rows(rows, [2, 0])

    assert [row["row"] for row in page] == [2, 0]
    assert page[1]["cells"]["prompt"] == {"text": "<script>alert(1)</script>", "length": 25}
    assert page[1]["cells"]["completion"] == {"none": True}
    assert page[0]["cells"]["turns"]["turns"][1] == {"role": "assistant", "text": "y", "length": 1}
    assert readable_rows(rows, []) == []


def test_a_long_cell_is_cut_and_says_how_long_it_is():
    assert cell("x" * 1_000_000, 10) == {"text": "x" * 10, "length": 1_000_000}
    assert cell("x" * 1_000_000, None)["text"] == "x" * 1_000_000
    assert cell([{"role": "user", "content": "long"}], 2)["turns"] == [{"role": "user", "text": "lo", "length": 4}]


def test_other_values_are_shown_as_json():
    assert cell({"a": [1, None]}) == {"text": '{"a": [1, null]}', "length": 16}
    assert plain_text([{"role": "user", "content": "hi"}, {"role": "tool", "content": None, "name": "f"}]) == (
        'user: hi\ntool: {"name": "f"}'
    )


def test_half_a_surrogate_pair_becomes_a_sign_that_can_be_sent():
    assert cell("a\ud83d")["text"] == "a?"
