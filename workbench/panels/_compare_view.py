"""What ComparePanel shows: its front end and the plain data that goes there, its code, and its saved form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from workbench.data.browse import plain_text
from workbench.data.dataset import Dataset
from workbench.errors import WorkbenchError
from workbench.evaluation.answering import Answering
from workbench.evaluation.evaluate import decoding_for
from workbench.evaluation.sidebyside import ORDERS, SideBySide
from workbench.metrics import METRICS
from workbench.models.system import System
from workbench.panels._panel import static_file
from workbench.panels._static_form import StaticForm
from workbench.panels._systems import code_of, detail

if TYPE_CHECKING:
    from workbench.panels.compare import ComparePanel

__all__ = ["BASES", "SOME", "Rows", "asked_view", "fill", "head_view", "losses_view", "page_view", "panel_code"]

BASES = {"reference": "the reference", "first": "{}", "none": "nothing"}
VIEW = {"filter": "all", "search": "", "slice_by": "", "slice": "", "order": "rows", "pinned": [], "fields": False,
        "asked": [], "page": 0, "page_size": 10}  # fmt: skip
"""What is shown of a panel that nobody touched."""

SOME = 50
"""Rows that are answered where nobody says how many."""


class Rows(anywidget.AnyWidget):
    """The front end: what is shown goes down as plain data, what is pressed comes up as messages."""

    _esm = static_file("compare.js")
    _css = static_file("compare.css")
    _head = traitlets.Dict().tag(sync=True)
    _page = traitlets.Dict().tag(sync=True)
    _asked: traitlets.List = traitlets.List().tag(sync=True)
    _vote = traitlets.Dict().tag(sync=True)
    _slices = traitlets.Dict().tag(sync=True)
    _judge = traitlets.Dict().tag(sync=True)


def head_view(panel: ComparePanel, answering: Answering, told: str) -> dict[str, Any]:
    """Scores, what can be said of them, how far the answers are, and what is chosen."""
    table, progress = panel.table, answering.progress()
    more = len(table.rows) < len(table.prompts)
    missing = progress["done"] < progress["total"]
    label = f"Run on all {len(table.prompts):,}" if more else "Run what is missing" if missing else ""
    several, judged = len(table.systems) > 1, table.references is not None
    bases = [key for key in BASES if (key != "reference" or judged) and (key != "first" or several)]
    return {
        "systems": [{"name": name, "detail": detail(system)}
                    for name, system in zip(table.systems, panel.systems, strict=True)],
        **table.overview(panel.slice_rows), "progress": progress,
        "more": "" if progress["running"] else label,
        "decoding": answering.decoding, "told": told,
        "filter": panel.filter, "search": panel.search,
        "bases": [{"key": key, "label": BASES[key].format(table.systems[0])} for key in bases],
        "against": panel.against,
        "orders": [{"key": key, "label": label} for key, label in ORDERS.items()] if judged and several else [],
        "lens": judged and any(system.kind == "model" for system in panel.systems),
        "order": panel.order, "records": table.records, "fields": panel.fields and table.records,
        "sliceable": judged and several and bool(table.complete),
        "asking": any(map(answering.pending, answering.asked)),
        "prompts": len(table.prompts),
    }  # fmt: skip


def page_view(panel: ComparePanel, running: bool, judged: Callable[[int], str]) -> dict[str, Any]:
    """The rows of one page; `judged` says what the judge said of a row."""
    table = panel.table
    selected = table.select(panel.filter, panel.search, panel.slice_rows)
    chosen = table.ordered(selected, panel.order, panel.pinned)
    pages = max(1, -(-len(chosen) // panel.page_size))
    page = min(max(panel.page, 0), pages - 1)
    return {
        "page": page, "pages": pages, "size": panel.page_size, "total": len(chosen),
        "rows": [
            {**table.view(row), "label": f"Row {row:,}", "waiting": "…" if running else "not answered",
             "pinned": row in panel.pinned, "judged": judged(row)}
            for row in chosen[page * panel.page_size : (page + 1) * panel.page_size]
        ],
    }  # fmt: skip


def asked_view(answering: Answering) -> list[dict[str, Any]]:
    """The answers to prompts that were typed, the latest first; their rows count backwards from -1."""
    asked, count = answering.asked, len(answering.asked)
    return [
        {**table.view(0), "row": at - count, "label": f"Your prompt {count - at}", "pending": pending,
         "waiting": "…" if pending else "not answered"}
        for at, table in enumerate(asked)
        for pending in [answering.pending(table)]
    ]  # fmt: skip


def losses_view(table: SideBySide, systems: Sequence[System], row: int, client: Any) -> list[dict[str, Any]]:
    """How surprising each token of a row's reference is to every system."""
    assert table.references is not None
    prompt, reference, found = table.prompts[row], table.references[row], []
    for name, system in zip(table.systems, systems, strict=True):
        try:
            losses = client.losses(system, prompt, reference)
            found.append({"name": name, "texts": losses.texts, "nats": [round(loss, 4) for loss in losses.nats]})
        except WorkbenchError as error:
            found.append({"name": name, "error": str(error)})
    return found


def panel_code(panel: ComparePanel, given: list[Any], prompts: Any, decoding: dict[str, Any], votes: Any) -> str:
    """The code that makes a panel.

    Parameters
    ----------
    given, prompts
        Systems and prompts as they were given.
    decoding, votes
        How answers are decoded, and the file of the votes or None.
    """
    table = panel.table
    made = [code_of(source, number) for number, source in enumerate(given)]
    arguments = [f"[{', '.join(code for code, _ in made)}]"]
    if isinstance(prompts, Dataset):
        arguments.append(f"prompts={prompts.to_code()}")
    elif table.prompts:
        arguments.append(f"prompts={table.prompts!r}")
        if table.references is not None:
            arguments.append(f"references={table.references!r}")
    if len(table.rows) != min(SOME, len(table.prompts)):
        arguments.append(f"max_rows={len(table.rows)}")
    arguments += ["allow_remote=True"] if panel.allow_remote else []
    arguments += [f"votes={str(votes)!r}"] if votes is not None else []
    usual = decoding_for({}, table.references or [None])
    arguments += [f"{name}={value!r}" for name, value in decoding.items() if value != usual[name]]
    if panel.judge is not None:
        made.append(code_of(panel.judge, len(given)))
        arguments.append(f"judge={made[-1][0]}")
    for name, value in VIEW.items():
        arguments += [f"{name}={getattr(panel, name)!r}"] if getattr(panel, name) != value else []
    comments = dict.fromkeys(comment for _, lines in made for comment in lines)
    return "\n".join([*comments, f"wb.panels.ComparePanel({', '.join(arguments)})"])


def fill(form: StaticForm, panel: ComparePanel, judged: Sequence[str]) -> None:
    """Scores, what can be said of them, of slices and by the judge (`judged`), and the rows answered."""
    table = panel.table
    for system, name in enumerate(table.systems):
        scores = [(METRICS[check].title, table.score(system, check).words) for check in table.checks]
        form.figures([("System:", f"{name} ({detail(panel.systems[system])})"), *scores])
    for sentence in [*table.sentences(), table.basis()]:
        form.text(sentence)
    if panel.slices is not None:
        form.text(panel.slices.sentence, data=True)
    for sentence in judged:
        form.text(sentence, data=True)
    columns = ["prompt", *(["reference"] if table.references is not None else []), *table.systems]
    rows = []
    for row in table.complete:
        reference = [table.references[row]] if table.references is not None else []
        rows.append([plain_text(table.prompts[row]), *reference, *table.answers[row]])
    form.table(columns, rows)
