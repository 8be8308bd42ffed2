"""A report as Markdown: figures, comparisons, slices, guards and notes, no rows."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from workbench.evaluation import tables
from workbench.evaluation.privacy import what_to_show
from workbench.evaluation.slices import find_slices

if TYPE_CHECKING:
    from workbench.evaluation.report import Report

__all__ = ["escape_markdown", "markdown"]


def markdown(report: Report) -> str:
    """All but the rows, as a text that other Markdown can hold."""
    count = len(report.prompts)
    lines = [f"### Evaluation on {count:,} row{'' if count == 1 else 's'} of {escape_markdown(report.dataset['name'])}"]
    lines += ["", *(f"**{escape_markdown(sentence)}**  " for sentence in report.sentences())]
    lines += ["", *(f"> **Warning.** {escape_markdown(text)}\n" for text in report.warnings)]
    found = [tables.figures(report)]
    compared = tables.all_comparisons(report)
    found += [tables.comparison_table(compared)] if compared else []
    notes, shown = [*report.notes, report.can_show()], what_to_show(report, "none")
    if compared:
        slices = find_slices(report, metric=compared[0].metric)
        notes.append(shown.text(slices.sentence))
        found += [tables.slice_table(slices, shown.text)] if slices.worse else []
    found += tables.answer_tables(report, shown.text)
    found += [tables.guard_table(report)] if report.guards else []
    for _, head, body in found:
        lines += ["| " + " | ".join(map(escape_markdown, head)) + " |", "|" + " --- |" * len(head)]
        lines += ["| " + " | ".join(map(escape_markdown, cells)) + " |" for cells in body]
        lines.append("")
    lines += [f"- {escape_markdown(text)}" for text in notes if text]
    return "\n".join(lines).strip() + "\n"


def escape_markdown(value: str) -> str:
    """A text that stays a text in a Markdown cell."""
    out = escape(value, quote=False).replace("\n", " ")
    for sign in "\\`*_[]|":
        out = out.replace(sign, "\\" + sign)
    return out
