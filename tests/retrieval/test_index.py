"""Indexes: what they find, that they are folders hashed by content, and what they refuse."""

from __future__ import annotations

import json

import numpy as np
import pytest

import workbench as wb
from workbench.errors import DatasetError, InvalidInputError
from workbench.retrieval.bm25 import words

ROWS = [
    {"id": "fan", "text": "The repair of the fan costs 20 EUR."},
    {"id": "oven", "text": "The repair of the oven costs 30 EUR."},
    {"id": "norway", "text": "The delivery to Norway takes 4 days; the fan takes 5."},
]
ASKED = [{"prompt": "Mend a fan?", "gold": ["fan"]}, {"prompt": "How soon in Oslo?", "gold": ["norway", "fan"]}]


def ids(found):
    return [passage.id for passage in found]


def test_scores_are_bm25s_formula():
    """Robertson's formula with Lucene's idf, written out."""
    texts, query = [words(row["text"]) for row in ROWS], words("Mend the fan")
    mean, n = sum(map(len, texts)) / len(texts), len(texts)
    expected = {}
    for row, text in zip(ROWS, texts, strict=True):
        score = 0.0
        for word in query:
            df, tf = sum(word in other for other in texts), text.count(word)
            idf = np.log(1 + (n - df + 0.5) / (df + 0.5))
            score += idf * tf / (tf + 1.5 * (1 - 0.75 + 0.75 * len(text) / mean))
        expected[row["id"]] = score

    found = wb.build_index(ROWS).search("Mend the FAN!", 3)

    assert {passage.id: passage.score for passage in found} == pytest.approx(expected)
    assert [passage.score for passage in found] == sorted((passage.score for passage in found), reverse=True)


def test_what_shares_no_word_is_not_found():
    index = wb.build_index(ROWS)
    assert index.search("Wo ist mein Paket?", 3) == []
    assert ids(index.search("Norway", 3)) == ["norway"]
    assert index.search("?!", 3) == []


def test_of_equals_the_earlier_one_comes_first():
    rows = [{"id": str(number), "text": "the same text"} for number in range(40)]
    assert ids(wb.build_index(rows).search("text", 40)) == [str(number) for number in range(40)]


def test_an_index_is_a_folder_that_finds_the_same_when_opened(tmp_path):
    index = wb.build_index(ROWS, path=tmp_path / "index")
    opened = wb.open_index(tmp_path / "index")
    assert opened.search("the fan", 3) == index.search("the fan", 3)
    assert (opened.hash, opened.passages, opened.settings) == (index.hash, index.passages, index.settings)
    assert wb.build_index(ROWS).path.name == index.hash  # elsewhere, the same
    assert sorted(path.name for path in (tmp_path).iterdir() if path.name != "home") == ["index"]


def test_any_text_is_kept_as_it_is(tmp_path):
    rows = [{"id": "\u2028\x85", "text": "a\u2028b\x85c\nd\r\ne  \U0001f600"}]
    index = wb.build_index(rows, path=tmp_path / "index")
    assert wb.open_index(index.path).passages == index.passages
    assert index.passages[0].text == rows[0]["text"]


def test_the_hash_is_that_of_the_content():
    index = wb.build_index(ROWS)
    assert wb.build_index(wb.load_dataset(ROWS, split={})).hash == index.hash
    changed = [*ROWS[:2], {**ROWS[2], "text": "The delivery to Norway takes 9 days."}]
    renamed = [*ROWS[:2], {**ROWS[2], "id": "norge"}]
    assert len({index.hash, wb.build_index(changed).hash, wb.build_index(renamed).hash}) == 3


def test_all_splits_of_a_data_set_are_indexed():
    data = wb.load_dataset(ROWS * 1, split={"validation": 0.4})
    assert len(data.splits) > 1
    assert {passage.id for passage in wb.build_index(data).passages} == {"fan", "oven", "norway"}


