"""Exercises: not answered passes, a wrong answer gets a hint, a right one is told so."""

import pytest

import workbench as wb
from workbench.errors import InvalidInputError
from workbench.lessons import check, exercises
from workbench.lessons.spoiling import FAULTS, planted, spoil

CASES = ["This week's policy", "Forty thousand mails", "Replies should be friendlier", "When will the parcel arrive"]


def test_not_answered_is_neither_right_nor_wrong(capsys):
    assert check("00.rungs", dict.fromkeys(CASES)) is None
    assert check("01.labels", lambda prompt_ids, answer_ids: None) is None
    assert capsys.readouterr().out.count("not answered yet") == 2


def test_rungs(capsys):
    assert check("00.rungs", dict(zip(CASES, [2, 4, 1, 3], strict=True))) is True
    assert check("00.rungs", dict(zip(CASES, [4, 4, 1, 3], strict=True))) is False
    assert "The policy changes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (lambda p, a: p + a, "in the prompt"),
        (lambda p, a: [-100] * len(p) + a[:-1] + [-100], "in the answer"),
        (lambda p, a: a, "one label a token"),
    ],
)
def test_wrong_labels_get_a_hint_that_names_the_place(labels, said, capsys):
    assert check("01.labels", labels) is False
    assert said in capsys.readouterr().out


def test_right_labels():
    assert check("01.labels", lambda p, a: [-100] * len(p) + a) is True


def test_an_unknown_exercise_names_the_nearest():
    with pytest.raises(InvalidInputError, match=r"01\.labels"):
        check("01.label", None)
    assert "00.rungs" in exercises()


def test_planted_faults_are_found_by_their_rows(capsys):
    made, where = planted()
    assert made.splits == {"train": 260, "validation": 30, "test": 60}
    assert check("02.faults", where) is True
    assert check("02.faults", {kind: [] for kind in where}) is None
    assert check("02.faults", {**where, "secret": [0]}) is False
    assert "secret: row 0 has no such fault" in capsys.readouterr().out
    assert check("02.faults", {**where, "secret": where["secret"][:1]}) is False
    assert "secret: 1 of 2 rows" in capsys.readouterr().out
    assert check("02.faults", {"sekret": [1]}) is False


@pytest.mark.parametrize("fault", FAULTS)
def test_a_spoiled_set_keeps_its_size_and_its_other_splits(fault):
    clean = wb.load_dataset("support-desk/tickets").head(60)
    spoiled = spoil(clean, fault, 0.2)
    assert spoiled.splits == clean.splits
    assert [row["prompt"] for row in spoiled.rows("test")] == [row["prompt"] for row in clean.rows("test")]
    changed = [a != b for a, b in zip(spoiled.rows(), clean.rows(), strict=True)]
    assert sum(changed) == 12
    assert spoil(clean, fault, 0.2).hash == spoiled.hash != spoil(clean, fault, 0.2, seed=1).hash


def test_what_cannot_be_spoiled_is_said():
    clean = wb.load_dataset("support-desk/tickets").head(60)
    with pytest.raises(InvalidInputError, match=r"There is no fault 'leek'.*leak"):
        spoil(clean, "leek", 0.2)
    with pytest.raises(InvalidInputError, match=r"0\.8 of 60 rows"):
        spoil(clean, "contradictions", 0.8)
