"""Run every benchmark of this folder, one after another: ``python -m tests.bench [NAME ...]``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; return the worst exit code."""
    scripts = sorted(HERE.glob("bench_*.py"))
    known = {script.stem.removeprefix("bench_"): script for script in scripts}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. Benchmarks: {', '.join(known)}.", file=sys.stderr)
        return 2
    os.environ["WORKBENCH_GUARDS"] = "off"  # what is measured next must have the machine to itself
    worst = 0
    for name in names or known:
        print(f"== {name}", flush=True)
        worst = max(worst, subprocess.call([sys.executable, "-m", f"tests.bench.bench_{name}"], cwd=HERE.parents[1]))
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
