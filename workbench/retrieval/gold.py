"""An index that knows the answer: each question gets the passages that its row names.

With it generation is judged alone, as if retrieval never failed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import DatasetError, InvalidInputError
from workbench.retrieval.index import Index

if TYPE_CHECKING:
    import numpy as np

__all__ = ["GoldIndex", "gold_of"]


class GoldIndex(Index):
    """An index of known questions. Others are refused."""

    kind = "gold"

    def _write(self, folder: Path) -> None:
        self._read(folder)

    def _read(self, folder: Path) -> None:
        self._places = {each.id: at for at, each in enumerate(self.passages)}

    def _scores(self, query: str) -> np.ndarray:
        import numpy as np

        if query not in self.settings["gold"]:
            raise InvalidInputError(
                f"No gold passage is known for the question {query[:80]!r}. Build gold_index of the rows asked."
            )
        scores = np.full(len(self), -np.inf)
        scores[[self._places[name] for name in self.settings["gold"][query]]] = 1.0
        return scores


def gold_of(row: dict[str, Any], known: set[str] | dict[str, Any], where: str) -> list[str]:
    """The ids of the passages that hold a row's answer, from its column ``gold``.

    Raises
    ------
    DatasetError
        When it names none, or one that is not among `known`.
    """
    gold = row.get("gold")
    if isinstance(gold, str):
        gold = json.loads(gold) if gold.startswith("[") else [gold]
    if not gold:
        raise DatasetError(f"{where} names no gold passage. Give it a column gold with the ids of its passages.")
    names = [str(name) for name in gold]
    if missing := [name for name in names if name not in known]:
        raise DatasetError(
            f"{where} names the gold passage {missing[0]!r}, which is not in the index. Use the index of the knowledge "
            "base that the questions were written for."
        )
    return names
