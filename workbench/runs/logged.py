"""The quantities of a run over its steps, and what a rule about them is: the vocabulary of `workbench.runs.curves`."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from statistics import fmean, median
from typing import Any, Literal

__all__ = ["Curve", "Finding", "Quantity", "Remark", "Rule", "figure", "noise", "noise_of_bend", "slope"]

BLOCKS = 24  # the training loss is judged by medians of so many stretches
NO_QUANTITY = frozenset({"v", "seq", "time", "attempt", "step"})


@dataclass(frozen=True)
class Remark:
    """One sentence about a curve.

    Attributes
    ----------
    kind
        The kind of the rule that found it, for example ``"overfitting"`` or ``"over_optimisation"``.
    step
        The step from which on it holds.
    text
        The sentence.
    level
        ``"warning"``: something to act on; ``"info"``: good to know.
    mark
        The quantity in whose plot the step is marked, if any.
    """

    kind: str
    step: int
    text: str
    level: Literal["info", "warning"] = "warning"
    mark: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for panels and JSON."""
        return asdict(self)


@dataclass
class Quantity:
    """The finite values of one logged quantity."""

    steps: array[float] = field(default_factory=lambda: array("d"))
    values: array[float] = field(default_factory=lambda: array("d"))

    def __len__(self) -> int:
        return len(self.values)

    def stretch(self, start: float, end: float = 1.0) -> Sequence[float]:
        """The values between two shares of the logged points."""
        return self.values[round(start * len(self)) : round(end * len(self))]

    def change(self) -> tuple[float, float]:
        """Mean of the last quarter less that of the first, and the standard error of that."""
        first, last = self.stretch(0, 0.25), self.stretch(0.75)
        return fmean(last) - fmean(first), noise(self.values) * math.sqrt(1 / len(first) + 1 / len(last))

    def blocks(self, count: int) -> tuple[list[float], list[int], float]:
        """Means of so many stretches, the step in the middle of each, and their standard error."""
        edges = [round(index * len(self) / count) for index in range(count + 1)]
        means = [fmean(self.values[start:end]) for start, end in pairwise(edges)]
        middles = [int(self.steps[(start + end - 1) // 2]) for start, end in pairwise(edges)]
        return means, middles, noise(self.values) / math.sqrt(len(self) / count)

    def drop_after(self, step: float) -> None:
        """Forget what lies beyond a step."""
        kept = sum(at <= step for at in self.steps)
        del self.steps[kept:], self.values[kept:]


@dataclass
class Curve:
    """Losses and all other quantities over steps, finite values only.

    Attributes
    ----------
    steps, loss
        Logged points.
    eval_steps, eval_loss
        Evaluations.
    learning_rates
        As logged, one for each point of `loss`; NaN where unknown.
    broken
        The first step whose loss was not a number, or None.
    logged
        Every quantity by its name, evaluations with ``eval_`` in front.
    """

    steps: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    learning_rates: list[float] = field(default_factory=list)
    eval_steps: list[float] = field(default_factory=list)
    eval_loss: list[float] = field(default_factory=list)
    broken: int | None = None
    logged: dict[str, Quantity] = field(default_factory=dict)

    @classmethod
    def of(cls, source: Any) -> Curve:
        """From the events of a run, or the data frame of `Run.metrics`."""
        curve = cls()
        if hasattr(source, "to_dict"):
            rows: Iterable[Mapping[str, Any]] = source.to_dict("records")
        else:
            rows = (event for event in source if event["type"] in ("log", "eval"))
        for row in rows:
            curve.add(row)
        return curve

    def add(self, row: Mapping[str, Any]) -> None:
        """Take in a logged point or an evaluation."""
        step, rate = row["step"], _number(row.get("learning_rate"))
        loss, eval_loss = _number(row.get("loss")), _number(row.get("eval_loss"))
        if math.isfinite(loss):
            self.steps.append(step)
            self.loss.append(loss)
            self.learning_rates.append(rate)
        elif self.broken is None and ("loss" in row.get("nonfinite", ()) or ("type" not in row and rate == rate)):
            self.broken = int(step)  # in a data frame: a logged row has a learning rate
        if math.isfinite(eval_loss):
            self.eval_steps.append(step)
            self.eval_loss.append(eval_loss)
        elif self.broken is None and "eval_loss" in row.get("nonfinite", ()):
            self.broken = int(step)
        for name, value in row.items():
            if name in NO_QUANTITY or not isinstance(value, (int, float)) or isinstance(value, bool):
                continue
            if math.isfinite(value):
                quantity = self.logged.setdefault(name, Quantity())
                quantity.steps.append(step)
                quantity.values.append(value)

    def drop_after(self, step: float) -> None:
        """Forget what lies beyond a step: a resumed run writes it again."""
        kept = sum(at <= step for at in self.steps)
        for column in (self.steps, self.loss, self.learning_rates):
            del column[kept:]
        kept = sum(at <= step for at in self.eval_steps)
        for column in (self.eval_steps, self.eval_loss):
            del column[kept:]
        if self.broken is not None and self.broken > step:
            self.broken = None
        for quantity in self.logged.values():
            quantity.drop_after(step)

    def blocks(self) -> tuple[list[float], list[float], float]:
        """Medians of `BLOCKS` stretches of the training loss, the step each begins at, and their standard error."""
        count = min(BLOCKS, len(self.loss))
        edges = [round(index * len(self.loss) / count) for index in range(count + 1)]
        stretches = list(pairwise(edges))
        medians = [median(self.loss[start:end]) for start, end in stretches]
        size = len(self.loss) / count
        return medians, [self.steps[start] for start, _ in stretches], 1.25 * noise(self.loss) / math.sqrt(size)

    @property
    def warming_up(self) -> bool:
        """The learning rate has only ever risen so far."""
        rates = [rate for rate in self.learning_rates if rate == rate]
        return len(rates) > 1 and rates[-1] > rates[0] and all(a <= b for a, b in pairwise(rates))


Finding = Mapping[str, Any]  # ``step`` and the values of the sentence


@dataclass(frozen=True)
class Rule:
    """What is looked for, and how it is said.

    Attributes
    ----------
    find
        Takes a `Curve`, returns the step and the values of the sentence, or None.
    text
        The sentence, with the values in braces.
    last
        No rule after this one is asked when it has found something.
    needs
        It is asked only of a run that logs all of these,
    unless
        and none of these.
    mark
        The quantity in whose plot its step is marked.
    """

    kind: str
    find: Callable[[Curve], Finding | None]
    text: str
    level: Literal["info", "warning"] = "warning"
    last: bool = True
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    mark: str | None = None

    def ask(self, curve: Curve) -> Finding | None:
        """What it finds in a curve, if anything."""
        if any(not curve.logged.get(name) for name in self.needs) or any(
            curve.logged.get(name) for name in self.unless
        ):
            return None
        return self.find(curve)


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def figure(value: float) -> str:
    """As it stands in a sentence."""
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3g}"


def noise(values: Sequence[float]) -> float:
    """Standard deviation of the noise, from successive differences: a trend hardly enters."""
    steps = [abs(b - a) for a, b in pairwise(values)]
    return 1.4826 * median(steps) / math.sqrt(2) if steps else 0.0


def noise_of_bend(values: Sequence[float]) -> float:
    """The same from second differences, for few points on a bend."""
    bends = [abs(a - 2 * b + c) for a, b, c in zip(values, values[1:], values[2:], strict=False)]
    return 1.4826 * median(bends) / math.sqrt(6) if bends else 0.0


def slope(values: Sequence[float]) -> tuple[float, float]:
    """Least-squares slope per point, and its standard error."""
    count = len(values)
    middle, level = (count - 1) / 2, fmean(values)
    spread = count * (count * count - 1) / 12
    rise = sum((index - middle) * (value - level) for index, value in enumerate(values)) / spread
    rest = sum((value - level - rise * (index - middle)) ** 2 for index, value in enumerate(values))
    return rise, math.sqrt(rest / (count - 2) / spread)
