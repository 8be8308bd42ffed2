"""ComparePanel: slices and their rows, a model as judge held against the votes, prompts of one's own that stream."""

from __future__ import annotations

import itertools
import threading
import time

import pytest

import workbench as wb
from workbench.errors import InvalidInputError
from workbench.panels import ComparePanel
from workbench.panels._slicing import WORSE

ROWS = [
    {"prompt": f"number {n}", "completion": str(n), "channel": "mail" if n % 3 else "chat <b>"} for n in range(90)
]  # fmt: skip


def until(holds, seconds=120):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def before(prompt: str) -> str:
    """Right on every second row."""
    n = prompt.split()[1]
    return n if int(n) % 2 else "none"


def after(prompt: str) -> str:
    """Right on every row but those of chat, on which it never is."""
    n = prompt.split()[1]
    return n if int(n) % 3 else "never"


def by_length(question: str) -> str:
    a, _, b = question.partition("Answer A:\n")[2].partition("\n\nAnswer B:\n")
    return "A" if len(a) > len(b.partition("\n\nWhich")[0]) else "B"


def make(systems=(before, after), rows=ROWS, **options):
    panel = ComparePanel(list(systems), wb.load_dataset(rows, split={}), max_rows=len(rows), **options)
    assert panel.wait(20)
    return panel


def press(panel, kind, value=None):
    panel._on_message({"kind": kind, "value": value})


def shown(panel):
    panel._show()
    return [row["row"] for row in panel._rows._page["rows"]]


def test_where_it_got_worse_with_number_interval_and_rows():
    panel = make(page_size=100)
    assert panel._rows._slices["slices"] == []
    press(panel, "slice_by", WORSE)
    until(lambda: panel._rows._slices["slices"])
    state = panel._rows._slices
    first = state["slices"][0]
    expected = panel.report.slices()
    assert first["name"] == f"{expected.column[0]} is {expected.value[0]}" == "channel is chat <b>"
    assert (first["rows"], first["finding"], first["better"]) == ("30", "worse", False)
    assert first["difference"] == "−50.0 points"
    assert first["ends"] == sorted(first["ends"])
    assert min(end for each in state["slices"] for end in each["ends"]) == -1
    assert state["sentence"].startswith("Exact match: after is worse than before where channel is chat <b>: by 50.0")

    press(panel, "slice", "channel is chat <b>")
    assert shown(panel) == list(range(0, 90, 3))
    assert {choice["key"]: choice["count"] for choice in panel._rows._head["filters"]}["all"] == 30
    press(panel, "filter", "worse")
    assert shown(panel) == [n for n in range(0, 90, 3) if n % 2]
    assert "filter='worse', slice_by='where it got worse', slice='channel is chat <b>'" in panel.to_code()
    assert "channel is chat &lt;b&gt;" in panel.static_form().html()


def test_slices_of_one_column_and_back_to_all_rows():
    panel = make(slice_by="channel", slice="channel is mail", page_size=100)
    until(lambda: panel.slices is not None)
    assert shown(panel) == [n for n in range(90) if n % 3]
    assert [each["better"] for each in panel._rows._slices["slices"]] == [False, True]
    press(panel, "slice_by", WORSE)
    assert panel.slice == ""
    assert len(shown(panel)) == 90
    until(lambda: panel._rows._slices["by"] == WORSE and not panel._slicing.running)
    press(panel, "slice_by", "")
    assert panel.slices is None
    assert shown(panel) == list(range(90))
    assert "slice" not in panel.to_code()


def test_a_column_or_slice_that_is_not_there_is_told():
    panel = make(slice_by="chanel")
    until(lambda: panel.head._error)
    assert "no column 'chanel'" in panel.head._error
    panel = make(slice_by="channel", slice="channel is fax")
    until(lambda: panel.head._error)
    assert "No slice is called 'channel is fax'" in panel.head._error
    assert len(shown(panel)) == 10


def test_slices_follow_the_rows_that_are_answered():
    panel = ComparePanel([before, after], wb.load_dataset(ROWS, split={}), max_rows=40, slice_by="channel")
    until(lambda: panel.slices is not None)
    assert panel.slices.whole.result.n_rows == 40
    press(panel, "all")
    until(lambda: panel.slices is not None and panel.slices.whole.result.n_rows == 90)


