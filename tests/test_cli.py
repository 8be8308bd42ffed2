"""The command line against a run that is played from a script: exit codes, JSON, Ctrl-C, messages."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import workbench as wb
from workbench import cli
from workbench.errors import RunNotFoundError, RunNotLiveError
from workbench.runs import Run

EVENTS = [
    {"type": "launched", "id": "20260101-sft-lora-abcd", "name": "sft lora abcd"},
    {"type": "started", "device": "cpu"},
    {"type": "resolved", "max_steps": 2, "parameters": 1000, "trainable_parameters": 10},
    {
        "type": "log",
        "step": 1,
        "loss": 2.5,
        "learning_rate": 1e-3,
        "grad_norm": 0.5,
        "tokens_per_second": 900.0,
        "eta": 1,
    },
    {"type": "eval", "step": 2, "eval_loss": 1.25, "best": True},
    {"type": "sample", "step": 2, "probe": 0, "prompt": "p", "reference": "r", "answer": "an\x1b[31manswer"},
    {"type": "ended", "status": "completed", "reason": None, "exit_code": 0, "signal": None, "step": 2},
]


class Script:
    """A run that yields its events one poll at a time, then has the status it was given."""

    writes_answers, recipe = True, SimpleNamespace(objective=wb.SFT())
    id = "20260101-sft-lora-abcd"
    name = "sft lora abcd"
    path = Path("/runs/20260101-sft-lora-abcd")
    reason = None
    best = {"step": 2, "metric": "eval_loss", "value": 1.25}  # noqa: RUF012

    def __init__(self, end: str = "completed", presses: int = 0, events: list[dict] = EVENTS):
        self.left, self.end, self.presses, self.done = list(events), end, presses, []

    @property
    def status(self) -> str:
        return "running" if self.left else self.end

    def tail(self) -> Script:
        return self

    def poll(self) -> list[dict]:
        if self.presses:
            self.presses -= 1
            signal.raise_signal(signal.SIGINT)
        return [self.left.pop(0)] if self.left else []

    def progress(self) -> dict:
        return {"step": 2, "max_steps": 2, "elapsed": 61.0, "eta": None, "status": self.status, "reason": self.reason}

    def stop(self) -> None:
        self.done.append("stop")

    def kill(self) -> None:
        self.done.append("kill")
        self.left = []

    def wait(self) -> str:
        self.left = []
        return self.end

    def ask(self, prompt: str, **decoding: object) -> str:
        return f"to {prompt}: \x1b[2Jfirst\nsecond"


@pytest.fixture
def run(monkeypatch) -> Script:
    script = Script()
    monkeypatch.setattr(cli, "open_run", lambda name: script)
    monkeypatch.setattr(wb, "launch", lambda recipe: script, raising=False)
    monkeypatch.setattr(wb, "runs", lambda: [script], raising=False)
    monkeypatch.setattr("workbench._terminal.POLL", 0.001)
    return script


@pytest.fixture
def recipe(tmp_path) -> Path:
    path = tmp_path / "recipe.yaml"
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"prompt": "a", "completion": "b"}\n' * 40)
    path.write_text(f"model: tiny-support\ndataset: {{source: {rows}}}\ntraining: {{max_steps: 2}}\n")
    return path


def test_train_follows_to_the_end_in_plain_lines(run, recipe, capsys):
    assert cli.main(["train", str(recipe)]) == 0
    out = capsys.readouterr().out
    assert "training for 2 steps, 10 of 1,000 parameters" in out
    assert "step 1/2  loss 2.5000" in out
    assert "best eval_loss 1.2500 at step 2" in out
    assert "after 1 min 01 s" in out
    assert "\x1b" not in out


def test_train_json_is_the_log(run, recipe, capsys):
    assert cli.main(["train", str(recipe), "--json"]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == EVENTS


def test_train_detached_prints_where_the_run_is(run, recipe, capsys):
    assert cli.main(["train", str(recipe), "--detach", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"id": run.id, "path": str(run.path)}
    assert len(run.left) == len(EVENTS)


@pytest.mark.parametrize(("presses", "done"), [(1, ["stop"]), (2, ["stop", "kill"])])
def test_first_ctrl_c_stops_and_the_second_kills(run, recipe, capsys, presses, done):
    run.presses, run.end = presses, "stopped"
    before = signal.getsignal(signal.SIGINT)
    assert cli.main(["train", str(recipe)]) == 130
    assert run.done == done
    assert "Press Ctrl-C again" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGINT) is before


def test_a_failed_run_is_exit_code_1_with_its_reason(run, recipe, capsys):
    run.end, run.reason = "failed", "The loss is not a number at step 2."
    assert cli.main(["train", str(recipe)]) == 1
    assert "The loss is not a number at step 2." in capsys.readouterr().out


def test_set_changes_the_recipe(monkeypatch, run, recipe):
    seen = []
    monkeypatch.setattr(wb, "launch", lambda recipe: seen.append(recipe) or run, raising=False)
    cli.main(["train", str(recipe), "--set", "training.max_steps=7", "tuning.r=4", "--set", "seed=3"])
    assert (seen[0].training.max_steps, seen[0].tuning.r, seen[0].seed) == (7, 4, 3)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (["training.max_stepz=7", "tuning.r=0"], ["training.max_stepz", "did you mean 'max_steps'", "tuning.r"]),
        (["training.max_steps"], ["name=value"]),
    ],
)
def test_bad_settings_are_all_named_at_once(run, recipe, capsys, changes, words):
    assert cli.main(["train", str(recipe), "--set", *changes]) == 2
    error = capsys.readouterr().err
    assert all(word in error for word in words)
    assert "Traceback" not in error


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_recipe_that_is_no_file(name, capsys):
    assert cli.main(["train", name]) == 2
    said = f"{name} is a folder" if name == "." else f"There is no file {name}"
    assert said in capsys.readouterr().err


def test_runs(run, capsys):
    assert cli.main(["runs", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["run"], row["status"], row["best"], row["path"]) == (run.id, "running", 1.25, str(run.path))
    assert cli.main(["runs"]) == 0
    head, line = capsys.readouterr().out.splitlines()
    assert head.split() == ["run", "status", "step", "of", "best", "reason"]
    assert line.split() == [run.id, "running", "2", "2", "1.250"]


def test_stop_waits_when_asked(run, capsys):
    run.end = "stopped"
    assert cli.main(["stop", run.id]) == 0
    assert "will stop at its next step" in capsys.readouterr().out
    assert cli.main(["stop", "last", "--wait", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"id": run.id, "status": "stopped"}
    assert run.done == ["stop", "stop"]


def test_ask_shows_control_characters_as_text(run, capsys):
    assert cli.main(["ask", run.id, "hi"]) == 0
    assert capsys.readouterr().out == "to hi: �[2Jfirst\nsecond\n"
    assert cli.main(["ask", run.id, "hi", "--json", "--max-new-tokens", "5"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["answer"], answer["max_new_tokens"]) == ("to hi: \x1b[2Jfirst\nsecond", 5)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RunNotFoundError("no such run"), 2),
        (RunNotLiveError("it is over"), 1),
        (OSError("disk full"), 1),
        (KeyError("x"), 1),
    ],
)
def test_an_error_is_one_message_and_an_exit_code(monkeypatch, capsys, error, code):
    def fail(name):
        raise error

    monkeypatch.setattr(cli, "open_run", fail)
    assert cli.main(["stop", "x"]) == code
    caught = capsys.readouterr()
    assert caught.err.startswith("workbench: ")
    assert "Traceback" not in caught.err
    assert caught.out == ""
    with pytest.raises(type(error)):
        cli.main(["stop", "x", "--debug"])


def test_an_unknown_command():
    bad = subprocess.run([sys.executable, "-m", "workbench.cli", "fly"], capture_output=True, text=True)
    assert bad.returncode == 2
    assert "invalid choice: 'fly'" in bad.stderr


def test_version_loads_neither_torch_nor_pandas():
    code = "import sys, workbench.cli as c\ntry: c.main(['--version'])\nexcept SystemExit: print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.startswith("workbench 0.")
    assert not {"torch", "pandas", "datasets", "transformers", "rich"} & set(out.split())


@pytest.mark.parametrize(
    ("objective", "said"),
    [
        (wb.SFT(), "workbench evaluate "),
        (wb.DPO(), "--metric NAME"),
        (wb.PPO(reward="chrf", gold="gold_reply"), "--metric gold_reply"),
        (wb.Reward(), "Examine it: wb.reward_clinic('"),
    ],
)
def test_what_to_do_next_fits_what_was_trained(objective, said, tmp_path):
    data = "support-desk/tickets" if objective.name == "sft" else "support-desk/preferences"
    wb.Recipe("tiny-support", data, objective).to_yaml(tmp_path / "recipe.yaml")
    told = cli._next_step(Run(tmp_path))
    assert said in told
    assert tmp_path.name in told


def test_lab_starts_jupyterlab_on_a_notebook_with_one_home_for_all(monkeypatch, tmp_path, capsys):
    started = []
    monkeypatch.setattr(cli.os, "execv", lambda path, command: started.append((Path.cwd(), command)))
    (tmp_path / "notebooks").mkdir()
    first, other = tmp_path / "notebooks" / "00-start-here.ipynb", tmp_path / "other.ipynb"
    first.touch()
    other.touch()
    monkeypatch.chdir(tmp_path / "notebooks")
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "runs"))

    cli.main(["lab", "--", "--no-browser"])
    cli.main(["lab", str(other), "--", "--port", "9"])
    (place, command), (_, second) = started
    assert place == tmp_path
    assert command[1:4] == ["-m", "jupyterlab", str(first)]
    assert "--LabApp.default_url=/lab/tree/00-start-here.ipynb" in command, "what it prints leads to the lesson"
    assert command[-1] == "--no-browser"
    assert second[3] == str(other)
    assert second[-2:] == ["--port", "9"]
    assert str(tmp_path / "runs") in capsys.readouterr().out
    assert cli.main(["lab", "missing.ipynb"]) == 2
