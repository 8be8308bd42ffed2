"""What an evaluation found about one or more systems: figures with intervals, and the rows behind them.

A `Report` is plain data. It holds every prompt, reference, answer and score, so tables, comparisons and pages are made
from it at any time, also after `Report.from_json` on another machine, without model or data.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from workbench.errors import InvalidInputError
from workbench.evaluation import frames, naming, statistics
from workbench.evaluation import labels as labelled
from workbench.evaluation.facts import Answered, Comparison, MetricFacts, checked_guards
from workbench.evaluation.report_file import FORMAT, read, written
from workbench.evaluation.results import Interval
from workbench.metrics.strict_json import is_container
from workbench.settings import nearest

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["Report"]


@dataclass(frozen=True)
class Report:
    """Figures with intervals about one or more systems, and the rows behind them. Made by `wb.evaluate`.

    Attributes
    ----------
    systems : dict
        Name to what the system is, as plain data.
    dataset : dict
        ``name``, ``type``, ``hash``, ``split``, and ``rows``: how many that split has.
    row_numbers : tuple of int
        Which of its rows were used, from 0.
    prompts, references : tuple
        Texts; a reference is None where the data has none.
    answers : dict
        System name to one `Answered` a row; no answers where texts were only scored.
    metrics : tuple of MetricFacts
        The first is the one the headline is about.
    scores : dict
        Metric name to system name to one score a row (None: no score).
    weights : tuple or None
        What each row counts in the figure over all rows; None: all the same.
    notes, warnings : tuple of str
        What was chosen, and what a reader must know before believing a figure.
    columns : dict
        The rows' other columns, one value a row, where they hold numbers or short texts; `slices` are made of them.
    runs : dict
        System name to the runs that made its weights: ``id``, ``recipe`` (YAML), ``curve``, ``environment``.
    guards : tuple of dict
        What else was looked at: ``name``, ``light`` (green, amber, red, grey), ``figure``, ``sentence``.
        Put in with ``dataclasses.replace(report, guards=...)``.
    """

    systems: Mapping[str, Mapping[str, Any]]
    dataset: Mapping[str, Any]
    row_numbers: tuple[int, ...]
    prompts: tuple[str, ...]
    references: tuple[str | None, ...]
    answers: Mapping[str, tuple[Answered, ...]]
    metrics: tuple[MetricFacts, ...]
    scores: Mapping[str, Mapping[str, tuple[float | None, ...]]]
    weights: tuple[float, ...] | None = None
    decoding: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    created: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    runs: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    guards: tuple[Mapping[str, str], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "guards", checked_guards(self.guards))

    @property
    def names(self) -> list[str]:
        """The systems' names, in the order given."""
        return list(self.systems)

    def table(self) -> pd.DataFrame:
        """One row a system and metric: ``system, metric, value, low, high, n``; n counts rows with a score."""
        return frames.table(self)

    def rows(self) -> pd.DataFrame:
        """One row an answer: ``row, prompt, reference, system, answer``, a column a metric, ``stop, error, detail``.

        ``passages`` are the ids of what it was given to read.
        """
        return frames.rows(self)

    def interval(self, system: Any, metric: str | None = None) -> Interval:
        """One figure with its interval: Wilson's for rates, a bootstrap over rows for means and for ``"macro_f1"``."""
        facts, name = self._figure(metric), self.name_of(system)
        if facts is labelled.MACRO_F1:
            return self.macro_f1(name)
        kept = [place for place, score in enumerate(self.scores[facts.name][name]) if score is not None]
        if not kept:
            return Interval(math.nan, math.nan, math.nan, 0, 1, "no row has a score", facts.unit)
        values = self._values(facts, name, kept)
        if facts.kind == "rate":
            return statistics.rate(values)
        return statistics.mean(values, weights=self._weights(kept), span=facts.span, unit=facts.unit)

    def compare(
        self, a: Any = 0, b: Any = -1, metric: str | None = None, *, places: Sequence[int] | None = None
    ) -> Comparison:
        """How much better or worse `b` is than `a`, paired row by row: the difference is ``b - a``.

        Parameters
        ----------
        a, b
            Names, positions, or what was evaluated. By default the first and the last.
        metric
            A metric's name, or ``"macro_f1"`` where the answers are labels. By default the first.
        places
            Only these rows of the report, counted from 0. By default all.

        Raises
        ------
        InvalidInputError
            For an unknown system or metric, or when no row has both scores.
        """
        facts, first, second = self._figure(metric), self.name_of(a), self.name_of(b)
        if facts is labelled.MACRO_F1:
            found = labelled.macro_f1_difference(self, first, second, places)
            return Comparison(facts.name, first, second, found, facts.title)
        before, after = (self.scores[facts.name][name] for name in (first, second))
        looked = range(len(before)) if places is None else places
        kept = [place for place in looked if before[place] is not None and after[place] is not None]
        if not kept:
            raise InvalidInputError(f"No row has a score of {facts.name} for both {first} and {second}.")
        result = statistics.paired_difference(
            self._values(facts, first, kept), self._values(facts, second, kept),
            weights=self._weights(kept), span=facts.span, unit=facts.unit, higher_is_better=facts.higher_is_better,
        )  # fmt: skip
        return Comparison(facts.name, first, second, result, facts.title)

    def comparisons(self, against: Any = None, metric: str | None = None) -> pd.DataFrame:
        """All pairs of systems, or all others against one, their p values adjusted for how many they are (Holm).

        Returns
        -------
        DataFrame
            ``metric, a, b, difference, low, high, n, wins, losses, p_value, adjusted, shown, sentence``: `shown` and
            `sentence` go by the adjusted p value, the interval is that of the comparison alone.

        Raises
        ------
        InvalidInputError
            For an unknown system or metric, or with only one system.
        """
        return frames.comparisons(self, against, metric)

    def slices(
        self, column: str | None = None, a: Any = 0, b: Any = -1, metric: str | None = None, *, at_least: int = 20
    ) -> pd.DataFrame:
        """How `b` differs from `a` on parts of the rows; by default the parts on which it is worse, the surest first.

        Parameters
        ----------
        column
            A column of the rows, ``"prompt length"``, ``"reference length"`` (characters), ``"language"``,
            ``"reference"`` or ``"reference.FIELD"``: all its slices are then given, numbers in quarters. None looks at
            all of these and gives those on which b is worse.
        at_least
            Slices of fewer rows are not looked at.

        Returns
        -------
        DataFrame
            ``column, value, n, difference, low, high, p_value, adjusted, worse, sentence``; `adjusted` allows for all
            slices that were looked at (Holm), and `worse` says whether the loss is shown in spite of that.

        Raises
        ------
        InvalidInputError
            For an unknown system, metric or column, or an `at_least` below 1.
        """
        return frames.slices(self, column, a, b, metric, at_least)

    def best(self, systems: Sequence[Any] | None = None, metric: str | None = None) -> str:
        """The name of the system with the best figure; of equals the first."""
        facts = self._figure(metric)
        names = self.names if systems is None else [self.name_of(system) for system in systems]
        sign = 1 if facts.higher_is_better else -1
        return max(names, key=lambda name: sign * self.interval(name, facts.name).value)

    def over_seeds(self, systems: Sequence[Any], metric: str | None = None) -> Interval:
        """The mean figure of trainings that differ only in their seed, with both doubts.

        Student's t interval says how the figure would move if the recipe were trained again, on these rows;
        ``.over_rows`` how the mean of these trainings would move with other rows.
        """
        from workbench.evaluation.comparisons import over_seeds

        return over_seeds(self, [self.name_of(system) for system in systems], self.metric(metric))

    def can_show(self, metric: str | None = None) -> str:
        """What size of difference the rows can show between the last system and the best other one, in words."""
        from workbench.evaluation.comparisons import what_rows_can_show

        return what_rows_can_show(self, metric)

    def fields(self) -> pd.DataFrame:
        """For records, the share of rows with each field right: ``system, field, value, low, high, n``.

        An answer that is not strict JSON has no field right. Fields of fields are ``"a.b"``; a list is one field.
        """
        return frames.fields(self)

    def field_scores(self, system: Any) -> dict[str, list[bool]]:
        """Each field of the references with whether it is right, for the rows whose reference has it."""
        return frames.field_scores(self, self.name_of(system))

    def confusion(self, system: Any = -1) -> pd.DataFrame:
        """For labels, how often each (a row) was answered by which (a column); other answers are ``(no label)``.

        Raises
        ------
        InvalidInputError
            When there are no answers, or the references are no labels.
        """
        return labelled.confusion(self, self.name_of(system))

    def labels(self) -> pd.DataFrame:
        """For labels: ``system, label, precision, recall, f1, n``, the most frequent first; n counts rows with it."""
        return labelled.figures(self)

    def macro_f1(self, system: Any = -1) -> Interval:
        """For labels, the mean of the F1 of each, so that rare ones count as much as frequent ones."""
        return labelled.macro_f1(self.confusion(system).to_numpy())

    def errors(self) -> pd.DataFrame:
        """How many answers of each system have which error: ``system, error, rows``.

        For records, what is wrong with them; for endpoints, why answers did not come.
        """
        return frames.errors(self)

    @property
    def structured(self) -> bool:
        """Whether all references are records: JSON objects."""
        return bool(self.answers) and all(
            reference is not None and reference.lstrip().startswith("{") and is_container(reference)
            for reference in self.references
        )

    def sentences(self) -> list[str]:
        """The headline in words: the last system against each other one, the best first; or its figure alone.

        With several others, a difference counts as shown only if it withstands Holm's correction for their number.
        """
        from workbench.evaluation.comparisons import headline

        return headline(self)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as in the JSON file."""
        return {"format": FORMAT, **asdict(self)}

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str:
        """All of it as JSON text, written to `path` if given. It holds every prompt and answer."""
        return written(json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n", path)

    @classmethod
    def from_json(cls, source: str | os.PathLike[str]) -> Report:
        """The report in a JSON file, or in the text of one.

        Raises
        ------
        InvalidInputError
            When it holds no report, or one of an unknown format.
        """
        try:
            return cls(**read(source))
        except TypeError as error:
            raise InvalidInputError(f"This is no report that to_json wrote: {error!r}.") from error

    def to_markdown(self, path: str | os.PathLike[str] | None = None) -> str:
        """Figures, comparisons, slices, guards and notes as Markdown; no rows."""
        from workbench.evaluation.markdown import markdown

        return written(markdown(self), path)

    def to_html(
        self, path: str | os.PathLike[str] | None = None, *, rows: Literal["none", "masked", "all"] | None = None
    ) -> str:
        """One self-contained page to read, mail or print; it holds no script and asks no network for anything.

        Parameters
        ----------
        path
            A file to write it to.
        rows
            ``"all"`` shows rows as they are, ``"masked"`` puts placeholders such as ``<EMAIL_1>`` for personal data
            and secrets, ``"none"`` shows no rows. By default masked if any are found in the rows, else all; the page
            says which, and why.

        Raises
        ------
        InvalidInputError
            For another value of `rows`.
        """
        from workbench.evaluation.pages import page

        return written(page(self, rows=rows), path)

    def to_tests(self, path: str | os.PathLike[str], *, system: Any = -1, schema: Any = None) -> list[Path]:
        """A pytest file that holds a system's answers to a schema, to be kept elsewhere: it needs no workbench.

        Beside it stand the schema (by default the one the system was held to) and the answers: prompts and all. The
        file's function `answers` can be made to ask your own service. How the three are called is said in
        `workbench.evaluation.schema_tests.write`.
        """
        from workbench.evaluation.schema_tests import write

        return write(self, path, self.name_of(system), schema)

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _repr_html_(self) -> str:
        from workbench.evaluation.pages import fragment

        return fragment(self)

    def __repr__(self) -> str:
        return "\n".join([f"<Report on {len(self.prompts)} rows of {self.dataset['name']}>", *self.sentences()])

    def _values(self, facts: MetricFacts, name: str, kept: Sequence[int]) -> list[float]:
        scores = self.scores[facts.name][name]
        return [float(scores[place] or 0) for place in kept]

    def _weights(self, kept: Sequence[int]) -> list[float] | None:
        return None if self.weights is None else [self.weights[place] for place in kept]

    def metric(self, name: str | None = None) -> MetricFacts:
        """A metric by its name; by default the first."""
        known = [facts.name for facts in self.metrics]
        if name is None and known:
            return self.metrics[0]
        if name not in known:
            hint = nearest(str(name), known)
            raise InvalidInputError(f"The report has no metric {name!r}{hint}. It has {', '.join(known) or 'none'}.")
        return self.metrics[known.index(name)]

    def _figure(self, name: str | None) -> MetricFacts:
        """A metric, or macro F1, which is no mean over rows."""
        own = any(facts.name == labelled.MACRO_F1.name for facts in self.metrics)
        return labelled.MACRO_F1 if name == labelled.MACRO_F1.name and not own else self.metric(name)

    def name_of(self, system: Any) -> str:
        """The name of a system given by name, by position, or as what was evaluated."""
        return naming.name_of(self, system)
