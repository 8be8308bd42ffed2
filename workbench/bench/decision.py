"""A decision: the same rows by every rung of the path, and which rung to stop on. `wb.decide` makes one."""

from __future__ import annotations

import math
import os
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, ClassVar

from workbench.bench.changed import changed_places, old_answers
from workbench.bench.ladder import KINDS
from workbench.bench.work import Work, find
from workbench.errors import RunError
from workbench.evaluation.comparisons import adjusted
from workbench.evaluation.facts import Comparison
from workbench.evaluation.report import Report
from workbench.evaluation.results import Interval, figure
from workbench.runs import Run, open_run

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LATER", "LATER_BY_OLD", "REPORT", "Decision", "open_decision"]

ALPHA = 0.05
REPORT, LATER, LATER_BY_OLD = "report.json", "later.json", "later-by-old.json"


class Decision(Work):
    """The rungs of a ladder, asked the same rows. Made by `wb.decide`.

    Parameters
    ----------
    path
        Its folder.
    """

    kind: ClassVar[str] = "decision"
    room: ClassVar[str] = "decisions"
    worker: ClassVar[str] = "workbench.bench.decision_worker"
    maker: ClassVar[str] = "wb.decide(...)"

    def __repr__(self) -> str:
        done, total = self.progress()
        return f"<Decision {self.id} {self.status}, {done} of {total} steps>"

    def _repr_html_(self) -> str:
        lines = "".join(f"<p>{escape(line)}</p>" for line in self.verdict())
        return f"{lines}{self.table().to_html(index=False, float_format='{:.3f}'.format)}"

    @property
    def rungs(self) -> list[str]:
        """The names of the rungs, from the lowest."""
        return [rung["name"] for rung in self.plan["rungs"]]

    @property
    def runs(self) -> dict[str, Run]:
        """The training of each rung that has one, once it was launched."""
        begun = self._state().get("runs", {})
        return {name: open_run(each["run"], home=self.home) for name, each in begun.items() if "run" in each}

    def progress(self) -> tuple[int, int]:
        """Steps that are done, and steps in all: choices on validation, trainings, the test rows, the clock."""
        state = self._state()
        done = len(state.get("chosen", {})) + sum("seconds" in run for run in state.get("runs", {}).values())
        asked = sum((self.path / name).is_file() for name in self._reports)
        choices = sum("candidates" in rung for rung in self.plan["rungs"])
        trainings = sum("recipe" in rung for rung in self.plan["rungs"])
        return done + asked + len(state.get("costs", {})), choices + trainings + len(self._reports) + len(self.rungs)

    @cached_property
    def report(self) -> Report:
        """Answers and scores of all rungs on the test rows, which are asked once.

        Raises
        ------
        RunError
            While they were not asked yet.
        """
        return self._read(REPORT)

    @cached_property
    def later(self) -> Report:
        """The same after the change of `wb.decide(changed=)`: nothing trained again, the index as it is then.

        Raises
        ------
        RunError
            While this was not asked yet, or where no change was given.
        """
        return self._read(LATER)

    @cached_property
    def _by_old(self) -> Report:
        return self._read(LATER_BY_OLD)

    @property
    def changes(self) -> bool:
        """Whether facts change: `wb.decide` was given the rows as they are later."""
        return bool(self.plan.get("changed"))

    @property
    def judged(self) -> Report:
        """The report that decides: `later` where there is a change, else `report`."""
        return self.later if self.changes else self.report

    @property
    def asked(self) -> bool:
        """Whether the rows were asked that decide."""
        return all((self.path / name).is_file() for name in self._reports)

    def table(self, metric: str | None = None) -> pd.DataFrame:
        """One row a rung, from the lowest.

        Returns
        -------
        pandas.DataFrame
            ``rung, kind, value, low, high, n`` (the metric on the test rows); with a change also ``later, later_low,
            later_high`` (by the answers that are right then) and ``old_answers`` (see there);
            ``seconds_an_answer`` (median of answers asked one by one), ``prompt_tokens`` and ``answer_tokens`` (means);
            ``making_seconds`` (training, with that of the runs it rests on, or asking validation rows to choose),
            ``training_rows``; ``stop``: the rung to stop on.
        """
        import pandas as pd

        state, stop = self._state(), self.stop_at(metric)[0] if self.asked else None
        rows = []
        for rung in self.plan["rungs"]:
            name = rung["name"]
            cost, run = state.get("costs", {}).get(name, {}), state.get("runs", {}).get(name, {})
            making = state.get("chosen", {}).get(name, {}).get("seconds")
            if "seconds" in run:
                making = run["seconds"] + run.get("before", 0.0)
            found = self.report.interval(name, metric) if self.asked else _NONE
            row = {"rung": name, "kind": rung["kind"], "value": found.value, "low": found.low, "high": found.high,
                   "n": found.n_rows}  # fmt: skip
            if self.changes:
                then, old = (
                    (self.later.interval(name, metric), self.old_answers(name)) if self.asked else (_NONE, _NONE)
                )
                row |= {"later": then.value, "later_low": then.low, "later_high": then.high, "old_answers": old.value}
            rows.append(row | {
                "seconds_an_answer": cost.get("seconds"), "prompt_tokens": cost.get("prompt_tokens"),
                "answer_tokens": cost.get("answer_tokens"), "making_seconds": making,
                "training_rows": run.get("rows", 0), "stop": name == stop,
            })  # fmt: skip
        return pd.DataFrame(rows)

    def old_answers(self, rung: str) -> Interval:
        """The share of the rows whose fact changed that a rung still answers as it was right before.

        By the first metric, with Wilson's interval.

        Raises
        ------
        RunError
            While this was not asked yet, or where no change was given.
        """
        by_old = self._by_old
        return old_answers(
            by_old.name_of(rung), changed_places(self.report, self.later), by_old, by_old.metrics[0].name
        )

    def stop_at(self, metric: str | None = None) -> tuple[str | None, list[Comparison]]:
        """The lowest rung that no rung above is shown to beat by more than the margin, and what it was held against.

        p values are adjusted for as many comparisons as there are rungs above (Holm). None: no rung is good enough.
        With a change, rungs are judged by the answers that are right then.
        """
        report, margin = self.judged, self.plan["margin"]
        names = self.rungs
        for at, name in enumerate(names):
            above = adjusted([report.compare(name, other, metric) for other in names[at + 1 :]])
            if not any(_beats(each, margin) for each in above):
                enough = self.plan["enough"]
                good = enough is None or report.interval(name, metric).value >= enough
                return (name if good else None), above
        raise AssertionError("nothing stands above the last rung")

    def verdict(self, metric: str | None = None) -> list[str]:
        """Which rung to stop on and why, sentence by sentence; empty while the test rows were not asked."""
        if not self.asked:
            return []
        report, names = self.judged, self.rungs
        stop, above = self.stop_at(metric)
        facts = report.metric(metric)
        sign = 1 if facts.higher_is_better else -1
        if stop is None:
            best = report.best(metric=metric)
            found, enough = report.interval(best, metric), self.plan["enough"]
            return [
                f"None of these rungs is good enough: the best, {best}, has {figure(found.value, facts.unit)} "
                f"(95 % interval {_span(found, facts.unit)}), and {figure(enough, facts.unit)} was asked for. Look at "
                "the rows and at the data before anything else.",
                *self._changes(None),
                *self._notes(),
            ]
        at, out = names.index(stop), []
        kind = KINDS[self.plan["rungs"][at]["kind"]]
        when = " once the facts have changed" if self.changes else ""
        out.append(f"Stop at {stop} ({kind}): {figure(report.interval(stop, metric).value, facts.unit)} of "
                   f"{facts.title.lower()}{when}.")  # fmt: skip
        if below := names[:at]:
            out.append(report.compare(report.best(below, metric), stop, metric).sentence)
        if above:
            best_above = max(above, key=lambda each: sign * each.difference)
            out.append(f"Nothing above it is shown to be better. {best_above.sentence}")
        if stop == names[0] and above:
            out.append(
                "So nothing that was tried here helps, as far as these rows can show. Where that figure is not enough, "
                "look at the rows: what is asked for may stand in no prompt, index or training row."
            )
        return [*out, *self._changes(stop), *self._notes()]

    @property
    def _reports(self) -> tuple[str, ...]:
        return (REPORT, LATER, LATER_BY_OLD) if self.changes else (REPORT,)

    def _read(self, name: str) -> Report:
        file = self.path / name
        if not file.is_file():
            if name not in self._reports:
                raise RunError(f"Decision {self.id} knows of no change. Give wb.decide changed= to see one.")
            raise RunError(f"Decision {self.id} ({self.status}) has not asked the test rows yet; it does that once.")
        return Report.from_json(file)

    def _changes(self, stop: str | None) -> list[str]:
        """What becomes of the answers when facts change, of the rung to stop on and of every training."""
        if not self.changes:
            return []
        rungs = [each["name"] for each in self.plan["rungs"] if each["name"] == stop or "recipe" in each]
        told = [(name, self.old_answers(name)) for name in rungs]
        each = ", ".join(f"{name} {figure(old.value, '%')} ({_span(old, '%')})" for name, old in told)
        count = len(changed_places(self.report, self.later))
        out = f"{count} of {len(self.later.prompts)} rows have another right answer after the change."
        return [f"{out} The old one is still given to so many of them: {each}." if told else out]

    def _notes(self) -> list[str]:
        out = []
        if any("recipe" in rung for rung in self.plan["rungs"]):
            out.append(
                "Each way of tuning was trained once: another seed may move its figure (wb.bench tells how far)."
            )
        if self.plan["tiny"]:
            out.append(
                "The base is tiny: it follows no instructions, so prompting is worth less here than with a model you "
                "would deploy. Take the procedure along, not the verdict."
            )
        return out


def open_decision(id_or_path: str | os.PathLike[str], *, home: str | os.PathLike[str] | None = None) -> Decision:
    """The decision with this id, or at this path; ``"last"`` is the newest.

    Raises
    ------
    RunNotFoundError
        Where there is none.
    """
    return find(Decision, id_or_path, home)


def _span(found: Interval, unit: str) -> str:
    return f"{figure(found.low, unit)} to {figure(found.high, unit)}"


_NONE = Interval(math.nan, math.nan, math.nan, 0, 1, "not asked yet")


def _beats(comparison: Comparison, margin: float) -> bool:
    result = comparison.result
    least = result.low if result.higher_is_better else -result.high
    return least > margin and result.p_value < ALPHA
