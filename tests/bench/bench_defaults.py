"""Where some defaults come from, side by side: rates of full tuning, batches, attention, and how worker threads wait.

    python -m tests.bench.bench_defaults [rates] [speed] [lengths]

Sixty steps each on the tickets with the bundled base; prints the best eval loss and the median tokens/s of each run,
then the ratios of speed; for attention also on rows of other lengths. About twelve minutes on two idle cores; beside
other work the figures mean little.
"""

from __future__ import annotations

import itertools
import os
import statistics
import sys
import tempfile
from typing import Any

import workbench as wb

RATES = (3e-4, 1e-3, 3e-3)
LENGTHS = (256, 320, 384, 512)
ROUNDS = 2


def measure(label: str, home: str, tuning: Any = None, dataset: Any = "support-desk/tickets", **settings: Any) -> float:
    """Train once, print a line and return the median tokens/s after the first steps."""
    training = wb.Training(**{"max_steps": 60, "eval_steps": 30, "num_probes": 0, **settings})
    recipe = wb.Recipe(model="tiny-support", dataset=dataset, tuning=tuning or wb.LoRA(r=8), training=training)
    run = wb.launch(recipe, home=home)
    run.wait()
    metrics = run.metrics()
    logged = metrics["tokens_per_second"].dropna()
    speed, best = float(logged.iloc[len(logged) // 6 :].median()), metrics["eval_loss"].min()
    print(f"{label:24} {run.status}, best eval loss {best:.4f}, {speed:,.0f} tokens/s", flush=True)
    return speed


def rates(home: str) -> None:
    """Full tuning at several learning rates."""
    for rate in RATES:
        measure(f"full, rate {rate:g}", home, wb.Full(), learning_rate=rate)


def speed(home: str) -> None:
    """The defaults, and each of them changed."""
    changes: dict[str, dict[str, Any]] = {
        "default": {},
        "rows ungrouped": {"group_by_length": False},
        "any padding": {"pad_to_multiple_of": None},
        "fused attention": {"attn_implementation": "sdpa"},
        "threads sleep": {},
    }
    speeds: dict[str, list[float]] = {label: [] for label in changes}
    for _ in range(ROUNDS):
        for label, settings in changes.items():
            if label == "threads sleep":
                os.environ["GOMP_SPINCOUNT"] = "0"
            try:
                speeds[label].append(measure(label, home, **settings))
            finally:
                os.environ.pop("GOMP_SPINCOUNT", None)
    ours = statistics.median(speeds.pop("default"))
    for label, found in speeds.items():
        print(f"default against {label}: {ours / statistics.median(found):.2f}x")


def lengths(home: str) -> None:
    """Plain attention against torch's fused one, on rows of one length."""
    texts = itertools.cycle(row["text"] for row in wb.load_dataset("support-desk/articles").rows("train"))
    for length in LENGTHS:
        rows = [{"text": "\n\n".join(itertools.islice(texts, length // 64))} for _ in range(120)]
        dataset, settings = wb.load_dataset(rows), {"max_length": length, "batch_size": 4, "max_steps": 15}
        plain, fused = (
            measure(f"{length} tokens, {kind}", home, dataset=dataset, attn_implementation=kind, **settings)
            for kind in ("eager", "sdpa")
        )
        print(f"plain against fused attention, {length} tokens: {plain / fused:.2f}x")


PARTS = {"rates": rates, "speed": speed, "lengths": lengths}


def main(names: list[str]) -> None:
    """Run the named parts, or all, one after another."""
    with tempfile.TemporaryDirectory() as home:
        for name in names or PARTS:
            PARTS[name](home)


if __name__ == "__main__":
    main(sys.argv[1:])
