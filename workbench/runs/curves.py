"""Training curves in plain sentences, where there is something to say. A healthy curve gives none.

`RULES` lists what is looked for, in order; each rule is a test and a sentence. All of them compare with the noise of
the curve itself, because a sentence that cries wolf is worse than none: of healthy curves, looked at again and again
while they grow, at most one in twenty may draw a remark.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import fmean, median
from typing import Any, Literal

__all__ = ["RULES", "Curve", "Remark", "Rule", "explain"]

BLOCKS = 24  # the training loss is judged by medians of so many stretches
MIN_POINTS = 16  # fewer logged points are not judged
RISE_OF_DROP = 0.25  # diverging: so much of what was learned is lost again
RISE_IN_NOISE = 6.0  # and the rise is so many standard errors high
EVALS_ABOVE = 3  # overfitting: so many evaluations in a row lie above the best one
ABOVE_RELATIVE = 0.03  # by this fraction of the best value
ABOVE_OF_DROP = 0.02  # and this fraction of what was learned: at a loss near zero a wiggle is large in relative terms
FLAT_DROP = 0.03  # flat: with 95 % confidence the loss fell by less than this fraction
FLAT_EVAL_DROP = 0.01  # or three evaluations differ by less than this fraction
PLATEAU_SHARE = 0.6  # plateau: over this share of the steps
PLATEAU_EVALS = 6  # and so many evaluations
PLATEAU_BAND = 0.005  # the eval loss stayed within this fraction


@dataclass(frozen=True)
class Remark:
    """One sentence about a curve.

    Attributes
    ----------
    kind
        ``"nonfinite"``, ``"diverging"``, ``"overfitting"``, ``"flat"`` or ``"plateau"``.
    step
        The step from which on it holds.
    text
        The sentence.
    level
        ``"warning"``: something to act on; ``"info"``: good to know.
    """

    kind: str
    step: int
    text: str
    level: Literal["info", "warning"] = "warning"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for panels and JSON."""
        return {"kind": self.kind, "step": self.step, "text": self.text, "level": self.level}


@dataclass
class Curve:
    """Training and evaluation losses over steps, finite values only.

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
    """

    steps: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    learning_rates: list[float] = field(default_factory=list)
    eval_steps: list[float] = field(default_factory=list)
    eval_loss: list[float] = field(default_factory=list)
    broken: int | None = None

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

    def blocks(self) -> tuple[list[float], list[float], float]:
        """Medians of `BLOCKS` stretches of the training loss, the step each begins at, and their standard error."""
        count = min(BLOCKS, len(self.loss))
        edges = [round(index * len(self.loss) / count) for index in range(count + 1)]
        stretches = list(pairwise(edges))
        medians = [median(self.loss[start:end]) for start, end in stretches]
        size = len(self.loss) / count
        return medians, [self.steps[start] for start, _ in stretches], 1.25 * _noise(self.loss) / math.sqrt(size)

    @property
    def warming_up(self) -> bool:
        """The learning rate has only ever risen so far."""
        rates = [rate for rate in self.learning_rates if rate == rate]
        return len(rates) > 1 and rates[-1] > rates[0] and all(a <= b for a, b in pairwise(rates))


Finding = Mapping[str, Any]  # ``step`` and the values of the sentence


def _nonfinite(curve: Curve) -> Finding | None:
    if curve.broken is None:
        return None
    rates = [rate for rate in curve.learning_rates if rate == rate]
    return {"step": curve.broken, "rate": f" (it was {rates[-1]:.2g})" if rates else ""}


def _diverging(curve: Curve) -> Finding | None:
    if len(curve.loss) < MIN_POINTS:
        return None
    medians, starts, error = curve.blocks()
    lowest = min(range(len(medians)), key=medians.__getitem__)
    if lowest > len(medians) - 4:
        return None
    floor, recent = medians[lowest], medians[-3:]
    learned = max(medians[0] - floor, 0.1 * abs(floor))
    if min(recent) - floor <= max(RISE_OF_DROP * learned, RISE_IN_NOISE * error):
        return None
    return {"step": int(starts[lowest]), "before": _figure(floor), "now": _figure(recent[-1])}


def _overfitting(curve: Curve) -> Finding | None:
    values = curve.eval_loss
    if len(values) <= EVALS_ABOVE or len(curve.loss) < MIN_POINTS:
        return None
    best = min(range(len(values)), key=values.__getitem__)
    learned = values[0] - values[best]
    margin = max(ABOVE_RELATIVE * abs(values[best]), ABOVE_OF_DROP * learned, 3 * _noise_of_bend(values))
    above = values[best + 1 :]
    if len(above) < EVALS_ABOVE or min(above[-EVALS_ABOVE:]) <= values[best] + margin:
        return None
    medians, starts, error = curve.blocks()
    there = [value for value, start in zip(medians, starts, strict=True) if start <= curve.eval_steps[best]] or medians
    if fmean(medians[-2:]) > there[-1] + 3 * error:  # the training loss rises too: not overfitting
        return None
    return {"step": int(curve.eval_steps[best]), "before": _figure(values[best]), "now": _figure(values[-1])}


