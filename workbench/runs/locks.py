"""Locks that die with their holder: one on a run's folder, one on each device, with a queue in order of arrival.

They are `flock` locks on an open file. A child process that inherits the file holds the lock too, so a run stays
locked while its supervisor *or* its trainer lives, and the operating system frees it on any death.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

__all__ = ["DeviceQueue", "Lock"]

LAST = "~"  # comes after every digit, with which other tickets begin


class Lock:
    """An exclusive lock on a file.

    Parameters
    ----------
    path
        The file; made if it does not exist. Its text says who holds the lock.
    file
        The descriptor of an already locked file that this process inherited.
    """

    def __init__(self, path: str | os.PathLike[str], *, file: int | None = None):
        self.path = Path(path)
        self.file = file
        if file is not None:
            os.set_inheritable(file, False)

    def acquire(self, holder: str = "") -> bool:
        """Take the lock if it is free; False where someone holds it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        if not _flock(file):
            os.close(file)
            return False
        self.file = file
        os.ftruncate(file, 0)
        os.write(file, holder.encode())
        return True

    def acquire_within(self, seconds: float, holder: str = "") -> bool:
        """Take the lock, waiting a little for a holder that is just ending."""
        end = time.monotonic() + seconds
        while not self.acquire(holder):
            if time.monotonic() >= end:
                return False
            time.sleep(0.02)
        return True

    def release(self) -> None:
        """Let go of this process's hold; a child that inherited the lock keeps it."""
        if self.file is not None:
            os.close(self.file)
            self.file = None

    def holder(self) -> str | None:
        """What the holder called itself, or None where there is no such text."""
        try:
            return self.path.read_text() or None
        except OSError:
            return None


class DeviceQueue:
    """Who may use a device next. Each waiter holds a ticket; the lowest living ticket tries the device's lock.

    Parameters
    ----------
    locks
        The folder of locks, ``HOME/locks``.
    device
        ``"cpu"`` or ``"cuda:0"``.
    holder
        The id of the run that waits.
    last
        Stand behind all others, also those that come later.
    """

    def __init__(self, locks: Path, device: str, holder: str, *, last: bool = False):
        self.lock = Lock(locks / f"{device.replace(':', '-')}.lock")
        self.device = device
        self.holder = holder
        self._waiting = locks / f"{device.replace(':', '-')}.waiting"
        self._ticket = Lock(self._waiting / f"{LAST if last else ''}{time.time_ns()}-{holder}")
        # A waiter that looked between the file's making and its locking took it for a dead one's, and removed it.
        while not (self._ticket.acquire(holder) and self._ticket.path.exists()):
            time.sleep(0.01)

    def try_acquire(self) -> bool:
        """Take the device if it is this waiter's turn and the device is free."""
        if any(self._living(path) for path in sorted(self._waiting.iterdir()) if path.name < self._ticket.path.name):
            return False
        if not self.lock.acquire(self.holder):
            return False
        self.leave()
        return True

    def wanted(self) -> bool:
        """Whether someone waits who does not stand behind all others."""
        tickets = [path for path in self._waiting.iterdir() if not path.name.startswith(LAST)]
        return any(map(self._living, tickets))

    def behind(self) -> str | None:
        """The id of the run that has the device, if it left its name."""
        return self.lock.holder()

    def leave(self) -> None:
        """Give up the ticket."""
        if self._ticket.file is not None:
            self._ticket.path.unlink(missing_ok=True)
            self._ticket.release()

    def _living(self, path: Path) -> bool:
        other = Lock(path)
        if not path.exists() or not other.acquire():
            return path.exists()
        path.unlink(missing_ok=True)  # its waiter died
        other.release()
        return False


if sys.platform == "win32":
    import msvcrt

    def _flock(file: int) -> bool:
        try:
            # One byte far beyond the text, so that others can still read who holds the lock.
            os.lseek(file, 1 << 30, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(file, 0, os.SEEK_SET)
        return True
else:
    import fcntl

    def _flock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
