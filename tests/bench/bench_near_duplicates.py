"""Near duplicates of a file, the whole way from JSON lines to the rows: ours beside text-dedup's MinHash, side by side.

    python -m tests.bench.bench_near_duplicates PYTHON [ROWS]

PYTHON is an interpreter that has text-dedup 0.4 (https://github.com/ChenghaoMou/text-dedup), whose pins do not go
together with ours. Both are run as commands of their own, in turn, with the same runs of five words, 12 bands of 5
rows, Jaccard 0.8, and all cores; text-dedup with its fastest hash. What differs: ours confirms each pair by all its
runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.bench_data_checks import write

ROUNDS = 2
OURS = """
import sys
import workbench as wb
ds = wb.load_dataset(sys.argv[1], columns={"text": "text"}, split={})
print(ds.repair("near_duplicates", "exact_duplicates").splits["train"])
"""


def documents(folder: Path, rows: int) -> Path:
    import json

    pairs, path = folder / "pairs.jsonl", folder / "documents.jsonl"
    write(pairs, rows, 1)
    with pairs.open() as file, path.open("w") as out:
        for line in file:
            row = json.loads(line)
            out.write(json.dumps({"text": f"{row['prompt']} {row['completion']}"}) + "\n")
    pairs.unlink()
    return path


def timed(command: list[str], folder: Path) -> tuple[float, str]:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment)
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    return time.perf_counter() - start, done.stdout


def text_dedup(python: str, path: Path, folder: Path) -> list[str]:
    settings = {
        "path": "json", "data_files": path, "split": "train", "cache_dir": folder / "cache", "output": folder / "out",
        "column": "text", "ngram": 5, "num_perm": 60, "b": 12, "r": 5, "threshold": 0.8, "hash_func": "xxh3",
        "min_length": 1, "num_proc": len(os.sched_getaffinity(0)),
    }  # fmt: skip
    return [python, "-m", "text_dedup.minhash", *(part for n, v in settings.items() for part in (f"--{n}", str(v)))]


def main(python: str, rows: int) -> None:
    import datasets

    with tempfile.TemporaryDirectory() as made:
        path = documents(Path(made), rows)
        print(f"{rows:,} documents, {path.stat().st_size / 1e6:.0f} MB of JSON lines")
        ratios = []
        for number in range(ROUNDS):
            folder = Path(made) / str(number)
            folder.mkdir()
            ours, kept = timed([sys.executable, "-c", OURS, str(path)], Path.cwd())
            theirs, _ = timed(text_dedup(python, path, folder), folder)
            left = len(datasets.load_from_disk(str(folder / "out")))
            ratios.append(theirs / ours)
            print(f"ours {ours:.1f} s, {int(kept):,} rows left; text-dedup {theirs:.1f} s, {left:,} left", flush=True)
        print(f"ours is {min(ratios):.1f} to {max(ratios):.1f} times as fast")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print("Left out: name an interpreter that has text-dedup 0.4.")
    else:
        main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100_000)
