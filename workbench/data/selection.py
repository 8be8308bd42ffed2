"""Which rows of a split a reader looks at: with a text in them, under a condition, of a list, in an order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from workbench.data.browse import search_rows
from workbench.data.query import Query

__all__ = ["Selection", "select"]


@dataclass(frozen=True)
class Selection:
    """What the rows must be.

    Parameters
    ----------
    search
        Rows that have this text in some column, whatever its case.
    where
        Rows under this condition: see `workbench.data.query`.
    order
        Their order; empty keeps the order of `rows`, or else of the file.
    rows
        Only these rows; None takes all.
    """

    search: str = ""
    where: str = ""
    order: str = ""
    rows: tuple[int, ...] | None = None

    @property
    def everything(self) -> bool:
        """Whether all rows are taken as they come."""
        return not (self.search.strip() or self.where.strip() or self.order.strip()) and self.rows is None


def select(
    query: Query, selection: Selection, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[tuple[int, np.ndarray]]:
    """Find the rows of a selection.

    Parameters
    ----------
    query
        Of the split's table.
    selection
        What they must be.
    cancelled
        Asked between batches; True ends the work.

    Yields
    ------
    (int, numpy.ndarray)
        How many rows have been looked at, and all rows found so far, in order. The last one is complete.

    Raises
    ------
    DatasetError
        For a condition or order that cannot be used.
    """
    table, found = query.table, None
    if selection.rows is not None:
        found = np.asarray(selection.rows, dtype=np.int64)
    if selection.where.strip() or selection.order.strip():
        ordered = query.rows(selection.where, selection.order)
        if found is None or selection.order.strip():
            found = ordered if found is None else ordered[np.isin(ordered, found)]
        else:
            found = found[np.isin(found, ordered)]
    if not selection.search.strip():
        yield table.num_rows, np.arange(table.num_rows) if found is None else found
        return
    hits = np.zeros(table.num_rows, dtype=bool)
    for looked, batch in search_rows(table, selection.search.strip(), cancelled):
        hits[batch] = True
        yield looked, np.flatnonzero(hits) if found is None else found[hits[found]]
