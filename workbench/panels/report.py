"""ReportPanel: what an evaluation found, section by section, while it runs and after; written out as a file to mail."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets
import traitlets

from workbench.errors import InvalidInputError, RunError
from workbench.evaluation import Evaluation, Report, open_evaluation, tables
from workbench.evaluation.behind import guards_behind
from workbench.evaluation.privacy import Shown, what_to_show
from workbench.evaluation.slices import find_slices
from workbench.evaluation.tables import Table
from workbench.panels._form import choose, grid
from workbench.panels._panel import Panel
from workbench.panels._report_html import guard_cards, lights_line, report_table, row_cards
from workbench.panels._static_form import StaticForm

__all__ = ["ReportPanel"]

SECTIONS = ("figures", "comparisons", "slices", "guards", "answers", "rows", "notes")
WRITERS = {"HTML": "html", "Markdown": "md", "JSON": "json"}


class ReportPanel(Panel):
    """Figures, comparisons, slices, guards and rows of a report, and buttons that write it into one file.

    Parameters
    ----------
    report
        A `Report`, the path of one as JSON, or an `Evaluation` or its id, which is followed until it is done.
    section
        See the trait of the same name.

    Raises
    ------
    InvalidInputError, RunNotFoundError
        For what is neither.
    """

    report = traitlets.Any(help="What is shown: a Report, or the Evaluation that makes it.")
    section = traitlets.Enum(list(SECTIONS), "figures", help="Which part is shown.")

    def __init__(self, report: Any, **kwargs: Any):
        self._shown: tuple[Any, ...] = ()
        self._found: Report | None = None
        super().__init__("Report", report=report, **kwargs)
        self._status, self._verdict, self._table = (ipywidgets.HTML() for _ in range(3))
        options = {name.capitalize(): name for name in SECTIONS}
        self._sections = choose("Show", options, lambda: setattr(self, "section", self._sections.value))
        self._sections.value = self.section
        self._writers = [ipywidgets.Button(description=title) for title in WRITERS]
        for button in self._writers:
            button.tooltip = f"Write it into one {button.description} file in the working folder"
            button.on_click(lambda pressed: self.in_background(self.write, None, WRITERS[pressed.description]))
        self.body = [grid([self._sections, *self._writers, self._status], "wb-buttons"), self._verdict, self._table]
        self.observe(lambda change: setattr(self, "_found", None), "report")
        self.observe(lambda change: self.guarded(self._show), ["report", "section"])
        self._show()
        if isinstance(self.report, Evaluation):
            self.start_pump()

    @traitlets.validate("report")
    def _opened(self, proposal: Any) -> Report | Evaluation:
        given = proposal.value
        if isinstance(given, (Report, Evaluation)):
            return given
        if isinstance(given, (str, os.PathLike)):
            return Report.from_json(Path(given)) if str(given).endswith(".json") else open_evaluation(given)
        raise InvalidInputError(f"report= takes a Report, its JSON file, or an Evaluation; got {given!r}.")

    @property
    def found(self) -> Report | None:
        """The report; None while it is made."""
        if self._found is None:
            try:
                self._found = self.report if isinstance(self.report, Report) else self.report.report
            except RunError:
                return None
        if not self._found.guards:  # they may have come since
            self._found = replace(self._found, guards=guards_behind(self._found.systems))
        return self._found

    def write(self, path: str | os.PathLike[str] | None = None, kind: str = "html") -> Path:
        """Write the report into one file, by default in the working folder, and return its path.

        Parameters
        ----------
        kind
            ``"html"``, ``"md"`` or ``"json"``. In HTML, rows with personal data are masked.

        Raises
        ------
        InvalidInputError
            While there is no report, and for another kind.
        """
        report = self.found
        if report is None:
            raise InvalidInputError("The evaluation is not done, so there is no report to write yet.")
        writers = {"html": report.to_html, "md": report.to_markdown, "json": report.to_json}
        if kind not in writers:
            raise InvalidInputError(f"kind must be {', '.join(writers)}, got {kind!r}.")
        file = Path(path) if path is not None else Path.cwd() / f"report-{time.strftime('%Y%m%d-%H%M%S')}.{kind}"
        writers[kind](file)
        self._status.value = f"<span>Written: {escape(str(file))}</span>"
        return file

    def to_code(self) -> str:
        """The code that shows it again; a report that was made here is named, and has to be there."""
        source = repr(self.report.id) if isinstance(self.report, Evaluation) else "report"
        return f"wb.panels.ReportPanel({source}{'' if self.section == 'figures' else f', section={self.section!r}'})"

    def fill_static(self, form: StaticForm) -> None:
        """The finding and the figures."""
        report = self.found
        if report is None:
            form.text(repr(self.report))
            return
        for sentence in [*report.sentences(), *report.warnings]:
            form.text(sentence)
        for table in [tables.figures(report), *([tables.guard_table(report)] if report.guards else [])]:
            form.table(table.head, table.body, data=False)

    def pump(self) -> bool:
        """Show how far the evaluation is, and what it found."""
        now = (self.report.status, self.report.progress()["done"])
        if now != self._shown:
            self._show()
            self._shown = now
            self.save_static()
        return self.report.status != "completed"

    # ---- behind it

    def _show(self) -> None:
        report = self.found
        for button in self._writers:
            button.disabled = report is None
        if report is None:
            at = self.report.progress()
            why = f": {at['reason']}" if at["reason"] else ""
            words = f"{at['status']}, {at['done']:,} of {at['total']:,} answers{why}"
            self._status.value, self._verdict.value, self._table.value = f"<span>{escape(words)}</span>", "", ""
            return
        if isinstance(self.report, Evaluation) and not self._shown:
            self._status.value = ""
        shown = what_to_show(report, None)
        said = [*report.sentences(), *(f"Warning: {shown.text(text)}" for text in report.warnings)]
        lights = lights_line(report.guards)
        self._verdict.value = "".join(f'<p class="wb-said">{escape(sentence)}</p>' for sentence in said) + lights
        if self.section == "rows" and report.answers:
            self._table.value = f"<p>{escape(shown.sentence)}</p>{row_cards(report, shown)}"
        elif self.section == "guards" and report.guards:
            self._table.value = guard_cards(
                [{**each, "sentence": shown.text(each["sentence"])} for each in report.guards]
            )
        else:
            words_of, found = _section(report, self.section, shown)
            parts = [f'<p class="wb-said">{escape(words)}</p>' for words in words_of]
            self._table.value = "".join([*parts, *map(report_table, found)])


def _section(report: Report, section: str, shown: Shown) -> tuple[list[str], list[Table]]:
    """Sentences and tables of one part."""
    if section == "figures":
        return [], [tables.figures(report)]
    if section == "comparisons":
        if found := tables.all_comparisons(report):
            return [], [tables.comparison_table(found)]
        return ["One system has nothing to be held against."], []
    if section == "slices":
        if len(report.names) < 2:
            return ["Slices hold two systems against each other; the report has one."], []
        slices = find_slices(report)
        return [shown.text(slices.sentence)], [tables.slice_table(slices, shown.text)] if slices.slices else []
    if section == "guards":
        return ["There are no guards: no run is behind these systems, or none has been looked at yet."], []
    if section == "answers":
        found_tables = tables.answer_tables(report, shown.text)
        return ([] if found_tables else ["The references are neither records nor labels."]), found_tables
    if section == "rows":
        return ["Texts were scored and not asked, so there are no answers."], []
    return [text for text in (*report.notes, report.can_show()) if text], []
