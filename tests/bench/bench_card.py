"""Speed and memory of every way of tuning on a CUDA device: ``python -m tests.bench card``.

One model of random weights of 1.6 billion parameters, 8 rows of 1,024 tokens, one process after another. Prints tokens
a second over the second half of eight steps, as a ratio to LoRA's too, beside formula and measured peak of memory.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from tests.bench.bench_memory import CARD_SIZES, TUNINGS, grown, model_of, on_card

SIZE, BATCH, LENGTH = "1.6B", 8, 1024


def main(arguments: list[str]) -> None:
    """Print the table."""
    if not on_card():
        raise SystemExit("There is no CUDA device that this torch can use.")
    found = []
    with tempfile.TemporaryDirectory() as folder:
        model_of(Path(folder), SIZE)
        cells = [(name, False) for name in ("LoRA", *(name for name in TUNINGS if name != "LoRA"))]
        cells += [("LoRA", True), ("Full", True)]
        for tuning, checkpointing in cells:
            found.append(grown(folder, SIZE, tuning, BATCH, LENGTH, checkpointing))
            one = found[-1]
            speed = one["tokens_per_second"]
            print(
                f"{tuning:13} {'checkpointing' if checkpointing else '':13} {one['trainable']:13,} weights "
                f"{speed:8,.0f} tokens/s {speed / found[0]['tokens_per_second']:5.2f} "
                f"of LoRA's  {one['formula'] / 1e9:5.1f} GB by formula, {one['measured'] / 1e9:5.1f} GB measured",
                flush=True,
            )
    print(f"{found[0]['device']}; width, layers, vocabulary {CARD_SIZES[SIZE]}")
    if "--json" in arguments:
        Path(arguments[arguments.index("--json") + 1]).write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
