"""The recorded figures of lesson 07: bottleneck adapters in two placements beside LoRA, each over five seeds.

    python notebooks/results/lesson_07.py

Writes ``07-adapters.json`` beside this file, with recipe hashes, date and versions. About ten minutes on two idle
cores. Runs are kept in a temporary folder.
"""

from __future__ import annotations

import json
import platform
import tempfile
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any


import workbench as wb
from workbench.evaluation.likelihood import bits_per_byte
from workbench.lessons.recording import interval, judged

SEEDS = range(5)
MODEL = "tiny-support"
STEPS = 40
TEST_ROWS = 100
TUNINGS: dict[str, Any] = {
    "houlsby/16": wb.Adapter(placement="houlsby", reduction_factor=16),
    "pfeiffer/16": wb.Adapter(placement="pfeiffer", reduction_factor=16),
    "pfeiffer/8": wb.Adapter(placement="pfeiffer", reduction_factor=8),
    "LoRA r=8": wb.LoRA(r=8),
}
METRICS = ["exact_match", "field_accuracy"]
OUT = Path(__file__).with_name("07-adapters.json")
CLAIMS = Path(__file__).parents[1] / "claims.yaml"


def recipe(name: str, seed: int) -> wb.Recipe:
    """The recipe of the lesson: the same for all, but for the way of tuning and the learning rate that goes with it."""
    return wb.Recipe(model=MODEL, dataset="support-desk/tickets", tuning=TUNINGS[name],
                     training=wb.Training(max_steps=STEPS, eval_steps=STEPS // 2, max_eval_rows=100, num_probes=0),
                     seed=seed)  # fmt: skip


def main() -> None:
    """Run everything and write the figures."""
    test = wb.load_dataset("support-desk/tickets").split("test").head(TEST_ROWS)
    general = wb.load_dataset("general/heldout", split={})
    names = (*METRICS, "bits_per_byte", "eval_loss", "seconds")
    found: dict[str, dict[str, list[float]]] = {name: {tuning: [] for tuning in TUNINGS} for name in names}
    sizes: dict[str, dict[str, int]] = {}
    for_seed: dict[str, list[str]] = {name: [] for name in TUNINGS}
    with tempfile.TemporaryDirectory() as home:
        for seed in SEEDS:
            for name in TUNINGS:
                one = recipe(name, seed)
                run = wb.launch(one, home=home)
                assert run.wait() == "completed", run.reason
                report, metrics = wb.evaluate([run], test, METRICS), run.metrics()
                got = {
                    **{metric: report.interval(run, metric).value for metric in METRICS},
                    "bits_per_byte": bits_per_byte(run, general).value,
                    "eval_loss": float(metrics["eval_loss"].min()),
                    "seconds": float(metrics["elapsed"].max()),
                }
                for key, value in got.items():
                    found[key][name].append(value)
                for_seed[name].append(one.hash)
                weights = next(run.folder.model.glob("*model.safetensors"))
                sizes[name] = {"trained": wb.estimate(one).trainable_parameters, "bytes": weights.stat().st_size}
                rounded = {key: round(value, 4) for key, value in got.items()}
                print(f"seed {seed}, {name}: {rounded}", flush=True)
    rows = {**dict.fromkeys(METRICS, len(test)), "bits_per_byte": len(general)}
    figures: dict[str, Any] = {
        "steps": STEPS,
        "sizes": sizes,
        "base_bits_per_byte": bits_per_byte(MODEL, general).value,
    }
    for key, of_tunings in found.items():
        figures[key] = {
            name: interval(values, rows.get(key, 0), share=key in METRICS) for name, values in of_tunings.items()
        }
    figures["claims"] = judged(
        CLAIMS, OUT.stem, lambda claim, name: figures[claim["metric"].rsplit("/", 1)[-1]][name]["seeds"]
    )
    figures["provenance"] = {
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, 2 cores",
        "versions": {name: version(name) for name in ("torch", "transformers", "trl", "peft")},
        "learning_rates": {name: tuning.auto_learning_rate(4_279_040).value for name, tuning in TUNINGS.items()},
        "recipes": for_seed,
    }
    OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(f"written: {OUT.name}")


if __name__ == "__main__":
    main()
