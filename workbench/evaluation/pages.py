"""A report to read in a browser: one self-contained HTML page, and a fragment for the notebook.

Every text of data and models is escaped; the page holds no script and asks no network for anything, so it can be
mailed. Its sections stand in the order of the functions below: findings first, then the rows, then how it was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from workbench.evaluation import tables
from workbench.evaluation.drawings import curves, interval_bar
from workbench.evaluation.examples import examples
from workbench.evaluation.facts import LIGHTS
from workbench.evaluation.privacy import Shown, what_to_show
from workbench.evaluation.results import figure, p_text
from workbench.evaluation.slices import find_slices

if TYPE_CHECKING:
    from workbench.evaluation.facts import Comparison, MetricFacts
    from workbench.evaluation.report import Report
    from workbench.evaluation.tables import Table

__all__ = ["SIGNS", "document", "fragment", "page", "table_html"]

MAX_TEXT = 2_000

SIGNS = {"red": "■", "amber": "▲", "green": "●", "grey": "○"}
"""A light is a shape and a word as well as a colour."""


def fragment(report: Report) -> str:
    """The figures without rows, for a notebook's output."""
    parts = [f"<p><strong>{_text(sentence)}</strong></p>" for sentence in report.sentences()]
    parts += [f"<p>⚠ {_text(text)}</p>" for text in report.warnings]
    parts.append(table_html(tables.figures(report)))
    parts += [f"<p>{_text(text)}</p>" for text in _notes(report)]
    return f'<div class="wb-report">{"".join(parts)}</div>'


def page(report: Report, *, rows: str | None = None) -> str:
    """One HTML page with everything in it; `rows` as for `Report.to_html`."""
    shown = what_to_show(report, rows)
    compared = tables.all_comparisons(report)
    parts = [
        *_head(report, shown),
        *_guards(report, shown),
        "<h2>Figures</h2>",
        *(_drawn(report, facts) for facts in report.metrics),
        *(_compared(compared) if compared else ()),
        *(_slices(report, shown, compared[0].metric) if compared else ()),
        *(
            f"<h2>{_text(table.title)}</h2>{table_html(table, 'short')}"
            for table in tables.answer_tables(report, shown.text)
        ),
        "<h2>Notes</h2>",
        f"<ul>{''.join(f'<li>{_text(text)}</li>' for text in _notes(report))}</ul>",
        *(_rows(report, shown) if shown.rows and report.answers else ()),
        *_training(report, shown),
        *_made_of(report, shown),
    ]
    return document(f"Evaluation on {_what_rows(report)}", "\n".join(parts))


def document(title: str, body: str) -> str:
    """A whole page around its body, in the look of all pages."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{_text(title)}</title>\n"
        f"<style>\n{files('workbench.evaluation').joinpath('page.css').read_text(encoding='utf-8')}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _head(report: Report, shown: Shown) -> list[str]:
    """The finding, and what to know before believing it."""
    names = " · ".join(_text(name) for name in report.names)
    when = f" · {_text(report.created[:16].replace('T', ' '))} UTC" if report.created else ""
    warnings = [*report.warnings, *([shown.sentence] if shown.warning else [])]
    return [
        "<header>",
        f"<h1>Evaluation on {_text(_what_rows(report))}</h1>",
        f'<p class="quiet">{names}{when}</p>',
        *(f'<p class="lead">{_text(sentence)}</p>' for sentence in report.sentences()),
        *(f'<p class="warning"><strong>Warning.</strong> {_text(shown.text(text))}</p>' for text in warnings),
        "</header>",
    ]


def _guards(report: Report, shown: Shown) -> list[str]:
    """A card a guard, the worst first."""
    cards = [
        f'<div class="guard {guard["light"]}"><p><span class="light">{SIGNS[guard["light"]]} {guard["light"]}</span> '
        f'{_text(guard["name"])}</p><p class="number">{_text(guard["figure"])}</p>'
        f"<p>{_text(shown.text(guard['sentence']))}</p></div>"
        for guard in sorted(report.guards, key=lambda guard: LIGHTS.index(guard["light"]))
    ]
    return ["<h2>Guards</h2>", f'<div class="guards">{"".join(cards)}</div>'] if cards else []


def _drawn(report: Report, facts: MetricFacts) -> str:
    """One metric: what it says, and each system's figure with its interval on a common axis."""
    found = {name: report.interval(name, facts.name) for name in report.names}
    ends = [end for each in found.values() for end in (each.low, each.high) if end == end]
    axis = facts.span or (min(ends, default=0.0), max(ends, default=1.0))
    rows = []
    for name, each in found.items():
        value, interval = tables.interval_texts(each)
        picture = interval_bar(each.low, each.value, each.high, axis, f"{value}, 95 % interval {interval}")
        cells = [("value", value), ("95 % interval", interval), ("rows", f"{each.n_rows:,}")]
        rows.append(f'<tr><th scope="row">{_text(name)}</th>{_figures(cells)}<td class="picture">{picture}</td></tr>')
    better = "" if facts.higher_is_better else " Lower is better."
    caption = f"<strong>{_text(facts.title)}.</strong> {_text(facts.sentence)}{better}"
    return _pictured(("system", "value", "95 % interval", "rows"), (26, 12, 18, 8, 36), axis, facts.unit, caption, rows)


