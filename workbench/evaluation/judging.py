"""A language model as judge of two answers, asked twice with the sides swapped.

Judges prefer a side, often the first (Zheng et al. 2023, "Judging LLM-as-a-judge with MT-Bench and Chatbot Arena",
arXiv 2306.05685, section 3.3). So each row is asked both ways round, and only a judge that says the same of both has
said anything. What a judge is worth is its agreement with people: `Judgement.agreement`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.errors import InvalidInputError, RemoteError, WorkbenchError
from workbench.evaluation.kept import KeptAnswers
from workbench.evaluation.report import Report
from workbench.evaluation.results import Interval
from workbench.evaluation.statistics import kappa, rate
from workbench.evaluation.votes import Tally, tally_of
from workbench.models.system import System
from workbench.runs.generation import shared_client
from workbench.runs.remote import check_remote

__all__ = ["QUESTION", "Agreement", "Judgement", "judge"]

QUESTION = """Two assistants have answered the same question.

Question:
{prompt}

Answer A:
{a}

Answer B:
{b}

Which answer is better? Reply with one letter: A, B, or T if there is no difference."""

_LETTER = re.compile(
    r"(?:(?:the )?(?:better )?answer(?: is)?:? )?[\"'(*]*([abt])[\"')*]*(?=[.,:;!]|\s*$|\n)", re.IGNORECASE
)


@dataclass(frozen=True)
class Agreement:
    """How far two judges agree on the rows that both have judged.

    Attributes
    ----------
    n : int
        Rows.
    share : Interval
        How often they said the same, with Wilson's interval.
    kappa : float
        Cohen's, which takes off what chance would give; NaN where both say the same of everything.
    """

    n: int
    share: Interval
    kappa: float

    @property
    def sentence(self) -> str:
        """In words."""
        found = self.share
        beyond = "" if self.kappa != self.kappa else f", Cohen's kappa {self.kappa:.2f}"
        return (
            f"The judge agrees with the votes on {found.value:.0%} of {self.n:,} rows "
            f"(95 % interval {found.low:.0%} to {found.high:.0%}{beyond})."
        )


@dataclass(frozen=True)
class Judgement:
    """What a judge said of two systems' answers.

    Attributes
    ----------
    judge, a, b : str
        Names.
    preferences : dict
        Row number to the system preferred (0: a, 1: b) or None for neither; only rows on which the judge said the
        same both ways round.
    inconsistent : tuple of int
        Rows on which it changed its mind when the sides were swapped.
    unreadable : dict
        Row number to a reply that is no letter, or to why there was none.
    first : int
        How many of all readable replies chose the answer that stood first.
    readable : int
        How many replies were letters.
    """

    judge: str
    a: str
    b: str
    preferences: Mapping[int, int | None]
    inconsistent: tuple[int, ...]
    unreadable: Mapping[int, str]
    first: int
    readable: int

    @property
    def tally(self) -> Tally:
        """Wins, losses and ties over the rows on which it was consistent."""
        return tally_of(self.a, self.b, list(self.preferences.values()))

    @property
    def sentences(self) -> list[str]:
        """The finding, and what to hold against it."""
        total = len(self.preferences) + len(self.inconsistent) + len(self.unreadable)
        out = [f"By the judge {self.judge}: {self.tally.sentence}"] if self.preferences else []
        if self.inconsistent:
            share = f"{self.first:,} of its {self.readable:,} replies name the answer that stood first"
            out.append(f"On {len(self.inconsistent):,} of {total:,} rows it changed its mind with the sides; {share}.")
        if self.unreadable:
            row, reply = next(iter(self.unreadable.items()))
            out.append(
                f"On {len(self.unreadable):,} of {total:,} rows it gave no verdict; on row {row}: {reply[:80]!r}."
            )
        return out or ["No row was judged."]

    def agreement(self, preferences: Mapping[int, int | None]) -> Agreement:
        """How far it agrees with other votes, such as ``panel.vote.preferences()``.

        Raises
        ------
        InvalidInputError
            When no row was judged by both.
        """
        rows = sorted(set(self.preferences) & set(preferences))
        if not rows:
            raise InvalidInputError(
                "No row was judged by both. Vote on rows that the judge has judged, or the other way."
            )
        mine, theirs = [self.preferences[row] for row in rows], [preferences[row] for row in rows]
        same = [float(one == other) for one, other in zip(mine, theirs, strict=True)]
        return Agreement(len(rows), rate(same), kappa(mine, theirs))


def judge(
    report: Report,
    system: Any,
    a: Any = 0,
    b: Any = -1,
    *,
    question: str = QUESTION,
    max_new_tokens: int = 8,
    allow_remote: bool = False,
    client: Any = None,
) -> Judgement:
    """Have a model judge the answers of two systems in a report.

    Parameters
    ----------
    report
        With answers.
    system
        The judge: a model, a run, an endpoint, a `System`, or a function of the question.
    a, b
        Which of the report's systems; by default the first and the last.
    question
        What it is asked, with ``{prompt}``, ``{a}`` and ``{b}`` in it. The reply must begin with A, B or T.
    max_new_tokens
        How long a reply may be; a judge that thinks before it says a letter needs more.
    allow_remote
        Whether the rows and answers may leave this machine for a judge that is elsewhere.
    client
        The generation process to use, and nothing is kept; by default the shared one.

    Raises
    ------
    InvalidInputError
        For a report without answers, a question that lacks one of the three, or a judge elsewhere without leave.
    RemoteError
        When a judge that is elsewhere will not reply.
    """
    if lacking := [name for name in ("prompt", "a", "b") if "{" + name + "}" not in question]:
        raise InvalidInputError(f"question= lacks {{{lacking[0]}}}, where the {lacking[0]} is put. Put it in.")
    if not report.answers:
        raise InvalidInputError("The report has scores but no answers, so there is nothing to judge.")
    if client is None:
        client = KeptAnswers(shared_client())
    named, first, second = System(system), report.name_of(a), report.name_of(b)
    pairs = list(zip(report.answers[first], report.answers[second], strict=True))
    judged = [place for place, pair in enumerate(pairs) if all(said.came for said in pair)]
    asked = [
        _filled(question, report.prompts[place], *(said.text for said in sides))
        for place in judged
        for sides in (pairs[place], pairs[place][::-1])
    ]
    settings = {"max_new_tokens": max_new_tokens, "temperature": 0.0, "seed": 0}
    check_remote({named.name: named}, len(asked), allow_remote, settings)
    if named.kind == "remote":
        settings["allow_remote"] = True
    replies = _replies(client, named, asked, settings)
    letters = [_letter(reply) for reply in replies]
    preferences: dict[int, int | None] = {}
    inconsistent, unreadable = [], {}
    for at, place in enumerate(judged):
        number, (straight, swapped) = report.row_numbers[place], letters[2 * at : 2 * at + 2]
        if straight is None or swapped is None:
            unreadable[number] = replies[2 * at] if straight is None else replies[2 * at + 1]
        elif _system(straight) == _system(swapped, swapped=True):
            preferences[number] = _system(straight)
        else:
            inconsistent.append(number)
    readable = sum(letter is not None for letter in letters)
    return Judgement(
        named.name, first, second, preferences, tuple(inconsistent), unreadable, letters.count("A"), readable
    )


def _replies(client: Any, judge: System, asked: list[str], settings: Mapping[str, Any]) -> list[str]:
    """The judge's replies; a question it cannot be asked, as one too long, is answered by why."""
    said: dict[int, str] = {}

    def take(row: int, answer: Any) -> None:
        said[row] = f"no reply: {answer.detail}" if answer.error else answer.text

    try:
        client.generate(judge, asked, on_result=take, **settings)
    except RemoteError:
        raise
    except WorkbenchError as error:
        if len(asked) == 1:
            return [f"no reply: {error}"]
        return [
            said[row] if row in said else _replies(client, judge, [asked[row]], settings)[0]
            for row in range(len(asked))
        ]
    return [said[row] for row in range(len(asked))]


def _filled(question: str, prompt: str, a: str, b: str) -> str:
    """The question with its three parts; braces in them stay what they are."""
    parts = {"{prompt}": prompt, "{a}": a, "{b}": b}
    return re.sub("|".join(map(re.escape, parts)), lambda found: parts[found[0]], question)


def _letter(reply: str) -> str | None:
    found = _LETTER.match(reply.strip())
    return found[1].upper() if found else None


def _system(letter: str, *, swapped: bool = False) -> int | None:
    place = {"A": 0, "B": 1}.get(letter)
    return None if place is None else 1 - place if swapped else place
