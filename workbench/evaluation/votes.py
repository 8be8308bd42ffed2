"""A blind vote: a person says which of two answers is better without knowing whose they are.

The order of the rows and the side on which each system stands are drawn with a seed; names come out at the end. Rows
on which both say the same are ties that nobody needs to be asked about.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Literal, get_args

from workbench.errors import InvalidInputError
from workbench.evaluation.results import Interval
from workbench.evaluation.statistics import mcnemar, rate

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Ballot", "BlindVote", "Choice", "Tally", "tally_of"]

Choice = Literal["left", "right", "tie", "skip"]


@dataclass(frozen=True)
class Ballot:
    """One question put to the voter.

    Attributes
    ----------
    row : int
        Which row.
    left, right : int
        Which of the two systems (0 or 1) stands on which side.
    """

    row: int
    left: int
    right: int


@dataclass(frozen=True)
class Tally:
    """What came of a vote between two systems, a and b.

    Attributes
    ----------
    a, b : str
        Names.
    wins, losses, ties, skipped : int
        Votes for b, for a, for neither (identical answers included), and for nothing.
    interval : Interval or None
        The share of b among the votes for one of the two, with Wilson's interval; None where there are none.
    p_value : float
        Of the exact sign test: how often fair coins would be so uneven.
    """

    a: str
    b: str
    wins: int
    losses: int
    ties: int
    skipped: int
    interval: Interval | None
    p_value: float

    @property
    def shown(self) -> bool:
        """Whether one of them is preferred: the interval leaves out a half and the test agrees."""
        return self.interval is not None and not self.interval.low <= 0.5 <= self.interval.high and self.p_value < 0.05

    @property
    def sentence(self) -> str:
        """The finding in words."""
        counts = f"{self.b} {self.wins:,}, {self.a} {self.losses:,}, neither {self.ties:,}"
        if self.interval is None:
            return f"No preference was expressed ({counts})."
        found = self.interval
        span = (
            f"{found.value:.0%} of the {found.n_rows:,} votes for one of them, "
            f"95 % interval {found.low:.0%} to {found.high:.0%}"
        )
        if not self.shown:
            return f"No preference shown between {self.a} and {self.b}: {self.b} has {span} ({counts})."
        better = self.b if found.value > 0.5 else self.a
        return f"{better} is preferred: {self.b} has {span} ({counts})."


class BlindVote:
    """The ballots of one vote, and how they were answered.

    Parameters
    ----------
    a, b
        The names of the two systems.
    answers
        Row number to the answers of a and b.
    seed
        Draws the order of the rows and the sides.
    path
        A JSON-lines file to which each vote is appended at once; votes that stand in it are taken up again.

    Raises
    ------
    InvalidInputError
        When the file holds votes on other answers.
    """

    def __init__(
        self,
        a: str,
        b: str,
        answers: Mapping[int, Sequence[str]],
        *,
        seed: int = 0,
        path: str | os.PathLike[str] | None = None,
    ):
        self.names = (a, b)
        self.answers = {row: (pair[0], pair[1]) for row, pair in answers.items()}
        self.same = [row for row, (one, other) in self.answers.items() if one.strip() == other.strip()]
        rng = Random(seed)
        rows = sorted(set(self.answers) - set(self.same))
        rng.shuffle(rows)
        self.ballots = [Ballot(row, *rng.sample((0, 1), 2)) for row in rows]
        self.choices: list[Choice] = []
        self._path = None if path is None else Path(path)
        if self._path is not None and self._path.is_file():
            self._take_up(self._path)

    @property
    def current(self) -> Ballot | None:
        """The question to be answered next; None at the end."""
        return self.ballots[len(self.choices)] if len(self.choices) < len(self.ballots) else None

    def vote(self, choice: Choice) -> None:
        """Answer the current question.

        Raises
        ------
        InvalidInputError
            For another choice, or when no question is left.
        """
        ballot = self.current
        if ballot is None:
            raise InvalidInputError("No question is left: all rows were voted on.")
        if choice not in get_args(Choice):
            raise InvalidInputError(f"A vote is one of {', '.join(get_args(Choice))}, got {choice!r}.")
        self.choices.append(choice)
        self._append({**asdict(ballot), "choice": choice, "prefers": self._prefers(ballot, choice)})

    def undo(self) -> None:
        """Take the last answer back, if there is one."""
        if self.choices:
            self.choices.pop()
            self._append({"undo": True})

    def preferences(self) -> dict[int, int | None]:
        """Row number to the system preferred (0 or 1), None for neither; rows that were skipped are left out."""
        found = dict[int, int | None].fromkeys(self.same)
        for ballot, choice in zip(self.ballots, self.choices, strict=False):
            if choice != "skip":
                found[ballot.row] = self._prefers(ballot, choice)
        return found

    def tally(self) -> Tally:
        """What came of it so far."""
        return tally_of(*self.names, list(self.preferences().values()), self.choices.count("skip"))

    def table(self) -> pd.DataFrame:
        """One row a vote: ``row, left, right, choice, preferred``, with names."""
        import pandas as pd

        rows = []
        for ballot, choice in zip(self.ballots, self.choices, strict=False):
            prefers = self._prefers(ballot, choice)
            preferred = "" if prefers is None else self.names[prefers]
            rows.append([ballot.row, self.names[ballot.left], self.names[ballot.right], choice, preferred])
        return pd.DataFrame(rows, columns=["row", "left", "right", "choice", "preferred"])

    @staticmethod
    def _prefers(ballot: Ballot, choice: Choice) -> int | None:
        return {"left": ballot.left, "right": ballot.right}.get(choice)

    def _append(self, line: dict[str, Any]) -> None:
        if self._path is not None:
            new = not self._path.exists()
            with open(self._path, "a", encoding="utf-8") as file:
                if new:
                    file.write(json.dumps(self._head()) + "\n")
                file.write(json.dumps(line) + "\n")

    def _head(self) -> dict[str, Any]:
        text = json.dumps([sorted(self.answers.items()), [asdict(ballot) for ballot in self.ballots]])
        return {"a": self.names[0], "b": self.names[1], "hash": hashlib.sha256(text.encode()).hexdigest()[:16]}

    def _take_up(self, path: Path) -> None:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        if not lines or lines[0] != self._head():
            raise InvalidInputError(
                f"{path} holds votes on other answers, or in another order. Name another file, or remove it."
            )
        for line in lines[1:]:
            if line.get("undo"):
                self.choices.pop()
            else:
                self.choices.append(line["choice"])


def tally_of(a: str, b: str, preferred: Sequence[int | None], skipped: int = 0) -> Tally:
    """Count preferences: 0 for a, 1 for b, None for neither."""
    wins, losses = preferred.count(1), preferred.count(0)
    interval = rate([1.0] * wins + [0.0] * losses) if wins + losses else None
    return Tally(a, b, wins, losses, preferred.count(None), skipped, interval, mcnemar(wins, losses))
