"""Measures the bundled base on its tasks: ``python -m workbench.bundled.make.calibrate``.

Prints, and writes to ``calibration.json`` beside the model: zero-shot and 3-shot (exact match, field accuracy, values
right under any keys); LoRA r=8 over several seeds with a t interval over seeds, on the test split and on the
handwritten one; the replies rule by rule; bits per byte on general and domain text; and the longest run of words that
test rows share with tuning and pretraining text. Needs about half an hour on two cores.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "5000")  # two threads that wait for each other a little before they sleep

import peft
import torch
import transformers
from scipy import stats

from workbench.bundled import dataset_path, model_path
from workbench.bundled.make import overlap, tuning_loop
from workbench.bundled.make.pretrain import sha256, text_seen
from workbench.metrics import exact_match, field_accuracy, fields_right, house_style, valid_json, values_right

NEW_TOKENS = {"tickets": 110, "tickets-hard": 200, "replies": 110}
STEPS = 160


def read(name: str, split: str) -> list[dict[str, Any]]:
    """Return the rows of a split, an empty list when the data set has no such split."""
    folder = dataset_path(f"support-desk/{name}")
    path = folder / f"{split}.jsonl" if folder else Path()
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []


def scores(answers: Sequence[str], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what share of the records, fields and values is right."""
    pairs = [(answer.strip(), row["completion"]) for answer, row in zip(answers, rows, strict=True)]
    by_field = [fields_right(answer, reference) for answer, reference in pairs]
    return {
        "n": len(rows),
        "exact_match": _mean(exact_match(*pair) for pair in pairs),
        "valid_json": _mean(valid_json(answer) for answer, _ in pairs),
        "field_accuracy": _mean(field_accuracy(*pair) for pair in pairs),
        "values_right": _mean(values_right(*pair) for pair in pairs),
        "by_field": {field: _mean(right[field] for right in by_field) for field in by_field[0]},
    }


