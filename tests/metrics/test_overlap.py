"""ROUGE, chrF and BLEU of single answers: as the reference libraries say, and as their definitions say by hand."""

import math
import re
from collections import Counter

import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from workbench.metrics import METRICS, chrf, rouge_1, rouge_2, rouge_l, sentence_bleu

words = st.lists(st.sampled_from(["Ab", "ab", "don't", "12.50", "ä", "x-y", "the", "cat,", "!"]), max_size=12)
line = words.map(" ".join) | st.text(max_size=30)


def f1(shared, found, wanted):
    return 2 * shared / (found + wanted) if shared else 0.0


def grams(items, n):
    return Counter(tuple(items[at : at + n]) for at in range(len(items) - n + 1))


def in_order(a, b):
    """The length of the longest common subsequence, straight from its recursion."""
    best = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            best[i + 1][j + 1] = best[i][j] + 1 if x == y else max(best[i][j + 1], best[i + 1][j])
    return best[-1][-1]


@given(line, line)
def test_rouge_is_the_librarys_and_the_papers(answer, reference):
    found, wanted = re.findall("[a-z0-9]+", answer.lower()), re.findall("[a-z0-9]+", reference.lower())
    library = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=False).score(reference, answer)

    for n, function in ((1, rouge_1), (2, rouge_2)):
        if len(wanted) < n:
            assert function(answer, reference) is None
        else:
            shared = (grams(found, n) & grams(wanted, n)).total()
            by_hand = f1(shared, max(0, len(found) - n + 1), len(wanted) - n + 1)
            assert function(answer, reference) == pytest.approx(by_hand)
            assert function(answer, reference) == library[f"rouge{n}"].fmeasure
    if wanted:
        assert rouge_l(answer, reference) == pytest.approx(f1(in_order(found, wanted), len(found), len(wanted)))
        assert rouge_l(answer, reference) == library["rougeL"].fmeasure


@given(line, line.filter(str.strip))
def test_chrf_is_sacrebleus_and_the_papers(answer, reference):
    assert chrf(answer, reference) == pytest.approx(sacrebleu.sentence_chrf(answer, [reference]).score / 100)
    found, wanted = "".join(answer.split()), "".join(reference.split())
    rates = [(grams(found, n), grams(wanted, n)) for n in range(1, 7) if min(len(found), len(wanted)) >= n]
    if rates:
        precision = sum((a & b).total() / a.total() for a, b in rates) / len(rates)
        recall = sum((a & b).total() / b.total() for a, b in rates) / len(rates)
        by_hand = 5 * precision * recall / (4 * precision + recall) if precision + recall else 0
        assert chrf(answer, reference) == pytest.approx(by_hand)


@given(line, line.filter(str.strip))
def test_sentence_bleu_is_sacrebleus(answer, reference):
    library = sacrebleu.sentence_bleu(answer, [reference], use_effective_order=True).score / 100

    assert sentence_bleu(answer, reference) == pytest.approx(min(1, library))


def test_bleu_by_hand():
    # of "the cat sat": 3 of 3 words, 1 of 2 pairs, 0 of 1 triple (smoothed: half of one); four words were wanted
    expected = math.exp(1 - 4 / 3) * (1 * 1 / 2 * 1 / 2) ** (1 / 3)

    assert sentence_bleu("the cat sat", "the cat there sat") == pytest.approx(expected)


@pytest.mark.parametrize("name", ["rouge_1", "rouge_2", "rouge_l", "chrf", "sentence_bleu", "token_f1"])
def test_more_of_the_reference_scores_higher(name):
    reference = "Thank you for writing, our repair desk will answer you today."
    scores = [METRICS[name].score(answer, reference=reference) for answer in ("", "Thank you for it", reference)]

    assert scores[0] == 0 < scores[1] < scores[2] == 1


def test_references_without_words_are_no_silent_zero():
    assert chrf("修理窗口", "修理窗口") == 1 > chrf("修理窗口", "修理部门") > 0
    assert rouge_1("修理窗口", "修理窗口") is None
    assert (chrf(" ", ""), chrf("a", ""), sentence_bleu("", " "), sentence_bleu("a", "")) == (1, 0, 1, 0)
