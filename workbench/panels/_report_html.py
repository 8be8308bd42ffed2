"""The parts of a report as escaped HTML: tables, cards of rows, lights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from workbench.evaluation.examples import examples
from workbench.evaluation.facts import LIGHTS
from workbench.evaluation.pages import SIGNS
from workbench.evaluation.privacy import Shown
from workbench.evaluation.report import Report
from workbench.evaluation.tables import Table
from workbench.panels._form import table_html

__all__ = ["guard_cards", "lights_line", "report_table", "row_cards", "text_cards"]


def report_table(table: Table) -> str:
    """A table that scrolls by itself where it is too wide."""
    body = table_html(table.head, table.body, caption=table.title, style="wb-report")
    return f'<div class="wb-scroll" tabindex="0" role="region" aria-label="{escape(table.title)}">{body}</div>'


def lights_line(guards: Sequence[Mapping[str, str]]) -> str:
    """All lights in one line, the worst first; nothing without guards."""
    if not guards:
        return ""
    lights = [f'<span class="wb-light wb-light-{light}">{SIGNS[light]} {escape(name)}</span>'
              for light, name, _, _ in _worst_first(guards)]  # fmt: skip
    return f'<p class="wb-lights"><span>Guards:</span> {" ".join(lights)}</p>'


def guard_cards(guards: Sequence[Mapping[str, str]]) -> str:
    """A card a guard with its number and sentence, the worst first."""
    cards = [
        f'<div class="wb-guard"><div class="wb-light wb-light-{light}">{SIGNS[light]} {light}</div>'
        f'<div class="wb-guard-name">{escape(name)}</div><div class="wb-guard-figure">{escape(number)}</div>'
        f"<div>{escape(sentence)}</div></div>"
        for light, name, number, sentence in _worst_first(guards)
    ]
    return f'<div class="wb-guards">{"".join(cards)}</div>'


def row_cards(report: Report, shown: Shown) -> str:
    """Rows that gained, lost or were drawn at random: what was asked, and the answers beside each other."""
    out = []
    for kind in examples(report):
        cards = "".join(_card(report, place, shown) for place in kind.places)
        out.append(f'<h4>{escape(kind.title)}</h4><p class="wb-help">{escape(kind.sentence)}</p>{cards}')
    return "".join(out)


def text_cards(cards: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> str:
    """A card for each heading, with its texts beside each other where there is room."""
    return "".join(
        f'<article class="wb-report-card"><div class="wb-help">{escape(heading)}</div>'
        f"{_texts(texts, 'wb-report-given')}</article>"
        for heading, texts in cards
    )


def _card(report: Report, place: int, shown: Shown) -> str:
    given = [("prompt", shown.text(report.prompts[place]))]
    if (reference := report.references[place]) is not None:
        given.append(("reference", shown.text(reference)))
    answers = [(name, shown.text(report.answers[name][place].text)) for name in report.names]
    return (
        f'<article class="wb-report-card"><div class="wb-help">Row {report.row_numbers[place]:,}</div>'
        f"{_texts(given, 'wb-report-given')}{_texts(answers, 'wb-report-answers')}</article>"
    )


def _texts(pairs: Sequence[tuple[str, str]], style: str) -> str:
    parts = [
        f'<div><dt>{escape(name)}</dt><dd dir="auto">{escape(text) or "<i>empty</i>"}</dd></div>'
        for name, text in pairs
    ]
    return f'<dl class="{style}">{"".join(parts)}</dl>'


def _worst_first(guards: Sequence[Mapping[str, str]]) -> list[tuple[str, str, str, str]]:
    ordered = sorted(guards, key=lambda guard: LIGHTS.index(guard["light"]))
    return [(each["light"], each["name"], each["figure"], each["sentence"]) for each in ordered]
