"""Which rows an evaluation uses, and a sentence that says so."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.data.dataset import Dataset, load_dataset
from workbench.errors import DatasetError, InvalidInputError

if TYPE_CHECKING:
    from workbench.evaluation.report import Report

__all__ = ["Picked", "opened", "pick_numbers", "pick_prompts", "pick_rows", "rows_of"]


@dataclass(frozen=True)
class Picked:
    """The rows of one evaluation.

    Attributes
    ----------
    dataset : Dataset
        The split they come from, as its train role.
    facts : dict
        What that data set is: ``name``, ``type``, ``hash``, ``split`` (``"all"`` where the data has
        only one) and ``rows``, how many the split has.
    numbers : tuple of int
        Which rows of the split, from 0, in its order.
    rows : list of dict
        Those rows.
    note : str
        All this in a sentence.
    """

    dataset: Dataset
    facts: dict[str, Any]
    numbers: tuple[int, ...]
    rows: list[dict[str, Any]]
    note: str

    def to_dict(self) -> dict[str, Any]:
        """Plain data, from which `from_dict` makes them again without the data set."""
        return {"facts": self.facts, "numbers": list(self.numbers), "rows": self.rows, "note": self.note}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Picked:
        """The rows that `to_dict` wrote."""
        rows = list(plain["rows"])
        return cls(load_dataset(rows, split={}), plain["facts"], tuple(plain["numbers"]), rows, plain["note"])


def opened(given: Any) -> Dataset:
    """A data set as given or named.

    What is named may be what was trained on, so its splits are cut as ever; of rows in memory none is split off.
    """
    if isinstance(given, Dataset):
        return given
    return load_dataset(given) if isinstance(given, (str, os.PathLike)) else load_dataset(given, split={})


def pick_rows(dataset: Any, max_rows: int | None = None, *, type: str | None = None) -> Picked:
    """The rows to evaluate on: the test split where there is one, else all rows given.

    Parameters
    ----------
    dataset
        A `Dataset`, or anything `load_dataset` takes. Rows in memory are used as they are, none is split off.
    max_rows
        At most so many, drawn with seed 0 and kept in the order of the data, so that a sorted file is no trap.
    type
        The only type of data allowed.

    Raises
    ------
    DatasetError
        When the data cannot be read, or is of another type.
    InvalidInputError
        For a `max_rows` below 1.
    """
    whole = max_rows is None or (isinstance(max_rows, int) and not isinstance(max_rows, bool) and max_rows >= 1)
    if not whole:
        raise InvalidInputError(
            f"max_rows must be a whole number of at least 1, got {max_rows!r}. None takes all rows."
        )
    dataset = opened(dataset)
    if type is not None and (dataset.type != type or dataset.conversational):
        kind = f"{'conversational ' if dataset.conversational else ''}{dataset.type}"
        raise DatasetError(f"{dataset.name} is {kind}; {type} is needed here.")
    split = "test" if "test" in dataset.splits else "all" if len(dataset.splits) == 1 else "train"
    chosen = dataset if split == "all" else dataset.split(split)
    count = len(chosen)
    numbers = pick_numbers(count, max_rows)
    rows = list(chosen) if len(numbers) == count else [chosen[number] for number in numbers]
    facts = {"name": chosen.name, "type": chosen.type, "hash": chosen.hash, "split": split, "rows": count}
    return Picked(chosen, facts, numbers, rows, _note(dataset, split, len(numbers), count))


def pick_prompts(prompts: Any, references: Iterable[str] | None) -> Picked | None:
    """Prompts as the rows of a data set: one that is given, or made of a list and the right answers to it."""
    if isinstance(prompts, Dataset):
        return pick_rows(prompts)
    asked, answers = list(prompts or []), None if references is None else list(references)
    if answers is not None and len(answers) != len(asked):
        raise InvalidInputError(
            f"references= must have one answer for each of the {len(asked)} prompts, got {len(answers)}."
        )
    if not asked:
        return None
    pairs = [
        {"prompt": prompt} | ({"completion": answers[at]} if answers is not None else {})
        for at, prompt in enumerate(asked)
    ]
    return pick_rows(load_dataset(pairs, split={}))


def rows_of(report: Report, dataset: Any) -> list[dict[str, Any]]:
    """The rows of a report with all their columns, from the data that was evaluated.

    Raises
    ------
    DatasetError
        When the data is another.
    """
    data = dataset if isinstance(dataset, Dataset) else load_dataset(dataset, split={})
    if report.dataset["split"] in data.splits and len(data.splits) > 1:
        data = data.split(report.dataset["split"])
    if data.hash != report.dataset["hash"]:
        raise DatasetError(f"{data.name} is not the data of the report, {report.dataset['name']}: its rows differ.")
    return [data[number] for number in report.row_numbers]


def pick_numbers(count: int, max_rows: int | None) -> tuple[int, ...]:
    """At most `max_rows` of so many rows, drawn with seed 0, in ascending order."""
    if max_rows is None or max_rows >= count:
        return tuple(range(count))
    return tuple(sorted(random.Random(0).sample(range(count), max_rows)))


def _note(dataset: Dataset, split: str, used: int, count: int) -> str:
    where = dataset.name if split == "all" else f"the {split} split of {dataset.name}"
    text = f"All {count:,} rows of {where}." if used == count else (
        f"{used:,} of the {count:,} rows of {where}, drawn with seed 0."
    )  # fmt: skip
    return text + (" It has no test split." if split == "train" else "")