def test_the_judge_is_asked_both_ways_round_and_held_against_the_votes():
    panel = make(rows=ROWS[:12], judge=by_length)
    until(lambda: panel.judgement is not None)
    assert panel.judgement.preferences == {0: 1, 2: 0, 3: 1, 4: 0, 6: 1, 8: 0, 9: 1, 10: 0}, "where the answers differ"
    state = panel._rows._judge
    until(lambda: not panel._rows._judge["progress"]["running"])
    assert state["judge"] == "by_length"
    said = panel._judging.sentences(panel.vote)
    assert "8 votes for one of them" in said[0]
    assert "same answer twice" in said[-2]
    assert "Vote on some rows yourself" in said[-1]
    panel._show()
    assert [row["judged"] for row in panel._rows._page["rows"]][:3] == ["prefers after", "", "prefers before"]

    vote = panel.start_vote()
    while vote.current is not None:  # the person prefers what the judge does, except on row 4
        ballot = vote.current
        wanted = panel.judgement.preferences.get(ballot.row)
        wanted = 1 - wanted if ballot.row == 4 else wanted
        vote.vote("left" if ballot.left == wanted else "right")
    agreement = panel._judging.agreement(vote)
    assert (agreement.n, agreement.share.value) == (8, pytest.approx(7 / 8))
    # Both say `before` 3 times and `after` 4 times, 1 row apart; chance: 4/8 * 3/8 + 4/8 * 5/8 = 1/2.
    assert agreement.kappa == pytest.approx((7 / 8 - 1 / 2) / (1 - 1 / 2))
    panel._show()
    assert "kappa 0.75" in panel._rows._judge["sentences"][-1]
    assert "judge=by_length" in panel.to_code()
    assert "By the judge by_length" in panel.static_form().html()


def test_a_judge_is_chosen_by_name_and_asked_again():
    panel = make(systems=(before, by_length), rows=ROWS[:4])
    press(panel, "judge", "by_length")
    until(lambda: panel.judgement is not None)
    assert panel.judge is by_length
    assert panel.judgement.judge == "by_length"
    first = panel.judgement
    press(panel, "judge", "by_length")
    until(lambda: panel.judgement is not None and panel.judgement is not first)
    assert panel._rows._judge["names"][:2] == ["before", "by_length"]
    assert "tiny-support" in panel._rows._judge["names"]


def test_nonsense_and_timeouts_are_counted_and_a_judge_can_be_cancelled():
    met, hold = threading.Event(), threading.Event()

    def moody(question: str) -> str:
        if "number 0\n" in question:
            return "<script>alert(1)</script>"
        if "number 2\n" in question:
            raise TimeoutError("no reply within 30 s")
        if "number 6\n" in question:
            met.set()
            hold.wait(20)
        return by_length(question)

    panel = make(rows=ROWS[:20], judge=moody)
    assert met.wait(20)
    until(lambda: panel._rows._judge["progress"]["running"] and panel._rows._judge["progress"]["done"] == 8)
    press(panel, "cancel judge")
    hold.set()
    until(lambda: panel.judgement is not None)
    assert set(panel.judgement.unreadable) == {0, 2}
    assert panel.judgement.unreadable[2] == "no reply: TimeoutError: no reply within 30 s"
    assert set(panel.judgement.preferences) == {3, 4}, "what came after the cancelling is left out"
    assert [panel._judging.word(row) for row in (0, 3, 8)] == ["no verdict", "prefers after", ""]
    assert "&lt;script&gt;" in panel.static_form().html()
    assert "<script" not in panel.static_form().html()


def test_what_can_not_judge_is_told():
    with pytest.raises(InvalidInputError, match="got 42"):
        make(rows=ROWS[:2], judge=42)
    panel = make(systems=(before, before), rows=ROWS[:4], judge=by_length)
    until(lambda: panel.head._error)
    assert "nothing to judge" in panel.head._error
    panel = make(rows=ROWS[:4], judge="./nowhere")
    until(lambda: panel.head._error)
    assert "nowhere" in panel.head._error


def test_own_prompts_grow_token_by_token_and_stop_where_they_are_told_to(tiny_model):
    panel = ComparePanel([str(tiny_model), before], max_new_tokens=400, asked=["number 3"], start=False)
    assert panel._rows._asked == []
    seen = []

    def look(change):
        for answer in change.new[0]["answers"][:1]:
            if answer["growing"]:
                seen.append(answer["answer"]["text"])
                if len(seen) == 3:
                    press(panel, "cancel")

    panel._rows.observe(look, "_asked")
    press(panel, "ask", "Where is it?")
    assert panel.wait(60)
    panel._show()
    [asked] = panel._rows._asked
    assert len(seen) >= 3
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(seen))
    assert asked["pending"] is False
    assert asked["answers"][0]["growing"]
    assert asked["answers"][1] == {"answer": None, "growing": False, "marks": [], "error": None}
    assert panel._rows._head["asking"] is False
    assert "asked=['number 3', 'Where is it?']" in panel.to_code()


def test_prompts_in_the_code_are_asked_again():
    panel = ComparePanel([before], asked=["number 3", "number 4"])
    assert panel.wait(10)
    panel._show()
    assert [row["answers"][0]["answer"]["text"] for row in panel._rows._asked] == ["none", "3"]
    panel.decode(max_new_tokens=7)
    assert panel.wait(10)
    panel._show()
    assert [row["label"] for row in panel._rows._asked] == ["Your prompt 2", "Your prompt 1"]


def test_what_is_found_at_once_is_shown_as_well(monkeypatch):
    panel = make(rows=ROWS[:12], slice_by=WORSE)
    until(lambda: panel._rows._slices["sentence"] and not panel._pumping)
    # The slices are there before `in_background` returns.
    monkeypatch.setattr(panel, "in_background", lambda function, *args, clear: function(*args))
    press(panel, "slice_by", "channel")
    until(lambda: panel._rows._slices["slices"])
