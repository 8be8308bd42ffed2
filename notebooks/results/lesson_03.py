"""The recorded figures of lesson 03: all weights against LoRA of four ranks, each over five seeds.

    python notebooks/results/lesson_03.py

Writes ``03-lora.json`` beside this file, with recipe hashes, date and versions. About a quarter of an hour on two idle
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

import torch
from safetensors.torch import load_file

import workbench as wb
from workbench.evaluation.likelihood import bits_per_byte
from workbench.lessons.recording import interval, judged
from workbench.models.loading import load_model
from workbench.models.resolve import resolve_model

SEEDS = range(5)
MODEL = "tiny-support"
STEPS = 40
TEST_ROWS = 100
TUNINGS: dict[str, Any] = {"full": wb.Full(), **{f"r={r}": wb.LoRA(r=r, lora_alpha=2 * r) for r in (1, 2, 8, 32)}}
OUT = Path(__file__).with_name("03-lora.json")
CLAIMS = Path(__file__).parents[1] / "claims.yaml"


def recipe(name: str, seed: int) -> wb.Recipe:
    """The recipe of the lesson: the same for all, but for the way of tuning and the learning rate that goes with it."""
    return wb.Recipe(model=MODEL, dataset="support-desk/tickets", tuning=TUNINGS[name],
                     training=wb.Training(max_steps=STEPS, eval_steps=STEPS // 2, max_eval_rows=100, num_probes=0),
                     seed=seed)  # fmt: skip


def updates(run: wb.Run, base: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """What a run added to each linear layer, in fp32, by the layer's name in the base."""
    if not run.recipe.tuning.adapter:
        tuned = load_file(run.folder.model / "model.safetensors")
        return {name: weight.float() - base[name] for name, weight in tuned.items() if "_proj." in name}
    tensors = load_file(run.folder.model / "adapter_model.safetensors")
    scale = run.recipe.tuning.lora_alpha / run.recipe.tuning.r
    found = {}
    for name, down in tensors.items():
        if ".lora_A." in name:
            up = tensors[name.replace(".lora_A.", ".lora_B.")]
            found[name.removeprefix("base_model.model.").replace(".lora_A", "")] = scale * (up @ down)
    return found


def shape_of(run: wb.Run, base: dict[str, torch.Tensor]) -> dict[str, float]:
    """Means over the linear layers: directions for 90 % of the update's square norm, and its norm beside the weight's.

    The directions are the singular ones, the strongest first.
    """
    directions, norms = [], []
    found = updates(run, base)
    for name, update in found.items():
        energy = torch.linalg.svdvals(update).square().cumsum(0)
        directions.append(int((energy < 0.9 * energy[-1]).sum()) + 1)
        norms.append(float(update.norm() / base[name].norm()))
    return {"directions": sum(directions) / len(found), "relative_norm": sum(norms) / len(found)}


def main() -> None:
    """Run everything and write the figures."""
    test = wb.load_dataset("support-desk/tickets").split("test").head(TEST_ROWS)
    general = wb.load_dataset("general/heldout", split={})
    base = load_model(resolve_model(MODEL), dtype="fp32").state_dict()
    names = ("exact_match", "eval_loss", "bits_per_byte", "directions", "relative_norm", "memory", "seconds")
    found: dict[str, dict[str, list[float]]] = {name: {tuning: [] for tuning in TUNINGS} for name in names}
    sizes: dict[str, dict[str, int]] = {}
    for_seed: dict[str, list[str]] = {name: [] for name in TUNINGS}
    with tempfile.TemporaryDirectory() as home:
        for seed in SEEDS:
            for name in TUNINGS:
                one = recipe(name, seed)
                run = wb.launch(one, home=home)
                assert run.wait() == "completed", run.reason
                metrics = run.metrics()
                got = {
                    "exact_match": wb.evaluate([run], test, ["exact_match"]).interval(run, "exact_match").value,
                    "eval_loss": float(metrics["eval_loss"].min()),
                    "bits_per_byte": bits_per_byte(run, general).value,
                    **shape_of(run, base),
                    "memory": float(metrics["memory_bytes"].max()),
                    "seconds": float(metrics["elapsed"].max()),
                }
                for key, value in got.items():
                    found[key][name].append(value)
                for_seed[name].append(one.hash)
                weights = next(run.folder.model.glob("*model.safetensors"))
                sizes[name] = {"trained": wb.estimate(one).trainable_parameters, "bytes": weights.stat().st_size}
                rounded = {key: round(value, 4) for key, value in got.items()}
                print(f"seed {seed}, {name}: {rounded}", flush=True)
    rows = {"exact_match": len(test), "bits_per_byte": len(general)}
    figures: dict[str, Any] = {
        "steps": STEPS,
        "sizes": sizes,
        "base_bits_per_byte": bits_per_byte(MODEL, general).value,
    }
    for key, of_tunings in found.items():
        figures[key] = {
            name: interval(values, rows.get(key, 0), share=key == "exact_match") for name, values in of_tunings.items()
        }
    keys = {"tickets/test/exact_match": "exact_match", "general/heldout/bits_per_byte": "bits_per_byte",
            "directions": "directions"}  # fmt: skip
    figures["claims"] = judged(CLAIMS, OUT.stem, lambda claim, name: figures[keys[claim["metric"]]][name]["seeds"])
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
