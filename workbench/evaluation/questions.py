"""What a data set asks, and the right answers where it has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.data.dataset import Dataset
from workbench.errors import DatasetError

__all__ = ["questions"]


def questions(dataset: Dataset, rows: Sequence[Mapping[str, Any]] | None = None) -> tuple[list[Any], list[str] | None]:
    """The prompts of a data set's rows, by default all of its train split, and the references to them.

    Returns
    -------
    (list, list of str or None)
        Each prompt is a text or a list of messages. The reference is the completion, or the last thing the assistant
        says; None for data without answers.

    Raises
    ------
    DatasetError
        For rows that ask nothing.
    """
    if dataset.type == "language_modeling" and not dataset.conversational:
        raise DatasetError(
            f"{dataset.name} holds plain texts, which ask nothing. Give rows with prompt and completion, or a "
            "list of prompts."
        )
    if "prompt" not in dataset.columns and "messages" not in dataset.columns:
        raise DatasetError(f"{dataset.name} has no prompts; its columns are {', '.join(dataset.columns)}.")
    rows = list(dataset) if rows is None else rows
    if "messages" in dataset.columns:
        pairs = [_last_turn(row["messages"]) for row in rows]
        return [prompt for prompt, _ in pairs], [reference for _, reference in pairs]
    prompts = [row["prompt"] for row in rows]
    if dataset.type != "prompt_completion":
        return prompts, None
    return prompts, [_said(row["completion"]) for row in rows]


def _last_turn(messages: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], str]:
    """The turns before the assistant's last one, and what it says there."""
    last = max((at for at, turn in enumerate(messages) if turn["role"] == "assistant"), default=len(messages))
    return messages[:last], messages[last]["content"] if last < len(messages) else ""


def _said(completion: Any) -> str:
    return completion if isinstance(completion, str) else "\n".join(turn["content"] for turn in completion)
