"""Rows that cannot be used: refused all together, or set aside in a file that says what was wrong with each."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from workbench.errors import DatasetError
from workbench.home import home

__all__ = ["BAD_ROWS", "Faults", "SetAside"]

BAD_ROWS = ("refuse", "set_aside")
SHOWN = 5
RAW = 1_000_000


@dataclass(frozen=True)
class SetAside:
    """The rows of a source that were left out of its data set.

    Parameters
    ----------
    count
        How many.
    path
        A file of JSON lines, one a row: ``place``, ``column`` (null for a whole line), ``message``, and ``raw``, the
        text of the row (of a longer one its first million characters, with ``"cut": true``).
    shown
        The first few, with what is wrong with them.
    """

    count: int
    path: Path
    shown: tuple[str, ...]

    def describe(self) -> str:
        """One sentence: how many, and where they are."""
        rows = "1 row was" if self.count == 1 else f"{self.count:,} rows were"
        return f"{rows} set aside, and kept with what is wrong in {self.path}."


class Faults:
    """Where readers report rows they cannot use.

    Parameters
    ----------
    bad_rows
        ``"refuse"``: together they become one error. ``"set_aside"``: each is written to a side file.

    Used in a ``with`` block: where reading ends in an error, a side file half written is taken away.
    """

    def __init__(self, bad_rows: str = "refuse"):
        self.aside = bad_rows == "set_aside"
        self.count = 0
        self.deaf = False  # what is reported is not wanted
        self.layouts: Counter[str] = Counter()
        self._shown: list[str] = []
        self._advice: dict[str, None] = {}
        self._file: IO[str] | None = None
        self._digest = hashlib.sha256()

    def __enter__(self) -> Faults:
        return self

    def __exit__(self, *error: object) -> None:
        if self._file is not None and not self._file.closed:
            self._file.close()
            Path(self._file.name).unlink(missing_ok=True)

    def add(self, place: str, message: str, raw: Any, advice: str, column: str | None = None) -> None:
        """One row.

        Parameters
        ----------
        place
            File and line, or row.
        message
            What is wrong; for a whole line with its beginning.
        raw
            The row as it was read: a line of text, or its columns.
        advice
            What to do about rows like this; said once.
        column
            The column that is wrong, where it is one.
        """
        if self.deaf:
            return
        self.count += 1
        self._advice.setdefault(advice)
        if len(self._shown) < SHOWN:
            self._shown.append(f"{place}, column '{column}': {message}" if column else f"{place}: {message}")
        if self.aside:
            text = raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False, default=str)
            record = {"place": place, "column": column, "message": message, "raw": text[:RAW]}
            self._write(json.dumps(record | ({"cut": True} if len(text) > RAW else {}), ensure_ascii=False) + "\n")

    def settle(self) -> SetAside | None:
        """What to do once everything is read.

        Returns
        -------
        SetAside or None
            None where there was nothing to set aside.

        Raises
        ------
        DatasetError
            Where rows are refused and there were some: the first few shown, the rest counted.
        """
        if not self.count:
            return None
        if self._file is not None:
            draft = Path(self._file.name)
            self._file.close()
            path = draft.with_name(f"{self._digest.hexdigest()[:16]}.jsonl")
            os.replace(draft, path)
            return SetAside(self.count, path, tuple(self._shown))
        more = [f"... and {self.count - SHOWN} more"] if self.count > SHOWN else []
        last = f'{self.count} row(s) cannot be used. bad_rows="set_aside" reads the others and keeps these in a file.'
        said = "\n".join([*self._shown, *more, *self._advice, *self._other_layouts(), last])
        raise DatasetError(said.encode("utf-8", "backslashreplace").decode())  # so that it can be printed

    def _other_layouts(self) -> list[str]:
        if not self.layouts:
            return []
        found = ", ".join(f"{count:,} as {name}" for name, count in self.layouts.most_common())
        return [f"The source mixes layouts; of these rows would be read, by themselves: {found}. Part them into files."]

    def _write(self, line: str) -> None:
        data = line.encode("utf-8", "backslashreplace")
        self._digest.update(data)
        try:
            if self._file is None:
                folder = home() / "set-aside"
                folder.mkdir(parents=True, exist_ok=True)
                self._file = (folder / f".{uuid.uuid4().hex}").open("w", encoding="utf-8", errors="backslashreplace")
            self._file.write(line)
        except OSError as error:
            raise DatasetError(
                f"The rows set aside cannot be kept in {home() / 'set-aside'} ({error.strerror}). Set WORKBENCH_HOME "
                "to a folder that can be written."
            ) from None
