"""The recorded figures of lesson 13: three recipes, several seeds each, right or wrong row by row, on fresh rows too.

    python notebooks/results/lesson_13.py

Fresh rows are mails that the generator of ``support-desk/tickets`` makes with another seed: of the kind of its test
split, and none of them in it. They are not answered token by token: a greedy answer is the reference exactly where
each token of the reference is the likeliest one after those before it, which one look at the whole row tells. With the
first seed a hundred test rows are answered as ever, too, and both ways are held against each other.

Writes ``13-evaluation.json`` beside this file, with recipe hashes, date and versions. Killed and started again it does
only what is missing; its runs are kept in ``lesson-13`` in the folder of the runs.
"""

from __future__ import annotations

import itertools
import json
import math
import platform
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch

import workbench as wb
from workbench.bundled.make.data import rows as generate
from workbench.data.rendering import Renderer
from workbench.evaluation.statistics import mean, over_seeds
from workbench.home import home
from workbench.lessons.recording import interval, judged, trained
from workbench.lessons.spoiling import spoil
from workbench.models.loading import load_model, load_tokenizer
from workbench.models.resolve import resolve_model

SEEDS = {"one pass": 5, "few rows": 3, "leaked": 3}
"""How many of each, from 0."""
FRESH = 1_000
SET = 100
LEAKED = 50
RECIPES = {"one pass": (2_000, 40), "few rows": (100, 40), "leaked": (100, 40)}
"""Training rows and steps of 16 rows; of the leaked ones a half are the first test rows."""
FRESH_OF = {"one pass": FRESH, "few rows": 400, "leaked": 400}
"""For some fewer fresh rows do, the first of them."""
TEMPERATURES = (0.5, 1, 1.5, 2)
OUT = Path(__file__).with_name("13-evaluation.json")
CLAIMS = Path(__file__).parents[1] / "claims.yaml"
HOME = home() / "lesson-13"


def recipe(name: str, seed: int) -> wb.Recipe:
    """The recipes of the lesson: they differ in their rows and steps."""
    count, steps = RECIPES[name]
    data = wb.load_dataset("support-desk/tickets").head(count)
    if name == "leaked":
        data = spoil(data, "leak", LEAKED / count)
    return wb.Recipe("tiny-support", data, tuning=wb.LoRA(r=8),
                     training=wb.Training(max_steps=steps, eval_steps=steps // 2, max_eval_rows=100, num_probes=0),
                     seed=seed)  # fmt: skip


def fresh_rows() -> list[dict[str, Any]]:
    """Mails as those of the test split, none of which is in it."""
    made = list(generate("tickets", "test", FRESH, seed=13))
    tickets = wb.load_dataset("support-desk/tickets")
    known = {row["prompt"] for split in tickets.splits for row in tickets.rows(split)}
    assert not [row for row in made if row["prompt"] in known]
    return made


@torch.no_grad()
def read(run: wb.Run, rows: Sequence[dict[str, Any]]) -> tuple[list[int], np.ndarray]:
    """For each row whether the greedy answer is the reference, token by token, and the reference's ``-log2 p``.

    The latter for each temperature, shape ``(temperatures, rows)``.
    """
    ref = resolve_model("tiny-support")
    renderer, one = Renderer(load_tokenizer(ref)), run.recipe
    model = one.tuning.load(load_model(ref), run.folder.model).eval()
    encoded = one.objective.encode_rows(list(rows), renderer)
    right, bits = [0] * len(rows), np.zeros((len(TEMPERATURES), len(rows)))
    order = sorted(range(len(rows)), key=lambda at: len(encoded[at].input_ids))
    for first in range(0, len(order), 32):
        batch = order[first : first + 32]
        width = max(len(encoded[at].input_ids) for at in batch)
        ids, trained, mask = (
            torch.tensor([[*values(at), *[0] * (width - len(values(at)))] for at in batch])
            for values in (
                lambda at: encoded[at].input_ids,
                lambda at: encoded[at].trained,
                lambda at: [1] * len(encoded[at].input_ids),
            )
        )
        logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1]
        counted, answer = trained[:, 1:].bool(), ids[:, 1:]
        for at, whole in zip(batch, ((logits.argmax(-1) == answer) | ~counted).all(-1).tolist(), strict=True):
            right[at] = int(whole)
        owner = counted.nonzero()[:, 0].numpy()
        for place, temperature in enumerate(TEMPERATURES):
            likely = (logits[counted] / temperature).log_softmax(-1).gather(-1, answer[counted][:, None])[:, 0]
            bits[place, batch] = np.bincount(owner, -likely.numpy() / math.log(2), len(batch))
    return right, bits


