"""The recorded figures of lesson 01: five seeds of the main job, and of tuning to domain text.

    python notebooks/results/lesson_01.py

Writes ``01-supervised-fine-tuning.json`` beside this file, with recipe hashes, date and versions. About ten minutes on two
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
from workbench.evaluation.baselines import untuned_systems
from workbench.evaluation.likelihood import bits_per_byte
from workbench.evaluation.statistics import over_seeds
from workbench.lessons import judge

SEEDS = range(5)
MODEL = "tiny-support"
OUT = Path(__file__).with_name("01-supervised-fine-tuning.json")
CLAIMS = Path(__file__).parents[1] / "claims.yaml"


def recipe(seed: int) -> wb.Recipe:
    """The recipe of the lesson, with this seed."""
    return wb.Recipe(model=MODEL, dataset="support-desk/tickets", tuning=wb.LoRA(r=8),
                     training=wb.Training(max_steps=100, eval_steps=25), seed=seed)  # fmt: skip


def domain_recipe(seed: int) -> wb.Recipe:
    """The recipe of the section on domain text, with this seed."""
    return wb.Recipe(model=MODEL, dataset="support-desk/articles", tuning=wb.LoRA(r=8),
                     training=wb.Training(max_steps=40, eval_steps=20), seed=seed)  # fmt: skip


def interval(values: list[float], n_rows: int) -> dict[str, float]:
    """Mean over seeds with its t interval, as plain data."""
    found = over_seeds(values, n_rows=n_rows)
    return {"value": found.value, "low": found.low, "high": found.high, "seeds": values, "n_rows": n_rows}


def exact(report: wb.Report) -> dict[str, float]:
    """Exact match of each system of a report."""
    table = report.table()
    return dict(table[table["metric"] == "exact_match"].set_index("system")["value"])


def judged(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Each claim that was written down before the first run, with what came out."""
    tuned = {split: found["seeds"] for split, found in figures["tuned"].items()}
    best = [max(figures["untuned"]["test"].values())] * len(SEEDS)
    base = {where: [bits] * len(SEEDS) for where, bits in figures["bits_per_byte"]["base"].items()}
    domain = figures["bits_per_byte"]["tuned"]
    sides = {
        "tickets/test/exact_match": (tuned["test"], best),
        "tuned/exact_match": (tuned["handwritten"], tuned["test"]),
        "articles/test/bits_per_byte": (domain["inside"], base["inside"]),
        "general/heldout/bits_per_byte": (domain["outside"], base["outside"]),
    }
    claims = yaml.safe_load(CLAIMS.read_text(encoding="utf-8"))[OUT.stem]
    return [
        {"claim": each["claim"], "direction": each["direction"],
         **asdict(judge(*sides[each["metric"]], each["direction"]))}
        for each in claims
    ]  # fmt: skip


def main() -> None:
    """Run everything and write the figures."""
    tickets, articles = wb.load_dataset("support-desk/tickets"), wb.load_dataset("support-desk/articles")
    general = wb.load_dataset("general/heldout", split={})
    splits = {name: tickets.split(name) for name in ("test", "handwritten")}
    untuned = untuned_systems(MODEL, tickets, shots=(0, 3), seed=0)
    figures: dict[str, Any] = {
        "untuned": {name: exact(wb.evaluate(untuned, rows, ["exact_match"])) for name, rows in splits.items()}
    }
    tuned: dict[str, list[float]] = {name: [] for name in splits}
    seconds, bits = [], {"inside": [], "outside": []}
    with tempfile.TemporaryDirectory() as home:
        for seed in SEEDS:
            run = wb.launch(recipe(seed), home=home)
            assert run.wait() == "completed", run.reason
            seconds.append(float(run.metrics()["elapsed"].max()))
            for name, rows in splits.items():
                tuned[name].append(next(iter(exact(wb.evaluate([run], rows, ["exact_match"])).values())))
            domain = wb.launch(domain_recipe(seed), home=home)
            assert domain.wait() == "completed", domain.reason
            bits["inside"].append(bits_per_byte(domain, articles.split("test")).value)
            bits["outside"].append(bits_per_byte(domain, general).value)
            print(
                f"seed {seed}: {seconds[-1]:.0f} s, { ({k: round(float(v[-1]), 3) for k, v in tuned.items()}) }",
                flush=True,
            )
    figures["tuned"] = {name: interval(values, len(splits[name])) for name, values in tuned.items()}
    figures["seconds"] = seconds
    texts = {"inside": articles.split("test"), "outside": general}
    base_bits = {where: bits_per_byte(MODEL, rows).value for where, rows in texts.items()}
    figures["bits_per_byte"] = {"base": base_bits, "tuned": bits}
    figures["claims"] = judged(figures)
    figures["provenance"] = {
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, 2 cores",
        "versions": {name: version(name) for name in ("torch", "transformers", "trl", "peft")},
        "recipes": {"tickets": [recipe(s).hash for s in SEEDS], "articles": [domain_recipe(s).hash for s in SEEDS]},
    }
    OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(f"written: {OUT.name}")


if __name__ == "__main__":
    main()
