"""The recorded figures of lesson 11: DPO on clean pairs over five seeds, on spoiled ones, and three values of beta.

    python notebooks/results/lesson_11.py

Writes ``11-dpo.json`` beside this file and prints the table. About 25 minutes on two idle cores, less where lesson 10 was
recorded before. Killed and started again it goes on with the runs it has; they are kept in ``preferences`` in the folder of
the runs.
"""

from __future__ import annotations

import json
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import workbench as wb
from workbench.home import home
from workbench.lessons import desk_preferences as desk
from workbench.lessons.recording import judged, trained
from workbench.lessons.spoiling import flip_labels
from workbench.runs.curves import explain

SEEDS, LONGER, SHOWN = 5, 2, 10
BETAS = (0.03, 0.5)
FAST = 3
"""The seed of five that a trial at this rate (50 steps) drove furthest off: what can happen, not what does."""
OUT = Path(__file__).with_name("11-dpo.json")
CLAIMS = Path(__file__).parents[1] / "claims.yaml"
HOME = home() / "preferences"
CURVE = ("loss", "logps/chosen", "logps/rejected", "rewards/margins", "rewards/accuracies")


def curve(run: wb.Run) -> dict[str, list[float]]:
    """What the run logged, step by step."""
    seen = run.metrics().dropna(subset=["loss"])
    return {"step": seen["step"].tolist(), **{name: seen[name].round(4).tolist() for name in CURVE}}


def main() -> None:
    """Train, look at replies and pairs, and write the figures."""
    start = trained(desk.imitator(), HOME)
    flipped = flip_labels(wb.load_dataset("support-desk/preferences"), 0.3)
    made = {f"dpo {seed}": trained(desk.dpo(start, seed=seed), HOME) for seed in range(SEEDS)}
    for seed in range(LONGER):
        made[f"longer {seed}"] = trained(desk.dpo(start, "support-desk/preferences-longer", seed), HOME)
    made |= {f"beta {beta}": trained(desk.dpo(start, beta=beta), HOME) for beta in BETAS}
    fast = desk.dpo(start, seed=FAST).replace({"training.learning_rate": 3e-3})
    made["three times the rate"] = trained(fast, HOME)
    made["flipped"] = trained(desk.dpo(start, flipped), HOME)
    made["flipped, robust"] = trained(desk.dpo(start, flipped, loss_type="robust", label_smoothing=0.3), HOME)
    made["with SFT term"] = trained(desk.dpo(start, sft_weight=1.0), HOME)
    report = desk.judged_replies({"imitator": start, **made})
    found: dict[str, dict[str, float]] = {}
    for name, run in made.items():
        found[name] = desk.policy_figures(report, name, run, start) | {"accuracy": desk.pair_accuracy(run)}
        print(name, {key: round(value, 3) for key, value in found[name].items()}, flush=True)
    rows = report.rows()
    answers = rows[rows["system"] == "imitator"]
    found["imitator"] = {
        "gold": float(answers["gold_reply"].mean()),
        "words": float(answers["answer"].str.split().str.len().mean()),
        "accuracy": desk.pair_accuracy(start),
    }
    count = len(report.references)
    groups = {
        name: [found[f"{name} {seed}"] for seed in range(seeds)] for name, seeds in (("dpo", SEEDS), ("longer", LONGER))
    }
    figures: dict[str, Any] = {
        "steps": made["dpo 0"].recipe.training.max_steps,
        "rows": count,
        **{name: desk.summary(seeds, count) for name, seeds in groups.items()},
        "one seed": {
            name: one for name, one in found.items() if name.endswith(" 0") or name.rpartition(" ")[0] not in groups
        },
        "over rows, seed 0": vars(desk.win_rate(report, "dpo 0", "imitator")) | {"over_rows": None},
        "curves": {name: curve(made[name]) for name in ("dpo 0", "with SFT term", "beta 0.5", "beta 0.03")},
        "remarks": {name: [remark.to_dict() for remark in explain(run.events())] for name, run in made.items()},
        "replies": {
            name: rows[rows["system"] == name].head(SHOWN)[["prompt", "answer", "gold_reply"]].to_dict("records")
            for name in ("imitator", "dpo 0", "longer 0")
        },
    }

    def seeds_of(claim: Any, side: str) -> list[float]:
        name = claim["metric"].rpartition("/")[2]
        if side == "imitator":
            return [found["imitator"][name]] * len(groups[claim["a"]])
        return [each[name] for each in groups[side]]

    figures["claims"] = judged(CLAIMS, "11-dpo", seeds_of)
    figures["provenance"] = {
        "date": date.today().isoformat(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("torch", "transformers", "trl", "peft")},
        "recipes": {name: run.recipe.hash for name, run in made.items()},
    }
    OUT.write_text(json.dumps(figures, indent=1, default=str) + "\n", encoding="utf-8")
    for claim in figures["claims"]:
        print(claim["verdict"], "|", claim["claim"])


if __name__ == "__main__":
    main()
