"""Memory by formula against the memory that training takes: ``python -m tests.bench memory``.

Models of random weights are trained for three steps in a process each, over sizes, ways of tuning, lengths and batches.
Measured is how far the process grew beyond what it held before the model was loaded, sampled every 10 ms, less what a
model of nearly no weights makes it grow (libraries that are loaded late); on CUDA, ``torch.cuda.max_memory_allocated``.
Prints both and their ratio, worst last.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

SMALL = {"small": (64, 1)}
SIZES = {"13M": (256, 4), "42M": (512, 8), "83M": (768, 8)}
TUNINGS = ("Full", "LoRA", "QLoRA", "PromptTuning", "Adapter")
SHAPES = ((4, 256), (16, 256), (4, 1024))
VOCABULARY = 8192


def main(sizes: list[str] | None = None) -> None:
    """Print the table."""
    print(
        f"{'model':6} {'tuning':13} {'rows':>4} {'tokens':>6} {'formula':>9} {'measured':>9} {'ratio':>6}  largest part"
    )
    found: list[dict] = []
    with tempfile.TemporaryDirectory() as folder:
        idle = {name: grown(folder, "small", name, 4, 256) for name in TUNINGS}
        for size, tuning, (batch, length) in itertools.product(sizes or SIZES, TUNINGS, SHAPES):
            one = grown(folder, size, tuning, batch, length)
            if not one["on_card"]:
                one["measured"] -= idle[tuning]["measured"] - idle[tuning]["formula"]
            found.append(one)
            print(line(one), flush=True)
    ratios = sorted(one["formula"] / one["measured"] for one in found)
    within = sum(abs(ratio - 1) <= 0.1 for ratio in ratios)
    print(f"\n{within} of {len(ratios)} within a tenth; from {ratios[0]:.2f} to {ratios[-1]:.2f}, half below "
          f"{ratios[len(ratios) // 2]:.2f}")  # fmt: skip
    print("furthest off:")
    for one in sorted(found, key=lambda one: abs(one["formula"] / one["measured"] - 1))[-5:]:
        print(line(one))


def grown(folder: str, size: str, tuning: str, batch: int, length: int) -> dict:
    """One training in a process of its own."""
    given = json.dumps({"folder": folder, "size": size, "tuning": tuning, "batch": batch, "length": length})
    done = subprocess.run([sys.executable, "-m", "tests.bench.bench_memory", given], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def line(one: dict) -> str:
    """One row of the table."""
    ratio, part = one["formula"] / one["measured"], max(one["parts"], key=one["parts"].get)
    return (
        f"{one['size']:6} {one['tuning']:13} {one['batch']:4} {one['length']:6} {one['formula'] / 1e6:7.0f} MB "
        f"{one['measured'] / 1e6:6.0f} MB {ratio:6.2f}  {part} {one['parts'][part] / 1e6:.0f} MB"
    )


def model_of(folder: Path, size: str) -> Path:
    """A Llama of random weights with a tokenizer, made once."""
    from transformers import LlamaConfig, LlamaForCausalLM

    from tests.conftest import make_tokenizer

    path = folder / size
    if not path.is_dir():
        hidden, layers = (SIZES | SMALL)[size]
        tokenizer = make_tokenizer()
        config = LlamaConfig(
            vocab_size=VOCABULARY, hidden_size=hidden, intermediate_size=4 * hidden, num_hidden_layers=layers,
            num_attention_heads=hidden // 64, num_key_value_heads=hidden // 64, max_position_embeddings=2048,
            eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
        )  # fmt: skip
        LlamaForCausalLM(config).save_pretrained(path)
        tokenizer.save_pretrained(path)
    return path


def measured(folder: str, size: str, tuning: str, batch: int, length: int) -> dict:
    """Train three steps in this process; what the formula says and what it took."""
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
    from workbench.objectives.resolving import memory_parts

    path = model_of(Path(folder), size)
    if tuning == "QLoRA":
        import bitsandbytes  # noqa: F401
    rows = [{"text": f"{number} " + "word " * length} for number in range(3 * batch)]
    training = wb.Training(max_steps=3, batch_size=batch, max_length=length, gradient_checkpointing=False)
    recipe = wb.Recipe(str(path), wb.load_dataset(rows, split={}), tuning=getattr(wb, tuning)(), training=training)
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
    recipe.objective.build_trainer(recipe, model, tokenizer, report.train, None, arguments).train()
    done.set()
    on_card = found.device == "cuda"
    parts = memory_parts(facts, chosen.settings)
    took = torch.cuda.max_memory_allocated() if on_card else peak[0] - before
    return {"size": size, "tuning": tuning, "batch": batch, "length": length, "formula": sum(parts.values()),
            "measured": took, "parts": parts, "on_card": on_card}  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measured(**json.loads(sys.argv[1]))))
    else:
        main()
