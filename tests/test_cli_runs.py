"""The command line on a real run: Ctrl-C in a terminal, then resume, ask, and the list of runs."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

COMMAND = [sys.executable, "-m", "workbench.cli"]


@pytest.fixture
def recipe(tmp_path: Path, tiny_model: Path, arithmetic: list[dict[str, str]]) -> Path:
    rows = tmp_path / "rows.jsonl"
    rows.write_text("\n".join(json.dumps(row) for row in arithmetic))
    path = tmp_path / "recipe.yaml"
    training = {"max_steps": 100_000, "batch_size": 4, "eval_steps": 100_000, "save_steps": 100_000, "num_probes": 0}
    path.write_text(yaml.safe_dump({"model": str(tiny_model), "dataset": {"source": str(rows)}, "training": training}))
    return path


def workbench(*args: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *map(str, args)], capture_output=True, text=True, timeout=120)


def test_ctrl_c_stops_with_a_checkpoint_and_resume_goes_on(recipe, tmp_path):
    screen = _train_in_a_terminal_until(r"\b[1-9]\d*/100000", recipe)
    assert "Stopping with a checkpoint" in screen
    assert "stopped at step" in screen

    (listed,) = json.loads(workbench("runs", "--json").stdout)
    assert listed["status"] == "stopped"
    assert list(Path(listed["path"]).glob("checkpoints/checkpoint-*"))

    begun = workbench("resume", "last", "--detach", "--json")
    assert json.loads(begun.stdout)["id"] == listed["run"]
    stopped = workbench("stop", "last", "--wait", "--json")
    assert json.loads(stopped.stdout) == {"id": listed["run"], "status": "stopped"}
    (again,) = json.loads(workbench("runs", "--json").stdout)
    assert again["step"] > listed["step"]

    over = workbench("pause", listed["run"])
    assert over.returncode == 1
    assert "stopped" in over.stderr
    assert over.stdout == ""


def _train_in_a_terminal_until(pattern: str, recipe: Path) -> str:
    """Train on a terminal of its own, press Ctrl-C once `pattern` shows, and return all that was shown."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "train", str(recipe)], stdin=follower, stdout=follower, stderr=follower, start_new_session=True
    )
    os.close(follower)
    shown, pressed, deadline = "", False, time.monotonic() + 120
    try:
        while time.monotonic() < deadline:
            try:
                shown += os.read(leader, 65536).decode(errors="replace")
            except OSError:  # the other end is closed
                break
            if not pressed and re.search(pattern, shown):
                process.send_signal(signal.SIGINT)
                pressed = True
        assert process.wait(30) == 130, shown[-3000:]
    finally:
        process.kill()
        os.close(leader)
    return shown
