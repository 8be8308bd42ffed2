"""DataPanel: a data set to look at, before anything is trained on it."""

from __future__ import annotations

import threading
import time
from typing import Any

import anywidget
import numpy as np
import traitlets

from workbench.data.browse import cell, plain_text, readable_rows
from workbench.data.dataset import Dataset, load_dataset
from workbench.data.mending import Mending, firsts_of_groups, groups_of_rows, row_notes, rows_in_groups
from workbench.data.overview import facet_name, facet_values, facts, main_columns, nothing_found, orders
from workbench.data.query import Query, facet_expressions
from workbench.data.selection import Selection, select
from workbench.errors import DatasetError
from workbench.panels._code import changed_traits, data_panel_code
from workbench.panels._lengths import Lengths
from workbench.panels._panel import Panel, static_file
from workbench.panels._problems import Problems
from workbench.panels._static_form import StaticForm
from workbench.panels._tokens import Tokens

__all__ = ["DataPanel"]

SHOW_EVERY = 0.1  # seconds between two signs of life of a search


class Rows(anywidget.AnyWidget):
    """The front end: what is shown goes down as plain data, what is pressed comes up as messages."""

    _esm = static_file("data.js")
    _css = static_file("data.css")
    _head = traitlets.Dict().tag(sync=True)
    _page = traitlets.Dict().tag(sync=True)
    _lengths = traitlets.Dict().tag(sync=True)
    _facet = traitlets.Dict().tag(sync=True)
    _problems = traitlets.Dict().tag(sync=True)


