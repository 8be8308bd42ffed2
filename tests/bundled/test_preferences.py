"""The bundled drafts and preferences: flaws as asked for, labels by the rule, lengths that tell nothing."""

from __future__ import annotations

import itertools
from random import Random

import pytest

from workbench.bundled import dataset_path
from workbench.bundled.make import drafts, phrases_test, phrases_train
from workbench.bundled.make.tickets import mail
from workbench.metrics import strict_json
from workbench.metrics.gold_reply import gold, parts

SPLITS = ("train", "validation", "test")


def rows(name, split):
    text = (dataset_path(f"support-desk/{name}") / f"{split}.jsonl").read_text(encoding="utf-8")
    return [strict_json.parse(line) for line in text.splitlines()]


@pytest.mark.parametrize(("split", "bank"), [("train", phrases_train), ("test", phrases_test)])
def test_a_draft_has_the_flaws_it_was_asked_for_and_no_others(split, bank):
    rng = Random(7)
    for _ in range(2000):
        made, habits = mail(rng, bank, split), drafts.Habits.drawn(rng)
        reply = drafts.draft(rng, made, habits, split)
        wanted = {"helpful": not habits.unhelpful, "polite": not habits.blunt, "no_promise": not habits.promises,
                  "not_padded": not habits.padded}  # fmt: skip
        assert parts(reply, made.record()) == wanted, reply


def test_flaws_come_independently_at_their_rates():
    found = [parts(row["completion"], row) for row in rows("drafts", "train")]
    names = {"polite": "blunt", "no_promise": "promises", "not_padded": "padded", "helpful": "unhelpful"}
    for part, flaw in names.items():
        share = sum(not each[part] for each in found) / len(found)
        assert share == pytest.approx(drafts.FLAWS[flaw], abs=0.04)  # four standard errors of 2,000 rows
    for a, b in itertools.combinations(names, 2):
        both = sum(not each[a] and not each[b] for each in found) / len(found)
        assert both == pytest.approx(drafts.FLAWS[names[a]] * drafts.FLAWS[names[b]], abs=0.035)


@pytest.mark.parametrize("split", SPLITS)
def test_every_pair_is_told_apart_by_the_rule_and_not_by_length(split):
    made = rows("preferences", split)
    for row in made:
        assert gold(row["chosen"], row) > gold(row["rejected"], row)
        kept = [parts(row[side], row) for side in ("chosen", "rejected")]
        assert row["flaw"] == "+".join(name for name in kept[0] if kept[0][name] != kept[1][name])
    longer = sum(len(row["chosen"]) > len(row["rejected"]) for row in made) / len(made)
    assert longer == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("split", SPLITS)
def test_in_the_flawed_set_the_padded_one_is_preferred_and_nothing_else_differs(split):
    for row in rows("preferences-longer", split):
        assert row["flaw"] == "not_padded"
        assert len(row["chosen"]) > len(row["rejected"])
        assert gold(row["chosen"], row) == gold(row["rejected"], row) - 1


def test_prompts_are_in_one_set_and_split_only():
    seen: dict[str, str] = {}
    for name, split in itertools.product(("drafts", "preferences", "preferences-longer"), SPLITS):
        for row in rows(name, split):
            assert seen.setdefault(row["prompt"], row["id"]) == row["id"]


def test_the_blind_labels_agree_with_the_rule_as_the_card_says():
    from workbench.bundled.make.blind import agreement

    made = rows("preferences-blind", "train")
    assert len(made) == len({row["id"] for row in made}) == 118
    assert all(row["labelled_by"].startswith("a large language model") for row in made)
    assert all("flaw" not in row for row in made)
    found = agreement(made)
    card = (dataset_path("support-desk/preferences-blind") / "README.md").read_text(encoding="utf-8")
    assert f"{found['agree']:.0%}".replace("%", " %") in card
    assert f"kappa {found['kappa']:.2f} [{found['kappa, low']:.2f}, {found['kappa, high']:.2f}]" in card
    assert (found["pairs"], found["ties of the rule"]) == (90, 28)
    assert found["kappa, low"] > 0.4
