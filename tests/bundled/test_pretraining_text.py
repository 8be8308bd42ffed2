"""Pretraining documents: seeded, and silent about the format that tuning has to teach."""

from __future__ import annotations

import itertools
import json
import re

import pytest

from workbench.bundled.make import corpus, overlap

TASK_KEYS = {"category", "priority", "product", "order_id", "customer"}
MIXES = {
    "reading": corpus.READING,
    "copying": corpus.COPYING,
    "wide": corpus.WIDE,
    "hurry": corpus.HURRY,
    "rich": corpus.RICH,
    "said": corpus.SAID,
    "orders": corpus.ORDERS,
}


def sample(mix, n=1500, seed="t"):
    return list(itertools.islice(corpus.documents(seed, MIXES[mix]), n))


def test_documents_follow_the_seed():
    assert sample("wide", 50) == sample("wide", 50)
    assert sample("wide", 50) != sample("wide", 50, seed="u")


@pytest.mark.parametrize("mix", MIXES)
def test_the_tasks_own_format_never_occurs(mix):
    for text in sample(mix):
        assert "### " not in text
        for found in re.findall(r"\{[^{}]*\}", text):
            try:
                keys = set(json.loads(found))
            except ValueError:
                continue
            assert not keys & TASK_KEYS


def test_every_kind_of_document_is_in_some_mix():
    assert set().union(*MIXES.values()) == set(corpus.DOCUMENTS)


def test_longest_overlap_finds_the_longest_run():
    seen = ["the cat sat on the mat", "a dog sat on the red mat today"]
    assert overlap.longest_overlap(["He SAT on the red mat."], seen) == overlap.Overlap(5, "sat on the red mat")
    assert overlap.longest_overlap(["nothing here"], seen).words == 0
