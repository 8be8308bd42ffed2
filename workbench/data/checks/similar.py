"""Which texts are nearly the same: MinHash over runs of five words, bands to find candidates, then the exact figure.

`BANDS` times `BAND_ROWS` minima find two texts that share 80 % of their runs with a probability of 99.2 %; every pair
found is then judged by all its runs, so what is reported is never an estimate.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from workbench.data.checks.view import Batch, picked
from workbench.data.checks.words import Words

__all__ = ["AT_ONCE", "BANDS", "RUN", "THRESHOLD", "band_keys", "near_groups", "similarity"]

THRESHOLD = 0.8
"""Runs that two texts share, of all runs they have (Jaccard)."""

RUN = 5
"""Words in a run; a shorter text is one run."""

BANDS, BAND_ROWS = 12, 5

SPREAD = 0x9E3779B97F4A7C15

_RANDOM = np.random.default_rng(20240501)
FLIPS = _RANDOM.integers(0, 1 << 32, BANDS * BAND_ROWS, np.uint32)
FACTORS = _RANDOM.integers(0, 1 << 32, BANDS * BAND_ROWS, np.uint32) | np.uint32(1)

#: Neighbours within a bucket that a text is compared with. Only crowded buckets have more.
NEIGHBOURS = 6

#: Pairs whose runs are held at a time.
AT_ONCE = 10_000


def band_keys(words: Words) -> np.ndarray:
    """A row of `BANDS` keys for each text. Texts that share one are candidates; 0 stands for a text without words."""
    runs, ends = words.runs(RUN, short=True)
    filled = np.flatnonzero(words.counts)
    keys = np.zeros((len(words), BANDS), np.uint64)
    if not len(filled):
        return keys
    short, starts = (runs >> np.uint64(32)).astype(np.uint32), ends[:-1][filled]
    turned = np.empty_like(short)
    for at, (flip, factor) in enumerate(zip(FLIPS, FACTORS, strict=True)):
        np.multiply(np.bitwise_xor(short, flip, out=turned), factor, out=turned)
        key = keys[filled, at // BAND_ROWS]
        key = (key ^ np.minimum.reduceat(turned, starts)) * np.uint64(SPREAD) + np.uint64(1)
        keys[filled, at // BAND_ROWS] = key ^ (key >> np.uint64(29))
    return keys


def near_groups(keys: np.ndarray, rows: np.ndarray, table: pa.Table) -> list[np.ndarray]:
    """Groups of texts of a table that are nearly the same as another of their group, by their row numbers.

    Bands are gone through one by one, and in each the neighbours at growing distance; what is joined or was refused
    before is not compared again, so a crowd of equal texts costs one comparison each.

    Parameters
    ----------
    keys
        As `band_keys` gives them, for each of `rows`.
    rows
        Row numbers, ascending.
    table
        Where they are.
    """
    kept, tested = np.zeros((0, 2), np.int64), np.zeros(0, np.int64)
    groups = np.arange(len(rows))
    for band in range(BANDS):
        order = _shared(keys[:, band])
        order = order[np.lexsort((keys[order, (band + 1) % BANDS], keys[order, band]))]
        key = keys[order, band]
        for step in range(1, NEIGHBOURS + 1):
            same = np.flatnonzero((key[step:] == key[:-step]) & (key[step:] != 0))
            pairs = np.sort(np.stack([order[same], order[same + step]], axis=1), axis=1)
            pairs = pairs[groups[pairs[:, 0]] != groups[pairs[:, 1]]]
            codes = pairs[:, 0] * len(rows) + pairs[:, 1]
            new = ~np.isin(codes, tested)
            if new.any():
                good = pairs[new][verified(rows[pairs[new]], table)]
                tested = np.union1d(tested, codes[new])
                kept = np.concatenate([kept, good])
                if len(good):
                    groups = _components(kept, len(rows))
            if not len(same):
                break
    members = np.unique(kept)
    labels = groups[members]
    order = np.argsort(labels, kind="stable")
    found: Iterable[np.ndarray] = np.split(rows[members[order]], np.flatnonzero(np.diff(labels[order])) + 1)
    return sorted((group for group in found if len(group)), key=lambda group: group[0])


def verified(pairs: np.ndarray, table: pa.Table) -> np.ndarray:
    """Which pairs of rows of a table really share `THRESHOLD` of their runs."""
    kept = [np.zeros(0, bool)]
    for start in range(0, len(pairs), AT_ONCE):
        some = pairs[start : start + AT_ONCE]
        rows, places = np.unique(some, return_inverse=True)
        words = Batch("train", 0, picked(table, rows)).words
        places = places.reshape(some.shape)
        kept.append(similarity(words, places[:, 0], words, places[:, 1]) >= THRESHOLD)
    return np.concatenate(kept)


def similarity(left: Words, lefts: np.ndarray, right: Words, rights: np.ndarray) -> np.ndarray:
    """The share of common runs for text ``lefts[i]`` of `left` and ``rights[i]`` of `right`."""
    ours, owner, sizes = _keyed_runs(left, lefts)
    theirs, _, others = _keyed_runs(right, rights)
    _, common, _ = np.intersect1d(ours, theirs, assume_unique=True, return_indices=True)
    shared = np.bincount(owner[common], minlength=len(lefts))
    return shared / np.maximum(sizes + others - shared, 1)


def _keyed_runs(words: Words, texts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The different runs of each text asked for, mixed with its place among them; that place; how many each has."""
    runs, ends = words.runs(RUN, short=True)
    of = np.repeat(np.arange(len(words)), np.diff(ends))
    order = np.lexsort((runs, of))
    runs, of = runs[order], of[order]
    new = np.ones(len(runs), bool)
    new[1:] = (runs[1:] != runs[:-1]) | (of[1:] != of[:-1])
    runs, of = runs[new], of[new]
    starts = np.searchsorted(of, np.arange(len(words) + 1))
    sizes = np.diff(starts)[texts]
    owner = np.repeat(np.arange(len(texts)), sizes)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return runs[starts[texts][owner] + within] ^ (owner.astype(np.uint64) * np.uint64(SPREAD)), owner, sizes


def _shared(keys: np.ndarray) -> np.ndarray:
    """The places of keys that occur more than once, equal ones together."""
    order = np.argsort(keys)
    same = keys[order[1:]] == keys[order[:-1]]
    return order[np.append(same, False) | np.append(False, same)]


def _components(pairs: np.ndarray, n: int) -> np.ndarray:
    """For each of `n` texts the number of the group that the pairs put it in."""
    links = coo_matrix((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    return connected_components(links, directed=False)[1]
