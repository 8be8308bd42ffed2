"""What a layout is, and the parts that several layouts are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.data.turns import as_turns, label_of, messages_of, text_of

__all__ = [
    "ANSWER_NAMES",
    "CANONICAL",
    "DECISIVE",
    "PROMPT_NAMES",
    "Layout",
    "columns_layout",
    "joined",
    "with_system",
]

CANONICAL = ("prompt", "completion", "messages", "text", "chosen", "rejected", "label")
"""The names the workbench gives to the columns it uses; what ``columns=`` may name on its left."""

DECISIVE = ("prompt", "completion", "messages", "text", "chosen", "rejected")
"""Those of them whose presence tells what a row is; an extra column of such a name is renamed."""

PROMPT_NAMES = ("prompt", "question", "query", "input", "inputs", "instruction")
ANSWER_NAMES = ("completion", "answer", "response", "output", "target", "targets")


@dataclass(frozen=True)
class Layout:
    """A recognised layout.

    Parameters
    ----------
    name
        What the columns were taken for: ``"alpaca"``.
    type
        TRL's word for the rows: ``"prompt_completion"``.
    conversational
        Whether prompt, completion or messages are lists of ``{role, content}``.
    columns
        The source columns the layout consumes.
    convert
        Turns one source row into its canonical columns; raises `RowProblem`.
    note
        What to say of it to people, where it might have been meant otherwise.
    """

    name: str
    type: str
    conversational: bool
    columns: tuple[str, ...]
    convert: Callable[[Mapping[str, Any]], dict[str, Any]]
    note: str = ""


def columns_layout(
    name: str, type: str, names: Mapping[str, str | None], conversational: bool, note: str = ""
) -> Layout:
    """Columns that are taken over under our names; in a conversational layout a plain text is one turn."""
    used = {ours: theirs for ours, theirs in names.items() if theirs is not None}

    def convert(row: Mapping[str, Any]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for ours, theirs in used.items():
            value = row.get(theirs)
            if ours == "label":
                out[ours] = label_of(value, theirs)
            elif conversational:
                role = "user" if ours == "prompt" else "assistant"
                plain = isinstance(value, str) and as_turns(value) is None
                out[ours] = [{"role": role, "content": value}] if plain else messages_of(value, theirs)
            else:
                out[ours] = text_of(value, theirs)
        return out

    return Layout(name, type, conversational, tuple(used.values()), convert, note)


def joined(row: Mapping[str, Any], first: str, second: str | None) -> str:
    """Two columns as one text, an empty line between them."""
    text = text_of(row.get(first), first)
    more = row.get(second) if second else None
    more = text_of(more, str(second)) if more is not None else ""
    return f"{text}\n\n{more}" if more.strip() else text


def with_system(layout: Layout, system: str) -> Layout:
    """The layout with the texts of a column as system turns; rows become conversations."""
    if layout.type == "language_modeling" and not layout.conversational:
        return layout
    if layout.type == "preference" and len(layout.columns) == 2 and not layout.conversational:
        return layout  # no telling where in the texts it belongs

    def convert(row: Mapping[str, Any]) -> dict[str, Any]:
        out = layout.convert(row)
        for name in ("prompt", "completion", "chosen", "rejected"):
            if isinstance(out.get(name), str):
                out[name] = [{"role": "user" if name == "prompt" else "assistant", "content": out[name]}]
        own: list[str] = [name for name in ("messages", "prompt") if name in out]
        own = own or ["chosen", "rejected"]
        said = row.get(system)
        if said and said == said:  # not NaN
            turn = {"role": "system", "content": text_of(said, system)}
            out |= {name: [turn, *out[name]] for name in own if out[name][0]["role"] != "system"}
        return out

    return Layout(f"{layout.name} with system", layout.type, True, (*layout.columns, system), convert, layout.note)
