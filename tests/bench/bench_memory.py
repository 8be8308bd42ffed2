"""Memory by formula against the memory that training takes: ``python -m tests.bench memory``.

Models of random weights are trained for a few steps in a process each, over sizes, ways of tuning, lengths and batches.
On a CPU, measured is how far the process grew beyond what it held before the model was loaded, sampled every 10 ms,
less what a model of nearly no weights makes it grow (libraries that are loaded late). On CUDA it is
``torch.cuda.max_memory_allocated``; there the models are larger, and several processes share the card, so
``python -m tests.bench card`` measures the speed, one process at a time.
Prints formula, measured peak and their ratio, worst last; names of sizes narrow it, ``--json FILE`` keeps the figures.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SMALL = {"small": (64, 1, 8192)}
SIZES = {"13M": (256, 4, 8192), "42M": (512, 8, 8192), "83M": (768, 8, 8192)}
CARD_SIZES = {"0.1B": (768, 12, 32768), "0.5B": (1024, 24, 32768), "1.6B": (2048, 22, 32768), "4B": (3072, 26, 32768)}
"""Width, layers and words known, by name."""
TUNINGS = {
    "Full": "Full()", "LoRA": "LoRA()", "DoRA": "LoRA(use_dora=True)", "QLoRA": "QLoRA()", "prompt": "PromptTuning()",
    "prefix": "PrefixTuning()", "adapter": "Adapter()", "pfeiffer": "Adapter(placement='pfeiffer')", "IA3": "IA3()",
}  # fmt: skip
SHAPES = ((4, 256), (16, 256), (4, 1024))
CARD_SHAPES = ((4, 512), (8, 1024), (1, 4096))
"""Rows of a batch and tokens of a row."""
STEPS = 8
AT_ONCE = 8
CARD_FULL = 2_000_000_000
"""Parameters up to which all weights are tuned beside other processes on one card."""


def main(arguments: list[str]) -> None:
    """Print the table."""
    keep = Path(arguments[arguments.index("--json") + 1]) if "--json" in arguments else None
    named = [name for name in arguments if name in SIZES | CARD_SIZES]
    found: list[dict] = []

    def tell(one: dict) -> None:
        found.append(one)
        print(line(one), flush=True)
        if keep:
            keep.write_text(json.dumps(found, indent=1) + "\n")

    print(HEADER)
    with tempfile.TemporaryDirectory() as folder:
        if on_card():
            cells, room = card_cells(folder, named or list(CARD_SIZES)), Room()
            with ThreadPoolExecutor(AT_ONCE) as pool:
                for one in pool.map(lambda cell: room.grown(folder, cell), cells):
                    tell(one)
        else:
            idle = {name: grown(folder, "small", name, 4, 256) for name in TUNINGS}
            for size, tuning, (batch, length) in itertools.product(named or SIZES, TUNINGS, SHAPES):
                one = grown(folder, size, tuning, batch, length)
                one["measured"] -= idle[tuning]["measured"] - idle[tuning]["formula"]
                tell(one)
    summary(found)


def on_card() -> bool:
    """Whether there is a CUDA device."""
    import torch

    return torch.cuda.is_available()


def card_cells(folder: str, sizes: list[str]) -> list[dict]:
    """What is measured on a card; every model is made first."""
    cells = []
    for size in sizes:
        model_of(Path(folder), size)
        for tuning, (batch, length), checkpointing in itertools.product(TUNINGS, CARD_SHAPES, (False, True)):
            if tuning == "Full" and parameters(size) > CARD_FULL:
                continue
            if checkpointing and tuning not in ("Full", "LoRA"):
                continue
            cells.append({"size": size, "tuning": tuning, "batch": batch, "length": length,
                          "checkpointing": checkpointing})  # fmt: skip
    return cells


class Room:
    """Lets as many processes onto the card as fit there by a rough rule."""

    def __init__(self) -> None:
        import torch

        self.free = self.all = 0.9 * torch.cuda.get_device_properties(0).total_memory
        self.changed = threading.Condition()

    def grown(self, folder: str, cell: dict) -> dict:
        """Measure one cell once there is room for it."""
        hidden, layers, _ = CARD_SIZES[cell["size"]]
        weights = parameters(cell["size"]) * (20 if cell["tuning"] == "Full" else 4)
        need = min(self.all, 3e9 + weights + cell["batch"] * cell["length"] * layers * hidden * 80)
        with self.changed:
            self.changed.wait_for(lambda: self.free >= need)
            self.free -= need
        try:
            return grown(folder, **cell)
        finally:
            with self.changed:
                self.free += need
                self.changed.notify_all()


def parameters(size: str) -> int:
    """About how many weights a model has."""
    hidden, layers, vocabulary = (SIZES | SMALL | CARD_SIZES)[size]
    return 2 * vocabulary * hidden + layers * 16 * hidden**2


def summary(found: list[dict]) -> None:
    """How many are within a tenth, and which are furthest off."""
    ratios = sorted(one["formula"] / one["measured"] for one in found)
    within = sum(abs(ratio - 1) <= 0.1 for ratio in ratios)
    print(f"\n{within} of {len(ratios)} within a tenth; from {ratios[0]:.2f} to {ratios[-1]:.2f}, half below "
          f"{ratios[len(ratios) // 2]:.2f}")  # fmt: skip
    print("furthest off:")
    for one in sorted(found, key=lambda one: abs(one["formula"] / one["measured"] - 1))[-5:]:
        print(line(one))


HEADER = "model  tuning        rows tokens again    formula   measured  ratio  largest part"


def grown(folder: str, size: str, tuning: str, batch: int, length: int, checkpointing: bool = False) -> dict:
    """One training in a process of its own."""
    given = json.dumps({"folder": folder, "size": size, "tuning": tuning, "batch": batch, "length": length,
                        "checkpointing": checkpointing})  # fmt: skip
    done = subprocess.run([sys.executable, "-m", "tests.bench.bench_memory", given], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{given}\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def line(one: dict) -> str:
    """One row of the table."""
    ratio, part = one["formula"] / one["measured"], max(one["parts"], key=one["parts"].get)
    return (
        f"{one['size']:6} {one['tuning']:13} {one['batch']:4} {one['length']:6} "
        f"{'yes' if one['checkpointing'] else 'no':>5} {one['formula'] / 1e6:7.0f} MB "
        f"{one['measured'] / 1e6:6.0f} MB {ratio:6.2f}  {part} {one['parts'][part] / 1e6:.0f} MB"
    )


def model_of(folder: Path, size: str) -> Path:
    """A Llama of random weights with a tokenizer, made once."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from tests.conftest import make_tokenizer

    path = folder / size
    if not path.is_dir():
        hidden, layers, vocabulary = (SIZES | SMALL | CARD_SIZES)[size]
        tokenizer = make_tokenizer()
        config = LlamaConfig(
            vocab_size=vocabulary, hidden_size=hidden, intermediate_size=4 * hidden, num_hidden_layers=layers,
            num_attention_heads=hidden // 64, num_key_value_heads=hidden // 64, max_position_embeddings=4200,
            eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
        )  # fmt: skip
        with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
            model = LlamaForCausalLM(config)
        model.to(torch.bfloat16).save_pretrained(path)
        del model
        torch.cuda.empty_cache()
        tokenizer.save_pretrained(path)
    return path


