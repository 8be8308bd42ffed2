"""Arrow tables that are put together piece by piece: in memory while small, in a temporary file beyond.

The file is mapped into memory, so that a table of any size takes none to speak of. It lies in the system's temporary
folder (``TMPDIR`` names another) and has no name there any more once it is mapped: however the process ends, nothing
is left behind.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import DatasetError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

__all__ = ["IN_MEMORY", "Store", "as_json", "pieces", "taken"]

TURNS = ("prompt", "completion", "messages", "chosen", "rejected")
IN_MEMORY = 64 << 20
"""Bytes of a table that are held in memory; a larger one is written to a file."""


class Store:
    """Takes pieces of a table in order and makes one table of them.

    Pieces may differ in their columns and types: what one of them lacks is null there, numbers are widened, and a
    column whose types cannot be one becomes JSON text throughout.
    """

    def __init__(self) -> None:
        self._pieces: list[pa.Table] = []  # not yet in a file
        self._bytes = 0
        self._files: list[_File] = []
        self._schema: pa.Schema | None = None
        self._texts: set[str] = set()

    def add(self, piece: pa.Table) -> None:
        """The next rows."""
        piece = self._textual(piece)
        self._widen(piece)
        self._pieces.append(piece)
        self._bytes += piece.nbytes
        if self._bytes > IN_MEMORY:
            self._spill()

    def table(self) -> pa.Table | None:
        """All rows; None where there were none."""
        import pyarrow as pa

        if self._schema is None:
            return None
        if not self._files:
            return pa.concat_tables([self._fitted(piece) for piece in self._pieces]).combine_chunks()
        self._spill()
        if any(file.schema != self._schema for file in self._files):
            old, self._files = [file.read() for file in self._files], []
            for table in old:
                for batch in table.to_batches():
                    self._write(self._fitted(pa.Table.from_batches([batch])))
        return pa.concat_tables([file.read() for file in self._files])

    def _textual(self, piece: pa.Table) -> pa.Table:
        import pyarrow as pa

        for name in self._texts.intersection(piece.column_names):
            at, column = piece.column_names.index(name), piece[name]
            if not pa.types.is_string(column.type):
                values = [as_json(value) for value in column.to_pylist()]
                piece = piece.set_column(at, name, pa.array(values, pa.string()))
        return piece

    def _widen(self, piece: pa.Table) -> None:
        """Make the schema one that fits this piece too."""
        import pyarrow as pa

        if self._schema is None or self._schema.equals(piece.schema):
            self._schema = self._schema or piece.schema
            return
        both = [name for name in piece.column_names if name in self._schema.names]
        for name in both:
            pair = [pa.schema([schema.field(name)]) for schema in (self._schema, piece.schema)]
            try:
                pa.unify_schemas(pair, promote_options="permissive")
            except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
                if pa.types.is_list(piece.schema.field(name).type) and name in TURNS:
                    raise DatasetError(
                        f"The turns of '{name}' differ in the type of what they carry besides their text ({error}). "
                        "Write it the same way in all rows, or leave it out."
                    ) from None
                self._texts.add(name)
        known = [pa.field(field.name, pa.string()) if field.name in self._texts else field for field in self._schema]
        more = [pa.field(field.name, pa.string()) if field.name in self._texts else field for field in piece.schema]
        self._schema = pa.unify_schemas([pa.schema(known), pa.schema(more)], promote_options="permissive")

    def _fitted(self, piece: pa.Table) -> pa.Table:
        import pyarrow as pa

        assert self._schema is not None
        piece = self._textual(piece)
        if piece.schema.equals(self._schema):
            return piece
        return pa.concat_tables([self._schema.empty_table(), piece], promote_options="permissive")

    def _spill(self) -> None:
        for piece in self._pieces:
            self._write(piece)  # as it is: numbers widened now would be other texts, should the column become text
        self._pieces, self._bytes = [], 0

    def _write(self, piece: pa.Table) -> None:
        file = next((file for file in reversed(self._files[-1:]) if file.schema == piece.schema), None)
        if file is None:
            if self._files:
                self._files[-1].close()  # read again at the end; only one is open at a time
            file = _File(piece.schema)
            self._files.append(file)
        file.write(piece)


class _File:
    """An Arrow file that is written, then mapped."""

    def __init__(self, schema: pa.Schema):
        import pyarrow as pa

        self.schema = schema
        self.path = Path(tempfile.mkdtemp(prefix="workbench-rows-")) / "rows.arrow"
        self._removed = weakref.finalize(self, _remove, self.path)  # also where reading ends in an error
        self._writer = pa.ipc.new_file(str(self.path), schema)
        self._table: pa.Table | None = None

    def close(self) -> None:
        """No more pieces will come."""
        self._writer.close()

    def write(self, piece: pa.Table) -> None:
        try:
            self._writer.write_table(piece.combine_chunks())
        except OSError as error:
            self._removed()
            raise DatasetError(
                f"The rows do not fit into the temporary folder {self.path.parent.parent} ({error}). Make room, or set "
                "TMPDIR to another folder."
            ) from None

    def read(self) -> pa.Table:
        import pyarrow as pa

        if self._table is None:
            self._writer.close()
            self._table = pa.ipc.open_file(pa.memory_map(str(self.path))).read_all()
            if os.name == "posix":  # the mapping stays; elsewhere the file goes when the process ends
                self._removed()
            else:
                self._removed.detach()
                atexit.register(_remove, self.path)
        return self._table


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
        path.parent.rmdir()


def taken(table: pa.Table, rows: np.ndarray) -> pa.Table:
    """Rows of a table by their numbers in ascending order; of a large one without holding them in memory."""
    import numpy as np
    import pyarrow as pa

    if table.nbytes <= IN_MEMORY:
        return table.take(pa.array(rows))
    store, start = Store(), 0
    for batch in pieces(table):
        first, last = np.searchsorted(rows, [start, start + batch.num_rows])
        if last > first:
            store.add(batch.take(pa.array(rows[first:last] - start)))
        start += batch.num_rows
    made = store.table()
    return made if made is not None else table.slice(0, 0)


def as_json(value: Any) -> str | None:
    """A value as JSON text; texts stay as they are."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    """A value that JSON does not know, in a form that is the same in every process."""
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=repr)
    if hasattr(value, "tolist"):  # numpy
        return value.tolist()
    if type(value).__str__ is object.__str__ and type(value).__repr__ is object.__repr__:
        raise DatasetError(
            f"A value of the type {type(value).__name__} cannot be kept. Give texts, numbers, lists, dicts."
        )
    return str(value)


def pieces(table: pa.Table) -> Iterator[pa.Table]:
    """The table's record batches, as tables."""
    import pyarrow as pa

    for batch in table.to_batches():
        yield pa.Table.from_batches([batch])
