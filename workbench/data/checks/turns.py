"""Turns that say nothing, and conversations whose roles come in no order a model can learn from."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow.compute as pc

from workbench.data.checks.base import Check, Flagged, Rows
from workbench.data.checks.view import Batch, Part

__all__ = ["CHECKS"]


class EmptyAnswers(Flagged):
    """An answer without a visible character. A turn that only calls tools is not empty."""

    name, kind, severity = "empty_answers", "empty answer", "error"
    message = "an empty answer teaches the model to say nothing."
    remedy = "Fill them in, or take the rows out."
    repair = "drop the rows"

    def scan(self, batch: Batch) -> Rows:
        return {row: "" for part in batch.side("answer") for row in blank(part)}


class EmptyTurns(Flagged):
    """A prompt, system or tool turn without a visible character."""

    name, kind, severity = "empty_turns", "empty turn", "warning"
    message = "an answer to nothing teaches the model to invent what was asked."
    remedy = "Fill in what was asked, or take the rows out."
    repair = "drop the rows"

    def scan(self, batch: Batch) -> Rows:
        return {row: f"empty {part.role} turn" for part in batch.side("prompt") for row in blank(part)}


class RoleOrder(Flagged):
    """Conversations that do not go system, user, assistant, user, assistant."""

    name, kind, severity = "role_order", "wrong role order", "error"
    message = "the roles come in an order in which the model will never be asked, or nothing is left to learn."
    remedy = "Correct the order of the turns, join turns of one role, or take the rows out."

    def applies(self) -> bool:
        return self.dataset.conversational

    def scan(self, batch: Batch) -> Rows:
        found: dict[int, str] = {}
        for column in filter(batch.is_chat, batch.columns):
            turns = batch.turns(column)
            follows = "prompt" in batch.columns and column != "prompt"
            starts = np.flatnonzero(np.diff(turns.owners, prepend=-1))
            stops = np.append(starts[1:], len(turns.owners))
            shapes: dict[tuple[str, ...], str] = {}
            for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
                roles = tuple(turns.roles[start:stop])
                if roles not in shapes:
                    shapes[roles] = _misplaced(roles, column, follows)
                if shapes[roles]:
                    found.setdefault(batch.start + int(turns.owners[start]), shapes[roles])
        return found


def blank(part: Part) -> list[int]:
    """The rows of texts without a visible character."""
    mask = pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(part.texts)), 0)
    return part.rows[mask.to_numpy(zero_copy_only=False)].tolist()


def _misplaced(roles: tuple[str, ...], column: str, follows: bool) -> str:
    """What is wrong with the order of the roles, in words; empty when nothing is."""
    if any(role in ("system", "developer") for role in roles[1:]):
        place = next(at for at, role in enumerate(roles) if at and role in ("system", "developer"))
        return f"turn {place} is {roles[place]}, which only comes first"
    for place, (before, role) in enumerate(pairwise(roles), 1):
        if before == role and role in ("user", "assistant"):
            return f"turns {place - 1} and {place} are both {role}"
    if column == "prompt":
        if roles[-1] == "assistant":
            return "the prompt ends with an assistant turn, and the answer begins another"
        return "" if "user" in roles else "no user turn in the prompt"
    if follows and "user" in roles:
        return f"turn {roles.index('user')} of the {column} is user, and is trained on like an answer"
    if not follows and "assistant" in roles and "user" not in roles[: roles.index("assistant")]:
        return "an assistant turn comes before any user turn"
    if roles[-1] != "assistant":
        return f"the last turn is {roles[-1]}, not assistant"
    return ""


CHECKS: tuple[type[Check], ...] = (EmptyAnswers, EmptyTurns, RoleOrder)
