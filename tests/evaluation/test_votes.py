"""Blind votes: sides and order are drawn, names count only at the end, nothing is lost."""

from __future__ import annotations

import json

import pytest
from scipy import stats

from workbench.errors import InvalidInputError
from workbench.evaluation.votes import BlindVote

ANSWERS = {row: (f"short {row}", f"a longer answer {row}") for row in range(40)} | {40: ("same", " same\n")}


def longer(vote: BlindVote) -> str:
    """The side of the longer answer."""
    ballot = vote.current
    left, right = (vote.answers[ballot.row][system] for system in (ballot.left, ballot.right))
    return "left" if len(left) > len(right) else "right"


def test_a_voter_who_likes_one_of_them_finds_it_whatever_the_side():
    vote = BlindVote("base", "tuned", ANSWERS)
    while vote.current is not None:
        vote.vote(longer(vote))
    tally = vote.tally()

    assert (tally.wins, tally.losses, tally.ties, tally.skipped) == (40, 0, 1, 0)
    assert tally.shown
    assert tally.sentence.startswith("tuned is preferred: tuned has 100% of the 40 votes")
    assert {ballot.left for ballot in vote.ballots} == {0, 1}, "both sides come up"
    assert [ballot.row for ballot in vote.ballots] != sorted(ballot.row for ballot in vote.ballots)
    assert all({ballot.left, ballot.right} == {0, 1} for ballot in vote.ballots)


def test_a_voter_who_looks_at_the_side_only_shows_nothing():
    vote = BlindVote("base", "tuned", ANSWERS)
    for _ in vote.ballots:
        vote.vote("left")
    tally = vote.tally()

    assert not tally.shown
    assert tally.p_value == pytest.approx(stats.binomtest(tally.wins, 40).pvalue)
    assert tally.sentence.startswith("No preference shown between base and tuned")


def test_ties_skips_and_undo():
    vote = BlindVote("base", "tuned", ANSWERS, seed=3)
    first = vote.current
    for choice in ("tie", "skip", "left"):
        vote.vote(choice)
    vote.undo()
    assert vote.preferences() == {40: None, first.row: None}
    assert vote.tally().sentence == "No preference was expressed (tuned 0, base 0, neither 2)."
    vote.undo()
    vote.undo()
    vote.undo()
    assert vote.current == first
    with pytest.raises(InvalidInputError, match="one of left, right, tie, skip, got 'a'"):
        vote.vote("a")
    assert BlindVote("base", "tuned", ANSWERS, seed=3).ballots == vote.ballots
    assert BlindVote("base", "tuned", ANSWERS, seed=4).ballots != vote.ballots


def test_votes_are_saved_at_once_and_taken_up_again(tmp_path):
    path = tmp_path / "votes.jsonl"
    vote = BlindVote("base", "tuned", ANSWERS, path=path)
    for choice in ("left", "right", "tie"):
        vote.vote(choice)
    vote.undo()
    again = BlindVote("base", "tuned", ANSWERS, path=path)

    assert again.choices == ["left", "right"]
    assert again.current == vote.current
    assert again.table().equals(vote.table())
    assert json.loads(path.read_text().splitlines()[1])["prefers"] in (0, 1)
    with pytest.raises(InvalidInputError, match="holds votes on other answers"):
        BlindVote("base", "tuned", {**ANSWERS, 0: ("x", "y")}, path=path)


def test_nothing_to_vote_on():
    vote = BlindVote("a", "b", {0: ("same", "same")})
    assert vote.current is None
    with pytest.raises(InvalidInputError, match="No question is left"):
        vote.vote("left")
    assert vote.tally().ties == 1
