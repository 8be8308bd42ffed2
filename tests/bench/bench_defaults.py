"""Where some defaults come from, side by side: rates of full tuning, length grouping, and how worker threads wait.

    python -m tests.bench.bench_defaults

Sixty steps each on the tickets with the bundled base; prints the best eval loss and the median tokens/s of each run,
then the ratios of speed. About six minutes on two idle cores; beside other work the figures mean little.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from typing import Any

import workbench as wb

RATES = (3e-4, 1e-3, 3e-3)
ROUNDS = 2


def measure(label: str, home: str, tuning: Any = None, **settings: Any) -> float:
    """Train once, print a line and return the median tokens/s after the first steps."""
    training = wb.Training(**{"max_steps": 60, "eval_steps": 30, "num_probes": 0, **settings})
    recipe = wb.Recipe(
        model="tiny-support", dataset="support-desk/tickets", tuning=tuning or wb.LoRA(r=8), training=training
    )
    run = wb.launch(recipe, home=home)
    run.wait()
    metrics = run.metrics()
    speed = float(metrics["tokens_per_second"].dropna().iloc[10:].median())
    best = metrics["eval_loss"].min()
    print(f"{label:24} {run.status}, best eval loss {best:.4f}, {speed:,.0f} tokens/s", flush=True)
    return speed


def main() -> None:
    """Run everything, one after another."""
    with tempfile.TemporaryDirectory() as home:
        for rate in RATES:
            measure(f"full, rate {rate:g}", home, wb.Full(), learning_rate=rate)
        speeds: dict[str, list[float]] = {"default": [], "rows ungrouped": [], "threads sleep": []}
        for _ in range(ROUNDS):
            speeds["default"].append(measure("default", home))
            speeds["rows ungrouped"].append(measure("rows ungrouped", home, group_by_length=False))
            os.environ["GOMP_SPINCOUNT"] = "0"
            try:
                speeds["threads sleep"].append(measure("threads sleep at once", home))
            finally:
                del os.environ["GOMP_SPINCOUNT"]
        ours = statistics.median(speeds.pop("default"))
        for label, found in speeds.items():
            print(f"default against {label}: {ours / statistics.median(found):.2f}x")


if __name__ == "__main__":
    main()
