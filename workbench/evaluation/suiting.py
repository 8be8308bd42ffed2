"""Which metrics suit the references, and whether those that were asked for do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Any

from workbench.errors import InvalidInputError
from workbench.evaluation.similarity import metric_of
from workbench.metrics import METRICS, Metric
from workbench.metrics.labels import look_like_labels
from workbench.metrics.strict_json import is_container, parse

__all__ = ["LONG", "default_metrics", "metrics_for"]

LONG = 8
"""Texts whose middle one has so many words are sentences rather than names."""


def metrics_for(given: Any, references: Sequence[str | None]) -> list[Metric]:
    """The metrics given, or those that suit the references.

    Parameters
    ----------
    given
        One or more names, `Metric` or functions; None for the default.
    references
        One a row; None where it has none.

    Raises
    ------
    InvalidInputError
        For unknown, repeated or no metrics, and for those that references are missing for, or do not suit.
    """
    if given is None:
        return default_metrics(references)
    measured = [metric_of(each) for each in ([given] if isinstance(given, (str, Metric)) or callable(given) else given)]
    if not measured:
        raise InvalidInputError("metrics= is empty. Give at least one, or leave it out.")
    if repeated := [name for name, count in Counter(metric.name for metric in measured).items() if count > 1]:
        raise InvalidInputError(f"Two metrics are called {repeated[0]!r}. Give each its own name.")
    if None in references and (needy := [metric.name for metric in measured if "reference" in metric.needs]):
        raise InvalidInputError(f"The data has no answers, which {', '.join(needy)} compares with. Leave it out.")
    for metric in measured:
        if metric.check is not None:
            try:
                metric.check([reference or "" for reference in references])
            except InvalidInputError as error:
                raise InvalidInputError(f"{metric.name} does not suit the data. {error}") from None
    return measured


def default_metrics(references: Sequence[str | None]) -> list[Metric]:
    """The metrics that suit the references: records, other JSON, labels, or text.

    Raises
    ------
    InvalidInputError
        When there are no references.
    """
    if not references or None in references:
        raise InvalidInputError(
            "The data has no answers to compare with. Give metrics= that need none, such as a function of the answer."
        )
    given = [reference or "" for reference in references]
    if all(map(is_container, given)):
        names = ["exact_match", "valid_json"]
        names += ["field_accuracy", "values_right"] if all(isinstance(parse(text), dict) for text in given) else []
    elif look_like_labels(given):
        names = ["label_accuracy"]
    else:
        long = median(len(text.split()) for text in given) >= LONG
        names = ["exact_match", "token_f1", *(["chrf"] if long else [])]
    return [METRICS[name] for name in names]
