"""Filling a table: turns between systems, prompts that fail, cancelling."""

import threading

import pytest

from workbench.errors import GenerationError, InvalidInputError
from workbench.evaluation import answering
from workbench.evaluation.answering import answer_rows
from workbench.evaluation.facts import Answered
from workbench.evaluation.sidebyside import SideBySide
from workbench.models.system import System


class Generator:
    """Answers like the generation process; `bad` prompts are refused together with their whole request."""

    def __init__(self, bad=(), lost=()):
        self.asked, self.bad, self.lost = [], bad, lost

    def __call__(self, system, prompts, *, on_result, cancel, **decoding):
        self.asked.append((system.name, list(prompts)))
        if system.name in self.lost:
            raise GenerationError("The process was killed.")
        for prompt in prompts:
            if prompt in self.bad:
                raise InvalidInputError(f"{prompt} is too long.")
        for at, prompt in enumerate(prompts):
            if cancel.is_set():
                return
            on_result(at, Answered(f"{system.name}: {prompt}", tokens=3))


@pytest.fixture
def table():
    return SideBySide(["a", "b"], ["p0", "p1", "p2", "p3"])


def fill(table, systems, generate, **options):
    options = {"decoding": {}, "cancel": threading.Event(), **options}
    answer_rows(table, systems, range(len(table.prompts)), generate=generate, **options)


def test_systems_on_one_base_take_turns_so_that_rows_are_complete_early(table, monkeypatch):
    monkeypatch.setattr(answering, "BLOCK", 2)
    generator, complete = Generator(), []
    systems = [System("base", name="a"), System("base", name="b", adapters=["x"])]
    fill(table, systems, generator, between=lambda: complete.append(len(table.complete)))

    assert generator.asked == [("a", ["p0", "p1"]), ("b", ["p0", "p1"]), ("a", ["p2", "p3"]), ("b", ["p2", "p3"])]
    assert complete == [0, 0, 2, 2]
    assert table.answers[3] == ["a: p3", "b: p3"]
    assert table.said[3, 1].tokens == 3


def test_systems_on_different_bases_are_loaded_once(table, monkeypatch):
    monkeypatch.setattr(answering, "BLOCK", 2)
    generator = Generator()
    fill(table, [System("one", name="a"), System("two", name="b")], generator)

    assert [name for name, _ in generator.asked] == ["a", "b"]


def test_a_prompt_that_does_not_fit_fails_alone(table):
    fill(table, [System("m", name="a"), System("m", name="b")], Generator(bad=["p2"]))

    assert table.complete == [0, 1, 3]
    assert table.failures == {(2, 0): "p2 is too long.", (2, 1): "p2 is too long."}


def test_a_lost_system_leaves_the_others(table):
    generator = Generator(lost=["a"])
    fill(table, [System("m", name="a"), System("m", name="b")], generator)

    assert table.failures[0, 0] == "The process was killed."
    assert [row[1] for row in table.answers] == ["b: p0", "b: p1", "b: p2", "b: p3"]
    assert [name for name, _ in generator.asked] == ["a", "b"]


def test_a_function_that_raises_is_named_not_hidden(table):
    def generate(*_, **__):
        raise KeyError("colour")

    fill(table, [System("m", name="a"), System("m", name="b")], generate)

    assert table.failures[0, 0] == "KeyError: 'colour'"


def test_an_answer_that_streams_is_seen_growing_and_counts_once_it_is_there(table):
    seen = []

    def generate(system, prompts, *, on_result, on_text, cancel):
        for text in ("f", "fo"):
            on_text(0, text)
        on_result(0, Answered("foo"))

    def look():
        shown = table.view(2)["answers"][0]
        seen.append((shown["answer"]["text"], shown["growing"], bool(shown["marks"]), table.answers[2][0]))

    answer_rows(table, [System("m", name="a")], [2], generate=generate, decoding={}, cancel=threading.Event(),
                on_change=look, stream=True)  # fmt: skip
    assert seen == [("f", True, False, None), ("fo", True, False, None), ("foo", False, False, "foo")]


def test_cancelled_rows_stay_unanswered_and_are_asked_next_time(table):
    cancel, generator = threading.Event(), Generator()
    systems = [System("one", name="a"), System("two", name="b")]
    fill(table, systems, generator, cancel=cancel, on_change=cancel.set)

    assert [row[0] is not None for row in table.answers] == [True, False, False, False]
    assert table.failures == {}
    fill(table, systems, generator)
    assert generator.asked[1] == ("a", ["p1", "p2", "p3"])
    assert len(table.complete) == 4
