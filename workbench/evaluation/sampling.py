"""Pairs of replies to label: two that a system draws, or one of each of two systems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.data.dataset import Dataset
from workbench.data.turns import reply_to
from workbench.errors import InvalidInputError
from workbench.evaluation.questions import questions
from workbench.runs.generation import generate

__all__ = ["sample_pairs"]

ANSWERS = ("chosen", "rejected", "completion", "messages", "a", "b")


def sample_pairs(
    system: Any,
    prompts: Dataset | Sequence[Any],
    other: Any = None,
    *,
    temperature: float = 1.0,
    seed: int = 0,
    **decoding: Any,
) -> list[dict[str, Any]]:
    """Two replies to each prompt, as rows for `wb.panels.PreferencePanel`.

    Replies that the model itself writes are the ones a reward model or DPO most needs labels of.

    Parameters
    ----------
    system
        As for `wb.generate`: a `System`, a model's name, a run, a function.
    prompts
        Texts, lists of messages, rows with ``prompt``, or a `Dataset`; of its conversations, what stands before the
        last answer. Other columns are kept, but for its own answers.
    other
        The system that writes the second reply. Default: the same one, with another seed.
    temperature, seed, decoding
        As for `wb.generate`. The second reply is drawn with the next seed.

    Returns
    -------
    list of dict
        ``prompt``, ``a`` (of `system`), ``b`` (of `other`), and the row's other columns. After a prompt of messages, a
        reply is a list of one.

    Raises
    ------
    InvalidInputError
        At temperature 0 without a second system, since both replies would be the same; for prompts that are neither
        text nor messages.
    DatasetError
        For a data set that asks nothing.
    GenerationError
        Where a prompt got no answer.
    """
    if temperature == 0 and (other is None or other is system):
        raise InvalidInputError(
            "temperature is 0: both replies of one system would be the same. Give a temperature above 0, or other=."
        )
    if isinstance(prompts, str):
        raise InvalidInputError(f"prompts takes a list of texts, got the text {prompts[:60]!r}. Put it into a list.")
    rows = [dict(each) if isinstance(each, Mapping) else {"prompt": each} for each in prompts]
    if isinstance(prompts, Dataset):
        rows = [{**row, "prompt": prompt} for row, prompt in zip(rows, questions(prompts)[0], strict=True)]
    for number, row in enumerate(rows):
        if not isinstance(row.get("prompt"), (str, list)):
            raise InvalidInputError(
                f"Row {number} has no text and no messages as its prompt, got {row.get('prompt')!r}."
            )
    asked = [row["prompt"] for row in rows]
    first = generate(system, asked, temperature=temperature, seed=seed, **decoding)
    second = generate(system if other is None else other, asked, temperature=temperature, seed=seed + 1, **decoding)
    kept = [{name: value for name, value in row.items() if name not in ANSWERS} for row in rows]
    return [
        {**row, "a": reply_to(row["prompt"], a), "b": reply_to(row["prompt"], b)}
        for row, a, b in zip(kept, first, second, strict=True)
    ]
