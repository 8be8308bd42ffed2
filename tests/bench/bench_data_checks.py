"""Seconds and memory of reading and checking generated rows, and near duplicates beside datasketch's MinHashLSH.

    python -m tests.bench.bench_data_checks [ROWS] [FOLDER]

Rows are written as JSON lines to FOLDER (default: a temporary one), about 170 words each, and read as anybody would
read them. Memory is what no file stands behind. 1 row in 200 nearly repeats another; 0.2 % of the rows are test, some
of them leaked. At the end rows are encoded as the token gate does, with the tokenizer's threads and without.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import workbench as wb
from workbench.data.checks import CHECKS, FAMILIES, check
from workbench.data.dataset import Dataset
from workbench.data.rendering import Renderer
from workbench.models.loading import load_tokenizer
from workbench.models.resolve import resolve_model
from workbench.objectives.gate import encode_table

CHUNK = 10_000
COMPARED = 20_000
ENCODED = 20_000
LEAKED = 20


def vocabulary(rng: np.random.Generator, n: int = 30_000) -> np.ndarray:
    letters = np.array(list("etaoinshrdlucmfwypvbgk"))
    return np.array(["".join(rng.choice(letters, size)) for size in rng.integers(2, 10, n)], dtype=object)


def texts(rng: np.random.Generator, words: np.ndarray, rows: int, length: int) -> list[str]:
    """Rows of words drawn by Zipf's law."""
    drawn = np.minimum(rng.zipf(1.3, (rows, length)) - 1, len(words) - 1)
    spread = (drawn + rng.integers(0, 40, drawn.shape) * (drawn > 30)) % len(words)
    return [" ".join(words[row]) for row in spread]


def write(path: Path, rows: int, seed: int) -> None:
    """Rows of prompt and completion, one in 200 nearly that before it."""
    rng = np.random.default_rng(seed)
    words = vocabulary(np.random.default_rng(0))
    with path.open("w", encoding="utf-8") as file:
        for start in range(0, rows, CHUNK):
            n = min(CHUNK, rows - start)
            prompts, answers = texts(rng, words, n, 60), texts(rng, words, n, 110)
            for at in range(200, n, 200):
                prompts[at], answers[at] = prompts[at - 1], answers[at - 1].rsplit(" ", 3)[0]
            for prompt, answer in zip(prompts, answers, strict=True):
                file.write(json.dumps({"prompt": prompt, "completion": answer}) + "\n")


