"""The runs that lie beside the lessons: opened anywhere, of the recipes that the lessons name, as good as they say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import workbench as wb
from workbench.evaluation.statistics import wilson
from workbench.lessons import desk_preferences as desk
from workbench.metrics.gold_reply import gold, parts
from workbench.metrics.house_style import DESKS, PACES

RESULTS = Path(__file__).parents[2] / "notebooks" / "results"
IMITATOR, REWARD, TOLD = (RESULTS / "runs" / name for name in ("imitator", "reward-model", "reward-model-told"))
PLACE = re.compile(r"""(?:^|[\s"':=(\[])(?:run:)?/[A-Za-z]\w*/[^\s"']*""", re.MULTILINE)
"""An absolute path, as a file's contents would name it."""
RECORDED = json.loads((RESULTS / "09-reward-models.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("folder", [IMITATOR, REWARD, TOLD], ids=lambda folder: folder.name)
def test_a_kept_run_is_whole_and_names_no_place_of_the_machine_that_made_it(folder):
    assert wb.open_run(folder).status == "completed"
    for file in folder.rglob("*"):
        if file.suffix in (".json", ".jsonl", ".yaml"):
            text = file.read_text(encoding="utf-8")
            assert not PLACE.findall(text), file


def test_they_are_of_the_recipes_of_the_lessons():
    imitator, reward = wb.open_run(IMITATOR), wb.open_run(REWARD)
    assert imitator.recipe.hash == desk.imitator().hash
    assert reward.recipe.hash == desk.reward_model(imitator).hash == RECORDED["provenance"]["recipes"]["clean"][0]
    assert wb.open_run(TOLD).recipe.hash == desk.reading_reward_model(imitator).hash


def test_the_reward_model_puts_as_many_pairs_in_order_as_was_recorded():
    pairs = list(wb.load_dataset("support-desk/preferences").split("test"))
    right = desk.pairs_right(wb.open_run(REWARD), pairs)
    assert len(right) == RECORDED["pairs"]
    assert abs(sum(right) / len(right) - RECORDED["clean"]["accuracy"]["seeds"][0]) <= 0.02


def test_told_what_to_read_it_puts_nine_pairs_of_ten_in_order_and_does_not_guess_at_the_desk():
    fresh, reward = desk.fresh_pairs(400), wb.open_run(TOLD)
    right = desk.pairs_right(reward, fresh)
    assert wilson(sum(right), len(right))[0] > 0.9
    assert sum(desk.pairs_right(reward, desk.other_desk(fresh, 100))) > 90


def test_fresh_pairs_are_to_mails_that_no_reward_model_has_seen():
    pairs = wb.load_dataset("support-desk/preferences")
    fresh = desk.fresh_pairs(50)
    assert 45 <= len(fresh) <= 50
    assert not {row["prompt"] for row in fresh} & {
        row["prompt"] for split in pairs.splits for row in pairs.split(split)
    }
    assert fresh == desk.fresh_pairs(50)


def test_pairs_of_another_desk_differ_in_the_desk_alone():
    made = desk.other_desk(desk.fresh_pairs(50), 20)
    assert len(made) == 20
    for row in made:
        chosen, rejected = row["chosen"].split(), row["rejected"].split()
        [[right, wrong]] = [pair for pair in zip(chosen, rejected, strict=True) if pair[0] != pair[1]]
        assert DESKS[row["category"]].startswith(right)
        assert any(name.startswith(wrong) for name in DESKS.values())
        assert gold(row["chosen"], row) == gold(row["rejected"], row) + 2


def test_what_replies_name_is_told_and_not_whether_it_is_right():
    pairs = wb.load_dataset("support-desk/preferences")
    told = desk.with_named(pairs)
    assert told.splits == pairs.splits
    helpful, seen = 0, set()
    for row in told.split("validation"):
        for side in ("chosen", "rejected"):
            desk_named, pace = row[f"{side}_desk"], row[f"{side}_pace"]
            seen |= {desk_named, pace}
            assert desk_named == "none" or desk_named in row[side]
            assert pace == "none" or pace in row[side].lower()
            if parts(row[side], row)["helpful"]:
                helpful += 1
                assert (desk_named, pace) == (DESKS[row["category"]], PACES[row["priority"]])
    assert helpful > 100
    assert seen == {"none", *DESKS.values(), *PACES.values()}
