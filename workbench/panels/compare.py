"""ComparePanel: the answers of several systems to the same prompts, side by side."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import traitlets

from workbench.data.dataset import Dataset
from workbench.errors import InvalidInputError
from workbench.evaluation.answering import Answering
from workbench.evaluation.evaluate import decoding_for
from workbench.evaluation.judging import Judgement
from workbench.evaluation.kept import KeptAnswers
from workbench.evaluation.picking import pick_numbers, pick_prompts
from workbench.evaluation.questions import questions
from workbench.evaluation.report import Report
from workbench.evaluation.sidebyside import ORDERS, SideBySide
from workbench.evaluation.slices import Slices
from workbench.evaluation.votes import BlindVote
from workbench.models.system import System
from workbench.panels._compare_view import (
    BASES,
    SOME,
    Rows,
    asked_view,
    fill,
    head_view,
    losses_view,
    page_view,
    panel_code,
)
from workbench.panels._judging import Judging
from workbench.panels._panel import Panel
from workbench.panels._slicing import WORSE, Slicing
from workbench.panels._static_form import StaticForm
from workbench.panels._systems import distinct, named
from workbench.panels._vote import Voting
from workbench.runs.generation import shared_client
from workbench.runs.remote import check_remote

__all__ = ["ComparePanel"]

CHOICES = ("filter", "search", "against", "order", "fields", "page", "slice_by", "slice")
"""What is chosen in the front end and stands in a trait of the same name."""


class ComparePanel(Panel):
    """The same prompts, any number of systems, their answers side by side with scores and intervals.

    Answers are made in the generation process, in the background; the panel fills as they come.

    Parameters
    ----------
    systems
        Model names, Runs, Systems, endpoints or functions. The others are held against the first.
    prompts
        A `Dataset`, of which the test split is used where there is one, and its answers as references; or a list of
        prompts; or None, for prompts typed in the panel.
    references
        The right answers to a list of prompts.
    max_rows
        Answer so many prompts, drawn with seed 0 as `wb.evaluate` draws them; a button answers the rest.
    max_new_tokens, temperature, seed
        How answers are decoded; by default greedily, with room for every reference.
    filter, search, slice_by, slice, against, order, pinned, fields, page, page_size, asked, judge
        What is shown first; see the traits of the same names.
    allow_remote
        Whether prompts, also those typed in the panel, may leave this machine for systems and judges elsewhere.
    votes
        A file in which blind votes are kept, vote by vote; one that has some goes on. None keeps them in the kernel.
    start
        False waits for `run`.

    Raises
    ------
    InvalidInputError
        For no systems, systems that are none or elsewhere without leave, and references that do not fit the prompts.
    """

    filter = traitlets.Unicode("all", help='"all", "differ", "better", "worse" or "wrong".')
    search = traitlets.Unicode("", help="Only rows that have this text in prompt, reference or an answer.")
    slice_by = traitlets.Unicode("", help=f'Slices that are looked for: a column, or "{WORSE}" in any.')
    slice = traitlets.Unicode("", help='Only the rows of this slice, by its name: "language is de".')
    against = traitlets.Enum(list(BASES), help='What marked words differ from: "reference", "first" system, "none".')
    order = traitlets.Enum(list(ORDERS), "rows", help='"rows" as they are, or by how much nearer to the reference the '
                           'last system is than the first: "change", "worse" or "better" first.')  # fmt: skip
    pinned = traitlets.List(traitlets.Int(min=0), help="Rows that stand before all others.")
    fields = traitlets.Bool(False, help="Whether records are shown field by field.")
    page = traitlets.Int(0, help="The page shown, from 0.")
    page_size = traitlets.Int(10, min=1, max=100, help="Rows on a page.")
    asked = traitlets.List(traitlets.Unicode(), help="Prompts of your own that all systems answered.")
    judge = traitlets.Any(None, help="A system that judges the first and the last once their answers are there.")

    @traitlets.validate("judge")
    def _is_a_judge(self, proposal: Any) -> Any:
        self._judge_name = "" if proposal.value is None else System(proposal.value).name
        return proposal.value

    def __init__(
        self,
        systems: Any,
        prompts: Dataset | Iterable[Any] | None = None,
        references: Iterable[str] | None = None,
        *,
        max_rows: int = SOME,
        max_new_tokens: int | None = None,
        temperature: float = 0.0,
        seed: int = 0,
        allow_remote: bool = False,
        votes: str | os.PathLike[str] | None = None,
        start: bool = True,
        **kwargs: Any,
    ):
        given = list(systems) if isinstance(systems, (list, tuple)) else [systems]
        if not given:
            raise InvalidInputError("There is nothing to compare: give at least one system.")
        self._given, self._prompts = given, prompts
        self.systems = [System(source) for source in given]
        names = distinct([system.name for system in self.systems])
        self._picked = pick_prompts(prompts, references)
        asked, answers = questions(self._picked.dataset) if self._picked is not None else ([], None)
        self.table = SideBySide(names, asked, answers)
        self.table.rows = pick_numbers(len(asked), max_rows)
        wanted = {"temperature": temperature, "seed": seed}
        wanted |= {"max_new_tokens": max_new_tokens} if max_new_tokens is not None else {}
        decoding = decoding_for(wanted, self.table.references or [None])
        check_remote(dict(zip(names, self.systems, strict=True)), len(asked), allow_remote, decoding)
        self.allow_remote, self._told, self._judge_name = allow_remote, "", ""
        self._put_table(self.table, decoding, votes)
        self._lock, self._shown, self._ran = threading.RLock(), -1, False
        kwargs.setdefault("against", "reference" if answers is not None else "first" if len(given) > 1 else "none")
        super().__init__(title=f"Compare: {' and '.join(names)}", **kwargs)
        self._rows = Rows()
        self._rows.on_msg(lambda _, content, __: self.guarded(self._on_message, content))
        self.body = [self._rows]
        self.observe(lambda change: setattr(self, "slice", ""), "slice_by")
        self.observe(lambda change: self.guarded(self._filtered), ["filter", "search", "slice"])
        self.observe(
            lambda change: self.guarded(self._show), ["against", "order", "pinned", "fields", "page", "page_size"]
        )
        self.observe(lambda change: self.start_pump(), ["judge", "slice_by"])
        self._show()
        if start:
            self._begin()

    # ---- what can be done with it

    def run(self, rows: int | None = None) -> None:
        """Answer what is missing in the background, in so many `rows` (default: those that are in play)."""
        if rows is not None:
            self.table.rows = pick_numbers(len(self.table.prompts), rows)
            self._update_code()
        self._answering.run()
        self.start_pump()

    def ask(self, prompt: str) -> None:
        """Have all systems answer a prompt of your own, token by token, before the rows go on."""
        self.asked = [*self.asked, prompt]
        self._answering.ask(prompt)
        self.start_pump()

    def cancel(self) -> None:
        """Stop answering; `run` goes on with what is missing."""
        self._answering.cancel()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the answers are there, at most `timeout` seconds, and say whether they are."""
        return self._answering.wait(timeout)

    def decode(self, **settings: Any) -> None:
        """Answer all rows anew with other settings: ``max_new_tokens``, ``temperature``, ``seed``.

        Answers and a blind vote are forgotten; what is not named stays as it is.

        Raises
        ------
        InvalidInputError
            For settings that cannot be used.
        """
        old = self.table
        decoding = decoding_for({**self._answering.decoding, **settings}, old.references or [None])
        check_remote(dict(zip(old.systems, self.systems, strict=True)), 0, self.allow_remote, decoding)
        self._answering.cancel()
        self._judging.cancel()
        table = SideBySide(old.systems, old.prompts, old.references)
        table.rows = old.rows
        self._put_table(table, decoding)
        self._update_code()
        self._show()
        self._begin()

    def export(self, path: str | os.PathLike[str] | None = None) -> Path:
        """Write what there is into one HTML file that needs no network, and return its path.

        With references it is the `report`, else prompts and answers. By default the file stands in the working folder,
        named by the time.
        """
        file = Path(path) if path is not None else Path.cwd() / f"compare-{time.strftime('%Y%m%d-%H%M%S')}.html"
        if self.table.references is not None and self.table.complete:
            self.report.to_html(file)
        else:
            form = self.static_form().html()
            file.write_text(f'<!doctype html><meta charset="utf-8"><title>Compare</title>{form}', encoding="utf-8")
        self._told = f"Written: {file}"
        self._show()
        return file

    def start_vote(self, a: int = 0, b: int = -1, seed: int = 0) -> BlindVote:
        """Begin a blind vote between two systems, by default the first and the last, on the rows answered so far.

        Raises
        ------
        InvalidInputError
            When no row has two different answers yet.
        """
        self._voting.start(a, b, seed)
        self._show()
        assert self._voting.vote is not None
        return self._voting.vote

    @property
    def vote(self) -> BlindVote | None:
        """The blind vote, with its ``tally()`` and ``table()``; None where none was begun."""
        return self._voting.vote

    @property
    def judgement(self) -> Judgement | None:
        """What the `judge` said, with its ``tally`` and ``agreement(votes)``; None before it was asked."""
        return self._judging.judgement

    @property
    def slices(self) -> Slices | None:
        """What was found on slices; None where none were looked for."""
        return self._slicing.found if self.slice_by else None

    @property
    def slice_rows(self) -> frozenset[int] | None:
        """The rows of the slice that is chosen; None where there is none."""
        return self._slicing.rows(self.slice)

    @property
    def report(self) -> Report:
        """What `wb.evaluate` would report on the rows that every system has answered.

        Raises
        ------
        InvalidInputError
            Where there are none, or no references to judge them by.
        """
        if self._picked is None or not self.table.complete:
            raise InvalidInputError("No row has been answered by every system yet. wait() for the answers.")
        return self._answering.report(self._picked)

    # ---- what a panel says of itself

    def to_code(self) -> str:
        """The code that makes this panel."""
        return panel_code(self, self._given, self._prompts, self._answering.decoding, self._voting.path)

    def fill_static(self, form: StaticForm) -> None:
        """Scores, what can be said of them, of slices and by the judge, and the rows answered."""
        fill(form, self, self._judging.sentences(self.vote))

    def pump(self) -> bool:
        """Show the answers that came in; once they are there, have them judged and look for slices."""
        running, changes = self._answering.running, self._answering.changes
        if not running:
            if self._judging.begin(self.judge):
                running = True  # until the next call, also where it is done at once
                self.in_background(self._judging.run, self.judge, clear=False)
            if self._slicing.begin(self.slice_by, len(self.table.complete)):
                running = True
                self.in_background(self._slicing.look, self.slice_by, lambda: self.report, self.slice, clear=False)
        running = running or self._judging.running or self._slicing.running
        if changes != self._shown or running or running != self._ran:
            self._shown, self._ran = changes, running
            self._show()
        if not running:
            self.save_static()
        return running

    # ---- behind it

    def _on_message(self, message: dict[str, Any]) -> None:
        kind: str = message["kind"]
        value: Any = message.get("value")
        if kind == "cell":
            asked = value["row"] < 0
            table = self._answering.asked[-1 - value["row"]] if asked else self.table
            whole = table.whole(0 if asked else value["row"], value["column"])
            self._rows.send({"kind": "cell", **value, "cell": whole})
        elif kind in CHOICES:
            setattr(self, kind, value)
        elif kind == "pin":
            self.pinned = [row for row in self.pinned if row != value] + ([] if value in self.pinned else [value])
        elif kind == "vote":
            self._voting.act(value["act"], value.get("choice"))
            self._show()
        elif kind == "judge":
            self._judging.again()
            self.judge = named(value, dict(zip(self.table.systems, self._given, strict=True)))
            self.start_pump()
        elif kind == "cancel judge":
            self._judging.cancel()
        elif kind == "losses":
            self.in_background(self._losses, value)
        elif kind == "decode":
            self.decode(**value)
        elif kind == "export":
            self.export()
        elif kind == "all":
            self.run(len(self.table.prompts))
        elif kind == "cancel":
            self.cancel()
        elif kind == "ask":
            self.ask(value)

    def _put_table(self, table: SideBySide, decoding: dict[str, Any], votes: Any = None) -> None:
        """A table without answers, and what goes with it."""
        self.table = table
        generate = shared_client().generate
        if any(system.kind == "remote" for system in self.systems):  # what was paid for is not asked twice
            generate = partial(KeptAnswers(shared_client()).generate, allow_remote=True)
        self._answering = Answering(self.systems, table, generate=generate, decoding=decoding)
        self._voting, self._slicing = Voting(table, votes), Slicing()
        self._judging = Judging(table, allow_remote=self.allow_remote)

    def _begin(self) -> None:
        """Answer the rows, and the prompts that were typed."""
        for prompt in self.asked:
            self._answering.ask(prompt)
        if self.table.prompts:
            self._answering.run()
        self.start_pump()

    def _losses(self, row: int) -> None:
        found = losses_view(self.table, self.systems, row, shared_client())
        self._rows.send({"kind": "losses", "row": row, "systems": found})

    def _filtered(self) -> None:
        self.page = 0
        self._show()

    def _show(self) -> None:
        with self._lock:
            self._rows._vote = self._voting.view()
            self._rows._slices = self._slicing.view(self.slice_by, self.slice)
            self._rows._judge = self._judging.view(self._judge_name, self.vote)
            self._rows._head = head_view(self, self._answering, self._told)
            self._rows._page = page_view(self, self._answering.running, self._judging.word)
            self._rows._asked = asked_view(self._answering)
