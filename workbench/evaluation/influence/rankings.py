"""What a ranking must be held against: rows that are merely about the same, by words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from workbench.data.browse import plain_text

__all__ = ["bm25", "question_text", "texts"]


def texts(dataset: Any, numbers: Sequence[int]) -> list[str]:
    """The training rows of these numbers as one text each: prompt and answer, conversation, or text."""
    wanted = set(numbers)
    found = []
    for number, row in enumerate(dataset.rows("train")):
        if number in wanted:
            parts = [row[name] for name in ("prompt", "completion", "messages", "text") if row.get(name) is not None]
            found.append("\n".join(map(plain_text, parts)))
    return found


def question_text(prompt: Any, answer: str) -> str:
    """Prompt and answer as one text."""
    return f"{plain_text(prompt)}\n{answer}"


def bm25(documents: Sequence[str], query: str) -> np.ndarray:
    """BM25 scores of documents for a query, English stop words left out (bm25s, Lù 2024, arXiv 2407.03618)."""
    import bm25s

    index = bm25s.BM25()
    index.index(bm25s.tokenize(list(documents), stopwords="en", show_progress=False), show_progress=False)
    [words] = bm25s.tokenize([query], stopwords="en", return_ids=False, show_progress=False)
    known = [word for word in words if word in index.vocab_dict]
    return index.get_scores(known) if known else np.zeros(len(documents))
