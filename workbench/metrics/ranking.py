"""How good a ranking is, for one question whose gold passages are known: all 0 to 1, higher is better.

Passages are gold or not, nothing between. A ranking is a list of ids, the best first, none twice.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

__all__ = ["ndcg", "recall", "reciprocal_rank"]


def recall(ranking: Sequence[str], gold: Collection[str], k: int) -> float:
    """The share of the gold passages among the first k.

    >>> recall(["a", "b", "c"], {"b", "z"}, 2)
    0.5
    """
    return len(set(ranking[:k]) & set(gold)) / len(set(gold))


def reciprocal_rank(ranking: Sequence[str], gold: Collection[str], k: int) -> float:
    """One over the place of the first gold passage among the first k; 0 where there is none. Its mean is the MRR.

    Source: Voorhees 1999, https://trec.nist.gov/pubs/trec8/papers/qa_report.pdf.

    >>> reciprocal_rank(["a", "b", "c"], {"c", "b"}, 3)
    0.5
    """
    return next((1 / place for place, name in enumerate(ranking[:k], start=1) if name in gold), 0.0)


def ndcg(ranking: Sequence[str], gold: Collection[str], k: int) -> float:
    """Normalised discounted cumulative gain of the first k: a gold passage counts less the further down it stands.

    Source: Järvelin and Kekäläinen 2002, https://doi.org/10.1145/582415.582418, with the discount log2(place + 1).

    >>> ndcg(["a", "b"], {"a"}, 2), round(ndcg(["b", "a"], {"a"}, 2), 3)
    (1.0, 0.631)
    """
    gained = sum(1 / math.log2(place + 1) for place, name in enumerate(ranking[:k], start=1) if name in gold)
    return gained / sum(1 / math.log2(place + 1) for place in range(1, min(k, len(set(gold))) + 1))
