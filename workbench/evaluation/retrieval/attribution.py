"""Retrieval and generation together: whether a wrong answer comes from what was found, or from how it was read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidInputError
from workbench.evaluation import statistics
from workbench.evaluation.facts import Answered
from workbench.evaluation.picking import rows_of
from workbench.evaluation.report import Report
from workbench.evaluation.results import Interval
from workbench.metrics.text import contains
from workbench.retrieval.questions import gold_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["OUTCOMES", "attribute_failures", "groundedness"]

OUTCOMES = {
    "found and right": "All gold passages were given, and the answer is right.",
    "found but answered wrong": "All gold passages were given; generation failed.",
    "not found": "A gold passage was not given, and the answer is wrong: retrieval failed.",
    "right though not found": "A gold passage was not given; the answer is right: known, guessed or said elsewhere.",
}
"""What may become of a question, and what it says."""


def attribute_failures(report: Report, questions: Any, metric: str | None = None) -> pd.DataFrame:
    """How many answers were right or wrong with and without the passages that hold the answer.

    Parameters
    ----------
    report
        On systems with a retriever; others are left out.
    questions
        The data that was evaluated, whose column ``gold`` names the passages that hold each answer.
    metric
        What says whether an answer is right: a rate of the report. By default its first.

    Returns
    -------
    DataFrame
        One row a system and outcome (`OUTCOMES`): ``system, outcome, rows, share, low, high, n``, with Wilson's
        interval of the share.

    Raises
    ------
    InvalidInputError
        When no system has a retriever, or the metric is none that is right or wrong.
    DatasetError
        When the data is not what was evaluated, or a row names no gold passage.
    """
    import pandas as pd

    rows = zip(report.row_numbers, rows_of(report, questions), strict=True)
    gold = [set(gold_of(row, f"Row {number} of {report.dataset['name']}")) for number, row in rows]
    facts = next((each for each in report.metrics if metric in (None, each.name)), None)
    if facts is None or facts.kind != "rate":
        rates = ", ".join(each.name for each in report.metrics if each.kind == "rate") or "none"
        what = "there is no metric" if facts is None else "no rate of right answers is"
        raise InvalidInputError(f"In this report {what} {metric or report.metrics[0].name!r}. Its rates are {rates}.")
    table: list[tuple[Any, ...]] = []
    for name in _readers(report):
        outcomes = [
            _outcome(names <= {passage.id for passage in said.passages}, bool(score))
            for names, said, score in zip(gold, report.answers[name], report.scores[facts.name][name], strict=True)
            if said.came
        ]
        for outcome in OUTCOMES:
            found = statistics.rate([each == outcome for each in outcomes])
            table.append((name, outcome, outcomes.count(outcome), found.value, found.low, found.high, found.n_rows))
    return pd.DataFrame(table, columns=["system", "outcome", "rows", "share", "low", "high", "n"])


def groundedness(report: Report, system: Any = -1) -> Interval:
    """The share of answers whose first line stands, word for word, in the passages that the system was given.

    It sees an answer that the passages cannot have given. It does not see an answer that is taken from the wrong place
    in them, or that they state of something else; and it takes a right answer in other words ("two weeks" for
    "14 days") for one that is made up. An answer without a word in it, or that none was given passages for, is not
    grounded.

    Raises
    ------
    InvalidInputError
        When the system has no retriever.
    """
    name = report.name_of(system)
    if name not in _readers(report):
        raise InvalidInputError(f"{name} was given no passages. Evaluate a System with a retriever.")
    return statistics.rate([_grounded(said) for said in report.answers[name] if said.came])


def _grounded(said: Answered) -> bool:
    value = said.text.strip().partition("\n")[0].strip().rstrip(".")
    return any(contains(passage.text, value) for passage in said.passages)


def _outcome(found: bool, right: bool) -> str:
    if found:
        return "found and right" if right else "found but answered wrong"
    return "right though not found" if right else "not found"


def _readers(report: Report) -> Sequence[str]:
    """The systems that look things up."""
    readers = [name for name in report.names if report.systems[name].get("retriever") and name in report.answers]
    if not readers:
        raise InvalidInputError("No system of this report looks anything up. Evaluate a System with a retriever.")
    return readers
