"""How long one waits: for `import workbench`, for `launch()` to return, and from there to the first step on disk.

    python -m tests.bench.bench_start [ROUNDS]

Prints the median of the rounds (five by default) and the largest. The files are in the machine's cache after the first.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time

import workbench as wb
from workbench.runs.events import read_events

IMPORT = "import time; a = time.perf_counter(); import workbench; print(time.perf_counter() - a)"


def start(home: str) -> tuple[float, float]:
    """Return the seconds until `launch()` came back, and until the first step was in the event log."""
    training = wb.Training(max_steps=3, logging_steps=1)
    recipe = wb.Recipe("tiny-support", "support-desk/tickets", tuning=wb.LoRA(r=8), training=training)
    began, clock = time.time(), time.perf_counter()
    run = wb.launch(recipe, home=home)
    launched = time.perf_counter() - clock
    run.wait()
    first = next(event for event in read_events(run.path / "events.jsonl") if event["type"] == "log")
    return launched, first["time"] - began


def tell(what: str, seconds: list[float], unit: str = "s") -> None:
    """Print median and largest."""
    factor = 1000 if unit == "ms" else 1
    middle, most = statistics.median(seconds) * factor, max(seconds) * factor
    print(f"{what:32} median {middle:.2f} {unit}, at most {most:.2f} {unit} ({len(seconds)} rounds)", flush=True)


def main(rounds: int) -> None:
    """Measure everything in turn."""
    code = [sys.executable, "-c", IMPORT]
    tell("import workbench", [float(subprocess.check_output(code)) for _ in range(2 * rounds)], "ms")
    with tempfile.TemporaryDirectory() as home:
        found = [start(home) for _ in range(rounds)]
    tell("launch() returns", [launched for launched, _ in found])
    tell("launch() to the first step", [stepped for _, stepped in found])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
