"""What tuning has to beat: the same base, asked as well as it can be without it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from workbench.data.dataset import Dataset, load_dataset
from workbench.errors import DatasetError, InvalidInputError
from workbench.models.system import System

__all__ = ["draw_shots", "untuned_systems"]


def untuned_systems(
    model: Any, dataset: Any, shots: Sequence[int] = (0, 3), seed: int = 0, schema: Any = None
) -> list[System]:
    """The base model as it is, one system for each number of shots, and with a schema one more that is held to it.

    A claim about tuning compares with the best of them: ``report.best(untuned)``.

    Parameters
    ----------
    model
        The base: what `System` takes.
    dataset
        A `Dataset`, or anything `load_dataset` takes; shots are rows of its train split, never of the others.
    shots
        How many examples each system is shown. 0 is zero-shot.
    seed
        Draws the shots. Fewer shots are the first of more.
    schema
        Where answers are records, what they must fit: a JSON Schema or pydantic model, as for `System`.

    Returns
    -------
    list of System
        Named ``"zero-shot"``, ``"3-shot"`` and so on; then ``"zero-shot, schema"`` and so on.
    """
    if not shots:
        raise InvalidInputError("shots= is empty. Give at least one number, such as (0, 3).")
    drawn = draw_shots(dataset, max(shots), seed)
    free = [System(model, shots=drawn[:count], name=f"{count}-shot" if count else "zero-shot") for count in shots]
    if schema is None:
        return free
    return [*free, *(System(system, schema=schema, name=f"{system.name}, schema") for system in free)]


def draw_shots(dataset: Any, count: int, seed: int = 0) -> list[tuple[str, str]]:
    """Pairs of prompt and answer from the train split, drawn with `seed`.

    Raises
    ------
    DatasetError
        When the rows have no answers, or are conversations of several turns, or are too few.
    InvalidInputError
        For a negative count.
    """
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise InvalidInputError(f"The number of shots must be a whole number of at least 0, got {count!r}.")
    if count == 0:
        return []
    data = dataset if isinstance(dataset, Dataset) else load_dataset(dataset)
    if data.type != "prompt_completion" and "messages" not in data.columns:
        raise DatasetError(f"{data.name} is {data.type}: shots need rows with an answer. Use shots=(0,).")
    if count > len(data):
        raise DatasetError(
            f"{data.name} has {len(data)} training rows, which is fewer than the {count} shots asked for."
        )
    numbers = random.Random(seed).sample(range(len(data)), count)
    return [_pair(data[number], data.name) for number in numbers]


def _pair(row: dict[str, Any], name: str) -> tuple[str, str]:
    if "messages" in row:
        turns = row["messages"]
    else:
        prompt, answer = row["prompt"], row["completion"]
        turns = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else list(prompt)
        turns += [{"role": "assistant", "content": answer}] if isinstance(answer, str) else list(answer)
    told = [turn for turn in turns if turn["role"] != "system"]
    if [turn["role"] for turn in told] != ["user", "assistant"]:
        raise DatasetError(
            f"{name} holds conversations of several turns, which cannot be shown as one question and answer. Use "
            "shots=(0,)."
        )
    return told[0]["content"], told[1]["content"]
