"""Starting, recognising and ending processes: the one module that knows the operating system.

Three branches: Linux, macOS (the POSIX one without ``/proc``) and Windows. A process is recognised by its number
*and* the time it started, since numbers are reused.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from workbench.errors import RunError

__all__ = [
    "alive",
    "announce",
    "detach",
    "kill",
    "let_others_first",
    "oom_kills",
    "start_child",
    "start_detached",
    "start_server",
    "started_at",
    "thread_count",
    "worker_environment",
]

WINDOWS = sys.platform == "win32"


def start_detached(module: str, args: Sequence[str], *, log: Path, keep: Sequence[int] = ()) -> dict[str, Any]:
    """Start ``python -m module args`` so that it outlives this process, and return what it announced.

    It gets a session of its own, no standard input, and its errors go to `log`. The module has to call `detach` and
    then `announce`.

    Parameters
    ----------
    keep
        File descriptors (held locks) that the process inherits.

    Raises
    ------
    RunError
        Where it ended before it announced anything.
    """
    options: dict[str, Any] = {"start_new_session": True, "pass_fds": tuple(keep)}
    if WINDOWS:
        breakaway = 0x01000000  # CREATE_BREAKAWAY_FROM_JOB: a kernel's job object must not take it along
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP | breakaway  # type: ignore[attr-defined]
        options = {"creationflags": flags}
    with open(log, "ab") as errors:
        process = subprocess.Popen(
            _python(module, args),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=worker_environment(),
            **options,
        )
    assert process.stdout is not None
    with process.stdout:
        line = process.stdout.readline()
    if not WINDOWS:
        process.wait()  # ends at once: what goes on is its child
    if not line:
        tail = log.read_text(errors="replace")[-2000:].strip()
        raise RunError(f"The process {module} did not start. Its last words, from {log}:\n{tail}")
    return json.loads(line)


def detach() -> None:
    """Become a child of nobody, so that the starter need not wait for this process's end."""
    if not WINDOWS and os.fork() > 0:
        os._exit(0)


def announce(**fields: Any) -> None:
    """Tell the starter that this process is up, then let go of the pipe to it."""
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    os.close(nothing)


def start_child(module: str, args: Sequence[str], *, output: IO[bytes], keep: Sequence[int] = ()) -> subprocess.Popen:
    """Start ``python -m module args`` as a child that goes on when this process dies; both outputs go to `output`."""
    inherited: dict[str, Any] = {} if WINDOWS else {"pass_fds": tuple(keep)}
    return subprocess.Popen(
        _python(module, args),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=worker_environment(),
        **inherited,
    )


def start_server(module: str, args: Sequence[str], *, errors: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start ``python -m module args`` to serve over its pipes; interrupts of this process do not reach it."""
    session: dict[str, Any] = {"start_new_session": True}
    if WINDOWS:
        session = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined]
    return subprocess.Popen(
        _python(module, args),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env=worker_environment(),
        **session,
    )


def started_at(pid: int | None) -> float | None:
    """When the process started (unix seconds), or None where there is none, or only its remains."""
    import psutil

    if not pid:
        return None
    try:
        process = psutil.Process(pid)
        return None if process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD) else process.create_time()
    except psutil.Error:
        return None


def alive(pid: int | None, started: float | None) -> bool:
    """Whether the process that started then still lives; a small difference is only a corrected clock."""
    now = started_at(pid)
    return now is not None and (started is None or abs(now - started) < 2)


def kill(pid: int | None, started: float | None) -> bool:
    """End a process at once, without a chance to save; False where it was gone already."""
    import psutil

    if not alive(pid, started):
        return False
    try:
        psutil.Process(pid).kill()
    except psutil.NoSuchProcess:
        return False
    return True


def let_others_first() -> None:
    """Give this process only the processor time that nobody else wants."""
    import psutil

    me = psutil.Process()
    me.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if WINDOWS else max(10, int(me.nice())))  # type: ignore[attr-defined]


def thread_count() -> int:
    """How many threads a worker may use: ``WORKBENCH_THREADS``, else the affinity, else a container's share."""
    given = os.environ.get("WORKBENCH_THREADS", "")
    if given.isdigit() and int(given) > 0:
        return int(given)
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        count = min(count, max(1, int(int(quota) / int(period))))
    except (OSError, ValueError):
        pass  # no container, or no limit ("max")
    return count


def worker_environment() -> dict[str, str]:
    """The environment of every process that trains or generates."""
    from workbench import __file__ as package

    env = dict(os.environ)
    # Threads that wait for each other by spinning without end stall beside anything else on the machine; those that
    # sleep at once are slower on an idle one. A short spin, then sleep: about 1.28x of the latter (bench_defaults.py).
    env.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    env.setdefault("GOMP_SPINCOUNT", "5000")
    env.setdefault("OMP_NUM_THREADS", str(thread_count()))
    env.setdefault("TOKENIZERS_PARALLELISM", "false")
    env |= {"HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1", "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
    root = str(Path(package).parents[1])
    if Path(root).name not in ("site-packages", "dist-packages"):
        env["PYTHONPATH"] = os.pathsep.join(filter(None, [root, env.get("PYTHONPATH")]))
    return env


def oom_kills() -> int:
    """How many processes the kernel has killed for want of memory, here or in this container; 0 where unknown."""
    count = 0
    for path in ("/sys/fs/cgroup/memory.events", "/proc/vmstat"):
        try:
            lines = Path(path).read_text().splitlines()
        except OSError:
            continue
        count += sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
    return count


def _python(module: str, args: Sequence[str]) -> list[str]:
    # -P: a `datasets.py` in the working directory must not stand in for the library.
    return [sys.executable, "-P", "-m", module, *args]
