"""Exercises: not answered passes, a wrong answer gets a hint, a right one is told so."""

import pytest

from workbench.errors import InvalidInputError
from workbench.lessons import check, exercises

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
