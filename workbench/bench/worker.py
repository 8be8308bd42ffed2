"""The process of a bench: launches what is missing, waits for it, and asks the test split once.

    python -m workbench.bench.worker FOLDER

It writes ``state.json`` after every step, so that killed at any moment it can be started again.
"""

from __future__ import annotations

import math
import os
import sys
import time
from typing import Any

from workbench.bench.job import Bench
from workbench.bench.plan import Cell, cells
from workbench.bench.work import Driver, begin
from workbench.errors import RunError
from workbench.recipe import Recipe
from workbench.runs import open_run
from workbench.runs.job import LIVE

ASIDE = 1
"""Runs that wait beside those that train, so that no device stands idle."""
LOOK = 0.3


def main(argv: list[str]) -> None:
    """Work on one bench until it is done."""
    _Driver(Bench(argv[0])).serve()


class _Driver(Driver):
    def __init__(self, bench: Bench):
        super().__init__(bench, {"rates": {}, "cells": {}})
        self.rates: dict[str, float] = self.state["rates"]
        self.cells: dict[str, dict[str, Any]] = self.state["cells"]

    def work(self) -> None:
        """Search, then seeds, then the test split."""
        self._train([cell for cell in cells(self.plan, {}) if "/search/" in cell.id])
        for name, entry in self.plan["entries"].items():
            if entry["rates"] and name not in self.rates:
                self.rates[name] = self._best_rate(name, entry["rates"])
        self.tell()
        self._train([cell for cell in cells(self.plan, self.rates) if "/seed/" in cell.id])
        self._ask()

    def _best_rate(self, name: str, rates: list[float]) -> float:
        """The rate with the lowest eval loss; one whose run broke down is none."""
        losses = {rate: self.cells[f"{name}/search/{rate:g}"]["eval_loss"] for rate in rates}
        usable = {rate: loss for rate, loss in losses.items() if loss is not None and math.isfinite(loss)}
        if not usable:
            raise RunError(f"{name}: no learning rate of {rates} gave an eval loss. See the runs' reasons.")
        return min(usable, key=lambda rate: usable[rate])

    # ---- trainings

    def _train(self, wanted: list[Cell]) -> None:
        """Have these trained, a few launched at a time: each waits for a free device by itself."""
        left = [cell for cell in wanted if "eval_loss" not in self.cells.get(cell.id, {})]
        going: list[Cell] = []
        from workbench.runs.devices import devices

        while left or going:
            while left and len(going) < len(devices()) + ASIDE:
                cell = left.pop(0)
                self._launch(cell)
                going.append(cell)
            for cell in list(going):
                if self._ended(cell):
                    going.remove(cell)
            time.sleep(LOOK)

    def _launch(self, cell: Cell) -> None:
        begun = self.cells.get(cell.id)
        taken = {kept["run"] for kept in self.cells.values() if "run" in kept}
        if begun is None:
            self.cells[cell.id] = {"rate": cell.rate, "seed": cell.seed}
            self.tell()  # killed from here on, it finds the run that was launched
        known = (begun or {}).get("run")
        run = begin(self._recipe(cell), self.bench.home, known, taken, lost=begun is not None)
        self.cells[cell.id]["run"] = run.id
        self.tell()

    def _recipe(self, cell: Cell) -> Recipe:
        recipe = Recipe.from_yaml(self.plan["entries"][cell.entry]["recipe"])
        changes: dict[str, Any] = {"seed": cell.seed, "training.num_probes": 0}
        if cell.rate is not None:
            changes["training.learning_rate"] = cell.rate
        if self.plan["budget"] == "time" and "/seed/" in cell.id:
            changes["training.max_steps"] = self._steps(cell.entry)
        return recipe.replace(changes)

    def _steps(self, entry: str) -> int:
        """As many steps as fit into the time that the first way of tuning took."""
        first = next(iter(self.plan["entries"]))
        took = {name: self.cells[f"{name}/search/{self.rates[name]:g}"] for name in (first, entry)}
        per_step = {name: cell["seconds"] / cell["steps"] for name, cell in took.items()}
        return max(1, round(took[first]["steps"] * per_step[first] / per_step[entry]))

    def _ended(self, cell: Cell) -> bool:
        kept = self.cells[cell.id]
        run = open_run(kept["run"], home=self.bench.home)
        if run.status in LIVE:
            return False
        if run.status != "completed":
            raise RunError(
                f"{cell.id}: run {run.id} {run.status}: {run.reason or 'no reason was left'}. Mend it, then resume()."
            )
        events = run.events()
        losses = [event.get("eval_loss") for event in events if event["type"] == "eval"]
        logs = [event for event in events if event["type"] == "log"]
        finite = [loss for loss in losses if loss is not None]
        kept |= {
            "eval_loss": min(finite, default=None),
            "seconds": logs[-1]["elapsed"] if logs else None,
            "steps": logs[-1]["step"] if logs else None,
            "memory": max((log["memory_bytes"] or 0 for log in logs), default=None),
        }
        self.tell()
        return True

    # ---- the test split

    def _ask(self) -> None:
        """Ask every split once; one that has a report already is not asked again."""
        import workbench as wb
        from workbench.bench.judging import system_name
        from workbench.evaluation.baselines import untuned_systems

        first = Recipe.from_yaml(next(iter(self.plan["entries"].values()))["recipe"])
        dataset = first.load_dataset()
        systems = untuned_systems(first.model, dataset, self.plan["shots"], first.seed) if self.plan["shots"] else []
        for name in self.plan["entries"]:
            for seed in self.plan["seeds"]:
                cell = self.cells.get(f"{name}/seed/{seed}") or self.cells[f"{name}/search/{self.rates[name]:g}"]
                run = open_run(cell["run"], home=self.bench.home)
                systems.append(wb.System(run, name=system_name(name, seed)))
        for split in self.plan["splits"]:
            file = self.bench.path / f"report-{split}.json"
            if not file.is_file():
                report = wb.evaluate(
                    systems, dataset.split(split), self.plan["metrics"], max_rows=self.plan["max_rows"]
                )
                draft = file.with_suffix(".draft")
                report.to_json(draft)
                os.replace(draft, file)


if __name__ == "__main__":
    main(sys.argv[1:])
