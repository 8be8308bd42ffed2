"""A model as judge of a panel's answers: asked both ways round in the background, and held against the votes."""

from __future__ import annotations

import threading
from typing import Any

from workbench.bundled import models
from workbench.data.browse import plain_text
from workbench.errors import InvalidInputError
from workbench.evaluation.judging import Agreement, Judgement, judge_answers
from workbench.evaluation.sidebyside import SideBySide
from workbench.evaluation.votes import BlindVote

__all__ = ["Judging"]


class Judging:
    """The judge of the first and the last system's answers.

    Parameters
    ----------
    table
        The answers.
    allow_remote
        Whether they may leave this machine for a judge that is elsewhere.

    Attributes
    ----------
    judgement : Judgement or None
        What it said; None before it was asked.
    running : bool
        Whether it is being asked.
    """

    def __init__(self, table: SideBySide, *, allow_remote: bool = False):
        self.table, self.allow_remote = table, allow_remote
        self.judgement: Judgement | None = None
        self.running = False
        self._asked: tuple[Any, ...] = ()
        self._done = self._total = self._same = 0
        self._cancel = threading.Event()

    def begin(self, judge: Any) -> bool:
        """Whether there is a judge who was not asked yet; then `run` must be called."""
        if self.running or judge is None or self._asked == (judge,):
            return False
        self.running, self._asked = True, (judge,)
        return True

    def run(self, judge: Any) -> None:
        """Ask the judge about all rows that are answered, both ways round.

        Raises
        ------
        InvalidInputError
            For what is no judge, and when no row has two different answers.
        """
        self._cancel, self._done = threading.Event(), 0
        try:
            self.judgement, table = None, self.table
            answers = {row: (table.answers[row][0] or "", table.answers[row][-1] or "") for row in table.complete}
            pairs = {
                row: (plain_text(table.prompts[row]), *pair)
                for row, pair in answers.items() if pair[0].strip() != pair[1].strip()
            }  # fmt: skip
            if not pairs:
                raise InvalidInputError("There is nothing to judge: no row has two different answers yet.")
            self._total, self._same = 2 * len(pairs), len(answers) - len(pairs)
            self.judgement = judge_answers(
                pairs, judge, table.systems[0], table.systems[-1], allow_remote=self.allow_remote,
                on_reply=self._count, cancel=self._cancel,
            )  # fmt: skip
        finally:
            self.running = False

    def again(self) -> None:
        """Let the same judge be asked once more."""
        self._asked = ()

    def cancel(self) -> None:
        """Stop soon; what was said stays."""
        self._cancel.set()

    def agreement(self, vote: BlindVote | None) -> Agreement | None:
        """How far it agrees with the votes on the rows that a person was asked about; None where there are none."""
        found = self.judgement
        if found is None or vote is None or vote.names != (found.a, found.b):
            return None
        votes = {row: choice for row, choice in vote.preferences().items() if row in found.preferences}
        return found.agreement(votes) if votes else None

    def word(self, row: int) -> str:
        """What it said of a row, in a few words; nothing where it said nothing."""
        found = self.judgement
        if found is None:
            return ""
        if row in found.preferences:
            preferred = found.preferences[row]
            return "no difference" if preferred is None else f"prefers {(found.a, found.b)[preferred]}"
        return "changed its mind" if row in found.inconsistent else "no verdict" if row in found.unreadable else ""

    def sentences(self, vote: BlindVote | None) -> list[str]:
        """What it found, what is to be held against it, and how far it agrees with the votes."""
        if self.judgement is None:
            return []
        agreement = self.agreement(vote)
        said = list(self.judgement.sentences)
        if self._same:
            rows = "row has" if self._same == 1 else "rows have"
            said.append(f"{self._same:,} {rows} the same answer twice and were not put to the judge.")
        if agreement is not None:
            return [*said, agreement.sentence]
        return [*said, "Vote on some rows yourself (Blind vote): then it is said how far the judge agrees with you."]

    def view(self, judge: str, vote: BlindVote | None) -> dict[str, Any]:
        """Plain data for the front end; `judge` is its name."""
        table = self.table
        text = f"{self._done:,} of {self._total:,} replies" if self._done else "Loading the judge …"
        return {
            "can": len(table.systems) > 1 and any(map(table.differs, table.complete)),
            "judge": judge,
            "names": [*table.systems, *(name for name in models() if name not in table.systems)],
            "progress": {"running": self.running, "done": self._done, "total": self._total,
                         "text": text if self.running else ""},
            "sentences": self.sentences(vote),
        }  # fmt: skip

    def _count(self, done: int) -> None:
        self._done = done
