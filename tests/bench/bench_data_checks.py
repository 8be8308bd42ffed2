"""Seconds and memory of the checks of data on generated rows, and near duplicates beside datasketch's MinHashLSH.

    python -m tests.bench.bench_data_checks [ROWS] [FOLDER]

Rows are built as an Arrow file in FOLDER (default: a temporary one) and memory-mapped, so that memory means what the
checks take themselves. 1 row in 200 nearly repeats another; 0.2 % of the rows are test, some of them leaked.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from workbench.data.checks import CHECKS, FAMILIES, check
from workbench.data.dataset import Dataset

CHUNK = 10_000
COMPARED = 20_000


def vocabulary(rng: np.random.Generator, n: int = 30_000) -> np.ndarray:
    letters = np.array(list("etaoinshrdlucmfwypvbgk"))
    return np.array(["".join(rng.choice(letters, size)) for size in rng.integers(2, 10, n)], dtype=object)


def texts(rng: np.random.Generator, words: np.ndarray, rows: int, length: int) -> list[str]:
    """Rows of words drawn by Zipf's law."""
    drawn = np.minimum(rng.zipf(1.3, (rows, length)) - 1, len(words) - 1)
    spread = (drawn + rng.integers(0, 40, drawn.shape) * (drawn > 30)) % len(words)
    return [" ".join(words[row]) for row in spread]


def write(path: Path, rows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    words = vocabulary(np.random.default_rng(0))
    schema = pa.schema([("prompt", pa.string()), ("completion", pa.string())])
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for start in range(0, rows, CHUNK):
            n = min(CHUNK, rows - start)
            prompts, answers = texts(rng, words, n, 60), texts(rng, words, n, 110)
            for at in range(0, n, 200):  # one near duplicate of the row before it
                if at:
                    prompts[at], answers[at] = prompts[at - 1], answers[at - 1].rsplit(" ", 3)[0]
            writer.write_batch(pa.record_batch([pa.array(prompts), pa.array(answers)], schema=schema))


def dataset(folder: Path, rows: int) -> Dataset:
    tables = {}
    for name, n, seed in (("train", rows, 1), ("test", max(100, rows // 500), 2)):
        path = folder / f"{name}-{n}.arrow"
        if not path.exists():
            write(path, n, seed)
        tables[name] = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    leaked = tables["train"].slice(50, 20)
    tables["test"] = pa.concat_tables([tables["test"], leaked])
    return Dataset(tables, type="prompt_completion", conversational=False, layout="prompt/completion", name="bench")


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


def timed(ds: Dataset, names: list[str]) -> tuple[float, float, float, int]:
    gc.collect()
    memory = Memory()
    memory.start()
    start, spent = time.perf_counter(), time.process_time()
    report = check(ds, names)
    seconds, spent = time.perf_counter() - start, time.process_time() - spent
    memory.going = False
    memory.join()
    return seconds, spent, memory.peak, sum(len(finding.rows) for finding in report.findings)


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


def main(rows: int = 1_000_000, folder: Path | None = None) -> None:
    with tempfile.TemporaryDirectory() as made:
        place = folder or Path(made)
        ds = dataset(place, rows)
        size = sum(ds.arrow(split).nbytes for split in ds.splits) / 1e9
        print(f"{rows:,} rows of train, {ds.splits['test']:,} of test, {size:.2f} GB of text")
        print(f"{'family':16}{'seconds':>9}{'of CPU':>8}{'peak MiB':>10}{'rows found':>12}")
        for family in FAMILIES:
            names = [one.name for one in family.CHECKS]
            seconds, spent, peak, found = timed(ds, names)
            print(
                f"{family.__name__.rpartition('.')[2]:16}{seconds:9.1f}{spent:8.1f}{peak:10.0f}{found:12,}", flush=True
            )
        seconds, spent, peak, found = timed(ds, list(CHECKS))
        print(f"{'all in one pass':16}{seconds:9.1f}{spent:8.1f}{peak:10.0f}{found:12,}")
        side_by_side(ds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
