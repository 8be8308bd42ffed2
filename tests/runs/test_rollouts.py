"""Rollouts from a run's folder: whole, cut, missing, torn."""

import json

import pytest

from workbench.errors import RunError
from workbench.runs.events import EventWriter, read_events
from workbench.runs.rollouts import read_rollouts
from workbench.runs.series import Series

ONE = {"prompt": "p", "completion": "ab", "tokens": ["a", "b"], "advantages": [0.5, -1], "values": [0, 0.1]}
ONE |= {"reward": 1, "gold": None, "kl": 0.25}


def write(folder, found):
    (folder / "r.json").write_text(found if isinstance(found, str) else json.dumps(found))


def test_as_they_were_written(tmp_path):
    write(tmp_path, [ONE] * 9)
    found = read_rollouts(tmp_path, "r.json")
    assert found == [ONE] * 8


def test_what_is_not_known_is_none(tmp_path):
    write(tmp_path, [{**ONE, "values": [], "reward": float("nan"), "advantages": [None, 1]}])
    (found,) = read_rollouts(tmp_path, "r.json")
    assert (found["values"], found["reward"], found["advantages"]) == ([], None, [None, 1])


@pytest.mark.parametrize(
    "found",
    ['[{"prompt": "p", "comp', "[1, 2]", '{"prompt": "p"}', [{"prompt": "p"}], [{**ONE, "advantages": [1]}]],
)
def test_torn_or_of_another_shape(tmp_path, found):
    write(tmp_path, found)
    with pytest.raises(RunError, match=r"'r\.json' cannot be read"):
        read_rollouts(tmp_path, "r.json")


def test_missing_and_outside(tmp_path):
    with pytest.raises(RunError, match="no longer in the run's folder"):
        read_rollouts(tmp_path, "r.json")
    with pytest.raises(RunError, match="outside"):
        read_rollouts(tmp_path / "run", "../r.json")


def test_a_resumed_run_takes_rollouts_back(tmp_path):
    with EventWriter(tmp_path / "events.jsonl") as writer:
        for step in (10, 20):
            writer.write("rollouts", step=step, path=f"samples/{step}.json")
        writer.write("resumed", step=10)
    series = Series()
    series.feed([{"type": "rollouts", "step": step, "path": f"samples/{step}.json"} for step in (10, 20)])
    series.feed([{"type": "resumed", "step": 10}])
    assert series.rollouts == [{"step": 10, "path": "samples/10.json"}]
    assert [event["step"] for event in read_events(tmp_path / "events.jsonl") if event["type"] == "rollouts"] == [10]
