"""What the policy wrote and how it was judged: the replies to a batch of prompts, token by token.

Replies are drawn with the prompts padded on the left. Everything that is computed of them afterwards sees each row
whole and padded on the right, so that every token stands at the position it was drawn at, whatever the way of tuning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

__all__ = ["Reading", "Rollouts", "draw", "padded", "read"]


@dataclass
class Reading:
    """What a model says of the tokens of some replies; shapes ``(rows, tokens)``, logits ``(..., vocabulary)``."""

    logits: Tensor
    hidden: Tensor


@dataclass
class Rollouts:
    """Replies to a batch of prompts.

    Attributes
    ----------
    ids, mask
        Prompt and reply of each row, padded on the right, of shape ``(rows, length)``.
    starts
        Where each reply begins.
    replies, reply_mask
        The replies alone, of shape ``(rows, tokens)``.
    finished
        Whether each ended by itself.
    texts
        The replies as text.
    """

    ids: Tensor
    mask: Tensor
    starts: Tensor
    replies: Tensor
    reply_mask: Tensor
    finished: Tensor
    texts: list[str]

    def rows(self, some: Tensor) -> Rollouts:
        """Only these rows, no wider than they need."""
        width, tokens = int(self.mask[some].sum(-1).max()), int(self.reply_mask[some].sum(-1).max())
        return Rollouts(
            self.ids[some, :width],
            self.mask[some, :width],
            self.starts[some],
            self.replies[some, :tokens],
            self.reply_mask[some, :tokens],
            self.finished[some],
            [self.texts[row] for row in some.tolist()],
        )


def padded(rows: Sequence[Sequence[int]], pad: int, left: bool = False) -> tuple[Tensor, Tensor]:
    """Token ids of unequal length as one tensor, and its mask."""
    width = max(map(len, rows))
    ids, mask = torch.full((len(rows), width), pad), torch.zeros(len(rows), width, dtype=torch.long)
    for at, row in enumerate(rows):
        place = slice(width - len(row), width) if left else slice(0, len(row))
        ids[at, place], mask[at, place] = torch.tensor(row), 1
    return ids, mask


def draw(
    model: Any,
    generate: Callable[..., Tensor],
    prompts: Sequence[Sequence[int]],
    tokenizer: Any,
    stops: Sequence[int],
    max_new_tokens: int,
    temperature: float,
) -> Rollouts:
    """Let the policy reply to prompts, drawing every token as it finds them likely.

    Parameters
    ----------
    generate
        ``generate(model, input_ids, attention_mask, **decoding)``: how the way of tuning generates.
    prompts
        Token ids.
    stops
        Tokens that end a reply.
    """
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else stops[0]
    ids, mask = padded(prompts, pad, left=True)
    ids, mask = ids.to(model.device), mask.to(model.device)
    with torch.no_grad():
        made = generate(
            model, ids, mask, do_sample=True, temperature=temperature, top_k=0, top_p=1.0, pad_token_id=pad,
            eos_token_id=list(stops), max_new_tokens=max_new_tokens,
        )[:, ids.shape[1] :].tolist()  # fmt: skip
    replies = [_until_stop(row, set(stops)) for row in made]
    finished = torch.tensor([bool(row) and row[-1] in stops for row in replies])
    whole = [[*prompt, *reply] for prompt, reply in zip(prompts, replies, strict=True)]
    ids, mask = padded(whole, pad)
    reply_ids, reply_mask = padded(replies, pad)
    texts = tokenizer.batch_decode(replies, skip_special_tokens=True)
    device = model.device
    starts = torch.tensor([len(prompt) for prompt in prompts], device=device)
    return Rollouts(
        ids.to(device), mask.to(device), starts, reply_ids.to(device), reply_mask.to(device), finished.to(device), texts
    )


def read(model: Any, rollouts: Rollouts, head: Any) -> Reading:
    """Run a model over whole rows and pick out what it says before each token of the replies.

    Parameters
    ----------
    head
        The model's output layer, before which its last hidden state is taken.
    """
    length, tokens = rollouts.ids.shape[1], rollouts.replies.shape[1]
    keep = length - int(rollouts.starts.min()) + 1  # counted from the end: virtual tokens may stand before a row
    seen: list[Tensor] = []
    watching = head.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    try:
        logits = model(input_ids=rollouts.ids, attention_mask=rollouts.mask, logits_to_keep=keep).logits
    finally:
        watching.remove()
    at = rollouts.starts.unsqueeze(1) - 1 + torch.arange(tokens, device=logits.device) - (length - logits.shape[1])
    at = at.clamp(max=logits.shape[1] - 1)
    rows = torch.arange(len(at), device=logits.device).unsqueeze(1)
    return Reading(logits[rows, at], seen[-1][rows, at])


def _until_stop(tokens: list[int], stops: set[int]) -> list[int]:
    """The tokens up to the first that ends a reply, this one included."""
    for at, token in enumerate(tokens):
        if token in stops:
            return tokens[: at + 1]
    return tokens
