"""How long the rows are, for `DataPanel`: counted in the background, with progress, and given up when asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.data.dataset import Dataset
from workbench.data.histogram import Histogram
from workbench.errors import CancelledError
from workbench.objectives.lengths import row_lengths

__all__ = ["Lengths"]


class Lengths:
    """The histograms of one split at a time.

    Parameters
    ----------
    model, recipe
        As for `row_lengths`.
    show
        Called with the state to draw, as plain data.
    """

    def __init__(self, model: Any, recipe: Any, show: Callable[[dict[str, Any]], None]):
        self.model, self.recipe = model, recipe
        self.histograms: list[Histogram] = []
        self._show = show
        self._ticket = 0  # an older count gives up

    def begin(self) -> int:
        """Forget the last histograms; the ticket that `count` wants."""
        self._ticket += 1
        self.histograms = []
        self._show({"note": "Counting lengths …"})
        return self._ticket

    def cancel(self) -> None:
        """Give up what is being counted."""
        self._ticket += 1
        self._show({"note": "The lengths were not counted."})

    def count(self, ticket: int, dataset: Dataset, split: str) -> bool:
        """Count and show; whether it was done to the end."""

        def progress(done: int, total: int) -> bool:
            if ticket != self._ticket:
                return False
            text = f"Counting tokens: {done:,} of {total:,}"
            self._show({"progress": {"running": True, "done": done, "total": total, "text": text}})
            return True

        try:
            histograms = row_lengths(dataset, split, model=self.model, recipe=self.recipe, progress=progress)
        except CancelledError:
            return False  # another split was asked for, or nothing at all
        except Exception:
            if ticket == self._ticket:
                self._show({"note": "The lengths could not be counted."})
            raise
        if ticket != self._ticket:
            return False
        self.histograms = histograms
        self._show({"histograms": [drawn.to_dict() for drawn in histograms]})
        return True
