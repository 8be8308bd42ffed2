"""The recorded figures of lesson 08: every way of tuning at its defaults against the best that needs none, five seeds.

    python notebooks/results/lesson_08.py

Untuned are the base as it is, with three examples in its prompt, and with the record's keys and punctuation written for
it (`forced`). Writes ``08-choosing-a-method.json`` beside this file, with recipe hashes, date and versions, and prints
the table.
About an hour on two idle cores. Killed and started again it does only what is missing; its runs are kept in
``bench-08`` in the folder of the runs.
"""

from __future__ import annotations

import json
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

import workbench as wb
from workbench.bench.judging import system_name
from workbench.data.rendering import Renderer
from workbench.home import home
from workbench.lessons.recording import judged
from workbench.models.loading import load_model, load_tokenizer
from workbench.models.resolve import resolve_model

SEEDS = 5
STEPS = 120
TUNINGS = {
    "full": wb.Full(),
    "LoRA": wb.LoRA(),
    "QLoRA": wb.QLoRA(),
    "adapter": wb.Adapter(),
    "IA3": wb.IA3(),
    "prefix": wb.PrefixTuning(),
    "prompt": wb.PromptTuning(),
}
SPLITS = ("test", "handwritten")
METRICS = ("exact_match", "field_accuracy")
WORDS = {
    "category": ["account", "billing", "defect", "delivery", "question", "return"],
    "priority": ["low", "normal", "high"],
}
OUT = Path(__file__).with_name("08-choosing-a-method.json")
CLAIMS = Path(__file__).parents[1] / "claims.yaml"
HOME = home() / "bench-08"


def bench() -> wb.Bench:
    """The bench, begun or gone on with."""
    if (HOME / "benches").is_dir():
        found = wb.open_bench("last", home=HOME)
        if found.status not in ("running", "completed"):
            found.resume()
        return found
    recipe = wb.Recipe(
        model="tiny-support",
        dataset="support-desk/tickets",
        training=wb.Training(max_steps=STEPS, eval_steps=60, num_probes=0),
    )
    return wb.bench(recipe, TUNINGS, seeds=SEEDS, rates=(1.0,), splits=SPLITS, home=HOME)


def forced(name: str) -> wb.System:
    """The base with the keys and punctuation of the record written for it; it only says the values.

    Of words that a schema would list, the likeliest is taken; other values are what it writes up to the next quote.
    """
    ref = resolve_model("tiny-support")
    tokenizer = load_tokenizer(ref)
    renderer, model = Renderer(tokenizer), load_model(ref).eval()

    def batch(texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
        rows = renderer.ids(texts)
        width = max(map(len, rows))
        ids = torch.tensor([[tokenizer.pad_token_id] * (width - len(row)) + row for row in rows])
        return ids, torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows])

    def likeliest(texts: list[str], words: list[str]) -> list[str]:
        scores = []
        for word in words:
            ids, mask = batch([f'{text} "{word}"' for text in texts])
            start = [len(row) for row in renderer.ids(texts)]
            logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1].log_softmax(-1)
            every = logits.gather(-1, ids[:, 1:, None])[..., 0]
            counted = [int(row.sum()) - first for row, first in zip(mask, start, strict=True)]
            scores.append([float(row[-count:].sum()) for row, count in zip(every, counted, strict=True)])
        return [words[max(range(len(words)), key=lambda word: scores[word][row])] for row in range(len(texts))]

    def written(texts: list[str]) -> list[str | None]:
        ids, mask = batch(texts)
        out = model.generate(input_ids=ids, attention_mask=mask, max_new_tokens=24, do_sample=False)[:, ids.shape[1] :]
        said = [tokenizer.decode(row, skip_special_tokens=True).lstrip() for row in out]
        return [text[1:].partition('"')[0] if text.startswith('"') else None for text in said]

    @torch.no_grad()
    def answer(prompts: list[str]) -> list[str]:
        answers = []
        for first in range(0, len(prompts), 50):
            asked = [renderer.prompt_text(prompt) for prompt in prompts[first : first + 50]]
            texts, records = [f"{text}{{" for text in asked], [{} for _ in asked]
            for key in ("category", "priority", "product", "order_id", "customer"):
                texts = [f'{text}"{key}":' for text in texts]
                values = likeliest(texts, WORDS[key]) if key in WORDS else written(texts)
                for record, value in zip(records, values, strict=True):
                    record[key] = value
                texts = [f"{text} {json.dumps(value)}, " for text, value in zip(texts, values, strict=True)]
            answers += [json.dumps(record) for record in records]
        return answers

    return wb.System(answer, name=name)


def figures_of(made: wb.Bench) -> dict[str, Any]:
    """By split and metric the figures of every system; of trained ones over seeds."""
    out: dict[str, Any] = {}
    for split in SPLITS:
        report = made.report(split)
        for metric in METRICS:
            rows = {}
            for row in made.table(split, metric).itertuples():
                seeds = [
                    report.interval(system_name(row.system, seed), metric).value
                    for seed in (made.plan["seeds"] if row.system in TUNINGS else ())
                ]
                rows[row.system] = {"value": row.value, "low": row.low, "high": row.high, "seeds": seeds}
            out[f"{split}/{metric}"] = rows
    return out


def main() -> None:
    """Train, ask, and write the figures."""
    made = bench()
    print(made, flush=True)
    status = made.wait()
    assert status == "completed", made.reason
    found = figures_of(made)
    tickets = wb.load_dataset("support-desk/tickets")
    helped = forced("keys given")
    for split in SPLITS:
        report = wb.evaluate([helped], tickets.split(split), list(METRICS))
        for metric in METRICS:
            got = report.interval(helped, metric)
            found[f"{split}/{metric}"][helped.name] = {
                "value": got.value,
                "low": got.low,
                "high": got.high,
                "seeds": [],
            }
            print(f"{split}, {metric}, {helped.name}: {got.value:.3f} [{got.low:.3f}, {got.high:.3f}]", flush=True)
    costs = made.table().set_index("system")[["rate", "trainable_parameters", "seconds", "memory_bytes"]]
    figures: dict[str, Any] = {
        "steps": STEPS,
        "figures": found,
        "costs": {name: costs.loc[name].to_dict() for name in TUNINGS},
        "verdict": {split: made.verdict(split) for split in SPLITS},
    }
    exact = found["test/exact_match"]
    figures["claims"] = judged(CLAIMS, OUT.stem, lambda claim, name: exact[name]["seeds"])
    figures["provenance"] = {
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, 2 cores",
        "versions": {name: version(name) for name in ("torch", "transformers", "trl", "peft", "bitsandbytes")},
        "recipes": {name: wb.Recipe.from_yaml(entry["recipe"]).hash for name, entry in made.plan["entries"].items()},
    }
    OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    for split in SPLITS:
        print(f"\n{split}\n{made.table(split).drop(columns=['front']).to_string()}")
        print("\n".join(made.verdict(split)))


if __name__ == "__main__":
    main()
