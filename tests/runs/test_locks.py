"""Locks that die with their holder, the queue of a device, and commands that are whole or not there."""

import json
import subprocess
import sys
import textwrap

import pytest

from workbench.runs import control, devices
from workbench.runs.locks import DeviceQueue, Lock
from workbench.runs.processes import thread_count


def hold(code: str) -> subprocess.Popen:
    """A process that runs `code`, says so, and waits for its input to end."""
    script = textwrap.dedent(code) + "\nprint('held', flush=True); input()\n"
    process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen) -> None:
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def test_lock_is_free_again_when_its_holder_dies(tmp_path):
    holder = hold(f"""
        from workbench.runs.locks import Lock
        lock = Lock({str(tmp_path / "x.lock")!r})
        assert lock.acquire("me")
    """)
    lock = Lock(tmp_path / "x.lock")
    assert not lock.acquire()
    assert lock.holder() == "me"
    end(holder)
    assert lock.acquire()


def test_lock_lives_on_in_a_process_that_inherited_it(tmp_path):
    lock, other = Lock(tmp_path / "x.lock"), Lock(tmp_path / "x.lock")
    assert lock.acquire()
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(lock.file,))
    lock.release()
    assert not other.acquire()
    process.kill()
    process.wait()
    process.stdin.close()
    assert other.acquire()


def test_who_stands_last_is_passed_by_all_that_come_later_and_sees_them(tmp_path):
    patient = DeviceQueue(tmp_path, "cpu", "guards", last=True)
    other = DeviceQueue(tmp_path, "cpu", "other guards", last=True)
    assert not patient.wanted()
    run = DeviceQueue(tmp_path, "cpu", "run")
    assert patient.wanted()
    assert not patient.try_acquire()
    assert run.try_acquire()
    assert not patient.wanted(), "it has the device, and waits no more"
    run.lock.release()
    assert not other.try_acquire()
    assert patient.try_acquire()
    assert not patient.wanted(), "others that stand last send nobody away"
    patient.lock.release()
    other.leave()


def test_devices_are_given_in_order_of_arrival_and_the_dead_are_passed_over(tmp_path):
    holder = DeviceQueue(tmp_path, "cuda:0", "first")
    assert holder.try_acquire()
    dead = hold(f"""
        from pathlib import Path
        from workbench.runs.locks import DeviceQueue
        queue = DeviceQueue(Path({str(tmp_path)!r}), "cuda:0", "dead")
    """)
    second, third = DeviceQueue(tmp_path, "cuda:0", "second"), DeviceQueue(tmp_path, "cuda:0", "third")
    assert not second.try_acquire()
    assert second.behind() == "first"
    holder.lock.release()
    assert not second.try_acquire(), "the one before it waits too"
    end(dead)
    assert not third.try_acquire()
    assert second.try_acquire()
    assert not third.try_acquire()
    assert DeviceQueue(tmp_path, "cuda:1", "other").try_acquire(), "another device is free"
    second.lock.release()
    assert third.try_acquire()


def test_commands_wait_in_order_and_half_a_file_is_none(tmp_path):
    assert control.pending(tmp_path) == []
    first = control.send(tmp_path, "ask", prompt="a\nb")
    second = control.send(tmp_path, "stop")
    (tmp_path / "control" / "zz.json").write_text('{"name": "st')
    (tmp_path / "control" / "zy.json").write_text("[]")
    assert [(command["id"], command["name"]) for command in control.pending(tmp_path)] == [
        (first, "ask"),
        (second, "stop"),
    ]
    control.done(tmp_path, first)
    assert [command["name"] for command in control.pending(tmp_path)] == ["stop"]
    control.clear(tmp_path)
    assert control.pending(tmp_path) == []


@pytest.mark.parametrize(
    ("visible", "cuda", "found"),
    [(None, True, ["cuda:0", "cuda:1"]), ("", True, ["cpu"]), ("3", True, ["cuda:0"]), (None, False, ["cpu"])],
)
def test_devices_are_found_without_torch(monkeypatch, visible, cuda, found):
    monkeypatch.setattr(devices, "_cards", lambda: ["/dev/nvidia0", "/dev/nvidia1"])
    monkeypatch.setattr(devices, "_torch_has_cuda", lambda: cuda)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert devices.devices() == found


def test_build_of_torch_is_read_without_importing_it(tmp_path, monkeypatch):
    import torch

    assert devices._torch_has_cuda() == (torch.version.cuda is not None)


def test_threads_follow_the_setting(monkeypatch):
    monkeypatch.setenv("WORKBENCH_THREADS", "3")
    assert thread_count() == 3
    monkeypatch.setenv("WORKBENCH_THREADS", "none")
    assert thread_count() >= 1
    assert json.dumps(thread_count())
