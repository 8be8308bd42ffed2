"""Embedding similarity: how near an answer is to its reference in meaning, by the vectors of a model.

A metric with a setting, so its name holds it: ``"embedding_similarity:FOLDER"``. It sees that two texts speak of the
same; it hardly sees a wrong number or a "not". Source: Reimers and Gurevych 2019, https://arxiv.org/abs/1908.10084.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidInputError, ModelNotFoundError
from workbench.metrics import Metric, as_metric

if TYPE_CHECKING:
    import numpy as np

    from workbench.retrieval.embedding import Embedder

__all__ = ["SIMILARITY", "metric_of"]

SIMILARITY = "embedding_similarity"


def metric_of(given: str | Metric | Callable[..., Any]) -> Metric:
    """A metric from its name, or a function: all that `as_metric` knows, and ``"embedding_similarity:MODEL"``.

    Parameters
    ----------
    given
        MODEL is the name or folder of a transformers model that takes the mean over tokens, or the folder of a
        sentence-transformers one.

    Raises
    ------
    InvalidInputError
        For what is no metric, and for a similarity without a model.
    """
    name, _, model = given.partition(":") if isinstance(given, str) else ("", "", "")
    if name != SIMILARITY:
        return as_metric(given)
    if not model:
        raise InvalidInputError(
            f"{SIMILARITY} needs a model that embeds texts, and none comes with the workbench. Give the folder of one: "
            f"{SIMILARITY + ':FOLDER'!r}, such as a copy of sentence-transformers/all-MiniLM-L6-v2."
        )
    from workbench.retrieval.embedding import Embedder

    try:
        measured = _Similarity(Embedder(model))
    except ModelNotFoundError as error:
        raise InvalidInputError(f"{SIMILARITY} cannot embed texts with {model!r}. {error}") from None
    said = (
        f"The cosine between the vectors of answer and reference, by the model {Path(model).name} "
        f"({measured.embedder.hash}): 1 for the same meaning. Wrong numbers hardly show in it."
    )
    return Metric(
        SIMILARITY, "Embedding similarity", said, measured, "mean", span=(-1.0, 1.0), prepare=measured.prepare
    )


class _Similarity:
    """The cosine of two texts. Vectors are kept, since systems share their references."""

    def __init__(self, embedder: Embedder):
        self.embedder = embedder
        self._known: dict[str, np.ndarray] = {}

    def __call__(self, answer: str, reference: str) -> float:
        if answer == reference:
            return 1.0
        if not answer.strip() or not reference.strip():
            return 0.0  # there is nothing in it that could mean the same
        self.prepare([answer, reference])
        return float(self._known[answer] @ self._known[reference])

    def prepare(self, texts: Sequence[str]) -> None:
        """Embed those that are not known yet, many at once."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known and text.strip()]
        if new:
            self._known.update(zip(new, self.embedder.vectors(new), strict=True))
