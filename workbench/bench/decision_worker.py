"""The process of a decision: chooses prompts on validation, trains, asks the test rows once, and takes the time.

python -m workbench.bench.decision_worker FOLDER
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from typing import Any

import workbench as wb
from workbench.bench.decision import REPORT, Decision
from workbench.bench.work import Driver, begin
from workbench.data.rendering import Renderer
from workbench.errors import RunError
from workbench.models.loading import load_tokenizer
from workbench.models.resolve import resolve_model
from workbench.models.system import System
from workbench.recipe import Recipe
from workbench.runs.generation import shared_client

TIMED = 5
"""Answers asked one by one for the time of one."""


def main(argv: list[str]) -> None:
    """Work on one decision until it is done."""
    _Driver(Decision(argv[0])).serve()


class _Driver(Driver):
    def __init__(self, decision: Decision):
        super().__init__(decision, {"chosen": {}, "runs": {}, "costs": {}})
        self.decision = decision
        self.recipe = Recipe.from_yaml(self.plan["recipe"])
        self.dataset = self.recipe.load_dataset()

    def work(self) -> None:
        """Choose, train, ask, and take the time."""
        for rung in self.plan["rungs"]:
            if "candidates" in rung and rung["name"] not in self.state["chosen"]:
                self.state["chosen"][rung["name"]] = self._choice(rung["candidates"])
                self.tell()
        for rung in self.plan["rungs"]:
            if "recipe" in rung:
                self._train(rung)
        systems = {rung["name"]: self._system(rung) for rung in self.plan["rungs"]}
        file = self.decision.path / REPORT
        if not file.is_file():
            rows, metrics = self.dataset.split("test"), self.plan["metrics"]
            report = wb.evaluate(systems, rows, metrics, max_rows=self.plan["max_rows"])
            draft = file.with_suffix(".draft")
            report.to_json(draft)
            os.replace(draft, file)
        for name, system in systems.items():
            if name not in self.state["costs"]:
                self.state["costs"][name] = self._cost(name, system)
                self.tell()

    def _choice(self, candidates: list[dict[str, Any]]) -> dict[str, Any]:
        """Which candidate does best on validation rows, how it does there, and what the choice took."""
        systems = {f"{at}": System.from_dict(plain) for at, plain in enumerate(candidates)}
        began = time.monotonic()
        rows, metrics = self.dataset.split("validation"), self.plan["metrics"]
        report = wb.evaluate(systems, rows, metrics, max_rows=self.plan["max_rows"])
        best = report.best()
        facts = report.metrics[0]
        value = report.interval(best).value * (1 if facts.higher_is_better else -1)
        seconds = round(time.monotonic() - began, 2) if len(candidates) > 1 else 0.0
        return {"candidate": int(best), "value": value, "seconds": seconds, "tried": len(candidates)}

    def _train(self, rung: dict[str, Any]) -> None:
        name, runs = rung["name"], self.state["runs"]
        if "seconds" in runs.get(name, {}):
            return
        begun = name in runs
        known = runs.setdefault(name, {}).get("run")
        self.tell()  # killed from here on, it finds the run that was launched
        taken = {run["run"] for run in runs.values() if "run" in run}
        recipe = Recipe.from_yaml(rung["recipe"])
        run = begin(recipe, self.decision.home, known, taken - {known}, lost=begun)
        runs[name]["run"] = run.id
        self.tell()
        if run.wait() != "completed":
            raise RunError(f"{name}: run {run.id} {run.status}: {run.reason}. Mend it, then resume().")
        logs = [event for event in run.events() if event["type"] == "log"]
        runs[name] |= {"seconds": logs[-1]["elapsed"] if logs else 0.0, "rows": recipe.load_dataset().splits["train"]}
        self.tell()

    def _system(self, rung: dict[str, Any]) -> System:
        name = rung["name"]
        if "recipe" in rung:
            return System(wb.open_run(self.state["runs"][name]["run"], home=self.decision.home), name=name)
        if "candidates" in rung:
            return System(System.from_dict(rung["candidates"][self.state["chosen"][name]["candidate"]]), name=name)
        best = max(self.state["chosen"], key=lambda each: self.state["chosen"][each]["value"])
        below = next(each for each in self.plan["rungs"] if each["name"] == best)
        return System(self._system(below), **rung["add"], name=name)

    def _cost(self, name: str, system: System) -> dict[str, Any]:
        """What one answer takes: seconds, asked alone, and tokens read and written."""
        report = self.decision.report
        prompts = report.prompts[:TIMED]
        client = shared_client()
        settings = dict(report.decoding)
        client.generate(system, prompts[:1], **settings)  # the model is loaded
        taken = []
        for prompt in prompts:
            began = time.perf_counter()
            client.generate(system, [prompt], **settings)
            taken.append(time.perf_counter() - began)
        ref = resolve_model(system.model or "")
        renderer = Renderer(load_tokenizer(ref), system.template)
        bare = None if system.prompt and "{passages}" in system.prompt else system.prompt
        texts = [
            "\n".join([*(passage.text for passage in said.passages), renderer.prompt_text(prompt, system.shots, bare)])
            for prompt, said in zip(report.prompts, report.answers[name], strict=True)
        ]
        read = [len(ids) for ids in renderer.ids(texts)]
        written = [said.tokens for said in report.answers[name]]
        return {
            "seconds": statistics.median(taken),
            "prompt_tokens": statistics.fmean(read),
            "answer_tokens": statistics.fmean(written),
        }


if __name__ == "__main__":
    main(sys.argv[1:])
