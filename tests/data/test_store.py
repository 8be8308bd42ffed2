"""Tables put together piece by piece, in memory and in a file, and what reading large sources keeps in memory."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from workbench.data import store
from workbench.data.store import Store, taken

VALUES = st.one_of(st.none(), st.integers(-9, 9), st.floats(allow_nan=False, width=32), st.text(max_size=3),
                   st.booleans(), st.dictionaries(st.sampled_from("xy"), st.integers(0, 3), max_size=2))  # fmt: skip


@pytest.fixture
def small_memory(monkeypatch, tmp_path):
    """Tables beyond a few hundred kilobytes go to files, in a folder of their own."""
    monkeypatch.setattr(store, "IN_MEMORY", 300_000)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return tmp_path / "temporary"


def put_together(pieces):
    made = Store()
    for piece in pieces:
        made.add(piece)
    return made.table()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=4), min_size=1, max_size=6), st.booleans(),
       st.lists(VALUES, min_size=6, max_size=6))  # fmt: skip
def test_pieces_of_any_types_keep_all_rows_in_order(pieces, spill, values):
    """What is in memory and what is in a file is the same; a column that cannot be one type is JSON text."""
    tables = []
    for rows, value in zip(pieces, values, strict=False):
        try:
            more = pa.array([value] * len(rows))
        except pa.ArrowInvalid:
            more = pa.nulls(len(rows))
        if pa.types.is_struct(more.type) and not more.type.num_fields:
            more = pa.nulls(len(rows))
        tables.append(pa.table({"n": rows, **({"x": more} if value is not None else {})}))
    kept, store.IN_MEMORY = store.IN_MEMORY, 0 if spill else store.IN_MEMORY
    try:
        made = put_together(tables)
    finally:
        store.IN_MEMORY = kept
    assert made["n"].to_pylist() == [number for rows in pieces for number in rows]
    assert made.equals(put_together(tables).select(made.column_names))
    if "x" in made.column_names and pa.types.is_string(made["x"].type):
        whole = [value for table in tables for value in
                 (table["x"].to_pylist() if "x" in table.column_names else [None] * len(table))]  # fmt: skip
        for got, value in zip(made["x"].to_pylist(), whole, strict=True):
            assert got == value or json.loads(got) == value


def test_a_large_source_lies_in_a_file_and_reads_the_same(small_memory, tmp_path, monkeypatch):
    rows = [{"prompt": f"What is {i % 4000}?", "completion": f"It is {i}. " * 9, "n": i} for i in range(9_000)]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.setattr("workbench.data.loading.CHUNK", 700)
    before = pa.total_allocated_bytes()
    ds = wb.load_dataset(path)
    assert ds.arrow().nbytes > 600_000
    assert pa.total_allocated_bytes() - before < 300_000
    monkeypatch.setattr(store, "IN_MEMORY", 1 << 30)
    monkeypatch.setattr("workbench.data.loading.CHUNK", 10_000)
    whole = wb.load_dataset(path)
    assert ds.hash == whole.hash == wb.load_dataset(rows).hash
    assert ds.splits == whole.splits
    assert ds.resplit({"test": 0.2}).hash == whole.resplit({"test": 0.2}).hash
    assert {r.check: r.rows for r in ds.repair("near_duplicates").repairs} == {
        r.check: r.rows for r in whole.repair("near_duplicates").repairs
    }
    assert not list(small_memory.iterdir())  # nothing is left behind, not even now


def test_a_full_disk_is_named(small_memory, tmp_path, monkeypatch):
    def full(self, table):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pa.ipc.RecordBatchFileWriter, "write_table", full, raising=False)
    rows = [{"prompt": "a" * 500, "completion": str(i)} for i in range(2_000)]
    with pytest.raises(wb.DatasetError, match=r"do not fit into the temporary folder .*No space left.*TMPDIR"):
        wb.load_dataset(rows)
    assert not list(small_memory.iterdir())


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=6), st.data(), st.booleans())
def test_rows_are_taken_from_tables_in_pieces(sizes, data, spill):
    table = pa.concat_tables([pa.table({"n": list(range(10 * i, 10 * i + n))}, schema=pa.schema([("n", pa.int64())]))
                              for i, n in enumerate(sizes)])  # fmt: skip
    rows = np.array(sorted(data.draw(st.sets(st.integers(0, max(0, table.num_rows - 1))))), np.int64)
    rows = rows[rows < table.num_rows]
    kept, store.IN_MEMORY = store.IN_MEMORY, -1 if spill else store.IN_MEMORY
    try:
        assert taken(table, rows)["n"].to_pylist() == table["n"].take(pa.array(rows)).to_pylist()
    finally:
        store.IN_MEMORY = kept


def test_max_rows_reads_the_first_of_each_split(tmp_path):
    rows = [{"prompt": f"p{i}", "completion": "c"} for i in range(50)]
    for name in ("train", "test"):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    ds = wb.load_dataset(tmp_path, split={"test": "test"}, max_rows=7)
    assert (ds.splits, list(ds)) == ({"train": 7, "test": 7}, rows[:7])
    assert ds.notes == ("Only the first 7 rows of each split were read.",)
    assert ds.source["max_rows"] == 7
    assert eval(ds.to_code(), {"wb": wb}).hash == ds.hash
    recipe = wb.Recipe("tiny-support", ds)
    assert wb.Recipe.from_yaml(recipe.to_yaml()).load_dataset().hash == ds.hash
    assert "max_rows=7" in recipe.to_code()
    assert wb.load_dataset(tmp_path, split={"test": "test"}, max_rows=50).notes == ()
    for wrong in (0, True, "7"):
        with pytest.raises(wb.DatasetError, match="max_rows must be a number of rows"):
            wb.load_dataset(tmp_path, max_rows=wrong)


def test_a_set_of_the_hub_is_streamed_where_only_some_rows_are_wanted(tmp_path, monkeypatch):
    import datasets

    asked = []
    real = datasets.load_dataset
    monkeypatch.setattr(datasets, "load_dataset", lambda *args, **how: asked.append(how) or real(*args, **how))
    folder = tmp_path / "org" / "name"
    folder.mkdir(parents=True)
    rows = [{"prompt": f"p{i}", "completion": "c"} for i in range(50)]
    (folder / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    ds = wb.load_dataset(f"hub:{folder}", split={}, max_rows=5)
    assert list(ds) == rows[:5]
    assert asked == [{"streaming": True}]


def test_rows_set_aside_stay_with_the_recipe(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    path = Path(tmp_path / "rows.jsonl")
    path.write_text("".join(f'{{"prompt": "p{i}", "completion": "c"}}\n' for i in range(30)) + "oh\n")
    ds = wb.load_dataset(path, bad_rows="set_aside")
    assert ds.set_aside.count == 1
    assert ds.set_aside.path == wb.load_dataset(path, bad_rows="set_aside").set_aside.path
    recipe = wb.Recipe("tiny-support", ds)
    again = wb.Recipe.from_yaml(recipe.stored().to_yaml())
    assert again.load_dataset().hash == ds.hash
    assert again.hash == recipe.hash
    assert 'bad_rows="set_aside"' in recipe.to_code()
    assert eval(ds.to_code(), {"wb": wb}).hash == ds.hash
    with pytest.raises(wb.DatasetError, match=r"bad_rows must be 'refuse' or 'set_aside', got 'ignore'"):
        wb.load_dataset(path, bad_rows="ignore")
    with pytest.raises(wb.RecipeError, match=r"dataset\.bad_rows: is 'drop'"):
        wb.Recipe.from_yaml(recipe.to_yaml().replace("set_aside", "drop"))


def test_who_waits_for_rows_sees_how_many_were_read(tmp_path, monkeypatch, capsys):
    import sys

    import tqdm

    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps({"prompt": f"p{i}", "completion": "c"}) + "\n" for i in range(2_000)))
    assert list(wb.load_dataset(path, split={})) == list(wb.load_dataset(path, split={}))
    assert capsys.readouterr().err == ""  # a log has no reader who waits
    made = []
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(
        "tqdm.auto.tqdm", lambda *args, **how: made.append(tqdm.tqdm(*args, **how | {"delay": 0})) or made[-1]
    )
    ds = wb.load_dataset(path, split={})
    assert len(ds) == made[0].n == 2_000
    assert "Reading train" in capsys.readouterr().err
