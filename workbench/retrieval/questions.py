"""What a row asks, and which passages hold the answer."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from workbench.errors import DatasetError, InvalidInputError

__all__ = ["asked_at", "checked_gold", "gold_of", "question_of"]


def question_of(prompt: Any) -> str:
    """What is asked: the text, or the last user turn of a list of messages."""
    return prompt if isinstance(prompt, str) else prompt[asked_at(prompt)]["content"]


def asked_at(messages: Sequence[Mapping[str, Any]]) -> int:
    """Which turn of a conversation asks.

    Raises
    ------
    InvalidInputError
        When the user says nothing in it.
    """
    at = max((at for at, turn in enumerate(messages) if turn["role"] == "user"), default=None)
    if at is None:
        raise InvalidInputError("A conversation without a user turn asks nothing that could be looked up.")
    return at


def gold_of(row: Mapping[str, Any], where: str) -> list[str]:
    """The ids of the passages that hold a row's answer, from its column ``gold``: a list, or one id.

    Raises
    ------
    DatasetError
        When it names none.
    """
    gold = row.get("gold")
    if isinstance(gold, str):
        gold = json.loads(gold) if gold.startswith("[") else [gold]
    if not gold:
        raise DatasetError(f"{where} names no gold passage. Give it a column gold with the ids of its passages.")
    return [str(name) for name in gold]


def checked_gold(row: Mapping[str, Any], known: Collection[str], where: str) -> list[str]:
    """As `gold_of`, and all of them among the ids that are known.

    Raises
    ------
    DatasetError
        When it names none, or one that is not known.
    """
    names = gold_of(row, where)
    if missing := [name for name in names if name not in known]:
        raise DatasetError(
            f"{where} names the gold passage {missing[0]!r}, which is not in the index. Use the index of the knowledge "
            "base that the questions were written for."
        )
    return names
