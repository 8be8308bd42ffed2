"""PreferencePanel: a person says which of two replies is better, one pair at a time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from workbench.data.browse import cell
from workbench.data.dataset import Dataset
from workbench.evaluation.labelling import REPEAT_EVERY, Labelling
from workbench.home import home
from workbench.panels._panel import Panel, static_file
from workbench.panels._static_form import StaticForm

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PreferencePanel"]

SHOWN = 20
"""Pairs with different labels that the panel lists."""


class Stage(anywidget.AnyWidget):
    """The pair, the keys and what came of it."""

    _esm = static_file("preference.js")
    _css = static_file("preference.css")
    _state = traitlets.Dict().tag(sync=True)
    _apart = traitlets.Dict().tag(sync=True)
    _focus = traitlets.Bool(False, help="Whether it takes the keys as soon as it is drawn.").tag(sync=True)


class PreferencePanel(Panel):
    """Pairs of replies to label: A and B in random order, by keyboard, saved at once.

    Arrow keys, A and B or 1 and 2 choose; down or T says no difference, S skips, U takes the last one back. Every so
    often an earlier pair comes back with its sides changed.

    Parameters
    ----------
    pairs
        A preference `Dataset` or its name, whose labels are hidden; or rows with ``prompt``, ``a`` and ``b``.
    annotator
        Who labels; a name that becomes a file's.
    folder
        Where files of labels are; by default ``labels/`` in the folder of the runs. Other annotators' files in it that
        hold labels on the same pairs are compared with this one's.
    seed
        Draws order and sides.
    repeat_every
        After so many pairs an earlier one comes back; 0 never.

    Raises
    ------
    DatasetError, InvalidInputError
        For rows that are no pairs, a name that is no file's, a folder that cannot be written to, and labels on others.
    """

    def __init__(
        self,
        pairs: Any,
        *,
        annotator: str = "me",
        folder: str | os.PathLike[str] | None = None,
        seed: int = 0,
        repeat_every: int = REPEAT_EVERY,
        **kwargs: Any,
    ):
        self._given = pairs
        self._settings: dict[str, Any] = {"annotator": annotator, "seed": seed, "repeat_every": repeat_every}
        self._folder = Path(folder) if folder is not None else None
        self._then = "panel.dataset() is the preference data set to train on."
        self.labelling = Labelling(pairs, folder=self._folder or home() / "labels", **self._settings)
        super().__init__("Which reply is better?", subtitle=str(self.labelling.path), **kwargs)
        self._stage = Stage()
        self._stage.on_msg(lambda _, message, __: self.guarded(self._act, message))
        self.body = [self._stage]
        self._show()

    def take_keys(self, then: str) -> None:
        """Take the keys as soon as it is drawn, without a click first; `then` is said when all pairs are labelled."""
        self._stage._focus, self._then = True, then
        self._show()

    def dataset(self) -> Dataset:
        """What was labelled so far, as a preference data set to train on; see `Labelling.dataset`."""
        return self.labelling.dataset()

    def disagreements(self) -> pd.DataFrame:
        """The pairs on which labels differ, with yourself or with others; see `Labelling.disagreements`."""
        return self.labelling.disagreements()

    def to_code(self) -> str:
        """The code that goes on with these pairs."""
        source = self._given.source["source"] if isinstance(self._given, Dataset) else self._given
        given = repr(source) if isinstance(source, str) else "pairs"
        more = {"annotator": "me", "seed": 0, "repeat_every": REPEAT_EVERY}
        said = "".join(f", {name}={value!r}" for name, value in self._settings.items() if value != more[name])
        folder = f", folder={str(self._folder)!r}" if self._folder is not None else ""
        return f"wb.panels.PreferencePanel({given}{said}{folder})"

    def fill_static(self, form: StaticForm) -> None:
        """The counts and the agreement; of the pairs nothing."""
        form.figures([(name, f"{count:,}") for name, count in self.labelling.counts().items()])
        for sentence in self._findings():
            form.text(sentence)

    def _act(self, message: Any) -> None:
        if not isinstance(message, dict) or message.get("kind") not in ("label", "undo"):
            return
        try:
            if message["kind"] == "undo":
                self.labelling.undo()
            else:
                self.labelling.label(str(message.get("choice")))
        finally:
            self._show()

    def _show(self) -> None:
        work, question = self.labelling, self.labelling.current
        state: dict[str, Any] = {
            "at": len(work.labels), "total": len(work.questions), "undo": bool(work.labels), "counts": work.counts(),
            "findings": self._findings(), "last": work.labels[-1]["choice"] if work.labels else None,
            "then": self._then,
        }  # fmt: skip
        if question is not None:
            row = work.rows[question.row]
            state |= {
                "prompt": cell(row["prompt"]),
                "left": cell(row[question.left]),
                "right": cell(row[question.right]),
            }
        self._stage._state = state
        self._stage._apart = self._differing()

    def _differing(self) -> dict[str, Any]:
        """The first pairs on which labels differ, and who preferred what; of none that will come back."""
        work = self.labelling
        to_come = {question.row for question in work.questions[len(work.labels) :]}
        found = {row: choices for row, choices in work.differing().items() if row not in to_come}
        rows = []
        for row, choices in list(found.items())[:SHOWN]:
            by = {choice: [name for name in choices if choices[name] == choice] for choice in ("a", "b", "tie")}
            sides = [{"reply": cell(work.rows[row][side]), "by": by[side]} for side in "ab"]
            rows.append({"prompt": cell(work.rows[row]["prompt"]), "sides": sides, "tie": by["tie"]})
        return {"rows": rows, "total": len(found)}

    def _findings(self) -> list[str]:
        """What can be said of the labels so far, in sentences."""
        work, found = self.labelling, []
        if (oneself := work.with_oneself()).n:
            found.append(f"With yourself, on pairs that came back: {oneself.sentence}.")
        found += [f"With {name}: {theirs.sentence}." for name, theirs in work.with_others().items() if theirs.n]
        share = work.left_share()
        if share is not None and not share.low <= 0.5 <= share.high:
            side = "left" if share.value > 0.5 else "right"
            found.append(
                f"You chose the {side} reply in {max(share.value, 1 - share.value):.0%} of {share.n_rows} cases, more "
                "often than chance would: the sides are drawn, so look at the replies and not at where they stand."
            )
        return found
