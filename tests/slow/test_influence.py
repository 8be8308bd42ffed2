"""Planted wrong rows come up by their gradients, and not by their words or their looks."""

from __future__ import annotations

import pytest

import workbench as wb
from tests.bench.bench_influence import K, planted

pytestmark = pytest.mark.slow


def test_rows_that_taught_a_wrong_answer_come_up_ahead_of_those_with_its_words():
    dataset, wanted, prompt, answer = planted(seed=0, many=80)
    run = wb.launch(
        wb.Recipe("tiny-support", dataset, tuning=wb.LoRA(), training=wb.Training(max_steps=40, num_probes=0))
    )
    assert run.wait(600) == "completed", run.reason

    found = wb.influence(run, prompt, answer)
    hits = {by: sum(row in wanted for row in found.ranked(by)[:K]) for by in found.scores}
    print(hits)
    assert hits["influence"] >= 7
    assert hits["influence"] > max(hits["bm25"], hits["embedding"])
