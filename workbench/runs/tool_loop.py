"""The loop of a System with tools: the model writes a call, the call is run here, the model reads its result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidInputError
from workbench.runs.decoding import Answer
from workbench.tools.calls import Call, run_call
from workbench.tools.transcript import read_step, transcript

if TYPE_CHECKING:
    from workbench.models.system import System

__all__ = ["CALL_ROOM", "ROUNDS", "answer_with_tools"]

ROUNDS = 4
"""So many calls may lead to one answer."""
CALL_ROOM = 96
"""Tokens that a step may have at least, so that a call is not cut off where answers are short."""

Ask = Callable[..., Sequence[Answer | None]]


def answer_with_tools(
    system: System, prompts: Sequence[Any], ask: Ask, take: Callable[[int, Answer], None], max_new_tokens: int
) -> None:
    """Answer prompts, all of them step by step together.

    Parameters
    ----------
    system
        One with tools.
    prompts
        Texts.
    ask
        ``GenerationClient.generate`` with its settings but for `max_new_tokens`.
    take
        Called with row and answer once it is there. One that did not come within `ROUNDS` calls is empty, and its
        ``stop`` is ``"rounds"``. ``tokens`` and ``seconds`` are those of all steps.

    Raises
    ------
    InvalidInputError
        For conversations, which a transcript has no form for.
    """
    from workbench.models.system import System

    if any(not isinstance(prompt, str) for prompt in prompts):
        raise InvalidInputError("A System with tools takes requests that are texts, not lists of messages.")
    bare, tools = System(system, tools=(), name=system.name), {tool.name: tool for tool in system.tools}
    calls: dict[int, list[Call]] = {row: [] for row in range(len(prompts))}
    spent = {row: Answer("", 0, 0.0, "rounds") for row in calls}
    for step in range(ROUNDS + 1):
        rows = list(calls)
        asked = [transcript(prompts[row], calls[row]) for row in rows]
        answers = ask(bare, asked, max_new_tokens=max(max_new_tokens, CALL_ROOM))
        for row, answer in zip(rows, answers, strict=True):
            if answer is None:  # cancelled
                del calls[row]
                continue
            before = spent[row]
            now = replace(before, tokens=before.tokens + answer.tokens, seconds=before.seconds + answer.seconds)
            spent[row] = now
            read = read_step(answer.text, first=step == 0)
            if isinstance(read, str):
                stop = "eos" if "\n" in answer.text else answer.stop
                take(row, replace(now, text=read, stop=stop, calls=tuple(calls.pop(row))))
            elif step < ROUNDS:
                calls[row].append(run_call(*read, tools))
        if not calls:
            return
    for row, made in calls.items():
        take(row, replace(spent[row], calls=tuple(made)))
