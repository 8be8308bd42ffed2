"""What came of a bench, read from its folder: trainings, figures, and what may be said.

Beside what all `Work` keeps, the folder holds ``report-SPLIT.json``: answers and scores of each split that was asked.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, ClassVar

from workbench.bench import judging
from workbench.bench.plan import cells
from workbench.bench.work import Work
from workbench.errors import RunError
from workbench.evaluation.report import Report

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Bench"]


class Bench(Work):
    """Trainings that are compared, and what came of them. Made by `wb.bench`, found again by `open_bench`.

    Parameters
    ----------
    path
        Its folder.
    """

    kind: ClassVar[str] = "bench"
    room: ClassVar[str] = "benches"
    worker: ClassVar[str] = "workbench.bench.worker"
    maker: ClassVar[str] = "wb.bench(...)"

    def __repr__(self) -> str:
        done, total = self.progress()
        return f"<Bench {self.id} {self.status}, {done} of {total} trainings>"

    def _repr_html_(self) -> str:
        lines = "".join(f"<p>{escape(line)}</p>" for line in self.verdict())
        return f"{self.table().to_html(float_format='{:.3f}'.format)}{lines}"

    @property
    def rates(self) -> dict[str, float]:
        """The learning rate that was chosen for each way of tuning so far."""
        return dict(self._state().get("rates", {}))

    def progress(self) -> tuple[int, int]:
        """Trainings that are done, and trainings in all."""
        known = dict.fromkeys(self.plan["entries"], 0.0)
        total = len(list(cells(self.plan, known)))
        return sum("eval_loss" in cell for cell in self._state().get("cells", {}).values()), total

    def runs(self) -> dict[str, str]:
        """The id of the run of each training, by the training's own."""
        return {name: cell["run"] for name, cell in self._state().get("cells", {}).items() if "run" in cell}

    # ---- what came of it

    def report(self, split: str | None = None) -> Report:
        """Answers and scores of all systems on one split that was asked; by default the first.

        Raises
        ------
        RunError
            While it was not asked yet.
        """
        name = split or self.plan["splits"][0]
        file = self.path / f"report-{name}.json"
        if not file.is_file():
            raise RunError(f"Bench {self.id} ({self.status}) has not asked {name} yet; it does at the end, once.")
        return Report.from_json(file)

    def trials(self) -> pd.DataFrame:
        """Every training so far: ``entry, stage, rate, seed, run, eval_loss, seconds, memory_bytes``."""
        import pandas as pd

        kept = ["rate", "seed", "run", "eval_loss", "seconds", "memory"]
        rows = []
        for name, cell in self._state().get("cells", {}).items():
            entry, stage, _ = name.rsplit("/", 2)
            rows.append([entry, stage, *(cell.get(key) for key in kept)])
        return pd.DataFrame(rows, columns=["entry", "stage", *kept[:-1], "memory_bytes"])

    def table(self, split: str | None = None, metric: str | None = None) -> pd.DataFrame:
        """One row for each way of tuning (or size) and each untuned system.

        Returns
        -------
        pandas.DataFrame
            ``system, value, low, high, seeds, rate, trainable_parameters, seconds, memory_bytes, front``. ``value`` is
            the metric's mean over seeds, with Student's interval; before the test split was asked it is missing.
            ``front``: no other is better with fewer trainable weights.
        """
        import pandas as pd

        report = None
        if (self.path / f"report-{split or self.plan['splits'][0]}.json").is_file():
            report = self.report(split)
        columns = ["system", "value", "low", "high", "seeds", "rate", "trainable_parameters", "seconds", "memory_bytes"]
        made = pd.DataFrame(judging.rows_of(self.plan, self._state(), report, metric), columns=columns)
        made["front"] = judging.front(made["value"], made["trainable_parameters"])
        return made

    def verdict(self, split: str | None = None, metric: str | None = None) -> list[str]:
        """What may be said, sentence by sentence; empty while the test split was not asked."""
        if not (self.path / f"report-{split or self.plan['splits'][0]}.json").is_file():
            return []
        report = self.report(split)
        if self.plan["kind"] == "curve":
            return [judging.curve_of(self.plan, report, metric).sentence]
        return judging.sentences(self.plan, report, metric)

    def curve(self, split: str | None = None, metric: str | None = None) -> judging.Curve:
        """The fitted curve of a data curve, with what was predicted for the largest size and what came of it.

        Raises
        ------
        RunError
            Of a bench of ways of tuning, or before the test split was asked.
        """
        if self.plan["kind"] != "curve":
            raise RunError(f"Bench {self.id} compares ways of tuning. wb.bench.data_curve(recipe) makes a curve.")
        return judging.curve_of(self.plan, self.report(split), metric)
