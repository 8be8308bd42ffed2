"""A model as judge: both ways round, what it is worth, and what it cannot say."""

from __future__ import annotations

import threading

import pytest

import workbench as wb
from workbench.errors import InvalidInputError, ModelNotFoundError
from workbench.evaluation.judging import judge, judge_answers

LETTERS = [{"prompt": letter, "completion": letter} for letter in "abcdefghij"]


def short(prompt: str) -> str:
    return prompt if prompt != "c" else "a {b} in braces, and a longer text"


def long(prompt: str) -> str:
    return f"{prompt}, which is a longer answer than the other" if prompt != "c" else "c"


@pytest.fixture
def report() -> wb.Report:
    return wb.evaluate([short, long], LETTERS, ["exact_match"])


def sides(question: str) -> tuple[str, str]:
    _, _, rest = question.partition("Answer A:\n")
    a, _, rest = rest.partition("\n\nAnswer B:\n")
    return a, rest.partition("\n\nWhich")[0]


def by_length(question: str) -> str:
    a, b = sides(question)
    return "A" if len(a) > len(b) else "**B**, since it says more."


def test_a_judge_of_length_prefers_the_longer_whatever_the_side(report):
    found = judge(report, by_length)

    assert [found.preferences[row] for row in range(10)] == [1, 1, 0, 1, 1, 1, 1, 1, 1, 1]
    assert (found.inconsistent, found.unreadable) == ((), {})
    assert (found.tally.wins, found.tally.losses) == (9, 1)
    assert found.sentences == [f"By the judge by_length: {found.tally.sentence}"]
    assert found.first == found.readable / 2, "each answer stood first once"


def test_a_judge_that_looks_at_the_side_says_nothing(report):
    found = judge(report, lambda question: "A")

    assert found.preferences == {}
    assert found.inconsistent == tuple(range(10))
    assert found.sentences == [
        "On 10 of 10 rows it changed its mind with the sides; 20 of its 20 replies name the answer that stood first."
    ]


def test_nonsense_and_failures_are_counted(report):
    def moody(question: str) -> str:
        return "Both are excellent" if "\na\n" in question else "t"

    found = judge(report, moody)
    assert found.unreadable == {0: "Both are excellent"}
    assert (found.tally.ties, found.tally.interval) == (9, None)
    assert found.sentences[1] == "On 1 of 10 rows it gave no verdict; on row 0: 'Both are excellent'."


def test_a_judge_that_times_out_costs_its_rows_and_says_so(report):
    def slow(question: str) -> str:
        if "\nb\n" in question:
            raise TimeoutError("no reply within 30 s")
        return by_length(question)

    found = judge(report, slow)
    assert found.unreadable == {1: "no reply: TimeoutError: no reply within 30 s"}
    assert found.tally.wins == 8


def test_a_judge_that_is_not_there_is_told_at_once(report):
    with pytest.raises(ModelNotFoundError):
        judge(report, "./nowhere")


def test_a_judge_that_is_cancelled_leaves_out_what_it_was_not_asked():
    cancel, done = threading.Event(), []

    def on_reply(count: int) -> None:
        done.append(count)
        if count == 3:
            cancel.set()

    pairs = dict.fromkeys((4, 7, 9), ("Which?", "short", "a longer answer"))
    found = judge_answers(pairs, by_length, "a", "b", on_reply=on_reply, cancel=cancel)
    assert done == [1, 2, 3]
    assert found.preferences == {4: 1}


@pytest.mark.parametrize(
    ("reply", "letter"),
    [("A", "A"), ("b.", "B"), ("(T)", "T"), ("Answer: B", "B"), ("The better answer is A", "A"), ("B\nsince", "B"),
     ("A tie", None), ("Actually", None), ("", None), ("neither", None), ("tie", None)],
)  # fmt: skip
def test_what_counts_as_a_verdict(reply, letter):
    from workbench.evaluation.judging import _letter

    assert _letter(reply) == letter


def test_agreement_with_people(report):
    found = judge(report, by_length)
    assert found.agreement(found.preferences).share.value == 1
    others = {**dict.fromkeys(range(5), 1), **dict.fromkeys(range(5, 9), 0)}
    agreement = found.agreement(others)

    assert agreement.n == 9
    assert agreement.share.value == pytest.approx(4 / 9)
    assert agreement.sentence.startswith("The judge agrees with the votes on 44% of 9 rows (95 % interval")
    assert agreement.kappa < 0
    with pytest.raises(InvalidInputError, match="No row was judged by both"):
        found.agreement({99: 1})


def test_what_cannot_be_judged(report):
    with pytest.raises(InvalidInputError, match=r"question= lacks {b}"):
        judge(report, by_length, question="{prompt} {a}")


def test_a_question_too_long_for_the_judge_costs_its_row_only(report, tiny_model):
    long_one = wb.evaluate([short, lambda prompt: prompt * (2000 if prompt == "d" else 2)], LETTERS, ["exact_match"])
    found = judge(long_one, str(tiny_model), question="{prompt}{a}{b}")

    assert "context" in found.unreadable[3]
