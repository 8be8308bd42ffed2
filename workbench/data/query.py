"""Rows by condition, in an order, and counted by a column: SQL over the Arrow table of a split, through DuckDB.

A condition is what may stand behind ``WHERE``: ``length(prompt) > 300 and completion->>'category' = 'billing'``. The
column ``row`` is the row's number. Conditions read the table and nothing else: files and the network are closed to
them.
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.data.layout import CANONICAL
from workbench.errors import DatasetError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

__all__ = ["Facet", "Query", "facet_expressions"]

FEW = 0.5  # a column in which more than this share of the values are different says nothing when counted
SAMPLE = 1_000


@dataclass(frozen=True)
class Facet:
    """How often each value of a column comes up.

    Parameters
    ----------
    expression
        What was counted: a column or any SQL expression.
    values
        The most frequent values as text, most frequent first; None for rows without one.
    counts
        Rows with each of these values.
    conditions
        For each value the condition that finds its rows again.
    others
        Rows with any other value.
    distinct
        How many values there are in all.
    """

    expression: str
    values: tuple[str | None, ...]
    counts: tuple[int, ...]
    conditions: tuple[str, ...]
    others: int
    distinct: int


class Query:
    """Questions to one table. Safe to ask from several threads; `interrupt` ends what is being asked.

    Parameters
    ----------
    table
        One split, as ``Dataset.arrow`` gives it. Not copied.

    Attributes
    ----------
    row_name : str
        What conditions call the row's number: ``row``, unless a column of the table has that name.
    """

    def __init__(self, table: pa.Table):
        import duckdb
        import pyarrow as pa

        self._lock = threading.Lock()  # a connection answers one question at a time
        self.table, self._columns = table, _apart(table.column_names)
        taken = {name.lower() for name in self._columns}
        self.row_name = next(name for name in ("row", "row_number", "row_number_2") if name not in taken)
        self._connection = duckdb.connect(config={"enable_external_access": "false", "lock_configuration": "true"})
        numbers = pa.array(np.arange(table.num_rows))
        self._connection.register("rows", table.append_column(self.row_name, numbers).rename_columns(
            [*self._columns, self.row_name]))  # fmt: skip

    def rows(self, where: str = "", order: str = "") -> np.ndarray:
        """Numbers of the rows that fulfil a condition, in an order.

        Parameters
        ----------
        where
            A condition; empty takes all rows.
        order
            What may stand behind ``ORDER BY``: ``length(prompt) desc``; empty keeps the rows' own order.

        Returns
        -------
        numpy.ndarray
            Row numbers from 0, int64.

        Raises
        ------
        DatasetError
            With what DuckDB could not read in it, and the names of the columns.
        """
        sql = f"SELECT {self.row_name} FROM rows"
        if where.strip():
            sql += f"\nWHERE (\n{where}\n)"
        sql += f"\nORDER BY {f'{order}, ' if order.strip() else ''}{self.row_name}"
        found = self._ask(sql, f"{where} {order}".strip(), lambda: self._connection.execute(sql).fetchnumpy())
        return np.asarray(found[self.row_name], dtype=np.int64)

    def facet(self, expression: str, where: str = "", top: int = 12) -> Facet:
        """Count the values of a column, or of any SQL expression.

        Parameters
        ----------
        expression
            ``category`` or ``completion->>'category'``; a column's name is quoted where that is needed.
        where
            Count only the rows that fulfil this condition.
        top
            How many values at most; the others are added up.

        Raises
        ------
        DatasetError
            As in `rows`.
        """
        value = expression
        if expression in self.table.column_names:
            value = quoted(self._columns[self.table.column_names.index(expression)])
        condition = f"\nWHERE (\n{where}\n)" if where.strip() else ""
        sql = (
            f"SELECT value, count(*) AS count, count(*) OVER () AS kinds, sum(count(*)) OVER () AS total\n"
            f"FROM (SELECT CAST(({value}) AS VARCHAR) AS value FROM rows{condition})\n"
            f"GROUP BY value ORDER BY count DESC, value LIMIT {int(top)}"
        )
        asked = f"{expression} {where}".strip()
        found = self._ask(sql, asked, lambda: self._connection.execute(sql).fetchall(), "expression")
        counts = tuple(int(row[1]) for row in found)
        return Facet(
            expression=expression,
            values=tuple(row[0] for row in found),
            counts=counts,
            conditions=tuple(_equals(value, row[0]) for row in found),
            others=int(found[0][3]) - sum(counts) if found else 0,
            distinct=int(found[0][2]) if found else 0,
        )

    def interrupt(self) -> None:
        """End what is being asked from other threads."""
        self._connection.interrupt()

    def _ask(self, sql: str, asked: str, ask: Any, kind: str = "condition") -> Any:
        import duckdb

        try:
            if len(duckdb.extract_statements(sql)) != 1:
                raise DatasetError(f"The {kind} {asked!r} holds more than one statement. Leave out the semicolon.")
            with self._lock:
                return ask()
        except duckdb.Error as error:
            raise DatasetError(self._explained(error, asked, kind)) from None

    def _explained(self, error: duckdb.Error, asked: str, kind: str) -> str:
        what = str(error).split("\n\nLINE")[0].strip().split("\n")[0]
        names = ", ".join([*map(quoted, self._columns), self.row_name])
        return (
            f"The {kind} {asked!r} cannot be used: {what} Columns: {names}. Texts stand in single quotes: "
            "length(prompt) > 300 and prompt like '%refund%'."
        )


def _apart(columns: list[str]) -> list[str]:
    """The names as SQL tells them apart, which does not look at capitals: ``Topic`` beside ``topic`` is ``Topic_2``."""
    found: list[str] = []
    for name in columns:
        taken, number, made = {each.lower() for each in found}, 2, name
        while made.lower() in taken or (made != name and made in columns):
            made, number = f"{name}_{number}", number + 1
        found.append(made)
    return found


def facet_expressions(table: pa.Table) -> list[str]:
    """What is worth counting in a table: columns of few values, and the keys of answers that are JSON objects.

    Judged on the first rows.
    """
    head = table.slice(0, SAMPLE)
    found = []
    for name in head.column_names:
        values = [value for value in head[name].to_pylist() if value is not None]
        if not values or isinstance(values[0], (list, dict)):
            continue
        if name not in CANONICAL or name == "label":
            if _few(values):
                found.append(name)
            continue
        objects = [_object(value) for value in values]
        if all(item is None for item in objects):
            continue
        for key in dict.fromkeys(key for item in objects if item for key in item):
            inner = [item[key] for item in objects if item and key in item]
            if all(not isinstance(value, (list, dict)) for value in inner) and _few(inner):
                path = key if key.isidentifier() else f"$.{json.dumps(key, ensure_ascii=False)}"
                # try: an answer that is no JSON has no such key
                found.append(f"try({quoted(name)}->>{_text(path)})")
    return found


def quoted(name: str) -> str:
    """A column's name as SQL takes it."""
    plain = re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in _reserved()
    return name if plain else '"' + name.replace('"', '""') + '"'


@lru_cache(maxsize=1)
def _reserved() -> frozenset[str]:
    import duckdb

    with duckdb.connect() as connection:
        found = connection.execute("SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'")
        return frozenset(name for (name,) in found.fetchall())


def _equals(value: str, found: str | None) -> str:
    if found is None:
        return f"{value} IS NULL"
    return f"{value if '->>' in value else f'CAST(({value}) AS VARCHAR)'} = {_text(found)}"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _few(values: list[Any]) -> bool:
    different = len({str(value) for value in values})
    return 1 < different <= max(2, FEW * len(values))


def _object(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return None
    try:
        read = json.loads(value)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None
