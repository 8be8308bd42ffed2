"""Retrieval judged alone: are the passages that hold the answer found, and how far up?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.errors import DatasetError, InvalidInputError
from workbench.evaluation import statistics
from workbench.evaluation.picking import pick_rows
from workbench.evaluation.results import Interval
from workbench.metrics import ranking
from workbench.retrieval import open_index
from workbench.retrieval.questions import checked_gold, question_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RetrievalReport", "judge_retrieval"]


@dataclass(frozen=True)
class RetrievalReport:
    """What an index finds for questions whose gold passages are known. Made by `judge_retrieval`.

    Attributes
    ----------
    index : str
        The hash of the index.
    k : tuple of int
        The numbers of passages judged, ascending.
    questions : tuple of str
    row_numbers : tuple of int
        Which rows of the data they are, from 0.
    gold, found : tuple of tuple of str
        For each question the ids that hold its answer, and those found, the best first, at most the largest k.
    note : str
        Which rows were used.
    """

    index: str
    k: tuple[int, ...]
    questions: tuple[str, ...]
    row_numbers: tuple[int, ...]
    gold: tuple[tuple[str, ...], ...]
    found: tuple[tuple[str, ...], ...]
    note: str = ""

    @property
    def metrics(self) -> list[str]:
        """The names of the figures: ``recall@k`` for each k, ``mrr@k`` and ``ndcg@k`` for the largest."""
        return [*(f"recall@{k}" for k in self.k), f"mrr@{self.k[-1]}", f"ndcg@{self.k[-1]}"]

    def scores(self, metric: str) -> list[float]:
        """A figure for each question.

        Raises
        ------
        InvalidInputError
            For a figure that is none of `metrics`.
        """
        if metric not in self.metrics:
            raise InvalidInputError(f"There is no figure {metric!r}. There are {', '.join(self.metrics)}.")
        name, k = metric.split("@")
        function = {"recall": ranking.recall, "mrr": ranking.reciprocal_rank, "ndcg": ranking.ndcg}[name]
        score = partial(function, k=int(k))
        return [score(found, gold) for found, gold in zip(self.found, self.gold, strict=True)]

    def interval(self, metric: str) -> Interval:
        """A figure over the questions: Wilson's interval where each is 0 or 1, else a bootstrap over questions."""
        scores = self.scores(metric)
        return statistics.rate(scores) if set(scores) <= {0.0, 1.0} else statistics.mean(scores, span=(0.0, 1.0))

    def table(self) -> pd.DataFrame:
        """One row a figure: ``metric, value, low, high, n``."""
        import pandas as pd

        intervals = [(name, self.interval(name)) for name in self.metrics]
        rows = [(name, each.value, each.low, each.high, each.n_rows) for name, each in intervals]
        return pd.DataFrame(rows, columns=["metric", "value", "low", "high", "n"])

    def rows(self) -> pd.DataFrame:
        """One row a question: ``row, question, gold, found``, and a column a figure."""
        import pandas as pd

        columns = {"row": self.row_numbers, "question": self.questions, "gold": self.gold, "found": self.found}
        return pd.DataFrame({**columns, **{name: self.scores(name) for name in self.metrics}})

    def __repr__(self) -> str:
        return "\n".join([self.note, *(f"{name}: {self.interval(name).sentence}" for name in self.metrics)])


def judge_retrieval(
    index: Any, questions: Any, k: int | Sequence[int] = (1, 3, 10), *, max_rows: int | None = None
) -> RetrievalReport:
    """Look every question up and say how often, and how far up, its gold passages are found.

    Parameters
    ----------
    index
        What `build_index` made, or its folder.
    questions
        A `Dataset`, or anything `load_dataset` takes, with ``prompt`` and ``gold``, the ids of the passages that hold
        the answer. Its test split is used where there is one, else all its rows.
    k
        One or more numbers of passages.
    max_rows
        At most so many questions, drawn with seed 0.

    Returns
    -------
    RetrievalReport
        With ``.table()`` of recall, MRR and nDCG (as in trec_eval), and ``.rows()``.

    Raises
    ------
    DatasetError
        For rows without a question or gold passage, or with one that is not in the index.
    InvalidInputError
        For more passages than there are, an empty question, an index that cannot be read.
    """
    index = open_index(index)
    given = [k] if isinstance(k, int) else list(k)
    if not given:
        raise InvalidInputError("k= is empty. Give at least one number of passages.")
    for each in given:
        index.check_k(each)
    wanted = sorted(set(given))
    picked, known = pick_rows(questions, max_rows), {passage.id for passage in index.passages}
    if "prompt" not in picked.dataset.columns:
        raise DatasetError(f"{picked.dataset.name} has no prompts; it has {', '.join(picked.dataset.columns)}.")
    asked, gold, found = [], [], []
    for number, row in zip(picked.numbers, picked.rows, strict=True):
        gold.append(tuple(checked_gold(row, known, f"Row {number} of {picked.dataset.name}")))
        asked.append(question_of(row["prompt"]))
        found.append(tuple(passage.id for passage in index.search(asked[-1], wanted[-1])))
    return RetrievalReport(
        index.hash, tuple(wanted), tuple(asked), picked.numbers, tuple(gold), tuple(found), picked.note
    )
