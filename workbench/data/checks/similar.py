"""Which texts are nearly the same: MinHash over runs of five words, bands to find candidates, then the exact figure.

`BANDS` times `BAND_ROWS` minima find two texts that share 80 % of their runs with a probability of 99.2 %; every pair
found is then judged by all its runs, so what is reported is never an estimate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain

import numpy as np
import pyarrow as pa
import rensa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from workbench.data.checks.view import Batch
from workbench.data.checks.words import Words

__all__ = ["BANDS", "RUN", "THRESHOLD", "band_keys", "candidates", "joined", "similarity", "verified"]

THRESHOLD = 0.8
"""Runs that two texts share, of all runs they have (Jaccard)."""

RUN = 5
"""Words in a run; a shorter text is one run."""

BANDS, BAND_ROWS, SEED = 12, 5, 1

SPREAD = 0x9E3779B97F4A7C15

#: Neighbours within a bucket that a text is compared with. Only crowded buckets have more.
NEIGHBOURS = 6

#: Rows whose runs are held at a time.
AT_ONCE = 50_000


def band_keys(words: Words) -> np.ndarray:
    """A row of `BANDS` keys for each text. Texts that share one are candidates; 0 stands for a text without words."""
    runs, ends = words.runs(RUN, short=True)
    made = rensa.RMinHash.digest_matrix_from_flat_token_hashes(runs, ends.astype(np.uint64), BANDS * BAND_ROWS, SEED)
    rows = made.to_rows()
    flat = np.fromiter(chain.from_iterable(rows), np.uint32, len(rows) * BANDS * BAND_ROWS)
    minima = flat.reshape(len(rows), BANDS, BAND_ROWS).astype(np.uint64)
    keys = np.full((len(rows), BANDS), 0x2545F4914F6CDD1D, np.uint64)
    for at in range(BAND_ROWS):
        keys = (keys ^ minima[:, :, at]) * np.uint64(SPREAD)
        keys ^= keys >> np.uint64(29)
    keys[words.counts == 0] = 0
    return keys


def candidates(keys: np.ndarray) -> np.ndarray:
    """Pairs of rows that share a band, each once, as an array of two columns."""
    found = [np.zeros((0, 2), np.int64)]
    for band in range(BANDS):
        order = np.lexsort((keys[:, (band + 1) % BANDS], keys[:, band]))
        key = keys[order, band]
        for step in range(1, NEIGHBOURS + 1):
            same = np.flatnonzero((key[step:] == key[:-step]) & (key[step:] != 0))
            if not len(same):
                break
            found.append(np.sort(np.stack([order[same], order[same + step]], axis=1), axis=1))
    return np.unique(np.concatenate(found), axis=0)


def verified(pairs: np.ndarray, table: pa.Table, words_of: Callable[[Batch], Words]) -> np.ndarray:
    """Those pairs whose texts really share `THRESHOLD` of their runs."""
    kept = [np.zeros((0, 2), np.int64)]
    for start in range(0, len(pairs), AT_ONCE // 2):
        some = pairs[start : start + AT_ONCE // 2]
        rows, places = np.unique(some, return_inverse=True)
        words = words_of(Batch("train", 0, table.take(pa.array(rows))))
        places = places.reshape(some.shape)
        shares = similarity(words, places[:, 0], words, places[:, 1])
        kept.append(some[shares >= THRESHOLD])
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


def joined(pairs: np.ndarray) -> list[np.ndarray]:
    """The groups that pairs make, each ascending, in the order of their first."""
    if not len(pairs):
        return []
    rows, places = np.unique(pairs, return_inverse=True)
    places = places.reshape(pairs.shape)
    links = coo_matrix((np.ones(len(pairs), bool), (places[:, 0], places[:, 1])), shape=(len(rows), len(rows)))
    _, labels = connected_components(links, directed=False)
    order = np.argsort(labels, kind="stable")
    groups: Iterable[np.ndarray] = np.split(rows[order], np.flatnonzero(np.diff(labels[order])) + 1)
    return sorted(groups, key=lambda group: group[0])
