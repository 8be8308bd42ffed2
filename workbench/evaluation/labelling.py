"""Preferences by a person: which of two replies is better, one pair at a time, saved at once.

Every label is appended to the annotator's file before the next pair is shown; undoing is a line too, so nothing that
was said is ever rewritten. Sides and order are drawn. Every so often an earlier pair comes back with its sides changed,
which shows how far a person agrees with themselves; files of other annotators in the same folder show how far with
others.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from workbench.data.dataset import Dataset, load_dataset
from workbench.data.turns import parted, spoken
from workbench.errors import DatasetError, InvalidInputError
from workbench.evaluation.pairing import Pairing, pairing
from workbench.evaluation.results import Interval
from workbench.evaluation.statistics import rate

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CHOICES", "Labelling", "Question", "hash_of", "pairs_of"]

CHOICES = ("left", "right", "tie", "skip")
REPEAT_EVERY, BACK = 10, 8


@dataclass(frozen=True)
class Question:
    """One pair as it is put to the annotator.

    Attributes
    ----------
    row
        Its number.
    left, right
        Which reply stands on which side: ``"a"`` or ``"b"``.
    repeat
        Whether it was asked before.
    """

    row: int
    left: str
    right: str
    repeat: bool = False


class Labelling:
    """The questions of one annotator, and how they were answered.

    Parameters
    ----------
    rows
        What `pairs_of` takes.
    annotator
        A name; it becomes the file's.
    folder
        Where files of labels are; made when it is not there.
    seed
        Draws order and sides, for each annotator anew.
    repeat_every
        After so many pairs an earlier one comes back; 0 never.

    Raises
    ------
    InvalidInputError
        For a name that is no file's, a folder that cannot be written to, and a file of labels on other pairs.
    DatasetError
        For rows that are no pairs.
    """

    def __init__(
        self,
        rows: Any,
        *,
        annotator: str,
        folder: str | os.PathLike[str],
        seed: int = 0,
        repeat_every: int = REPEAT_EVERY,
    ):
        if not isinstance(annotator, str) or not re.fullmatch(r"[\w][\w .-]{0,63}", annotator):
            raise InvalidInputError(
                f"annotator is {annotator!r}: give a name of letters, digits, spaces, dots and dashes; it names a file."
            )
        if isinstance(repeat_every, bool) or not isinstance(repeat_every, int) or repeat_every < 0:
            raise InvalidInputError(f"repeat_every must be a whole number of at least 0, got {repeat_every!r}.")
        self.rows, self.annotator = pairs_of(rows), annotator
        texts = [[spoken(row[side]).strip() for side in "ab"] for row in self.rows]
        self.same = [number for number, (a, b) in enumerate(texts) if a == b]
        self.questions = _questions(len(self.rows), set(self.same), Random(f"{seed}:{annotator}"), repeat_every)
        self.hash = hash_of(self.rows)
        self.folder = Path(folder).expanduser()
        self.path = self.folder / f"{annotator}.jsonl"
        self.labels: list[dict[str, Any]] = []
        self._size, self._ended, self._headed = 0, True, False
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if self.path.exists():
                self._take_up()
            elif not os.access(self.folder, os.W_OK):
                raise PermissionError(f"no leave to write in {self.folder}")
        except OSError as error:
            raise InvalidInputError(f"Labels cannot be kept in {self.folder}: {error}. Name another folder.") from None
        self._asked_at = time.monotonic()

    # Answering

    @property
    def current(self) -> Question | None:
        """The question to be answered next; None at the end."""
        return self.questions[len(self.labels)] if len(self.labels) < len(self.questions) else None

    def label(self, choice: str) -> None:
        """Answer the current question; it is on the disk when this returns.

        Raises
        ------
        InvalidInputError
            For another choice, when no question is left, and when the file was written to by somebody else.
        """
        question = self.current
        if question is None:
            raise InvalidInputError("No pair is left: all were labelled.")
        if choice not in CHOICES:
            raise InvalidInputError(f"A label is one of {', '.join(CHOICES)}, got {choice!r}.")
        row = self.rows[question.row]
        line = {
            "row": question.row, "left": question.left, "choice": choice, "repeat": question.repeat,
            "seconds": round(time.monotonic() - self._asked_at, 2), "time": round(time.time(), 3),
            **{name: row[name] for name in ("prompt", "a", "b")},
        }  # fmt: skip
        self._append(line)
        self.labels.append(line)
        self._asked_at = time.monotonic()

    def undo(self) -> None:
        """Take the last answer back, if there is one; what was said stays in the file."""
        if self.labels:
            self._append({"undo": True, "time": round(time.time(), 3)})
            self.labels.pop()
            self._asked_at = time.monotonic()

    # What came of it

    def preferred(self, repeats: bool = False) -> dict[int, str]:
        """Row number to ``"a"``, ``"b"`` or ``"tie"``; skipped pairs are left out. `repeats`: the second answers."""
        found = {}
        for line in self.labels:
            if line["choice"] != "skip" and line["repeat"] == repeats:
                found[line["row"]] = _preferred(line)
        return found

    def counts(self) -> dict[str, int]:
        """How many pairs there are, were labelled, called equal, skipped, and asked again."""
        first = [line for line in self.labels if not line["repeat"]]
        return {
            "pairs": len(self.rows) - len(self.same),
            "labelled": sum(line["choice"] in ("left", "right") for line in first),
            "ties": sum(line["choice"] == "tie" for line in first),
            "skipped": sum(line["choice"] == "skip" for line in first),
            "repeats": len(self.labels) - len(first),
            "same": len(self.same),
        }

    def with_oneself(self) -> Pairing:
        """Agreement of the first answers with those to the same pairs later."""
        return pairing(self.preferred(), self.preferred(repeats=True))

    def with_others(self) -> dict[str, Pairing]:
        """Agreement with every other annotator in the folder who labelled the same pairs."""
        mine = self.preferred()
        return {name: pairing(mine, theirs) for name, theirs in self._others().items()}

    def differing(self) -> dict[int, dict[str, str]]:
        """The rows on which labels differ, this annotator's of two times or others': what each name said of the row."""
        mine, again = self.preferred(), self.preferred(repeats=True)
        said = {self.annotator: mine, f"{self.annotator}, again": again, **self._others()}
        found = {row: {name: labels[row] for name, labels in said.items() if row in labels} for row in sorted(mine)}
        return {row: choices for row, choices in found.items() if len(set(choices.values())) > 1}

    def disagreements(self) -> pd.DataFrame:
        """The pairs on which labels differ, `differing` as a table.

        Returns
        -------
        pandas.DataFrame
            ``row, prompt, a, b``, and a column ``by NAME`` for each who labelled one of them: ``"a"``, ``"b"``,
            ``"tie"`` or None. The second answers are in ``by NAME, again``.
        """
        import pandas as pd

        found = self.differing()
        names = dict.fromkeys(name for choices in found.values() for name in choices)
        rows = [
            {"row": row, **{name: self.rows[row][name] for name in ("prompt", "a", "b")},
             **{f"by {name}": choices.get(name) for name in names}}
            for row, choices in found.items()
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["row", "prompt", "a", "b", *(f"by {name}" for name in names)])

    def _others(self) -> dict[str, dict[int, str]]:
        """What every other annotator in the folder said of the same pairs."""
        found = {}
        for path in sorted(self.folder.glob("*.jsonl")):
            if path != self.path and (theirs := _read(path)) and theirs[0].get("rows") == self.hash:
                labels = _played(theirs[1:])
                found[path.stem] = {each["row"]: _preferred(each) for each in labels if _counts(each)}
        return found

    def left_share(self) -> Interval | None:
        """The share of "left" among choices for a side: beyond a half, the side is preferred and not the reply."""
        sides = [line["choice"] for line in self.labels if line["choice"] in ("left", "right")]
        return rate([float(side == "left") for side in sides]) if sides else None

    def dataset(self) -> Dataset:
        """The pairs that were told apart as a preference data set, ready to train on.

        Returns
        -------
        Dataset
            ``prompt, chosen, rejected``, further columns of the rows, ``annotator`` and ``seconds``; no pair twice.

        Raises
        ------
        DatasetError
            While nothing is labelled.
        """
        first = {line["row"]: line for line in self.labels if not line["repeat"]}
        made = []
        for number, choice in sorted(self.preferred().items()):
            if choice != "tie":
                row = dict(self.rows[number])
                sides = {"chosen": row.pop(choice), "rejected": row.pop("b" if choice == "a" else "a")}
                made.append({"prompt": row.pop("prompt"), **sides, **row, "annotator": self.annotator,
                             "seconds": first[number]["seconds"]})  # fmt: skip
        if not made:
            raise DatasetError("No pair has been told apart yet: label some first.")
        return load_dataset(made, split={})

    # The file

    def _append(self, line: Mapping[str, Any]) -> None:
        again: list[Mapping[str, Any]] = []
        if not self.path.exists():  # not yet, or taken away: then what is known is written once more
            self._size, self._ended, self._headed, again = 0, True, False, list(self.labels)
        elif self.path.stat().st_size != self._size:
            self._take_up()
            raise InvalidInputError(
                f"{self.path} was written to from elsewhere and has been read again; the last key was not taken. "
                "Two people need two annotator names."
            )
        try:
            with open(self.path, "ab") as file:
                if not self._ended:
                    file.write(b"\n")  # a line that was torn off when a process was killed
                head = {"rows": self.hash, "annotator": self.annotator, "pairs": len(self.rows)}
                for each in [*([] if self._headed else [head]), *again, line]:
                    file.write(json.dumps(each, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InvalidInputError(f"{self.path} cannot be written to: {error}. The label was not taken.") from None
        self._size, self._ended, self._headed = self.path.stat().st_size, True, True

    def _take_up(self) -> None:
        lines = _read(self.path)
        if lines and lines[0].get("rows") != self.hash:
            raise InvalidInputError(
                f"{self.path} holds labels on other pairs. Take another annotator name or folder, or remove the file."
            )
        labels = _played(lines[1:])
        fits = [
            (each["row"], each["left"]) == (asked.row, asked.left)
            for each, asked in zip(labels, self.questions, strict=False)
        ]
        if not all(fits) or len(labels) > len(self.questions):
            raise InvalidInputError(
                f"{self.path} was labelled in another order (another seed or repeat_every). Take those, or a new name."
            )
        self.labels, content = labels, self.path.read_bytes()
        self._size, self._ended, self._headed = len(content), not content or content.endswith(b"\n"), bool(lines)


def pairs_of(given: Any) -> list[dict[str, Any]]:
    """Rows with ``prompt``, ``a`` and ``b``, each a text or turns; of a preference data set the labels are forgotten.

    Parameters
    ----------
    given
        A `Dataset` of preferences or what `load_dataset` takes, or rows with ``prompt``, ``a`` and ``b``.

    Raises
    ------
    DatasetError
        Naming the row, for one without a prompt or without two replies, and where there are none.
    """
    first = given[0] if isinstance(given, Sequence) and not isinstance(given, str) and given else None
    if isinstance(first, Mapping) and "a" in first:
        rows: Iterable[Mapping[str, Any]] = given
    else:
        dataset = given if isinstance(given, Dataset) else load_dataset(given, split={})
        if dataset.type != "preference":
            raise DatasetError(
                f"{dataset.name} has rows of type {dataset.type}; a person compares two replies to a prompt. Give "
                "preference rows, or rows with prompt, a and b."
            )
        rng = Random(dataset.hash)  # which of the two was chosen must not show
        rows = [_hidden(row, rng) for row in dataset.rows("train")]
    made = []
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise DatasetError(f"Row {number} is {row!r}. Give a mapping with a prompt, a and b.")
        for name in ("prompt", "a", "b"):
            value = row.get(name)
            if not _is_said(value) or (name == "prompt" and not spoken(value).strip()):
                raise DatasetError(
                    f"Row {number} has no text in {name!r}, got {value!r}. Give a prompt and two replies, as texts or "
                    "lists of messages."
                )
        made.append(dict(row))
    if not made:
        raise DatasetError("There are no pairs to label. Give at least one.")
    return made


def hash_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """The hash of pairs, 16 hexadecimal digits; labels belong to pairs of one hash."""
    text = json.dumps([[row["prompt"], row["a"], row["b"]] for row in rows], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _hidden(row: Mapping[str, Any], rng: Random) -> dict[str, Any]:
    kept = {name: value for name, value in row.items() if name not in ("prompt", "chosen", "rejected")}
    parts = parted(row)
    a, b = rng.sample([parts["chosen"], parts["rejected"]], 2)
    return {"prompt": parts["prompt"], "a": a, "b": b, **kept}


def _is_said(value: Any) -> bool:
    """Whether a value is a text, or turns that hold one each."""
    if isinstance(value, list):
        return all(isinstance(turn, Mapping) and isinstance(turn.get("content"), str) for turn in value)
    return isinstance(value, str)


def _questions(count: int, same: set[int], rng: Random, repeat_every: int) -> list[Question]:
    rows = [number for number in range(count) if number not in same]
    rng.shuffle(rows)
    asked: list[Question] = []
    once: list[Question] = []
    again: set[int] = set()
    for row in rows:
        left, right = rng.sample(("a", "b"), 2)
        once.append(Question(row, left, right))
        asked.append(once[-1])
        if repeat_every and len(once) % repeat_every == 0:
            earlier = [each for each in once[-BACK - repeat_every : -2] if each.row not in again]
            if earlier:
                old = rng.choice(earlier)
                again.add(old.row)
                asked.append(Question(old.row, old.right, old.left, repeat=True))
    return asked


def _read(path: Path) -> list[dict[str, Any]]:
    """The lines of a file of labels; one that is torn is left out."""
    lines = []
    for line in path.read_bytes().split(b"\n"):
        try:
            lines.append(json.loads(line))
        except ValueError:
            continue
    return [line for line in lines if isinstance(line, dict)]


def _played(lines: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The labels that hold once everything that was undone is taken back."""
    labels: list[dict[str, Any]] = []
    for line in lines:
        if line.get("undo"):
            del labels[-1:]
        elif {"row", "left", "choice", "repeat"} <= set(line):
            labels.append(dict(line))
    return labels


def _counts(line: Mapping[str, Any]) -> bool:
    return line["choice"] != "skip" and not line["repeat"]


def _preferred(line: Mapping[str, Any]) -> str:
    right = "b" if line["left"] == "a" else "a"
    return {"left": line["left"], "right": right}.get(line["choice"], "tie")
