"""The event log of a run: one writer, the one reader, and a tail for whoever watches.

`events.jsonl` is the one truth about a run. Each line is strict JSON with ``v, seq, time, attempt, type`` in front of
the fields of its type:

    launched  queued  started  gate  resolved            how it came to train
    log  eval  sample  rollouts  checkpoint              what training gave, each with its ``step``
    command  answer  note                                what was asked of it, and what should be known
    resumed                                              training goes on from ``step``; later points no longer count
    ended                                                status, reason, exit code or signal

A line that a dying process left unfinished is skipped by readers and closed by the next writer. A NaN or infinity is
written as null and named in ``nonfinite``. Points beyond the step of a later `resumed` event are dropped by readers:
the resumed training wrote them again.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = ["EVENT_VERSION", "EventWriter", "Tail", "read_events"]

EVENT_VERSION = 1

# What a resumed training writes again.
_REPEATED = frozenset({"log", "eval", "sample", "rollouts", "checkpoint"})


class EventWriter:
    """Appends events to a log. A run has one writer at a time: who holds the run's lock hands it on.

    Parameters
    ----------
    path
        The log; made if it does not exist.
    attempt
        Which start of the run is writing, from 1. Default: the last one in the log.
    """

    def __init__(self, path: str | os.PathLike[str], *, attempt: int | None = None):
        self.path = Path(path)
        self._file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        self._torn = False
        last = self._last_event()
        self.seq: int = last["seq"] if last else 0
        self.attempt: int = attempt or (last["attempt"] if last else 1)

    def write(self, type: str, **fields: Any) -> dict[str, Any]:
        """Append one event and return it as readers will see it.

        Raises
        ------
        OSError
            Where the disk does not take it. The next event then starts on a line of its own.
        """
        lost: list[str] = []
        plain = {name: _finite(value, name, lost) for name, value in fields.items()}
        stamp = {"v": EVENT_VERSION, "seq": self.seq + 1, "time": round(time.time(), 3), "attempt": self.attempt}
        event: dict[str, Any] = {**stamp, "type": type, **plain}
        if lost:
            event["nonfinite"] = lost
        self._append(json.dumps(event, allow_nan=False).encode() + b"\n")
        self.seq += 1
        return event

    def close(self) -> None:
        """Close the file; the writer cannot be used again."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> EventWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _append(self, line: bytes) -> None:
        if self._torn:
            line = b"\n" + line
        written = os.write(self._file, line)
        self._torn = written < len(line)
        while written < len(line):  # a full disk takes a part, then raises
            written += os.write(self._file, line[written:])
        self._torn = False

    def _last_event(self) -> dict[str, Any] | None:
        """The last complete event, read from the end; also notes whether the last line was left unfinished."""
        end = os.lseek(self._file, 0, os.SEEK_END)
        self._torn = end > 0 and self._read(end - 1, 1) != b"\n"
        if self._torn:
            # Closing the line here, not at the next write, makes a whole event that only lacks its newline count.
            os.write(self._file, b"\n")
            end, self._torn = end + 1, False
        tail, start = b"", end
        while start > 0:
            size = min(1 << 16, start)
            start -= size
            tail = self._read(start, size) + tail
            whole = tail if start == 0 else tail.partition(b"\n")[2]
            for line in reversed(whole.split(b"\n")):
                event = _parse(line)
                if event is not None:
                    return event
        return None

    def _read(self, start: int, size: int) -> bytes:
        os.lseek(self._file, start, os.SEEK_SET)
        return os.read(self._file, size)


def read_events(path: str | os.PathLike[str], after_seq: int = 0) -> list[dict[str, Any]]:
    """All events that count, in order.

    Parameters
    ----------
    path
        The log. A log that is not there has no events.
    after_seq
        Leave out events up to this ``seq``.
    """
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        return []
    whole = data[: data.rfind(b"\n") + 1]
    events = _without_repeated(event for event in map(_parse, whole.split(b"\n")) if event is not None)
    return [event for event in events if event["seq"] > after_seq]


class Tail:
    """Follows a log that is being written.

    Parameters
    ----------
    path
        The log; it may not exist yet.
    after_seq
        Leave out events up to this ``seq``.

    Attributes
    ----------
    reset
        True after a `poll` in which a `resumed` event took back points that an earlier `poll` returned: throw away
        what was kept and take it from `read_events` anew.
    """

    def __init__(self, path: str | os.PathLike[str], after_seq: int = 0):
        self.path = Path(path)
        self.reset = False
        self.seq = after_seq
        self._offset = 0
        self._furthest: float = -1  # the highest step returned so far, among the points a resumed event can take back

    def poll(self) -> list[dict[str, Any]]:
        """The events written since the last call; an empty list where there are none."""
        self.reset = False
        try:
            with open(self.path, "rb") as file:
                file.seek(self._offset)
                data = file.read()
        except FileNotFoundError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        new = [event for event in map(_parse, whole.split(b"\n")) if event is not None and event["seq"] > self.seq]
        for event in new:
            if event["type"] == "resumed":
                self.reset = self.reset or event["step"] < self._furthest
                self._furthest = min(self._furthest, event["step"])
            elif event["type"] in _REPEATED:
                self._furthest = max(self._furthest, event["step"])
        if new:
            self.seq = new[-1]["seq"]
        return _without_repeated(new)


def _without_repeated(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    for event in events:
        if event["type"] == "resumed":
            step = event["step"]
            kept = [old for old in kept if old["type"] not in _REPEATED or old["step"] <= step]
        kept.append(event)
    return kept


def _parse(line: bytes) -> dict[str, Any] | None:
    if not line.startswith(b"{"):
        return None
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event.get("seq"), int) and isinstance(event.get("type"), str) else None


def _finite(value: Any, name: str, lost: list[str]) -> Any:
    """`value` as plain JSON data; the names of what was not finite are added to `lost`."""
    if isinstance(value, dict):
        return {str(key): _finite(item, f"{name}.{key}", lost) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item, f"{name}.{index}", lost) for index, item in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        lost.append(name)
        return None
    return value
