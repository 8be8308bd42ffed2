"""The recorded figures of lesson 12: five tasks, each decided from prompting to tuning, with three seeds.

    python notebooks/results/lesson_12.py

Writes ``12-decision-path.json`` beside this file, with every rung's figures and costs, recipe hashes, date and versions,
and prints on which rung each task ends. About half an hour on two idle cores. Killed and started again it does only what
is missing; its decisions are kept in ``lesson-12`` in the folder of the runs.
"""

from __future__ import annotations

import json
import math
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import workbench as wb
from workbench.bench.decision import Decision
from workbench.home import home
from workbench.lessons.desk_tasks import TASKS, task
from workbench.lessons.recording import interval, judged

SEEDS = 3
ROWS = 60
OUT = Path(__file__).with_name("12-decision-path.json")
CLAIMS = Path(__file__).parents[1] / "claims.yaml"
HOME = home() / "lesson-12"


def decided(name: str, seed: int) -> Decision:
    """The decision about a task, done, gone on with, or begun."""
    place, noted = HOME / f"{name}-{seed}", HOME / f"{name}-{seed}.id"
    if noted.is_file():
        found = wb.open_decision(noted.read_text(), home=place)
        if found.status not in ("running", "completed"):
            found.resume()
    else:
        asked = task(name, seed=seed)
        found = wb.decide(asked.recipe, **asked.settings, max_rows=ROWS, home=place)
        noted.write_text(found.id)
    assert found.wait() == "completed", found.reason
    return found


def figures_of(made: list[Decision]) -> dict[str, Any]:
    """By rung what all seeds came to; ``best untuned`` is the best of each seed's rungs below tuning."""
    metric = made[0].report.metrics[0].name
    tables = [each.table().set_index("rung") for each in made]
    tuned = set(tables[0].index[tables[0]["kind"] == "tuning"])
    n = int(tables[0]["n"].iloc[0])
    rungs: dict[str, Any] = {}
    for rung in tables[0].index:
        rows = [table.loc[rung] for table in tables]
        rungs[rung] = {"kind": rows[0]["kind"], "test": interval([row["value"] for row in rows], n, share=True)}
        if "later" in tables[0]:
            rungs[rung]["later"] = interval([row["later"] for row in rows], n, share=True)
            rungs[rung]["old_answers"] = interval([row["old_answers"] for row in rows], n, share=True)
        for cost in ("seconds_an_answer", "prompt_tokens", "answer_tokens", "making_seconds", "training_rows"):
            values = [float(row[cost]) for row in rows]
            rungs[rung][cost] = None if any(map(math.isnan, values)) else sum(values) / len(values)
    best = [max(rungs[rung]["test"]["seeds"][seed] for rung in rungs if rung not in tuned) for seed in range(len(made))]
    return {
        "metric": metric,
        "rows": n,
        "rungs": rungs,
        "best untuned": best,
        "stops": [each.stop_at()[0] for each in made],
        "verdict": made[0].verdict(),
    }


def main() -> None:
    """Decide, and write the figures."""
    done: dict[str, list[Decision]] = {name: [] for name in TASKS}
    for seed in range(SEEDS):
        for name in TASKS:
            made = decided(name, seed)
            done[name].append(made)
            print(f"{name}, seed {seed}: {made.stop_at()[0]}", flush=True)
    found = {name: figures_of(made) for name, made in done.items()}

    def seeds_of(claim: Any, side: str) -> list[float]:
        name, when, _ = claim["metric"].split("/")
        return found[name][side] if side == "best untuned" else found[name]["rungs"][side][when]["seeds"]

    figures = {
        "tasks": found,
        "claims": judged(CLAIMS, OUT.stem, seeds_of),
        "provenance": {
            "date": date.today().isoformat(),
            "machine": f"{platform.machine()}, 2 cores, with other work beside it",
            "versions": {name: version(name) for name in ("torch", "transformers", "trl", "peft")},
            "recipes": {name: wb.Recipe.from_yaml(made[0].plan["recipe"]).hash for name, made in done.items()},
        },
    }
    OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    for name, each in found.items():
        print(f"\n{name}: stops at {each['stops']}")
        for rung, row in each["rungs"].items():
            print(f"  {rung:12} {row['test']['value']:.3f} [{row['test']['low']:.3f}, {row['test']['high']:.3f}]")


if __name__ == "__main__":
    main()
