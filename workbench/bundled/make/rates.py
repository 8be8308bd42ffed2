"""Tries learning rates of every way of tuning on the bundled base: ``python -m workbench.bundled.make.rates``.

Each rate is trained for as long as the calibration trains LoRA, on tickets, and judged on the validation split: the
loss of the answers, and how many fields of the greedy answers are right. Prints a line a run and writes them to
``rates.json`` beside the model; runs that stand in it are not repeated. Needs about half an hour on two cores.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "5000")  # two threads that wait for each other a little before they sleep

import torch

from workbench.bundled import model_path
from workbench.bundled.make import tuning_loop
from workbench.bundled.make.calibrate import NEW_TOKENS, STEPS, read, scores
from workbench.tuning import Tuning
from workbench.tuning.adapter import Adapter
from workbench.tuning.ia3 import IA3
from workbench.tuning.lora import LoRA
from workbench.tuning.prefix import PrefixTuning
from workbench.tuning.prompt import PromptTuning

JUDGED = 100  # rows of validation
TRIED: dict[str, tuple[Tuning, tuple[float, ...]]] = {
    "lora": (LoRA(r=8), (1e-3, 3e-3)),
    "prompt": (PromptTuning(), (3e-3, 0.03, 0.1, 0.3, 1.0, 3.0)),
    "prefix": (PrefixTuning(), (3e-3, 0.03, 0.1, 0.3, 1.0)),
    "prefix, projected": (PrefixTuning(prefix_projection=True), (1e-3, 3e-3, 1e-2, 3e-2)),
    "adapter": (Adapter(), (1e-3, 3e-3, 1e-2, 0.03)),
    "adapter, pfeiffer": (Adapter(placement="pfeiffer"), (3e-3, 1e-2, 0.03)),
    "ia3": (IA3(), (3e-3, 1e-2, 3e-2, 0.1, 0.3)),
}


def tried(folder: Path, tuning: Tuning, rate: float, seed: int) -> dict[str, Any]:
    """Train at one rate; the loss and the scores on validation."""
    base, tokenizer = tuning_loop.load(folder)
    model = tuning.apply(base, seed)
    model, seconds = tuning_loop.run(model, tokenizer, read("tickets", "train"), steps=STEPS, seed=seed, rate=rate)
    rows = read("tickets", "validation")[:JUDGED]
    found = scores(tuning_loop.tuned_answers(tuning, model, tokenizer, rows, NEW_TOKENS["tickets"]), rows)
    return {
        "rate": rate,
        "seconds": round(seconds, 1),
        "loss": round(tuning_loop.loss(model, tokenizer, rows), 4),
        **{name: found[name] for name in ("exact_match", "valid_json", "field_accuracy")},
    }


def main() -> None:
    """Read the command line, try every rate, and write ``rates.json``."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path, default=model_path("tiny-support"))
    parser.add_argument("--only", nargs="*", choices=TRIED, help="only these ways of tuning")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="where to write; rates.json beside the model by default")
    options = parser.parse_args()
    torch.set_num_threads(2)
    out = options.out or options.model / "rates.json"
    report: dict[str, Any] = {"command": "python -m workbench.bundled.make.rates", "steps": STEPS, "judged": JUDGED,
                              "seed": options.seed, "tried": {}}  # fmt: skip
    if out.is_file():
        report["tried"] = json.loads(out.read_text(encoding="utf-8"))["tried"]
    for name in options.only or TRIED:
        tuning, rates = TRIED[name]
        done = report["tried"].setdefault(name, [])
        for rate in rates:
            if any(run["rate"] == rate for run in done):
                continue
            found = tried(options.model, tuning, rate, options.seed)
            done.append(found)
            print(f"{name} {rate:g}: {json.dumps(found)}", flush=True)
            out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
