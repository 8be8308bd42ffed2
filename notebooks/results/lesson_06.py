"""The recorded figures of lesson 06: prefix tuning, trained directly and projected, beside LoRA, over five seeds.

    python notebooks/results/lesson_06.py

Writes ``06-prefix-tuning.json`` beside this file, with recipe hashes, date and versions. About eight minutes on two idle
cores. Killed and started again it does only what is missing; its runs are kept in ``lesson-06`` in the folder of the runs.
LoRA's figures are those of lesson 05, with the same steps and rows.
"""

from __future__ import annotations

import json
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from torch.nn.functional import cross_entropy

import workbench as wb
from workbench.data.rendering import Renderer
from workbench.home import home
from workbench.lessons.recording import interval, judged, trained
from workbench.models.loading import load_model, load_tokenizer
from workbench.models.resolve import resolve_model

MODEL = "tiny-support"
STEPS = 120
TEST_ROWS = 80
READ_ROWS = 20
SEEDS = range(5)
TUNINGS = {"prefix": wb.PrefixTuning(), "projected": wb.PrefixTuning(prefix_projection=True)}
RATES = {"prefix": 0.3, "projected": 3e-3}
METRICS = ("exact_match", "field_accuracy")
OUT = Path(__file__).with_name("06-prefix-tuning.json")
BESIDE = Path(__file__).with_name("05-prompt-tuning.json")
CLAIMS = Path(__file__).parents[1] / "claims.yaml"
HOME = home() / "lesson-06"


def recipe(name: str, seed: int) -> wb.Recipe:
    """The recipe of the lesson: the same for both but for the projection and the learning rate."""
    return wb.Recipe(model=MODEL, dataset="support-desk/tickets", tuning=TUNINGS[name],
                     training=wb.Training(max_steps=STEPS, eval_steps=STEPS // 2, num_probes=0,
                                          learning_rate=RATES[name]),
                     seed=seed)  # fmt: skip


class Reading:
    """What a prefix draws of the attention of each layer, and what is lost without it there."""

    def __init__(self) -> None:
        self.ref = resolve_model(MODEL)
        rows = wb.load_dataset("support-desk/tickets").split("test").head(READ_ROWS).rows()
        renderer = Renderer(load_tokenizer(self.ref))
        self.rows = [wb.SFT().encode(row, renderer, max_length=1024) for row in rows]

    @torch.no_grad()
    def read(self, model: Any, without: int | None = None) -> tuple[float, list[list[float]]]:
        """Loss of an answer's token in nats, and by layer and head the share of its attention that the prefix draws.

        Parameters
        ----------
        model
            With PEFT around it and plain attention.
        without
            The layer whose prefix no token may look at.
        """
        base, n = model.get_base_model(), model.active_peft_config.num_virtual_tokens
        total, count, drawn = 0.0, 0, []

        def blind(module: Any, args: Any, given: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
            mask = torch.full((len(ids), n + len(ids)), -torch.inf).triu(n + 1)
            mask[:, :n] = -torch.inf
            return args, {**given, "attention_mask": mask[None, None]}

        hook = None
        if without is not None:
            hook = base.model.layers[without].self_attn.register_forward_pre_hook(blind, with_kwargs=True)
        for row in self.rows:
            ids = torch.tensor(row.input_ids)
            answer = torch.tensor(row.trained[1:], dtype=torch.bool)
            out = base(
                input_ids=ids[None],
                cache=model.get_prompt(1),
                attention_mask=torch.ones(1, n + len(ids), dtype=torch.long),
                output_attentions=True,
            )
            total += float(cross_entropy(out.logits[0, :-1][answer], ids[1:][answer], reduction="sum"))
            count += int(answer.sum())
            drawn.append(torch.stack([each[0, :, :-1, :n].sum(2)[:, answer].sum(1) for each in out.attentions]))
        if hook is not None:
            hook.remove()
        return total / count, (torch.stack(drawn).sum(0) / count).tolist()

    def of(self, run: wb.Run) -> dict[str, Any]:
        """The figures of a run: attention drawn before and after training, and loss with and without the prefix."""
        start = run.recipe.tuning.apply(self.model(), run.recipe.seed).eval()
        tuned = PeftModel.from_pretrained(self.model(), run.folder.model).eval()
        loss, drawn = self.read(tuned)
        return {
            "mass": drawn,
            "mass_at_start": self.read(start)[1],
            "loss": loss,
            "without_layer": [self.read(tuned, layer)[0] for layer in range(len(drawn))],
        }

    def model(self) -> Any:
        """The base, with attention whose weights can be read."""
        return load_model(self.ref, attn_implementation="eager")


def sides_of(figures: dict[str, Any]) -> dict[str, dict[str, list[float]]]:
    """By metric of a claim, one figure a seed for each side of it."""
    exact = {name: each["seeds"] for name, each in figures["exact_match"].items()}

    def off(values: list[float]) -> list[float]:
        return [abs(value - sum(values) / len(values)) for value in values]

    return {
        "tickets/test/exact_match": exact,
        "exact_match/distance_from_mean": {name: off(values) for name, values in exact.items()},
        "tickets/test/answer_loss": {
            f"without layer {layer + 1}": [each["without_layer"][layer] for each in figures["prefixes"]]
            for layer in range(len(figures["prefixes"][0]["without_layer"]))
        },
    }


def main() -> None:
    """Run everything and write the figures."""
    test = wb.load_dataset("support-desk/tickets").split("test").head(TEST_ROWS)
    reading = Reading()
    found: dict[str, dict[str, list[float]]] = {metric: {} for metric in METRICS}
    figures: dict[str, Any] = {"steps": STEPS, "prefixes": []}
    hashes: dict[str, list[str]] = {}
    for seed in SEEDS:
        for name in TUNINGS:
            one = recipe(name, seed)
            run = trained(one, HOME)
            report = wb.evaluate([run], test, list(METRICS), decoding={"max_new_tokens": 110})
            got = {metric: report.interval(run, metric).value for metric in METRICS}
            for metric, value in got.items():
                found[metric].setdefault(name, []).append(value)
            hashes.setdefault(name, []).append(one.hash)
            if name == "prefix":
                figures["prefixes"].append(reading.of(run))
            print(f"{name}, seed {seed}: {got}", flush=True)
    lora = json.loads(BESIDE.read_text(encoding="utf-8"))
    hashes["LoRA"] = lora["provenance"]["recipes"]["LoRA, 1"]
    for metric, of in found.items():
        figures[metric] = {name: interval(values, TEST_ROWS, share=True) for name, values in of.items()}
        figures[metric]["LoRA"] = lora[metric]["LoRA"]["1"]
    sides = sides_of(figures)
    figures["claims"] = judged(CLAIMS, OUT.stem, lambda claim, name: sides[claim["metric"]][name])
    figures["provenance"] = {
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, 2 cores",
        "versions": {name: version(name) for name in ("torch", "transformers", "trl", "peft")},
        "learning_rates": RATES,
        "recipes": hashes,
    }
    OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(f"written: {OUT.name}")


if __name__ == "__main__":
    main()
