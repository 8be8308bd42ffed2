"""ComparePanel: the answers of several systems to the same prompts, side by side."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbench.data.browse import plain_text
from workbench.data.dataset import Dataset
from workbench.errors import InvalidInputError, WorkbenchError
from workbench.evaluation.answering import Answering
from workbench.evaluation.evaluate import decoding_for
from workbench.evaluation.kept import KeptAnswers
from workbench.evaluation.picking import pick_numbers, pick_prompts
from workbench.evaluation.questions import questions
from workbench.evaluation.report import Report
from workbench.evaluation.sidebyside import ORDERS, SideBySide
from workbench.evaluation.votes import BlindVote
from workbench.metrics import METRICS
from workbench.models.system import System
from workbench.panels._panel import Panel, static_file
from workbench.panels._static_form import StaticForm
from workbench.panels._systems import code_of, detail, distinct
from workbench.panels._vote import Voting
from workbench.runs.generation import shared_client
from workbench.runs.remote import check_remote

__all__ = ["ComparePanel"]

BASES = {"reference": "the reference", "first": "{}", "none": "nothing"}


class Rows(anywidget.AnyWidget):
    """The front end: what is shown goes down as plain data, what is pressed comes up as messages."""

    _esm = static_file("compare.js")
    _css = static_file("compare.css")
    _head = traitlets.Dict().tag(sync=True)
    _page = traitlets.Dict().tag(sync=True)
    _asked: traitlets.List = traitlets.List().tag(sync=True)
    _vote = traitlets.Dict().tag(sync=True)


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
    filter, search, against, order, pinned, fields, page, page_size
        What is shown first. `against`: the words that differ from the ``"reference"``, the ``"first"`` system or
        ``"none"`` are marked. `order`: ``"rows"``, ``"change"``, ``"worse"`` or ``"better"``, by how much nearer to
        the reference the last system is than the first. `pinned` rows stand before all others. `fields`: records are
        shown field by field.
    allow_remote
        Whether prompts, also those typed in the panel, may leave this machine for systems that are elsewhere.
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
    against = traitlets.Enum(list(BASES), help="What the marked words differ from.")
    order = traitlets.Enum(list(ORDERS), "rows", help="Which rows come first.")
    pinned = traitlets.List(traitlets.Int(min=0), help="Rows that stand before all others.")
    fields = traitlets.Bool(False, help="Whether records are shown field by field.")
    page = traitlets.Int(0, help="The page shown, from 0.")
    page_size = traitlets.Int(10, min=1, max=100, help="Rows on a page.")

    def __init__(
        self,
        systems: Any,
        prompts: Dataset | Iterable[Any] | None = None,
        references: Iterable[str] | None = None,
        *,
        max_rows: int = 50,
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
        self._allow_remote = allow_remote
        self._answering = self._answers(decoding)
        self._voting = Voting(self.table, votes)
        self._told = ""
        self._lock, self._shown = threading.RLock(), -1
        kwargs.setdefault("against", "reference" if answers is not None else "first" if len(given) > 1 else "none")
        super().__init__(title=f"Compare: {' and '.join(names)}", **kwargs)
        self._rows = Rows()
        self._rows.on_msg(lambda _, content, __: self.guarded(self._on_message, content))
        self.body = [self._rows]
        self.observe(lambda change: self.guarded(self._filtered), ["filter", "search"])
        self.observe(
            lambda change: self.guarded(self._show), ["against", "order", "pinned", "fields", "page", "page_size"]
        )
        self._show()
        if start and asked:
            self.run()

    # ---- what can be done with it

    def run(self, rows: int | None = None) -> None:
        """Answer what is missing in the background, in so many `rows` (default: those that are in play)."""
        if rows is not None:
            self.table.rows = pick_numbers(len(self.table.prompts), rows)
            self._update_code()
        self._answering.run()
        self.start_pump()

    def ask(self, prompt: str) -> None:
        """Have all systems answer a prompt of your own, before the rows go on."""
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
        table = self.table
        decoding = decoding_for({**self._answering.decoding, **settings}, table.references or [None])
        check_remote(dict(zip(table.systems, self.systems, strict=True)), 0, self._allow_remote, decoding)
        self._answering.cancel()
        self.table = SideBySide(table.systems, table.prompts, table.references)
        self.table.rows = table.rows
        self._answering, self._voting = self._answers(decoding), Voting(self.table)
        self._update_code()
        self._show()
        if self.table.prompts:
            self.run()

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
        lines, names = [], []
        for number, source in enumerate(self._given):
            code, comment = code_of(source, number)
            names.append(code)
            lines += comment
        arguments = [f"[{', '.join(names)}]"]
        if isinstance(self._prompts, Dataset):
            arguments.append(f"prompts={self._prompts.to_code()}")
        elif self.table.prompts:
            arguments.append(f"prompts={self.table.prompts!r}")
            if self.table.references is not None:
                arguments.append(f"references={self.table.references!r}")
        if len(self.table.rows) != min(50, len(self.table.prompts)):
            arguments.append(f"max_rows={len(self.table.rows)}")
        arguments += ["allow_remote=True"] if any(system.kind == "remote" for system in self.systems) else []
        arguments += [f"votes={str(self._voting.path)!r}"] if self._voting.path is not None else []
        usual = decoding_for({}, self.table.references or [None])
        arguments += [f"{name}={value!r}" for name, value in self._answering.decoding.items() if value != usual[name]]
        usual_view = {"filter": "all", "search": "", "order": "rows", "pinned": [], "fields": False, "page": 0,
                      "page_size": 10}  # fmt: skip
        for name, value in usual_view.items():
            arguments += [f"{name}={getattr(self, name)!r}"] if getattr(self, name) != value else []
        return "\n".join([*lines, f"wb.panels.ComparePanel({', '.join(arguments)})"])

    def fill_static(self, form: StaticForm) -> None:
        """Scores, what can be said of them, and the rows answered."""
        table = self.table
        for system, name in enumerate(table.systems):
            scores = [(METRICS[check].title, table.score(system, check).words) for check in table.checks]
            form.figures([("System:", f"{name} ({detail(self.systems[system])})"), *scores])
        for sentence in [*table.sentences(), table.basis()]:
            form.text(sentence)
        columns = ["prompt", *(["reference"] if table.references is not None else []), *table.systems]
        rows = []
        for row in table.complete:
            reference = [table.references[row]] if table.references is not None else []
            rows.append([plain_text(table.prompts[row]), *reference, *table.answers[row]])
        form.table(columns, rows)

    def pump(self) -> bool:
        """Show the answers that came in."""
        running, changes = self._answering.running, self._answering.changes
        if changes != self._shown or running:
            self._shown = changes
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
        elif kind in ("filter", "search", "against", "order", "fields", "page"):
            setattr(self, kind, value)
        elif kind == "pin":
            self.pinned = [row for row in self.pinned if row != value] + ([] if value in self.pinned else [value])
        elif kind == "vote":
            self._voting.act(value["act"], value.get("choice"))
            self._show()
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

    def _answers(self, decoding: dict[str, Any]) -> Answering:
        generate = shared_client().generate
        if any(system.kind == "remote" for system in self.systems):  # what was paid for is not asked twice
            generate = partial(KeptAnswers(shared_client()).generate, allow_remote=True)
        return Answering(self.systems, self.table, generate=generate, decoding=decoding)

    def _losses(self, row: int) -> None:
        """Ask every model how surprising each token of a row's reference is, and send that up."""
        assert self.table.references is not None
        prompt, reference, found = self.table.prompts[row], self.table.references[row], []
        for name, system in zip(self.table.systems, self.systems, strict=True):
            try:
                losses = shared_client().losses(system, prompt, reference)
                found.append({"name": name, "texts": losses.texts, "nats": [round(loss, 4) for loss in losses.nats]})
            except WorkbenchError as error:
                found.append({"name": name, "error": str(error)})
        self._rows.send({"kind": "losses", "row": row, "systems": found})

    def _filtered(self) -> None:
        self.page = 0
        self._show()

    def _show(self) -> None:
        with self._lock:
            table = self.table
            chosen = table.ordered(table.select(self.filter, self.search), self.order, self.pinned)
            pages = max(1, -(-len(chosen) // self.page_size))
            page = min(max(self.page, 0), pages - 1)
            rows = chosen[page * self.page_size : (page + 1) * self.page_size]
            progress = self._answering.progress()
            waiting = "…" if progress["running"] else "not answered"
            self._rows._vote = self._voting.view()
            self._rows._head = self._head_view(progress)
            self._rows._page = {
                "page": page, "pages": pages, "size": self.page_size, "total": len(chosen),
                "rows": [{**table.view(row), "label": f"Row {row:,}", "waiting": waiting, "pinned": row in self.pinned}
                         for row in rows],
            }  # fmt: skip
            count = len(self._answering.asked)
            self._rows._asked = [
                {**asked.view(0), "row": at - count, "label": f"Your prompt {count - at}", "waiting": waiting}
                for at, asked in enumerate(self._answering.asked)
            ]

    def _head_view(self, progress: dict[str, Any]) -> dict[str, Any]:
        table = self.table
        more = len(table.rows) < len(table.prompts)
        missing = progress["done"] < progress["total"]
        label = f"Run on all {len(table.prompts):,}" if more else "Run what is missing" if missing else ""
        bases = [key for key in BASES if (key != "reference" or table.references is not None)
                 and (key != "first" or len(table.systems) > 1)]  # fmt: skip
        return {
            "systems": [{"name": name, "detail": detail(system)}
                        for name, system in zip(table.systems, self.systems, strict=True)],
            **table.overview(), "progress": progress,
            "more": "" if progress["running"] else label,
            "decoding": self._answering.decoding, "told": self._told,
            "filter": self.filter, "search": self.search,
            "bases": [{"key": key, "label": BASES[key].format(table.systems[0])} for key in bases],
            "against": self.against,
            "orders": [{"key": key, "label": label} for key, label in ORDERS.items()]
            if table.references is not None and len(table.systems) > 1 else [],
            "lens": table.references is not None and any(system.kind == "model" for system in self.systems),
            "order": self.order, "records": table.records, "fields": self.fields and table.records,
            "nothing": "No row is in this choice." if table.prompts else "No prompts were given: type one below.",
        }  # fmt: skip
