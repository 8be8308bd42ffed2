"""Answers that are labels, counted: which label was taken for which, precision, recall and F1 of each, and macro F1.

Macro F1 is no mean over rows, so two systems are compared by it as a whole: rows are resampled with both answers to
each, and its test swaps the two systems' answers row by row.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workbench.errors import InvalidInputError
from workbench.evaluation.facts import MetricFacts
from workbench.evaluation.results import Difference, Interval
from workbench.evaluation.statistics import RESAMPLES, percentiles, wilson
from workbench.metrics.labels import labels_of

if TYPE_CHECKING:
    import pandas as pd

    from workbench.evaluation.report import Report

__all__ = ["MACRO_F1", "NO_LABEL", "by_label", "confusion", "figures", "macro_f1", "macro_f1_difference"]

MACRO_F1 = MetricFacts(
    "macro_f1",
    "Macro F1",
    "The mean of the F1 of each label, so that rare ones count as much as frequent ones.",
    "mean",
)

NO_LABEL = "(no label)"
"""The column of answers that are none of the references' labels."""

_CELLS = 20_000_000  # drawn at most: 160 MB
_EXACT = 13  # up to so many rows that differ, all 2**n ways of swapping are tried


def confusion(report: Report, system: str) -> pd.DataFrame:
    """How often each label was answered by which.

    Returns
    -------
    pandas.DataFrame
        A row for each label of the references, a column for each of them, and `NO_LABEL` as the last. Whitespace at the
        ends of texts is left out.
    """
    import pandas as pd

    labels, rows = _coded(report, [system])
    table = np.zeros((len(labels), len(labels) + 1), dtype=np.int64)
    np.add.at(table, (rows[:, 0], rows[:, 1]), 1)
    columns = pd.Index([*labels, NO_LABEL], name="answer")
    return pd.DataFrame(table, index=pd.Index(labels, name="reference"), columns=columns)


def figures(report: Report) -> pd.DataFrame:
    """Precision, recall and F1 of each system and label: ``system, label, precision, recall, f1, n``."""
    import pandas as pd

    rows = []
    for name in report.names:
        table = confusion(report, name)
        columns = (table.index, *by_label(table.to_numpy()), table.sum(axis=1))
        rows += [(name, *each) for each in zip(*columns, strict=True)]
    return pd.DataFrame(rows, columns=["system", "label", "precision", "recall", "f1", "n"])


