"""A report to read: Markdown, a fragment for the notebook, and one self-contained HTML page.

Every text of data and models is escaped; the page holds no script and asks no network for anything, so it can be
mailed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from workbench.evaluation.results import Interval, figure

if TYPE_CHECKING:
    from workbench.evaluation.facts import MetricFacts
    from workbench.evaluation.report import Report

__all__ = ["escape_markdown", "fragment", "markdown", "page"]

Table = tuple[Sequence[str], Sequence[Sequence[str]]]

MAX_ROWS = 50
MAX_TEXT = 2_000

_STYLE = """
:root { color-scheme: light dark; --ink: #1a1c1e; --quiet: #5b6168; --line: #d7dbe0; --paper: #fff; --mark: #1f6feb;
  --band: #cfe0fb; --warn: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ea; --quiet: #a0a8b0; --line: #3a4046; --paper: #16181b;
  --mark: #79b0ff; --band: #274468; --warn: #e3b341; } }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 60rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .35rem 0; } .quiet { color: var(--quiet); } .lead { font-size: 1.05rem; }
.warning { border-left: 4px solid var(--warn); padding: .1rem .75rem; margin: .5rem 0; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; } caption { text-align: left; color: var(--quiet); }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.figure, th.figure { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; } pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; font-size: 13px; }
svg { display: block; width: 100%; min-width: 8rem; height: 1.2rem; }
svg .axis { stroke: var(--line); } svg .band { fill: var(--band); } svg .mark { fill: var(--mark); }
article { border-top: 1px solid var(--line); padding: .75rem 0; break-inside: avoid; }
article h3 { font-size: .95rem; margin: 0 0 .25rem; }
dl { display: grid; grid-template-columns: 9rem 1fr; gap: .25rem .75rem; margin: 0; }
dt { color: var(--quiet); overflow-wrap: anywhere; } dd { margin: 0; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } }
@media print { body { max-width: none; } }
"""


def markdown(report: Report) -> str:
    """Figures, comparisons, fields, errors, warnings and notes."""
    lines = [f"### Evaluation on {_rows(report)}", ""]
    lines += [f"**{escape_markdown(sentence)}**  " for sentence in report.sentences()]
    lines += ["", *(f"> **Warning.** {escape_markdown(text)}\n" for text in report.warnings)]
    for head, body in _tables(report):
        lines += ["| " + " | ".join(map(escape_markdown, head)) + " |", "|" + " --- |" * len(head)]
        lines += ["| " + " | ".join(map(escape_markdown, cells)) + " |" for cells in body]
        lines.append("")
    lines += [f"- {escape_markdown(text)}" for text in report.notes]
    return "\n".join(lines).strip() + "\n"


def fragment(report: Report) -> str:
    """The figures without rows, for a notebook's output."""
    parts = [f"<p><strong>{_text(sentence)}</strong></p>" for sentence in report.sentences()]
    parts += [f"<p>⚠ {_text(text)}</p>" for text in report.warnings]
    head, body = _figures(report)
    parts.append(_table(head, body))
    parts += [f"<p>{_text(text)}</p>" for text in report.notes]
    return f'<div class="wb-report">{"".join(parts)}</div>'


def page(report: Report, *, rows: bool) -> str:
    """One HTML page with everything in it."""
    parts = [
        "<h1>Evaluation</h1>",
        f'<p class="quiet">{_text(_rows(report))} · {_text(report.created[:16].replace("T", " "))} UTC</p>',
        *(f'<p class="lead"><strong>{_text(sentence)}</strong></p>' for sentence in report.sentences()),
        *(f'<p class="warning"><strong>Warning.</strong> {_text(text)}</p>' for text in report.warnings),
        "<h2>Figures</h2>",
        *(_drawn(report, facts) for facts in report.metrics),
    ]
    for title, (head, body) in zip(("", "Fields", "Errors"), _tables(report), strict=False):
        if title:
            parts += [f"<h2>{title}</h2>", _table(head, body)]
    parts.append("<h2>Notes</h2>")
    parts += [f"<p>{_text(text)}</p>" for text in report.notes]
    parts += ["<h2>Systems</h2>", _table(("system", "what it is"), [(n, _what(report, n)) for n in report.names])]
    if rows and report.answers:
        parts += _examples(report)
    body_html = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>Evaluation on {_text(_rows(report))}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{body_html}\n</body>\n</html>\n"
    )


def _tables(report: Report) -> list[Table]:
    """The figures; then, for records, fields and errors."""
    tables = [_figures(report)]
    if report.structured:
        tables.append(_side_by_side(report, "field", [
            (row.field, row.system, figure(row.value)) for row in report.fields().itertuples()
        ]))  # fmt: skip
        found = [(row.error, row.system, f"{row.rows:,}") for row in report.errors().itertuples()]
        tables += [_side_by_side(report, "error", found)] if found else []
    return tables


def _figures(report: Report) -> Table:
    body = []
    for name in report.names:
        for facts in report.metrics:
            found = report.interval(name, facts.name)
            body.append((name, facts.title, *_interval(found), f"{found.n_rows:,}"))
    return ("system", "metric", "value", "95 % interval", "rows"), body


def _side_by_side(report: Report, what: str, cells: Iterable[tuple[str, str, str]]) -> Table:
    """(row, system, text) as one row a key and one column a system."""
    rows: dict[str, dict[str, str]] = {}
    for key, system, text in cells:
        rows.setdefault(key, {})[system] = text
    return (what, *report.names), [(key, *(found.get(n, "0") for n in report.names)) for key, found in rows.items()]


