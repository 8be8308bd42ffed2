"""The recorded figures of lesson 04: LoRA beside QLoRA with two kinds of levels, each over five seeds.

    python notebooks/results/lesson_04.py

Writes ``04-qlora.json`` beside this file, with recipe hashes, date and versions. About ten minutes on two idle
cores. Runs are kept in a temporary folder.
"""

from __future__ import annotations

import json
import platform
import shutil
import tempfile
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any


import workbench as wb
from workbench.lessons.recording import interval, judged
from workbench.models.quantization import FILE

SEEDS = range(5)
MODEL = "tiny-support"
STEPS = 40
TEST_ROWS = 100
TUNINGS: dict[str, Any] = {
    "LoRA": wb.LoRA(r=8),
    "nf4": wb.QLoRA(r=8, quant_type="nf4"),
    "fp4": wb.QLoRA(r=8, quant_type="fp4"),
}
METRICS = ["exact_match", "field_accuracy"]
OUT = Path(__file__).with_name("04-qlora.json")
CLAIMS = Path(__file__).parents[1] / "claims.yaml"


def recipe(name: str, seed: int) -> wb.Recipe:
    """The recipe of the lesson: the same for all, but for the way of tuning and the learning rate that goes with it."""
    return wb.Recipe(model=MODEL, dataset="support-desk/tickets", tuning=TUNINGS[name],
                     training=wb.Training(max_steps=STEPS, eval_steps=STEPS // 2, max_eval_rows=100, num_probes=0),
                     seed=seed)  # fmt: skip


def on_whole_weights(run: wb.Run, folder: Path) -> wb.System:
    """The adapter of a QLoRA run on the base as it was before rounding."""
    shutil.copytree(run.folder.model, folder)
    (folder / FILE).unlink()
    return wb.System(MODEL, adapters=[folder], template=run.system.template, name="whole")


def main() -> None:
    """Run everything and write the figures."""
    test = wb.load_dataset("support-desk/tickets").split("test").head(TEST_ROWS)
    names = (*METRICS, "eval_loss", "seconds")
    found: dict[str, dict[str, list[float]]] = {name: {tuning: [] for tuning in TUNINGS} for name in names}
    for metric in METRICS:
        found[metric]["nf4 on whole weights"] = []
    sizes: dict[str, int] = {}
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
                    "eval_loss": float(metrics["eval_loss"].min()),
                    "seconds": float(metrics["elapsed"].max()),
                }
                for key, value in got.items():
                    found[key][name].append(value)
                if name == "nf4":
                    whole = wb.evaluate([on_whole_weights(run, Path(home) / f"adapter-{seed}")], test, METRICS)
                    for metric in METRICS:
                        value = got[f"{metric}, whole"] = whole.interval("whole", metric).value
                        found[metric]["nf4 on whole weights"].append(value)
                for_seed[name].append(one.hash)
                sizes[name] = wb.estimate(one).memory["weights"]
                rounded = {key: round(value, 4) for key, value in got.items()}
                print(f"seed {seed}, {name}: {rounded}", flush=True)
    rows = dict.fromkeys(METRICS, len(test))
    figures: dict[str, Any] = {"steps": STEPS, "bytes_of_weights": sizes}
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
        "versions": {name: version(name) for name in ("torch", "transformers", "trl", "peft", "bitsandbytes")},
        "learning_rates": {name: tuning.auto_learning_rate(4_279_040).value for name, tuning in TUNINGS.items()},
        "recipes": for_seed,
    }
    OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(f"written: {OUT.name}")


if __name__ == "__main__":
    main()
