"""Sources that are nearly right: lists as splits in a file, frames by label, names that are no files, empty labels."""

import json
import os

import pandas as pd
import pytest

import workbench as wb
from workbench.errors import DatasetError

ROWS = [{"prompt": f"q{i}", "completion": f"a{i}"} for i in range(6)]


def written(folder, name, value):
    path = folder / name
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_lists_of_one_json_file_are_its_splits(tmp_path):
    path = written(tmp_path, "all.json", {"train": ROWS[:4], "dev": ROWS[4:5], "test": ROWS[5:]})
    ds = wb.load_dataset(path)
    assert ds.splits == {"train": 4, "validation": 1, "test": 1}
    assert list(ds.rows("test")) == ROWS[5:]
    assert "The splits of all.json are its lists 'train', 'dev', 'test'." in ds.notes
    recipe = wb.Recipe("tiny-support", ds)
    assert wb.Recipe.from_yaml(recipe.to_yaml()).load_dataset().hash == ds.hash


@pytest.mark.parametrize(
    ("value", "splits"),
    [
        ({"data": ROWS, "version": 1}, {"train": 6}),
        ({"train": ROWS, "license": "MIT"}, {"train": 6}),
        ({"train": ROWS}, {"train": 6}),
        ({"train": ROWS, "test": []}, {"train": 6}),
    ],
)
def test_one_list_is_all_rows(tmp_path, value, splits):
    assert wb.load_dataset(written(tmp_path, "rows.json", value), split={}).splits == splits


def test_a_faulty_row_of_such_a_list_is_named(tmp_path):
    path = written(tmp_path, "all.json", {"train": ROWS, "test": [*ROWS[:1], {"prompt": 1, "completion": "x"}]})
    with pytest.raises(DatasetError, match=r"all.json, test, row 2, column 'prompt': must be text"):
        wb.load_dataset(path)
    twice = written(tmp_path, "twice.json", {"train": ROWS, "dev": ROWS[:1], "val": ROWS[:1]})
    with pytest.raises(DatasetError, match="name one split twice"):
        wb.load_dataset(twice)


def test_rows_of_a_frame_are_called_by_its_own_labels():
    frame = pd.DataFrame([*ROWS, {"prompt": 3, "completion": "x"}])
    with pytest.raises(DatasetError, match=r"DataFrame, row 6 \(from 0\)"):
        wb.load_dataset(frame)
    with pytest.raises(DatasetError, match="DataFrame, row with the index label 6"):
        wb.load_dataset(frame[frame.index != 2])


def test_what_is_no_file_is_told(tmp_path):
    os.mkfifo(tmp_path / "pipe.jsonl")
    cases = {
        os.devnull: "is a device or a pipe",
        str(tmp_path / "pipe.jsonl"): "is a device or a pipe",
        "https://example.com/rows.jsonl": "is an address",
        "file:///rows.jsonl": "is an address",
        "x" * 5_000: "text of 5,000 characters",
        "x" * 300: "the name is too long",
        "prompt\nanswer": "Rows in memory",
        "a\0b": "Rows in memory",
    }
    for source, words in cases.items():
        with pytest.raises(DatasetError, match=words):
            wb.load_dataset(source)


def test_an_empty_label_is_a_faulty_row_and_not_another_layout(tmp_path):
    path = tmp_path / "kto.csv"
    path.write_text("prompt,completion,label\na,b,TRUE\nc,d,\ne,f,FALSE\n")
    with pytest.raises(DatasetError, match=r"row 2 \(line 3\), column 'label'"):
        wb.load_dataset(path)
    ds = wb.load_dataset(path, bad_rows="set_aside", split={})
    assert (ds.type, len(ds), ds.set_aside.count) == ("unpaired_preference", 2, 1)


def test_lists_as_python_prints_them_are_refused(tmp_path):
    path = tmp_path / "chats.csv"
    pd.DataFrame({"messages": [[{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]] * 3}).to_csv(
        path, index=False
    )
    with pytest.raises(DatasetError, match="as Python prints them"):
        wb.load_dataset(path)


def test_rows_swallowed_by_an_open_quote_are_told(tmp_path):
    path = tmp_path / "rows.csv"
    lines = ["prompt,completion", "q,a", 'x,"open', *(f"q{i},a{i}" for i in range(40)), 'y,"quoted"', "z,w"]
    path.write_text("\n".join(lines) + "\n")
    ds = wb.load_dataset(path, split={}, bad_rows="set_aside")
    assert any("takes lines 3 to 44: a quote is left open" in note for note in ds.notes)


@pytest.mark.parametrize(
    ("schema", "words"),
    [({"$ref": "#/nope"}, "refers to '/nope'"), ({"$ref": "#"}, "refers to itself without end")],
)
def test_a_schema_that_leads_nowhere_is_told(schema, words):
    ds = wb.load_dataset([{"prompt": "a", "completion": '{"b": 1}'}] * 3, split={})
    with pytest.raises(DatasetError, match=words):
        ds.check(schema=schema)


TURNS = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]


