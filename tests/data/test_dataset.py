"""Reading files and folders, cutting splits, and what a Dataset answers."""

from __future__ import annotations

import gzip
import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from workbench.data.splits import held_out
from workbench.errors import DatasetError

ROWS = [{"prompt": f"What is {i}?", "completion": f'It is {i}, "quoted",\nand ü.'} for i in range(60)]


def write(path, rows=ROWS):
    """The same rows in the format that the suffix names."""
    frame = pd.DataFrame(rows)
    text = {
        ".jsonl": lambda: "\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n",
        ".json": lambda: json.dumps(rows),
        ".csv": lambda: frame.to_csv(index=False),
        ".tsv": lambda: frame.to_csv(index=False, sep="\t"),
    }
    suffix = path.name.removesuffix(".gz")[path.name.index(".") :]
    if suffix == ".parquet":
        frame.to_parquet(path)
    elif path.name.endswith(".gz"):
        path.write_bytes(gzip.compress(text[suffix]().encode()))
    else:
        path.write_text(text[suffix](), encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv", "a.tsv", "a.parquet", "a.jsonl.gz", "a.csv.gz"])
def test_every_format_gives_the_same_rows(name, tmp_path):
    ds = wb.load_dataset(str(write(tmp_path / name)), split={})
    assert list(ds) == ROWS
    assert ds.hash == wb.load_dataset(ROWS, split={}).hash == wb.load_dataset(pd.DataFrame(ROWS), split={}).hash


def test_default_split_is_said_seeded_and_keeps_prompts_together():
    rows = [{"prompt": f"p{i // 3}", "completion": str(i)} for i in range(300)]
    ds = wb.load_dataset(rows)
    assert ds.splits == {"train": 270, "validation": 15, "test": 15}
    assert "15 rows for validation and 15 rows for test were cut from train" in ds.notes[0]
    prompts = {name: {row["prompt"] for row in ds.rows(name)} for name in ds.splits}
    assert not prompts["train"] & (prompts["validation"] | prompts["test"])
    assert not prompts["validation"] & prompts["test"]
    assert wb.load_dataset(rows).hash == ds.hash
    everything = [row["completion"] for name in ds.splits for row in ds.rows(name)]
    assert sorted(everything) == sorted(row["completion"] for row in rows)


def test_split_as_asked():
    ds = wb.load_dataset(ROWS, split={"validation": 0.1, "dev2": 0.2})
    assert ds.splits == {"train": 42, "validation": 6, "dev2": 12}
    assert ds.notes == ()
    assert wb.load_dataset(ROWS, split={}).splits == {"train": 60}


@pytest.mark.parametrize(
    ("split", "needle"),
    [({"test": 1.5}, "between 0 and 1"), ({"test": "tset"}, "no split 'tset'"), ({"train": 0.5}, "keeps the rest"),
     ({"validation": 0.6, "test": 0.5}, "leave nothing for train"), ({"test": True}, "between 0 and 1")],
)  # fmt: skip
def test_splits_that_cannot_be(split, needle):
    with pytest.raises(wb.DatasetError) as caught:
        wb.load_dataset(ROWS, split=split)
    assert needle in str(caught.value)


def test_too_few_prompts_to_split():
    ds = wb.load_dataset([{"prompt": "same", "completion": str(i)} for i in range(9)])
    assert ds.splits == {"train": 9}
    assert "Too few different prompts" in ds.notes[0]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=80), st.integers(0, 5))
def test_held_out_parts_every_row_once_and_no_key_twice(keys, seed):
    parts = held_out(keys, {"validation": 0.1, "test": 0.2}, seed)
    assert sorted(number for numbers in parts.values() for number in numbers) == list(range(len(keys)))
    owners = {}
    for name, numbers in parts.items():
        for number in numbers:
            assert owners.setdefault(keys[number], name) == name
    assert parts["train"]


def test_folder_of_splits(tmp_path):
    write(tmp_path / "train-00000-of-00002.jsonl", ROWS[:20])
    write(tmp_path / "train-00001-of-00002.jsonl", ROWS[20:40])
    write(tmp_path / "dev.jsonl", ROWS[40:50])
    write(tmp_path / "test.jsonl", ROWS[50:])
    write(tmp_path / "handmade.jsonl", ROWS[:2])
    (tmp_path / "schema.json").write_text("{}")
    ds = wb.load_dataset(tmp_path)
    assert ds.splits == {"train": 40, "validation": 10, "test": 10, "handmade": 2}
    assert list(ds) == ROWS[:40]
    assert ds.notes == ("Read the .jsonl files of the folder; left out: schema.json.",)
    named = wb.load_dataset(tmp_path, split={"train": "train", "validation": "handmade"})
    assert named.splits["validation"] == 2


