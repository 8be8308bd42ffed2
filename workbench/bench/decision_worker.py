"""The process of a decision: chooses prompts on validation, trains, asks the test rows once, and takes the time.

python -m workbench.bench.decision_worker FOLDER
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Sequence
from typing import Any

import workbench as wb
from workbench.bench.decision import LATER, LATER_BY_OLD, REPORT, Decision
from workbench.bench.work import Driver, begin
from workbench.data.rendering import Renderer
from workbench.errors import RunError
from workbench.evaluation.facts import Answered
from workbench.models.loading import load_tokenizer
from workbench.models.resolve import resolve_model
from workbench.models.system import System
from workbench.objectives.rewards import parts_of
from workbench.recipe import Recipe
from workbench.runs.generation import looked_up, shared_client
from workbench.tools.transcript import transcript

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
        systems, rows = {rung["name"]: self._system(rung) for rung in self.plan["rungs"]}, self.dataset.split("test")
        self._ask(REPORT, systems, rows)
        if changed := self.plan["changed"]:
            later = Recipe.from_yaml(changed["recipe"]).load_dataset()
            moved = {name: System(system, retriever=changed["retriever"]) if system.retriever else system
                     for name, system in systems.items()}  # fmt: skip
            self._ask(LATER, moved, later)
            self._ask(LATER_BY_OLD, moved, rows)
        for name, system in systems.items():
            if name not in self.state["costs"]:
                self.state["costs"][name] = self._cost(name, system)
                self.tell()

    def _ask(self, name: str, systems: dict[str, System], rows: wb.Dataset) -> None:
        """Ask the test rows, unless that was done; always with the settings of the first time."""
        file, first = self.decision.path / name, self.decision.path / REPORT
        if file.is_file():
            return
        decoding = self.decision.report.decoding if first.is_file() else None
        report = wb.evaluate(systems, rows, self.plan["metrics"], max_rows=self.plan["max_rows"], decoding=decoding)
        draft = file.with_suffix(".draft")
        report.to_json(draft)
        os.replace(draft, file)

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
        if "start" in rung:
            recipe = recipe.replace({"model": wb.open_run(runs[rung["start"]]["run"], home=self.decision.home)})
        run = begin(recipe, self.decision.home, known, taken - {known}, lost=begun)
        runs[name]["run"] = run.id
        self.tell()
        if run.wait() != "completed":
            raise RunError(f"{name}: run {run.id} {run.status}: {run.reason}. Mend it, then resume().")
        logs = [event for event in run.events() if event["type"] == "log"]
        before = sum(wb.open_run(path).progress()["elapsed"] for path in _rests_on(recipe))
        runs[name] |= {"seconds": logs[-1]["elapsed"] if logs else 0.0, "before": before,
                       "rows": recipe.load_dataset().splits["train"]}  # fmt: skip
        self.tell()

    def _system(self, rung: dict[str, Any]) -> System:
        name = rung["name"]
        if "recipe" in rung:
            return System(wb.open_run(self.state["runs"][name]["run"], home=self.decision.home), name=name)
        if "candidates" in rung:
            return System(System.from_dict(rung["candidates"][self.state["chosen"][name]["candidate"]]), name=name)
        prompting = [rung for rung in self.plan["rungs"] if rung["kind"] == "prompting"]
        best = max(prompting, key=lambda each: self.state["chosen"][each["name"]]["value"])
        return System(self._system(best), **rung["add"], name=name)

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
        form, asked = _asked(system, report.prompts, report.answers[name])
        texts = [[renderer.prompt_text(prompt, system.shots, form) for prompt in steps] for steps in asked]
        read = [sum(map(len, renderer.ids(steps))) for steps in texts]
        written = [said.tokens for said in report.answers[name]]
        return {
            "seconds": statistics.median(taken),
            "prompt_tokens": statistics.fmean(read),
            "answer_tokens": statistics.fmean(written),
        }


def _rests_on(recipe: Recipe) -> set[str]:
    """The folders of the runs that had to be there before: its start, its reward models, and what they rest on."""
    rewards = (one for one, _ in parts_of(getattr(recipe.objective, "reward", None)) if isinstance(one, str))
    found = {each.removeprefix("run:") for each in (recipe.model_name, *rewards) if each.startswith("run:")}
    return found.union(*(_rests_on(wb.open_run(path).recipe) for path in found))


def _asked(system: System, prompts: Sequence[str], answers: Sequence[Answered]) -> tuple[str | None, list[list[str]]]:
    """The instructions, and what the model read for each answer: once, or once a step where it calls tools."""
    if system.tools:
        pairs = zip(prompts, answers, strict=True)
        return system.prompt, [
            [transcript(prompt, said.calls[:step]) for step in range(len(said.calls) + 1)] for prompt, said in pairs
        ]
    if system.retriever is not None:
        asked, texts, _ = looked_up(system, list(prompts))
        return asked["prompt"], [[text] for text in texts]
    return system.prompt, [[prompt] for prompt in prompts]


if __name__ == "__main__":
    main(sys.argv[1:])
