"""A data set: rows of one type in Arrow tables, one table a split, with a content hash.

>>> import workbench as wb
>>> ds = wb.load_dataset([{"prompt": "2+2=", "completion": "4"}, {"prompt": "3+3=", "completion": "6"}])
>>> ds.type, len(ds.split("train"))
('prompt_completion', 1)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from workbench.data.files import MARKER, is_whole
from workbench.data.layout import CANONICAL
from workbench.data.loading import CUT_NOTE, build_tables, cut_again
from workbench.data.setaside import BAD_ROWS, SetAside
from workbench.data.sources import bundled_datasets, open_source
from workbench.data.turns import readable_turns
from workbench.errors import DatasetError
from workbench.home import home
from workbench.settings import nearest

if TYPE_CHECKING:
    import datasets
    import pandas as pd
    import pyarrow as pa

    from workbench.data.checks import DataReport
    from workbench.data.findings import Repair

__all__ = ["REFERENCE", "Dataset", "load_dataset", "readable_row"]

EXAMPLES = {"columns": '{"prompt": "question"}', "split": '{"validation": 0.1}'}
REFERENCE = ("source", "columns", "split", "bad_rows", "max_rows", "hash")
"""What a recipe keeps of its data: how to read it again, and the hash of its rows."""


def load_dataset(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    split: Mapping[str, float | str] | None = None,
    bad_rows: Literal["refuse", "set_aside"] = "refuse",
    max_rows: int | None = None,
) -> Dataset:
    """Read a data set and recognise its layout.

    Rows are read as a stream into Arrow; a set beyond 64 MiB lies in a temporary file that is mapped into memory, so
    it may be larger than memory.

    Parameters
    ----------
    source
        The name of a bundled data set (``"support-desk/tickets"``), a ``.jsonl .json .csv .tsv .parquet .txt``
        file (also ``.gz .bz2 .xz .zst``), a folder of such files, ``"hub:org/name"``, a pandas DataFrame, a list of
        dicts, or a `Dataset` (returned as it is).
    columns
        Which of the source's columns are which, where the names do not say: ``{"prompt": "question"}``
        (ours: theirs).
    split
        ``{"validation": 0.1, "test": 0.1}`` cuts shares out of train, seeded and without parting rows of equal
        prompt; ``{"validation": "dev"}`` names a split of the source. By default a missing validation or test
        split is cut from train, 5 % each, and `Dataset.notes` says so.
    bad_rows
        Rows that cannot be read, or do not fit the layout of the others: ``"refuse"`` the source and name them, or
        ``"set_aside"``: read the others and keep these in a file, which `Dataset.set_aside` names.
    max_rows
        Read only the first rows of each split. A set of the hub is then streamed, and no more of it downloaded.

    Returns
    -------
    Dataset

    Raises
    ------
    DatasetError
        Naming file, row, column, value and what to do.
    """
    for name, value in (("columns", columns), ("split", split)):
        if value is not None and not isinstance(value, Mapping):
            raise DatasetError(f"{name}= must be a dict, as {EXAMPLES[name]}, got {value!r}.")
    arguments: dict[str, Any] = {"columns": dict(columns) if columns is not None else None,
                 "split": _plain_shares(split) if split is not None else None,
                 "bad_rows": bad_rows if bad_rows != "refuse" else None, "max_rows": max_rows}  # fmt: skip
    if isinstance(source, Dataset):
        given = [f"{name}=" for name, value in arguments.items() if value]
        if given:
            raise DatasetError(f"The rows are a Dataset already. Give {' and '.join(given)} where it is first loaded.")
        return source
    _check_reading(bad_rows, max_rows)
    opened = open_source(source, max_rows)
    built = build_tables(opened, dict(columns or {}), arguments["split"], bad_rows, max_rows)
    reference = None
    if opened.reference is not None:
        reference = {"source": opened.reference, **arguments, "columns": arguments["columns"] or None}
    return Dataset(built.tables, type=built.type, conversational=built.conversational, layout=built.layout,
                   name=opened.name, notes=built.notes, reference=reference, code=_code(opened.reference, arguments),
                   read_from=built.read_from, set_aside=built.set_aside, repairs=opened.repairs)  # fmt: skip


def _plain_shares(split: Mapping[str, Any]) -> dict[str, Any]:
    """Shares as Python's own numbers: NumPy's would be written with their type."""
    return {role: float(share) if hasattr(share, "dtype") else share for role, share in split.items()}


def _check_reading(bad_rows: Any, max_rows: Any) -> None:
    if bad_rows not in BAD_ROWS:
        raise DatasetError(f"bad_rows must be {' or '.join(map(repr, BAD_ROWS))}, got {bad_rows!r}.")
    whole = isinstance(max_rows, int) and not isinstance(max_rows, bool)
    if max_rows is not None and not (whole and 1 <= max_rows < 2**63):
        raise DatasetError(f"max_rows must be a number of rows of at least 1, got {max_rows!r}.")


class Dataset:
    """Rows of one type with splits. Made by `load_dataset`; ``len``, ``[i]`` and iteration speak of train.

    Attributes
    ----------
    type : str
        ``language_modeling``, ``prompt_completion``, ``prompt_only``, ``preference`` or ``unpaired_preference``.
    conversational : bool
        Whether the texts are lists of ``{"role", "content"}``.
    layout : str
        What the columns were taken for: ``"alpaca"``.
    name : str
        The source, for people.
    notes : tuple of str
        What was chosen for you while reading.
    read_from : tuple of str
        The source's own columns that the canonical ones were made of.
    repairs : tuple of Repair
        What `repair` did so far, in order, with the hashes before and after.
    set_aside : SetAside or None
        The rows of the source that could not be used, with the file that keeps them.
    """

    def __init__(
        self,
        tables: Mapping[str, pa.Table],
        *,
        type: str,
        conversational: bool,
        layout: str,
        name: str,
        notes: tuple[str, ...] = (),
        reference: Mapping[str, Any] | None = None,
        code: str = "wb.load_dataset(rows)",
        read_from: tuple[str, ...] = (),
        repairs: tuple[Repair, ...] = (),
        set_aside: SetAside | None = None,
        origin: str | None = None,
    ):
        self._tables, self._code = dict(tables), code
        self.type, self.conversational, self.layout, self.name = type, conversational, layout, name
        self.notes, self.read_from, self.repairs = tuple(notes), tuple(read_from), tuple(repairs)
        self.set_aside = set_aside
        self._origin = origin if origin is not None else (reference or {}).get("source")
        self._reference = dict(reference) if reference is not None else None

    @property
    def columns(self) -> list[str]:
        """The column names, the canonical ones first."""
        return list(self._train.column_names)

    @property
    def splits(self) -> dict[str, int]:
        """The number of rows in each split."""
        return {name: table.num_rows for name, table in self._tables.items()}

    @property
    def source(self) -> dict[str, Any]:
        """What a recipe keeps of this data set: source (None for rows in memory), how it was read, and the hash."""
        reference = self._reference or dict.fromkeys(REFERENCE)
        return {**reference, "hash": self.hash}

    @cached_property
    def hash(self) -> str:
        """The content hash of all rows of all splits (first 16 hex digits of SHA-256)."""
        digest = hashlib.sha256(f"{self.type} {self.conversational}\n".encode())
        for name in sorted(self._tables):
            digest.update(f"\n{name}\n".encode())
            for row in self.rows(name):
                digest.update(
                    json.dumps(row, sort_keys=True, ensure_ascii=False, default=str).encode("utf-8", "replace")
                )
                digest.update(b"\n")
        return digest.hexdigest()[:16]

    def split(self, name: str) -> Dataset:
        """The data set in which ``len``, ``[i]`` and iteration speak of this split.

        Raises
        ------
        DatasetError
            When there is no such split.
        """
        if name not in self._tables:
            there = ", ".join(self._tables)
            all_of_it = " All of its rows are there: name that split." if list(self._tables) == ["train"] else ""
            raise DatasetError(
                f"{self.name} has no split {name!r}{nearest(name, self._tables)}. It has {there}.{all_of_it}"
            )
        if name == "train" and list(self._tables) == ["train"]:
            return self
        return self._with({"train": self._tables[name]}, f"{self.name} ({name})", f".split({name!r})")

    def resplit(self, split: Mapping[str, float], *, seed: int = 0) -> Dataset:
        """Cut splits anew: the rows of those named go back to train, and shares of all are cut out of it.

        Rows of equal prompt are never parted, so what was split by another rule may leak no more afterwards.

        Parameters
        ----------
        split
            ``{"validation": 0.1, "test": 0.1}``: the share of the rows each gets. Splits not named stay.
        seed
            Which rows.

        Raises
        ------
        DatasetError
            For shares that are none or leave nothing, or too few different prompts.
        """
        if not isinstance(split, Mapping):
            raise DatasetError(f"resplit takes shares, as {EXAMPLES['split']}, got {split!r}.")
        if isinstance(seed, bool) or not isinstance(seed, int):
            raise DatasetError(f"seed must be a whole number, got {seed!r}.")
        more = f", seed={seed}" if seed else ""
        tables = cut_again(self._tables, split, seed)
        made = self.replaced(tables, step=f".resplit({_plain_shares(split)!r}{more})")
        made.notes = tuple(note for note in self.notes if CUT_NOTE not in note)
        return made

    def head(self, n: int) -> Dataset:
        """The data set with only the first `n` rows of train; validation and test stay."""
        if isinstance(n, bool) or not isinstance(n, int) or n < 1:
            raise DatasetError(f"head(n) takes a number of rows of at least 1, got {n!r}.")
        return self._with({**self._tables, "train": self._train.slice(0, n)}, f"{self.name} (first {n})", f".head({n})")

    def rows(self, split: str = "train") -> Iterator[dict[str, Any]]:
        """The rows of one split, as dicts, read batch by batch."""
        for batch in self.arrow(split).to_batches(max_chunksize=1_000):
            for row in batch.to_pylist():
                yield readable_row(row)

    def arrow(self, split: str = "train") -> pa.Table:
        """The Arrow table of one split."""
        if split not in self._tables:
            self.split(split)
        return self._tables[split]

    def to_hf(self, split: str = "train") -> datasets.Dataset:
        """One split as a ``datasets.Dataset`` over the same Arrow memory."""
        import datasets

        return datasets.Dataset(datasets.table.InMemoryTable(self.arrow(split).replace_schema_metadata(None)))

    def to_pandas(self) -> pd.DataFrame:
        """Train as a pandas DataFrame."""
        import pandas as pd

        return pd.DataFrame(list(self.rows()), columns=self.columns)

    def check(
        self,
        recipe: Any = None,
        *,
        only: Sequence[str] | None = None,
        schema: Any = None,
        progress: Callable[[int, int, str], Any] | None = None,
    ) -> DataReport:
        """Look for what is wrong with the rows, from empty answers to leaks between splits.

        Parameters
        ----------
        recipe
            A `Recipe`: its token gate is asked too, which tells what would be cut, dropped or not trained.
        only
            Names of checks, of those in ``workbench.data.checks.CHECKS``; all by default.
        schema
            A JSON Schema or pydantic model that every answer must fit.
        progress
            Called with the rows done, the rows there are and what is being done; returning False cancels.

        Raises
        ------
        DatasetError
            For an unknown check or an invalid schema.
        CancelledError
            When `progress` returned False.
        """
        from workbench.data.checks import DataReport, check

        if recipe is not None and not hasattr(recipe, "problems"):
            raise DatasetError(f"check takes a Recipe, and names of checks as only=[...]; got {recipe!r}.")
        report = check(self, only, schema=schema, progress=progress)
        if recipe is None:
            return report
        return DataReport(report.findings, report.checked, recipe.replace({"dataset": self}).problems(tokens=True))

    def repair(
        self,
        *checks: str,
        drop: Mapping[str, Sequence[int]] | None = None,
        key: str | Path | None = None,
        progress: Callable[[int, int, str], Any] | None = None,
    ) -> Dataset:
        """A new data set in which faults are repaired; the source is never edited.

        Parameters
        ----------
        *checks
            Checks whose repair is wanted, by name, applied in this order: ``ds.repair("encoding", "near_duplicates")``.
            `Finding.repair` tells what each does.
        drop
            Rows to take out first, by split: ``{"train": [3, 9]}``.
        key
            A file for masked values, from which alone they can be told again (``"personal_data"``, ``"secrets"``).
        progress
            As for `check`.

        Raises
        ------
        DatasetError
            For unknown checks or rows, checks without a safe repair, or when no row of train would be left.
        """
        from workbench.data.repair import repair

        return repair(self, checks, drop=drop, key=key, progress=progress)

    def describe(self) -> str:
        """One sentence: how many rows, of which type, read as what."""
        counts = ", ".join(f"{count:,} {name}" for name, count in self.splits.items())
        chat = "conversational " if self.conversational else ""
        return f"{self.name}: {counts} rows of {chat}{self.type}, read as {self.layout}."

    def to_code(self) -> str:
        """The expression that makes this data set again; ``rows`` stands in it for rows that were given in memory."""
        return self._code

    def save(self, folder: str | Path | None = None) -> Path:
        """Write all splits as parquet files that `load_dataset` reads back with the same hash.

        Beside them stands ``workbench.json``, with the splits, the hash and what `repair` did. No file that is there
        already is touched.

        Parameters
        ----------
        folder
            A new or empty folder, or one with these very rows. By default one beside the source, named after it and
            the hash; for a source that is no file, ``datasets/HASH`` in the folder of the runs.

        Returns
        -------
        pathlib.Path
            The folder.

        Raises
        ------
        DatasetError
            When the folder holds something else, or cannot be written.
        """
        import pyarrow.parquet as pq

        path = Path(folder).expanduser() if folder is not None else self._beside()
        try:
            if path.is_dir() and any(path.iterdir()):
                if is_whole(path, self.hash):
                    return path
                raise DatasetError(f"{path} holds other or damaged files already. Name a new folder, or empty it.")
            path.mkdir(parents=True, exist_ok=True)
            for name, table in self._tables.items():
                pq.write_table(table, path / f"{name}.parquet")
            said = {
                "splits": list(self._tables),
                "hash": self.hash,
                "repairs": [each.to_dict() for each in self.repairs],
                "bytes": {name: (path / f"{name}.parquet").stat().st_size for name in self._tables},
            }
            (path / MARKER).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise DatasetError(f"{path} cannot be written ({error.strerror}). Name another folder.") from None
        return path

    def _beside(self) -> Path:
        source = Path(self._origin or "").expanduser().absolute()
        if not self._origin or self._origin in bundled_datasets() or not source.exists():
            return home() / "datasets" / self.hash
        return source.with_name(f"{source.name.partition('.')[0] or 'rows'}-{self.hash[:8]}")

    def __len__(self) -> int:
        return self._train.num_rows

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        if not isinstance(index, (int, slice)):
            raise TypeError(f"Rows are found by number, got {index!r}. A column is in to_pandas()[{index!r}].")
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(f"row {index} of {len(self)}")
        return readable_row(self._train.slice(index % len(self), 1).to_pylist()[0])

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.rows()

    def __repr__(self) -> str:
        return f"<Dataset {self.describe()}>"

    @property
    def _train(self) -> pa.Table:
        return self._tables["train"]

    def replaced(
        self, tables: Mapping[str, pa.Table], *, step: str = "", repairs: tuple[Repair, ...] | None = None
    ) -> Dataset:
        """The data set with other rows of the same columns; `step` is the code that makes them of these."""
        made = self._with(tables, self.name, step)
        made.notes = self.notes
        made.repairs = self.repairs if repairs is None else repairs
        return made

    def _with(self, tables: Mapping[str, pa.Table], name: str, step: str) -> Dataset:
        return Dataset(tables, type=self.type, conversational=self.conversational, layout=self.layout, name=name,
                       code=self._code + step, read_from=self.read_from, repairs=self.repairs,
                       set_aside=self.set_aside, origin=self._origin)  # fmt: skip


def _code(source: str | None, arguments: Mapping[str, Any]) -> str:
    given = [f"{name}={value!r}" for name, value in arguments.items() if value is not None]
    return f"wb.load_dataset({', '.join([repr(source) if source is not None else 'rows', *given])})"


def readable_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of an Arrow table with its turns as they were given."""
    for name in CANONICAL:
        if isinstance(row.get(name), list):
            row[name] = readable_turns(row[name])
    return row
