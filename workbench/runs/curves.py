"""Training curves in plain sentences, where there is something to say. A healthy curve gives none.

`RULES` lists what is looked for, in order; each rule is a test and a sentence. All of them compare with the noise of
the curve itself, because a sentence that cries wolf is worse than none: of healthy curves, looked at again and again
while they grow, at most one in twenty may draw a remark.
"""

from __future__ import annotations

from statistics import fmean, median
from typing import Any

from workbench.runs.logged import Curve, Finding, Remark, Rule, figure, noise_of_bend, slope
from workbench.runs.preference_curves import PREFERENCE_RULES

__all__ = ["RULES", "Curve", "Remark", "Rule", "explain"]

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
POLICY = ("reward",)  # the loss of a policy that is optimised against a reward says nothing by its height


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
    return {"step": int(starts[lowest]), "before": figure(floor), "now": figure(recent[-1])}


def _overfitting(curve: Curve) -> Finding | None:
    values = curve.eval_loss
    if len(values) <= EVALS_ABOVE or len(curve.loss) < MIN_POINTS:
        return None
    best = min(range(len(values)), key=values.__getitem__)
    learned = values[0] - values[best]
    margin = max(ABOVE_RELATIVE * abs(values[best]), ABOVE_OF_DROP * learned, 3 * noise_of_bend(values))
    above = values[best + 1 :]
    if len(above) < EVALS_ABOVE or min(above[-EVALS_ABOVE:]) <= values[best] + margin:
        return None
    medians, starts, error = curve.blocks()
    there = [value for value, start in zip(medians, starts, strict=True) if start <= curve.eval_steps[best]] or medians
    if fmean(medians[-2:]) > there[-1] + 3 * error:  # the training loss rises too: not overfitting
        return None
    return {"step": int(curve.eval_steps[best]), "before": figure(values[best]), "now": figure(values[-1])}


def _flat(curve: Curve) -> Finding | None:
    if len(curve.loss) < MIN_POINTS or curve.warming_up:
        return None
    per_point, error = slope(curve.loss)
    length, level = len(curve.loss) - 1, fmean(curve.loss)
    drop, doubt = -per_point * length / level, error * length / level
    evals = curve.eval_loss
    by_eval = len(evals) >= 3 and max(evals) - min(evals) < FLAT_EVAL_DROP * max(evals) and drop < 3 * doubt
    by_train = abs(drop) + 2 * doubt < FLAT_DROP and not evals
    if level <= 0 or not (by_eval or by_train):
        return None
    rate = max((rate for rate in curve.learning_rates if rate == rate), default=None)
    known = f" ({rate:.2g})" if rate is not None else ""
    return {"step": int(curve.steps[0]), "now": figure(level), "steps": int(curve.steps[-1]), "rate": known}


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
    return {"step": int(first), "now": figure(median(tail))}


RULES = (
    Rule(
        "nonfinite",
        _nonfinite,
        "The loss is not a number from step {step} on: nothing after it counts. "
        "Lower the learning rate{rate}, or look at the rows of that step.",
    ),
    *PREFERENCE_RULES,
    Rule(
        "diverging",
        _diverging,
        "Diverging since step {step}: the training loss was {before} there and is {now} now. "
        "A lower learning rate is the usual cure.",
        unless=POLICY,
    ),
    Rule(
        "overfitting",
        _overfitting,
        "Overfitting from step {step}: the eval loss was lowest there ({before}) and has risen to {now}, "
        "while the training loss did not rise. More steps make it worse; the weights of the best step are kept.",
        unless=POLICY,
    ),
    Rule(
        "flat",
        _flat,
        "Nothing learned so far: the loss has stayed at about {now} over {steps} steps. "
        "The learning rate{rate} may be too low, or the trained tokens not the ones you mean.",
        unless=POLICY,
    ),
    Rule(
        "plateau",
        _plateau,
        "No gain since about step {step}: the eval loss has stayed at {now}. A shorter run would have done.",
        level="info",
        unless=POLICY,
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
        found = rule.ask(curve)
        if found is not None:
            remarks.append(Remark(rule.kind, found["step"], rule.text.format_map(found), rule.level, rule.mark))
            if rule.last:
                break
    return remarks