def _flat(curve: Curve) -> Finding | None:
    if len(curve.loss) < MIN_POINTS or curve.warming_up:
        return None
    slope, error = _slope(curve.loss)
    length, level = len(curve.loss) - 1, fmean(curve.loss)
    drop, doubt = -slope * length / level, error * length / level
    evals = curve.eval_loss
    by_eval = len(evals) >= 3 and max(evals) - min(evals) < FLAT_EVAL_DROP * max(evals) and drop < 3 * doubt
    by_train = abs(drop) + 2 * doubt < FLAT_DROP and not evals
    if level <= 0 or not (by_eval or by_train):
        return None
    rate = max((rate for rate in curve.learning_rates if rate == rate), default=None)
    known = f" ({rate:.2g})" if rate is not None else ""
    return {"step": int(curve.steps[0]), "now": _figure(level), "steps": int(curve.steps[-1]), "rate": known}


def _plateau(curve: Curve) -> Finding | None:
    steps, values = curve.eval_steps, curve.eval_loss
    if not steps or len(curve.loss) < MIN_POINTS:
        return None
    since = steps[-1] * (1 - PLATEAU_SHARE)
    tail = [value for step, value in zip(steps, values, strict=True) if step >= since]
    band = PLATEAU_BAND * abs(median(tail))
    learned = values[0] - min(values) > 10 * band
    if len(tail) < PLATEAU_EVALS or not learned or max(tail) - min(tail) > band:
        return None
    first = next(step for step, value in zip(steps, values, strict=True) if value - min(tail) <= band)
    return {"step": int(first), "now": _figure(median(tail))}


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
    """

    kind: str
    find: Callable[[Curve], Finding | None]
    text: str
    level: Literal["info", "warning"] = "warning"
    last: bool = True


RULES = (
    Rule(
        "nonfinite",
        _nonfinite,
        "The loss is not a number from step {step} on: nothing after it counts. "
        "Lower the learning rate{rate}, or look at the rows of that step.",
    ),
    Rule(
        "diverging",
        _diverging,
        "Diverging since step {step}: the training loss was {before} there and is {now} now. "
        "A lower learning rate is the usual cure.",
    ),
    Rule(
        "overfitting",
        _overfitting,
        "Overfitting from step {step}: the eval loss was lowest there ({before}) and has risen to {now}, "
        "while the training loss did not rise. More steps make it worse; the weights of the best step are kept.",
    ),
    Rule(
        "flat",
        _flat,
        "Nothing learned so far: the loss has stayed at about {now} over {steps} steps. "
        "The learning rate{rate} may be too low, or the trained tokens not the ones you mean.",
    ),
    Rule(
        "plateau",
        _plateau,
        "No gain since about step {step}: the eval loss has stayed at {now}. A shorter run would have done.",
        level="info",
    ),
)


def explain(source: Any) -> list[Remark]:
    """What a training curve says, in plain sentences; an empty list where it is healthy.

    Parameters
    ----------
    source
        The events of a run, the data frame of `Run.metrics`, or a `Curve`. Non-finite losses can be told from missing
        ones in events; in a data frame, a row with a learning rate but without a loss counts as non-finite.
    """
    curve = source if isinstance(source, Curve) else Curve.of(source)
    remarks = []
    for rule in RULES:
        found = rule.find(curve)
        if found is not None:
            remarks.append(Remark(rule.kind, found["step"], rule.text.format_map(found), rule.level))
            if rule.last:
                break
    return remarks


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _figure(value: float) -> str:
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3g}"


def _noise(values: Sequence[float]) -> float:
    """Standard deviation of the noise, from successive differences: a trend hardly enters."""
    steps = [abs(b - a) for a, b in pairwise(values)]
    return 1.4826 * median(steps) / math.sqrt(2) if steps else 0.0


def _noise_of_bend(values: Sequence[float]) -> float:
    """The same from second differences, for few points on a bend."""
    bends = [abs(a - 2 * b + c) for a, b, c in zip(values, values[1:], values[2:], strict=False)]
    return 1.4826 * median(bends) / math.sqrt(6) if bends else 0.0


def _slope(values: Sequence[float]) -> tuple[float, float]:
    """Least-squares slope per point, and its standard error."""
    count = len(values)
    middle, level = (count - 1) / 2, fmean(values)
    spread = count * (count * count - 1) / 12
    slope = sum((index - middle) * (value - level) for index, value in enumerate(values)) / spread
    rest = sum((value - level - slope * (index - middle)) ** 2 for index, value in enumerate(values))
    return slope, math.sqrt(rest / (count - 2) / spread)
