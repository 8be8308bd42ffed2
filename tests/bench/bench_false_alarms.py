"""How often the plain sentences under a curve cry wolf: forty healthy runs, ten seeds of four tasks.

    python tests/bench/bench_false_alarms.py [RUNS]

A run is healthy when it ends by itself and its best eval loss is below its first. Prints a line a run and the count of
remarks; more than two in forty is too many.
"""

from __future__ import annotations

import sys
import tempfile

import workbench as wb
from workbench.runs.curves import explain

TASKS = ["support-desk/tickets", "support-desk/tickets-hard", "support-desk/replies", "support-desk/articles"]


def main(count: int = 40) -> int:
    """Run them and return the number of healthy runs that got a remark."""
    alarms = healthy = 0
    with tempfile.TemporaryDirectory() as home:
        for number in range(count):
            task, seed = TASKS[number % len(TASKS)], number // len(TASKS)
            recipe = wb.Recipe(
                model="tiny-support",
                dataset=task,
                tuning=wb.LoRA(r=[4, 8, 16][seed % 3]),
                training=wb.Training(max_steps=60, eval_steps=5, batch_size=8, num_probes=0, max_eval_rows=60),
                seed=seed,
            )
            run = wb.launch(recipe, home=home)
            run.wait()
            losses = run.metrics()["eval_loss"].dropna()
            well = run.status == "completed" and losses.min() < losses.iloc[0]
            remarks = explain(run.metrics())
            healthy += well
            alarms += bool(well and remarks)
            said = "; ".join(remark.text for remark in remarks) or "-"
            loss = f"eval loss {losses.iloc[0]:.3f} -> {losses.min():.3f}"
            print(f"{number + 1:2} {task:26} seed {seed}: {loss}  {said}", flush=True)
    print(f"{alarms} of {healthy} healthy runs got a remark (aim: at most 2 of 40)")
    return alarms


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