def files(folder: Path, rows: int) -> Path:
    """A folder of train.jsonl and test.jsonl; some rows of train stand in test too."""
    made = folder / str(rows)
    if not made.exists():
        made.mkdir(parents=True)
        write(made / "train.jsonl", rows, 1)
        write(made / "test.jsonl", max(100, rows // 500), 2)
        with (made / "train.jsonl").open() as train, (made / "test.jsonl").open("a") as test:
            test.writelines(line for number, line in zip(range(50 + LEAKED), train, strict=False) if number >= 50)
    return made


class Memory(threading.Thread):
    """The highest memory of this process that no file stands behind, in MiB."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak, self.going = 0.0, True

    def run(self) -> None:
        while self.going:
            lines = Path("/proc/self/status").read_text().splitlines()
            kib = next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))
            self.peak = max(self.peak, kib / 1024)
            time.sleep(0.05)


def measured(work: Callable[[], Any]) -> tuple[float, float, float, Any]:
    """Seconds, seconds of CPU, peak MiB, and what came out."""
    gc.collect()
    memory = Memory()
    memory.start()
    start, spent = time.perf_counter(), time.process_time()
    made = work()
    seconds, spent = time.perf_counter() - start, time.process_time() - spent
    memory.going = False
    memory.join()
    return seconds, spent, memory.peak, made


def found(report: Any) -> int:
    return sum(len(finding.rows) for finding in report.findings)


def side_by_side(ds: Dataset) -> None:
    """Near duplicates of the same documents, ours and datasketch's, both to verified pairs."""
    table = ds.arrow("train").slice(0, COMPARED)
    small = ds.replaced({"train": table})
    start = time.perf_counter()
    found = check(small, ["near_duplicates"]).findings
    ours = time.perf_counter() - start
    rows = {row for finding in found for row in finding.rows}
    print(f"\nnear duplicates of {table.num_rows:,} documents: {ours:.2f} s, {len(rows)} rows")
    try:
        from datasketch import MinHash, MinHashLSH
    except ImportError:
        print("datasketch is not installed: no comparison")
        return
    documents = [f"{row['prompt']} {row['completion']}" for row in table.to_pylist()]
    start = time.perf_counter()
    index, theirs = MinHashLSH(threshold=0.8, num_perm=60, params=(12, 5)), set()
    runs_of = [{" ".join(words[at : at + 5]).encode() for at in range(len(words) - 4)}
               for words in (document.lower().split() for document in documents)]  # fmt: skip
    for at, minhash in enumerate(MinHash.generator(runs_of, num_perm=60, seed=1)):
        for other in index.query(minhash):
            shared = len(runs_of[at] & runs_of[other])
            if shared >= 0.8 * (len(runs_of[at]) + len(runs_of[other]) - shared):
                theirs.add(at)
        index.insert(at, minhash)
    seconds = time.perf_counter() - start
    print(f"datasketch, 12 bands of 5 rows, verified too: {seconds:.2f} s, {len(theirs)} rows")
    print(f"ours is {seconds / ours:.1f} times as fast; {len(rows ^ theirs)} rows differ")


def tokens(ds: Dataset) -> None:
    """Rows encoded as the gate does it, by the bundled tokenizer, which cuts these words into many tokens."""
    renderer = Renderer(load_tokenizer(resolve_model("tiny-support")))
    rows = [row for row, _ in zip(ds.rows(), range(ENCODED), strict=False)]
    print(f"\nencoding {len(rows):,} rows")
    speeds = {}
    for threads in ("false", "true", "false", "true"):
        os.environ["TOKENIZERS_PARALLELISM"] = threads
        start = time.perf_counter()
        encoded = encode_table(wb.SFT(), rows, renderer, None)
        speeds.setdefault(threads, []).append(encoded.tokens / (time.perf_counter() - start))
    alone, together = max(speeds["false"]), max(speeds["true"])
    print(
        f"one thread {alone:,.0f} tokens/s; all threads {together:,.0f} tokens/s, {together / alone:.2f} times as fast"
    )


def main(rows: int = 1_000_000, folder: Path | None = None) -> None:
    with tempfile.TemporaryDirectory() as made:
        source = files(folder or Path(made), rows)
        print(f"{rows:,} rows, {(source / 'train.jsonl').stat().st_size / 1e9:.2f} GB of JSON lines")
        print(f"{'':16}{'seconds':>9}{'of CPU':>8}{'peak MiB':>10}{'rows found':>12}")

        def line(name: str, seconds: float, spent: float, peak: float, rows: str) -> None:
            print(f"{name:16}{seconds:9.1f}{spent:8.1f}{peak:10.0f}{rows:>12}", flush=True)

        *reading, ds = measured(lambda: wb.load_dataset(source, split={"test": "test"}))
        line("reading", *reading, "")
        *checking, report = measured(lambda: check(ds, list(CHECKS)))
        line("all checks", *checking, f"{found(report):,}")
        line("both", reading[0] + checking[0], reading[1] + checking[1], max(reading[2], checking[2]), "")
        for family in FAMILIES:
            *figures, report = measured(partial(check, ds, [one.name for one in family.CHECKS]))
            line(f"  {family.__name__.rpartition('.')[2]}", *figures, f"{found(report):,}")
        side_by_side(ds)
        tokens(ds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
