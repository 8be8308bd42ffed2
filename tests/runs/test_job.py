"""The life of a run in real processes: launched, queued, refused, stopped, orphaned, found again."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

import workbench as wb
from tests.runs.conftest import curve, ended, rows, same, tiny_recipe, until
from workbench.runs import control, processes
from workbench.runs.generation import GenerationClient
from workbench.runs.job import Folder, new_folder, write_json

LONG = {"max_steps": 100_000, "eval_steps": 100_000, "save_steps": 200_000, "logging_steps": 1}


@pytest.fixture(scope="module")
def other(home, tiny_model, undisturbed):
    """A long run that holds the device, a second one that waits behind it, and what became of both."""
    seen = {}
    first = wb.launch(tiny_recipe(tiny_model, **LONG), home=home)
    until(first, "log", 2)
    second = wb.launch(tiny_recipe(tiny_model, max_steps=6, eval_steps=6), home=home)
    third = wb.launch(tiny_recipe(tiny_model, max_steps=6, eval_steps=6), home=home)
    seen["queued"] = until(second, "queued")
    seen["status"] = second.status
    with pytest.raises(wb.RunNotLiveError) as seen["ask"]:
        second.ask("hello")
    until(third, "queued")
    third.stop()
    ended(third)
    with pytest.raises(wb.RunBusyError) as seen["busy"]:
        first.resume()
    seen["answer"] = first.ask("What is 3 and 1?", max_new_tokens=4)
    seen["live"] = wb.open_run(first.id, home=home).pid
    seen["pid"] = first.pid
    with pytest.raises(TimeoutError, match="still running"):
        first.wait(0.01)
    first.pause()
    ended(first)
    ended(second)
    return {"first": first, "second": second, "third": third, **seen}


def test_launch_gives_a_folder_and_events_in_order(undisturbed):
    events = undisturbed.events()
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert {event["attempt"] for event in events} == {1}
    kinds = list(dict.fromkeys(event["type"] for event in events))
    assert kinds == ["launched", "started", "gate", "resolved", "sample", "log", "checkpoint", "eval", "ended"]
    assert events[0]["id"] == undisturbed.id
    assert events[-1] | {"seq": 0, "time": 0} == {
        "v": 1, "seq": 0, "time": 0, "attempt": 1, "type": "ended", "status": "completed", "reason": None,
        "exit_code": 0, "signal": None, "step": 40,
    }  # fmt: skip
    assert undisturbed.pid is None
    assert undisturbed.progress()["fraction"] == 1.0


def test_run_is_opened_again_without_its_data_and_model(undisturbed, home, tmp_path, monkeypatch):
    run = wb.open_run(undisturbed.path)
    assert run.id in repr(wb.runs(home))
    assert wb.open_run(run.id[-4:], home=home).id == run.id
    assert curve(run).equals(curve(undisturbed))
    monkeypatch.setattr("workbench.models.resolve.bundled_models", dict)
    recipe = run.recipe.replace({"model": "gone/away"})
    recipe.to_yaml(tmp_path / "recipe.yaml")
    assert wb.open_run(tmp_path).recipe.model == "gone/away"
    with pytest.raises(wb.RunNotFoundError, match=f"Near to it: .*{run.id}"):
        wb.open_run(run.id[:-1] + "x", home=home)
    with pytest.raises(wb.RunNotFoundError, match="no runs there yet"):
        wb.open_run("x", home=tmp_path / "none")


def test_commands_to_a_run_that_is_over_say_what_to_do(undisturbed):
    for command in (undisturbed.stop, undisturbed.pause, undisturbed.evaluate_now):
        with pytest.raises(wb.RunNotLiveError, match=r"is completed\. There is nothing left to do"):
            command()
    with pytest.raises(wb.RunError, match=r"completed.*training.max_steps"):
        undisturbed.resume()
    assert control.pending(undisturbed.path) == []


def test_second_run_on_the_device_waits_then_runs(other):
    assert other["queued"]["device"] == "cpu"
    assert other["queued"]["behind"] == other["first"].id
    assert other["status"] == "queued"
    assert other["second"].status == "completed"
    freed = other["first"].events()[-1]["time"]
    started = next(event for event in other["second"].events() if event["type"] == "started")
    assert started["time"] >= freed - 0.2, "the device is handed on when the first run is over"


def test_run_is_stopped_while_it_waits(other):
    assert other["third"].status == "stopped"
    assert [event["type"] for event in other["third"].events()] == ["launched", "queued", "command", "ended"]


def test_second_start_is_refused(other):
    assert "already being worked on" in str(other["busy"].value)


def test_live_run_answers_and_tells_its_pid(other):
    assert isinstance(other["answer"], str)
    assert other["live"] == other["pid"] is not None
    assert "queued" in str(other["ask"].value)


def test_paused_run_says_how_to_go_on(other):
    assert other["first"].status == "paused"
    assert (other["first"].path / "checkpoints").is_dir()
    with pytest.raises(wb.RunNotLiveError, match=r"paused. resume\(\) takes it up"):
        other["first"].pause()


def test_run_survives_the_process_that_launched_it(home, tiny_model, undisturbed):
    recipe = tiny_recipe(tiny_model).stored(home)
    script = textwrap.dedent(f"""
        import os, signal, workbench as wb
        run = wb.launch(wb.Recipe.from_yaml({recipe.to_yaml()!r}), home={str(home)!r})
        print(run.id, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    kernel = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert kernel.returncode == -signal.SIGKILL, kernel.stderr
    run = wb.open_run(kernel.stdout.strip(), home=home)
    started = until(run, "started")
    assert os.getsid(started["pid"]) != os.getsid(0)
    os.kill(run.folder.state()["supervisor_pid"], signal.SIGKILL)
    assert ended(run) == "completed", "the trainer goes on without a supervisor, and its end is known"
    same(run, undisturbed)


def test_terminated_trainer_saves_and_says_so(home, tiny_model):
    run = wb.launch(tiny_recipe(tiny_model, **LONG), home=home)
    until(run, "log", 3)
    os.kill(run.pid, signal.SIGTERM)
    assert ended(run) == "stopped"
    assert "SIGTERM" in run.reason
    step = run.events()[-1]["step"]
    assert (run.path / "checkpoints" / f"checkpoint-{step}").is_dir()


GUARD = """
import os, socket, sys
def watch(event, args):
    if event in ("socket.connect", "socket.bind", "socket.sendto"):
        address = args[1]
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            open(os.environ["GUARD"], "a").write(f"{event} {address}\\n")
    if event == "socket.getaddrinfo" and args[0] not in ("127.0.0.1", "::1", "localhost", None):
        open(os.environ["GUARD"], "a").write(f"{event} {args[0]}\\n")
    if event == "import" and args[0] == "torch":
        open(os.environ["GUARD"] + "-torch", "a").write(f"{os.getpid()}\\n")
sys.addaudithook(watch)
open(os.environ["GUARD"] + "-seen", "a").write(f"{os.getpid()}\\n")
"""


def test_local_run_opens_no_socket_and_its_supervisor_loads_no_torch(home, tiny_model, tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text(GUARD)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("GUARD", str(tmp_path / "calls"))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    run = wb.launch(tiny_recipe(tiny_model, max_steps=6, eval_steps=6), home=home)
    assert ended(run) == "completed"
    client = GenerationClient()
    assert client.generate(run, ["What is 1?"], max_new_tokens=2)
    client.close()
    pids = set((tmp_path / "calls-seen").read_text().split())
    state = json.loads(run.folder.status.read_text())
    trainer = next(event for event in run.events() if event["type"] == "started")["pid"]
    assert {str(state["supervisor_pid"]), str(trainer)} & pids, "the guard was there"
    assert str(state["supervisor_pid"]) not in (tmp_path / "calls-torch").read_text().split()
    assert not (tmp_path / "calls").exists(), (tmp_path / "calls").read_text()


def test_bad_recipe_starts_nothing(home, tiny_model):
    before = len(wb.runs(home))
    with pytest.raises(wb.RecipeError, match="model"):
        wb.launch(tiny_recipe(tiny_model).replace({"model": "nowhere/at/all"}), home=home)
    with pytest.raises(wb.InvalidInputError, match=r"no launcher 'slurm'\. Known: local"):
        wb.launch(tiny_recipe(tiny_model), home=home, launcher="slurm")
    assert len(wb.runs(home)) == before


def test_run_whose_rows_train_nothing_fails_with_its_reason(home, tiny_model):
    run = wb.launch(tiny_recipe(tiny_model, dataset=rows(20), max_length=8), home=home)
    assert ended(run) == "failed"
    assert "max_length" in run.reason
    assert "Traceback" not in run.reason


# States derived from what is left, without processes


@pytest.fixture
def folder(tmp_path):
    made = new_folder(tmp_path, "x")
    made.recipe.write_text("model: x\n")
    return made


def state_of(folder: Folder, **fields):
    import socket

    plain = {"status": "running", "reason": None, "attempt": 1, "host": socket.gethostname(), "pid": None}
    write_json(
        folder.status, plain | {"supervisor_pid": None, "supervisor_started": None, "pid_started": None} | fields
    )
    return folder.state()


def test_state_of_living_and_dead_processes(folder):
    me, began = os.getpid(), processes.started_at(os.getpid())
    assert state_of(folder, supervisor_pid=me, supervisor_started=began, status="queued")["status"] == "queued"
    assert state_of(folder, pid=me, pid_started=began)["status"] == "running", "its supervisor alone is gone"
    reused = state_of(folder, pid=me, pid_started=began - 100)
    assert reused["status"] == "failed", "the number belongs to another process now"
    assert "both killed" in reused["reason"]
    assert state_of(folder, host="elsewhere")["status"] == "running", "nothing is known of another machine's processes"
    folder.log.write_text("--- attempt 1\nTraceback (most recent call last):\n  x\nValueError: bad news\n")
    assert "bad news" in state_of(folder)["reason"]
    write_json(folder.outcome, {"status": "completed", "reason": None, "attempt": 1})
    assert state_of(folder)["status"] == "completed"


def test_zombie_counts_as_dead():
    child = subprocess.Popen([sys.executable, "-c", ""])
    time.sleep(0.1)
    while processes.started_at(child.pid) is not None:
        time.sleep(0.01)
    child.wait()


def test_kill_spares_a_process_that_only_has_the_number():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    began = processes.started_at(child.pid)
    assert not processes.kill(child.pid, began - 60)
    assert child.poll() is None
    assert processes.kill(child.pid, began)
    assert child.wait() == -signal.SIGKILL
    child.stdin.close()
