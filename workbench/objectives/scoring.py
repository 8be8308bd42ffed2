"""Replies scored here and now, by whatever can be a reward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.errors import InvalidInputError
from workbench.objectives.rewards import reward_argument

__all__ = ["score_replies"]


def score_replies(
    reward: Any,
    prompts: str | Sequence[Any],
    replies: Sequence[str],
    *,
    columns: Mapping[str, Sequence[Any]] | None = None,
    timeout: float = 60.0,
) -> list[float]:
    """What a reward gives each reply: as PPO, RLOO and GRPO would see it, and for choosing the best of several.

    Runs in this process; a reward model is loaded anew at every call, so give it all replies at once.

    Parameters
    ----------
    reward
        A run of ``wb.Reward()`` or its folder, a metric's name, ``"file.py:function"``, a Python function that stands
        alone, or several with weights: as for ``wb.PPO(reward=)``.
    prompts
        One prompt for each reply, as text or turns; or one text that all of them answer.
    replies
        The replies, as texts.
    columns
        Further columns of the rows that a function or metric asks for, each as long as `replies`.
    timeout
        Seconds that a function may take.

    Returns
    -------
    list of float
        One number for each reply; higher is better. A reward model's have no zero and no unit: only differences
        between replies to one prompt mean something, as log odds that the one is preferred.

    Raises
    ------
    InvalidInputError
        For what is no reward, and for prompts, replies and columns that do not have one length.
    RewardError
        When the reward cannot be loaded, fails, or takes too long; the row is named.

    Examples
    --------
    >>> wb.score_replies(rm, "Where is my order?", ["It is on its way.", "No idea."])   # doctest: +SKIP
    """
    from workbench.objectives._reward_calling import load_reward

    if isinstance(replies, str) or any(not isinstance(reply, str) for reply in replies):
        raise InvalidInputError("replies must be a list of texts, one for each prompt.")
    asked = [prompts] * len(replies) if isinstance(prompts, str) else list(prompts)
    for name, values in {"prompts": asked, **(columns or {})}.items():
        if isinstance(values, str) or len(values) != len(replies):
            raise InvalidInputError(
                f"The length of {name} is {len(values)} and that of replies {len(replies)}; give one for each reply."
            )
    return load_reward(reward_argument(reward), timeout=timeout)(asked, list(replies), columns or {})
