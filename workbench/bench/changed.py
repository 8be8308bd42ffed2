"""What becomes of a rung's answers when facts change after it was made: whose answers are new, and whose are old."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.data.dataset import Dataset, load_dataset
from workbench.errors import InvalidInputError
from workbench.evaluation import statistics
from workbench.evaluation.picking import pick_rows
from workbench.evaluation.questions import questions
from workbench.evaluation.results import Interval
from workbench.evaluation.suiting import metrics_for
from workbench.retrieval import open_index

if TYPE_CHECKING:
    from workbench.evaluation.report import Report
    from workbench.recipe import Recipe

__all__ = ["changed_places", "changed_plan", "old_answers"]


def changed_plan(
    recipe: Recipe, changed: Any, retriever: Any, metrics: Sequence[str] | None, max_rows: int | None
) -> dict[str, Any]:
    """The plain data of a change: the rows as they are then, and the index as it is then.

    Raises
    ------
    InvalidInputError
        For rows that do not ask what the test rows ask, or answer none of them otherwise; and where the first metric
        does not say right or wrong.
    DatasetError
        For data that cannot be read.
    """
    data = changed if isinstance(changed, Dataset) else load_dataset(changed)
    now, later = (pick_rows(each, max_rows) for each in (recipe.load_dataset(), data))
    (asked, old), (again, new) = (questions(each.dataset, each.rows) for each in (now, later))
    if asked != again:
        at = next((at for at, pair in enumerate(zip(asked, again, strict=False)) if pair[0] != pair[1]), None)
        what = f"{len(again)} rows, not {len(asked)}" if at is None else f"{again[at]!r} where {asked[at]!r} is asked"
        raise InvalidInputError(
            f"changed= must ask what the test rows ask, in their order: {data.name} has {what}. Only answers may "
            "differ."
        )
    if old is None or new is None or list(old) == list(new):
        raise InvalidInputError(f"No answer of {data.name} differs from that of the test rows. Leave changed= out.")
    first = metrics_for(metrics, list(old))[0]
    if first.kind != "rate":
        raise InvalidInputError(
            f"With changed= the first metric must say right or wrong, so that old answers can be counted; {first.name} "
            "does not. Put exact_match or first_line_match first."
        )
    folder = None if retriever is None else str(open_index(retriever).path)
    return {"recipe": recipe.replace({"dataset": data}), "retriever": folder}


def changed_places(before: Report, later: Report) -> list[int]:
    """Which rows of both reports, counted from 0, have another right answer later."""
    pairs = zip(before.references, later.references, strict=True)
    return [place for place, pair in enumerate(pairs) if pair[0] != pair[1]]


def old_answers(system: str, places: Sequence[int], by_old: Report, metric: str) -> Interval:
    """The share of changed rows that a system still answers as it was right before.

    Parameters
    ----------
    places
        The rows that changed.
    by_old
        The later answers, judged by the answers that were right before.
    metric
        What says right or wrong.
    """
    return statistics.rate([by_old.scores[metric][system][place] or 0.0 for place in places])
