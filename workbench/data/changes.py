"""What a repair would change: how many rows go, how many texts change, and a few of them before and after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from workbench.data.browse import plain_text

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset

__all__ = ["Change", "changes"]

BATCH = 10_000


@dataclass(frozen=True)
class Change:
    """What became of one split.

    Parameters
    ----------
    split
        Its name.
    taken_out
        Rows fewer than before.
    changed
        Rows with another text, where none were taken out; 0 where some were.
    examples
        Of the changed rows the first few: ``(row, column, before, after)``.
    """

    split: str
    taken_out: int
    changed: int
    examples: tuple[tuple[int, str, str, str], ...]

    def words(self) -> str:
        """The change in a few words: ``takes 3 of 40 rows out of train``."""
        if self.taken_out:
            return f"takes {self.taken_out:,} {_rows(self.taken_out)} out of {self.split}"
        return f"changes {self.changed:,} {_rows(self.changed)} of {self.split}"


def changes(before: Dataset, after: Dataset, examples: int = 3) -> list[Change]:
    """Compare a data set with what a repair made of it.

    Parameters
    ----------
    before, after
        The same splits and columns; `after` has the same rows, or fewer.
    examples
        How many changed texts to keep of each split.

    Returns
    -------
    list of Change
        One for each split that is not as it was.
    """
    found = []
    for split in before.splits:
        old = before.arrow(split)
        if split not in after.splits:
            found.append(Change(split, old.num_rows, 0, ()))
            continue
        new = after.arrow(split)
        if new.num_rows != old.num_rows:
            found.append(Change(split, old.num_rows - new.num_rows, 0, ()))
            continue
        rows: set[int] = set()
        shown: list[tuple[int, str, str, str]] = []
        for column in old.column_names:
            for row in _different(old[column], new[column]):
                rows.add(row)
                if len(shown) < examples:
                    shown.append(
                        (row, column, plain_text(old[column][row].as_py()), plain_text(new[column][row].as_py()))
                    )
        if rows:
            found.append(Change(split, 0, len(rows), tuple(shown)))
    return found


def _different(old: pa.ChunkedArray, new: pa.ChunkedArray) -> Iterator[int]:
    """Numbers of the rows whose values differ."""
    for start in range(0, len(old), BATCH):
        one, other = old.slice(start, BATCH), new.slice(start, BATCH)
        if one.equals(other):
            continue
        pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
        yield from (start + np.flatnonzero([a != b for a, b in pairs])).tolist()


def _rows(count: int) -> str:
    return "row" if count == 1 else "rows"
