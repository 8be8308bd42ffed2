"""What prompt and prefix tuning share: virtual tokens before the input."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.errors import Problem

if TYPE_CHECKING:
    import torch

__all__ = ["as_text", "generate_after_prompt", "generate_lines", "packing_problems"]


def packing_problems(recipe: Any, title: str) -> list[Problem]:
    """Packed rows would need virtual tokens before each of them, and get them once."""
    if recipe.training.packing is not True:
        return []
    return [Problem(
        "training.packing", f"cannot be used with {title.lower()}: several rows would share one set of virtual tokens, "
        "and see each other.",
        "Turn packing off.",
    )]  # fmt: skip


def generate_after_prompt(
    base: Any, input_ids: torch.Tensor, known: int, inputs: dict[str, Any], decoding: dict[str, Any]
) -> torch.Tensor:
    """Let the base model go on after virtual tokens.

    Parameters
    ----------
    base
        The model without PEFT around it.
    input_ids
        The prompts, without virtual tokens.
    known
        How many of the tokens that ``base.generate`` gives stand before the answer.
    inputs
        What it is given: virtual tokens and prompts.
    decoding
        Settings of generation. Stopping criteria are told of the prompts and the answers so far, as without virtual
        tokens.

    Returns
    -------
    torch.Tensor
        Prompts and answers, of shape ``(batch, length)``.
    """
    import torch

    def seen(sequences: torch.Tensor) -> torch.Tensor:
        return torch.cat([input_ids, sequences[:, known:]], dim=1)

    def told(ask: Callable[..., Any]) -> Callable[..., Any]:
        return lambda sequences, scores, **more: ask(seen(sequences), scores, **more)

    decoding = dict(decoding)
    if decoding.get("stopping_criteria"):
        decoding["stopping_criteria"] = [told(ask) for ask in decoding["stopping_criteria"]]
    return seen(base.generate(**inputs, **decoding))


def generate_lines(ask: list[str]) -> list[str]:
    """`generate_after_prompt` for a script.

    Parameters
    ----------
    ask
        Lines that set ``replies`` from ``base``, ``policy``, ``rows``, ``input_ids``, ``attention_mask`` and
        ``decoding``.
    """
    return [
        "",
        "",
        "def generate(input_ids, attention_mask, **decoding):",
        '    """Replies after the virtual tokens; those of PEFT\'s own generate are not what the logits say."""',
        "    policy, rows = trainer.model, len(input_ids)",
        "    base = policy.get_base_model()",
        *(f"    {line}" for line in ask),
        "    return torch.cat([input_ids, replies], dim=1)",
        "",
        "",
        "trainer.model.generate = generate",
    ]


def as_text(value: str | None) -> str:
    """A text as Python code with double quotes."""
    return json.dumps(value, ensure_ascii=False)
