"""Data sets with one fault put in on purpose, to see what each fault costs.

A spoiled set has as many training rows as the clean one, and the same validation and test rows, so that a difference
between two runs is the fault's own.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidInputError
from workbench.settings import nearest

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset

__all__ = ["FAULTS", "spoil"]

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
    import datasets as hf

    from workbench.data.dataset import load_dataset

    if fault not in FAULTS:
        raise InvalidInputError(f"There is no fault {fault!r}{nearest(fault, FAULTS)}. Faults: {', '.join(FAULTS)}.")
    rows = list(dataset.rows("train"))
    count, most = round(share * len(rows)), {"contradictions": len(rows) // 2, "repeats": len(rows) - 1}
    if not 0 < count <= most.get(fault, len(rows)):
        raise InvalidInputError(f"share= {share!r} of {len(rows)} rows cannot be spoiled with {fault}.")
    chosen = random.Random(seed).sample(range(len(rows)), count)
    splits = {name: list(dataset.rows(name)) for name in dataset.splits if name != "train"}
    spoiled = {"train": FAULTS[fault](rows, chosen, splits.get("test", [])), **splits}
    return load_dataset(hf.DatasetDict({name: hf.Dataset.from_list(part) for name, part in spoiled.items()}))


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
