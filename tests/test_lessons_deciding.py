"""The exercises of lessons 12 and 15: right answers, the usual wrong ones with their hints, and the five tasks."""

import math

import pytest

from workbench.lessons import check
from workbench.lessons.desk_tasks import TASKS, facts, task

RUNGS = ("zero-shot", "few-shot", "retrieval", "LoRA")


def lowest_not_beaten(rungs, beats):
    return next(low for at, low in enumerate(rungs) if not any(beats(low, high) for high in rungs[at + 1 :]))


def climbs_while_the_next_is_better(rungs, beats):
    at = 0
    while at + 1 < len(rungs) and beats(rungs[at], rungs[at + 1]):
        at += 1
    return rungs[at]


def highest_that_beats_the_first(rungs, beats):
    return next((high for high in reversed(rungs) if beats(rungs[0], high)), rungs[0])


def test_the_stop_rule(capsys):
    assert check("12.stop", lambda rungs, beats: None) is None
    assert check("12.stop", lowest_not_beaten) is True
    assert check("12.stop", climbs_while_the_next_is_better) is False
    assert check("12.stop", highest_that_beats_the_first) is False
    assert "few-shot" in capsys.readouterr().out


def pays_after(making, without, with_it, between):
    saved = without - with_it
    count = making / saved if saved > 0 else math.inf
    return count if count <= between else math.inf


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (lambda making, without, with_it, between: making / max(without - with_it, 1e-9), "before the 10 that pay"),
        (lambda making, without, with_it, between: making / without, "10"),
    ],
)
def test_the_break_even(wrong, hint, capsys):
    assert check("12.break_even", lambda *given: None) is None
    assert check("12.break_even", pays_after) is True
    assert check("12.break_even", wrong) is False
    assert hint in capsys.readouterr().out


def my_mrr(found, gold):
    pairs = zip(found, gold, strict=True)
    return sum(next((1 / at for at, name in enumerate(row, 1) if name in ids), 0) for row, ids in pairs) / len(found)


def by_the_first_gold_only(found, gold):
    pairs = zip(found, gold, strict=True)
    return sum(1 / (row.index(ids[0]) + 1) if ids[0] in row else 0 for row, ids in pairs) / len(found)


def test_mrr(capsys):
    assert check("15.mrr", lambda found, gold: None) is None
    assert check("15.mrr", my_mrr) is True
    assert check("15.mrr", by_the_first_gold_only) is False
    assert "two gold passages" in capsys.readouterr().out


def test_whose_fault(capsys):
    assert check("15.fault", lambda gold, given, right: None) is None
    assert check("15.fault", lambda g, p, right: "neither" if right else "reading" if g <= p else "finding") is True
    assert check("15.fault", lambda g, p, right: "neither" if right else "reading" if g & p else "finding") is False
    assert "All gold passages" in capsys.readouterr().out


def test_the_questions_of_both_versions_differ_only_in_answers_that_changed():
    was, then = facts(1), facts(2)
    assert was.splits == then.splits
    for split in was.splits:
        pairs = list(zip(was.split(split), then.split(split), strict=True))
        assert all(old["prompt"] == new["prompt"] for old, new in pairs)
        assert [old["completion"] != new["completion"] for old, new in pairs] == [old["changed"] for old, _ in pairs]
    asked = {row["gold"][0] for row in was.split("test")}
    assert asked <= {row["gold"][0] for row in was.split("train")}, "every fact asked for was trained on"
    assert not {row["prompt"] for row in was.split("test")} & {row["prompt"] for row in was.split("train")}


@pytest.mark.parametrize("name", TASKS)
def test_each_task_can_run(name):
    made = task(name, seed=1)
    assert made.recipe.seed == 1
    assert made.recipe.problems() == []
    assert {"train", "validation", "test"} <= set(made.recipe.load_dataset().splits)
