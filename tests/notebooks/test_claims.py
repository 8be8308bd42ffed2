"""What lessons claim was written down before, and the recorded figures say what came out of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from workbench.lessons import judge

ROOT = Path(__file__).parents[2] / "notebooks"
CLAIMS = yaml.safe_load((ROOT / "claims.yaml").read_text(encoding="utf-8"))


WRITTEN = [lesson for lesson in CLAIMS if (ROOT / f"{lesson}.ipynb").is_file()]


def test_a_lesson_that_is_not_written_yet_has_claims_and_no_figures():
    """Claims come first, then figures, then the lesson; none of them without the one before."""
    recorded = {path.stem for path in (ROOT / "results").glob("*.json")}
    assert recorded <= set(CLAIMS)
    assert set(WRITTEN) <= recorded


@pytest.mark.parametrize("lesson", WRITTEN)
def test_recorded_claims_are_those_written_down_and_their_verdicts_follow_from_the_figures(lesson):
    figures = json.loads((ROOT / "results" / f"{lesson}.json").read_text(encoding="utf-8"))
    assert [(c["claim"], c["direction"]) for c in figures["claims"]] == [
        (c["claim"], c["direction"]) for c in CLAIMS[lesson]
    ]
    for claim in figures["claims"]:
        sign = 1 if claim["direction"] == "+" else -1
        shown = sign * claim["low"] > 0 and sign * claim["high"] > 0
        against = sign * claim["low"] < 0 and sign * claim["high"] < 0
        assert claim["verdict"] == ("came out" if shown else "the opposite came out" if against else "not shown")
        assert claim["low"] <= claim["difference"] <= claim["high"]


def test_a_claim_is_judged_by_its_interval():
    assert judge([0.9, 0.8, 0.85], [0.1, 0.2, 0.1], "+").verdict == "came out"
    assert judge([0.9, 0.8, 0.85], [0.1, 0.2, 0.1], "-").verdict == "the opposite came out"
    found = judge([0.9, 0.1, 0.5], [0.4, 0.6, 0.5], "+")
    assert found.verdict == "not shown"
    assert found.low < 0 < found.high
    assert (found.difference, found.n_seeds) == (pytest.approx(0.0), 3)
    with pytest.raises(ValueError, match="two or more seeds"):
        judge([0.9], [0.1], "+")


def test_recorded_figures_belong_to_recipes_as_they_are_now():
    """A setting that is added later must not change the hash of recipes that do not use it."""
    import workbench as wb

    recorded = json.loads((ROOT / "results" / "03-lora.json").read_text(encoding="utf-8"))
    training = wb.Training(max_steps=recorded["steps"], eval_steps=20, max_eval_rows=100, num_probes=0)
    for name, tuning in {"full": wb.Full(), "r=8": wb.LoRA(r=8, lora_alpha=16)}.items():
        for seed, hash_then in enumerate(recorded["provenance"]["recipes"][name]):
            recipe = wb.Recipe("tiny-support", "support-desk/tickets", tuning=tuning, training=training, seed=seed)
            assert recipe.hash == hash_then