def measured(folder: str, size: str, tuning: str, batch: int, length: int, checkpointing: bool) -> dict:
    """Train a few steps in this process; what the formula says and what it took."""
    import psutil
    import torch
    import trl  # noqa: F401  (what is imported later would count as the model's)

    import workbench as wb
    import workbench.objectives._sft_training
    from workbench.data import Renderer
    from workbench.models.loading import load_model, load_tokenizer
    from workbench.models.resolve import resolve_model
    from workbench.models.shapes import shapes
    from workbench.objectives import Facts, gate, machine, resolve, sft_arguments
    from workbench.objectives.memory import memory_parts

    path = model_of(Path(folder), size)
    if tuning == "QLoRA":
        import bitsandbytes  # noqa: F401
    # a word is three tokens; every other row is a little shorter, so that there is padding and a mask of it
    rows = [{"text": f"{number} " + "word " * (length if number % 2 else length // 3 - 10)}
            for number in range(STEPS * batch)]  # fmt: skip
    training = wb.Training(max_steps=STEPS, batch_size=batch, max_length=length,
                           gradient_checkpointing=checkpointing)  # fmt: skip
    recipe = wb.Recipe(
        str(path), wb.load_dataset(rows, split={}), tuning=eval(f"wb.{TUNINGS[tuning]}"), training=training
    )
    ref = resolve_model(recipe.model_name)
    tokenizer, found = load_tokenizer(ref), machine()
    report = gate(recipe, recipe.load_dataset(), Renderer(tokenizer), length)
    trainable = recipe.tuning.trainable_parameters(shapes(ref))
    facts = Facts(shapes(ref), found, report.train.num_rows, 0, trainable, report.longest)
    chosen = resolve(recipe, facts)
    arguments = {**sft_arguments(chosen, 0), "output_dir": folder + "/out", "report_to": "none", "save_strategy": "no",
                 "disable_tqdm": True}  # fmt: skip
    process, peak, done = psutil.Process(), [0], threading.Event()
    before = process.memory_info().rss

    def watch() -> None:
        while not done.is_set():
            peak[0] = max(peak[0], process.memory_info().rss)
            time.sleep(0.01)

    threading.Thread(target=watch, daemon=True).start()
    model = load_model(ref, chosen.weights_dtype, attn_implementation=chosen.attn_implementation,
                       quantization=recipe.tuning.quantization(chosen.dtype), device=found.device)  # fmt: skip
    model = recipe.tuning.apply(model, 0)
    on_card = found.device == "cuda"
    loaded = torch.cuda.memory_allocated() if on_card else process.memory_info().rss - before
    trainer = recipe.objective.build_trainer(recipe, model, tokenizer, report.train, None, arguments)
    clock = stopwatch(on_card)
    trainer.add_callback(clock)
    trainer.train()
    done.set()
    parts = memory_parts(facts, chosen.settings, recipe.tuning)
    took = torch.cuda.max_memory_allocated() if on_card else peak[0] - before
    return {"size": size, "tuning": tuning, "batch": batch, "length": length, "checkpointing": checkpointing,
            "formula": sum(parts.values()), "measured": took, "loaded": loaded, "parts": parts,
            "tokens_per_second": (STEPS - STEPS // 2) * batch * report.longest / clock.seconds,
            "trainable": trainable, "device": found.name}  # fmt: skip


def stopwatch(on_card: bool):
    """A callback that measures the second half of the steps."""
    import torch
    from transformers import TrainerCallback

    class Stopwatch(TrainerCallback):
        started = seconds = 0.0

        def on_step_end(self, args, state, control, **kwargs):
            if state.global_step in (STEPS // 2, STEPS):
                if on_card:
                    torch.cuda.synchronize()
                self.started, self.seconds = time.perf_counter(), time.perf_counter() - self.started

    return Stopwatch()


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].startswith("{"):
        print(json.dumps(measured(**json.loads(sys.argv[1]))))
    else:
        main(sys.argv[1:])
