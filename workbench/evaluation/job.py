"""`Evaluation`: systems that answer rows in a process of its own, which outlives the notebook that started it.

Its folder, ``HOME/evaluations/ID``, holds ``plan.json`` (systems, metrics, decoding), ``rows.json`` (the rows asked),
the event log, and at the end ``report.json``. Answers are kept as they come, so what was stopped or killed goes on
with the rest.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.errors import InvalidInputError, RunError
from workbench.home import home as home_of
from workbench.metrics import Metric
from workbench.metrics.json_schema import Schema
from workbench.runs import handle
from workbench.runs.job import LIVE, find, folders, new_folder, read_json, write_json

if TYPE_CHECKING:
    from workbench.evaluation.picking import Picked
    from workbench.evaluation.report import Report
    from workbench.models.system import System
    from workbench.runs.events import EventWriter

__all__ = ["PLAN", "REPORT", "ROWS", "Evaluation", "evaluations", "open_evaluation", "start"]

MAKER = "wb.evaluate(..., wait=False)"
PLAN, ROWS, REPORT = "plan.json", "rows.json", "report.json"


class Evaluation(handle.Job):
    """An evaluation in a process of its own. Made by ``wb.evaluate(..., wait=False)``.

    Parameters
    ----------
    path
        Its folder.
    """

    kind: ClassVar[str] = "Evaluation"
    worker: ClassVar[str] = "workbench.evaluation.worker"
    nothing_left: ClassVar[str] = "its report is there, as .report. Evaluate again to ask other rows or systems."

    def __repr__(self) -> str:
        at = self.progress()
        reason = f": {at['reason']}" if at["reason"] else ""
        return f"<Evaluation {self.id} {at['status']}, {at['done']:,} of {at['total']:,} answers{reason}>"

    @property
    def systems(self) -> list[str]:
        """The names of what is evaluated."""
        return list((read_json(self.path / PLAN) or {}).get("systems", {}))

    def progress(self) -> dict[str, Any]:
        """``done`` and ``total`` answers, the ``system`` at work, ``status`` and ``reason``."""
        return self.counted()

    @property
    def report(self) -> Report:
        """What it found.

        Raises
        ------
        RunError
            While it is not completed.
        """
        from workbench.evaluation.report import Report

        if not (self.path / REPORT).is_file():
            at = self.progress()
            then = "wait() for it" if at["status"] in LIVE else "resume() it: answers that are there are kept"
            raise RunError(
                f"Evaluation {self.id} ({at['status']}) has {at['done']:,} of {at['total']:,} answers and no report "
                f"yet: {then}."
            )
        return Report.from_json(self.path / REPORT)


def start(
    named: Mapping[str, System],
    picked: Picked,
    metrics: Any,
    decoding: Mapping[str, Any] | None,
    schema: Any,
    keep: bool,
    allow_remote: bool = False,
    *,
    home: str | os.PathLike[str] | None = None,
) -> Evaluation:
    """Start an evaluation of systems on rows that were picked; see `wb.evaluate`.

    Raises
    ------
    InvalidInputError
        For what cannot be used, and for functions, also as tools.
    """
    from workbench.evaluation.evaluate import check

    if functions := [name for name, system in named.items() if system.kind == "callable"]:
        raise InvalidInputError(
            f"{functions[0]} is a function, which cannot cross into another process. Leave wait=False out."
        )
    if own := [(name, tool.name) for name, system in named.items() for tool in system.tools if not tool.built_in]:
        raise InvalidInputError(
            f"{own[0][1]}, a tool of {own[0][0]}, is a function, which cannot cross into another process. Leave "
            "wait=False out, or give tools by name."
        )
    names = metrics
    if metrics is not None:
        given = [metrics] if isinstance(metrics, (str, Metric)) or callable(metrics) else list(metrics)
        names = [metric.name if isinstance(metric, Metric) else metric for metric in given]
        if functions := [each for each in names if not isinstance(each, str)]:
            raise InvalidInputError(
                f"The metric {functions[0]!r} is a function, which cannot cross into another process. Give metrics by "
                "name, or leave wait=False out."
            )
    check(picked, names, decoding, schema, named, allow_remote)
    folder = new_folder(home_of(home) / "evaluations", f"{len(named)}-systems" if len(named) > 1 else "1-system")
    plan = {
        "systems": {name: system.to_dict() for name, system in named.items()},
        "metrics": names,
        "decoding": dict(decoding) if decoding is not None else None,
        "schema": None if schema is None else Schema(schema).data,
        "keep": keep,
        "allow_remote": allow_remote,
    }

    def prepare(events: EventWriter) -> None:
        write_json(folder.path / PLAN, plan)
        (folder.path / ROWS).write_text(json.dumps(picked.to_dict(), default=str), encoding="utf-8")
        events.write("launched", id=folder.id, systems=list(named), rows=len(picked.rows), note=picked.note)
        events.write("progress", done=0, total=len(picked.rows) * len(named), system=next(iter(named)))

    return handle.start(Evaluation, folder, prepare)


def evaluations(home: str | os.PathLike[str] | None = None) -> list[Evaluation]:
    """All evaluations of a home that had a process of their own, oldest first."""
    return [Evaluation(folder.path) for folder in folders(home_of(home) / "evaluations", PLAN)]


def open_evaluation(id_or_path: str | os.PathLike[str], *, home: str | os.PathLike[str] | None = None) -> Evaluation:
    """The evaluation with this id, an unmistakable part of one, or at this path; ``"last"`` is the newest.

    Raises
    ------
    RunNotFoundError
        With the nearest ids.
    """
    return Evaluation(Path(find(id_or_path, home_of(home) / "evaluations", PLAN, "evaluation", MAKER).path))
