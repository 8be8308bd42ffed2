"""ClinicPanel: what a reward clinic found, section by section, while it runs and after; written out as a file."""

from __future__ import annotations

import os
import time
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets
import traitlets

from workbench.errors import InvalidInputError
from workbench.evaluation.clinic import ClinicJob, RewardClinic, open_clinic
from workbench.evaluation.clinic.job import RESULT
from workbench.evaluation.clinic.pages import shown_for
from workbench.evaluation.clinic.sections import SECTIONS, pair_texts, section
from workbench.panels._form import choose, grid
from workbench.panels._panel import Panel
from workbench.panels._report_html import report_table, text_cards
from workbench.panels._static_form import StaticForm

__all__ = ["ClinicPanel"]

WRITERS = {"HTML": "html", "Markdown": "md", "JSON": "json"}


class ClinicPanel(Panel):
    """Verdict, findings, pictures and worst pairs of a reward clinic.

    Parameters
    ----------
    clinic
        A `RewardClinic`, the path of one as JSON, or a `ClinicJob` or its id, which is followed until it is done.
    section
        See the trait of the same name.

    Raises
    ------
    InvalidInputError, RunNotFoundError
        For what is neither.
    """

    clinic = traitlets.Any(help="What is shown: a RewardClinic, or the ClinicJob that makes it.")
    section = traitlets.Enum(list(SECTIONS), "findings", help="Which part is shown.")

    def __init__(self, clinic: Any, **kwargs: Any):
        self._told: tuple[Any, ...] = ()
        self._waiting = False  # for what it finds, with its progress in the status line
        super().__init__("Reward clinic", clinic=clinic, **kwargs)
        self._status, self._verdict, self._part = (ipywidgets.HTML() for _ in range(3))
        options = {name.capitalize(): name for name in SECTIONS}
        self._sections = choose("Show", options, lambda: setattr(self, "section", self._sections.value))
        self._sections.style.description_width = "initial"  # in line with the verdict below
        self._writers = [ipywidgets.Button(description=title) for title in WRITERS]
        for button in self._writers:
            button.tooltip = f"Write it into one {button.description} file in the working folder"
            button.on_click(lambda pressed: self.in_background(self.write, None, WRITERS[pressed.description]))
        self.body = [grid([self._sections, *self._writers, self._status], "wb-buttons"), self._verdict, self._part]
        self.observe(lambda change: self.guarded(self._show), ["clinic", "section"])
        self._show()
        if isinstance(self.clinic, ClinicJob):
            self.start_pump()

    @traitlets.validate("clinic")
    def _opened(self, proposal: Any) -> RewardClinic | ClinicJob:
        given = proposal.value
        self.__dict__.pop("_found", None)
        if isinstance(given, (RewardClinic, ClinicJob)):
            return given
        if isinstance(given, (str, os.PathLike)):
            return RewardClinic.from_json(Path(given)) if str(given).endswith(".json") else open_clinic(given)
        raise InvalidInputError(f"clinic= takes a RewardClinic, its JSON file, or a ClinicJob; got {given!r}.")

    @property
    def found(self) -> RewardClinic | None:
        """What was found; None while it is made."""
        if isinstance(self.clinic, ClinicJob) and not (self.clinic.path / RESULT).is_file():
            return None
        return self._found

    @cached_property
    def _found(self) -> RewardClinic:
        return self.clinic if isinstance(self.clinic, RewardClinic) else self.clinic.clinic

    def write(self, path: str | os.PathLike[str] | None = None, kind: str = "html") -> Path:
        """Write it into one file, by default in the working folder, and return its path.

        Parameters
        ----------
        kind
            ``"html"``, ``"md"`` or ``"json"``. In HTML, pairs with personal data are masked.

        Raises
        ------
        InvalidInputError
            While nothing is found, and for another kind.
        """
        found = self.found
        if found is None:
            raise InvalidInputError("The clinic is not done, so there is nothing to write yet.")
        writers = {"html": found.to_html, "md": found.to_markdown, "json": found.to_json}
        if kind not in writers:
            raise InvalidInputError(f"kind must be {', '.join(writers)}, got {kind!r}.")
        file = Path(path) if path is not None else Path.cwd() / f"clinic-{time.strftime('%Y%m%d-%H%M%S')}.{kind}"
        writers[kind](file)
        self._status.value = f"<span>Written: {escape(str(file))}</span>"
        return file

    def to_code(self) -> str:
        """The code that shows it again; a clinic that was made here is named, and has to be there."""
        source = repr(self.clinic.id) if isinstance(self.clinic, ClinicJob) else "clinic"
        return f"wb.panels.ClinicPanel({source}{'' if self.section == 'findings' else f', section={self.section!r}'})"

    def fill_static(self, form: StaticForm) -> None:
        """Verdict, findings and pictures."""
        found = self.found
        if found is None:
            form.text(repr(self.clinic))
            return
        form.text(found.verdict().sentence)
        shown = shown_for(found, None)
        for name in SECTIONS:
            part = section(name, found, shown.text)
            if part.sentences:
                form.text(f"{part.title}. {' '.join(part.sentences)}", data=True)
            for picture in part.pictures:
                form.image(picture.svg, picture.words)
            if name in ("findings", "labels"):
                form.table(part.tables[0].head, part.tables[0].body, data=False)

    def pump(self) -> bool:
        """Show how far it is, and what it found."""
        now = (self.clinic.status, self.clinic.progress()["done"])
        if now != self._told:
            self._show()
            self._told = now
            self.save_static()
        return self.clinic.status != "completed"

    # ---- behind it

    def _show(self) -> None:
        found = self.found
        self._sections.value = self.section
        for button in self._writers:
            button.disabled = found is None
        if found is None:
            at = self.clinic.progress()
            why = f": {at['reason']}" if at["reason"] else ""
            words = f"{at['status']}, {at['done']:,} of {at['total']:,} replies scored{why}"
            self._status.value, self._verdict.value, self._part.value = f"<span>{escape(words)}</span>", "", ""
            self._waiting = True
            return
        if self._waiting:
            self._status.value, self._waiting = "", False
        shown = shown_for(found, None)
        self._verdict.value = f'<p class="wb-said"><strong>{escape(found.verdict().sentence)}</strong></p>'
        part = section(self.section, found, shown.text)
        html = [f'<p class="wb-said">{escape(sentence)}</p>' for sentence in part.sentences]
        html += [f'<div class="wb-picture">{picture.svg}</div>' for picture in part.pictures]
        html += [report_table(table) for table in part.tables]
        if self.section == "worst pairs":
            html.append(f'<p class="wb-help">{escape(shown.sentence)}</p>{text_cards(pair_texts(found, shown.text))}')
        self._part.value = "".join(html)