def measured(name: str, seed: int, test: wb.Dataset, fresh: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Look at one run from all sides; kept in a file.

    With the first seed the last test rows are answered token by token, too.
    """
    kept = HOME / f"{name}-{seed}.json"
    if not kept.is_file():
        run, fresh = trained(recipe(name, seed), HOME), fresh[: FRESH_OF[name]]
        right, bits = read(run, [*test, *fresh])
        right, bits, exact = right[len(test) :], bits[:, len(test) :], right[: len(test)]
        ones = bits[TEMPERATURES.index(1)]
        found = {
            "test": exact,
            "fresh": right,
            "bits_per_byte": list(bits.sum(1) / sum(len(row["completion"].encode()) for row in fresh)),
            "dearest_tenth": float(np.sort(ones)[-len(fresh) // 10 :].sum() / ones.sum()),
            "seconds": float(run.metrics()["elapsed"].max()),
        }
        if seed == 0 and name == "one pass":
            report = wb.evaluate([run], wb.load_dataset(list(test)[-SET:], split={}), ["exact_match"])
            [marks] = report.scores["exact_match"].values()
            found["alike"] = sum(a == b for a, b in zip(marks, exact[-SET:], strict=True))
        kept.write_text(json.dumps(found), encoding="utf-8")
    return dict(json.loads(kept.read_text(encoding="utf-8")))


def by_set(fresh: np.ndarray) -> dict[str, list[float]]:
    """By set of fresh rows: how wide the intervals of the mean are, and the best run's figure there and elsewhere.

    Parameters
    ----------
    fresh
        Right or wrong, of shape ``(seeds, rows)``.
    """
    found: dict[str, list[float]] = {"over seeds": [], "over rows": [], "chosen on": [], "held back": []}
    for start in range(0, fresh.shape[1], SET):
        inside = np.zeros(fresh.shape[1], bool)
        inside[start : start + SET] = True
        figures = fresh[:, inside].mean(1)
        best = int(figures.argmax())
        seeds, rows = over_seeds(figures, n_rows=SET), mean(fresh[:, inside].mean(0), span=(0.0, 1.0))
        found["over seeds"].append(seeds.high - seeds.low)
        found["over rows"].append(rows.high - rows.low)
        found["chosen on"].append(float(figures[best]))
        found["held back"].append(float(fresh[best, ~inside].mean()))
    return found


def figures_of(runs: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """What the lesson shows: figures over seeds, and rows as texts of digits, one text a run."""

    def over(name: str, key: str, part: slice = slice(None)) -> dict[str, Any]:
        return interval(
            [float(np.mean(one[key][part])) for one in runs[name]], len(runs[name][0][key][part]), share=True
        )

    figures: dict[str, Any] = {
        "recipes": {name: {"rows": count, "steps": steps} for name, (count, steps) in RECIPES.items()},
        "leaked_rows": LEAKED,
        "rows": {
            key: {name: ["".join(map(str, one[key])) for one in each] for name, each in runs.items()}
            for key in ("test", "fresh")
        },
        "exact_match": {
            name: {
                "test": over(name, "test"),
                "test rows that leaked": over(name, "test", slice(LEAKED)),
                "other test rows": over(name, "test", slice(LEAKED, None)),
                "fresh": over(name, "fresh"),
            }
            for name in RECIPES
        },
        "bits_per_byte": {},
        "dearest_tenth": {
            name: interval([one["dearest_tenth"] for one in each], len(each[0]["fresh"]), share=True)
            for name, each in runs.items()
        },
    }
    for name in RECIPES:
        for place, temperature in enumerate(TEMPERATURES):
            seeds = [one["bits_per_byte"][place] for one in runs[name]]
            figures["bits_per_byte"][f"{name} at {temperature:g}"] = interval(seeds, len(runs[name][0]["fresh"]))
    return figures


def main() -> None:
    """Train, ask, and write the figures."""
    HOME.mkdir(parents=True, exist_ok=True)
    test, fresh = wb.load_dataset("support-desk/tickets").split("test"), fresh_rows()
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in RECIPES}
    for names in (("one pass",), ("few rows", "leaked")):
        for seed, name in itertools.product(range(max(SEEDS.values())), names):
            if seed >= SEEDS[name]:
                continue
            found = measured(name, seed, test, fresh)
            assert found.get("alike", SET) >= SET - 2, "both ways of looking say the same of nearly every row"
            runs[name].append(found)
            told = {key: round(float(np.mean(found[key])), 4) for key in ("test", "fresh")}
            print(f"{name}, seed {seed}: {told}, {found['bits_per_byte']}", flush=True)
    figures = figures_of(runs)
    figures["by_set"] = by_set(np.array([one["fresh"] for one in runs["one pass"]]))

    def side(claim: Any, name: str) -> Sequence[float]:
        if name in figures["by_set"]:
            return list(figures["by_set"][name])
        if "bits" in claim["metric"]:
            return list(figures["bits_per_byte"][name]["seeds"])
        if claim["metric"].startswith("fresh"):  # the same rows and seeds on both sides
            both = [runs[claim[one]] for one in ("a", "b")]
            seeds, rows = min(map(len, both)), min(len(each[0]["fresh"]) for each in both)
            return [float(np.mean(one["fresh"][:rows])) for one in runs[name][:seeds]]
        return list(figures["exact_match"][name]["test rows that leaked"]["seeds"])

    figures["claims"] = judged(CLAIMS, OUT.stem, side)
    figures["provenance"] = {
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, 2 cores",
        "versions": {name: version(name) for name in ("torch", "transformers", "trl", "peft")},
        "seconds": {name: [one["seconds"] for one in each] for name, each in runs.items()},
        "alike": [one["alike"] for each in runs.values() for one in each if "alike" in one],
        "recipes": {name: [recipe(name, seed).hash for seed in range(SEEDS[name])] for name in RECIPES},
    }
    OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    for claim in figures["claims"]:
        print(
            f"{claim['verdict']}: {claim['claim']}: {claim['difference']:.4f} [{claim['low']:.4f}, {claim['high']:.4f}]"
        )


if __name__ == "__main__":
    main()
