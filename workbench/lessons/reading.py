"""Training rows that teach to read: a question, passages of which one holds the answer, and the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from workbench.retrieval import READING, Index, Passage, with_passages

__all__ = ["reading_rows"]


def reading_rows(
    questions: Iterable[Mapping[str, Any]], index: Index, *, passages: int = 3, seed: int = 0
) -> list[dict[str, Any]]:
    """Questions with what an index finds for them, the gold passage always among it, in any order.

    A row without the passage that holds its answer would teach to make answers up. The order is drawn, so that the
    first passage is no better a guess than the others (Zhang et al. 2024, RAFT, arXiv 2403.10131, section 3).

    Parameters
    ----------
    questions
        Rows with ``prompt``, ``completion`` and ``gold``, of which the first is taken.
    passages
        How many a row gets.

    Returns
    -------
    list of dict
        ``prompt``, in the form of `workbench.retrieval.READING`, and ``completion``.
    """
    rng, known = Random(seed), {each.id: each for each in index.passages}
    rows = []
    for row in questions:
        gold = known[row["gold"][0]]
        others = [each for each in index.search(row["prompt"], passages) if each.id != gold.id]
        given: list[Passage] = [gold, *others[: passages - 1]]
        rng.shuffle(given)
        rows.append({"prompt": with_passages(row["prompt"], given, READING), "completion": f" {row['completion']}"})
    return rows
