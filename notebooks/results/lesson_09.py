"""The recorded figures of lesson 09: reward models of clean, flipped and length-loving pairs, and of clean ones with the
last token told what to read, each over three seeds.

    python notebooks/results/lesson_09.py

Writes ``09-reward-models.json`` beside this file, prints the table, and keeps the imitator and the first reward models
of clean pairs in ``runs``, where the lessons open them. About two and a half hours on two idle cores. Killed and
started again it goes on with the runs it has; they are kept in ``preferences`` in the folder of the runs, where lessons
10 and 11 look too.
"""

from __future__ import annotations

import json
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import workbench as wb
from workbench.evaluation.clinic.result import MATCHED
from workbench.home import home
from workbench.lessons import desk_preferences as desk
from workbench.lessons.recording import interval, judged, kept, trained
from workbench.lessons.spoiling import flip_labels
from workbench.metrics.gold_reply import PARTS

SEEDS = 3
FLIPPED = 0.3
SHOWN = 3
FRESH, DESKS = 1000, 200  # further pairs, and pairs that differ in the desk alone
PAIRS = "support-desk/preferences"
OUT = Path(__file__).with_name("09-reward-models.json")
CLAIMS = Path(__file__).parents[1] / "claims.yaml"
HOME = home() / "preferences"
IMITATOR = Path(__file__).parent / "runs" / "imitator"  # that lessons 09, 10 and 11 start from
KEPT = {"clean": "reward-model", "told": "reward-model-told"}  # the first of either


def asked_for(kind: str, start: wb.Run, seed: int) -> tuple[wb.Recipe, Any]:
    """How a reward model of this kind is trained, and the pairs whose labels the clinic looks at, if any."""
    if kind == "longer":
        return desk.loves_length(start, seed), None
    if kind == "told":
        return desk.reading_reward_model(start, seed), None
    learnt = flip_labels(wb.load_dataset(PAIRS), FLIPPED, seed) if kind == "flipped" else PAIRS
    return desk.reward_model(start, learnt, seed), learnt


def looked_at(run: wb.Run, clinic: wb.RewardClinic, more: dict[str, Any]) -> dict[str, float]:
    """The figures of one reward model: from its scores of clean test pairs, on validation pairs like those it saw, and
    its accuracy on `more` pairs."""
    held_out = run.metrics().dropna(subset=["eval_accuracy"]).set_index("step")
    differs = clinic.lengths != 0
    prefers_longer = clinic.margins[differs] * clinic.lengths[differs] > 0
    flaws = np.array(clinic.columns["flaw"])
    matched = clinic.by_length[MATCHED]
    assert matched is not None
    training = {"looks flipped": clinic.noise.training.value} if clinic.noise.training is not None else {}
    return {
        "accuracy": clinic.accuracy.value,
        "validation": float(held_out["eval_accuracy"][run.best["step"]]),
        "calibration error": clinic.calibration.error.value,
        "length matched": matched.value,
        "longer preferred": float(prefers_longer.mean()),
        "exploits": float(np.mean([each.value for each in clinic.beaten.values() if each is not None])),
        **training,
        "margin": float(clinic.margins.mean()),
        **{f"only {part}": float((clinic.margins[flaws == part] > 0).mean()) for part in PARTS},
        **{name: float(np.mean(desk.pairs_right(run, pairs))) for name, pairs in more.items()},
    }


def shown(clinic: wb.RewardClinic) -> dict[str, Any]:
    """What the lesson shows of one clinic."""
    found = clinic.verdict()
    return {
        "verdict": found.sentence,
        "fit": found.fit,
        "bad": [each.words for each in found.findings if each.state == "bad"],
        "noise": clinic.noise.sentence,
        "noise interval": clinic.noise.training and [clinic.noise.training.low, clinic.noise.training.high],
        "table": json.loads(clinic.table().to_json(orient="records")),
        "slices": json.loads(clinic.by_slice().to_json(orient="records")),
        "worst": json.loads(clinic.worst(SHOWN).to_json(orient="records")),
        "reliability": {name: getattr(clinic.calibration, name) for name in ("confidence", "right", "counts")},
        "margins": [round(float(margin), 3) for margin in clinic.margins],
        "lengths": [int(length) for length in clinic.lengths],
    }


