"""Rows with a better and a worse answer as token ids: what preference tuning and reward models are trained on.

Both answers follow the same prompt, and begin where the tokens of either part from those of the prompt alone, as in
TRL's DPOTrainer. Where a row has no prompt, it is what both conversations begin with, turn by turn. Of texts it is what
both begin with up to a space between words, where TRL cuts inside a word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from workbench.data.rendering import Renderer
from workbench.data.turns import common_length, parted
from workbench.errors import Problem
from workbench.objectives._base import Encoded, Objective, cut

__all__ = ["SIDES", "PairObjective", "encode_pairs", "parted"]

SIDES = ("chosen", "rejected")


def encode_pairs(
    rows: Sequence[Mapping[str, Any]], renderer: Renderer, max_length: int | None = None
) -> list[dict[str, Encoded]]:
    """Both sides of each row as token ids, the answer and its end marked as trained.

    Parameters
    ----------
    rows
        Canonical rows with ``chosen`` and ``rejected``, texts or lists of messages, and mostly ``prompt``.
    renderer
        Writes them as text.
    max_length
        What is longer is cut at its end.

    Returns
    -------
    list of dict
        Without tokens for conversations that begin with different turns: they answer no common prompt.
    """
    split = [parted(row) for row in rows]
    found = iter(_encoded([row for row in split if row["prompt"] != []], renderer, max_length))
    return [next(found) if row["prompt"] != [] else {side: Encoded([], []) for side in SIDES} for row in split]


def _encoded(
    split: Sequence[Mapping[str, Any]], renderer: Renderer, max_length: int | None
) -> list[dict[str, Encoded]]:
    prompts = renderer.ids([renderer.prompt_text(row["prompt"]) for row in split])
    sides = {
        side: renderer.ids([renderer.full_text({"prompt": row["prompt"], "completion": row[side]}) for row in split])
        for side in SIDES
    }
    encoded = []
    for prompt, *fulls in zip(prompts, *sides.values(), strict=True):
        start = min(common_length(prompt, full) for full in fulls)
        both = [
            Encoded(full, [0] * start + [1] * (len(full) - start), merged_tokens=len(prompt) - start) for full in fulls
        ]
        encoded.append({side: cut(row, max_length) for side, row in zip(SIDES, both, strict=True)})
    return encoded


@dataclass(frozen=True)
class PairObjective(Objective):
    """What the objectives share that are trained on pairs."""

    dataset_types: ClassVar[tuple[str, ...]] = ("preference",)
    sequences: ClassVar[int] = 2

    def conflicts(self, recipe: Any) -> list[Problem]:
        """Both sides of a pair are sequences of their own."""
        return self.no_packing(recipe, "a row is a pair of two sequences")

    def encode_rows(
        self, rows: Sequence[Mapping[str, Any]], renderer: Renderer, max_length: int | None = None
    ) -> list[dict[str, Encoded]]:
        """Both sides of each row as token ids, the answer and its end marked as trained."""
        return encode_pairs(rows, renderer, max_length)
