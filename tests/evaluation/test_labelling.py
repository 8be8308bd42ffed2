"""Preferences by a person: what is saved and when, undoing, repeats, agreement, and files that are not in order."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from workbench.errors import DatasetError, InvalidInputError
from workbench.evaluation.labelling import Labelling, pairs_of
from workbench.evaluation.pairing import pairing

ROWS = [{"prompt": f"Mail {n}?", "a": f"Yes {n}.", "b": f"No {n}.", "order": n} for n in range(25)]


def prefer(work, side):
    """Choose the reply ``a`` or ``b``, wherever it stands."""
    work.label("left" if work.current.left == side else "right")


def lines(work):
    return [json.loads(line) for line in work.path.read_text().splitlines()]


def test_every_label_is_a_row_to_train_on_and_on_the_disk_at_once(tmp_path):
    work = Labelling(ROWS, annotator="ada", folder=tmp_path, repeat_every=0)
    for count in range(1, 26):
        row = work.current.row
        prefer(work, "a" if row % 3 else "b")
        assert len(lines(work)) == count + 1
        assert lines(work)[-1]["row"] == row
    assert work.current is None
    made = work.dataset()
    assert (made.type, len(made), made.columns[:3]) == ("preference", 25, ["prompt", "chosen", "rejected"])
    for row in made:
        n = row["order"]
        wanted = (f"Yes {n}.", f"No {n}.") if n % 3 else (f"No {n}.", f"Yes {n}.")
        assert (row["chosen"], row["rejected"], row["annotator"]) == (*wanted, "ada")
    wb.Recipe("tiny-support", made, wb.Reward())
    with pytest.raises(InvalidInputError, match="No pair is left"):
        work.label("left")


def test_sides_and_order_are_drawn_for_each_annotator_and_stay_when_it_is_opened_again(tmp_path):
    one, other = (Labelling(ROWS, annotator=name, folder=tmp_path) for name in ("ada", "bo"))
    assert [each.row for each in one.questions] != [each.row for each in other.questions]
    lefts = [each.left for each in Labelling(ROWS * 20, annotator="ada", folder=tmp_path / "more").questions]
    assert 200 < lefts.count("a") < 350
    for _ in range(7):
        one.label("left")
    again = Labelling(ROWS, annotator="ada", folder=tmp_path)
    assert again.labels == one.labels
    assert again.current == one.current


def test_pairs_come_back_with_their_sides_changed_and_are_no_rows_of_their_own(tmp_path):
    work = Labelling(ROWS, annotator="ada", folder=tmp_path, repeat_every=5)
    repeats = [each for each in work.questions if each.repeat]
    assert len(repeats) == 5
    assert len({each.row for each in repeats}) == 5
    first = {each.row: each.left for each in work.questions if not each.repeat}
    assert all(each.left != first[each.row] for each in repeats)
    while (asked := work.current) is not None:
        prefer(work, "b" if asked.repeat and asked.row == repeats[0].row else "a")
    assert len(work.dataset()) == 25
    assert work.counts() == {"pairs": 25, "labelled": 25, "ties": 0, "skipped": 0, "repeats": 5, "same": 0}
    found = work.with_oneself()
    assert (found.n, found.same.value, found.apart) == (5, 0.8, (repeats[0].row,))


def test_disagreements_are_the_pairs_on_which_labels_differ(tmp_path):
    ada = Labelling(ROWS, annotator="ada", folder=tmp_path, repeat_every=5)
    assert list(ada.disagreements().columns) == ["row", "prompt", "a", "b"]
    turned = next(each.row for each in ada.questions if each.repeat)
    while (asked := ada.current) is not None:
        prefer(ada, "b" if asked.repeat and asked.row == turned else "a")
    bob = Labelling(ROWS, annotator="bob", folder=tmp_path, repeat_every=0)
    for _ in range(20):
        if bob.current.row == 3:
            bob.label("tie")
        else:
            prefer(bob, "b" if bob.current.row == 7 else "a")
    seen = set(bob.preferred())
    found = ada.disagreements().set_index("row")
    assert set(found.index) == {turned} | ({3, 7} & seen)
    assert found.loc[turned, ["by ada", "by ada, again"]].tolist() == ["a", "b"]
    assert {row: found.loc[row, "by bob"] for row in {3, 7} & seen} == {
        row: {3: "tie", 7: "b"}[row] for row in {3, 7} & seen
    }
    assert found["prompt"].tolist() == [ROWS[row]["prompt"] for row in found.index]
    assert set(bob.disagreements()["row"]) == ({3, 7} & seen), "the second answers of others are not asked"


def test_an_annotator_may_be_called_like_a_column(tmp_path):
    prefer(Labelling(ROWS[:1], annotator="a", folder=tmp_path), "a")
    other = Labelling(ROWS[:1], annotator="prompt", folder=tmp_path)
    prefer(other, "b")
    [row] = other.disagreements().to_dict("records")
    assert row == {"row": 0, **{name: ROWS[0][name] for name in ("prompt", "a", "b")}, "by prompt": "b", "by a": "a"}


def test_ties_and_skips_are_counted_and_kept_apart(tmp_path):
    work = Labelling(ROWS[:6], annotator="ada", folder=tmp_path)
    for choice in ("tie", "skip", "left", "tie"):
        work.label(choice)
    assert (work.counts()["ties"], work.counts()["skipped"], work.counts()["labelled"]) == (2, 1, 1)
    assert len(work.dataset()) == 1
    assert sorted(work.preferred().values())[-2:] == ["tie", "tie"]
    with pytest.raises(InvalidInputError, match="A label is one of left, right, tie, skip, got 'maybe'"):
        work.label("maybe")


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(["left", "right", "tie", "skip", "undo", "open"]), max_size=40))
def test_any_order_of_keys_leaves_what_a_list_with_pop_would(tmp_path_factory, keys):
    folder = tmp_path_factory.mktemp("labels")
    work, wanted = Labelling(ROWS, annotator="ada", folder=folder), []
    for key in keys:
        if key == "open":
            work = Labelling(ROWS, annotator="ada", folder=folder)
        elif key == "undo":
            work.undo()
            del wanted[-1:]
        elif work.current is not None:
            work.label(key)
            wanted.append(key)
    assert [label["choice"] for label in work.labels] == wanted
    assert [label["choice"] for label in Labelling(ROWS, annotator="ada", folder=folder).labels] == wanted


def test_what_was_labelled_outlives_a_kill(tmp_path):
    script = (
        "import json, sys\nfrom workbench.evaluation.labelling import Labelling\n"
        f"work = Labelling(json.loads(sys.argv[1]), annotator='ada', folder={str(tmp_path)!r}, repeat_every=0)\n"
        "for n in range(25):\n    work.label('left')\n    print(n, flush=True)\n    import time; time.sleep(0.02)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, json.dumps(ROWS)], stdout=subprocess.PIPE, text=True)
    told = 0
    while told < 9:
        told = int(process.stdout.readline()) + 1
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    work = Labelling(ROWS, annotator="ada", folder=tmp_path, repeat_every=0)
    assert told <= len(work.labels) <= told + 2


@pytest.mark.parametrize("torn", [b'{"row": 3, "le', b'{"row": 3, "left": "a", "cho\xff', b"\n\n"])
def test_a_torn_line_is_left_out_and_closed(tmp_path, torn):
    work = Labelling(ROWS, annotator="ada", folder=tmp_path)
    for _ in range(3):
        work.label("left")
    with open(work.path, "ab") as file:
        file.write(torn)
    again = Labelling(ROWS, annotator="ada", folder=tmp_path)
    assert again.labels == work.labels
    again.label("right")
    assert [label["choice"] for label in Labelling(ROWS, annotator="ada", folder=tmp_path).labels] == ["left"] * 3 + [
        "right"
    ]


@pytest.mark.parametrize("left", [b"", b'{"rows": "ab', None])
def test_a_file_whose_head_is_torn_or_that_was_taken_away_is_made_whole(tmp_path, left):
    work = Labelling(ROWS, annotator="ada", folder=tmp_path)
    if left is None:
        work.label("left")
        work.path.unlink()
    else:
        work.path.write_bytes(left)
        work = Labelling(ROWS, annotator="ada", folder=tmp_path)
    work.label("right")
    assert Labelling(ROWS, annotator="ada", folder=tmp_path).labels == work.labels


def test_two_kernels_on_one_file_are_noticed_and_nothing_is_lost(tmp_path):
    one, other = (Labelling(ROWS, annotator="ada", folder=tmp_path) for _ in range(2))
    one.label("left")
    with pytest.raises(InvalidInputError, match="was written to from elsewhere and has been read again"):
        other.label("right")
    assert other.labels == one.labels
    other.label("right")
    assert [label["choice"] for label in Labelling(ROWS, annotator="ada", folder=tmp_path).labels] == ["left", "right"]


def test_agreement_with_another_annotator(tmp_path):
    ada, bo = (Labelling(ROWS, annotator=name, folder=tmp_path, repeat_every=0) for name in ("ada", "bo"))
    while ada.current is not None:
        prefer(ada, "a" if ada.current.row % 2 else "b")
    while bo.current is not None:
        row = bo.current.row
        prefer(bo, "a" if row % 2 or row in (4, 8) else "b")
    Labelling(ROWS[:5], annotator="stranger", folder=tmp_path).label("left")  # on other pairs: not compared
    [(name, found)] = ada.with_others().items()
    assert (name, found.n, found.apart) == ("bo", 25, (4, 8))
    # 12 odd rows "a" by both, 13 even rows "b" by ada, 11 of them by bo
    chance = (12 / 25) * (14 / 25) + (13 / 25) * (11 / 25)
    assert found.kappa == pytest.approx((23 / 25 - chance) / (1 - chance))
    assert found.low < found.kappa <= found.high
    assert "92% of 25 pairs, Cohen's kappa 0.84" in found.sentence


def test_one_who_always_says_the_same_has_no_kappa():
    found = pairing({1: "a", 2: "a"}, {1: "a", 2: "a", 3: "b"})
    assert (found.n, found.same.value) == (2, 1.0)
    assert math.isnan(found.kappa) or found.kappa == 1.0
    assert pairing({}, {1: "a"}).n == 0


def test_a_leaning_to_one_side_is_seen(tmp_path):
    work = Labelling(ROWS, annotator="ada", folder=tmp_path)
    assert work.left_share() is None
    for _ in range(12):
        work.label("left")
    assert work.left_share().low > 0.5


def test_the_labels_of_a_preference_set_are_hidden():
    rows = [{"prompt": f"p{n}", "chosen": f"good {n}", "rejected": f"bad {n}"} for n in range(200)]
    made = pairs_of(wb.load_dataset(rows, split={}))
    good = [row["a"].startswith("good") for row in made]
    assert 70 < sum(good) < 130
    assert all("chosen" not in row for row in made)


def test_conversations_are_labelled_and_train_as_they_are(tmp_path):
    def reply(text):
        return [{"role": "assistant", "content": text}]

    def asked(number):
        return [{"role": "user", "content": "Hello"}, *reply("Hi"), {"role": "user", "content": f"Where is {number}?"}]

    rows = [
        {"chosen": [*asked(n), *reply("Here.")], "rejected": [*asked(n), *reply(worse)]}
        for n, worse in enumerate(["No.", "Maybe.", "Here."])
    ]
    work = Labelling(rows, annotator="ada", folder=tmp_path)
    assert (len(work.questions), work.same) == (2, [2])
    while (question := work.current) is not None:
        work.label("left" if work.rows[question.row][question.left] == reply("Here.") else "right")
    made = Labelling(rows, annotator="ada", folder=tmp_path).dataset()
    assert [row["prompt"] for row in made] == [asked(0), asked(1)]
    assert [row["chosen"] for row in made] == [reply("Here.")] * 2
    assert [row["rejected"] for row in made] == [reply("No."), reply("Maybe.")]
    with pytest.raises(DatasetError, match=r"Row 0 has no text in 'a', got \[1\]"):
        Labelling([{"prompt": "p", "a": [1], "b": "y"}], annotator="ada", folder=tmp_path)


def test_what_cannot_be_labelled_is_said(tmp_path):
    for rows, words in (
        ([{"prompt": "", "a": "x", "b": "y"}], "Row 0 has no text in 'prompt'"),
        ([{"prompt": "p", "a": "x", "b": "y"}, {"prompt": "p", "a": "x"}], "Row 1 has no text in 'b', got None"),
        ([{"prompt": "p", "a": "x", "b": "y"}, None], "Row 1 is None"),
        (["what is a refund?"], "what is a refund"),
        ([{"prompt": "p", "completion": "x"}] * 3, "a person compares two replies"),
    ):
        with pytest.raises(DatasetError, match=words):
            Labelling(rows, annotator="ada", folder=tmp_path)
    with pytest.raises(InvalidInputError, match="it names a file"):
        Labelling(ROWS, annotator="../ada", folder=tmp_path)
    with pytest.raises(InvalidInputError, match="repeat_every must be"):
        Labelling(ROWS, annotator="ada", folder=tmp_path, repeat_every=-1)
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match="Labels cannot be kept in"):
        Labelling(ROWS, annotator="ada", folder=tmp_path / "file")
    same = Labelling([*ROWS[:3], {"prompt": "p", "a": "x", "b": " x"}], annotator="ada", folder=tmp_path / "same")
    assert (same.counts()["same"], len(same.questions)) == (1, 3)
    with pytest.raises(DatasetError, match="No pair has been told apart yet"):
        same.dataset()
    same.label("left")
    with pytest.raises(InvalidInputError, match="holds labels on other pairs"):
        Labelling(ROWS, annotator="ada", folder=tmp_path / "same")
    for _ in range(2):
        same.label("left")
    with pytest.raises(InvalidInputError, match="in another order"):
        Labelling([*ROWS[:3], {"prompt": "p", "a": "x", "b": " x"}], annotator="ada", folder=tmp_path / "same", seed=5)


def test_seconds_are_those_of_the_question(tmp_path):
    work = Labelling(ROWS, annotator="ada", folder=tmp_path)
    work._asked_at = time.monotonic() - 5
    work.label("left")
    assert work.labels[0]["seconds"] >= 5
    work.label("left")
    assert work.labels[1]["seconds"] < 5
