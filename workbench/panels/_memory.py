"""Memory as a bar of parts, for RecipePanel."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from workbench.estimate import size_words

__all__ = ["memory_html"]


PARTS = ("weights", "optimizer", "gradients", "activations", "narrow copies", "logits", "allocator", "workspace")
"""Each part has a colour of its own, so that two ways of tuning can be compared by eye."""


def memory_html(parts: Mapping[str, float], device: int) -> str:
    """What training takes, part by part, beside what the device has.

    Parameters
    ----------
    parts
        Bytes by name.
    device
        Bytes of the device.
    """
    shown = {name: count for name, count in parts.items() if count > 0}
    need = sum(shown.values())
    if not need:
        return ""
    share = need / device if device else 0.0
    told = f"about {size_words(need)} by formula"
    if device:
        told += f", {share:.1%} of the {size_words(device)} here" if share <= 1 else f"; only {size_words(device)} here"
    words = ", ".join(f"{name} {size_words(count)}" for name, count in shown.items())
    colour = {name: 1 + PARTS.index(name) if name in PARTS else len(PARTS) for name in shown}
    bars = "".join(
        f'<span class="wb-part wb-part-{colour[name]}" style="width:{100 * count / need:.2f}%"></span>'
        for name, count in shown.items()
    )
    legend = "".join(
        f'<li><i class="wb-part-{colour[name]}" aria-hidden="true"></i>{escape(name)} {size_words(count)}</li>'
        for name, count in shown.items()
    )
    over = " wb-memory-over" if share > 1 else ""
    sign = "✗ " if share > 1 else ""
    return (
        f'<div class="wb-memory{over}"><div class="wb-memory-head"><span>Memory</span> {sign}{escape(told)}</div>'
        f'<div class="wb-parts" role="img" aria-label="Memory: {escape(words)}">{bars}</div><ul>{legend}</ul></div>'
    )
