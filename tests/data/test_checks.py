"""The checks of rows find each planted fault, at its rows, and nothing in clean data."""

import pytest

import workbench as wb


def rows(n: int, start: int = 0) -> list[dict]:
    return [{"prompt": f"question {i}", "completion": f"answer {i}"} for i in range(start, start + n)]


def dataset(tmp_path, train, test):
    import json

    for name, part in {"train": train, "validation": rows(3, 900), "test": test}.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in part))
    return wb.load_dataset(tmp_path)


def test_clean_rows_give_no_finding(tmp_path):
    report = dataset(tmp_path, rows(20), rows(5, 500)).check()
    assert not report
    assert report.problems == []
    assert "nothing found" in repr(report)


@pytest.mark.parametrize(
    ("kind", "planted", "where"),
    [
        ("empty answer", {"prompt": "question x", "completion": "  \n"}, (20,)),
        ("repeated row", {"prompt": "question 3", "completion": "answer 3"}, (20,)),
        ("contradicting answers", {"prompt": "question 3", "completion": "another"}, (3, 20)),
    ],
)
def test_a_planted_fault_is_found_at_its_rows(tmp_path, kind, planted, where):
    report = dataset(tmp_path, [*rows(20), planted], rows(5, 500)).check()
    assert [(finding.kind, finding.split, finding.rows) for finding in report.findings] == [(kind, "train", where)]


def test_a_test_prompt_in_train_is_a_leak(tmp_path):
    report = dataset(tmp_path, rows(20), [*rows(2, 500), {"prompt": "question 7", "completion": "new"}]).check()
    assert [(f.kind, f.split, f.rows, f.severity) for f in report.findings] == [("leak", "test", (2,), "error")]


def test_rows_are_shown_as_text_never_as_html(tmp_path):
    assert "<script>" not in dataset(tmp_path, [*rows(5), *rows(5)], rows(1, 500)).check()._repr_html_()
