"""Repairs of a data set: rows taken out and texts mended, always the same way, with a log of what was done.

Nothing here touches the user's file: a repair makes new Arrow tables. Each check that has a safe repair names it
(`Finding.repair`); what no rule can decide is left to ``drop=``.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from workbench.data.checks import CHECKS, Progress, check, known
from workbench.data.checks.characters import mended, uncontrolled
from workbench.data.checks.private import Hit, personal_data, secrets
from workbench.data.checks.view import TEXT_COLUMNS
from workbench.data.findings import Finding, Repair
from workbench.data.store import Store, pieces, taken
from workbench.errors import DatasetError

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset

__all__ = ["MASKS", "PLACEHOLDER", "Mask", "Repair", "repair", "unmask"]

MASKS = ("personal_data", "secrets")
"""Repairs that put placeholders for values, and can keep these in a key file."""

#: What stands for a value in a masked text.
NAMES = {
    "email": "EMAIL", "phone number": "PHONE", "IBAN": "IBAN", "payment card": "CARD", "IP address": "IP",
    "social security number": "SSN",
}  # fmt: skip
SECRET = "SECRET"
PLACEHOLDER = re.compile(rf"<({'|'.join([*NAMES.values(), SECRET])})_(\d+)>")

#: Times a repair is asked again; rows and values that were hidden by others may come to light.
ROUNDS = 10


def repair(
    dataset: Dataset,
    checks: Sequence[str],
    *,
    drop: Mapping[str, Sequence[int]] | None = None,
    key: str | Path | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """A new data set in which the rows named are gone and the faults that the checks find are repaired.

    Texts are changed where a model learns from them: in prompts, answers and turns. Columns beside them stay as they
    are, so a masked address may still stand in a column of its own, which no training reads.

    Parameters
    ----------
    dataset
        Stays as it is.
    checks
        Names of checks that have a repair; applied in this order, after `drop`.
    drop
        Row numbers to take out, by split.
    key
        A file that remembers which placeholder stands for which value, for ``"personal_data"`` and ``"secrets"``.
        It is made where it does not exist, and continued where it does. Without it nobody can tell.
    progress
        As for `check`.

    Raises
    ------
    DatasetError
        For unknown checks, splits or rows, a check without a safe repair, a key that cannot be used, or when no row
        of train would be left.
    CancelledError
        When `progress` returned False.
    """
    known(checks)
    if drop is not None and not isinstance(drop, Mapping):
        raise DatasetError(f'drop= names rows by split, as {{"train": [3, 9]}}, got {drop!r}.')
    _allow(checks, drop, key)
    made: list[Repair] = []
    current = dataset
    if drop:
        drop = {split: _listed(numbers) for split, numbers in drop.items()}
        rows = {split: _numbers(dataset, split, numbers) for split, numbers in drop.items()}
        current = _logged(current, _without(current, rows), "drop", "drop the rows", _counts(rows), made)
    for name in checks:
        what = CHECKS[name].repair or ""
        touched: dict[str, int] = {}
        last = current
        for _ in range(ROUNDS):
            findings = check(last, (name,), progress=progress).findings
            if name in EDITS:
                tables, counts = EDITS[name](last, findings, key)
            else:
                rows = _rows_to_drop(findings)
                tables, counts = _without(last, rows), _counts(rows)
            if not any(counts.values()):
                break
            last = last.replaced(tables)
            touched = {split: touched.get(split, 0) + counts.get(split, 0) for split in (*touched, *counts)}
        current = _logged(current, {name: last.arrow(name) for name in last.splits}, name, what, touched, made)
    tables = {split: current.arrow(split) for split in current.splits}
    return dataset.replaced(tables, step=_step(checks, drop, key), repairs=(*dataset.repairs, *made))


def unmask(text: str, key: str | Path) -> str:
    """The text with the values back in place of their placeholders, as the key file has them."""
    values = _read_key(Path(key))
    return PLACEHOLDER.sub(lambda match: values.get(match[0], match[0]), text)


def _allow(checks: Sequence[str], drop: Mapping[str, Any] | None, key: str | Path | None) -> None:
    if not checks and not drop:
        able = ", ".join(name for name, made in CHECKS.items() if made.repair)
        raise DatasetError(
            f'Say what to repair: ds.repair("near_duplicates"), or drop={{"train": [3]}}. Known: {able}.'
        )
    for name in checks:
        if CHECKS[name].repair is None:
            raise DatasetError(
                f"There is no safe repair for {name!r}. {CHECKS[name].remedy.replace('{split}', 'the other split')} "
                'Rows go out with drop={"train": [3, 9]}.'
            )
    if key is not None and not isinstance(key, (str, os.PathLike)):
        raise DatasetError(f"key= must be the path of a file, got {key!r}.")
    if key is not None and not set(MASKS) & set(checks):
        raise DatasetError('key= belongs to "personal_data" and "secrets"; none of them is repaired here.')


def _logged(
    before: Dataset, tables: Mapping[str, pa.Table], name: str, what: str, counts: Mapping[str, int], made: list[Repair]
) -> Dataset:
    counts = {split: n for split, n in counts.items() if n}
    if not counts:
        return before
    after = before.replaced(tables)
    made += [Repair(name, what, split, n, before.hash, after.hash) for split, n in counts.items()]
    return after


def _rows_to_drop(findings: Iterable[Finding]) -> dict[str, np.ndarray]:
    """By split: the rows themselves, or, for leaks, the rows of train they were found in."""
    rows: dict[str, set[int]] = {}
    for finding in findings:
        split, numbers = ("train", finding.in_train) if finding.in_train else (finding.split, finding.rows)
        rows.setdefault(split, set()).update(numbers)
    return {split: np.array(sorted(numbers)) for split, numbers in rows.items()}


def _without(dataset: Dataset, rows: Mapping[str, np.ndarray]) -> dict[str, pa.Table]:
    tables = {}
    for split in dataset.splits:
        table = dataset.arrow(split)
        if split in rows:
            keep = np.ones(table.num_rows, bool)
            keep[rows[split]] = False
            table = taken(table, np.flatnonzero(keep))
        if table.num_rows:
            tables[split] = table
        elif split == "train":
            raise DatasetError(f"{dataset.name}: no row of train would be left. Repair less, or look at the source.")
    return tables


def _numbers(dataset: Dataset, split: str, numbers: Sequence[int]) -> np.ndarray:
    n = dataset.arrow(split).num_rows
    if isinstance(numbers, (str, bytes)) or not isinstance(numbers, Iterable):
        raise DatasetError(f"drop[{split!r}] must be a list of row numbers, got {numbers!r}.")
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, (int, np.integer)) or not 0 <= number < n:
            raise DatasetError(f"drop[{split!r}] names the row {number!r}; rows of {split} go from 0 to {n - 1}.")
    return np.unique(np.array(numbers, np.int64))


def _listed(numbers: Any) -> Any:
    """A set or generator of numbers as a list, to be gone through more than once."""
    return numbers if isinstance(numbers, (str, bytes)) or not isinstance(numbers, Iterable) else list(numbers)


def _counts(rows: Mapping[str, np.ndarray]) -> dict[str, int]:
    return {split: len(numbers) for split, numbers in rows.items()}


def _step(checks: Sequence[str], drop: Mapping[str, Sequence[int]] | None, key: str | Path | None) -> str:
    given = [repr(name) for name in checks]
    if drop:
        given.append(f"drop={ {split: sorted({int(number) for number in rows}) for split, rows in drop.items()}!r}")
    if key is not None:
        given.append(f"key={str(key)!r}")
    return f".repair({', '.join(given)})"


# Texts that are changed


def _edited(
    dataset: Dataset, findings: Iterable[Finding], edit: Callable[[str], str]
) -> tuple[dict[str, pa.Table], dict[str, int]]:
    """The tables with every text of the rows found passed through `edit`, and how many rows of a split changed."""
    rows = {finding.split: np.array(finding.rows) for finding in findings}
    tables, counts = {}, {}
    for split in dataset.splits:
        tables[split], counts[split] = dataset.arrow(split), 0
        if split in rows:
            tables[split], counts[split] = _edited_table(tables[split], rows[split], edit)
    return tables, counts


def _edited_table(table: pa.Table, rows: np.ndarray, edit: Callable[[str], str]) -> tuple[pa.Table, int]:
    """Row by row, so that what `edit` counts does not depend on how the table is cut into pieces."""
    columns = [name for name in TEXT_COLUMNS if name in table.column_names]
    store, start, changed = Store(), 0, 0
    for piece in pieces(table):
        mine = rows[(rows >= start) & (rows < start + piece.num_rows)] - start
        start += piece.num_rows
        if len(mine):
            old = piece.select(columns).take(pa.array(mine)).to_pylist()
            new = [{name: _deep(value, edit) for name, value in row.items()} for row in old]
            touched = [at for at, (before, after) in enumerate(zip(old, new, strict=True)) if before != after]
            changed += len(touched)
            for name in columns:
                piece = _replaced(piece, name, mine[touched], [new[at][name] for at in touched])
        store.add(piece)
    made = store.table()
    return (made if made is not None else table), changed


def _replaced(piece: pa.Table, name: str, rows: np.ndarray, values: list[Any]) -> pa.Table:
    """A table of one piece with other values in some rows of a column."""
    [column] = piece[name].chunks
    order = np.arange(len(column))
    order[rows] = len(column) + np.arange(len(rows))
    changed = pa.concat_arrays([column, pa.array(values, column.type)]).take(pa.array(order))
    return piece.set_column(piece.column_names.index(name), piece.schema.field(name), changed)


def _deep(value: Any, edit: Callable[[str], str]) -> Any:
    """The value with every text in it edited, but for the roles of turns."""
    if isinstance(value, str):
        return edit(value)
    if isinstance(value, dict):
        return {name: item if name == "role" else _deep(item, edit) for name, item in value.items()}
    return [_deep(item, edit) for item in value] if isinstance(value, list) else value


def _mend(
    dataset: Dataset, findings: Iterable[Finding], key: str | Path | None
) -> tuple[dict[str, pa.Table], dict[str, int]]:
    return _edited(dataset, findings, mended)


def _uncontrolled(
    dataset: Dataset, findings: Iterable[Finding], key: str | Path | None
) -> tuple[dict[str, pa.Table], dict[str, int]]:
    return _edited(dataset, findings, uncontrolled)


# Masks


class Mask:
    """Placeholders for values: the same value always the same one, numbered in the order of their first."""

    def __init__(self, look: Callable[[str], list[Hit]], values: Mapping[str, str], taken: Iterable[str]):
        self.look = look
        self.placeholders = {value: placeholder for placeholder, value in values.items()}
        self.next: dict[str, int] = {}
        for placeholder in (*values, *taken):
            match = PLACEHOLDER.fullmatch(placeholder)
            if match:
                self.next[match[1]] = max(self.next.get(match[1], 1), int(match[2]) + 1)

    def __call__(self, text: str) -> str:
        json_text, parts, at = _is_json(text), [], 0
        for hit in self.look(text):
            placeholder = self._placeholder(hit)
            if json_text and not _in_string(text, hit.start):
                placeholder = f'"{placeholder}"'  # a number of JSON becomes a text of JSON
            parts += [text[at : hit.start], placeholder]
            at = hit.stop
        return "".join([*parts, text[at:]])

    def _placeholder(self, hit: Hit) -> str:
        if hit.value not in self.placeholders:
            name = NAMES.get(hit.kind, SECRET)
            number = self.next.get(name, 1)
            self.next[name] = number + 1
            self.placeholders[hit.value] = f"<{name}_{number}>"
        return self.placeholders[hit.value]


def _is_json(text: str) -> bool:
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _in_string(text: str, at: int) -> bool:
    """Whether a place of a JSON text lies between quotes."""
    return len(re.findall(r'(?<!\\)(?:\\\\)*"', text[:at])) % 2 == 1


def _masking(look: Callable[[str], list[Hit]]) -> Callable[..., tuple[dict[str, pa.Table], dict[str, int]]]:
    def mask(
        dataset: Dataset, findings: Iterable[Finding], key: str | Path | None
    ) -> tuple[dict[str, pa.Table], dict[str, int]]:
        values = _read_key(Path(key)) if key is not None and Path(key).exists() else {}
        masker = Mask(look, values, _standing(dataset))
        done = _edited(dataset, findings, masker)
        if key is not None:
            _write_key(Path(key), {placeholder: value for value, placeholder in masker.placeholders.items()})
        return done

    return mask


def _standing(dataset: Dataset) -> set[str]:
    """Placeholders that stand in the texts already, from an earlier repair."""
    from workbench.data.checks.base import hits
    from workbench.data.checks.view import batches

    return {match[0]
            for split in dataset.splits for batch in batches(split, dataset.arrow(split)) for part in batch.parts
            for text in hits(part, PLACEHOLDER.pattern)[1] for match in PLACEHOLDER.finditer(text)}  # fmt: skip


def _read_key(path: Path) -> dict[str, str]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"The key {path} cannot be read: {error}. Name the file that an earlier mask wrote."
        ) from error
    if not isinstance(values, dict) or not all(PLACEHOLDER.fullmatch(name) for name in values):
        raise DatasetError(
            f"{path} is no key of masked values. Name the file that an earlier mask wrote, or a new one."
        )
    return values


def _write_key(path: Path, values: Mapping[str, str]) -> None:
    draft = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(values, file, ensure_ascii=False, indent=1)
        draft.replace(path)
    except OSError as error:
        raise DatasetError(f"The key {path} cannot be written ({error.strerror}). Name another file.") from None


EDITS: dict[str, Callable[..., tuple[dict[str, pa.Table], dict[str, int]]]] = {
    "encoding": _mend,
    "control_characters": _uncontrolled,
    "personal_data": _masking(personal_data),
    "secrets": _masking(secrets),
}
"""Repairs that change texts; all others take rows out."""
