"""The recorded figures of lesson 05: prompt tuning beside LoRA, each over five seeds and at three learning rates.

    python notebooks/results/lesson_05.py

Writes ``05-prompt-tuning.json`` beside this file, with recipe hashes, date and versions. About a quarter of an hour on two
idle cores. Killed and started again it does only what is missing; its runs are kept in ``lesson-05`` in the folder of the
runs.
"""

from __future__ import annotations

import json
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy, normalize

import workbench as wb
from workbench.data.rendering import Renderer
from workbench.home import home
from workbench.lessons.recording import interval, judged, trained
from workbench.models.loading import load_model, load_tokenizer
from workbench.models.resolve import resolve_model

SEEDS = {1: range(5), 1 / 3: range(2), 3: range(2)}
MODEL = "tiny-support"
STEPS = 120
TEST_ROWS = 80
LOSS_ROWS = 40
TUNINGS: dict[str, tuple[wb.tuning.Tuning, float]] = {"LoRA": (wb.LoRA(), 3e-3), "prompt": (wb.PromptTuning(), 1.0)}
METRICS = ("exact_match", "field_accuracy")
OUT = Path(__file__).with_name("05-prompt-tuning.json")
CLAIMS = Path(__file__).parents[1] / "claims.yaml"
HOME = home() / "lesson-05"


def recipe(name: str, factor: float, seed: int) -> wb.Recipe:
    """The recipe of the lesson: the same for both but for the tuning and its learning rate."""
    tuning, rate = TUNINGS[name]
    return wb.Recipe(model=MODEL, dataset="support-desk/tickets", tuning=tuning,
                     training=wb.Training(max_steps=STEPS, eval_steps=STEPS // 2, num_probes=0,
                                          learning_rate=round(rate * factor, 4)),
                     seed=seed)  # fmt: skip


class Reading:
    """Loss of the answers of some test rows, with any vectors before the input."""

    def __init__(self) -> None:
        ref = resolve_model(MODEL)
        self.model, self.tokenizer = load_model(ref), load_tokenizer(ref)
        self.words = self.model.get_input_embeddings().weight.detach()
        rows = wb.load_dataset("support-desk/tickets").split("test").head(LOSS_ROWS).rows()
        self.rows = [wb.SFT().encode(row, Renderer(self.tokenizer), max_length=1024) for row in rows]

    @torch.no_grad()
    def loss(self, vectors: torch.Tensor) -> float:
        """Mean negative log likelihood of a trained token, in nats; vectors of shape (n, width)."""
        total, count = 0.0, 0
        for row in self.rows:
            ids = torch.tensor(row.input_ids)
            inputs = torch.cat([vectors, self.words[ids]])[None]
            logits = self.model(inputs_embeds=inputs).logits[0, len(vectors) : -1]
            trained = torch.tensor(row.trained[1:], dtype=torch.bool)
            total += float(cross_entropy(logits[trained], ids[1:][trained], reduction="sum"))
            count += int(trained.sum())
        return total / count

    def of(self, run: wb.Run) -> dict[str, Any]:
        """What the vectors of a run look like beside the vocabulary, and what is lost when words stand for them."""
        vectors = load_file(run.folder.model / "adapter_model.safetensors")["prompt_embeddings"]
        likeness = normalize(vectors) @ normalize(self.words).T
        nearest = likeness.argmax(1)
        words = self.words[nearest]
        began = wb.PromptTuning().apply(load_model(resolve_model(MODEL)), run.recipe.seed).get_prompt(1)[0].detach()
        return {
            "tokens": self.tokenizer.convert_ids_to_tokens(nearest),
            "start_tokens": self.tokenizer.convert_ids_to_tokens(
                (normalize(began) @ normalize(self.words).T).argmax(1)
            ),
            "cosine": likeness.max(1).values.tolist(),
            "norm": vectors.norm(dim=1).tolist(),
            "loss": {
                "trained": self.loss(vectors),
                "nearest words": self.loss(words),
                "nearest words, as long": self.loss(normalize(words) * vectors.norm(dim=1, keepdim=True)),
                "trained, as short as words": self.loss(normalize(vectors) * self.words.norm(dim=1).mean()),
                "start": self.loss(began),
                "none": self.loss(vectors[:0]),
            },
        }


def sides_of(figures: dict[str, Any]) -> dict[str, dict[str, list[float]]]:
    """By metric of a claim, one figure a seed for each side of it."""
    exact = {name: {key: each["seeds"] for key, each in of.items()} for name, of in figures["exact_match"].items()}

    def fall(name: str, factor: str) -> list[float]:
        return [a - b for a, b in zip(exact[name]["1"], exact[name][factor], strict=False)]

    def off(values: list[float]) -> list[float]:
        return [abs(value - sum(values) / len(values)) for value in values]

    return {
        "tickets/test/exact_match": {name: exact[name]["1"] for name in TUNINGS},
        "exact_match/distance_from_mean": {name: off(exact[name]["1"]) for name in TUNINGS},
        "exact_match/fall_at_a_third_of_the_rate": {name: fall(name, "1/3") for name in TUNINGS},
        "exact_match/fall_at_three_times_the_rate": {name: fall(name, "3") for name in TUNINGS},
        "tickets/test/answer_loss": {
            key: [each["loss"][key] for each in figures["vectors"]] for key in figures["vectors"][0]["loss"]
        },
    }


def main() -> None:
    """Run everything and write the figures."""
    test = wb.load_dataset("support-desk/tickets").split("test").head(TEST_ROWS)
    reading = Reading()
    labels = {1: "1", 1 / 3: "1/3", 3: "3"}
    found: dict[str, dict[str, dict[str, list[float]]]] = {
        metric: {name: {label: [] for label in labels.values()} for name in TUNINGS}
        for metric in (*METRICS, "eval_loss")
    }
    figures: dict[str, Any] = {"steps": STEPS, "vectors": []}
    hashes: dict[str, list[str]] = {}
    for factor, seeds in SEEDS.items():
        for seed in seeds:
            for name in TUNINGS:
                one = recipe(name, factor, seed)
                run = trained(one, HOME)
                report = wb.evaluate([run], test, list(METRICS), decoding={"max_new_tokens": 110})
                got = {metric: report.interval(run, metric).value for metric in METRICS}
                got["eval_loss"] = float(run.metrics()["eval_loss"].min())
                for metric, value in got.items():
                    found[metric][name][labels[factor]].append(value)
                hashes.setdefault(f"{name}, {labels[factor]}", []).append(one.hash)
                if name == "prompt" and factor == 1:
                    figures["vectors"].append(reading.of(run))
                    got |= figures["vectors"][-1]["loss"]
                print(f"{name}, rate x {labels[factor]}, seed {seed}: {got}", flush=True)
    for metric, of in found.items():
        figures[metric] = {
            name: {label: interval(values, TEST_ROWS, share=metric in METRICS) for label, values in each.items()}
            for name, each in of.items()
        }
    sides = sides_of(figures)
    figures["claims"] = judged(CLAIMS, OUT.stem, lambda claim, name: sides[claim["metric"]][name])
    figures["provenance"] = {
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, 2 cores",
        "versions": {name: version(name) for name in ("torch", "transformers", "trl", "peft")},
        "learning_rates": {name: rate for name, (_, rate) in TUNINGS.items()},
        "recipes": hashes,
    }
    OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(f"written: {OUT.name}")


if __name__ == "__main__":
    main()
