"""The tokens of rows for the front end, window by window: shared by `TokenLens` and `DataPanel`."""

from __future__ import annotations

import threading
from typing import Any

from workbench.data.dataset import Dataset, readable_row
from workbench.errors import InvalidInputError
from workbench.models.loading import import_transformers
from workbench.objectives.lens import Encoder, Side

__all__ = ["WINDOW", "Tokens"]

WINDOW = 1_000
"""Tokens of a side that are drawn at a time."""


class Tokens:
    """Encodes one row at a time and remembers the last one.

    Parameters
    ----------
    recipe, model
        As for `Encoder`; the tokenizer is loaded when the first row is asked for.
    """

    def __init__(self, recipe: Any, model: Any):
        if recipe is not None and not hasattr(recipe, "objective"):
            raise InvalidInputError(f'recipe= must be a wb.Recipe, got {recipe!r}. For a model write model="...".')
        if recipe is not None or model is not None:
            import_transformers()  # rows are encoded in threads
        self.recipe, self.model = recipe, model
        self._lock = threading.Lock()
        self._encoder: Encoder | None = None
        self._last: tuple[Any, list[Side]] = (None, [])

    @property
    def possible(self) -> bool:
        """Whether there is anything to encode with."""
        return self.recipe is not None or self.model is not None

    def sides(self, dataset: Dataset, split: str, row: int) -> list[Side]:
        """All tokens of a row. Takes seconds the first time."""
        with self._lock:
            if self._encoder is None:
                self._encoder = Encoder(self.recipe, self.model)
            key = (dataset, split, row)
            if self._last[0] != key:
                [canonical] = dataset.arrow(split).slice(row, 1).to_pylist()
                self._last = (key, self._encoder.tokens(readable_row(canonical)))
            return self._last[1]

    def state(self, dataset: Dataset, split: str, row: int, start: int = 0) -> dict[str, Any]:
        """What the front end draws: a window of each side's tokens, from `start` on."""
        sides = self.sides(dataset, split, row)
        assert self._encoder is not None
        return {
            "split": split, "row": row, "model": self._encoder.name, "limit": self._encoder.limit, "window": WINDOW,
            "sides": [side.window(min(start, max(0, len(side.ids) - 1)), WINDOW) for side in sides],
        }  # fmt: skip
