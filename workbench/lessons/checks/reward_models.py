"""Exercises of lesson 09."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.lessons.checks._registry import Unanswered, exercise


@exercise("09.gradient")
def _gradient(answer: Callable[..., Any]) -> str | None:
    import torch
    from torch.nn import functional as F

    draws = torch.Generator().manual_seed(9)
    chosen, rejected = (torch.randn(7, generator=draws, dtype=torch.float64).requires_grad_() for _ in range(2))
    got = answer(chosen.detach(), rejected.detach())
    if got is None:
        raise Unanswered
    shaped = isinstance(got, (tuple, list)) and len(got) == 2
    if not shaped or any(torch.as_tensor(each).shape != chosen.shape for each in got):
        return "Return two tensors, one number a pair in each: how the loss changes with the chosen scores, and with "\
               "the rejected ones."  # fmt: skip
    mine = [torch.as_tensor(each).double() for each in got]
    loss = -F.logsigmoid(chosen - rejected).mean()
    want = torch.autograd.grad(loss, [chosen, rejected])

    def is_(one: Any, other: Any) -> bool:
        return all(torch.allclose(a, b, atol=1e-6) for a, b in zip((one, other), mine, strict=True))

    surprise = torch.sigmoid(rejected - chosen).detach()
    if is_(*want):
        return None
    if is_(-want[0], -want[1]):
        return "The other sign: with a higher chosen score the loss falls."
    if is_(want[0] * len(chosen), want[1] * len(chosen)):
        return "The loss is a mean over pairs: each pair counts one part in as many as there are."
    if is_(-(1 - surprise) / len(chosen), (1 - surprise) / len(chosen)):
        return "That pushes most where the order is right already. d/dx -log sigmoid(x) = -(1 - sigmoid(x))."
    if is_(want[0], want[0]):
        return "Only the difference counts, so the rejected score is pushed just as far the other way."
    return "With d = chosen - rejected: d/dd -log sigmoid(d) = -(1 - sigmoid(d)); then by the chain rule to each score."


@exercise("09.labels")
def _labels(answer: Callable[[float, float], float | None]) -> str | None:
    cases = [(0.9, 0.0), (0.66, 0.3), (0.5, 0.3), (0.82, 0.1)]
    got = [answer(measured, flipped) for measured, flipped in cases]
    if any(each is None for each in got):
        raise Unanswered
    mine = [float(each) for each in got if each is not None]

    def is_(rule: Callable[[float, float], float]) -> bool:
        return all(abs(rule(*case) - each) < 1e-6 for case, each in zip(cases, mine, strict=True))

    if is_(lambda m, e: (m - e) / (1 - 2 * e)):
        return None
    if is_(lambda m, e: m * (1 - e) + (1 - m) * e):
        return "That is what a true accuracy looks like against flipped labels. Solve it for the true one."
    if is_(lambda m, e: m / (1 - e)):
        return "Where label and model are both wrong they agree: that counts as right, too."
    if is_(lambda m, e: m + e):
        return "Of the flipped labels, only those on which the model is right look wrong."
    if is_(lambda m, e: m):
        return "That is the measured one."
    return "measured = true (1 - flipped) + (1 - true) flipped: right and label right, or wrong and label wrong."
