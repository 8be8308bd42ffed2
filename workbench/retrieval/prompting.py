"""Where passages stand in what a model is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.retrieval.building import open_index
from workbench.retrieval.index import MANIFEST, Index
from workbench.retrieval.passages import Passage
from workbench.retrieval.questions import asked_at, question_of

if TYPE_CHECKING:
    from workbench.models.system import System

__all__ = ["READING", "retrieved", "with_passages"]

READING = "{passages}\n\nQ: {prompt}\nA:"
"""The form in which the bundled base met passages with a question: ``System(prompt=READING, template="plain")``."""
DEFAULT = "{passages}\n\n{prompt}"


def retrieved(system: System, prompts: Sequence[Any]) -> tuple[list[Any], list[tuple[Passage, ...]]]:
    """Prompts with what the system's index finds for them put in, and the passages of each.

    Parameters
    ----------
    system
        One with a retriever. Its `prompt` says where passages stand, if it names them.
    prompts
        Texts, or lists of messages; then the last user turn is the question.
    """
    assert system.retriever is not None
    folder = Path(system.retriever)
    manifest = folder / MANIFEST
    stamp = manifest.stat().st_mtime_ns if manifest.is_file() else 0
    index = _opened(folder, stamp)
    found = [tuple(index.search(question_of(prompt), system.passages)) for prompt in prompts]
    form = system.prompt if system.prompt and "{passages}" in system.prompt else DEFAULT
    return [with_passages(*pair, form) for pair in zip(prompts, found, strict=True)], found


def with_passages(prompt: Any, passages: Sequence[Passage], form: str = DEFAULT) -> Any:
    """A prompt with passages put in: the same for asking and for making training rows.

    Parameters
    ----------
    prompt
        A text, or a list of messages, whose last user turn is the question.
    passages
        The best first; each stands in a line of its own. Without any, the prompt is what is left of the form.
    form
        Holds ``{passages}`` and ``{prompt}``.
    """
    values = {"passages": "\n".join(each.text for each in passages), "prompt": question_of(prompt)}
    text = re.sub(r"\{(passages|prompt)\}", lambda found: values[found[1]], form).lstrip("\n")
    if isinstance(prompt, str):
        return text
    last = asked_at(prompt)
    return [dict(turn, content=text) if at == last else turn for at, turn in enumerate(prompt)]


@lru_cache(maxsize=4)
def _opened(folder: Path, stamp: int) -> Index:
    """An index is read once for all questions, and again when it was built anew."""
    return open_index(folder)