def test_a_missing_split_is_cut_from_train(tmp_path):
    write(tmp_path / "train.jsonl", ROWS[:40])
    write(tmp_path / "test.jsonl", ROWS[40:])
    ds = wb.load_dataset(tmp_path)
    assert ds.splits == {"train": 38, "test": 20, "validation": 2}
    assert "no validation split" in ds.notes[0]


def test_folder_of_shards(tmp_path):
    write(tmp_path / "b.csv", ROWS[30:])
    write(tmp_path / "a.csv", ROWS[:30])
    ds = wb.load_dataset(str(tmp_path), split={})
    assert list(ds) == ROWS
    assert "2 files" in ds.notes[0]


def test_saved_by_datasets(tmp_path):
    import datasets

    data = datasets.Dataset.from_list(ROWS)
    datasets.DatasetDict({"train": data, "validation": data.select(range(3))}).save_to_disk(tmp_path / "saved")
    ds = wb.load_dataset(tmp_path / "saved", split={"train": "train", "validation": "validation"})
    assert ds.splits == {"train": 60, "validation": 3}
    assert list(ds) == ROWS


def test_hub_code_on_a_local_repository(tmp_path, monkeypatch):
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    folder = tmp_path / "org" / "name"
    folder.mkdir(parents=True)
    write(folder / "train.jsonl", ROWS[:40])
    write(folder / "validation.jsonl", ROWS[40:])
    (folder / "README.md").write_text("---\nlicense: mit\n---\n")
    ds = wb.load_dataset(f"hub:{folder}", split={"validation": "validation"})
    assert ds.splits == {"train": 40, "validation": 20}
    assert list(ds) == ROWS[:40]
    assert ds.source["source"] == f"hub:{folder}"
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "train.jsonl", "validation.jsonl"]


def test_hub_offline_is_one_clear_message():
    with pytest.raises(wb.DatasetError) as caught:
        wb.load_dataset("hub:some-org/some-name")
    assert "hub:some-org/some-name" in str(caught.value)
    assert "HF_HUB_OFFLINE" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bundled():
    ds = wb.load_dataset("support-desk/tickets")
    assert ds.type == "prompt_completion"
    assert {"train", "validation", "test"} <= set(ds.splits)
    assert ds.source["source"] == "support-desk/tickets"
    json.loads(ds.split("test")[0]["completion"])


