"""Folders of files: which are read, and folders as they should not be."""

from __future__ import annotations

import json
import os

import pytest

import workbench as wb
from workbench.data.sources import source_stamp

ROWS = [{"prompt": f"What is {i}?", "completion": f"It is {i}."} for i in range(60)]


def write(path, rows=ROWS):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize(
    "names",
    [("train.jsonl", "dev.jsonl"), ("data/train-00000-of-00001.jsonl", "data/validation-00000-of-00001.jsonl"),
     ("train/0000.jsonl", "valid/0000.jsonl"), ("en/train/part-1.jsonl", "en/validation/part-1.jsonl"),
     ("deep/er/train.jsonl", "deep/er/val.jsonl")],
)  # fmt: skip
def test_splits_are_told_by_files_and_folders(names, tmp_path):
    for name, rows in zip(names, (ROWS[:40], ROWS[40:]), strict=True):
        write(tmp_path / name, rows)
    (tmp_path / "README.md").write_text("about it")
    (tmp_path / ".cache").mkdir()
    write(tmp_path / ".cache" / "train.jsonl", ROWS[:1])
    ds = wb.load_dataset(tmp_path, split={"validation": "validation"})
    assert ds.splits == {"train": 40, "validation": 20}
    assert list(ds) == ROWS[:40]


def test_a_file_about_the_data_does_not_hide_the_folder_of_the_data(tmp_path):
    (tmp_path / "dataset_infos.json").write_text("{}")
    write(tmp_path / "data" / "train.jsonl", ROWS[:40])
    write(tmp_path / "data" / "test.jsonl", ROWS[40:])
    assert wb.load_dataset(tmp_path, split={"test": "test"}).splits == {"train": 40, "test": 20}


def test_folders_without_names_of_splits_are_parts_of_one(tmp_path):
    write(tmp_path / "a" / "1.jsonl", ROWS[:30])
    write(tmp_path / "b" / "1.jsonl", ROWS[30:])
    ds = wb.load_dataset(tmp_path, split={})
    assert list(ds) == ROWS
    assert ds.notes == ("The 2 files of the folder were read as parts of one data set.",)


def test_links_in_a_circle_end(tmp_path):
    write(tmp_path / "data" / "a" / "rows.jsonl")
    (tmp_path / "data" / "a" / "again").symlink_to(tmp_path / "data")
    (tmp_path / "data" / "other").symlink_to(tmp_path / "data" / "a")
    assert list(wb.load_dataset(tmp_path, split={})) == ROWS


def test_a_link_to_nothing_is_named(tmp_path):
    write(tmp_path / "train-1.jsonl")
    (tmp_path / "train-2.jsonl").symlink_to(tmp_path / "gone.jsonl")
    (tmp_path / "ring.jsonl").symlink_to(tmp_path / "ring.jsonl")
    with pytest.raises(wb.DatasetError, match=r"ring\.jsonl: is a link that leads nowhere, or in a circle"):
        wb.load_dataset(tmp_path)
    (tmp_path / "ring.jsonl").unlink()
    with pytest.raises(wb.DatasetError, match=r"train-2\.jsonl: is a link that leads nowhere"):
        wb.load_dataset(tmp_path)
    with pytest.raises(wb.DatasetError, match=r"train-2\.jsonl: is a link that leads nowhere"):
        wb.load_dataset(tmp_path / "train-2.jsonl")


def test_empty_shards_are_left_out_and_named(tmp_path):
    write(tmp_path / "part-1.jsonl")
    (tmp_path / "part-2.jsonl").write_text("")
    (tmp_path / "part-3.jsonl").write_text("\n")
    ds = wb.load_dataset(tmp_path, split={})
    assert list(ds) == ROWS
    assert "Without rows, and left out: part-2.jsonl, part-3.jsonl." in ds.notes
    (tmp_path / "part-1.jsonl").write_text("")
    with pytest.raises(wb.DatasetError, match=r"part-\d\.jsonl: the file"):
        wb.load_dataset(tmp_path)


def test_what_may_not_be_opened_is_named(tmp_path):
    locked = tmp_path / "data" / "locked"
    write(locked / "rows.jsonl")
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    locked.chmod(0)
    file = write(tmp_path / "secret.jsonl")
    file.chmod(0)
    root = os.geteuid() == 0
    if root:  # whom nothing is forbidden
        os.seteuid(65534)
    try:
        with pytest.raises(wb.DatasetError, match=r"locked: the folder cannot be opened \(Permission denied\)"):
            wb.load_dataset(tmp_path / "data")
        with pytest.raises(wb.DatasetError, match=r"secret\.jsonl: cannot be read \(Permission denied\)"):
            wb.load_dataset(file)
    finally:
        if root:
            os.seteuid(0)
        locked.chmod(0o755)


def test_a_folder_of_everything_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("workbench.data.files.MOST", 5)
    for number in range(7):
        write(tmp_path / "some" / f"{number}.jsonl", ROWS[:1])
    with pytest.raises(wb.DatasetError, match="more than 5 files"):
        wb.load_dataset(tmp_path)


def test_a_change_below_a_folder_is_seen(tmp_path):
    file = write(tmp_path / "train" / "1.jsonl")
    before = source_stamp(str(tmp_path))
    assert before == source_stamp(str(tmp_path))
    write(file, ROWS[:10])
    assert source_stamp(str(tmp_path)) != before


def test_a_repaired_set_is_loaded_with_its_log(tmp_path):
    made = wb.load_dataset([*ROWS, ROWS[0]], split={}).repair("exact_duplicates")
    made.save(tmp_path / "mended")
    again = wb.load_dataset(tmp_path / "mended", split={})
    assert again.repairs == made.repairs
    assert again.repairs[0].check == "exact_duplicates"
    assert again.notes == ()
    assert again.hash == made.hash
    assert wb.load_dataset(tmp_path / "mended").hash == made.hash  # nothing is cut out of it
    (tmp_path / "mended" / "workbench.json").write_text('[{"by": "hand"}]')
    with pytest.raises(wb.DatasetError, match=r"workbench\.json: is not what a saved data set has there"):
        wb.load_dataset(tmp_path / "mended")
