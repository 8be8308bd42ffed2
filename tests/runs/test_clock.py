"""How long a run will go on: steps by the steps so far, evaluations by those that were timed; all by hand."""

from __future__ import annotations

import pytest

from workbench.runs import clock


@pytest.fixture
def at(monkeypatch):
    """A watch that is set by hand."""
    now = [100.0]
    monkeypatch.setattr(clock.time, "perf_counter", lambda: now[0])

    def set_to(seconds):
        now[0] = 100.0 + seconds

    return set_to


def test_evaluations_are_counted_until_one_was_timed_and_then_in_seconds(at):
    watch = clock.Clock()
    at(10)
    assert watch.left(10, 40, 15) == (30.0, 3), "1 s a step; at 15, 30 and the last step"
    at(15)
    assert watch.left(15, 40, 15) == (25.0, 3), "step 15 itself has still to be evaluated"
    with watch.aside():
        at(19)
    watch.evaluations += 1
    at(24)
    assert watch.left(20, 40, 15) == (20 + 2 * 4.0, 0), "at 30 and 40"
    assert watch.left(40, 40, 15)[1] == 0


def test_the_last_step_is_evaluated_once_and_no_evaluation_is_none(at):
    watch = clock.Clock()
    at(30)
    assert watch.left(30, 30, 15) == (0.0, 1)
    assert watch.left(30, 30, None) == (0.0, 0)
    assert watch.left(1, 2, 100) == (30.0, 1)


def test_a_resumed_run_goes_by_its_own_steps(at):
    watch = clock.Clock(earlier=50.0, step=10, tokens=1000)
    at(4)
    assert watch.elapsed == 54
    assert watch.left(12, 20, None) == (16.0, 0), "2 s a step"


def test_speed_is_that_of_the_steps_since_it_was_last_asked(at):
    watch = clock.Clock(tokens=100)
    with watch.aside():
        at(2)
        with watch.aside():
            at(3)
    at(8)
    assert watch.speed(600) == 100.0, "500 tokens in 5 s, 3 s were spent aside"
    at(10)
    assert watch.speed(800) == 100.0
    assert watch.speed(800) is None
    assert watch.left(10, 20, None) == (7.0, 0), "7 s for 10 steps, the 3 s aside left out"
