"""What passes through a decoder layer for each token: the widths, and the bytes of a number."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Widths"]


@dataclass(frozen=True)
class Widths:
    """How many numbers of a token pass through one decoder layer, and the bytes of each.

    Parameters
    ----------
    hidden, queries, keys, wide
        Widths of the stream between layers, of all queries, of the keys (and values), and inside the feed-forward part.
    gated
        Whether the feed-forward part has a gate.
    stream, product
        Bytes of a number between the layers, and of one that goes into a matrix product.
    quantized
        Whether the weights are in four bits.
    """

    hidden: int
    queries: int
    keys: int
    wide: int
    gated: bool
    stream: int
    product: int
    quantized: bool = False

    @property
    def cast(self) -> bool:
        """Whether inputs of products are made narrower, each layer making a copy of its own."""
        return self.stream != self.product
