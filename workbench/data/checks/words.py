"""Words and runs of words as 64-bit hashes, for a whole batch at once and without a Python object a word.

A word is a run of letters, digits, signs of arithmetic and bytes beyond ASCII, ASCII letters without their case.
Chinese and Japanese characters, which no space parts, are a word each. The hash of a run of words is a polynomial
modulo 2^64 with an odd base, whose powers have inverses: a difference of two prefix sums times one inverse.
"""

from __future__ import annotations

import threading
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

__all__ = ["Words"]

#: Bytes of one text whose words are looked at. What a longer text says beyond them is not compared.
LONGEST = 1_000_000

BASE = 0x9E3779B97F4A7C15
SPACE = 0x20
SIGNS = b"+-*/<>=^%"
"""12 + 5 and 12 - 5 are not the same question."""
TABLE = bytes(
    ord(chr(byte).lower()) if byte < 128 and chr(byte).isalnum() else byte if byte >= 128 or byte in SIGNS else SPACE
    for byte in range(256)
)
#: Bytes from which on a word is hashed by itself.
LONG_WORD = 64

#: Keeps the first bytes, up to eight, of a little-endian number.
MASKS = np.array([(1 << (8 * n)) - 1 for n in range(9)], np.uint64)

UNSPACED = (0xE3, 0xE9)  # first bytes of kana and Han characters in UTF-8


class _Powers:
    """Powers of `BASE` and their inverses, as many as the most words so far need."""

    def __init__(self) -> None:
        self._lock, self._tables = threading.Lock(), (np.ones(1, np.uint64), np.ones(1, np.uint64))

    def get(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        with self._lock:
            if len(self._tables[0]) < n:
                size = 1 << (n - 1).bit_length()
                self._tables = (_series(BASE, size), _series(pow(BASE, -1, 1 << 64), size))
            return self._tables


def _series(base: int, n: int) -> np.ndarray:
    values = np.full(n, base, np.uint64)
    values[0] = 1
    return np.cumprod(values, out=values)


_POWERS = _Powers()


class Words:
    """The words of some texts.

    Parameters
    ----------
    texts
        One text a row, without nulls.
    heads
        Bytes of each text that make its head, where it has one.

    Attributes
    ----------
    hashes : numpy.ndarray
        One a word, in order.
    ends : numpy.ndarray
        Where in `hashes` each text starts, and the end.
    head_counts : numpy.ndarray
        Words of each text that start in its head.
    """

    def __init__(self, texts: pa.StringArray, heads: np.ndarray | None = None):
        if len(texts) and (pc.max(pc.binary_length(texts)).as_py() or 0) > LONGEST:
            texts = pc.binary_slice(texts.cast(pa.binary()), 0, LONGEST)
        offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
        data = texts.buffers()[2]
        raw = memoryview(data)[offsets[0] : offsets[-1]] if data is not None else b""
        self.hashes, starts = _hash_words(bytes(raw).translate(TABLE), offsets[:-1] - offsets[0])
        self.ends = np.searchsorted(starts, offsets - offsets[0]).astype(np.int64)
        until = offsets[:-1] - offsets[0] + (0 if heads is None else heads)
        self.head_counts = np.minimum(np.searchsorted(starts, until), self.ends[1:]) - self.ends[:-1]

    def __len__(self) -> int:
        return len(self.ends) - 1

    @property
    def counts(self) -> np.ndarray:
        """Words of each text."""
        return np.diff(self.ends)

    def heads(self) -> Words:
        """The words of the heads alone."""
        owner = np.repeat(np.arange(len(self)), self.counts)
        within = np.arange(len(self.hashes)) - self.ends[:-1][owner]
        part = object.__new__(Words)
        part.hashes = self.hashes[within < self.head_counts[owner]]
        part.ends = np.concatenate([[0], np.cumsum(self.head_counts)])
        part.head_counts = self.head_counts
        return part

    @cached_property
    def _sums(self) -> np.ndarray:
        powers, _ = _POWERS.get(len(self.hashes) + 1)
        sums = np.zeros(len(self.hashes) + 1, np.uint64)
        np.cumsum(self.hashes * powers[: len(self.hashes)], out=sums[1:])
        return sums

    def runs(self, n: int, *, short: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Hashes of all runs of `n` words, and where those of each text start (with the end).

        Parameters
        ----------
        n
            Words in a run.
        short
            Whether a text of fewer words counts as one run by itself.
        """
        lengths, total = self.counts, len(self.hashes)
        is_start = np.ones(total, bool)
        lasts = self.ends[1:]
        for back in range(1, n):
            is_start[(lasts - back)[lengths >= back]] = False
        amounts = np.maximum(lengths - n + 1, 0)
        little = (lengths > 0) & (lengths < n) if short else np.zeros(len(lengths), bool)
        is_start[self.ends[:-1][little]] = True
        amounts[little] = 1
        at = np.flatnonzero(is_start)
        stops = at + n
        ends = np.concatenate([[0], np.cumsum(amounts)])
        stops[ends[:-1][little]] = lasts[little]
        _, inverses = _POWERS.get(total + 1)
        return _mixed((self._sums[stops] - self._sums[at]) * inverses[at]), ends


def _hash_words(raw: bytes, firsts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The hash and the first byte of each word; a text starts at each of `firsts`."""
    data = np.frombuffer(raw, np.uint8)
    size = len(data)
    if not size:
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    is_word = data != SPACE
    edge = np.empty(size, bool)
    edge[0] = True
    np.not_equal(is_word[1:], is_word[:-1], out=edge[1:])
    edge[firsts[firsts < size]] = True
    if not raw.isascii():
        alone = np.flatnonzero((data >= UNSPACED[0]) & (data <= UNSPACED[1]))
        edge[alone] = True
        edge[(alone + 3)[alone + 3 < size]] = True
    edges = np.append(np.flatnonzero(edge), size)
    is_start = is_word[edges[:-1]]
    starts, stops = edges[:-1][is_start], edges[1:][is_start]
    return _hashed(raw, starts, stops - starts), starts


def _hashed(raw: bytes, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The hash of each stretch, taken eight bytes at a time; the few that are long one by one."""
    padded = raw + bytes(LONG_WORD + 8)
    eights = np.ndarray((len(raw) + LONG_WORD,), "<u8", buffer=padded, strides=(1,))
    hashes = (eights[starts] & MASKS[np.minimum(lengths, 8)]) ^ (lengths.astype(np.uint64) << np.uint64(56))
    hashes = _mixed(hashes)
    left = np.flatnonzero(lengths > 8)
    for at in range(8, LONG_WORD, 8):
        if not len(left):
            return hashes
        more = eights[starts[left] + at] & MASKS[np.minimum(lengths[left] - at, 8)]
        hashes[left] = _mixed(hashes[left] * np.uint64(BASE) + more)
        left = left[lengths[left] > at + 8]
    for word in left.tolist():
        hashes[word] = xxhash.xxh3_64_intdigest(raw[starts[word] : starts[word] + lengths[word]])
    return hashes


def _mixed(values: np.ndarray) -> np.ndarray:
    """Spread over all bits, so that sums of them do not meet by arithmetic."""
    values ^= values >> np.uint64(32)
    values *= np.uint64(0xD6E8FEB86659FD93)
    values ^= values >> np.uint64(29)
    values *= np.uint64(0xBF58476D1CE4E5B9)
    values ^= values >> np.uint64(32)
    return values
