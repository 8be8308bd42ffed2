"""A language model as judge of two answers, asked twice with the sides swapped.

Judges prefer a side, often the first (Zheng et al. 2023, "Judging LLM-as-a-judge with MT-Bench and Chatbot Arena",
arXiv 2306.05685, section 3.3). So each row is asked both ways round, and only a judge that says the same of both has
said anything. What a judge is worth is its agreement with people: `Judgement.agreement`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
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

__all__ = ["QUESTION", "Agreement", "Judgement", "judge", "judge_answers"]

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
    if not report.answers:
        raise InvalidInputError("The report has scores but no answers, so there is nothing to judge.")
    first, second = report.name_of(a), report.name_of(b)
    answers = zip(report.answers[first], report.answers[second], strict=True)
    pairs = {
        number: (prompt, one.text, other.text)
        for number, prompt, (one, other) in zip(report.row_numbers, report.prompts, answers, strict=True)
        if one.came and other.came
    }
    return judge_answers(pairs, system, first, second, question=question, max_new_tokens=max_new_tokens,
                         allow_remote=allow_remote, client=client)  # fmt: skip


def judge_answers(
    pairs: Mapping[int, tuple[str, str, str]], system: Any, a: str, b: str, *, question: str = QUESTION,
    max_new_tokens: int = 8, allow_remote: bool = False, client: Any = None,
    on_reply: Callable[[int], None] = lambda done: None, cancel: threading.Event | None = None,
) -> Judgement:  # fmt: skip
    """Have a model judge pairs of answers.

    Parameters
    ----------
    pairs
        Row number to the prompt, the answer of a and the answer of b.
    system, question, max_new_tokens, allow_remote, client
        As for `judge`.
    a, b
        The names of the two.
    on_reply
        Told how many replies are there; two a row are wanted.
    cancel
        Once set, rows without both replies are left out.

    Raises
    ------
    InvalidInputError
        For a question that lacks one of its three parts, or a judge elsewhere without leave.
    ModelNotFoundError, GenerationError, RemoteError
        For a judge that cannot be asked anything.
    """
    if lacking := [name for name in ("prompt", "a", "b") if "{" + name + "}" not in question]:
        raise InvalidInputError(f"question= lacks {{{lacking[0]}}}, where the {lacking[0]} is put. Put it in.")
    named, said = System(system), dict[int, str]()
    asked = [_filled(question, prompt, *sides) for prompt, *pair in pairs.values() for sides in (pair, reversed(pair))]
    settings: dict[str, Any] = {"max_new_tokens": max_new_tokens, "temperature": 0.0, "seed": 0}
    check_remote({named.name: named}, len(asked), allow_remote, settings)
    if named.kind == "remote":
        settings["allow_remote"] = True
    ask = partial((client or KeptAnswers(shared_client())).generate, named, cancel=cancel, **settings)
    _ask(ask, asked, range(len(asked)), said, on_reply, cancel)
    letters = {place: _letter(reply) for place, reply in said.items()}
    preferences: dict[int, int | None] = {}
    inconsistent, unreadable = [], {}
    for row, place in zip(pairs, range(0, len(asked), 2), strict=True):
        if place not in said or place + 1 not in said:
            continue
        straight, swapped = letters[place], letters[place + 1]
        if straight is None or swapped is None:
            unreadable[row] = said[place] if straight is None else said[place + 1]
        elif _system(straight) == _system(swapped, swapped=True):
            preferences[row] = _system(straight)
        else:
            inconsistent.append(row)
    found = list(letters.values())
    return Judgement(named.name, a, b, preferences, tuple(inconsistent), unreadable, found.count("A"),
                     len(found) - found.count(None))  # fmt: skip


def _ask(
    generate: Callable[..., Any],
    asked: Sequence[str],
    places: Sequence[int],
    said: dict[int, str],
    on_reply: Callable[[int], None],
    cancel: threading.Event | None,
) -> None:
    """Ask the questions at `places`. One that cannot be asked, or is not answered in time, is answered by why."""

    def take(at: int, answer: Any) -> None:
        said[places[at]] = f"no reply: {answer.detail}" if answer.error else answer.text
        on_reply(len(said))

    try:
        generate([asked[place] for place in places], on_result=take)
    except RemoteError:
        raise  # an endpoint that will answer nothing
    except Exception as error:  # a function, such as one that asks a service, may raise anything
        one = type(error) is InvalidInputError or not isinstance(error, WorkbenchError)  # that question's alone
        if len(places) > 1 and (one or said):
            for place in places:
                if place not in said and not (cancel is not None and cancel.is_set()):
                    _ask(generate, asked, [place], said, on_reply, cancel)
        elif one or said:
            reason = str(error) if isinstance(error, WorkbenchError) else f"{type(error).__name__}: {error}"
            said[places[0]] = f"no reply: {reason}"
            on_reply(len(said))
        else:
            raise


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
