"""The decision path as an experiment: the same rows by every rung, and which rung to stop on."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.bench.ladder import KINDS, ladder_plan
from workbench.bench.work import Work, find, make
from workbench.errors import InvalidInputError, RunError
from workbench.evaluation.comparisons import adjusted
from workbench.evaluation.facts import Comparison
from workbench.evaluation.report import Report
from workbench.evaluation.results import figure

if TYPE_CHECKING:
    import pandas as pd

    from workbench.recipe import Recipe
    from workbench.tuning import Tuning

__all__ = ["Decision", "decide", "open_decision"]

ALPHA = 0.05
REPORT = "report.json"


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

    def progress(self) -> tuple[int, int]:
        """Steps that are done, and steps in all: choices on validation, trainings, the test rows, the clock."""
        state = self._state()
        done = len(state.get("chosen", {})) + sum("seconds" in run for run in state.get("runs", {}).values())
        asked = (self.path / REPORT).is_file()
        choices = sum("candidates" in rung for rung in self.plan["rungs"])
        trainings = sum("recipe" in rung for rung in self.plan["rungs"])
        return done + asked + len(state.get("costs", {})), choices + trainings + 1 + len(self.rungs)

    @cached_property
    def report(self) -> Report:
        """Answers and scores of all rungs on the test rows, which are asked once.

        Raises
        ------
        RunError
            While they were not asked yet.
        """
        file = self.path / REPORT
        if not file.is_file():
            raise RunError(f"Decision {self.id} ({self.status}) has not asked the test rows yet; it does that once.")
        return Report.from_json(file)

    def table(self, metric: str | None = None) -> pd.DataFrame:
        """One row a rung, from the lowest.

        Returns
        -------
        pandas.DataFrame
            ``rung, kind, value, low, high, n`` (the metric on the test rows); ``seconds_an_answer`` (median of answers
            asked one by one), ``prompt_tokens`` and ``answer_tokens`` (means); ``making_seconds`` (training, or asking
            validation rows to choose), ``training_rows``; ``stop``: the rung to stop on.
        """
        import pandas as pd

        report = self.report if (self.path / REPORT).is_file() else None
        state, stop = self._state(), self.stop_at(metric)[0] if report is not None else None
        rows = []
        for rung in self.plan["rungs"]:
            name = rung["name"]
            cost, run = state.get("costs", {}).get(name, {}), state.get("runs", {}).get(name, {})
            figures: list[Any] = [math.nan, math.nan, math.nan, 0]
            if report is not None:
                found = report.interval(name, metric)
                figures = [found.value, found.low, found.high, found.n_rows]
            making = run.get("seconds") if "recipe" in rung else state.get("chosen", {}).get(name, {}).get("seconds")
            rows.append([name, rung["kind"], *figures, cost.get("seconds"), cost.get("prompt_tokens"),
                         cost.get("answer_tokens"), making, run.get("rows", 0), name == stop])  # fmt: skip
        columns = ["rung", "kind", "value", "low", "high", "n", "seconds_an_answer", "prompt_tokens", "answer_tokens",
                   "making_seconds", "training_rows", "stop"]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    def stop_at(self, metric: str | None = None) -> tuple[str | None, list[Comparison]]:
        """The lowest rung that no rung above is shown to beat by more than the margin, and what it was held against.

        p values are adjusted for as many comparisons as there are rungs above (Holm). None: no rung is good enough.
        """
        report, margin = self.report, self.plan["margin"]
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
        if not (self.path / REPORT).is_file():
            return []
        report, names = self.report, self.rungs
        stop, above = self.stop_at(metric)
        facts = report.metric(metric)
        sign = 1 if facts.higher_is_better else -1
        if stop is None:
            best = report.best(metric=metric)
            found, enough = report.interval(best, metric), self.plan["enough"]
            return [
                f"None of these rungs is good enough: the best, {best}, has {figure(found.value, facts.unit)} "
                f"({found.low:.0%} to {found.high:.0%}), and {figure(enough, facts.unit)} was asked for. Look at the "
                "rows and at the data before anything else.",
                *self._notes(),
            ]
        at, out = names.index(stop), []
        kind = KINDS[self.plan["rungs"][at]["kind"]]
        out.append(f"Stop at {stop} ({kind}): {figure(report.interval(stop, metric).value, facts.unit)} of "
                   f"{facts.title.lower()}.")  # fmt: skip
        if below := names[:at]:
            out.append(report.compare(report.best(below, metric), stop, metric).sentence)
        if above:
            best_above = max(above, key=lambda each: sign * each.difference)
            out.append(f"Nothing above it is shown to be better. {best_above.sentence}")
        return [*out, *self._notes()]

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


def decide(
    recipe: Recipe,
    *,
    prompts: Sequence[str] = (),
    shots: Sequence[int] = (3,),
    schema: Mapping[str, Any] | None = None,
    retriever: Any = None,
    tools: Sequence[Any] | None = None,
    tunings: Mapping[str, Tuning] | None = None,
    metrics: Sequence[str] | None = None,
    max_rows: int | None = 100,
    margin: float = 0.0,
    enough: float | None = None,
    home: str | os.PathLike[str] | None = None,
) -> Decision:
    """Walk the decision path on your own rows: prompting, then retrieval, then tools, then tuning; and where to stop.

    Choices (which prompt, how many shots) are made on the validation split, tuning trains on the train split, and the
    test split is asked once, at the end, by all rungs.

    Parameters
    ----------
    recipe
        Base model, data, and how its tuning is trained.
    prompts
        Instructions to try, each without and with shots.
    shots
        Numbers of examples to try in the prompt.
    schema
        A JSON Schema that a rung holds its answers to.
    retriever, tools
        What `System` takes; a rung each, on the best prompting.
    tunings
        Names to ways of tuning; by default the recipe's own.
    metrics
        As for `wb.evaluate`; the first decides.
    max_rows
        Test rows asked at most, and validation rows for each choice.
    margin
        How much better a rung must be shown to be, so that climbing to it pays.
    enough
        The figure below which no rung will do.
    home
        The folder of the runs; the decision lies in ``decisions/`` there.

    Returns
    -------
    Decision
        At once; the work goes on in a process of its own. Killed and resumed it does what is missing.

    Raises
    ------
    InvalidInputError, RecipeError, DatasetError
        For what cannot be used.
    """
    from workbench.errors import RecipeError
    from workbench.evaluation.similarity import metric_of
    from workbench.models.resolve import resolve_model
    from workbench.models.shapes import shapes

    if not isinstance(margin, (int, float)) or not 0 <= margin < 1:
        raise InvalidInputError(f"margin must be from 0 to below 1, got {margin!r}. 0.02 asks for two points.")
    for name in metrics or ():
        metric_of(name)
    if errors := [problem for problem in recipe.problems() if problem.severity == "error"]:
        raise RecipeError(errors)
    if "test" not in recipe.load_dataset().splits or "validation" not in recipe.load_dataset().splits:
        raise InvalidInputError("A decision needs a validation and a test split. Load the data with split={...}.")
    rungs = ladder_plan(
        recipe, prompts=prompts, shots=shots, schema=schema, retriever=retriever, tools=tools, tunings=tunings
    )
    base = recipe.stored(home)
    plan = {
        "rungs": rungs, "recipe": base.to_yaml(), "metrics": list(metrics) if metrics else None, "max_rows": max_rows,
        "margin": float(margin), "enough": enough, "tiny": shapes(resolve_model(recipe.model_name)).parameters < 5e7,
    }  # fmt: skip
    made = make(Decision, plan, home, f"{len(rungs)}-rungs")
    made.resume()
    return made


def open_decision(id_or_path: str | os.PathLike[str], *, home: str | os.PathLike[str] | None = None) -> Decision:
    """The decision with this id, or at this path; ``"last"`` is the newest.

    Raises
    ------
    RunNotFoundError
        Where there is none.
    """
    return find(Decision, id_or_path, home)


def _beats(comparison: Comparison, margin: float) -> bool:
    result = comparison.result
    least = result.low if result.higher_is_better else -result.high
    return least > margin and result.p_value < ALPHA