def _compared(found: Sequence[Comparison]) -> list[str]:
    """A table a metric: the differences, drawn around zero."""
    parts = ["<h2>Comparisons</h2>"]
    number = sum(each.metric == found[0].metric for each in found)
    if number > 1:
        parts.append(
            f'<p class="quiet">Each metric makes {number} comparisons; their p values are adjusted for that (Holm), '
            "and a difference counts as shown only if the adjusted one is at most 0.05. Intervals are those of each "
            "comparison alone.</p>"
        )
    for metric in dict.fromkeys(each.metric for each in found):
        each_one = [each for each in found if each.metric == metric]
        widest = max(abs(end) for each in each_one for end in (each.low, each.high)) or 1.0
        rows = []
        for each in each_one:
            value, interval = tables.interval_texts(each.result)
            picture = interval_bar(each.low, each.difference, each.high, (-widest, widest),
                                   f"{value}, 95 % interval {interval}", zero=True)  # fmt: skip
            cells = [("difference", value), ("95 % interval", interval), ("p", p_text(each.p_value))]
            word = tables.finding(each.result)
            rows.append(
                f'<tr><th scope="row">{_text(each.b)} <span class="quiet">against</span> {_text(each.a)}'
                f'<div class="{word.split()[0]}">{word}</div></th>{_figures(cells)}'
                f'<td class="picture">{picture}</td></tr>'
            )
        head, axis = ("systems", "difference", "95 % interval", "p"), (-widest, widest)
        caption = f"<strong>{_text(each_one[0].title)}.</strong>"
        parts.append(_pictured(head, (30, 13, 21, 8, 28), axis, each_one[0].result.unit, caption, rows))
    return parts


def _slices(report: Report, shown: Shown, metric: str) -> list[str]:
    """Where the last system got worse."""
    found = find_slices(report, metric=metric)
    table = table_html(tables.slice_table(found, shown.text), "short") if found.worse else ""
    return ["<h2>Slices</h2>", f"<p>{_text(shown.text(found.sentence))}</p>{table}"]


def _rows(report: Report, shown: Shown) -> list[str]:
    """Rows with all answers."""
    parts = ['<h2 class="rows">Rows</h2>', f'<p class="quiet">{_text(shown.sentence)}</p>']
    for kind in examples(report):
        parts += [f"<h3>{_text(kind.title)}</h3>", f'<p class="quiet">{_text(kind.sentence)}</p>']
        parts += [_row(report, place, shown) for place in kind.places]
    return parts


def _row(report: Report, place: int, shown: Shown) -> str:
    primary = report.metrics[0]
    pairs = [("prompt", "", report.prompts[place], "")]
    if (reference := report.references[place]) is not None:
        pairs.append(("reference", "", reference, ""))
    for name in report.names:
        said, score = report.answers[name][place], report.scores[primary.name][name][place]
        mark = "" if score is None else f" ({score:.2f})"
        if score is not None and primary.kind == "rate":
            mark = " (right)" if score else " (wrong)"
        pairs.append((name, mark, said.text, f"[{said.error}: {said.detail}]" if said.error else ""))
        if said.passages:
            pairs.append((f"read by {name}", "", "\n".join(f"[{each.id}] {each.text}" for each in said.passages), ""))
        if said.calls:
            made = "\n".join(f"{call.name} {call.arguments}\n{call.result}" for call in said.calls)
            pairs.append((f"called by {name}", "", made, ""))
    listed = []
    for term, mark, text, error in pairs:
        said_html = f"<pre>{_text(shown.text(text))}</pre>" if text else '<pre class="empty">empty</pre>'
        error_html = f'<pre class="error">{_text(shown.text(error))}</pre>' if error else ""
        listed.append(f"<dt><strong>{_text(term)}</strong>{mark}</dt><dd>{said_html}{error_html}</dd>")
    return f"<article><h4>Row {report.row_numbers[place]}</h4><dl>{''.join(listed)}</dl></article>"


