"""Answers that are labels, counted: which label was taken for which, precision, recall and F1 of each, and macro F1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workbench.errors import InvalidInputError
from workbench.evaluation.results import Interval
from workbench.evaluation.statistics import RESAMPLES, percentiles, wilson
from workbench.metrics.labels import labels_of

if TYPE_CHECKING:
    import pandas as pd

    from workbench.evaluation.report import Report

__all__ = ["NO_LABEL", "by_label", "confusion", "figures", "macro_f1"]

NO_LABEL = "(no label)"
"""The column of answers that are none of the references' labels."""

_CELLS = 20_000_000  # drawn at most: 160 MB


def confusion(report: Report, system: str) -> pd.DataFrame:
    """How often each label was answered by which.

    Returns
    -------
    pandas.DataFrame
        A row for each label of the references, a column for each of them, and `NO_LABEL` as the last. Whitespace at the
        ends of texts is left out.
    """
    import pandas as pd

    if not report.answers or None in report.references:
        raise InvalidInputError("The report has no answers with references, so there are no labels to count.")
    references = [reference or "" for reference in report.references]
    labels = labels_of(references)
    places = {label: place for place, label in enumerate(labels)}
    table = np.zeros((len(labels), len(labels) + 1), dtype=np.int64)
    for reference, said in zip(references, report.answers[system], strict=True):
        if not said.came:
            continue
        table[places[reference.strip()], places.get(said.text.strip(), len(labels))] += 1
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


def _macro(table: NDArray[np.int64]) -> NDArray[np.float64]:
    there = table.sum(axis=-1) > 0
    return (by_label(table)[2] * there).sum(axis=-1) / there.sum(axis=-1)
