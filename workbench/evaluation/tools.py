"""How well tools were used: the calls judged apart from the answers they led to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import DatasetError, InvalidInputError
from workbench.evaluation import statistics
from workbench.evaluation.picking import rows_of
from workbench.metrics.strict_json import JsonError, parse, same_value
from workbench.tools import ERRORS, Call

if TYPE_CHECKING:
    import pandas as pd

    from workbench.evaluation.report import Report

__all__ = ["FIGURES", "call_errors", "judge_calls"]

FIGURES = {
    "tool": "The first call is of the right tool.",
    "arguments": "The first call is of the right tool, with the right arguments.",
    "all_calls": "All calls are right, in their order, and there is none besides.",
    "no_error": "There was a call, and every one could be run.",
}
"""What is measured of the calls of each row, and what it says."""


def judge_calls(report: Report, requests: Any) -> pd.DataFrame:
    """How many rows have the right tool, the right arguments, and the right calls throughout.

    Arguments are compared as JSON: the order of keys is free. Whether the answer is right is what the report's own
    metrics say.

    Parameters
    ----------
    report
        On systems with tools; others are left out.
    requests
        The data that was evaluated, whose column ``calls`` lists the calls of each row: ``name``, and ``arguments`` as
        JSON text.

    Returns
    -------
    DataFrame
        One row a system and figure (`FIGURES`): ``system, figure, value, low, high, n``, with Wilson's interval.

    Raises
    ------
    InvalidInputError
        When no system has tools.
    DatasetError
        When the data is not what was evaluated, or does not say which calls are right.
    """
    import pandas as pd

    users = _users(report)
    wanted = [row.get("calls") or () for row in rows_of(report, requests)]
    if not all(wanted):
        raise DatasetError("The data does not say which calls are right. Give it a column calls: name and arguments.")
    rows: list[tuple[Any, ...]] = []
    for name in users:
        answered = [(said.calls, calls) for said, calls in zip(report.answers[name], wanted, strict=True) if said.came]
        judged = [_judged(*pair) for pair in answered]
        for figure in FIGURES:
            found = statistics.rate([each[figure] for each in judged])
            rows.append((name, figure, found.value, found.low, found.high, found.n_rows))
    return pd.DataFrame(rows, columns=["system", "figure", "value", "low", "high", "n"])


def call_errors(report: Report) -> pd.DataFrame:
    """How many calls of each system were wrong in which way (`workbench.tools.ERRORS`): ``system, error, calls``."""
    import pandas as pd

    rows = []
    for name in _users(report):
        counts = Counter(call.error for said in report.answers[name] for call in said.calls)
        rows += [(name, error, counts[error]) for error in ERRORS if counts[error]]
    return pd.DataFrame(rows, columns=["system", "error", "calls"])


def _judged(made: Sequence[Call], wanted: Sequence[Mapping[str, str]]) -> dict[str, bool]:
    right = [_same(call, each) for call, each in zip(made, wanted, strict=False)]
    return {
        "tool": bool(made) and made[0].name == wanted[0]["name"],
        "arguments": any(right[:1]),
        "all_calls": len(made) == len(wanted) and all(right),
        "no_error": bool(made) and not any(call.error for call in made),
    }


def _same(call: Call, wanted: Mapping[str, str]) -> bool:
    try:
        return call.name == wanted["name"] and same_value(parse(call.arguments), parse(wanted["arguments"]))
    except JsonError:
        return False


def _users(report: Report) -> list[str]:
    """The systems with tools."""
    users = [name for name in report.names if report.systems[name].get("tools") and name in report.answers]
    if not users:
        raise InvalidInputError("No system of this report has tools. Evaluate a System with tools=.")
    return users
