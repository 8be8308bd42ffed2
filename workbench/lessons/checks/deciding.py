"""Exercises of lessons 12 and 15."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Any

from workbench.lessons.checks._registry import Unanswered, exercise


@exercise("12.stop")
def _stop(answer: Callable[[list[str], Callable[[str, str], bool]], Any]) -> str | None:
    rungs = ["zero-shot", "few-shot", "retrieval", "LoRA"]
    if answer(rungs, lambda low, high: False) is None:
        raise Unanswered

    def given(*beaten: tuple[str, str]) -> Any:
        return answer(list(rungs), lambda low, high: (low, high) in beaten)

    if (got := given()) != "zero-shot":
        return f"Where nothing is shown to beat anything, the lowest rung does; got {got!r}."
    if (got := given(("zero-shot", "LoRA"))) != "few-shot":
        return (
            "LoRA beats 'zero-shot' and no other rung: then 'few-shot' is the lowest that nothing above beats. "
            f"It need not itself be shown to beat what is below it. Got {got!r}."
        )
    if (got := given(("LoRA", "zero-shot"), ("retrieval", "few-shot"))) != "zero-shot":
        return f"What a rung below does better is no reason to climb; got {got!r}."
    rng = Random(12)
    for _ in range(50):
        beaten = {(low, high) for at, low in enumerate(rungs) for high in rungs[at + 1 :] if rng.random() < 0.4}
        want = next(low for low in rungs if not any(pair[0] == low for pair in beaten))
        if (got := given(*beaten)) != want:
            return f"With {sorted(beaten)} (below, above that beats it) it is {want!r}, got {got!r}."
    return None


@exercise("12.break_even")
def _break_even(answer: Callable[[float, float, float, float], Any]) -> str | None:
    if answer(1000.0, 110.0, 10.0, 1e9) is None:
        raise Unanswered
    cases = {
        (1000.0, 110.0, 10.0, 1e9): 10.0,
        (1000.0, 110.0, 10.0, 9.0): math.inf,
        (1000.0, 10.0, 110.0, 1e9): math.inf,
        (1000.0, 50.0, 50.0, 1e9): math.inf,
        (0.0, 50.0, 40.0, 5.0): 0.0,
    }
    hints = {
        1: "the facts change again after 9 answers, before the 10 that pay for it",
        2: "tuning that reads more than it saves never pays",
        3: "where nothing is saved it never pays",
    }
    for at, (case, want) in enumerate(cases.items()):
        got = answer(*case)
        if not (isinstance(got, int | float) and math.isclose(got, want)):
            why = f": {hints[at]}" if at in hints else ""
            return f"With (to make, without, with, between changes) = {case} it is {want:g}, got {got!r}{why}."
    return None


@exercise("15.mrr")
def _mrr(answer: Callable[[list[list[str]], list[list[str]]], Any]) -> str | None:
    from workbench.metrics.ranking import reciprocal_rank

    if answer([["a"]], [["a"]]) is None:
        raise Unanswered
    rng, names = Random(15), [*"abcdefgh"]
    cases = [([["a", "b"]], [["b"]], "found second: one half"), ([["a", "b"]], [["c"]], "not found: nothing")]
    cases += [
        ([["a", "b", "c"]], [["c", "b"]], "two gold passages: the first of them that is found counts"),
        (
            [rng.sample(names, 4) for _ in range(30)],
            [rng.sample(names, 2) for _ in range(30)],
            "the mean over questions",
        ),
    ]
    for found, gold, why in cases:
        want = sum(reciprocal_rank(each, ids, len(each)) for each, ids in zip(found, gold, strict=True)) / len(found)
        got = answer(found, gold)
        if not (isinstance(got, int | float) and math.isclose(got, want, abs_tol=1e-9)):
            return f"For {found[:1]} with gold {gold[:1]} it is {want:.4f}, got {got!r} ({why})."
    return None


@exercise("15.fault")
def _fault(answer: Callable[[set[str], set[str], bool], Any]) -> str | None:
    if answer({"a"}, {"a"}, True) is None:
        raise Unanswered
    cases = {
        (("a",), ("a", "b"), False): "reading",
        (("a",), ("b", "c"), False): "finding",
        (("a", "b"), ("a", "c"), False): "finding",
        (("a",), ("a",), True): "neither",
        (("a",), ("b",), True): "neither",
    }
    for (gold, read, right), want in cases.items():
        if (got := answer(set(gold), set(read), right)) != want:
            told = "All gold passages must have been given before reading can be blamed." if len(gold) > 1 else ""
            kind = "right" if right else "wrong"
            return f"Gold {gold}, given {read}, answer {kind}: it is {want!r}, got {got!r}. {told}".rstrip()
    return None
