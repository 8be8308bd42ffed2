"""A short LoRA loop and batched greedy decoding, to measure what the base model can learn; torch and PEFT only.

The text is the bundled template's: ``### Message``, the mail, ``### Answer``, the answer and the end token; the loss is
on the answer and the end token.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from workbench.tuning import Tuning

LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
PADDED_TO = 16  # few shapes: each new one costs a CPU time and memory


def prompt_text(prompt: str, shots: Sequence[dict[str, Any]] = ()) -> str:
    """Return what the model reads before it answers, worked examples first."""
    worked = "".join(f"### Message\n{s['prompt']}\n\n### Answer\n{s['completion']}\n\n" for s in shots)
    return f"{worked}### Message\n{prompt}\n\n### Answer\n"


def load(folder: Path) -> tuple[Any, Any]:
    """Return model and tokenizer of a folder; plain attention, which trains short rows fastest on a CPU."""
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", local_files_only=True
    )
    return model, tokenizer


def encode(tokenizer: Any, row: dict[str, Any]) -> tuple[list[int], list[int]]:
    """Return a row's token ids and its labels: the answer and the end token, -100 before."""
    before = tokenizer(prompt_text(row["prompt"]))["input_ids"]
    answer = tokenizer(row["completion"])["input_ids"] + [tokenizer.eos_token_id]
    return before + answer, [-100] * len(before) + answer


def padded(encoded: Sequence[tuple[list[int], list[int]]], pad_id: int) -> dict[str, torch.Tensor]:
    """Return encoded rows as what the model takes, each tensor ``(rows, length)``, padded on the right."""
    width = -(-max(len(ids) for ids, _ in encoded) // PADDED_TO) * PADDED_TO
    return {
        "input_ids": torch.tensor([ids + [pad_id] * (width - len(ids)) for ids, _ in encoded]),
        "attention_mask": torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids, _ in encoded]),
        "labels": torch.tensor([labels + [-100] * (width - len(labels)) for _, labels in encoded]),
    }


def batches(lengths: Sequence[int], size: int, rng: random.Random) -> Iterator[list[int]]:
    """Yield batches of row numbers for ever, rows of similar length together within groups of fifty batches."""
    while True:
        order, found = rng.sample(range(len(lengths)), len(lengths)), []
        for start in range(0, len(order), 50 * size):
            group = sorted(order[start : start + 50 * size], key=lambda row: lengths[row])
            found += [group[i : i + size] for i in range(0, len(group), size)]
        rng.shuffle(found)
        yield from found


def tune(
    model: Any,
    tokenizer: Any,
    rows: Sequence[dict[str, Any]],
    *,
    steps: int,
    seed: int,
    rank: int = 8,
    rate: float = 3e-3,
    batch: int = 16,
) -> tuple[Any, float]:
    """Tune with LoRA on all linear layers; return the tuned model and the seconds it took."""
    torch.manual_seed(seed)
    model = get_peft_model(model, LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=LINEAR, task_type="CAUSAL_LM"))
    return run(model, tokenizer, rows, steps=steps, seed=seed, rate=rate, batch=batch)


def run(
    model: Any,
    tokenizer: Any,
    rows: Sequence[dict[str, Any]],
    *,
    steps: int,
    seed: int,
    rate: float,
    batch: int = 16,
) -> tuple[Any, float]:
    """Train what is trainable in a model; return the model and the seconds it took."""
    model.train()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=rate, weight_decay=0.0)
    encoded = [encode(tokenizer, row) for row in rows]
    source = batches([len(ids) for ids, _ in encoded], batch, random.Random(seed))
    began = time.monotonic()
    for step in range(steps):
        inputs = padded([encoded[i] for i in next(source)], tokenizer.pad_token_id)
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 10) * max(0.0, 1 - step / steps)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = model(**inputs).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return model.eval(), time.monotonic() - began


@torch.no_grad()
def loss(model: Any, tokenizer: Any, rows: Sequence[dict[str, Any]], batch: int = 25) -> float:
    """Return the mean loss of an answer's token, over all rows, in nats."""
    model.eval()
    total, count = 0.0, 0
    for start in range(0, len(rows), batch):
        inputs = padded([encode(tokenizer, row) for row in rows[start : start + batch]], tokenizer.pad_token_id)
        trained = int((inputs["labels"] != -100).sum())
        total, count = total + float(model(**inputs).loss) * trained, count + trained
    return total / count


@torch.no_grad()
def tuned_answers(
    tuning: Tuning, model: Any, tokenizer: Any, rows: Sequence[dict[str, Any]], new_tokens: int, batch: int = 50
) -> list[str]:
    """Return the greedy answer to each row, in order, generated the way its tuning wants."""
    model.eval()
    tokenizer.padding_side = "left"
    found: list[str] = []
    for start in range(0, len(rows), batch):
        prompts = [prompt_text(row["prompt"]) for row in rows[start : start + batch]]
        given = tokenizer(prompts, return_tensors="pt", padding=True)
        made = tuning.generate(model, given["input_ids"], given["attention_mask"],
                               max_new_tokens=new_tokens, do_sample=False)  # fmt: skip
        found += tokenizer.batch_decode(made[:, given["input_ids"].shape[1] :], skip_special_tokens=True)
    return found


@torch.no_grad()
def answers(model: Any, tokenizer: Any, prompts: Sequence[str], *, new_tokens: int, batch: int = 50) -> list[str]:
    """Return the greedy answer to each prompt, in order."""
    model.eval()
    tokenizer.padding_side = "left"
    ranked = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    found = [""] * len(prompts)
    for start in range(0, len(ranked), batch):
        chosen = ranked[start : start + batch]
        read = tokenizer([prompts[i] for i in chosen], return_tensors="pt", padding=True)
        made = model.generate(**read, max_new_tokens=new_tokens, do_sample=False)
        for i, ids in zip(chosen, made[:, read["input_ids"].shape[1] :], strict=True):
            found[i] = tokenizer.decode(ids, skip_special_tokens=True)
    return found
