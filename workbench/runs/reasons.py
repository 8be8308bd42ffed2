"""Why a process ended, in one plain sentence with its remedy: from what it raised, its exit code, signal and log."""

from __future__ import annotations

import errno
import re
import signal as signals
from pathlib import Path

from workbench.errors import WorkbenchError

__all__ = ["GO_ON", "reason_for_end", "reason_for_error"]

# What the reason of a run that can be taken up again ends with.
GO_ON = "run.resume() goes on from the last checkpoint."

MEMORY = "Lower training.batch_size or training.max_length, or close what else uses the memory"
DISK = "Free some space; everything written before is intact"

# The last line of a traceback, and what it means.
_KNOWN = (
    (re.compile(r"OutOfMemoryError|can't allocate memory|MemoryError|out of memory"), f"The memory ran out. {MEMORY}"),
    (re.compile(r"No space left on device|Disk quota exceeded"), f"The disk is full. {DISK}"),
)
_LAST_LINE = re.compile(r"^(?:[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit|Iteration)|[A-Za-z_]\w*\.[\w.]+): .*")


def reason_for_error(error: BaseException, *, go_on: str = GO_ON) -> str:
    """One sentence for an exception that ended the work."""
    if isinstance(error, WorkbenchError):
        return str(error)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = f" ({error.filename} could not be written)" if error.filename else ""
        return f"The disk is full{where}. {DISK}; {go_on}"
    text = f"{type(error).__name__}: {str(error).strip() or 'no message'}"
    return _known(text, go_on) or f"{_shorten(text)} (the full traceback is in trainer.log)"


def reason_for_end(
    code: int | None,
    log: Path | None = None,
    *,
    what: str = "trainer",
    out_of_memory: bool = False,
    go_on: str = GO_ON,
) -> str:
    """One sentence for a process that ended without a word of its own.

    Parameters
    ----------
    code
        Its exit code; negative for a signal; None where nobody waited for it.
    log
        What it printed; the last traceback of its last attempt is used.
    what
        What the process is called.
    out_of_memory
        Whether the system killed something for want of memory meanwhile.
    """
    if code is not None and code < 0:
        return _signal_reason(-code, what, out_of_memory, go_on)
    last = _last_error_line(log) if log else None
    if last:
        return _known(last, go_on) or f"{_shorten(last)} (the full traceback is in trainer.log)"
    if code is None:
        return f"The {what} and its supervisor were both killed, or the machine was restarted; {go_on}"
    return f"The {what} ended with exit code {code} and left no message; {go_on}"


def _signal_reason(number: int, what: str, out_of_memory: bool, go_on: str) -> str:
    name = signals.Signals(number).name if number in signals.valid_signals() else f"signal {number}"
    if number == signals.SIGKILL and out_of_memory:
        return f"The system killed the {what} ({name}) because the machine's memory was used up. {MEMORY}; {go_on}"
    if number == signals.SIGKILL:
        return f"The {what} was killed from outside ({name}: kill -9, or the system for want of memory); {go_on}"
    if number in (signals.SIGSEGV, signals.SIGBUS, signals.SIGILL, signals.SIGABRT, signals.SIGFPE):
        return f"The {what} crashed inside native code ({name}); what it printed last is in its log; {go_on}"
    return f"The {what} was ended from outside by {name}; {go_on}"


def _known(text: str, go_on: str) -> str | None:
    return next((f"{reason}; {go_on}" for pattern, reason in _KNOWN if pattern.search(text)), None)


def _last_error_line(log: Path) -> str | None:
    try:
        with open(log, "rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 20_000))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return None
    attempt = max((number for number, line in enumerate(lines) if line.startswith("--- attempt ")), default=0)
    lines = lines[attempt:]
    start = max((number for number, line in enumerate(lines) if line.startswith("Traceback (most")), default=None)
    if start is None:
        return None
    return next((line.strip() for line in lines[start:] if _LAST_LINE.match(line)), None)


def _shorten(text: str, limit: int = 600) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