@pytest.mark.parametrize(
    "row",
    [
        {"instruction": "q", "input": "more", "output": "a"},
        {"instruction": "q", "context": "more", "response": "a"},
        {"question": "q", "answer": "a"},
        {"messages": TURNS},
        {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]},
        {"prompt": "q", "completion": "a"},
    ],
    ids=lambda row: "+".join(row),
)
@pytest.mark.parametrize("name", ["system", "system_prompt"])
def test_a_column_of_system_prompts_is_never_dropped(row, name):
    rows = [{**row, name: "Be brief."}, {**row, name: ""}]
    ds = wb.load_dataset(rows, split={})
    turns = ds[0].get("messages") or ds[0]["prompt"]
    assert turns[0] == {"role": "system", "content": "Be brief."}
    without = ds[1].get("messages") or ds[1]["prompt"]
    assert without[0]["role"] == "user"


@pytest.mark.parametrize("labels", [(True, False), ("good", "bad"), ("desirable", "undesirable")])
@pytest.mark.parametrize(
    "row",
    [
        {"instruction": "q", "input": "", "output": "a"},
        {"question": "q", "answer": "a"},
        {"messages": TURNS},
    ],
    ids=lambda row: "+".join(row),
)
def test_answers_judged_bad_are_never_trained_as_good_ones(row, labels):
    ds = wb.load_dataset([{**row, "label": label} for label in labels], split={})
    assert ds.type == "unpaired_preference"
    assert [each["label"] for each in ds.rows()] == [True, False]


def test_a_line_that_names_the_separator_is_none_of_the_rows(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text('sep=;\n"prompt, the";completion\nq;a\n')
    ds = wb.load_dataset(path, split={}, columns={"prompt": "prompt, the", "completion": "completion"})
    assert list(ds.rows()) == [{"prompt": "q", "completion": "a"}]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\x1f\x8b\x08\x00abc", "gz"), (b"PK\x03\x04abc", "zip"), ("a,b\nc,d\n".encode("utf-16-le"), "UTF-16")],
)
def test_another_kind_of_file_under_this_name_is_told(tmp_path, content, words):
    for name in ("rows.csv", "rows.jsonl", "rows.txt"):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(DatasetError, match=words):
            wb.load_dataset(path)


def test_columns_that_cannot_be_what_was_said_are_refused():
    with pytest.raises(DatasetError, match="'messages' must hold lists of turns"):
        wb.load_dataset([{"m": "some text"}] * 3, columns={"messages": "m"})
    rows = [{"q": "a", "a": "b", "good": stars} for stars in (1, 5, 3)]
    with pytest.raises(DatasetError, match="columns= names 'good' as 'label'"):
        wb.load_dataset(rows, columns={"prompt": "q", "completion": "a", "label": "good"})


def test_keys_that_are_ids_do_not_become_columns():
    ds = wb.load_dataset([{**ROWS[0], "meta": {f"id{i}": i}} for i in range(2_000)], split={})
    assert ds[7]["meta"] == '{"id7": 7}'
    assert ds.arrow().nbytes < 500_000


def test_extras_of_turns_may_differ_in_type():
    rows = [{"messages": [TURNS[0], {**TURNS[1], "weight": weight}]} for weight in (1, "x")]
    ds = wb.load_dataset(rows, split={})
    assert [row["messages"][1]["weight"] for row in ds.rows()] in ([1, "x"], ["1", '"x"'], ["1", "x"])
    assert [row["messages"][1]["content"] for row in ds.rows()] == ["a", "a"]


def test_pairs_without_a_prompt_are_parted_by_the_question_they_share():
    rows = [
        {
            "chosen": [{"role": "user", "content": f"q{i // 4}"}, {"role": "assistant", "content": f"good {i}"}],
            "rejected": [{"role": "user", "content": f"q{i // 4}"}, {"role": "assistant", "content": f"bad {i}"}],
        }
        for i in range(400)
    ]
    ds = wb.load_dataset(rows)

    def questions(split):
        return {row["chosen"][0]["content"] for row in ds.rows(split)}

    assert not questions("train") & questions("test")
    assert not [found for found in ds.check().findings if found.check == "leaks"]
