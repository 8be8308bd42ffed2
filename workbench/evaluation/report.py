"""What an evaluation found about one or more systems: figures with intervals, and the rows behind them.

A `Report` is plain data. It holds every prompt, reference, answer and score, so tables, comparisons and pages are made
from it at any time, also after `Report.from_json` on another machine, without model or data.
"""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from workbench.errors import InvalidInputError
from workbench.evaluation import statistics
from workbench.evaluation.facts import Answered, Comparison, MetricFacts
from workbench.evaluation.results import Interval
from workbench.metrics.records import fields_right
from workbench.metrics.strict_json import is_container
from workbench.settings import nearest

if TYPE_CHECKING:
    import pandas as pd

    from workbench.models.system import System

__all__ = ["Report"]

FORMAT = 1


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

    @property
    def names(self) -> list[str]:
        """The systems' names, in the order given."""
        return list(self.systems)

    def table(self) -> pd.DataFrame:
        """One row a system and metric: ``system, metric, value, low, high, n``; n counts rows with a score."""
        import pandas as pd

        rows = []
        for name in self.names:
            for metric in self.metrics:
                found = self.interval(name, metric.name)
                rows.append((name, metric.name, found.value, found.low, found.high, found.n_rows))
        return pd.DataFrame(rows, columns=["system", "metric", "value", "low", "high", "n"])

    def rows(self) -> pd.DataFrame:
        """One row an answer: ``row, prompt, reference, system, answer``, a column a metric, ``stop, error, detail``.

        ``passages`` are the ids of what it was given to read.
        """
        import pandas as pd

        columns = ["row", "prompt", "reference", "system", "answer", *(metric.name for metric in self.metrics)]
        records = []
        for place, number in enumerate(self.row_numbers):
            for name in self.names:
                said = self.answers[name][place] if self.answers else Answered("", stop="", detail="")
                scores = [self.scores[metric.name][name][place] for metric in self.metrics]
                before = [
                    number,
                    self.prompts[place],
                    self.references[place],
                    name,
                    said.text if self.answers else None,
                ]
                read = ", ".join(passage.id for passage in said.passages)
                records.append([*before, *scores, said.stop, said.error, said.detail, read])
        return pd.DataFrame(records, columns=[*columns, "stop", "error", "detail", "passages"])

    def interval(self, system: Any, metric: str | None = None) -> Interval:
        """One figure with its interval: Wilson's for rates, a bootstrap over rows for means."""
        facts, name = self._metric(metric), self.name_of(system)
        kept = [place for place, score in enumerate(self.scores[facts.name][name]) if score is not None]
        if not kept:
            return Interval(math.nan, math.nan, math.nan, 0, 1, "no row has a score", facts.unit)
        values = self._values(facts, name, kept)
        if facts.kind == "rate":
            return statistics.rate(values)
        return statistics.mean(values, weights=self._weights(kept), span=facts.span, unit=facts.unit)

    def compare(self, a: Any = 0, b: Any = -1, metric: str | None = None) -> Comparison:
        """How much better or worse `b` is than `a`, paired row by row: the difference is ``b - a``.

        Parameters
        ----------
        a, b
            Names, positions, or what was evaluated. By default the first and the last.
        metric
            A metric's name. By default the first.

        Raises
        ------
        InvalidInputError
            For an unknown system or metric, or when no row has both scores.
        """
        facts, first, second = self._metric(metric), self.name_of(a), self.name_of(b)
        by_system = self.scores[facts.name]
        kept = [
            place
            for place, pair in enumerate(zip(by_system[first], by_system[second], strict=True))
            if None not in pair
        ]
        if not kept:
            raise InvalidInputError(f"No row has a score of {facts.name} for both {first} and {second}.")
        result = statistics.paired_difference(
            self._values(facts, first, kept), self._values(facts, second, kept),
            weights=self._weights(kept), span=facts.span, unit=facts.unit, higher_is_better=facts.higher_is_better,
        )  # fmt: skip
        return Comparison(facts.name, first, second, result, facts.title)

    def best(self, systems: Sequence[Any] | None = None, metric: str | None = None) -> str:
        """The name of the system with the best figure; of equals the first."""
        facts = self._metric(metric)
        names = self.names if systems is None else [self.name_of(system) for system in systems]
        sign = 1 if facts.higher_is_better else -1
        return max(names, key=lambda name: sign * self.interval(name, facts.name).value)

    def over_seeds(self, systems: Sequence[Any], metric: str | None = None) -> Interval:
        """The mean figure of trainings that differ only in their seed, with Student's t interval over them."""
        facts, names = self._metric(metric), [self.name_of(system) for system in systems]
        figures = [self.interval(name, facts.name) for name in names]
        rows = min(found.n_rows for found in figures)
        values = [found.value for found in figures]
        return statistics.over_seeds(values, n_rows=rows, span=facts.span, unit=facts.unit)

    def fields(self) -> pd.DataFrame:
        """For records, the share of rows with each field right: ``system, field, value, low, high, n``.

        An answer that is not strict JSON has no field right. Fields of fields are ``"a.b"``; a list is one field.
        """
        import pandas as pd

        rows = []
        for name in self.names:
            for key, passed in self.field_scores(name).items():
                found = statistics.rate(passed)
                rows.append((name, key, found.value, found.low, found.high, found.n_rows))
        return pd.DataFrame(rows, columns=["system", "field", "value", "low", "high", "n"])

    def field_scores(self, system: Any) -> dict[str, list[bool]]:
        """Each field of the references with whether it is right, for the rows whose reference has it."""
        name, out = self.name_of(system), dict[str, list[bool]]()
        if not self.structured:
            return out
        for said, reference in zip(self.answers[name], self.references, strict=True):
            for key, right in fields_right(said.text, reference or "").items():
                out.setdefault(key, []).append(right)
        return out

    def errors(self) -> pd.DataFrame:
        """For records, how many wrong answers of each system have which error: ``system, error, rows``."""
        import pandas as pd

        counts = {name: Counter(said.error for said in said_all) for name, said_all in self.answers.items()}
        rows = [(name, error, count) for name in counts for error, count in counts[name].most_common() if error]
        return pd.DataFrame(rows, columns=["system", "error", "rows"])

    @property
    def structured(self) -> bool:
        """Whether all references are records: JSON objects."""
        return bool(self.answers) and all(
            reference is not None and reference.lstrip().startswith("{") and is_container(reference)
            for reference in self.references
        )

    def sentences(self) -> list[str]:
        """The headline in words: the last system against each other one, the best first; or its figure alone."""
        *others, last = self.names
        if not others:
            return [f"{self.metrics[0].title} of {last}: {self.interval(last).sentence}"]
        sign = -1 if self.metrics[0].higher_is_better else 1
        others.sort(key=lambda name: sign * self.interval(name).value)
        return [self.compare(other, last).sentence for other in others]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as in the JSON file."""
        return {"format": FORMAT, **asdict(self)}

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str:
        """All of it as JSON text, written to `path` if given. It holds every prompt and answer."""
        return _written(json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n", path)

    @classmethod
    def from_json(cls, source: str | os.PathLike[str]) -> Report:
        """The report in a JSON file, or in the text of one.

        Raises
        ------
        InvalidInputError
            When it holds no report, or one of another format.
        """
        text = source if isinstance(source, str) and source.lstrip().startswith("{") else _read(source)
        try:
            data = json.loads(text)
            found = data.pop("format")
            if found != FORMAT:
                raise InvalidInputError(
                    f"The report has the format {found!r}; this version reads {FORMAT}. Evaluate again."
                )
            data["answers"] = {
                name: tuple(map(Answered.from_dict, answers)) for name, answers in data["answers"].items()
            }
            data["metrics"] = tuple(
                MetricFacts(**{**facts, "span": tuple(facts["span"]) if facts["span"] else None})
                for facts in data["metrics"]
            )
            data["scores"] = {
                metric: {name: tuple(scores) for name, scores in by_system.items()}
                for metric, by_system in data["scores"].items()
            }
            lists = {key: tuple(value) for key, value in data.items() if isinstance(value, list)}
            return cls(**{**data, **lists})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            if isinstance(error, InvalidInputError):
                raise
            raise InvalidInputError(f"This is no report that to_json wrote: {error!r}.") from error

    def to_markdown(self, path: str | os.PathLike[str] | None = None) -> str:
        """Figures, comparisons and notes as Markdown; no rows."""
        from workbench.evaluation.pages import markdown

        return _written(markdown(self), path)

    def to_html(self, path: str | os.PathLike[str] | None = None, *, rows: Literal["none", "all"] = "all") -> str:
        """One self-contained page: figures, comparisons, errors, notes, and rows unless ``rows="none"``."""
        from workbench.evaluation.pages import page

        if rows not in ("none", "all"):
            raise InvalidInputError(f"rows must be 'none' or 'all', got {rows!r}.")
        return _written(page(self, rows=rows == "all"), path)

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

    def _metric(self, name: str | None) -> MetricFacts:
        known = [facts.name for facts in self.metrics]
        if name is None and known:
            return self.metrics[0]
        if name not in known:
            hint = nearest(str(name), known)
            raise InvalidInputError(f"The report has no metric {name!r}{hint}. It has {', '.join(known) or 'none'}.")
        return self.metrics[known.index(name)]

    def name_of(self, system: Any) -> str:
        """The name of a system given by name, by position, or as what was evaluated."""
        if isinstance(system, int) and -len(self.names) <= system < len(self.names):
            return self.names[system]
        if isinstance(system, str) and system in self.systems:
            return system
        if not isinstance(system, int) and system is not None:
            from workbench.models.system import System

            wanted = System(system)
            alike = [name for name, facts in self.systems.items() if _is_same(wanted, facts)]
            if alike:
                return wanted.name if wanted.name in alike else alike[0]
        hint = nearest(str(system), self.names)
        raise InvalidInputError(f"The report has no system {system!r}{hint}. It has {', '.join(self.names)}.")


def _is_same(system: System, facts: Mapping[str, Any]) -> bool:
    """Whether a system is the one that a report describes, whatever its name there; functions by their code."""
    plain = json.loads(json.dumps(system.to_dict(), default=repr))
    same = all(facts.get(key) == value for key, value in plain.items() if key != "name")
    return same and (system.kind == "model" or facts.get("hash") == system.hash)


def _written(text: str, path: str | os.PathLike[str] | None) -> str:
    if path is not None:
        Path(path).expanduser().write_text(text, encoding="utf-8")
    return text


def _read(source: str | os.PathLike[str]) -> str:
    path = Path(source).expanduser()
    if not path.is_file():
        raise InvalidInputError(f"There is no report file {os.fspath(source)!r}. Give the path that to_json wrote to.")
    return path.read_text(encoding="utf-8")
