"""`Influence`: training rows in the order of their pull on an answer, beside rankings that know nothing of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidInputError

if TYPE_CHECKING:
    import pandas as pd

    from workbench.data.dataset import Dataset

__all__ = ["RANKINGS", "Influence"]

RANKINGS = ("influence", "bm25", "embedding")
SHOWN = 10


@dataclass(frozen=True)
class Influence:
    """Training rows ranked by their pull on an answer. Made by ``wb.influence``.

    Parameters
    ----------
    run
        The run's folder.
    prompt, answer
        What was traced.
    form
        ``"cosine"`` or ``"dot"``.
    dimensions
        What gradients were shortened to; None where they were whole.
    steps
        The steps of the checkpoints used.
    computed
        Vectors of training rows that were computed for this question; the others were there.
    numbers
        The training rows that were ranked. Rows in which nothing is trained are not among them.
    scores
        One score a row for each of `RANKINGS`. ``"influence"``: above zero the row pulled towards the answer, below
        away from it. ``"bm25"``: words in common. ``"embedding"``: cosine of the base model's mean hidden states.
    """

    run: str
    prompt: Any
    answer: str
    form: str
    dimensions: int | None
    steps: Sequence[int]
    computed: int
    numbers: Sequence[int] = field(repr=False)
    scores: Mapping[str, Sequence[float]] = field(repr=False)

    def ranked(self, by: str = "influence") -> list[int]:
        """Numbers of all training rows ranked, the strongest first.

        Raises
        ------
        InvalidInputError
            For a ranking that there is none of.
        """
        return [self.numbers[place] for place in self._order(by)]

    @property
    def rows(self) -> list[int]:
        """Numbers of all training rows, the strongest pull first."""
        return self.ranked()

    def table(self, n: int = SHOWN, by: str = "influence") -> pd.DataFrame:
        """The first `n` rows of a ranking: ``rank, row, split, score, prompt, completion``; texts as they were read.

        Rows of plain text or messages have them under ``completion``.
        """
        import pandas as pd

        from workbench.data.browse import plain_text

        out = []
        for rank, place in enumerate(self._order(by)[:n], 1):
            row = self._data[self.numbers[place]]
            said = next((row[name] for name in ("completion", "messages", "text") if row.get(name) is not None), "")
            asked = plain_text(row["prompt"]) if row.get("prompt") is not None else ""
            out.append([rank, self.numbers[place], "train", self.scores[by][place], asked, plain_text(said)])
        return pd.DataFrame(out, columns=["rank", "row", "split", "score", "prompt", "completion"])

    @cached_property
    def dataset(self) -> Dataset:
        """The training rows, the strongest pull first, with their number as ``train_row`` and their ``influence``."""
        import pyarrow as pa

        order = self._order("influence")
        table = self._data.arrow("train").take(pa.array([self.numbers[place] for place in order]))
        for name, values in (("train_row", self.numbers), ("influence", self.scores["influence"])):
            if name not in table.column_names:
                table = table.append_column(name, pa.array([values[place] for place in order]))
        return self._data.replaced({"train": table})

    def agreement(self, by: str = "embedding") -> int:
        """How many of the first ten rows are also among the first ten of another ranking.

        Raises
        ------
        InvalidInputError
            For a ranking that there is none of.
        """
        return len(set(self.rows[:SHOWN]) & set(self.ranked(by)[:SHOWN]))

    @property
    def sentence(self) -> str:
        """What was compared, the strongest row, and how far rankings that know nothing of the run say the same."""
        steps = ", ".join(f"{step:,}" for step in self.steps)
        where = f"checkpoints of steps {steps}" if len(self.steps) > 1 else f"only the weights of step {steps}"
        best = self._order("influence")[0]
        return (
            f"{len(self.numbers):,} training rows, ranked by {self.form} of gradients over {where}: row "
            f"{self.numbers[best]:,} pulled most ({self.scores['influence'][best]:.3g}). Of its first "
            f"{min(SHOWN, len(self.numbers))}, {self.agreement()} are also first by likeness of the texts (embeddings) "
            f"and {self.agreement('bm25')} by shared words (BM25), which know nothing of the run."
        )

    def _order(self, by: str) -> list[int]:
        if by not in self.scores:
            raise InvalidInputError(f"There is no ranking {by!r}. There are {', '.join(self.scores)}.")
        values = self.scores[by]
        return sorted(range(len(values)), key=lambda place: -values[place])  # stable: ties in the order of the data

    @cached_property
    def _data(self) -> Dataset:
        from workbench.runs.run import Run

        return Run(self.run).recipe.load_dataset()

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.sentence)}</p>{self.table().to_html(index=False, escape=True)}"
