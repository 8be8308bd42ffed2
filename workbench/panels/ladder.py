"""LadderPanel: the decision path on one's own rows, rung by rung, and where to stop."""

from __future__ import annotations

import math
from html import escape
from typing import Any

import traitlets

from workbench.bench.decision import Decision, open_decision
from workbench.bench.ladder import KINDS
from workbench.evaluation.results import figure
from workbench.panels._form import choose
from workbench.panels._work import WorkPanel

__all__ = ["LadderPanel"]

BAR = 150  # pixels of a bar from the worst to the best figure there can be
COLOUR, INK = "#3b82d6", "#7a7a7a"  # readable on white and on black


class LadderPanel(WorkPanel):
    """The rungs from prompting to tuning with their figures and costs, and the sentence that says where to stop.

    Parameters
    ----------
    decision
        A `Decision`, its id or its path; ``"last"`` is the newest.
    metric
        See the trait of the same name.

    Raises
    ------
    RunNotFoundError
        For an id or path that is no decision.
    """

    decision = traitlets.Any(help="The decision shown.")
    metric = traitlets.Unicode("", help="The metric shown; empty: the first.")

    def __init__(self, decision: Any, **kwargs: Any):
        opened = decision if isinstance(decision, Decision) else open_decision(decision)
        super().__init__("Decision path", subtitle=str(opened.path), decision=opened, **kwargs)
        self._metrics = choose("Metric", {"": ""}, self._chosen)
        self.place(self._metrics)
        self.observe(lambda change: self.guarded(self.show), ["decision", "metric"])

    @traitlets.validate("decision")
    def _opened(self, proposal: Any) -> Decision:
        return proposal.value if isinstance(proposal.value, Decision) else open_decision(proposal.value)

    @property
    def work(self) -> Decision:
        """The decision shown."""
        return self.decision

    def to_code(self) -> str:
        """The code that shows this decision again."""
        metric = f", metric={self.metric!r}" if self.metric else ""
        return f"wb.panels.LadderPanel({self.address!r}{metric})"

    # ---- behind it

    def _chosen(self) -> None:
        first = self.decision.judged.metrics[0].name if self._sentences() else ""
        self.metric = "" if self._metrics.value in (None, first) else self._metrics.value

    def _sentences(self) -> list[str]:
        return self.decision.verdict(self.metric or None)

    def _heads(self) -> list[str]:
        old = ["Old answers"] if self.decision.changes else []
        return ["Rung", "Kind", *old, "Seconds an answer", "Tokens read", "Tokens written", "Seconds to make",
                "Training rows"]  # fmt: skip

    def _rows(self) -> list[list[str]]:
        out = []
        table = self.decision.table(self.metric or None)
        for row in table.astype({"making_seconds": float}).fillna({"making_seconds": 0.0}).itertuples():
            mark = " ◀ stop here" if row.stop else ""
            old = [_number(100 * row.old_answers, 0, " %")] if self.decision.changes else []
            trains = row.kind in ("tuning", "preferences")
            cells = [
                row.kind, *old, _number(row.seconds_an_answer, 2), _number(row.prompt_tokens, 0),
                _number(row.answer_tokens, 0),
                _number(row.making_seconds, 1) if row.making_seconds or trains else "none",
                f"{row.training_rows:,.0f}" if row.training_rows else "none",
            ]  # fmt: skip
            out.append([f"{row.rung}{mark}", *cells])
        return out

    def _draw(self) -> None:
        if not self._sentences():
            self._figure.value, self._metrics.layout.display = "", "none"
            return
        report = self.decision.judged
        names = {facts.title: facts.name for facts in report.metrics}
        if tuple(self._metrics.options) != tuple(names.items()):
            self._metrics.options = list(names.items())
        self._metrics.layout.display = "" if len(names) > 1 else "none"
        chosen = self.metric or report.metrics[0].name
        self._metrics.value = chosen
        self._figure.value = _ladder(self.decision, chosen)


def _number(value: Any, digits: int, unit: str = "") -> str:
    return "–" if value is None or math.isnan(value) else f"{value:,.{digits}f}{unit}"


def _ladder(decision: Decision, metric: str) -> str:
    """The rungs as bars with their intervals, the lowest at the foot, as HTML."""
    report = decision.judged
    facts = report.metric(metric)
    found = {name: report.interval(name, metric) for name in decision.rungs}
    before = {name: decision.report.interval(name, metric) for name in decision.rungs} if decision.changes else {}
    stop = decision.stop_at(metric)[0]
    ends = [end for each in (*found.values(), *before.values()) for end in (each.low, each.high, each.value)]
    low, high = facts.span if facts.span is not None else (min(ends), max(ends))
    kinds = {rung["name"]: rung["kind"] for rung in decision.plan["rungs"]}

    def at(value: float) -> float:
        return BAR * (value - low) / (high - low) if high > low else 0.0

    lines = []
    for name, each in reversed(found.items()):
        was = _ring(at(before[name].value)) if before else ""
        bar = (
            f'<svg width="{BAR + 12}" height="22" viewBox="-6 0 {BAR + 12} 22" role="img" aria-hidden="true">'
            f'<line x1="0" x2="{BAR}" y1="11" y2="11" stroke="{INK}" stroke-opacity=".35"/>'
            f'<line x1="{at(each.low):.1f}" x2="{at(each.high):.1f}" y1="11" y2="11" stroke="{COLOUR}" '
            f'stroke-width="5" stroke-opacity=".45" stroke-linecap="round"/>'
            f'{was}<circle cx="{at(each.value):.1f}" cy="11" r="5" fill="{COLOUR}"/></svg>'
        )
        words = (
            f"{figure(each.value, facts.unit)}, 95 % interval {figure(each.low, '')} to {figure(each.high, facts.unit)}"
        )
        if facts.unit == "%":
            words = f"{each.value:.1%} [{each.low:.1%}, {each.high:.1%}]"
        if before:
            words += f", before the change {figure(before[name].value, facts.unit)}"
        marked = ' class="wb-rung wb-rung-stop"' if name == stop else ' class="wb-rung"'
        note = '<b class="wb-rung-note">◀ stop here</b>' if name == stop else ""
        lines.append(
            f'<li{marked} title="{escape(KINDS[kinds[name]])}"><span class="wb-rung-name">{escape(name)}{note}</span>'
            f'{bar}<span class="wb-rung-words">{escape(words)}</span></li>'
        )
    return f'<ol class="wb-ladder" reversed aria-label="{escape(facts.title)} of each rung">{"".join(lines)}</ol>'


def _ring(x: float) -> str:
    """Where a rung was before the change."""
    return f'<circle cx="{x:.1f}" cy="11" r="4.5" fill="none" stroke="{INK}" stroke-width="1.5"/>'
