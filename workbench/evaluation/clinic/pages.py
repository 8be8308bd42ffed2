"""A reward clinic as one self-contained HTML page without script, and as Markdown; all texts of data are escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from workbench.evaluation.clinic.sections import SECTIONS, pair_texts, section
from workbench.evaluation.markdown import escape_markdown
from workbench.evaluation.pages import document, table_html
from workbench.evaluation.privacy import Shown, shown_of

if TYPE_CHECKING:
    from workbench.evaluation.clinic.result import RewardClinic

__all__ = ["markdown", "page", "shown_for"]


def shown_for(clinic: RewardClinic, rows: str | None) -> Shown:
    """What of the pairs a page may show; see `Report.to_html`."""
    values = (value for column in clinic.columns.values() for value in column if isinstance(value, str))
    return shown_of([*clinic.prompts, *clinic.chosen, *clinic.rejected, *values], rows)


def page(clinic: RewardClinic, rows: str | None) -> str:
    """One HTML page with everything in it."""
    shown = shown_for(clinic, rows)
    title = f"Reward clinic: {clinic.reward}"
    parts = [
        f"<header><h1>{escape(title)}</h1>",
        f'<p class="quiet">{escape(_on(clinic))} · {escape(clinic.created.replace("T", " "))} UTC</p>',
        f'<p class="lead">{escape(clinic.verdict().sentence)}</p>',
        *([f'<p class="warning"><strong>Warning.</strong> {escape(shown.sentence)}</p>'] if shown.warning else []),
        "</header>",
    ]
    for name in SECTIONS:
        found = section(name, clinic, shown.text)
        parts.append(f"<h2>{escape(found.title)}</h2>")
        parts += [f"<p>{escape(sentence)}</p>" for sentence in found.sentences]
        parts += [f"<figure style='margin:0'>{picture.svg}</figure>" for picture in found.pictures]
        parts += [table_html(table, "short") for table in found.tables]
        if name == "worst pairs":
            parts.append(f'<p class="quiet">{escape(shown.sentence)}</p>')
            parts += [_pair(*each) for each in pair_texts(clinic, shown.text)] if shown.rows else []
    return document(title, "\n".join(parts))


def markdown(clinic: RewardClinic) -> str:
    """Verdict and all figures; no rows."""
    shown = shown_for(clinic, "none")
    lines = [f"### Reward clinic: {escape_markdown(clinic.reward)}", "", escape_markdown(_on(clinic)), ""]
    lines += [f"**{escape_markdown(clinic.verdict().sentence)}**", ""]
    for name in SECTIONS:
        found = section(name, clinic, shown.text)
        lines += [f"#### {found.title}", "", *(f"{escape_markdown(sentence)}  " for sentence in found.sentences), ""]
        for _, head, body in found.tables:
            lines += ["| " + " | ".join(map(escape_markdown, head)) + " |", "|" + " --- |" * len(head)]
            lines += ["| " + " | ".join(map(escape_markdown, cells)) + " |" for cells in body]
            lines.append("")
    return "\n".join(lines).strip() + "\n"


def _on(clinic: RewardClinic) -> str:
    training = clinic.dataset["training"]
    beside = f", and {len(clinic.training['chosen']):,} of {training}" if clinic.training and training else ""
    return f"{len(clinic.rows):,} pairs of {clinic.dataset['name']} ({clinic.dataset['split']}){beside}"


def _pair(heading: str, texts: list[tuple[str, str]]) -> str:
    listed = "".join(
        f"<dt><strong>{escape(name)}</strong></dt><dd><pre>{escape(text) or 'empty'}</pre></dd>" for name, text in texts
    )
    return f"<article><h4>{escape(heading)}</h4><dl>{listed}</dl></article>"
