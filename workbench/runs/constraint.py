"""Answers held to a JSON Schema while they are written: of all tokens, only those that can still lead to a value of it.

The grammar is made in `workbench.models.grammar`; here it follows the rows of a batch, each at its own place.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidInputError
from workbench.models.grammar import grammar_of

if TYPE_CHECKING:
    import torch

__all__ = ["Constraint", "Followed"]


class Constraint:
    """A schema in the tokens of one tokenizer.

    Parameters
    ----------
    schema
        As for `grammar_of`.
    tokenizer
        A fast tokenizer of transformers.
    stop_ids
        The tokens that end an answer. They are allowed where the value may end, and nowhere else.

    Raises
    ------
    InvalidInputError
        For a schema a model cannot be held to, or a tokenizer whose tokens are not known as bytes.
    """

    def __init__(self, schema: Any, tokenizer: Any, stop_ids: Sequence[int]):
        from llguidance import LLMatcher, LLParserLimits

        self._words = _words(tokenizer, tuple(stop_ids))
        limits = LLParserLimits(verbose_errors=False)
        self._start = LLMatcher(self._words, grammar_of(schema), log_level=0, limits=limits)
        self._start.compute_bitmask()
        if self._start.is_error() or self._start.is_stopped():
            raise InvalidInputError(
                "A model cannot be held to this schema while it writes: it is too complex, or no text fits it "
                f"({self._start.get_error() or self._start.stop_reason()}). Correct or simplify it."
            )

    def follow(self, rows: int) -> Followed:
        """The constraint at the beginning of so many answers."""
        return Followed([self._start.deep_copy() for _ in range(rows)], self._words.vocab_size)


class Followed:
    """Where each answer of a batch stands, and what it may go on with."""

    def __init__(self, matchers: list[Any], size: int):
        self._matchers, self._size = matchers, size

    def take(self, row: int, token: int) -> bool:
        """Read a row's next token; True when its value is complete, so that nothing can follow.

        Raises
        ------
        InvalidInputError
            When the schema has grown too complex to be followed.
        """
        matcher = self._matchers[row]
        if not matcher.consume_token(token):
            raise InvalidInputError(
                f"The answer cannot be followed by its schema any more: {matcher.get_error()}. Use a simpler schema."
            )
        return matcher.is_stopped()

    def masked(self, scores: torch.Tensor, ended: Sequence[bool], pad: int) -> torch.Tensor:
        """The scores of the next token, shape ``(rows, vocabulary)``, minus infinity for all that is not allowed.

        Rows that have ended are left with `pad`.
        """
        import numpy as np
        import torch

        bits = np.zeros((len(self._matchers), -(-self._size // 32)), dtype=np.int32)  # a bit a token
        for row, matcher in enumerate(self._matchers):
            if not ended[row]:
                matcher.unsafe_compute_mask_ptr(bits[row].ctypes.data, bits[row].nbytes)
        known = np.unpackbits(bits.view(np.uint8), axis=1, count=self._size, bitorder="little")
        allowed = torch.zeros(scores.shape, dtype=torch.bool)
        width = min(self._size, scores.shape[1])
        allowed[:, :width] = torch.from_numpy(known[:, :width]).bool()
        allowed[torch.tensor(ended), pad] = True
        return scores.masked_fill(~allowed.to(scores.device), float("-inf"))


@lru_cache(maxsize=2)
def _words(tokenizer: Any, stop_ids: tuple[int, ...]) -> Any:
    """The tokens as bytes: two seconds of work for a vocabulary of 262,144."""
    from llguidance.hf import from_tokenizer

    try:
        return from_tokenizer(tokenizer, eos_token=list(stop_ids))
    except (ValueError, TypeError) as error:
        raise InvalidInputError(
            f"The tokens of this model ({type(tokenizer).__name__}) are not known as bytes, so its answers cannot be "
            f"held to a schema: {error}. Leave schema= out."
        ) from error