def _training(report: Report, shown: Shown) -> list[str]:
    """The runs behind the systems: curve and recipe."""
    parts = ["<h2>Training</h2>"] if report.runs else []
    for name, runs in report.runs.items():
        for run in runs:
            of = "" if run["id"] == name else f' <span class="quiet">of {_text(name)}</span>'
            parts.append(f"<h3>{_text(run['id'])}{of}</h3>")
            if picture := curves(run["curve"], f"Loss of {run['id']} over training steps"):
                last = [f"{points[-1][1]:.3g}" if points else "none" for points in run["curve"].values()]
                key = f'<strong class="first">—</strong> training loss, last {last[0]} &ensp; '
                key += f'<strong class="second">-○-</strong> evaluation loss, last {last[1]}'
                parts.append(f'<figure style="margin:0">{picture}<figcaption class="key">{key}</figcaption></figure>')
            parts.append(f'<pre class="recipe">{_text(shown.text(run["recipe"]), None)}</pre>')
    return parts


def _made_of(report: Report, shown: Shown) -> list[str]:
    """Systems, data, decoding and environment."""
    systems = [(name, shown.text(_what(report, name))) for name in report.names]
    data = report.dataset
    facts = [("data", f"{data['name']}, {data['split']}, {data['type']}"), ("data hash", str(data["hash"]))]
    facts += [("rows", f"{len(report.prompts):,} of {data['rows']:,}")]
    facts += [(f"decoding: {key}", str(value)) for key, value in report.decoding.items()]
    facts += list(report.versions.items())
    for run in {run["id"]: run for runs in report.runs.values() for run in runs}.values():
        machine = run["environment"]
        versions = ", ".join(f"{name} {number}" for name, number in machine.get("versions", {}).items())
        where = ", ".join(str(machine[key]) for key in ("platform", "processor", "device") if machine.get(key))
        facts += [(f"run {run['id']}", f"{where}; {versions}")] if machine else []
    return [
        "<h2>Systems</h2>",
        table_html(tables.Table("Systems", ("system", "what it is"), systems), "facts"),
        "<h2>Data and environment</h2>",
        table_html(tables.Table("Environment", ("what", "value"), facts), "facts"),
    ]


def _what(report: Report, name: str) -> str:
    """A system in words: model, adapters, prompt, shots, schema."""
    facts = report.systems[name]
    parts = [str(facts.get("model") or "a function")]
    parts += [f"adapter {path}" for path in facts.get("adapters") or ()]
    parts += [f"{len(facts['shots'])} shots"] if facts.get("shots") else []
    parts += [f"instructions: {facts['prompt']}"] if facts.get("prompt") else []
    parts += ["held to a schema"] if facts.get("schema") is not None else []
    parts += [f"tools {', '.join(facts['tools'])}"] if facts.get("tools") else []
    parts += [f"passages from {facts['retriever']}"] if facts.get("retriever") else []
    return ", ".join([*parts, f"hash {facts['hash']}"])


def _what_rows(report: Report) -> str:
    count = len(report.prompts)
    return f"{count:,} row{'' if count == 1 else 's'} of {report.dataset['name']}"


def _notes(report: Report) -> list[str]:
    return [text for text in (*report.notes, report.can_show()) if text]


def _pictured(
    head: Sequence[str], widths: Sequence[int], axis: tuple[float, float], unit: str, caption: str, rows: Sequence[str]
) -> str:
    """A table whose last column is a picture with a common axis."""
    name = "points" if axis[0] < 0 and unit == "%" else unit
    ends = f"<span>{_text(figure(axis[0], unit, ''))}</span><span>{_text(figure(axis[1], unit, name))}</span>"
    cells = [f'<th scope="col">{_text(head[0])}</th>']
    cells += [f'<th scope="col" class="figure">{_text(cell)}</th>' for cell in head[1:]]
    cells.append(f'<th scope="col"><span class="ends">{ends}</span></th>')
    columns = "".join(f'<col style="width:{width}%">' for width in widths)
    return (
        f'<div class="wide"><table class="stacked pictured"><caption>{caption}</caption><colgroup>{columns}</colgroup>'
        f"<thead><tr>{''.join(cells)}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _figures(cells: Iterable[tuple[str, str]]) -> str:
    return "".join(f'<td class="figure" data-head="{_text(head)}">{_text(text)}</td>' for head, text in cells)


def table_html(table: Table, kind: str = "") -> str:
    """A table whose rows stand under each other where the page is narrow."""
    top = "".join(f'<th scope="col">{_text(cell)}</th>' for cell in table.head)
    rows = []
    for first, *rest in table.body:
        cells = "".join(
            f'<td data-head="{_text(head)}">{_text(cell)}</td>' for head, cell in zip(table.head[1:], rest, strict=True)
        )
        rows.append(f'<tr><th scope="row">{_text(first)}</th>{cells}</tr>')
    return (
        f'<div class="wide"><table class="stacked {kind}"><thead><tr>{top}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _text(value: str, limit: int | None = MAX_TEXT) -> str:
    if limit is not None and len(value) > limit:
        value = f"{value[:limit]}… ({len(value):,} characters)"
    return escape(value)
