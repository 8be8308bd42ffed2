"""How fast a run trains: the worker against TRL's default settings, and against a bare loop with the worker's settings.

    python -m tests.bench.bench_worker [STEPS] [ROUNDS]

All train the same rows (the tickets) with LoRA r=8 on the bundled base, 16 rows a step, one after another and each in a
process of its own. Speed is non-padding tokens over seconds from the tenth step to the last, evaluations left out:

- *worker*: `wb.launch`, whatever it settles on for this machine;
- *TRL's defaults*: `SFTTrainer` with nothing set beyond steps, batch size and `use_cpu`, in a plain environment;
- *bare loop*: forward, backward, optimizer and nothing else, over batches, number types, attention and threads as the
  worker has them.

About four minutes on two idle cores; beside other work the figures mean little.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import workbench as wb
from workbench.bundled import model_path
from workbench.runs import processes

BATCH, SKIP, RATE = 16, 10, 3e-3


def rows() -> list[dict[str, str]]:
    """Return prompt and completion of every training row, rendered as the worker renders them."""
    from workbench.data.rendering import Renderer
    from workbench.models.loading import load_tokenizer
    from workbench.models.resolve import resolve_model

    renderer = Renderer(load_tokenizer(resolve_model("tiny-support")))
    train = wb.load_dataset("support-desk/tickets").rows("train")
    return [{"prompt": renderer.prompt_text(row["prompt"]), "completion": row["completion"]} for row in train]


def worker(steps: int) -> float:
    """Return the tokens/s of a run."""
    with tempfile.TemporaryDirectory() as home:
        # one step more than is looked at: the row of the last step carries its evaluation's time
        after = steps + 1
        training = wb.Training(max_steps=after, batch_size=BATCH, eval_steps=after, save_steps=after, num_probes=0)
        recipe = wb.Recipe("tiny-support", "support-desk/tickets", tuning=wb.LoRA(r=8), training=training)
        run = wb.launch(recipe, home=home)
        assert run.wait() == "completed", run.reason
        seen = run.metrics().dropna(subset=["loss"])
        first, last = seen[seen["step"] == SKIP].iloc[0], seen[seen["step"] == steps].iloc[0]
        return float((last["num_tokens"] - first["num_tokens"]) / (last["elapsed"] - first["elapsed"]))


def trl_defaults(steps: int) -> float:
    """Train with TRL's defaults in this process and return the tokens/s."""
    import datasets
    from peft import LoraConfig
    from transformers import TrainerCallback
    from trl import SFTConfig, SFTTrainer

    seen: dict[int, tuple[float, float]] = {}

    class Watch(TrainerCallback):
        def on_log(self, args, state, control, logs=None, **_):
            if logs and "num_tokens" in logs:
                seen[state.global_step] = (time.perf_counter(), logs["num_tokens"])

    with tempfile.TemporaryDirectory() as folder:
        config = SFTConfig(output_dir=folder, max_steps=steps, per_device_train_batch_size=BATCH, learning_rate=RATE,
                           logging_steps=1, use_cpu=True, report_to="none", disable_tqdm=True)  # fmt: skip
        trainer = SFTTrainer(
            model=str(model_path("tiny-support")),
            args=config,
            train_dataset=datasets.Dataset.from_list(rows()),
            peft_config=LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", task_type="CAUSAL_LM"),
            callbacks=[Watch()],
        )
        trainer.train()
    (began, before), (ended, after) = seen[SKIP], seen[steps]
    return (after - before) / (ended - began)


def bare_loop(steps: int) -> float:
    """Train with a loop of torch and PEFT in this process and return the tokens/s."""
    import random

    import torch
    from peft import LoraConfig, get_peft_model

    from workbench.bundled.make import tuning_loop
    from workbench.objectives import machine

    torch.set_num_threads(processes.thread_count())
    model, tokenizer = tuning_loop.load(model_path("tiny-support"))
    model = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", task_type="CAUSAL_LM"))
    model.train()
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=RATE)
    train = wb.load_dataset("support-desk/tickets").rows("train")
    encoded = [tuning_loop.encode(tokenizer, row) for row in train]
    batches = tuning_loop.batches([len(ids) for ids, _ in encoded], BATCH, random.Random(0))
    tokens, began = 0, 0.0
    for step in range(steps):
        if step == SKIP:
            tokens, began = 0, time.perf_counter()
        inputs = tuning_loop.padded([encoded[i] for i in next(batches)], tokenizer.pad_token_id)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=machine().bf16):
            loss = model(**inputs).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        tokens += int(inputs["attention_mask"].sum())
    return tokens / (time.perf_counter() - began)


PARTS = {"worker": worker, "TRL's defaults": trl_defaults, "bare loop": bare_loop}


def measured(part: str, steps: int) -> float:
    """Run one part in a fresh process and return its tokens/s."""
    env = {**(processes.worker_environment() if part == "bare loop" else os.environ), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-m", "tests.bench.bench_worker", "--part", part, str(steps)]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{part} failed:\n{done.stderr[-2000:]}")
    speed = float(json.loads(done.stdout.strip().splitlines()[-1]))
    print(f"{part:16} {speed:8,.0f} tokens/s", flush=True)
    return speed


def main(arguments: list[str]) -> None:
    """Measure all parts in turn, twice, and print the ratios of their medians."""
    if arguments[:1] == ["--part"]:
        print(json.dumps(PARTS[arguments[1]](int(arguments[2]))))
        return
    steps, rounds = (int(value) for value in (*arguments, *("60", "2")[len(arguments) :]))
    found: dict[str, list[float]] = {part: [] for part in PARTS}
    for _ in range(rounds):
        for part in PARTS:
            found[part].append(measured(part, steps))
    middle = {part: statistics.median(speeds) for part, speeds in found.items()}
    ours = middle.pop("worker")
    for part, speed in middle.items():
        print(f"worker against {part}: {ours / speed:.2f}x")


if __name__ == "__main__":
    main(sys.argv[1:])
