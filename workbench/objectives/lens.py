"""One row as the model will see it: every token with its text, whether it is trained, and where the row is cut.

The tokens are those of the objective's own encoding; what each of them covers is asked of the tokenizer. A character
that several tokens share (an emoji in bytes) belongs to the first of them, and the others say which part they are.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.data.rendering import Renderer
from workbench.data.turns import parted
from workbench.errors import InvalidInputError
from workbench.objectives._base import Encoded, Objective
from workbench.objectives.gate import row_limit
from workbench.objectives.pairs import SIDES, encode_pairs
from workbench.objectives.sft import SFT

__all__ = ["Encoder", "Side", "row_tokens"]

MARK = "\ue000text\ue001"
ROW, TEMPLATE, SPECIAL = "row", "template", "special"


@dataclass(frozen=True)
class Side:
    """The tokens of a row, or of one answer of a pair.

    Parameters
    ----------
    name
        ``"chosen"`` or ``"rejected"``; empty for a row that is no pair.
    ids
        All token ids, those that are cut off too.
    texts
        What of the text each covers; all together are the whole text.
    trained
        For each token 1 if the loss counts it, else 0; of those cut off, whether it would have.
    kinds
        For each ``"row"`` (from the data), ``"template"`` (written around it) or ``"special"`` (one of the
        tokenizer's special tokens).
    parts
        For tokens that share a character: which of them this is and how many they are, ``(2, 4)``; else None.
    kept
        How many are left within `max_length`.
    """

    name: str
    ids: list[int]
    texts: list[str]
    trained: list[int]
    kinds: list[str]
    parts: list[tuple[int, int] | None]
    kept: int

    @property
    def counts(self) -> dict[str, int]:
        """How many tokens there are, how many of them the loss counts, and how many of both are cut off."""
        return {
            "tokens": self.kept,
            "trained": sum(self.trained[: self.kept]),
            "cut": len(self.ids) - self.kept,
            "cut_trained": sum(self.trained[self.kept :]),
        }

    def window(self, start: int, count: int) -> dict[str, Any]:
        """Some tokens as plain data, with the counts of all."""
        some = slice(max(0, start), max(0, start) + count)
        return {
            "name": self.name, "start": some.start, "total": len(self.ids), "kept": self.kept, "counts": self.counts,
            "first_trained": self.trained.index(1) if any(self.trained) else None,
            "ids": self.ids[some], "texts": self.texts[some], "trained": self.trained[some], "kinds": self.kinds[some],
            "parts": self.parts[some],
        }  # fmt: skip


class Encoder:
    """What encodes the rows of a recipe, or of a model with supervised fine-tuning as it comes.

    Parameters
    ----------
    recipe
        Its objective, template, length and model.
    model
        A model's name or folder, or a run, where there is no recipe.

    Attributes
    ----------
    limit : int or None
        Where rows are cut: the recipe's ``max_length``, or the model's context where that is shorter.

    Raises
    ------
    InvalidInputError
        When neither is given, or the model is none.
    ModelNotFoundError
        When the model is not there.
    """

    def __init__(self, recipe: Any = None, model: Any = None):
        from workbench.models.loading import load_tokenizer
        from workbench.models.resolve import reference_of, resolve_model
        from workbench.models.shapes import shapes

        name = recipe.model_name if recipe is not None else reference_of(model)
        if name is None:
            raise InvalidInputError(
                f"Tokens are those of a model: give recipe=, or model= as a name, a folder or a run; got {model!r}."
            )
        ref = resolve_model(name)
        self.name = name
        self.objective: Objective = recipe.objective if recipe is not None else SFT()
        trust = recipe.trust_remote_code if recipe is not None else False
        self.renderer = Renderer(
            load_tokenizer(ref, trust_remote_code=trust), recipe.template if recipe is not None else None
        )
        positions = shapes(ref).positions
        self.limit: int | None = positions if recipe is None else row_limit(recipe, positions)

    def tokens(self, row: Mapping[str, Any]) -> list[Side]:
        """The tokens of a row, as `row_tokens` gives them."""
        return row_tokens(self.objective, row, self.renderer, self.limit)


def row_tokens(
    objective: Objective, row: Mapping[str, Any], renderer: Renderer, max_length: int | None = None
) -> list[Side]:
    """The tokens of a row; of a pair those of both answers.

    Parameters
    ----------
    objective
        Encodes rows that are no pairs.
    row
        A canonical row.
    renderer
        Writes it as text.
    max_length
        Where it is cut.
    """
    if "chosen" in row:
        pair, [encoded] = parted(row), encode_pairs([row], renderer)
        rows = {side: {"prompt": pair["prompt"], "completion": pair[side]} for side in SIDES}
        return [_side(side, rows[side], encoded[side], renderer, max_length) for side in SIDES]
    if "prompt" in row and "completion" not in row:
        [ids] = renderer.ids([renderer.prompt_text(row["prompt"])])
        return [_side("", row, Encoded(ids, [0] * len(ids)), renderer, max_length)]
    return [_side("", row, objective.encode(row, renderer), renderer, max_length)]


def _side(name: str, row: Mapping[str, Any], encoded: Encoded, renderer: Renderer, max_length: int | None) -> Side:
    text, spans = _spans(row, encoded.input_ids, renderer)
    texts, parts = _covered(text, spans)
    special = set(renderer.tokenizer.all_special_ids)
    own = _own_spans(text, row, renderer)
    kinds, at = [], 0
    for token, (start, stop) in zip(encoded.input_ids, spans, strict=True):
        while at < len(own) and own[at][1] <= start:
            at += 1
        inside = at < len(own) and own[at][0] < stop and start < stop
        kinds.append(SPECIAL if token in special else ROW if inside else TEMPLATE)
    kept = min(len(encoded.input_ids), max_length or len(encoded.input_ids))
    return Side(name, encoded.input_ids, texts, encoded.trained, kinds, parts, kept)


def _spans(row: Mapping[str, Any], ids: list[int], renderer: Renderer) -> tuple[str, list[tuple[int, int]]]:
    """The text of a row, and from where to where in it each of its tokens reaches."""
    tokenizer = renderer.tokenizer
    text = _whole_text(row, renderer)
    if getattr(tokenizer, "is_fast", False):
        chat = renderer.chat and not ("text" in row and "prompt" not in row and "messages" not in row)
        found = tokenizer(text, add_special_tokens=not chat, return_offsets_mapping=True)
        if list(found["input_ids"]) == list(ids):
            return text, [tuple(span) for span in found["offset_mapping"]]
    # A tokenizer that does not tell: the texts of its tokens, one after another.
    pieces = tokenizer.convert_ids_to_tokens(ids)
    stops = [0, *itertools.accumulate(map(len, pieces))]
    return "".join(pieces), list(itertools.pairwise(stops))


def _covered(text: str, spans: list[tuple[int, int]]) -> tuple[list[str], list[tuple[int, int] | None]]:
    """The text of each token, and which part of a character it is. What no token covers goes with the next one."""
    texts, parts, done = [], [], 0
    first = 0
    for at, (start, stop) in enumerate(spans):
        again = at > 0 and start < stop and (start, stop) == spans[at - 1] and stop <= done
        first = first if again else at
        texts.append(text[done : max(done, stop)])
        done = max(done, stop)
        parts.append((at - first + 1, 0) if again else None)
        if again:
            for other in range(first, at + 1):
                parts[other] = (other - first + 1, at - first + 1)
    if texts and done < len(text):
        texts[-1] += text[done:]
    return texts, parts


def _own_spans(text: str, row: Mapping[str, Any], renderer: Renderer) -> list[tuple[int, int]]:
    """Where in the text the row's own texts stand, in order.

    The row is rendered once more with marks for its texts: what stands between the marks is the template's. Where a
    template does not only place the texts, all is taken for the row's.
    """
    texts: list[str] = []

    def mark(content: str) -> str:
        texts.append(content)
        return MARK

    marked = {
        name: mark(value) if isinstance(value, str) else [{**turn, "content": mark(turn["content"])} for turn in value]
        for name in ("prompt", "completion", "messages", "text")
        if (value := row.get(name)) is not None
    }
    between = _whole_text(marked, renderer).split(MARK)
    spans, at = [], len(between[0])
    if len(between) != len(texts) + 1 or not text.startswith(between[0]):
        return [(0, len(text))]
    for own, after in zip(texts, between[1:], strict=True):
        fitting = [each for each in (own, own.strip()) if text.startswith(each + after, at)]
        if not fitting:
            return [(0, len(text))]
        spans.append((at, at + len(fitting[0])))
        at += len(fitting[0]) + len(after)
    return [span for span in spans if span[0] < span[1]]


def _whole_text(row: Mapping[str, Any], renderer: Renderer) -> str:
    if "prompt" in row and "completion" not in row:
        return renderer.prompt_text(row["prompt"])
    return renderer.full_text(row)
