"""How long a run has trained, what of that went into something else than steps, and how long it still will."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Clock"]


class Clock:
    """The time of one attempt at training.

    Parameters
    ----------
    earlier
        Seconds of the attempts before.
    step
        The step that this attempt goes on from.
    tokens
        The tokens seen up to there.

    Attributes
    ----------
    evaluations : int
        How many there were in this attempt, for whoever counts them.
    """

    def __init__(self, earlier: float = 0.0, step: int = 0, tokens: int = 0):
        self.earlier, self.evaluations = earlier, 0
        self._first, self._tokens = step, tokens
        self._began = self._window = time.perf_counter()
        self._aside = self._aside_before = 0.0  # of the window, and of those before it

    @property
    def elapsed(self) -> float:
        """Seconds of training, attempts before this one included."""
        return self.earlier + time.perf_counter() - self._began

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What happens inside does not count as time of the steps."""
        began, before = time.perf_counter(), self._aside
        yield
        self._aside = before + time.perf_counter() - began

    def speed(self, tokens: int) -> float | None:
        """Tokens a second since this was last asked, by the steps alone; `tokens` were seen so far."""
        now = time.perf_counter()
        busy, new = now - self._window - self._aside, tokens - self._tokens
        self._aside_before += self._aside
        self._window, self._tokens, self._aside = now, tokens, 0.0
        return new / busy if busy > 0 else None

    def left(self, step: int, max_steps: int, eval_steps: int | None) -> tuple[float, int]:
        """How long it will go on after a step that may still have to be evaluated.

        Parameters
        ----------
        eval_steps
            Steps between two evaluations; the last step is evaluated too. None: there are none.

        Returns
        -------
        seconds : float
            For the steps that are left, and for evaluations once one was timed (with what goes with it: probes,
            checkpoints).
        evaluations : int
            How many are to come that the seconds do not hold, since none was timed yet.
        """
        aside = self._aside_before + self._aside
        each = (time.perf_counter() - self._began - aside) / max(1, step - self._first)
        seconds, ahead = each * (max_steps - step), 0
        if eval_steps is not None:
            ahead = max_steps // eval_steps - (step - 1) // eval_steps + (max_steps % eval_steps > 0)
        if self.evaluations:
            seconds, ahead = seconds + ahead * aside / self.evaluations, 0
        return seconds, ahead
