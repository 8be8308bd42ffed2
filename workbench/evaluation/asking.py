"""Every system asked every prompt, through the one generation process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.errors import InvalidInputError, RemoteError
from workbench.evaluation.facts import Answered
from workbench.models.system import System

__all__ = ["Progress", "answers_of"]

Progress = Callable[[int, int, str], None]


def answers_of(
    named: Mapping[str, System],
    prompts: Sequence[Any],
    settings: Mapping[str, Any],
    progress: Progress,
    client: Any,
    allow_remote: bool = False,
) -> tuple[dict[str, list[Answered]], list[str]]:
    """Every system's answers in the order of the prompts, and a warning for each that could not answer some rows.

    Raises
    ------
    InvalidInputError, RemoteError
        When a system can answer none of them.
    """
    asked_with = {**settings, "allow_remote": True} if allow_remote else settings
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

        _ask(client, system, prompts, list(range(len(prompts))), asked_with, take, found)
        answers[name] = [found[row] for row in range(len(prompts))]
        if unanswered := [said for said in answers[name] if said.error]:
            warnings += _unanswered(name, unanswered, len(prompts))
        failed = [said for said in answers[name] if said.stop == "failed"]
        if failed:
            warnings.append(
                f"{len(failed):,} of the {len(prompts):,} rows could not be answered by {name}, and count as empty "
                f"answers: {failed[0].detail}"
            )
    return answers, warnings


def _unanswered(name: str, found: Sequence[Answered], rows: int) -> list[str]:
    """The warning for answers of an endpoint that did not come; the error where it gave none at all."""
    lost = [said for said in found if not said.came]
    counted = found if len(found) == rows else lost
    counts = ", ".join(f"{count:,} {error}" for error, count in Counter(said.error for said in counted).most_common())
    text = f"{len(counted):,} of the {rows:,} rows got no answer from {name} ({counts})"
    if len(found) == rows:
        raise RemoteError(f"{text}: {found[0].detail}")
    return [f"{text}, and have no score: {lost[0].detail} Evaluate again to ask for these alone."] if lost else []


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
