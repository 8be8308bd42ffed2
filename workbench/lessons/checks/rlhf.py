"""Exercises of lesson 10."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import fmean, pstdev, stdev

from workbench.lessons.checks._registry import Unanswered, exercise


@exercise("10.clip")
def _clip(answer: dict[str, bool | None]) -> str | None:
    import torch

    from workbench.objectives.ppo.losses import policy_loss

    if all(value is None for value in answer.values()):
        raise Unanswered
    for case, value in answer.items():
        ratio, advantage = (float(part.split()[-1]) for part in case.split(","))
        logps = torch.tensor([[math.log(ratio)]], requires_grad=True)
        one = torch.ones(1, 1)
        loss, _ = policy_loss(logps, torch.zeros(1, 1), advantage * one, one, 0.2)
        loss.backward()
        moves = bool(logps.grad is not None and logps.grad.abs().item() > 0)
        if value is None or bool(value) != moves:
            inside = 0.8 <= ratio <= 1.2
            why = (
                "Between 0.8 and 1.2 nothing is clipped."
                if inside
                else "The token has already gone past the clip in the direction that its advantage asks for."
                if not moves
                else "The token has gone the wrong way: the smaller of the two products is the one that is not clipped."
            )
            return f"{case!r}: {value!r} is not what the loss's gradient says. {why}"
    return None


@exercise("10.leave_one_out")
def _leave_one_out(answer: Callable[[list[float]], Sequence[float] | None]) -> str | None:
    if answer([1.0, 2.0]) is None:
        raise Unanswered
    for rewards in ([1.0, 0.0, 0.0, 1.0], [3.0, -1.0, 2.0], [0.5, 0.5], [7.0, 1.0]):
        found = answer(list(rewards))
        if found is None or len(found) != len(rewards):
            return f"{rewards}: {found!r} is not one number for each reply."
        got = [float(value) for value in found]
        total, count = sum(rewards), len(rewards)
        want = [reward - (total - reward) / (count - 1) for reward in rewards]
        if _near(got, want):
            continue
        centred = [reward - fmean(rewards) for reward in rewards]
        scaled = [[value / (of(rewards) or 1.0) for value in centred] for of in (pstdev, stdev)]
        if _near(got, centred):
            hint = "The mean you take off has the reply itself in it; leave it out."
        elif any(_near(got, one) for one in scaled):
            hint = "That is GRPO's: nothing is divided by the spread here."
        elif _near(got, [-value for value in want]):
            hint = "The sign: a reply that is better than the others has an advantage above zero."
        else:
            hint = "Each reward, less the mean of the others' rewards."
        return f"{rewards}: {[round(value, 3) for value in got]} is not what RLOO takes. {hint}"
    return None


def _near(a: Sequence[float], b: Sequence[float]) -> bool:
    return all(math.isclose(x, y, abs_tol=1e-5) for x, y in zip(a, b, strict=True))
