"""How long the rows are: lengths of a column counted into bars, with the figures a reader asks for.

Lengths of text have a long tail: one row of 40,000 characters would press all others into the first bar. So the bars
stop near the 98th percentile, or the 95th where few rows are far longer, and the last one counts what is beyond.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["Histogram", "column_lengths", "histogram"]


@dataclass(frozen=True)
class Histogram:
    """Lengths counted into bars.

    Parameters
    ----------
    title
        What was measured: the column.
    unit
        What one is: ``"characters"``, ``"words"`` or ``"tokens"``.
    edges
        Where each bar starts, and where the last one ends, in `unit`; one more than `counts`. A bar holds its start
        and not its end.
    counts
        Rows in each bar.
    beyond
        True if the last bar also holds every longer row.
    rows, of
        How many rows were measured, and of how many: fewer where a sample was taken.
    median, p95, largest
        Half of the rows are at most `median` long, 95 % at most `p95`.
    limit, over
        The length allowed, where there is one, and how many of the rows are longer.
    """

    title: str
    unit: str
    edges: tuple[int, ...]
    counts: tuple[int, ...]
    beyond: bool
    rows: int
    of: int
    median: int
    p95: int
    largest: int
    limit: int | None = None
    over: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain data for a panel."""
        return asdict(self)


def histogram(
    lengths: Iterable[int],
    *,
    title: str,
    unit: str,
    of: int | None = None,
    limit: int | None = None,
    bars: int = 30,
) -> Histogram:
    """Count lengths into at most `bars` bars of one round width.

    Parameters
    ----------
    lengths
        One length a row, at least one.
    title, unit
        As in `Histogram`.
    of
        How many rows there are in all, when `lengths` is a sample of them.
    limit
        The length allowed.
    bars
        The most bars drawn.

    Raises
    ------
    ValueError
        If there is no length at all.
    """
    values = np.asarray(list(lengths), dtype=np.int64)
    if values.size == 0:
        raise ValueError("A histogram needs at least one row; got none. Give a split that has rows.")
    # Inverted CDF: the smallest length that so many rows stay within, never a value between two rows.
    median, p95, p98 = (int(np.quantile(values, q, method="inverted_cdf")) for q in (0.5, 0.95, 0.98))
    smallest, largest = int(values.min()), int(values.max())
    reach = largest if largest <= 1.5 * max(p98, 1) else p98
    if reach > 4 * max(p95, 1):  # few rows: one long row is a 98th percentile already
        reach = p95
    width = _round_up((reach - smallest + 1) / bars)
    start = smallest - smallest % width
    count = (reach - start) // width + 1
    end = start + count * width
    bins = np.minimum((values - start) // width, count - 1)
    return Histogram(
        title=title,
        unit=unit,
        edges=tuple(range(start, end + 1, width)),
        counts=tuple(np.bincount(bins, minlength=count).tolist()),
        beyond=largest >= end,
        rows=int(values.size),
        of=int(values.size) if of is None else of,
        median=median,
        p95=p95,
        largest=largest,
        limit=limit,
        over=0 if limit is None else int((values > limit).sum()),
    )


def _round_up(width: float) -> int:
    """The next of 1, 2, 5, 10, 20, 50, ...: bar widths a reader can count in."""
    scale = 1
    while True:
        for step in (1, 2, 5):
            if step * scale >= width:
                return step * scale
        scale *= 10


def column_lengths(column: pa.ChunkedArray | pa.Array, measure: Callable[[list[str]], list[int]] | None = None):
    """The length of each row of a text or message column.

    Parameters
    ----------
    column
        Strings, or lists of messages with a ``content``; of messages the contents are added up. Null counts as 0.
    measure
        Lengths of texts, such as their tokens. Default: Unicode characters, counted in Arrow.

    Returns
    -------
    numpy.ndarray
        One length a row.
    """
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    parts = [_lengths(chunk, measure) for chunk in chunks]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _lengths(array: pa.Array, measure: Callable[[list[str]], list[int]] | None) -> np.ndarray:
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        owners = pc.list_parent_indices(array).to_numpy(zero_copy_only=False)
        inner = pc.list_flatten(array)
        if pa.types.is_struct(inner.type):
            inner = pc.struct_field(inner, "content")
        return np.bincount(owners, weights=_lengths(inner, measure), minlength=len(array)).astype(np.int64)
    if measure is not None:
        return np.asarray(measure(["" if text is None else str(text) for text in array.to_pylist()]), dtype=np.int64)
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        array = pc.cast(array, pa.string())
    return pc.fill_null(pc.utf8_length(array), 0).to_numpy(zero_copy_only=False).astype(np.int64)