def reply_scores(answers: Sequence[str], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what share of the replies keeps each rule of style and of content."""
    style = [house_style.style(a, row) for a, row in zip(answers, rows, strict=True)]
    content = [house_style.content(a, row) for a, row in zip(answers, rows, strict=True)]
    return {
        "n": len(rows),
        "style": {rule: _mean(kept[rule] for kept in style) for rule in house_style.STYLE_RULES},
        "content": {rule: _mean(kept[rule] for kept in content) for rule in house_style.CONTENT_RULES},
        "all_style": _mean(all(kept.values()) for kept in style),
        "all_content": _mean(all(kept.values()) for kept in content),
    }


def _mean(values: Any) -> float:
    found = [float(value) for value in values]
    return round(sum(found) / len(found), 4)


def t_interval(values: Sequence[float]) -> dict[str, Any]:
    """Return the mean of ``values`` (one a seed) with a 95 % t interval."""
    n, mean = len(values), sum(values) / len(values)
    if n < 2:
        return {"mean": round(mean, 4), "low": None, "high": None, "seeds": n, "values": list(values)}
    spread = math.sqrt(sum((v - mean) ** 2 for v in values) / (n - 1) / n) * float(stats.t.ppf(0.975, n - 1))
    return {
        "mean": round(mean, 4),
        "low": round(mean - spread, 4),
        "high": round(mean + spread, 4),
        "seeds": n,
        "values": list(values),
    }


@torch.no_grad()
def bits_per_byte(model: Any, tokenizer: Any, texts: Sequence[str]) -> float:
    """Return the bits per byte that the model needs for the texts, each read by itself."""
    bits, size = 0.0, 0
    for text in texts:
        ids = tokenizer(text, return_tensors="pt")["input_ids"]
        logits = model(ids).logits[0, :-1].float()
        bits += float(torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="sum")) / math.log(2)
        size += len(text.encode())
    return round(bits / size, 4)


def prompting(folder: Path, name: str, shots: int, seed: int = 0) -> dict[str, Any]:
    """Return the scores of the untuned base with so many worked examples from train."""
    model, tokenizer = tuning_loop.load(folder)
    examples = read(name, "train")[seed : seed + shots]
    found = {}
    for split in ("test", "handwritten"):
        if rows := read(name, split):
            prompts = [tuning_loop.prompt_text(row["prompt"], examples) for row in rows]
            found[split] = scores(tuning_loop.answers(model, tokenizer, prompts, new_tokens=NEW_TOKENS[name]), rows)
    return found


def lora(folder: Path, name: str, seed: int) -> dict[str, Any]:
    """Return the scores after LoRA on the train split, and the seconds it took."""
    model, tokenizer = tuning_loop.load(folder)
    tuned, seconds = tuning_loop.tune(model, tokenizer, read(name, "train"), steps=STEPS, seed=seed)
    found: dict[str, Any] = {"seconds": round(seconds, 1)}
    for split in ("validation", "test", "handwritten"):
        if rows := read(name, split):
            prompts = [tuning_loop.prompt_text(row["prompt"]) for row in rows]
            made = tuning_loop.answers(tuned, tokenizer, prompts, new_tokens=NEW_TOKENS[name])
            found[split] = reply_scores(made, rows) if name == "replies" else scores(made, rows)
    return found


def overlaps(folder: Path) -> dict[str, Any]:
    """Return the longest runs of words that test mails share with train mails and with all pretraining text."""
    tasks = ("tickets", "tickets-hard", "replies")
    test = {name: [row["prompt"] for row in read(name, "test")] for name in tasks}
    seen = overlap.longest_overlaps(test, text_seen(tuning_loop.load(folder)[1], seed=0))
    found: dict[str, Any] = {}
    for name in tasks:
        train = [row["prompt"] for row in read(name, "train")]
        found[name] = {"train": vars(overlap.longest_overlap(test[name], train)), "pretraining": vars(seen[name])}
    return found


def calibrate(folder: Path, seeds: int) -> dict[str, Any]:
    """Measure everything, printing as it goes."""
    report: dict[str, Any] = {
        "command": "python -m workbench.bundled.make.calibrate",
        "weights_sha256": sha256(folder / "model.safetensors"),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "peft": peft.__version__,
        },
        "lora": {
            "rank": 8,
            "lora_alpha": 16,
            "learning_rate": 3e-3,
            "batch_size": 16,
            "steps": STEPS,
            "dtype": "bfloat16 autocast",
        },
        "prompting": {},
        "tuned": {},
    }
    for name in ("tickets", "tickets-hard"):
        for shots in (0, 3):
            report["prompting"][f"{name}, {shots}-shot"] = _told(
                f"{name}, {shots}-shot", prompting(folder, name, shots)
            )
    for name in ("tickets", "tickets-hard", "replies"):
        runs = [_told(f"{name}, LoRA, seed {seed}", lora(folder, name, seed)) for seed in range(seeds)]
        key = "all_content" if name == "replies" else "exact_match"
        summary = {
            split: {key: t_interval([run[split][key] for run in runs])} for split in runs[0] if split != "seconds"
        }
        report["tuned"][name] = _told(f"{name}, LoRA, {seeds} seeds", summary) | {"runs": runs}
    model, tokenizer = tuning_loop.load(folder)
    heldout = folder.parent.parent / "data" / "general" / "heldout" / "train.jsonl"
    general = [json.loads(line)["text"] for line in heldout.read_text(encoding="utf-8").splitlines()]
    report["bits_per_byte"] = _told(
        "bits per byte",
        {
            "general/heldout": bits_per_byte(model, tokenizer, general),
            "support-desk/articles test": bits_per_byte(
                model, tokenizer, [row["text"] for row in read("articles", "test")]
            ),
        },
    )
    report["longest_overlap"] = _told("longest overlap", overlaps(folder))
    return report


def _told(what: str, found: dict[str, Any]) -> dict[str, Any]:
    print(f"{what}: {json.dumps(found, ensure_ascii=False)}", flush=True)
    return found


def main() -> None:
    """Read the command line, measure, and write ``calibration.json``."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path, default=model_path("tiny-support"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument(
        "--out", type=Path, help="where to write the figures; calibration.json beside the model by default"
    )
    options = parser.parse_args()
    torch.set_num_threads(2)
    report = calibrate(options.model, options.seeds)
    out = options.out or options.model / "calibration.json"
    out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
