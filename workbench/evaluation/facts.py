"""What a report is made of: its metrics, its answers, the comparison of two systems, and guards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from workbench.data.browse import plain_text
from workbench.errors import InvalidInputError
from workbench.evaluation.results import Difference
from workbench.retrieval.passages import Passage
from workbench.tools.calls import Call

if TYPE_CHECKING:
    from workbench.metrics import Metric
    from workbench.runs.decoding import Answer

__all__ = ["LIGHTS", "Answered", "Comparison", "MetricFacts", "checked_guards"]

LIGHTS = ("red", "amber", "green", "grey")
"""Of guards, the worst first; grey: could not be told."""


@dataclass(frozen=True)
class MetricFacts:
    """What a reader needs to know of a metric; the attributes are those of `workbench.metrics.Metric`."""

    name: str
    title: str
    sentence: str
    kind: Literal["rate", "mean"]
    higher_is_better: bool = True
    span: tuple[float, float] | None = (0.0, 1.0)
    unit: str = "%"

    @classmethod
    def of(cls, metric: Metric, kind: Literal["rate", "mean"] | None = None) -> MetricFacts:
        """The facts of a metric; shares, known by their span of 0 to 1, are written as percent."""
        kind = kind or metric.kind
        share = kind == "rate" or metric.span == (0.0, 1.0)
        span = (0.0, 1.0) if kind == "rate" else metric.span
        unit = "%" if share else metric.unit
        return cls(metric.name, metric.title, metric.sentence, kind, metric.higher_is_better, span, unit)


@dataclass(frozen=True)
class Answered:
    """One answer of one system.

    Attributes
    ----------
    text : str
        Empty where there is none.
    tokens : int
    seconds : float
    stop : str
        ``"eos"``, ``"length"`` when it was cut off, ``"rounds"`` when it only called tools, ``"failed"`` when the
        system could not answer, ``"lost"`` when an endpoint's answer did not come: such a row has no score.
    error, detail : str
        What is wrong with it, where the reference is a record: one of `workbench.evaluation.structured.ERRORS`.
        Where an endpoint gave none, one of `workbench.runs.remote.ERRORS`. Where it failed, why.
    passages : tuple of Passage
        What the system was given to read, the best first.
    calls : tuple of Call
        The calls of its tools that led to it.
    """

    text: str
    tokens: int = 0
    seconds: float = 0.0
    stop: str = "eos"
    error: str = ""
    detail: str = ""
    passages: tuple[Passage, ...] = ()
    calls: tuple[Call, ...] = ()

    @property
    def came(self) -> bool:
        """Whether it can be judged: an endpoint's answer that was lost on the way says nothing of its model."""
        return self.stop != "lost"

    @classmethod
    def of(cls, answer: Answer) -> Answered:
        """What the generation process answered."""
        text, passages, calls = plain_text(answer.text), tuple(answer.passages), tuple(answer.calls)
        return cls(text, answer.tokens, answer.seconds, answer.stop, answer.error, answer.detail, passages, calls)

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Answered:
        """An answer from the plain data of a report's file."""
        passages = tuple(Passage(**each) for each in plain.get("passages", ()))
        calls = tuple(Call(**each) for each in plain.get("calls", ()))
        return cls(**{**plain, "passages": passages, "calls": calls})


@dataclass(frozen=True)
class Comparison:
    """How system `b` differs from system `a` in one metric, on the same rows.

    Attributes
    ----------
    metric, a, b : str
        Names.
    difference, low, high : float
        Of ``b - a``, with its 95 % interval.
    n : int
        Rows on which both have a score.
    wins, losses, ties : int
        Rows on which b is better than a, worse, equal.
    p_value : float
        Of the exact test.
    shown : bool
        Whether there is a difference at all: the interval leaves out zero and the test agrees.
    sentence : str
        The finding in words.
    result : Difference
        All of it, with the methods.
    """

    metric: str
    a: str
    b: str
    result: Difference
    title: str = ""

    difference = property(lambda self: self.result.value)
    low = property(lambda self: self.result.low)
    high = property(lambda self: self.result.high)
    n = property(lambda self: self.result.n_rows)
    wins = property(lambda self: self.result.wins)
    losses = property(lambda self: self.result.losses)
    ties = property(lambda self: self.result.ties)
    p_value = property(lambda self: self.result.p_value)
    shown = property(lambda self: self.result.shown)

    @property
    def sentence(self) -> str:
        """``Exact match: tuned is better than base by 96.5 points (95 % interval 93.0 to 99.0 points, ...).``"""
        return f"{self.title or self.metric}: {self.result.sentence(self.a, self.b)}"


def checked_guards(guards: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Guards as plain data, each with the texts ``name``, ``light``, ``figure`` and ``sentence``.

    Raises
    ------
    InvalidInputError
        When one of them lacks a text, or has a light of another colour.
    """
    out = []
    for number, guard in enumerate(guards):
        whole = all(isinstance(guard.get(key), str) for key in ("name", "light", "figure", "sentence"))
        if not whole or guard["light"] not in LIGHTS:
            raise InvalidInputError(
                f"guards[{number}] must have a name, figure and sentence, and a light that is one of "
                f"{', '.join(LIGHTS)}; got {dict(guard)!r}."
            )
        out.append(dict(guard))
    return tuple(out)
