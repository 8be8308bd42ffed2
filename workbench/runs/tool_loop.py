"""The loop of a System with tools: the model writes a call, the call is run here, the model reads its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.errors import InvalidInputError
from workbench.runs.decoding import Answer
from workbench.tools.calls import Call, run_call
from workbench.tools.tool import Tool
from workbench.tools.transcript import read_step, transcript

if TYPE_CHECKING:
    from workbench.models.system import System

__all__ = ["CALL_ROOM", "ROUNDS", "Step", "answer_with_tools", "run_tools"]

ROUNDS = 4
"""So many rounds of calls may lead to one answer."""
CALL_ROOM = 96
"""Tokens that a step may have at least, so that a call is not cut off where answers are short."""

Ask = Callable[..., Sequence[Answer | None]]


class Step(NamedTuple):
    """What a model wrote in one step, and how that is read: the calls it wants, as (name, arguments); or its answer.

    Arguments are None where a call was due and the text is none.
    """

    answer: Answer
    read: list[tuple[str, str | None]] | str


def run_tools(
    rows: int,
    tools: Sequence[Tool],
    step: Callable[[Mapping[int, Sequence[Call]], bool], Sequence[Step | None]],
    take: Callable[[int, Answer], None],
) -> None:
    """Answer rows, all of them step by step together.

    Parameters
    ----------
    rows
        How many.
    step
        Given the calls so far of the rows that have no answer yet, and whether it is the first step; returns what was
        written for each, or None for one that was cancelled.
    take
        Called with row and answer once it is there. One that did not come within `ROUNDS` rounds is empty, and its
        ``stop`` is ``"rounds"``. ``tokens`` and ``seconds`` are those of all steps.
    """
    by_name = {tool.name: tool for tool in tools}
    calls: dict[int, list[Call]] = {row: [] for row in range(rows)}
    spent = {row: Answer("", 0, 0.0, "rounds") for row in calls}
    for number in range(ROUNDS + 1):
        for row, made in zip(list(calls), step(calls, number == 0), strict=True):
            if made is None:  # cancelled
                del calls[row]
                continue
            answer, before = made.answer, spent[row]
            now = replace(before, tokens=before.tokens + answer.tokens, seconds=before.seconds + answer.seconds)
            spent[row] = now
            if isinstance(made.read, str):
                done = tuple(calls.pop(row))
                take(row, replace(answer, text=made.read, tokens=now.tokens, seconds=now.seconds, calls=done))
            elif number < ROUNDS:
                calls[row] += [run_call(*call, by_name) for call in made.read]
        if not calls:
            return
    for row, found in calls.items():
        take(row, replace(spent[row], calls=tuple(found)))


def answer_with_tools(
    system: System, prompts: Sequence[Any], ask: Ask, take: Callable[[int, Answer], None], max_new_tokens: int
) -> None:
    """Answer prompts in the form of transcripts, as `run_tools` does.

    Parameters
    ----------
    system
        One with tools.
    prompts
        Texts.
    ask
        ``GenerationClient.generate`` with its settings but for `max_new_tokens`.
    take
        Called with row and answer once it is there.

    Raises
    ------
    InvalidInputError
        For conversations, which a transcript has no form for.
    """
    from workbench.models.system import System

    if any(not isinstance(prompt, str) for prompt in prompts):
        raise InvalidInputError("A System with tools takes requests that are texts, not lists of messages.")
    bare, room = System(system, tools=(), name=system.name), max(max_new_tokens, CALL_ROOM)

    def step(calls: Mapping[int, Sequence[Call]], first: bool) -> list[Step | None]:
        answers = ask(bare, [transcript(prompts[row], made) for row, made in calls.items()], max_new_tokens=room)
        return [None if answer is None else _read(answer, first) for answer in answers]

    run_tools(len(prompts), system.tools, step, take)


def _read(answer: Answer, first: bool) -> Step:
    read = read_step(answer.text, first)
    if isinstance(read, str):
        return Step(replace(answer, stop="eos" if "\n" in answer.text else answer.stop), read)
    return Step(answer, [read])
