"""Figures of a ranking equal trec_eval's."""

from __future__ import annotations

import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from workbench.metrics import ranking

IDS = [f"p{number:02d}" for number in range(20)]


@st.composite
def rankings(draw):
    """A ranking of some passages, the gold ones (not all of which need be ranked), and a cut."""
    order = draw(st.permutations(IDS))[: draw(st.integers(1, len(IDS)))]
    return order, draw(st.sets(st.sampled_from(IDS), min_size=1)), draw(st.integers(1, len(IDS)))


@given(rankings())
def test_equal_to_trec_eval(case):
    order, gold, k = case
    run = {"q": {name: float(-place) for place, name in enumerate(order[:k])}}
    judged = pytrec_eval.RelevanceEvaluator(
        {"q": dict.fromkeys(gold, 1)}, {f"recall.{k}", f"ndcg_cut.{k}", "recip_rank"}
    )
    expected = judged.evaluate(run)["q"]

    assert ranking.recall(order, gold, k) == pytest.approx(expected[f"recall_{k}"])
    assert ranking.ndcg(order, gold, k) == pytest.approx(expected[f"ndcg_cut_{k}"])
    assert ranking.reciprocal_rank(order, gold, k) == pytest.approx(expected["recip_rank"])


def test_by_hand():
    assert ranking.recall(["a", "b"], ["b", "c"], 1) == 0
    assert ranking.ndcg(["x", "a", "b"], ["a", "b"], 3) == pytest.approx((0.63093 + 0.5) / (1 + 0.63093), abs=1e-5)
    assert ranking.reciprocal_rank([], ["a"], 3) == ranking.ndcg([], ["a"], 3) == ranking.recall([], ["a"], 3) == 0
