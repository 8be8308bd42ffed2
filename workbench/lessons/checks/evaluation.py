"""Exercises of lesson 13."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.lessons.checks._registry import Unanswered, exercise


@exercise("13.holm")
def _holm(answer: Callable[[list[float]], Sequence[float]]) -> str | None:
    from workbench.evaluation.statistics import holm

    if answer([0.5]) is None:
        raise Unanswered
    for p_values in ([0.01, 0.02, 0.05], [0.2, 0.01, 0.04, 0.012], [0.6, 0.9, 0.5], [0.04], [0.03, 0.03, 0.001]):
        m, want, got = len(p_values), holm(p_values), [float(value) for value in answer(list(p_values))]
        if len(got) != m:
            return f"{len(got)} values for the {m} of {p_values}; there is one for each."
        if not _close(got, want):
            order = sorted(p_values)
            stepped = {p: (m - rank) * p for rank, p in enumerate(order)}
            up = {p: min((m - at) * order[at] for at in range(rank, m)) for rank, p in enumerate(order)}
            wrong = [
                ([min(1.0, m * p) for p in p_values], "That is Bonferroni: every p times m. Holm lets go after each."),
                (p_values, "These are the p values as they were."),
                ([stepped[p] for p in p_values], "None may be smaller than the one before it, and none above 1."),
                ([max(stepped[q] for q in order if q <= p) for p in p_values], "A p value is never above 1."),
                ([min(1.0, up[p]) for p in p_values], "That is Hochberg, which steps up: take the largest so far."),
                (sorted(want), "The right values, but not in the order of the question."),
            ]
            hint = next((text for values, text in wrong if _close(got, values)), None)
            hint = hint or "Smallest times m, next times m - 1, and so on; then the largest so far, at most 1."
            return f"{p_values} become {_short(want)}, not {_short(got)}. {hint}"
    return None


def _close(a: Sequence[float], b: Sequence[float]) -> bool:
    return all(abs(x - y) < 1e-9 for x, y in zip(a, b, strict=True))


def _short(values: Sequence[float]) -> list[float]:
    return [round(value, 4) for value in values]


@exercise("13.said")
def _said(answer: dict[str, bool | None]) -> str | None:
    from workbench.evaluation.results import CONFIDENCE
    from workbench.evaluation.statistics import holm, mcnemar, over_seeds, wilson

    alpha, seeds = 1 - CONFIDENCE, (0.80, 0.84, 0.80, 0.84, 0.80)
    few, many = (wilson(0, n)[1] for n in (12, 60))
    nine, thirty = mcnemar(9, 1), mcnemar(30, 20)
    hundredth, thousandth = (holm([p, *[1.0] * 19])[0] for p in (0.01, 0.001))
    found = over_seeds(seeds, n_rows=25)
    low, high = wilson(round(25 * found.value), 25)
    right = {
        "12 of 12": (few < 0.1, f"after none of 12 the rate may be up to {few:.0%}"),
        "60 of 60": (many < 0.1, f"after none of 60 the rate may be up to {many:.0%}"),
        "right on 9": (nine <= alpha, f"ten coins fall 9 to 1 or further with p = {nine:.3f}"),
        "right on 30": (thirty <= alpha, f"fifty coins fall 30 to 20 or further with p = {thirty:.2f}"),
        "p = 0.01,": (hundredth <= alpha, f"adjusted for twenty it is {hundredth:.2f}"),
        "p = 0.001,": (thousandth <= alpha, f"adjusted for twenty it is {thousandth:.2f}"),
        "Five seeds": (
            low >= found.low and high <= found.high,
            f"seeds say nothing of other rows: of 25 the interval is {low:.2f} to {high:.2f}",
        ),
        "could have shown": (False, "what is too small to be shown there is neither shown nor ruled out"),
    }
    if all(value is None for value in answer.values()):
        raise Unanswered
    hints = []
    for sentence, said in answer.items():
        may, why = next(found for key, found in right.items() if key in sentence)
        if said is not may:
            hints.append(f"{sentence!r} {'may' if may else 'may not'} be said: {why}.")
    return " ".join(hints) or None
