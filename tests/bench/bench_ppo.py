"""How fast PPO goes and where its time is spent, beside TRL's RLOO on the same prompts.

    python -m tests.bench.bench_ppo [STEPS] [ROUNDS]

Both start from the bundled base, with LoRA, the same reward (a function that counts words), prompts, number of
replies a step and longest reply, one after another, each in a process of its own. Speed is tokens read and written over
seconds from the second step to the last; the split of PPO's seconds (generate, score, update) is that of its log. About
four minutes on two idle cores; beside other work the figures mean little.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from typing import Any

import workbench as wb

REPLIES, ROOM = 32, 64


def words(prompts, completions, **columns):
    """Return the number of words of each reply, of twenty at most, as a share."""
    return [min(len(reply.split()), 20) / 20 for reply in completions]


def measured(objective: Any, steps: int) -> dict[str, float]:
    """Train for some steps and return tokens a second, and the seconds of a step by what they went to."""
    with tempfile.TemporaryDirectory() as home:
        training = wb.Training(
            max_steps=steps, batch_size=REPLIES, eval_steps=steps, save_steps=steps, num_probes=0, max_eval_rows=4
        )
        run = wb.launch(wb.Recipe("tiny-support", "support-desk/preferences", objective, training=training), home=home)
        assert run.wait() == "completed", run.reason
        seen = run.metrics().dropna(subset=["loss"])
        first, last = seen.iloc[0], seen.iloc[-2]  # the row of the last step carries its evaluation's time
        seconds = float(last["elapsed"] - first["elapsed"])
        split = {name: float(seen[name].iloc[1:-1].mean()) for name in seen if str(name).startswith("seconds_")}
        return {"tokens/s": float(last["num_tokens"] - first["num_tokens"]) / seconds,
                "seconds a step": seconds / (len(seen) - 2), **split}  # fmt: skip


def main(steps: int = 8, rounds: int = 2) -> None:
    """Measure both in turn and print the table and the ratio."""
    given = {"reward": words, "max_new_tokens": ROOM}
    found: dict[str, list[dict[str, float]]] = {"PPO": [], "RLOO (TRL)": []}
    for _ in range(rounds):
        found["PPO"].append(measured(wb.PPO(**given), steps))
        found["RLOO (TRL)"].append(measured(wb.RLOO(**given), steps))
    for name, each in found.items():
        figures = {key: statistics.mean(one[key] for one in each) for key in each[0]}
        print(f"{name:12}", "  ".join(f"{key} {value:,.2f}" for key, value in figures.items()), flush=True)
    ratios = [a["tokens/s"] / b["tokens/s"] for a, b in zip(*found.values(), strict=True)]
    print("PPO / RLOO, tokens/s:", ", ".join(f"{ratio:.2f}" for ratio in ratios))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
