"""BM25: passages are found by the words they share with the question, rare ones counting more.

Source: Robertson and Zaragoza 2009, https://doi.org/10.1561/1500000019; Lucene's variant as in the library bm25s
(Lù 2024, https://arxiv.org/abs/2407.03618). `k1` and `b` are that library's defaults.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.retrieval.index import Index

if TYPE_CHECKING:
    import numpy as np

__all__ = ["BM25", "BM25Index", "words"]

BM25 = {"method": "lucene", "k1": 1.5, "b": 0.75}
_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """Runs of letters and digits without regard to case; no stemming, no stop words, so that any language will do.

    >>> words("What does the repair cost?")
    ['what', 'does', 'the', 'repair', 'cost']
    """
    return _WORD.findall(text.casefold())


class BM25Index(Index):
    """An index by words. Passages that share no word with the question are not found."""

    kind = "bm25"

    def _build(self) -> None:
        import bm25s

        self._bm25: Any = bm25s.BM25(**self.settings)
        self._bm25.index([words(each.text) or [""] for each in self.passages], show_progress=False)

    def _write(self, folder: Path) -> None:
        self._build()
        self._bm25.save(folder / "bm25s", show_progress=False)

    def _read(self, folder: Path) -> None:
        import bm25s

        self._bm25 = bm25s.BM25.load(folder / "bm25s")

    def _scores(self, query: str) -> np.ndarray:
        import numpy as np

        known = self._bm25.get_tokens_ids(words(query))
        if not known:
            return np.full(len(self), -np.inf)
        scores = self._bm25.get_scores_from_ids(known)
        return np.where(scores > 0, scores, -np.inf)
