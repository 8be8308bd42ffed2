"""The pytest file made from a report runs by itself, passes on right answers and fails on each kind of broken one."""

import json
import os
import subprocess
import sys

import pytest

import workbench as wb
from tests.evaluation.desk import chatty, right, rows
from workbench.errors import InvalidInputError

SCHEMA = {
    "type": "object",
    "properties": {"id": {"type": "string", "pattern": "^XF"}, "topic": {"enum": ["billing", "delivery"]}},
    "required": ["id", "topic"],
}
BROKEN = {
    "text around it": lambda text: f"Here: {text}",
    "a key twice": lambda text: text[:-1] + ', "id": "XF1"}',
    "NaN": lambda text: text[:-1] + ', "x": NaN}',
    "schema": lambda text: text.replace('"XF', '"YF'),
    "nothing": lambda text: "",
}


def pytest_run(folder):
    """The outcome of the tests in a folder, run where neither the workbench nor its settings are to be found."""
    blocker = folder / "workbench.py"
    blocker.write_text("raise ImportError('blocked')")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)],
        capture_output=True, text=True, cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)},
    )  # fmt: skip
    return done.returncode, done.stdout.strip().splitlines()[-1]


def test_right_answers_pass_and_each_broken_one_fails(tmp_path):
    report = wb.evaluate([right], rows(12))

    files = report.to_tests(tmp_path / "kept" / "test_desk.py", schema=SCHEMA)

    assert [file.name for file in files] == ["test_desk.py", "test_desk.schema.json", "test_desk.answers.jsonl"]
    code, last = pytest_run(files[0].parent)
    assert (code, last.split(" in ")[0]) == (0, "14 passed")

    lines = [json.loads(line) for line in files[2].read_text().splitlines()]
    for place, damage in enumerate(BROKEN.values()):
        lines[place]["answer"] = damage(lines[place]["answer"])
    files[2].write_text("\n".join(map(json.dumps, lines)))
    code, last = pytest_run(files[0].parent)
    assert (code, last.split(" in ")[0]) == (1, f"{len(BROKEN)} failed, {14 - len(BROKEN)} passed")

    files[2].write_text("")
    assert pytest_run(files[0].parent)[0] == 1, "no answers are no success"


def test_names_and_texts_from_outside_stay_data(tmp_path):
    def odd(prompt: str) -> str:
        return json.dumps({"id": "XF\u2028\"'''", "topic": "billing"}, ensure_ascii=False)

    report = wb.evaluate({'"""\nimport os  # {x}': odd}, rows(5))

    files = report.to_tests(tmp_path / "test_odd.py", schema=SCHEMA)

    assert pytest_run(tmp_path)[0] == 0
    assert len(files[2].read_text().splitlines()) == 5


def test_the_schema_is_the_systems_or_must_be_given(tmp_path, monkeypatch):
    from tests.evaluation.desk import Client

    monkeypatch.setattr(wb.System, "hash", "0" * 16)
    held = wb.System("some-model", schema=SCHEMA)
    report = wb.evaluate([held], rows(5), client=Client())
    files = report.to_tests(tmp_path / "test_held.py")
    assert json.loads(files[1].read_text()) == SCHEMA

    report = wb.evaluate([chatty], rows(5))
    with pytest.raises(InvalidInputError, match="chatty was not held to a schema"):
        report.to_tests(tmp_path / "test_x.py")
    with pytest.raises(InvalidInputError, match=r"test_….py, got 'desk.py'"):
        report.to_tests(tmp_path / "desk.py", schema=SCHEMA)
    assert not (tmp_path / "test_x.py").exists()
