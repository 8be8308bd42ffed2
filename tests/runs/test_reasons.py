"""Why a process ended, in one sentence with its remedy."""

import errno

import pytest

from workbench.errors import DatasetError
from workbench.runs.reasons import reason_for_end, reason_for_error

OOM = "RuntimeError: [enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: you tried 9 GB"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left", "/x/optimizer.pt"), ["disk is full", "/x/optimizer.pt", "resume()"]),
        (RuntimeError(OOM), ["memory ran out", "batch_size", "resume()"]),
        (DatasetError("row 3 is odd"), ["row 3 is odd"]),
        (KeyError("x"), ["KeyError", "trainer.log"]),
        (ValueError("a\n" * 900), ["ValueError: a a", "…"]),
    ],
)  # fmt: skip
def test_reason_for_an_error(error, words):
    reason = reason_for_error(error)
    assert all(word in reason for word in words), reason
    assert "\n" not in reason
    assert len(reason) < 800


@pytest.mark.parametrize(
    ("code", "log", "out_of_memory", "words"),
    [
        (-9, "", False, ["SIGKILL", "kill -9", "resume()"]),
        (-9, "", True, ["memory was used up", "batch_size"]),
        (-11, "", False, ["SIGSEGV", "native code"]),
        (-15, "", False, ["SIGTERM"]),
        (1, "Traceback (most recent call last):\n  File x\nValueError: bad\n", False, ["ValueError: bad"]),
        (1, f"Traceback (most recent call last):\n  File x\n{OOM}\n", False, ["memory ran out"]),
        (1, "Traceback (most recent call last):\nValueError: old\n--- attempt 2\nhello\n", False, ["exit code 1"]),
        (None, "", False, ["both killed"]),
    ],
)
def test_reason_for_an_end(tmp_path, code, log, out_of_memory, words):
    (tmp_path / "trainer.log").write_text(log)
    reason = reason_for_end(code, tmp_path / "trainer.log", out_of_memory=out_of_memory)
    assert all(word in reason for word in words), reason
