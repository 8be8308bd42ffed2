"""The metrics by name, each with what a person needs to read its figure."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from workbench.errors import InvalidInputError
from workbench.metrics import gold_reply, house_style, labels, overlap, records, text
from workbench.metrics.strict_json import is_container
from workbench.settings import nearest

GIVEN = ("reference", "prompt", "row")

__all__ = ["METRICS", "Metric", "as_metric", "exact_match", "metric_names"]


def exact_match(answer: str, reference: str) -> bool:
    """Whether an answer is right: as a record where the reference is a JSON object or array, else as text.

    >>> exact_match('{"b": 2, "a": 1}', '{"a": 1, "b": 2}'), exact_match("billing ", "billing")
    (True, True)
    """
    if is_container(reference):
        return records.record_match(answer, reference)
    return text.text_match(answer, reference)


@dataclass(frozen=True)
class Metric:
    """A score of one answer, and how to read the figure over many.

    Parameters
    ----------
    name
        As in code: ``"exact_match"``.
    title
        As in tables: ``"Exact match"``.
    sentence
        What it says, for newcomers.
    function
        Takes ``answer``, and those of ``reference``, ``prompt`` and ``row`` (all columns, a dict) that it has
        parameters for. Returns a number, a bool, or None where the row has no score.
    kind
        ``"rate"``: every row is 0 or 1, and the interval is Wilson's. ``"mean"``: any number.
    higher_is_better
        False for errors, losses and lengths.
    span
        Lowest and highest score of a row, where they are known.
    unit
        ``"bits per byte"``; empty for a share.
    check
        Called with all references before any answer is made; raises InvalidInputError where they have the wrong shape.
    prepare
        Called with all answers and references before the first is scored, where many at once are cheaper.
    """

    name: str
    title: str
    sentence: str
    function: Callable[..., Any]
    kind: Literal["rate", "mean"]
    higher_is_better: bool = True
    span: tuple[float, float] | None = (0.0, 1.0)
    unit: str = ""
    check: Callable[[Sequence[str]], object] | None = None
    prepare: Callable[[Sequence[str]], object] | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """What beside the answer it looks at: ``"reference"``, ``"prompt"``, ``"row"``."""
        return tuple(name for name in _parameters(self.function) if name in GIVEN)

    def score(
        self,
        answer: str,
        *,
        reference: str | None = None,
        prompt: str | None = None,
        row: Mapping[str, Any] | None = None,
    ) -> float | None:
        """The score of one answer; None where the row has none.

        Raises
        ------
        InvalidInputError
            When the function needs a reference and there is none, or returns something that is no finite number.
        """
        if "reference" in self.needs and reference is None:
            raise InvalidInputError(f"{self.name} compares with a reference, and this row has none.")
        given = {"reference": reference, "prompt": prompt, "row": row or {}}
        value = self.function(answer, **{name: given[name] for name in self.needs})
        if value is None:
            return None
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = float("nan")
        if number - number != 0:  # NaN or infinite
            raise InvalidInputError(
                f"The metric {self.name} returned {value!r} for the answer {answer[:80]!r}. Return a finite number, "
                "a bool, or None where a row has no score."
            )
        return number


def _builtin(
    function: Callable[..., Any],
    title: str,
    kind: Literal["rate", "mean"],
    sentence: str,
    check: Callable[[Sequence[str]], object] | None = None,
) -> Metric:
    return Metric(function.__name__, title, sentence, function, kind, check=check)


def _house_rules() -> list[Metric]:
    """The desk's house style: the share of its rules kept, style apart from content, and each rule by itself."""
    metrics = []
    for part, judge, rules in (
        ("style", house_style.style, house_style.STYLE_RULES),
        ("content", _content, house_style.CONTENT_RULES),
    ):

        def share(answer: str, row: Mapping[str, Any], judge: Callable[..., dict[str, bool]] = judge) -> float:
            kept = judge(answer, row)
            return sum(kept.values()) / len(kept)

        whole = f"The share of the house's {part} rules that the reply keeps."
        metrics.append(Metric(f"house_{part}", f"House {part}", whole, share, "mean"))
        for rule, sentence in rules.items():

            def kept(
                answer: str, row: Mapping[str, Any], judge: Callable[..., dict[str, bool]] = judge, rule: str = rule
            ) -> bool:
                return judge(answer, row)[rule]

            title = f"House {part}: {rule.replace('_', ' ')}"
            metrics.append(Metric(f"house_{part}.{rule}", title, sentence, kept, "rate"))
    return metrics


def _gold_rules() -> list[Metric]:
    """The desk's gold preference: its points, and each part by itself."""

    def points(answer: str, row: Mapping[str, Any]) -> float:
        _checked_desk(row, "gold preference looks", "category, priority and order_id")
        return gold_reply.gold(answer, row)

    span = (gold_reply.LOWEST, gold_reply.HIGHEST)
    said = "Points for a reply: 2 when it helps, 1 when it is polite, less 2 for a promise and 1 for padding."
    metrics = [Metric("gold_reply", "Gold preference", said, points, "mean", span=span, unit="points")]
    for part, sentence in gold_reply.PARTS.items():

        def kept(answer: str, row: Mapping[str, Any], part: str = part) -> bool:
            _checked_desk(row, "gold preference looks", "category, priority and order_id")
            return gold_reply.parts(answer, row)[part]

        title = f"Gold: {part.replace('_', ' ')}"
        metrics.append(Metric(f"gold_reply.{part}", title, sentence, kept, "rate"))
    return metrics


