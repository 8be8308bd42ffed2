"""A blind vote as a panel shows it: two answers at a time, and no name before the end."""

from __future__ import annotations

from typing import Any

from workbench.data.browse import cell
from workbench.errors import InvalidInputError
from workbench.evaluation.sidebyside import ANSWER_LIMIT, SideBySide
from workbench.evaluation.votes import BlindVote

__all__ = ["Voting"]


class Voting:
    """The vote of a panel: started on the rows that are answered, voted, revealed.

    Parameters
    ----------
    table
        The answers.
    path
        Where votes are kept; see `BlindVote`.
    """

    def __init__(self, table: SideBySide, path: Any = None):
        self.table, self.path = table, path
        self.vote: BlindVote | None = None
        self.revealed = False
        self.open = False

    def start(self, a: int = 0, b: int = -1, seed: int = 0) -> None:
        """Begin a vote between two systems, or show the one that was begun.

        Raises
        ------
        InvalidInputError
            When no row has two different answers yet.
        """
        self.open = True
        if self.vote is not None:
            return
        names, answers = self.table.systems, self.table.answers
        pairs = {row: (answers[row][a] or "", answers[row][b] or "") for row in self.table.complete}
        vote = BlindVote(names[a], names[b], pairs, seed=seed, path=self.path)
        if not vote.ballots:
            self.open = False
            raise InvalidInputError("There is nothing to vote on: no row has two different answers yet.")
        self.vote = vote

    def act(self, kind: str, value: Any = None) -> None:
        """What was pressed: ``start``, ``vote`` with a choice, ``undo``, ``reveal`` or ``close``."""
        if kind == "start":
            self.start()
        elif kind == "close":
            self.open = False
        elif self.vote is not None and kind == "reveal":
            self.revealed = True
        elif self.vote is not None and not self.revealed:
            if kind == "undo":
                self.vote.undo()
            elif self.vote.current is not None:
                self.vote.vote(value)

    def view(self) -> dict[str, Any]:
        """Plain data: nothing that names a system before the vote is revealed."""
        can = len(self.table.systems) > 1 and any(map(self.table.differs, self.table.complete))
        if not self.open or self.vote is None:
            return {"open": False, "can": can, "begun": bool(self.vote and self.vote.choices)}
        vote, ballot = self.vote, self.vote.current
        state: dict[str, Any] = {
            "open": True, "at": len(vote.choices), "total": len(vote.ballots), "same": len(vote.same),
            "undo": bool(vote.choices) and not self.revealed,
        }  # fmt: skip
        if self.revealed:
            rows = vote.table().to_dict("records")
            return state | {"result": {"sentence": vote.tally().sentence, "rows": rows}}
        if ballot is None:
            return state
        left, right = (vote.answers[ballot.row][side] for side in (ballot.left, ballot.right))
        return state | {
            "prompt": cell(self.table.prompts[ballot.row]),
            "left": cell(left, ANSWER_LIMIT), "right": cell(right, ANSWER_LIMIT),
        }  # fmt: skip