def test_building_into_an_index_replaces_it_and_into_anything_else_is_refused(tmp_path):
    path = tmp_path / "index"
    before = wb.build_index(ROWS[:2], path=path)
    after = wb.build_index(ROWS, path=path)
    assert len(wb.open_index(path)) == 3
    assert before.hash != after.hash
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("mine")
    with pytest.raises(InvalidInputError, match="is there already and is no index"):
        wb.build_index(ROWS, path=tmp_path / "notes")
    assert (tmp_path / "notes" / "a.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("rows", "needle"),
    [
        ([], "knowledge base is empty"),
        ([*ROWS, ROWS[0]], "1 ids stand in more than one row, such as 'fan'"),
        ([{"text": "a"}], "lacks id"),
        ([*ROWS, {"id": "x", "text": "  "}], "the passage in row 3 has no text"),
    ],
)
def test_what_is_no_knowledge_base(rows, needle):
    with pytest.raises(DatasetError, match=needle):
        wb.build_index(rows)


@pytest.mark.parametrize("query", ["", "  \n", None, 3])
def test_a_question_has_text(query):
    with pytest.raises(InvalidInputError, match="must be a text with something in it"):
        wb.build_index(ROWS).search(query)


@pytest.mark.parametrize(
    ("k", "needle"), [(4, "the index has 3"), (0, "at least 1"), (True, "got True"), (1.5, "got 1.5")]
)
def test_k_is_within_the_index(k, needle):
    with pytest.raises(InvalidInputError, match=needle):
        wb.build_index(ROWS).search("fan", k)


def test_damage_is_named(tmp_path):
    with pytest.raises(InvalidInputError, match=r"no index in .*nowhere"):
        wb.open_index(tmp_path / "nowhere")
    with pytest.raises(InvalidInputError, match="got 3"):
        wb.open_index(3)
    index = wb.build_index(ROWS, path=tmp_path / "index")
    whole = {file: file.read_bytes() for file in index.path.rglob("*") if file.is_file()}
    for file, content in whole.items():
        file.write_bytes(content[: len(content) // 2])
        with pytest.raises(InvalidInputError, match="damaged") as caught:
            wb.open_index(index.path)
        assert file.name in str(caught.value)
        file.unlink()
        with pytest.raises(InvalidInputError, match=r"is missing|no index"):
            wb.open_index(index.path)
        file.write_bytes(content)
    assert len(wb.open_index(index.path)) == 3
    (index.path / "passages.jsonl").unlink()
    assert wb.build_index(ROWS, path=index.path).search("oven", 1)
    assert len(wb.open_index(index.path)) == 3


def test_another_version_is_named(tmp_path):
    index = wb.build_index(ROWS, path=tmp_path / "index")
    manifest = index.path / "index.json"
    facts = json.loads(manifest.read_text())
    for change, needle in (
        ({"format": 7}, "has the format 7; this version reads 1"),
        ({"kind": "colbert"}, "unknown kind 'colbert'"),
        ({"hash": "0" * 16}, "its hash is not that of its files"),
        ({"files": None}, "damaged"),
    ):
        manifest.write_text(json.dumps({**facts, **change}))
        with pytest.raises(InvalidInputError, match=needle):
            wb.open_index(index.path)


def test_gold_finds_what_the_rows_name():
    gold = wb.gold_index(wb.build_index(ROWS), ASKED)
    assert ids(gold.search("Mend a fan?", 3)) == ["fan"]
    assert sorted(ids(wb.open_index(gold.path).search("How soon in Oslo?", 3))) == ["fan", "norway"]
    with pytest.raises(InvalidInputError, match="No gold passage is known for the question 'Else"):
        gold.search("Else?")


@pytest.mark.parametrize(
    ("row", "needle"),
    [
        ({"prompt": "a", "gold": ["sofa"]}, "Row 2 .* names the gold passage 'sofa', which is not in the index"),
        ({"prompt": "a", "gold": []}, "names no gold passage"),
        ({"prompt": "Mend a fan?", "gold": ["oven"]}, "other gold passages than an earlier row"),
    ],
)
def test_gold_that_cannot_be_right(row, needle):
    with pytest.raises(DatasetError, match=needle):
        wb.gold_index(wb.build_index(ROWS), [*ASKED, row])
