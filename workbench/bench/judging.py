"""What may be said of a bench: figures over seeds, which are told apart, the front, and a curve with its prediction."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.evaluation import statistics
from workbench.evaluation.report import Report
from workbench.evaluation.results import figure

__all__ = ["Curve", "curve_of", "fit_curve", "front", "rows_of", "sentences", "system_name"]

ALPHA = 0.05
RESAMPLES = 2_000


def system_name(entry: str, seed: int) -> str:
    """What a training is called in the report."""
    return f"{entry}, seed {seed}"


def rows_of(
    plan: Mapping[str, Any], state: Mapping[str, Any], report: Report | None, metric: str | None
) -> list[list[Any]]:
    """The rows of `Bench.table`."""
    rows: list[list[Any]] = []
    tuned = {system_name(name, seed) for name in plan["entries"] for seed in plan["seeds"]}
    for name in [each for each in report.names if each not in tuned] if report is not None else []:
        found = report.interval(name, metric)  # type: ignore[union-attr]
        rows.append([name, found.value, found.low, found.high, None, None, 0, None, None])
    cells = state.get("cells", {})
    for name, entry in plan["entries"].items():
        mine = [cell for id, cell in cells.items() if id.rpartition("/")[0] in (f"{name}/seed", f"{name}/search")]
        rate = state.get("rates", {}).get(name)
        final = [cell for cell in mine if rate is None or cell.get("rate") == rate]
        figures = [math.nan] * 3
        if report is not None:
            found = report.over_seeds([system_name(name, seed) for seed in plan["seeds"]], metric)
            figures = [found.value, found.low, found.high]
        done = [cell for cell in final if "eval_loss" in cell]
        seconds = [cell["seconds"] for cell in done if cell["seconds"]]
        memory = [cell["memory"] for cell in done if cell["memory"]]
        rows.append([name, *figures, len(done), rate, entry["trainable_parameters"],
                     float(np.mean(seconds)) if seconds else None, max(memory, default=None)])  # fmt: skip
    return rows


def front(values: Sequence[float], costs: Sequence[float]) -> list[bool]:
    """For each whether no other is at least as good for less, or better for the same (Pareto's front)."""
    points = [(float(value), float(cost)) for value, cost in zip(values, costs, strict=True)]
    return [
        not math.isnan(value)
        and not any(
            (other >= value and price < cost) or (other > value and price <= cost)
            for other, price in points
            if not math.isnan(other)
        )
        for value, cost in points
    ]


def sentences(plan: Mapping[str, Any], report: Report, metric: str | None = None) -> list[str]:
    """The best way of tuning, and for every other whether it is told apart from it.

    Two are told apart where the paired test over rows, of scores averaged over seeds, stays below 5 % after Holm's
    correction for all comparisons made here, and, with several seeds, the interval of their difference over seeds
    leaves zero out too.
    """
    facts = report.metric(metric)
    sign = 1 if facts.higher_is_better else -1
    scores = {name: _scores(report, name, plan["seeds"], facts.name) for name in plan["entries"]}
    means = {name: sign * float(np.nanmean(values)) for name, values in scores.items()}
    best, *others = sorted(means, key=lambda name: -means[name])
    found = report.over_seeds([system_name(best, seed) for seed in plan["seeds"]], facts.name)
    many = len(plan["entries"])
    leads = f"is the best of {many}" if many > 1 and means[best] > means[others[0]] else "reached"
    told = [f"{best} {leads} on {facts.name}: {found.sentence}"]
    tuned = {system_name(name, seed) for name in plan["entries"] for seed in plan["seeds"]}
    untuned = [name for name in report.names if name not in tuned]
    baseline = report.best(untuned, facts.name) if untuned else None
    rivals = {name: scores[name] for name in others}
    if baseline is not None:
        rivals[baseline] = np.array([_scored(report, baseline, facts.name)])
    compared = {name: _difference(rival, scores[best], facts) for name, rival in rivals.items()}
    adjusted = dict(zip(compared, statistics.holm([each[0].p_value for each in compared.values()]), strict=True))
    for name, (over_rows, over_seeds) in compared.items():
        steady = over_seeds is None or over_seeds.low > 0 or over_seeds.high < 0
        apart = adjusted[name] < ALPHA and steady
        # the interval that decides: over seeds, unless the rows alone do not tell them apart
        span, over = (over_rows, f"{over_rows.n_rows:,} rows")
        if over_seeds is not None and (apart or not steady):
            span, over = over_seeds, f"{over_seeds.n_seeds} seeds"
        told_span = f"95 % interval over {over} {_span(span.low, span.high, facts.unit)}"
        basis = f"{over_rows.n_rows:,} rows and {len(plan['seeds'])} seed{'s' * (len(plan['seeds']) > 1)}"
        who = f"the best untuned system ({name})" if name == baseline else name
        if apart:
            better = "better" if over_rows.value * sign > 0 else "worse"
            by = _points(abs(over_rows.value), facts.unit)
            told.append(f"{best} is {better} than {who} by {by} ({told_span}; {over_rows.n_rows:,} rows).")
        else:
            by = _points(over_rows.value, facts.unit)
            told.append(f"{best} and {who} are not distinguishable on {basis} (difference {by}, {told_span}).")
    return told


@dataclass(frozen=True)
class Curve:
    """Quality against the number of rows.

    Attributes
    ----------
    rows : tuple of int
        Sizes.
    values, lows, highs : tuple of float
        The metric's mean over seeds at each, with Student's interval.
    predicted : tuple of float
        For the largest size, from the others: value, low, high.
    holds : bool
        Whether what came out at the largest size lies in that interval.
    doubled : tuple of float
        For twice the largest size: the change expected, low, high.
    sentence : str
        What may be said.
    """

    rows: tuple[int, ...]
    values: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    predicted: tuple[float, float, float]
    holds: bool
    doubled: tuple[float, float, float]
    sentence: str


def curve_of(plan: Mapping[str, Any], report: Report, metric: str | None = None) -> Curve:
    """The curve of a bench over sizes."""
    facts = report.metric(metric)
    names = sorted(plan["entries"], key=lambda name: plan["entries"][name]["rows"])
    values = np.array(
        [[report.interval(system_name(name, seed), facts.name).value for seed in plan["seeds"]] for name in names]
    )
    rows = [plan["entries"][name]["rows"] for name in names]
    return fit_curve(rows, values, n_rows=len(report.prompts), higher_is_better=facts.higher_is_better, unit=facts.unit)


def fit_curve(
    rows: Sequence[int], values: np.ndarray, *, n_rows: int, higher_is_better: bool = True, unit: str = "%"
) -> Curve:
    """Fit a power law to what is missing to perfection, and test it on the largest size.

    Errors that fall as a power of the number of rows are what is found over many tasks (Hestness et al. 2017, arXiv
    1712.00409). Intervals come from drawing seeds anew and from how far the sizes lie off the line.

    Parameters
    ----------
    rows
        Sizes, ascending.
    values
        The metric, of shape ``(sizes, seeds)``; shares from 0 to 1, or a loss where `higher_is_better` is false.
    n_rows
        How many rows each was measured on; no error is taken to be below half a row.
    unit
        As in `Interval`.
    """
    errors = np.maximum((1 - values) if higher_is_better else values, 0.5 / max(1, n_rows))
    sign = -1 if higher_is_better else 1
    n, sizes, seeds = len(rows), np.asarray(rows, float), errors.shape[1]
    rng = np.random.default_rng(0)
    spread = float(np.sqrt(np.mean(np.var(errors, axis=1, ddof=1)) / seeds)) if seeds > 1 else 0.0

    def drawn(count: int, at: float) -> tuple[np.ndarray, np.ndarray]:
        """Errors for `at` rows, and for the last of the first `count` sizes, on lines through resampled seeds."""
        there, last = [], []
        for _ in range(RESAMPLES):
            picked = errors[np.arange(count)[:, None], rng.integers(0, seeds, (count, seeds))].mean(axis=1)
            slope, start = np.polyfit(np.log(sizes[:count]), np.log(picked), 1)
            off = np.log(picked) - (start + slope * np.log(sizes[:count]))
            noise = rng.choice(off) * math.sqrt(count / max(1, count - 2))
            there.append(math.exp(start + slope * math.log(at) + noise))
            last.append(math.exp(start + slope * math.log(sizes[count - 1])))
        return np.array(there), np.array(last)

    ahead, _ = drawn(n - 1, sizes[-1])
    ahead = ahead + rng.normal(0, spread, len(ahead))
    low, middle, high = np.quantile(ahead, (0.025, 0.5, 0.975))
    came = float(errors[-1].mean())
    holds = bool(low <= came <= high)
    beyond, here = drawn(n, 2 * sizes[-1])
    gains = np.quantile(sign * (beyond - here), (0.025, 0.5, 0.975))
    overs = [statistics.over_seeds(row, n_rows=n_rows, span=None, unit=unit) for row in values]
    back = (lambda error: 1 - error) if higher_is_better else (lambda error: error)
    predicted = (float(back(middle)), float(min(back(low), back(high))), float(max(back(low), back(high))))
    doubled = (float(gains[1]), float(gains[0]), float(gains[2]))
    value = back(came)
    told = f"{figure(predicted[0], unit)} ({figure(predicted[1], unit)} to {figure(predicted[2], unit)})"
    if seeds < 2:
        holds, sentence = False, "Cannot tell what more data would bring: one seed gives no interval."
    elif not holds:
        sentence = (
            f"Cannot tell what more data would bring: for {rows[-1]:,} rows {told} was predicted from the smaller "
            f"sizes, and {figure(value, unit)} came out."
        )
    else:
        sentence = (
            f"Doubling your data to {2 * rows[-1]:,} rows is expected to change this by "
            f"{_points(doubled[0], unit, True)} ({_points(doubled[1], unit, True)} to "
            f"{_points(doubled[2], unit, True)}); for {rows[-1]:,} rows {told} was predicted from the smaller sizes, "
            f"and {figure(value, unit)} came out."
        )
    return Curve(tuple(rows), tuple(float(each.value) for each in overs), tuple(float(each.low) for each in overs),
                 tuple(float(each.high) for each in overs), predicted, holds, doubled, sentence)  # fmt: skip


def _scored(report: Report, name: str, metric: str) -> np.ndarray:
    return np.array([math.nan if score is None else score for score in report.scores[metric][name]], float)


def _scores(report: Report, entry: str, seeds: Sequence[int], metric: str) -> np.ndarray:
    """Scores of shape ``(seeds, rows)``."""
    return np.array([_scored(report, system_name(entry, seed), metric) for seed in seeds])


def _difference(a: np.ndarray, b: np.ndarray, facts: Any) -> tuple[Any, Any]:
    """How much b differs from a: over rows, of scores averaged over seeds; and over seeds, where there are several."""
    first, second = a.mean(axis=0), b.mean(axis=0)
    kept = ~(np.isnan(first) | np.isnan(second))
    width = facts.span
    over_rows = statistics.paired_difference(
        first[kept], second[kept], span=width, unit=facts.unit, higher_is_better=facts.higher_is_better
    )
    if len(b) < 2:
        return over_rows, None
    per_seed = b[:, kept].mean(axis=1) - (a[:, kept].mean(axis=1) if len(a) == len(b) else first[kept].mean())
    return over_rows, statistics.over_seeds(per_seed, n_rows=int(kept.sum()), span=None, unit=facts.unit)


def _points(value: float, unit: str, signed: bool = False) -> str:
    if unit == "%":
        return f"{100 * value:+.1f} points" if signed else f"{100 * value:.1f} points"
    return f"{value:+.3g}" if signed else f"{value:.3g}"


def _span(low: float, high: float, unit: str) -> str:
    return f"{100 * low:.1f} to {100 * high:.1f} points" if unit == "%" else f"{low:.3g} to {high:.3g}"
