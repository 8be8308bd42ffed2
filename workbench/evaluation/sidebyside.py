"""Answers of several systems to the same prompts, beside each other, as they come in.

A row is *complete* once every system has answered it. Scores, comparisons and filters count complete rows only: all
systems are judged on the same rows, however many have come in, and a row that failed in one system counts for none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from workbench.data.browse import cell, plain_text
from workbench.evaluation.facts import Answered
from workbench.evaluation.fieldwise import field_rows
from workbench.evaluation.statistics import Difference, paired_difference, wilson
from workbench.metrics import METRICS, exact_match, valid_json
from workbench.metrics.records import field_accuracy, fields_of
from workbench.metrics.strict_json import is_container
from workbench.metrics.text import token_f1

__all__ = ["ORDERS", "Filter", "Order", "Score", "SideBySide"]

Order = Literal["rows", "change", "worse", "better"]
ORDERS: dict[Order, str] = {
    "rows": "as in the data", "change": "biggest change first", "worse": "biggest loss first",
    "better": "biggest gain first",
}  # fmt: skip

ANSWER_LIMIT = 20_000
"""Characters of an answer that are shown before the reader asks for all of it."""

MARKS = {"exact_match": ("match", "no match"), "valid_json": ("JSON", "not JSON")}


@dataclass(frozen=True)
class Score:
    """How many of `n` complete rows pass a check, with the 95 % Wilson interval of the rate."""

    count: int
    n: int
    value: float
    low: float
    high: float

    @property
    def words(self) -> str:
        """The rate with its rows and interval."""
        if not self.n:
            return "no row complete yet"
        span = f"95 % interval {self.low:.0%} to {self.high:.0%}"
        return f"{self.value:.0%} ({self.count:,} of {self.n:,} rows, {span})"


@dataclass(frozen=True)
class Filter:
    """A choice of rows: its key, its words, how many complete rows it holds."""

    key: str
    label: str
    count: int
    hint: str = ""


class SideBySide:
    """The table behind a comparison. It generates nothing; answers are put into it.

    Parameters
    ----------
    systems
        The systems' names, all different; the first is the one the others are held against.
    prompts
        What each row asks: a text, or a list of messages.
    references
        The right answers, one a prompt, where there are any.

    Attributes
    ----------
    rows : tuple of int
        Which of the prompts are in play; the rest waits.
    growing : dict
        Row and system to how far an answer has come that is not there yet.
    checks : list of str
        What is checked of each answer: nothing without references; ``exact_match`` with them, and ``valid_json`` where
        every reference is JSON.

    Raises
    ------
    ValueError
        If the numbers of prompts and references differ.
    """

    def __init__(self, systems: Sequence[str], prompts: Sequence[Any], references: Sequence[Any] | None = None):
        if references is not None and len(references) != len(prompts):
            raise ValueError(
                f"There must be one reference for each prompt, got {len(references)} for {len(prompts)}. "
                "Give as many, or none."
            )
        self.systems = list(systems)
        self.prompts = list(prompts)
        self.references = None if references is None else [plain_text(reference) for reference in references]
        self.answers: list[list[str | None]] = [[None] * len(systems) for _ in prompts]
        self.failures: dict[tuple[int, int], str] = {}
        self.growing: dict[tuple[int, int], str] = {}
        self._passed: dict[tuple[int, int], dict[str, bool]] = {}
        self._complete: set[int] = set()
        self.rows = tuple(range(len(self.prompts)))
        self.said: dict[tuple[int, int], Answered] = {}
        self.structured = bool(self.references) and all(map(is_container, self.references or []))
        self.records = self.structured and all(fields_of(text) is not None for text in self.references or [])
        self._grades: dict[tuple[int, int], float] = {}
        if self.references is not None:
            self.checks = ["exact_match", "valid_json"] if self.structured else ["exact_match"]
        else:
            self.checks = []

    def grow(self, row: int, system: int, text: str) -> None:
        """Enter how far an answer has come; it counts nowhere before it is `put`."""
        self.growing[row, system] = text

    def put(self, row: int, system: int, said: Answered | str) -> None:
        """Enter one answer."""
        said = Answered(said) if isinstance(said, str) else said
        answer = plain_text(said.text)
        self.said[row, system] = replace(said, text=answer)
        reference = self.references[row] if self.references is not None else None
        passed = {"exact_match": bool(exact_match(answer, reference)) if reference is not None else False}
        passed["valid_json"] = bool(valid_json(answer))
        self._passed[row, system] = passed
        if reference is not None:
            self._grades[row, system] = (
                field_accuracy(answer, reference) if self.records else token_f1(answer, reference)
            )
        self.failures.pop((row, system), None)
        self.answers[row][system] = answer
        self.growing.pop((row, system), None)
        if all(text is not None for text in self.answers[row]):
            self._complete.add(row)

    def fail(self, row: int, system: int, reason: str) -> None:
        """Enter that a system could not answer, and why."""
        self.failures[row, system] = reason
        self.growing.pop((row, system), None)

    @property
    def complete(self) -> list[int]:
        """The rows that every system has answered, in the order of the prompts."""
        return sorted(self._complete)

    def passes(self, row: int, system: int, check: str) -> bool | None:
        """Whether an answer passes a check; None where there is no answer yet."""
        passed = self._passed.get((row, system))
        return None if passed is None else passed[check]

    def score(self, system: int, check: str) -> Score:
        """How many complete rows of one system pass a check."""
        rows = self._complete
        count = sum(self._passed[row, system][check] for row in rows)
        if not rows:
            return Score(0, 0, 0.0, 0.0, 1.0)
        low, high = wilson(count, len(rows))
        return Score(count, len(rows), count / len(rows), low, high)

    def difference(self, system: int, check: str = "exact_match") -> Difference | None:
        """How much better than the first a later system does on the complete rows; None before there are any."""
        rows = self.complete
        if not rows or check not in self.checks:
            return None
        first, other = ([float(self._passed[row, at][check]) for row in rows] for at in (0, system))
        return paired_difference(first, other, span=(0.0, 1.0))

    def differs(self, row: int) -> bool:
        """Whether the answers to a row are not all the same, white space around them apart."""
        return len({(text or "").strip() for text in self.answers[row]}) > 1

    def change(self, row: int, system: int | None = None) -> Literal["better", "worse"] | None:
        """Whether a later system (default: any of them) is right where the first is wrong, or the other way round."""
        if "exact_match" not in self.checks or row not in self._complete:
            return None
        first = self._passed[row, 0]["exact_match"]
        others = range(1, len(self.systems)) if system is None else [system]
        changed = any(self._passed[row, other]["exact_match"] != first for other in others)
        return ("worse" if first else "better") if changed else None

    def gain(self, row: int) -> float | None:
        """How much nearer to the reference the last system is than the first, -1 to 1; None where that is unknown.

        By the share of fields that are right for records, else by the F1 of words.
        """
        ends = [self._grades.get((row, system)) for system in (0, len(self.systems) - 1)]
        return None if None in ends else ends[1] - ends[0]  # type: ignore[operator]

    def ordered(self, rows: Sequence[int], order: Order = "rows", pinned: Sequence[int] = ()) -> list[int]:
        """Rows in the order of the data or the biggest change first; those that are pinned stand before all others."""
        if order == "rows":
            ranked = list(rows)
        else:
            sign = {"change": 0, "worse": 1, "better": -1}[order]
            gains = {row: self.gain(row) for row in rows}
            ranked = sorted(rows, key=lambda row: _rank(gains[row], sign))
        first = [row for row in pinned if row < len(self.prompts)]
        return [*first, *(row for row in ranked if row not in first)]

    def filters(self, within: Collection[int] | None = None) -> list[Filter]:
        """The choices of rows there are, each with its count; `within`: of these rows only."""
        first, last = self.systems[0], self.systems[-1]
        choices = {"all": ("All", "")}
        if len(self.systems) > 1:
            choices["differ"] = ("Differ", "Rows on which the answers are not all the same")
        if "exact_match" in self.checks:
            if len(self.systems) > 1:
                choices["better"] = ("Better", f"{first} is wrong, another system is right")
                choices["worse"] = ("Worse", f"{first} is right, another system is wrong")
            choices["wrong"] = (f"Wrong: {last}", f"Rows on which {last} does not match the reference")
        rows = self._within(within)
        return [
            Filter(key, label, sum(self._holds(key, row) for row in rows), hint)
            for key, (label, hint) in choices.items()
        ]

    def _within(self, rows: Collection[int] | None) -> list[int]:
        return [row for row in self.rows if rows is None or row in rows]

    def _holds(self, key: str, row: int) -> bool:
        if key == "all":
            return True
        if row not in self._complete:
            return False
        if key == "differ":
            return self.differs(row)
        if key == "wrong":
            return not self._passed[row, len(self.systems) - 1]["exact_match"]
        return self.change(row) == key

    def select(self, key: str = "all", search: str = "", within: Collection[int] | None = None) -> list[int]:
        """The rows of a filter that have a text in prompt, reference or an answer, whatever its case.

        Parameters
        ----------
        within
            Only these rows.

        Raises
        ------
        ValueError
            If there is no such filter.
        """
        known = [choice.key for choice in self.filters()]
        if key not in known:
            raise ValueError(f"There is no filter {key!r}. Give one of {', '.join(known)}.")
        wanted = search.strip().casefold()
        return [row for row in self._within(within) if self._holds(key, row) and self._has(row, wanted)]

    def _has(self, row: int, wanted: str) -> bool:
        if not wanted:
            return True
        texts = [plain_text(self.prompts[row]), *(text for text in self.answers[row] if text is not None)]
        if self.references is not None:
            texts.append(self.references[row])
        return any(wanted in text.casefold() for text in texts)

    def view(self, row: int) -> dict[str, Any]:
        """One row as plain data for a panel: cells, marks in words, failures, whether it got better or worse."""
        change = self.change(row)
        answers = []
        for system, text in enumerate(self.answers[row]):
            passed = self._passed.get((row, system), {})
            marks = [{"ok": passed[check], "word": MARKS[check][not passed[check]]} for check in self.checks if passed]
            grown = self.growing.get((row, system))
            shown = grown if text is None else text
            answer = None if shown is None else cell(shown, ANSWER_LIMIT)
            error = self.failures.get((row, system)) if text is None else None
            answers.append({"answer": answer, "growing": shown is not text, "marks": marks, "error": error})
        reference = None if self.references is None else cell(self.references[row])
        fields = field_rows(self.references[row], self.answers[row]) if self.records and self.references else []
        return {
            "row": row, "fields": fields, "prompt": cell(self.prompts[row]), "reference": reference, "answers": answers,
            "change": None if change is None else {"kind": change, "word": change},
        }  # fmt: skip

    def whole(self, row: int, column: str | int) -> dict[str, Any]:
        """All of a cell that `view` may have cut: ``"prompt"``, ``"reference"``, or the answer of a system."""
        if column == "prompt":
            return cell(self.prompts[row], None)
        text = self.references[row] if column == "reference" and self.references else self.answers[row][int(column)]
        return cell(text, None)

    def sentences(self) -> list[str]:
        """What can be said: each later system against the first, on the rows that all have answered."""
        out = []
        for system in range(1, len(self.systems)):
            difference = self.difference(system)
            if difference is not None:
                out.append(f"Exact match: {difference.sentence(self.systems[0], self.systems[system])}")
        return out

    def basis(self) -> str:
        """Which rows the scores rest on, where they are not simply all."""
        done, wanted, total = len(self._complete), len(self.rows), len(self.prompts)
        if done in (0, total):
            return ""
        if done == wanted:
            return f"{done:,} of the {total:,} rows, drawn with seed 0."
        return f"Only the {done:,} of {wanted:,} rows that every system has answered count."

    def overview(self, within: Collection[int] | None = None) -> dict[str, Any]:
        """Scores, what can be said of them, and the choices of rows, as plain data for a panel.

        Parameters
        ----------
        within
            The rows that the choices are of; scores are always of all complete rows.
        """
        return {
            "metrics": [METRICS[check].title for check in self.checks],
            "scores": [[asdict(self.score(at, check)) for check in self.checks] for at in range(len(self.systems))],
            "verdicts": self.sentences(),
            "note": self.basis(),
            "filters": [asdict(choice) for choice in self.filters(within)],
        }


def _rank(gain: float | None, sign: int) -> float:
    """Where a row stands: by the size of its gain, or by the gain times `sign`; rows without one at the end."""
    if gain is None:
        return 9.0
    return sign * gain if sign else -abs(gain)