@pytest.mark.parametrize(
    ("name", "content", "needles"),
    [
        ("empty.jsonl", b"", ["empty.jsonl", "is empty", "at least one row"]),
        ("blank.jsonl", b"\n\n", ["blank.jsonl", "no rows"]),
        ("header.csv", b"prompt,completion\n", ["header.csv", "no rows"]),
        ("bad.jsonl", b'{"prompt": "a", "completion": "b"}\n{"prompt": "a"\n[1]\n',
         ["line 2", '{"prompt": "a"', "line 3", "[1]"]),
        ("bad.csv", b"prompt,completion\na,b\na,b,c\n",
         ["row 2 (line 3)", "3 fields where the header has 2", "double quotes"]),
        ("quote.csv", b'prompt,completion\na,"b\n', ["quote.csv", "quote left open"]),
        ("twice.csv", b"prompt,prompt\na,b\n", ["'prompt' more than once"]),
        ("latin.csv", "prompt,completion\na,b\nü,c\n".encode("latin-1"), ["line 3", "0xfc", "UTF-8"]),
        ("bad.json", b'{"a": ', ["bad.json", "not valid JSON"]),
        ("number.json", b"3", ["number.json", "list of objects"]),
        ("none.json", b"[]", ["none.json", "list is empty"]),
        ("rows.json", b'[{"prompt": "a", "completion": "b"}, 4]', ["row 2", "got 4"]),
        ("fake.parquet", b"nothing", ["fake.parquet", "not a parquet file"]),
        ("white.txt", b" \n\t\n", ["white.txt", "white space"]),
        ("table.xlsx", b"PK", ["'.xlsx'", ".jsonl"]),
    ],
)  # fmt: skip
def test_files_that_cannot_be_read(name, content, needles, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(wb.DatasetError) as caught:
        wb.load_dataset(tmp_path / name)
    for needle in needles:
        assert needle in str(caught.value)


def test_missing_file_names_what_is_near(tmp_path, monkeypatch):
    write(tmp_path / "tickets.csv")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(wb.DatasetError, match=r"Did you mean 'tickets\.csv'"):
        wb.load_dataset("tickts.csv")
    with pytest.raises(wb.DatasetError, match="support-desk/tickets'"):
        wb.load_dataset("support-desk/ticket")
    with pytest.raises(wb.DatasetError, match='write "hub:org/name"'):
        wb.load_dataset("org/name")
    (tmp_path / "void").mkdir()
    with pytest.raises(wb.DatasetError, match="it is empty"):
        wb.load_dataset("void")


def test_csv_cells_stay_text_and_excel_files_are_understood(tmp_path):
    (tmp_path / "a.csv").write_text("question;answer\n007;1.50\nNA;\n", encoding="utf-8-sig")
    ds = wb.load_dataset(tmp_path / "a.csv", split={})
    assert [(row["prompt"], row["completion"]) for row in ds] == [("007", "1.50"), ("NA", "")]
    assert "separated by ';'" in ds.notes[0]
    (tmp_path / "b.csv").write_text("prompt,completion\na,b\n", encoding="utf-16")
    assert wb.load_dataset(tmp_path / "b.csv", split={})[0] == {"prompt": "a", "completion": "b"}


def test_json_in_its_other_shapes(tmp_path):
    for name, text in {
        "lines.json": '{"prompt": "a", "completion": "b"}\n{"prompt": "a", "completion": "b"}\n',
        "data.json": '{"version": 1, "data": [{"prompt": "a", "completion": "b"}, {"prompt": "a", "completion": "b"}]}',
        "columns.json": '{"prompt": ["a", "a"], "completion": ["b", "b"]}',
    }.items():
        (tmp_path / name).write_text(text)
        assert list(wb.load_dataset(tmp_path / name, split={})) == [{"prompt": "a", "completion": "b"}] * 2


def test_text_files(tmp_path):
    (tmp_path / "blocks.txt").write_text("one\ntwo\n\n\nthree\n")
    (tmp_path / "lines.txt").write_text("one\r\ntwo\r\n")
    assert [row["text"] for row in wb.load_dataset(tmp_path / "blocks.txt", split={})] == ["one\ntwo", "three"]
    ds = wb.load_dataset(tmp_path / "lines.txt", split={})
    assert [row["text"] for row in ds] == ["one", "two"]
    assert "each line is one row" in ds.notes[0]


def test_dates_in_json_stay_text(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"prompt": "2026-01-02", "completion": "2026-01-02 10:00:00"}\n')
    assert wb.load_dataset(tmp_path / "a.jsonl", split={})[0] == {
        "prompt": "2026-01-02",
        "completion": "2026-01-02 10:00:00",
    }


def test_what_a_dataset_answers():
    ds = wb.load_dataset(ROWS, split={"test": 0.1})
    test = ds.split("test")
    assert len(test) == 6
    assert list(test) == list(ds.rows("test"))
    assert ds.head(5).splits == {"train": 5, "test": 6}
    assert ds.head(5)[:5] == ds[:5]
    assert list(ds.to_pandas().columns) == ["prompt", "completion"]
    assert ds.to_hf("test")[0] == test[0]
    assert ds.hash != ds.head(5).hash
    assert "54 train, 6 test rows of prompt_completion" in ds.describe()
    assert len(ds.arrow("test")) == 6
    with pytest.raises(IndexError):
        ds[54]
    with pytest.raises(wb.DatasetError, match="did you mean 'test'"):
        ds.split("tset")
    with pytest.raises(wb.DatasetError, match="at least 1, got 0"):
        ds.head(0)
    assert wb.load_dataset(ds) is ds


def test_missing_values_of_a_data_frame_are_named():
    frame = pd.DataFrame({"prompt": ["a", "b"], "completion": ["x", None], "n": [1.0, float("nan")]})
    with pytest.raises(wb.DatasetError, match=r"row 1 \(from 0\), column 'completion': is missing"):
        wb.load_dataset(frame)


def test_save_and_load_keep_the_hash(tmp_path):
    rows = [{"messages": [{"role": "user", "content": "a", "name": "x"}, {"role": "assistant", "content": "b"}], "n": i}
            for i in range(30)]  # fmt: skip
    ds = wb.load_dataset(rows)
    ds.save(tmp_path / "stored")
    again = wb.load_dataset(tmp_path / "stored", split={})
    assert again.hash == ds.hash
    assert again.splits == ds.splits
    assert again.conversational


def test_a_set_is_saved_beside_its_source_and_over_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    file = write(tmp_path / "mails.jsonl.gz")
    ds = wb.load_dataset(file, split={}).repair(drop={"train": [0, 1]})
    folder = ds.save()
    assert folder == tmp_path / f"mails-{ds.hash[:8]}"
    assert wb.load_dataset(ds.save(), split={}).repairs == ds.repairs
    with pytest.raises(wb.DatasetError, match="holds other or damaged files already"):
        wb.load_dataset(ROWS, split={}).save(folder)
    for split in ({}, {"validation": 0.1}, {"dev": 0.1}, {"TRAIN": 0.1}):
        made = wb.load_dataset(ROWS, split=split)
        again = wb.load_dataset(made.save(tmp_path / f"split{sorted(split)}"))
        assert (again.splits, again.hash) == (made.splits, made.hash)
    with pytest.raises(wb.DatasetError, match="A split's name has letters"):
        wb.load_dataset(ROWS, split={"a/b": 0.1})
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    with pytest.raises(wb.DatasetError, match=r"full holds other or damaged files already"):
        ds.save(tmp_path / "full")
    with pytest.raises(wb.DatasetError, match=r"cannot be written"):
        ds.save(file / "below")
    for elsewhere in (wb.load_dataset(ROWS, split={}), wb.load_dataset("support-desk/replies").head(9)):
        assert elsewhere.save() == tmp_path / "home" / "datasets" / elsewhere.hash


@pytest.mark.parametrize("make", [lambda ds: ds, lambda ds: ds.split("test"), lambda ds: ds.head(5).split("train")])
def test_its_code_makes_it_again(tmp_path, make):
    path = tmp_path / "it's.csv"
    path.write_text("frage,antwort\n" + "".join(f"q{i},a{i}\n" for i in range(40)))
    columns = {"prompt": "frage", "completion": "antwort"}
    ds = make(wb.load_dataset(path, columns=columns, split={"test": 0.2}))

    assert eval(ds.to_code(), {"wb": wb}).hash == ds.hash
    assert wb.load_dataset([{"prompt": "q", "completion": "a"}]).split("train").to_code() == "wb.load_dataset(rows)"


def test_held_out_looks_at_each_row_only_a_few_times():
    class Key(int):
        compared = 0

        def __eq__(self, other):
            Key.compared += 1
            return int(self) == int(other)

        __hash__ = int.__hash__

    held_out([Key(i) for i in range(2_000)], {"validation": 0.05, "test": 0.05})
    assert Key.compared < 40_000


def test_it_says_which_of_the_source_s_columns_it_was_made_of():
    rows = [{"frage": "q", "output": "a", "instruction": "i"}]

    assert wb.load_dataset(rows, columns={"prompt": "frage", "completion": "output"}).read_from == ("frage", "output")
    assert wb.load_dataset(rows).head(1).read_from == ("instruction", "output")


def test_splits_are_cut_anew_out_of_all_their_rows():
    rows = [{"prompt": f"p{i % 40}", "completion": f"c{i}"} for i in range(100)]
    ds = wb.load_dataset(rows, split={"validation": 0.1, "test": 0.1})
    again = ds.resplit({"validation": 0.2})
    assert again.splits["test"] == ds.splits["test"]
    assert sum(again.splits.values()) == 100
    assert again.splits["validation"] == pytest.approx(18, abs=3)
    prompts = {name: {row["prompt"] for row in again.rows(name)} for name in again.splits}
    assert not prompts["train"] & prompts["validation"]
    assert ds.resplit({"validation": 0.2}).hash == again.hash != ds.resplit({"validation": 0.2}, seed=1).hash
    names = {"wb": wb, "rows": rows}
    assert eval(again.to_code(), names).hash == again.hash
    assert eval(ds.resplit({"test": 0.3}, seed=4).to_code(), names).hash == ds.resplit({"test": 0.3}, seed=4).hash


@pytest.mark.parametrize(
    ("shares", "said"),
    [({"validation": 1.5}, "between 0 and 1"), ({"train": 0.5}, "keeps the rest"), ({}, "must be given"),
     ({"validation": 0.6, "test": 0.5}, "less than 1"), ({"validation": True}, "between 0 and 1")],
)  # fmt: skip
def test_shares_that_cannot_be_cut_are_told(shares, said):
    with pytest.raises(DatasetError, match=said):
        wb.load_dataset([{"prompt": f"p{i}", "completion": "c"} for i in range(9)]).resplit(shares)


def test_one_prompt_cannot_be_cut():
    with pytest.raises(DatasetError, match="too few different prompts"):
        wb.load_dataset([{"prompt": "p", "completion": f"{i}"} for i in range(9)]).resplit({"validation": 0.2})
