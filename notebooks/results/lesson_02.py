"""The recorded figures of lesson 02: what five faults in the data cost, each over five seeds.

    python notebooks/results/lesson_02.py

Writes ``02-data-quality.json`` beside this file, with recipe hashes, date and versions. About half an hour on two idle
cores. Runs are kept in a temporary folder.
"""

from __future__ import annotations

import json
import platform
import tempfile
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

import workbench as wb
from workbench.evaluation.statistics import over_seeds
from workbench.lessons import judge
from workbench.lessons.spoiling import spoil

SEEDS = range(5)
ROWS = 600
SHARES = {
    "clean": 0.0,
    "wrong answers": 0.2,
    "contradictions": 0.2,
    "repeats": 0.9,
    "leak": 1 / 6,
    "wrong template": 1.0,
}
OUT = Path(__file__).with_name("02-data-quality.json")
CLAIMS = Path(__file__).parents[1] / "claims.yaml"


def data(fault: str, seed: int) -> wb.Dataset:
    """The first rows of the tickets with this fault, spoiled with this seed."""
    clean = wb.load_dataset("support-desk/tickets").head(ROWS)
    return clean if fault == "clean" else spoil(clean, fault, SHARES[fault], seed)


def recipe(fault: str, seed: int) -> wb.Recipe:
    """The recipe of the lesson: the same for all, but for the data."""
    return wb.Recipe(model="tiny-support", dataset=data(fault, seed), tuning=wb.LoRA(r=8),
                     training=wb.Training(max_steps=100, batch_size=16, eval_steps=50, num_probes=0), seed=seed)  # fmt: skip


def right(run: wb.Run, test: wb.Dataset) -> list[bool]:
    """For each test row whether the answer was exactly right."""
    rows = wb.evaluate([run], test, ["exact_match"]).rows()
    return [bool(value) for value in rows["exact_match"]]


def interval(values: list[float], n_rows: int) -> dict[str, Any]:
    """Mean over seeds with its t interval, as plain data."""
    found = over_seeds(values, n_rows=n_rows)
    return {"value": found.value, "low": found.low, "high": found.high, "seeds": values, "n_rows": n_rows}


def share(marks: list[bool]) -> float:
    """The share of right answers."""
    return sum(marks) / len(marks)


def judged(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Each claim that was written down before the first run, with what came out."""
    seeds = {name: found["seeds"] for name, found in figures["exact_match"].items()}
    claims = yaml.safe_load(CLAIMS.read_text(encoding="utf-8"))[OUT.stem]
    return [
        {"claim": each["claim"], "direction": each["direction"],
         **asdict(judge(seeds[each["a"]], seeds[each["b"]], each["direction"]))}
        for each in claims
    ]  # fmt: skip


def main() -> None:
    """Run everything and write the figures."""
    test = wb.load_dataset("support-desk/tickets").split("test")
    leaked = round(SHARES["leak"] * ROWS)  # so many of the first test rows stand in train
    found: dict[str, list[float]] = {}
    losses: dict[str, list[float]] = {}
    hashes: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as home:
        for seed in SEEDS:
            for fault in SHARES:
                one = recipe(fault, seed)
                run = wb.launch(one, home=home)
                assert run.wait() == "completed", run.reason
                marks = right(run, test)
                parts = {fault: marks}
                if fault == "leak":
                    parts = {"leaked test rows": marks[:leaked], "other test rows": marks[leaked:]}
                elif fault == "clean":
                    parts = {fault: marks, "the same rows, not leaked": marks[:leaked]}
                for name, part in parts.items():
                    found.setdefault(name, []).append(share(part))
                losses.setdefault(fault, []).append(float(run.metrics()["eval_loss"].dropna().iloc[-1]))
                hashes.setdefault(fault, []).append(one.hash)
                print(
                    f"seed {seed}, {fault}: { ({name: round(share(part), 3) for name, part in parts.items()}) }",
                    flush=True,
                )
    counts = {"leaked test rows": leaked, "the same rows, not leaked": leaked, "other test rows": len(test) - leaked}
    figures: dict[str, Any] = {
        "train_rows": ROWS,
        "shares": SHARES,
        "exact_match": {name: interval(values, counts.get(name, len(test))) for name, values in found.items()},
        "eval_loss": losses,
    }
    figures["claims"] = judged(figures)
    figures["provenance"] = {
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, 2 cores",
        "versions": {name: version(name) for name in ("torch", "transformers", "trl", "peft")},
        "recipes": hashes,
    }
    OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(f"written: {OUT.name}")


if __name__ == "__main__":
    main()