def curve(run: wb.Run) -> dict[str, list[float]]:
    """Held-out margin and accuracy while it learnt."""
    seen = run.metrics().dropna(subset=["eval_accuracy"])
    names = ("step", "eval_loss", "eval_margin", "eval_accuracy", "eval_auxiliary_accuracy")
    return {name: seen[name].round(4).tolist() for name in names if name in seen}


def main() -> None:
    """Train, examine, and write the figures."""
    start = kept(trained(desk.imitator(), HOME), IMITATOR)
    runs: dict[str, list[wb.Run]] = {"clean": [], "flipped": [], "longer": [], "told": []}
    clinics: dict[str, list[wb.RewardClinic]] = {kind: [] for kind in runs}
    for seed in range(SEEDS):
        for kind in runs:
            recipe, learnt = asked_for(kind, start, seed)
            run = trained(recipe, HOME)
            clinic = wb.reward_clinic(run, PAIRS, training=learnt)
            runs[kind].append(run)
            clinics[kind].append(clinic)
            print(f"seed {seed}, {kind}: {clinic.verdict()} {clinic.noise.sentence}", flush=True)
    as_long = trained(desk.reading_reward_model(start).replace({"objective.auxiliary_columns": None}), HOME)
    for kind, name in KEPT.items():
        kept(runs[kind][0], IMITATOR.with_name(name), start)
    fresh = desk.fresh_pairs(FRESH)
    more = {"fresh": fresh, "other desk": desk.other_desk(fresh, DESKS)}
    seen = {
        kind: [looked_at(*each, more if kind in KEPT else {}) for each in zip(runs[kind], found, strict=True)]
        for kind, found in clinics.items()
    }
    alone = looked_at(as_long, wb.reward_clinic(as_long, PAIRS), more)
    count = len(clinics["clean"][0].rows)
    figures: dict[str, Any] = {
        "steps": {kind: each[0].recipe.training.max_steps for kind, each in runs.items()},
        "share": FLIPPED,
        "pairs": count,
        "more pairs": {name: len(pairs) for name, pairs in more.items()},
        "seconds, seed 0": {kind: runs[kind][0].progress()["elapsed"] for kind in KEPT},
        **{
            kind: {
                name: interval(
                    [one[name] for one in each], len(more.get(name, clinics[kind][0].rows)), share=name != "margin"
                )
                for name in each[0]
            }
            for kind, each in seen.items()
        },
        "as long as told, pairs alone, seed 0": alone,
        "of them": {
            MATCHED: clinics["clean"][0].by_length[MATCHED].n_rows,
            **{f"only {part}": clinics["clean"][0].columns["flaw"].count(part) for part in PARTS},
        },
        "curves": {kind: [curve(run) for run in each] for kind, each in runs.items()},
        "verdicts": {kind: [each.verdict().sentence for each in found] for kind, found in clinics.items()},
        "fit": {kind: [each.verdict().fit for each in found] for kind, found in clinics.items()},
        "noise": {kind: [each.noise.sentence for each in found] for kind, found in clinics.items()},
        "clinics, seed 0": {kind: shown(found[0]) for kind, found in clinics.items()},
    }

    def seeds_of(claim: Any, side: str) -> list[float]:
        return [one[claim["metric"].rpartition("/")[2]] for one in seen[side]]

    figures["claims"] = judged(CLAIMS, OUT.stem, seeds_of)
    figures["provenance"] = {
        "date": date.today().isoformat(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("torch", "transformers", "trl", "peft")},
        "recipes": {kind: [run.recipe.hash for run in each] for kind, each in runs.items()},
    }
    OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    for kind in runs:
        said = [f"{name} {one['value']:.3f} [{one['low']:.3f}, {one['high']:.3f}]" for name, one in
                figures[kind].items()]  # fmt: skip
        print(f"{kind:8}", "  ".join(said))
    for claim in figures["claims"]:
        print(claim["verdict"], "|", claim["claim"])


if __name__ == "__main__":
    main()
