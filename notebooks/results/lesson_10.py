"""The recorded figures of lesson 10: PPO, RLOO and DPO on the same preferences, and a reward that is gamed; five seeds.

    python notebooks/results/lesson_10.py

Writes ``10-rlhf-ppo.json`` beside this file and prints the table. Killed and
started again it goes on with the runs it has; they are kept in ``preferences`` in the folder of the runs, where lessons
09 and 11 look too.
"""

from __future__ import annotations

import json
import platform
import shutil
from datetime import date
from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import Any

import workbench as wb
from workbench.home import home
from workbench.lessons import desk_preferences as desk
from workbench.lessons.recording import interval, judged, trained
from workbench.runs.checkpoints import whole
from workbench.runs.curves import explain

SEEDS, HACKED = 5, 3
LONG = {"training.max_steps": 24, "training.batch_size": 16, "training.eval_steps": 24, "training.save_steps": 24}
"""A reward is hacked with more steps of half the replies: the curves need points to turn in."""
WEIGHT = 0.05  # of the divergence; the brake is five times it
SHOWN = 10
OUT = Path(__file__).with_name("10-rlhf-ppo.json")
CLAIMS = Path(__file__).parents[1] / "claims.yaml"
HOME = home() / "preferences"
CURVE = ("elapsed", "reward", "gold", "kl", "length", "entropy")


def curve(run: wb.Run) -> dict[str, list[float]]:
    """What the run logged, step by step."""
    seen = run.metrics().dropna(subset=["loss"])
    return {"step": seen["step"].tolist(), **{name: seen[name].round(4).tolist() for name in CURVE if name in seen}}


def half_way(run: wb.Run) -> wb.Run:
    """The run as it was when half of its steps were done, from its checkpoint, as a folder of its own."""
    folder = HOME.parent / "half-way" / run.id
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(run.path, folder, ignore=shutil.ignore_patterns("checkpoints", "rollouts*", "*.lock"))
    saved = whole(run.path / "checkpoints")[run.recipe.training.max_steps // 2]
    shutil.copy(saved / "adapter_model.safetensors", folder / "model")
    return wb.open_run(folder)


def looked_at(start: wb.Run, policies: dict[str, wb.Run]) -> tuple[dict[str, dict[str, float]], Any]:
    """The figures of each policy and of the imitator on the test mails."""
    report = desk.judged_replies({"imitator": start, **policies})
    found = {name: desk.policy_figures(report, name, run, start) for name, run in policies.items()}
    answers = report.rows().query("system == 'imitator'")
    found["imitator"] = {
        "gold": float(answers["gold_reply"].mean()),
        **{metric.removeprefix("gold_reply."): float(answers[metric].mean()) for metric in desk.METRICS[1:]},
        "words": float(answers["answer"].str.split().str.len().mean()),
    }
    return found, report


def main() -> None:
    """Train, look at the replies, and write the figures."""
    start = trained(desk.imitator(), HOME)
    reward = trained(desk.reading_reward_model(start), HOME)
    made: dict[str, list[wb.Run]] = {"ppo": [], "rloo": [], "dpo": [], "hacked": [], "held": []}
    for seed in range(SEEDS):
        made["ppo"].append(trained(desk.ppo(start, reward, seed), HOME))
        made["rloo"].append(trained(desk.rloo(start, reward, seed), HOME))
        made["dpo"].append(trained(desk.dpo(start, seed=seed), HOME))
        print(f"seed {seed}", {name: runs[-1].progress()["elapsed"] for name, runs in made.items() if runs}, flush=True)
    loves_length = trained(desk.loves_length(start), HOME)
    for seed in range(HACKED):
        for name, weight in (("hacked", WEIGHT), ("held", 5 * WEIGHT)):
            made[name].append(trained(desk.ppo(start, loves_length, seed, kl_coef=weight).replace(LONG), HOME))
    halves = {f"{name}, half": [half_way(run) for run in made[name]] for name in ("ppo", "rloo", "dpo")}
    named = {f"{name} {seed}": run for name, runs in (made | halves).items() for seed, run in enumerate(runs)}
    found, report = looked_at(start, named)
    for name in halves:
        for seed, run in enumerate(made[name.partition(",")[0]]):
            seconds = run.metrics().dropna(subset=["loss"]).set_index("step")["elapsed"]
            found[f"{name} {seed}"]["seconds"] = float(seconds[run.recipe.training.max_steps // 2])
    print(report.table().query("metric == 'gold_reply'").to_string(), flush=True)

    count = len(report.references)
    base = found["imitator"]
    by_name = {name: [found[f"{name} {seed}"] for seed in range(len(runs))] for name, runs in (made | halves).items()}
    rows = report.rows()
    drawn = Random(0).sample(sorted(rows["row"].unique()), SHOWN)
    figures: dict[str, Any] = {
        "steps": {name: runs[0].recipe.training.max_steps for name, runs in made.items()},
        "rows": count,
        "imitator": base,
        **{name: desk.summary(seeds, count) for name, seeds in by_name.items()},
        "seconds of the reward model": reward.progress()["elapsed"],
        "duels": {
            f"{name} against {other}": interval(
                [desk.win_rate(report, f"{name} {at}", f"{other} {at}").value for at in range(SEEDS)], count, share=True
            )
            for name in ("ppo", "ppo, half", "rloo", "rloo, half")
            for other in ("dpo", "dpo, half")
        },
        "over rows, seed 0": {
            name: vars(desk.win_rate(report, f"{name} 0", "imitator")) | {"over_rows": None} for name in by_name
        },
        "curves": {name: [curve(run) for run in runs] for name, runs in made.items() if name != "dpo"},
        "remarks": {
            name: [[remark.to_dict() for remark in explain(run.events())] for run in runs]
            for name, runs in made.items()
        },
        "replies": {
            name: rows[(rows["system"] == name) & rows["row"].isin(drawn)][["prompt", "answer", "gold_reply"]].to_dict("records")
            for name in ("imitator", "ppo 0", "rloo 0", "dpo 0", "hacked 0", "held 0")
        },
    }

    def seeds_of(claim: Any, side: str) -> list[float]:
        if side == "imitator":
            return [base["gold"]] * len(by_name[claim["a"]])
        return [each["gold"] for each in by_name[side]]

    figures["claims"] = judged(CLAIMS, "10-rlhf-ppo", seeds_of)
    figures["provenance"] = {
        "date": date.today().isoformat(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("torch", "transformers", "trl", "peft")},
        "recipes": {name: [run.recipe.hash for run in runs] for name, runs in made.items()},
    }
    OUT.write_text(json.dumps(figures, indent=1, default=str) + "\n", encoding="utf-8")
    for name, seeds in by_name.items():
        shown = {key: figures[name][key] for key in ("gold", "win", "kl", "bits", "words")}
        said = [f"{key} {one['value']:.2f} [{one['low']:.2f}, {one['high']:.2f}]" for key, one in shown.items()]
        print(f"{name:8}", "  ".join(said))
    for claim in figures["claims"]:
        print(claim["verdict"], "|", claim["claim"])


if __name__ == "__main__":
    main()
