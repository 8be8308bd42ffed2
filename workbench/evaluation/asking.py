"""Every system asked every prompt, through the one generation process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.errors import InvalidInputError
from workbench.evaluation.facts import Answered
from workbench.models.system import System

__all__ = ["Progress", "answers_of"]

Progress = Callable[[int, int, str], None]


def answers_of(
    named: Mapping[str, System], prompts: Sequence[Any], settings: Mapping[str, Any], progress: Progress, client: Any
) -> tuple[dict[str, list[Answered]], list[str]]:
    """Every system's answers in the order of the prompts, and a warning for each that could not answer some rows.

    Raises
    ------
    InvalidInputError
        When a system can answer none of them.
    """
    if client is None:
        from workbench.runs.generation import shared_client

        client = shared_client()
    total, warnings = len(prompts) * len(named), []
    answers: dict[str, list[Answered]] = {}
    for name, system in named.items():
        found: dict[int, Answered] = {}
        before = len(answers) * len(prompts)
        progress(before, total, name)

        def take(
            row: int, answer: Any, name: str = name, found: dict[int, Answered] = found, before: int = before
        ) -> None:
            found[row] = Answered.of(answer)
            progress(before + len(found), total, name)

        _ask(client, system, prompts, list(range(len(prompts))), settings, take, found)
        answers[name] = [found[row] for row in range(len(prompts))]
        failed = [said for said in answers[name] if said.stop == "failed"]
        if failed:
            warnings.append(
                f"{len(failed):,} of the {len(prompts):,} rows could not be answered by {name}, and count as empty "
                f"answers: {failed[0].detail}"
            )
    return answers, warnings


def _ask(
    client: Any,
    system: System,
    prompts: Sequence[Any],
    rows: Sequence[int],
    settings: Mapping[str, Any],
    take: Callable[[int, Any], None],
    found: dict[int, Answered],
) -> None:
    """Ask some rows. A prompt that does not fit is refused with all rows it came with, before any is answered: halves
    are asked until the rows that do not fit are alone."""
    rows = [row for row in rows if row not in found]
    try:
        client.generate(system, [prompts[row] for row in rows],
                        on_result=lambda at, answer: take(rows[at], answer), **settings)  # fmt: skip
    except InvalidInputError as error:
        if type(error) is not InvalidInputError:  # a model that is not there, say: no row would do better
            raise
        if len(rows) == 1:
            found[rows[0]] = Answered("", stop="failed", detail=str(error))
            if len(found) == len(prompts) and all(said.stop == "failed" for said in found.values()):
                raise
            return
        half = len(rows) // 2
        for part in (rows[:half], rows[half:]):
            _ask(client, system, prompts, part, settings, take, found)
