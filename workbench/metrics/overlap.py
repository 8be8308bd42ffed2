"""How much of a reference's wording an answer has, as papers measure it: ROUGE, chrF and BLEU of single answers.

The scores are those of Google's ``rouge_score`` and of ``sacrebleu``, as shares from 0 to 1, whose mean over rows is a
figure of its own. BLEU as papers report it is not such a mean: it counts n-grams over all rows first, and comes from
``sacrebleu.corpus_bleu``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from workbench.metrics.text import text_match

__all__ = ["chrf", "rouge_1", "rouge_2", "rouge_l", "sentence_bleu"]


def rouge_1(answer: str, reference: str) -> float | None:
    """ROUGE-1: F1 of the words both texts share, each as often as it occurs in both; 0 to 1.

    Words are runs of ``a-z`` and ``0-9`` without regard to case and unstemmed, as in Google's ``rouge_score``; so a
    reference without any has no score (None). Source: Lin 2004, https://aclanthology.org/W04-1013.
    """
    return _rouge("rouge1", answer, reference)


def rouge_2(answer: str, reference: str) -> float | None:
    """ROUGE-2: as `rouge_1`, for pairs of words that follow each other; None for references of fewer than two words."""
    return _rouge("rouge2", answer, reference)


def rouge_l(answer: str, reference: str) -> float | None:
    """ROUGE-L: as `rouge_1`, for the longest series of words that both have in the same order, gaps allowed."""
    return _rouge("rougeL", answer, reference)


def chrf(answer: str, reference: str) -> float:
    """chrF2: F-score of the runs of 1 to 6 characters both texts share, recall counting twice; 0 to 1.

    For any script and language; whitespace is left out. Source: Popović 2015, https://aclanthology.org/W15-3049, in the
    version of ``sacrebleu``. A blank reference is compared by `text_match`.
    """
    return _sacrebleu("CHRF", answer, reference)


def sentence_bleu(answer: str, reference: str) -> float:
    """BLEU of one answer: how many of its runs of 1 to 4 words the reference has, lowered where it is shorter; 0 to 1.

    With ``sacrebleu``'s tokenizer ``13a``, exponential smoothing and no longer runs than the answer has. Its mean over
    rows is not the BLEU of papers, which is that of a corpus. Source: Papineni et al. 2002,
    https://aclanthology.org/P02-1040. A blank reference is compared by `text_match`.
    """
    return _sacrebleu("BLEU", answer, reference, effective_order=True)


def _rouge(kind: str, answer: str, reference: str) -> float | None:
    if len(re.findall("[a-z0-9]+", reference.lower())) < (2 if kind == "rouge2" else 1):
        return None
    return float(_rouge_scorer(kind).score(reference, answer)[kind].fmeasure)


@cache
def _rouge_scorer(kind: str) -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer([kind], use_stemmer=False)


def _sacrebleu(kind: str, answer: str, reference: str, **settings: Any) -> float:
    if not reference.strip():
        return float(text_match(answer, reference))
    return min(1.0, _sacrebleu_scorer(kind, **settings).sentence_score(answer, [reference]).score / 100)


@cache
def _sacrebleu_scorer(kind: str, **settings: Any) -> Any:
    from sacrebleu import metrics

    return getattr(metrics, kind)(**settings)