def _interval(found: Interval) -> tuple[str, str]:
    if math.isnan(found.value):
        return "none", "none"
    low, high = figure(found.low, found.unit, ""), figure(found.high, found.unit)
    return figure(found.value, found.unit), f"{low} to {high}"


def _drawn(report: Report, facts: MetricFacts) -> str:
    """One metric: what it says, and each system's figure with its interval on a common axis."""
    found = {name: report.interval(name, facts.name) for name in report.names}
    ends = [end for each in found.values() for end in (each.low, each.high) if not math.isnan(end)]
    low, high = facts.span or (min(ends, default=0.0), max(ends, default=1.0))
    width = (high - low) or 1.0
    rows = []
    for name, each in found.items():
        value, interval = _interval(each)
        at = [0 if math.isnan(end) else 2 + 96 * (end - low) / width for end in (each.low, each.value, each.high)]
        words = _text(f"{value}, 95 % interval {interval}")
        picture = (
            f'<svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{words}">'
            '<line class="axis" x1="2" x2="98" y1="5" y2="5"/>'
            f'<rect class="band" x="{at[0]:.2f}" y="2" width="{max(at[2] - at[0], 0.3):.2f}" height="6"/>'
            f'<rect class="mark" x="{at[1] - 0.3:.2f}" y="0" width="0.6" height="10"/></svg>'
        )
        rows.append(
            f'<tr><th scope="row">{_text(name)}</th><td class="figure">{_text(value)}</td>'
            f'<td class="figure">{_text(interval)}</td><td class="figure">{each.n_rows:,}</td><td>{picture}</td></tr>'
        )
    head = '<tr><th scope="col">system</th><th scope="col" class="figure">value</th><th scope="col" class="figure">'
    head += '95 % interval</th><th scope="col" class="figure">rows</th>'
    head += f'<th scope="col">{_text(_axis(low, high, facts))}</th>'
    better = "" if facts.higher_is_better else " Lower is better."
    widths = "".join(f'<col style="width:{width}%">' for width in (26, 11, 18, 8, 37))
    caption = f"<caption><strong>{_text(facts.title)}.</strong> {_text(facts.sentence)}{better}</caption>"
    return f'<div class="wide"><table>{caption}<colgroup>{widths}</colgroup>{head}</tr>{"".join(rows)}</table></div>'


def _axis(low: float, high: float, facts: MetricFacts) -> str:
    return f"{figure(low, facts.unit, '')} to {figure(high, facts.unit)}"


def _examples(report: Report) -> list[str]:
    """Rows with all answers: first those on which the answers differ, each in the order of the data."""
    places = range(len(report.prompts))
    differ = [at for at in places if len({report.answers[name][at].text.strip() for name in report.names}) > 1]
    chosen = [*differ, *(at for at in places if at not in set(differ))][:MAX_ROWS]
    parts = [
        "<h2>Rows</h2>",
        f'<p class="quiet">{len(chosen):,} of {len(places):,} rows; those on which the answers differ come first.</p>',
    ]
    primary = report.metrics[0].name if report.metrics else None
    for at in chosen:
        pairs = [("prompt", report.prompts[at])]
        if (reference := report.references[at]) is not None:
            pairs.append(("reference", reference))
        for name in report.names:
            said = report.answers[name][at]
            mark = ""
            if primary is not None and (score := report.scores[primary][name][at]) is not None:
                mark = f" ({'right' if score else 'wrong'})" if report.metrics[0].kind == "rate" else f" ({score:.2f})"
            pairs.append((f"{name}{mark}", said.text + (f"\n[{said.error}: {said.detail}]" if said.error else "")))
            if said.passages:
                read = "\n".join(f"[{passage.id}] {passage.text}" for passage in said.passages)
                pairs.append((f"read by {name}", read))
            if said.calls:
                pairs.append(
                    (f"called by {name}", "\n".join(f"{c.name} {c.arguments}\n{c.result}" for c in said.calls))
                )
        listed = "".join(f"<dt>{_text(term)}</dt><dd><pre>{_text(text)}</pre></dd>" for term, text in pairs)
        parts.append(f"<article><h3>Row {report.row_numbers[at]}</h3><dl>{listed}</dl></article>")
    return parts


def _what(report: Report, name: str) -> str:
    """A system in words: model, adapters, prompt, shots."""
    facts = report.systems[name]
    parts = [str(facts.get("model") or "a function")]
    parts += [f"adapter {path}" for path in facts.get("adapters") or ()]
    parts += [f"{len(facts['shots'])} shots"] if facts.get("shots") else []
    parts += ["instructions of its own"] if facts.get("prompt") else []
    parts += [f"tools {', '.join(facts['tools'])}"] if facts.get("tools") else []
    parts += [f"passages from {facts['retriever']}"] if facts.get("retriever") else []
    return ", ".join([*parts, f"hash {facts['hash']}"])


def _rows(report: Report) -> str:
    count = len(report.prompts)
    return f"{count:,} row{'' if count == 1 else 's'} of {report.dataset['name']}"


def _table(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{_text(cell)}</th>' for cell in head)
    rows = "".join("<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in cells) + "</tr>" for cells in body)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{rows}</tbody></table></div>'


def _text(value: str) -> str:
    text = value if len(value) <= MAX_TEXT else f"{value[:MAX_TEXT]}… ({len(value):,} characters)"
    return escape(text)


def escape_markdown(value: str) -> str:
    """A text that stays a text in a Markdown cell."""
    out = escape(value, quote=False).replace("\n", " ")
    for sign in "\\`*_[]|":
        out = out.replace(sign, "\\" + sign)
    return out
