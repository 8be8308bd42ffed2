"""Data sets with one fault put in on purpose, to see what each fault costs.

A spoiled set has as many training rows as the clean one, and the same validation and test rows, so that a difference
between two runs is the fault's own.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidInputError
from workbench.settings import nearest

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset

__all__ = ["FAULTS", "PLANTED", "flip_labels", "from_splits", "planted", "spoil"]

Rows = list[dict[str, Any]]


def spoil(dataset: Dataset, fault: str, share: float, seed: int = 0) -> Dataset:
    """Return the data set with a fault in a share of its training rows.

    Parameters
    ----------
    dataset
        Rows of prompt and completion, with a test split.
    fault
        ``"wrong answers"``: the answers change places among themselves. ``"contradictions"``: rows make room for
        copies of others that give another row's answer. ``"repeats"``: rows make room for exact copies of the first
        rows that are left. ``"leak"``: rows make room for the first test rows, as many as fit. ``"wrong template"``:
        prompts carry the markers of another model's template.
    share
        Of the training rows, above 0 and at most 1 (contradictions: at most a half; repeats: below 1).
    seed
        Which rows.

    Returns
    -------
    Dataset
        With all splits of `dataset`.

    Raises
    ------
    InvalidInputError
        For another fault or share.
    """
    if fault not in FAULTS:
        raise InvalidInputError(f"There is no fault {fault!r}{nearest(fault, FAULTS)}. Faults: {', '.join(FAULTS)}.")
    rows = list(dataset.rows("train"))
    count, most = round(share * len(rows)), {"contradictions": len(rows) // 2, "repeats": len(rows) - 1}
    if not 0 < count <= most.get(fault, len(rows)):
        raise InvalidInputError(f"share= {share!r} of {len(rows)} rows cannot be spoiled with {fault}.")
    chosen = random.Random(seed).sample(range(len(rows)), count)
    splits = {name: list(dataset.rows(name)) for name in dataset.splits if name != "train"}
    spoiled = {"train": FAULTS[fault](rows, chosen, splits.get("test", [])), **splits}
    return from_splits(spoiled)


def from_splits(splits: Mapping[str, Rows]) -> Dataset:
    """A data set of the rows of each split."""
    import datasets as hf

    from workbench.data.dataset import load_dataset

    return load_dataset(hf.DatasetDict({name: hf.Dataset.from_list(rows) for name, rows in splits.items()}))


def _wrong_answers(rows: Rows, chosen: list[int], test: Rows) -> Rows:
    answers = [rows[number]["completion"] for number in chosen]
    for number, answer in zip(chosen, [*answers[1:], answers[0]], strict=True):
        rows[number] = {**rows[number], "completion": answer}
    return rows


def _contradictions(rows: Rows, chosen: list[int], test: Rows) -> Rows:
    others = [number for number in range(len(rows)) if number not in set(chosen)]
    for number, other in zip(chosen, others, strict=False):
        rows[number] = {**rows[other], "completion": rows[number]["completion"]}
    return rows


def _repeats(rows: Rows, chosen: list[int], test: Rows) -> Rows:
    left = [number for number in range(len(rows)) if number not in set(chosen)]
    for turn, number in enumerate(chosen):
        rows[number] = dict(rows[left[turn % len(left)]])
    return rows


def _leak(rows: Rows, chosen: list[int], test: Rows) -> Rows:
    for number, row in zip(chosen, test, strict=False):
        rows[number] = dict(row)
    return rows


def _wrong_template(rows: Rows, chosen: list[int], test: Rows) -> Rows:
    for number in chosen:
        prompt = rows[number]["prompt"]
        rows[number] = {**rows[number], "prompt": f"<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n"}
    return rows


FAULTS: dict[str, Callable[[Rows, list[int], Rows], Rows]] = {
    "wrong answers": _wrong_answers,
    "contradictions": _contradictions,
    "repeats": _repeats,
    "leak": _leak,
    "wrong template": _wrong_template,
}


def flip_labels(dataset: Dataset, share: float, seed: int = 0) -> Dataset:
    """Return preference pairs of which a share of the training ones is turned round: the rejected reply is the chosen.

    Parameters
    ----------
    dataset
        Rows with ``chosen`` and ``rejected``.
    share
        Of the training pairs, from 0 to 1.
    seed
        Which pairs.

    Returns
    -------
    Dataset
        With all splits of `dataset`, and a further column ``flipped``, which is true of the pairs turned round.

    Raises
    ------
    InvalidInputError
        For rows that are no pairs, and another share.
    """
    if dataset.type != "preference":
        raise InvalidInputError(f"flip_labels takes pairs of chosen and rejected; these rows are {dataset.type}.")
    if not 0 <= share <= 1:
        raise InvalidInputError(f"share= {share!r} must lie between 0 and 1.")
    splits = {name: [{**row, "flipped": False} for row in dataset.rows(name)] for name in dataset.splits}
    pairs = splits["train"]
    for number in random.Random(seed).sample(range(len(pairs)), round(share * len(pairs))):
        row = pairs[number]
        pairs[number] = {**row, "chosen": row["rejected"], "rejected": row["chosen"], "flipped": True}
    return from_splits(splits)


PLANTED = (
    "empty answer",
    "repeated row",
    "near duplicate",
    "contradiction",
    "leaked test row",
    "broken encoding",
    "secret",
    "broken JSON",
    "other template",
    "refusal",
)
"""The kinds of fault in `planted`, two rows of each."""


def planted(seed: int = 0) -> tuple[Dataset, dict[str, list[int]]]:
    """Return a set of 260 training rows in which twenty have a fault, and which rows these are.

    Parameters
    ----------
    seed
        Which rows.

    Returns
    -------
    Dataset
        Tickets, with validation and test rows.
    dict
        For each kind of `PLANTED` its rows. Of rows that belong together (a repeat, a contradiction) the later one.
    """
    import datasets as hf

    from workbench.data.dataset import load_dataset

    tickets = load_dataset("support-desk/tickets")
    splits = {
        name: [{"prompt": row["prompt"], "completion": row["completion"]} for row in tickets.split(name).head(count)]
        for name, count in (("train", 260), ("validation", 30), ("test", 60))
    }
    rows, test = splits["train"], splits["test"]
    numbers = random.Random(seed).sample(range(60, len(rows)), 2 * len(PLANTED))
    where = {kind: sorted(numbers[2 * at : 2 * at + 2]) for at, kind in enumerate(PLANTED)}
    for kind, (first, second) in where.items():
        for turn, number in enumerate((first, second)):
            rows[number] = _with_fault(kind, rows[number], rows[turn + 2 * PLANTED.index(kind)], test[turn])
    made = load_dataset(hf.DatasetDict({name: hf.Dataset.from_list(part) for name, part in splits.items()}))
    return made, where


def _with_fault(kind: str, row: dict[str, Any], earlier: dict[str, Any], of_test: dict[str, Any]) -> dict[str, Any]:
    prompt, answer = row["prompt"], row["completion"]
    return {
        "empty answer": {"prompt": prompt, "completion": " "},
        "repeated row": earlier,
        "near duplicate": {**earlier, "prompt": f"{earlier['prompt']}\nThanks"},
        "contradiction": {**earlier, "completion": answer},
        "leaked test row": of_test,
        "broken encoding": {**row, "prompt": f"{prompt}\nGrüße aus Köln, schönen Tag".encode().decode("cp1252")},
        "secret": {**row, "prompt": f"{prompt}\nMy key is AKIA{'Q3EGRTZ7LKXW2M5D'}, is it still valid?"},
        "broken JSON": {**row, "completion": answer[:-9]},
        "other template": {**row, "prompt": f"<|im_start|>user\n{prompt}<|im_end|>"},
        "refusal": {**row, "completion": "I'm sorry, but as an AI language model I cannot help with that."},
    }[kind]
