"""Exercises of lesson 10: not answered passes, a wrong answer gets a hint, a right one is told so."""

from statistics import fmean, pstdev

import pytest

from workbench.lessons import check

CLIP = {
    "ratio 1.1, advantage +1": True,
    "ratio 1.3, advantage +1": False,
    "ratio 1.3, advantage -1": True,
    "ratio 0.7, advantage +1": True,
    "ratio 0.7, advantage -1": False,
}


def test_clip(capsys):
    assert check("10.clip", dict.fromkeys(CLIP)) is None
    assert check("10.clip", CLIP) is True
    assert check("10.clip", {**CLIP, "ratio 1.1, advantage +1": False}) is False
    assert check("10.clip", {**CLIP, "ratio 1.3, advantage +1": True}) is False
    assert check("10.clip", {**CLIP, "ratio 1.3, advantage -1": False}) is False
    said = capsys.readouterr().out
    assert "nothing is clipped" in said
    assert "already gone past" in said
    assert "the wrong way" in said


def others(rewards):
    return [reward - fmean(rewards[:at] + rewards[at + 1 :]) for at, reward in enumerate(rewards)]


def test_leave_one_out():
    assert check("10.leave_one_out", lambda rewards: None) is None
    assert check("10.leave_one_out", others) is True


@pytest.mark.parametrize(
    ("advantages", "said"),
    [
        (lambda r: [x - fmean(r) for x in r], "leave it out"),
        (lambda r: [(x - fmean(r)) / (pstdev(r) or 1) for x in r], "GRPO"),
        (lambda r: [-x for x in others(r)], "The sign"),
        (lambda r: r, "less the mean of the others"),
        (lambda r: r[:1], "one number for each reply"),
    ],
)
def test_wrong_advantages_get_a_hint(advantages, said, capsys):
    assert check("10.leave_one_out", advantages) is False
    assert said in capsys.readouterr().out