def by_label(table: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Precision, recall and F1 of each label, 0 to 1; 0 where a label was never answered.

    Parameters
    ----------
    table
        Counts as in `confusion`, of shape ``(labels, labels + 1)``; or many of them, ``(tables, labels, labels + 1)``.
    """
    right = np.diagonal(table, axis1=-2, axis2=-1).astype(np.float64)
    answered, there = table.sum(axis=-2)[..., :-1], table.sum(axis=-1)
    return (
        right / np.maximum(answered, 1),
        right / np.maximum(there, 1),
        2 * right / np.maximum(answered + there, 1),
    )


def macro_f1(table: NDArray[np.int64], *, seed: int = 0) -> Interval:
    """The mean of the labels' F1, each label counting the same, with a bootstrap interval over rows.

    Rows drawn with replacement are a multinomial draw of the table's cells, so the table is all that is needed. A label
    that a draw has no row of is left out of its mean. Where all rows are right, or all wrong, the bootstrap would claim
    certainty; the interval is then Wilson's for the share of right rows.
    """
    n, right = int(table.sum()), int(np.trace(table))
    value = float(_macro(table))
    if right in (0, n):
        return Interval(value, *wilson(right, n), n, 1, "all rows are equal: Wilson over rows")
    resamples = max(1_000, min(RESAMPLES, _CELLS // table.size))
    drawn = np.random.default_rng(seed).multinomial(n, table.ravel() / n, size=resamples)
    low, high = percentiles(_macro(drawn.reshape(-1, *table.shape)), n)
    return Interval(value, low, high, n, 1, f"bootstrap over rows, {resamples:,} resamples, expanded percentile")


def macro_f1_difference(
    report: Report, a: str, b: str, places: Sequence[int] | None = None, *, seed: int = 0
) -> Difference:
    """How much better b is than a in macro F1 on the same rows: a paired bootstrap, and a test that swaps answers.

    The interval is that of rows drawn with replacement, each with both answers; a label that a draw has no row of is
    left out of its mean. The test asks how often the two would be so far apart, had they swapped their answers row by
    row (approximate randomisation, Yeh 2000, https://aclanthology.org/C00-2137); it is exact up to 13 rows that differ.

    Parameters
    ----------
    places
        Only these rows of the report; by default all.

    Raises
    ------
    InvalidInputError
        When the references are no labels, or no row has both answers.
    """
    labels, rows = _coded(report, [a, b], places)
    if not len(rows):
        raise InvalidInputError(f"No row has an answer of both {a} and {b}.")
    n, size, (wanted, one, other) = len(rows), len(labels), rows.T
    ones = np.ones(n)
    value = float(_macro_of(ones, wanted, other, size) - _macro_of(ones, wanted, one, size))
    wins = int(((other == wanted) & (one != wanted)).sum())
    losses = int(((one == wanted) & (other != wanted)).sum())
    ties, test = n - wins - losses, "randomisation test"
    if n == 1 or (one == other).all():
        unseen, method = wilson(0, n)[1], "paired interval: all rows are equal, Wilson's bound on rows unseen"
        low, high = value - unseen * (value + 1), value + unseen * (1 - value)
        return Difference(value, low, high, 1.0, wins, losses, ties, n, 1, method, test, spread=0.0)

    rng = np.random.default_rng(seed)
    cells, cell_of, counts = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
    kind, first, second = cells.T
    resamples = max(1_000, min(RESAMPLES, _CELLS // len(cells)))
    drawn = rng.multinomial(n, counts / n, size=resamples).astype(np.float64)
    found = _macro_of(drawn, kind, second, size) - _macro_of(drawn, kind, first, size)
    low, high = percentiles(found, n)

    differ = one != other
    if exact := int(differ.sum()) <= _EXACT:
        swaps = np.array(list(itertools.product((0.0, 1.0), repeat=int(differ.sum()))))
        swapped = swaps @ np.eye(len(cells))[cell_of[differ]]
    else:
        swapped = rng.binomial(np.where(first != second, counts, 0), 0.5, size=(resamples, len(cells)))
    # Every cell stands twice: the rows that keep one system's answer, and those that have got the other's.
    twice, both, left = np.concatenate([kind, kind]), np.concatenate([first, second]), counts - swapped
    before = _macro_of(np.hstack([left, swapped]), twice, both, size)
    after = _macro_of(np.hstack([swapped, left]), twice, both, size)
    extreme = int((np.abs(after - before) >= abs(value) * (1 - 1e-9)).sum())
    p_value = extreme / len(swapped) if exact else (extreme + 1) / (len(swapped) + 1)
    method = f"paired bootstrap over rows, {resamples:,} resamples, expanded percentile"
    spread = float(found.std()) * math.sqrt(n)
    return Difference(value, low, high, p_value, wins, losses, ties, n, 1, method, test, spread=spread)


def _coded(
    report: Report, systems: Sequence[str], places: Sequence[int] | None = None
) -> tuple[list[str], NDArray[np.int64]]:
    """The labels, and the rows that all these systems answered as numbers: the reference's, then each answer's.

    Shape ``(rows, 1 + systems)``. An answer that is no label has the number after the last.
    """
    if not report.answers or None in report.references:
        raise InvalidInputError("The report has no answers with references, so there are no labels to count.")
    references = [reference or "" for reference in report.references]
    labels = labels_of(references)
    number = {label: at for at, label in enumerate(labels)}
    rows = []
    for place in range(len(references)) if places is None else places:
        said = [report.answers[name][place] for name in systems]
        if all(each.came for each in said):
            rows.append([number[references[place].strip()], *(number.get(e.text.strip(), len(labels)) for e in said)])
    return labels, np.array(rows, dtype=np.int64).reshape(-1, 1 + len(systems))


def _macro_of(
    weights: NDArray[np.float64], wanted: NDArray[np.int64], said: NDArray[np.int64], size: int
) -> NDArray[np.float64]:
    """Macro F1 of rows that weigh differently, of shape ``(..., rows)``."""
    there = np.eye(size)[wanted]
    answered = np.eye(size + 1)[said][:, :-1]
    return _mean_f1(weights @ (there * answered), weights @ answered, weights @ there)


def _macro(table: NDArray[np.int64]) -> NDArray[np.float64]:
    return _mean_f1(np.diagonal(table, axis1=-2, axis2=-1), table.sum(axis=-2)[..., :-1], table.sum(axis=-1))


def _mean_f1(right: NDArray, answered: NDArray, there: NDArray) -> NDArray[np.float64]:
    """The mean over the labels that are there, of shape ``(...)``, from counts of shape ``(..., labels)``."""
    f1 = 2 * right / np.maximum(answered + there, 1)
    return (f1 * (there > 0)).sum(axis=-1) / (there > 0).sum(axis=-1)