def _content(answer: str, row: Mapping[str, Any]) -> dict[str, bool]:
    _checked_desk(row, "house's content rules look", "category, priority, customer, product and order_id")
    return house_style.content(answer, row)


def _checked_desk(row: Mapping[str, Any], what: str, columns: str) -> None:
    """Raise where a row is none of the desk's."""
    if row.get("category") not in house_style.DESKS or row.get("priority") not in house_style.PACES:
        raise InvalidInputError(
            f"The {what} at the columns {columns}, as in support-desk/replies; this row has "
            f"{', '.join(row) or 'none'}. Use other metrics for other data."
        )


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        _builtin(exact_match, "Exact match", "rate",
                 "Right as a whole: the same record where the reference is JSON (key order free), else the same text."),
        _builtin(records.valid_json, "Valid JSON", "rate",
                 "One JSON value with nothing around it, no key twice, no NaN."),
        _builtin(records.record_match, "Record match", "rate",
                 "The same JSON value as the reference; the order of keys is free.", records.check_json),
        _builtin(records.field_accuracy, "Field accuracy", "mean",
                 "The share of the reference's fields that are there with the right value.", records.check_objects),
        _builtin(records.values_right, "Values right", "mean",
                 "The share of the reference's values found under any key, in any JSON in the answer.",
                 records.check_json),
        _builtin(labels.label_accuracy, "Label accuracy", "rate",
                 "The reference's label and nothing else, whitespace at the ends left out.", labels.labels_of),
        _builtin(text.text_match, "Text match", "rate",
                 "The same text as the reference, whitespace at the ends left out."),
        _builtin(text.first_line_match, "First line match", "rate",
                 "The answer's first line is the reference; what a base model writes after it does not count."),
        _builtin(text.contains, "Contains", "rate",
                 "The reference stands in the answer as a whole, whatever stands around it."),
        _builtin(text.token_f1, "Token F1", "mean",
                 "How many words the answer and the reference share, in both directions."),
        _builtin(overlap.rouge_1, "ROUGE-1", "mean",
                 "How many words the answer and the reference share, in both directions; words are of a to z and "
                 "digits."),
        _builtin(overlap.rouge_2, "ROUGE-2", "mean",
                 "How many pairs of neighbouring words the answer and the reference share, in both directions; words "
                 "are of a to z and digits."),
        _builtin(overlap.rouge_l, "ROUGE-L", "mean",
                 "The longest series of words that the answer and the reference have in the same order, in both "
                 "directions; words are of a to z and digits."),
        _builtin(overlap.chrf, "chrF", "mean",
                 "How many runs of one to six characters the answer and the reference share, in both directions; what "
                 "is missing counts more than what is too much."),
        _builtin(overlap.sentence_bleu, "Sentence BLEU", "mean",
                 "How many of the answer's runs of one to four words the reference has; the mean over answers, not the "
                 "BLEU of a corpus."),
        *_house_rules(),
        *_gold_rules(),
    )
}  # fmt: skip
"""The built-in metrics by name."""


def metric_names() -> list[str]:
    """The names that `as_metric` knows."""
    return list(METRICS)


def as_metric(given: str | Metric | Callable[..., Any]) -> Metric:
    """A metric from its name, or from a function of ``(answer, reference)``, ``(answer, row)`` and the like.

    Raises
    ------
    InvalidInputError
        For an unknown name, or a function with other parameters.
    """
    if isinstance(given, Metric):
        return given
    if isinstance(given, str):
        if given not in METRICS:
            raise InvalidInputError(
                f"There is no metric {given!r}{nearest(given, METRICS)}. Known: {', '.join(METRICS)}; a function of "
                "(answer, reference) will do as well."
            )
        return METRICS[given]
    if not callable(given):
        raise InvalidInputError(f"A metric is a name or a function, got {given!r}. Known names: {', '.join(METRICS)}.")
    name = getattr(given, "__name__", type(given).__name__).strip("<>")
    names = _parameters(given)
    if not names or any(extra not in GIVEN for extra in names[1:]):
        raise InvalidInputError(
            f"The metric {name} takes ({', '.join(names)}). Its first parameter is the answer; any others must be "
            "named reference, prompt and row."
        )
    described = (inspect.getdoc(given) or "A function of your own.").splitlines()[0]
    return Metric(name, name.replace("_", " ").capitalize(), described, given, "mean", span=None)


def _parameters(function: Callable[..., Any]) -> list[str]:
    """The names of the parameters without a default, and of those that can be given."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some built-in functions have no signature
        return []
    return [
        parameter.name
        for parameter in parameters
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        and (parameter.default is parameter.empty or parameter.name in GIVEN)
    ]
