"""The recorded figures of lesson 08: every way of tuning at its defaults against the best that needs none, five seeds.

    python notebooks/results/lesson_08.py

Writes ``08-choosing-a-method.json`` beside this file, with recipe hashes, date and versions, and prints the table.
About an hour on two idle cores. Killed and started again it does only what is missing; its runs are kept in
``bench-08`` in the folder of the runs.
"""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

import workbench as wb
from workbench.bench.judging import system_name
from workbench.home import home
from workbench.lessons import judge

SEEDS = 5
STEPS = 120
TUNINGS = {
    "full": wb.Full(),
    "LoRA": wb.LoRA(),
    "QLoRA": wb.QLoRA(),
    "adapter": wb.Adapter(),
    "IA3": wb.IA3(),
    "prefix": wb.PrefixTuning(),
    "prompt": wb.PromptTuning(),
}
SPLITS = ("test", "handwritten")
METRICS = ("exact_match", "field_accuracy")
OUT = Path(__file__).with_name("08-choosing-a-method.json")
CLAIMS = Path(__file__).parents[1] / "claims.yaml"
HOME = home() / "bench-08"


def bench() -> wb.Bench:
    """The bench, begun or gone on with."""
    if (HOME / "benches").is_dir():
        found = wb.open_bench("last", home=HOME)
        if found.status not in ("running", "completed"):
            found.resume()
        return found
    recipe = wb.Recipe(
        model="tiny-support",
        dataset="support-desk/tickets",
        training=wb.Training(max_steps=STEPS, eval_steps=60, num_probes=0),
    )
    return wb.bench(recipe, TUNINGS, seeds=SEEDS, rates=(1.0,), splits=SPLITS, home=HOME)


def figures_of(made: wb.Bench) -> dict[str, Any]:
    """By split and metric the figures of every system; of trained ones over seeds."""
    out: dict[str, Any] = {}
    for split in SPLITS:
        report = made.report(split)
        for metric in METRICS:
            rows = {}
            for row in made.table(split, metric).itertuples():
                seeds = [
                    report.interval(system_name(row.system, seed), metric).value
                    for seed in (made.plan["seeds"] if row.system in TUNINGS else ())
                ]
                rows[row.system] = {"value": row.value, "low": row.low, "high": row.high, "seeds": seeds}
            out[f"{split}/{metric}"] = rows
    return out


def main() -> None:
    """Train, ask, and write the figures."""
    made = bench()
    print(made, flush=True)
    status = made.wait()
    assert status == "completed", made.reason
    found = figures_of(made)
    costs = made.table().set_index("system")[["rate", "trainable_parameters", "seconds", "memory_bytes"]]
    figures: dict[str, Any] = {
        "steps": STEPS,
        "figures": found,
        "costs": {name: costs.loc[name].to_dict() for name in TUNINGS},
        "verdict": {split: made.verdict(split) for split in SPLITS},
    }
    claims = yaml.safe_load(CLAIMS.read_text(encoding="utf-8"))[OUT.stem]
    figures["claims"] = [
        {"claim": each["claim"], "direction": each["direction"],
         **asdict(judge(found["test/exact_match"][each["a"]]["seeds"], found["test/exact_match"][each["b"]]["seeds"],
                        each["direction"]))}
        for each in claims
    ]  # fmt: skip
    figures["provenance"] = {
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, 2 cores",
        "versions": {name: version(name) for name in ("torch", "transformers", "trl", "peft", "bitsandbytes")},
        "recipes": {name: wb.Recipe.from_yaml(entry["recipe"]).hash for name, entry in made.plan["entries"].items()},
    }
    OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    for split in SPLITS:
        print(f"\n{split}\n{made.table(split).drop(columns=['front']).to_string()}")
        print("\n".join(made.verdict(split)))


if __name__ == "__main__":
    main()