class DataPanel(Panel):
    """What a data set was taken for, its splits, how long its rows are, and the rows: searched, filtered, counted.

    Parameters
    ----------
    dataset
        A `Dataset`, or anything `load_dataset` takes.
    recipe
        Lengths are counted in tokens of whole rows, as this recipe trains on them, beside its ``max_length``; the
        token gate is asked with the checks, and each row can show its tokens.
    model
        Without a recipe: lengths are counted in tokens of this model. Without either, in characters.
    split, search, where, order, facet, page, page_size
        What is shown first.
    static
        As for every panel: ``"figures"`` keeps rows out of the saved notebook.
    """

    dataset: Dataset = traitlets.Any(help="The data set shown.")  # type: ignore[assignment]
    split = traitlets.Unicode("train", help="The split whose rows are shown.")
    search = traitlets.Unicode("", help="Only rows that have this text in some column, whatever its case.")
    where = traitlets.Unicode("", help="Only rows under this condition, in SQL: length(prompt) > 300.")
    order = traitlets.Unicode("", help="The rows' order, in SQL: length(prompt) desc.")
    facet = traitlets.Unicode("", help="Count the values of this column, or of any SQL expression.")
    page = traitlets.Int(0, help="The page shown, from 0.")
    page_size = traitlets.Int(10, min=1, max=100, help="Rows on a page.")

    def __init__(self, dataset: Any, recipe: Any = None, *, model: Any = None, **kwargs: Any):
        dataset = load_dataset(dataset)
        dataset.arrow(kwargs.get("split", "train"))
        self.model, self.recipe = model, recipe
        self._lock = threading.RLock()
        self._ticket = 0  # what is still under way for an older split or search gives up
        self._hits: np.ndarray | None = None
        self._viewed = dataset, kwargs.get("split", "train")  # what is shown, while another may be asked for already
        self._version = 0  # counts the data sets shown, one after each repair
        self._looked, self._refused = 0, ""
        self._queries: dict[str, Query] = {}
        self._tokens = Tokens(recipe, model)
        self._lengths = Lengths(model, recipe, lambda state: setattr(self._rows, "_lengths", state))
        super().__init__(title=f"Data: {dataset.name}", dataset=dataset, **kwargs)
        self._rows = Rows()
        self._rows.on_msg(lambda _, content, __: self.guarded(self._on_message, content))
        self.problems = Problems(
            Mending(dataset, recipe),
            show=lambda state: setattr(self._rows, "_problems", state),
            rows_changed=self._problem_chosen,
            dataset_changed=self._renew,
            in_background=self.in_background,
        )
        self.body = [self._rows]
        selecting = ["split", "search", "where", "order"]
        self.observe(lambda change: self.guarded(self._restart, change.name == "split"), selecting)
        self.observe(lambda change: self.guarded(self._show), ["page", "page_size"])
        self.observe(lambda change: self.in_background(self._count), "facet")
        self.observe(lambda change: self.guarded(self._given, change.new), "dataset")
        self._restart(True, self.page)
        self.problems.begin()

    def to_code(self) -> str:
        """The code that makes this panel."""
        given = changed_traits(self, ("split", "search", "where", "order", "facet", "page", "page_size"))
        return data_panel_code("DataPanel", self.dataset, self.recipe, self.model, given)

    def fill_static(self, form: StaticForm) -> None:
        """What was recognised, the lengths, and the first rows shown."""
        form.text(self.dataset.describe())
        for note in self.dataset.notes:
            form.text(note)
        for drawn in self._lengths.histograms:
            form.figures([(f"{drawn.title}, {drawn.unit}: half at most", f"{drawn.median:,}"),
                          ("95 % at most", f"{drawn.p95:,}"), ("longest", f"{drawn.largest:,}")])  # fmt: skip
        columns = main_columns(self.dataset)
        rows = self._table().slice(0, self.page_size).to_pylist()
        form.table(columns, [[plain_text(row[name]) for name in columns] for row in rows])

    # ---- behind it

    def _table(self) -> Any:
        dataset, split = self._viewed
        return dataset.arrow(split)

    def _on_message(self, message: dict[str, Any]) -> None:
        kind = message["kind"]
        value: Any = message.get("value")
        if kind == "cell":
            whole = cell(self._table()[value["column"]][value["row"]].as_py(), None)
            self._rows.send({"kind": "cell", "split": self._viewed[1], **value, "cell": whole})
        elif kind == "cancel_lengths":
            self._lengths.cancel()
        elif kind == "tokens":
            self.in_background(self._show_tokens, value["split"], value["row"], value["start"])
        elif kind in ("split", "search", "where", "order", "facet", "page"):
            setattr(self, kind, value)
        else:
            self.problems.handle(kind, value)

    def _show_tokens(self, split: str, row: int, start: int) -> None:
        """Send a row's tokens; where they cannot be had, say that nothing comes."""
        state: dict[str, Any] = {"split": split, "row": row}
        try:
            state = self._tokens.state(self.dataset, split, row, start)
        finally:
            self._rows.send({"kind": "tokens", **state})

    def _problem_chosen(self, split: str) -> None:
        """Show the rows of a problem, in whichever split they are; or, without a split, all rows again."""
        if split and split != self.split:
            self.split = split
        else:
            self._restart(False)

    @traitlets.validate("split")
    def _known_split(self, proposal: Any) -> str:
        self.dataset.arrow(proposal.value)  # raises where there is no such split
        return proposal.value

    @traitlets.validate("dataset")
    def _readable(self, proposal: Any) -> Dataset:
        return load_dataset(proposal.value)

    def _given(self, dataset: Dataset) -> None:
        """Another data set, set from outside: nothing was found in it and nothing done to it yet."""
        if dataset is not self.problems.mending.dataset:
            self.head._title = f"Data: {dataset.name}"
            self.problems.begin_with(Mending(dataset, self.recipe))

    def _renew(self, dataset: Dataset) -> None:
        """Show another data set, made by a repair or an undo, or set from outside."""
        self.dataset = dataset
        if self.split in dataset.splits:
            self._restart(True)
        else:
            self.split = "train"

    def _query(self) -> Query:
        with self._lock:
            table = self._table()
            query = self._queries.get(self._viewed[1])
            if query is None or query.table is not table:
                query = self._queries[self._viewed[1]] = Query(table)
            return query

    def _restart(self, new_split: bool, page: int = 0) -> None:
        """Another split or other rows wanted: look for them, and measure a new split."""
        with self._lock:
            finding = self.problems.finding()
            if finding is not None and finding.split != self.split:
                self.problems.close()
                finding = None
            rows = rows_in_groups(finding) if finding is not None else None
            selection = Selection(self.search, self.where, self.order, rows)
            self._ticket += 1
            ticket, self._looked, self._refused = self._ticket, 0, ""
            if self._viewed[0] is not self.dataset:
                self._version, self._queries = self._version + 1, {}
            self._viewed = self.dataset, self.split
            self._hits = None if selection.everything else np.zeros(0, dtype=np.int64)
        with self.hold_trait_notifications():
            self.page = page
        self._show()
        if not selection.everything:
            self.in_background(self._find, ticket, selection)
        if new_split:
            self.in_background(self._measure, self._lengths.begin(), self.split)

    def _find(self, ticket: int, selection: Selection) -> None:
        shown = time.monotonic()
        try:
            for looked, hits in select(self._query(), selection, lambda: ticket != self._ticket):
                with self._lock:
                    if ticket != self._ticket:
                        return
                    self._hits, self._looked = hits, looked
                if time.monotonic() - shown > SHOW_EVERY:
                    self._show()
                    shown = time.monotonic()
        except DatasetError as error:
            with self._lock:
                if ticket == self._ticket:
                    self._looked, self._refused = self._table().num_rows, str(error)
        if ticket == self._ticket:
            self._show()

    def _count(self) -> None:
        """Count the values of the facet, and say what else could be counted."""
        viewed, chosen = self._viewed, self.facet
        options = [{"key": each, "label": facet_name(each)} for each in facet_expressions(self._table())]
        found = self._query().facet(chosen) if chosen.strip() else None
        if (viewed, chosen) == (self._viewed, self.facet):
            self._rows._facet = {"options": options, "chosen": chosen, "total": self._table().num_rows,
                                 **(facet_values(found) if found else {"values": [], "others": ""})}  # fmt: skip

    def _show(self) -> None:
        with self._lock:
            table = self._table()
            indices = np.arange(table.num_rows) if self._hits is None else self._hits
            pages = max(1, -(-len(indices) // self.page_size))
            page = min(max(self.page, 0), pages - 1)
            shown = indices[page * self.page_size : (page + 1) * self.page_size]
            dataset, split = self._viewed
            main = main_columns(dataset)
            self._rows._head = self._describe(table.num_rows, len(indices))
            self._rows._page = {
                "version": self._version, "split": split, "page": page, "pages": pages,
                "size": self.page_size, "total": len(indices),
                "rows": self._rows_shown(table, shown), "main": main,
                "rest": [name for name in table.column_names if name not in main],
                "find": self.search.strip(), "nothing": nothing_found(split, self.search, self.where),
            }  # fmt: skip

    def _rows_shown(self, table: Any, numbers: np.ndarray) -> list[dict[str, Any]]:
        finding = self.problems.finding()
        notes, firsts, groups = {}, {}, {}
        if finding is not None and finding.split == self._viewed[1]:
            notes, firsts, groups = row_notes(finding), firsts_of_groups(finding), groups_of_rows(finding)
        rows = readable_rows(table, numbers)
        for row in rows:
            row["note"], row["group"] = notes.get(row["row"], ""), groups.get(row["row"])
            row["starts"] = row["group"] is not None and row["row"] not in firsts
            if row["row"] in firsts:  # words that differ from the first of the group are marked
                [first] = readable_rows(table, [firsts[row["row"]]])
                row["against"] = {name: part.get("text") for name, part in first["cells"].items()}
        return rows

    def _describe(self, rows: int, found: int) -> dict[str, Any]:
        (ds, split), looking = self._viewed, self._hits is not None
        running, searching = looking and self._looked < rows, looking and not self._refused and found < rows
        text = f"{found:,} of {rows:,} rows"
        if running:
            text = f"{self._looked:,} of {rows:,} rows searched, {found:,} found"
        return {
            "facts": facts(ds), "notes": list(ds.notes), "split": split, "search": self.search,
            "tokens": self._tokens.possible, "where": self.where, "refused": self._refused,
            "order": self.order, "orders": orders(ds, self.order),
            "splits": [{"key": name, "label": name, "count": count} for name, count in ds.splits.items()],
            "progress": {"running": running, "done": self._looked, "total": rows,
                         "text": text if running or searching else ""},
        }  # fmt: skip

    def _measure(self, ticket: int, split: str) -> None:
        self.in_background(self._count, clear=False)
        if self._lengths.count(ticket, self.dataset, split):
            self.save_static()
