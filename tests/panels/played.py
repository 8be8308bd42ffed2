"""Runs that are played from a script, so that panels can be tried and tested without training anything."""

from __future__ import annotations

import json
import math
import random
import threading
import time
from pathlib import Path

from workbench.runs.events import EventWriter
from workbench.runs.run import Run

PROBES = [
    ("Dear team, my Aurora kettle X2 leaks. Order XF33214. Mira Holm", '{"category": "defect", "order": "XF33214"}'),
    ("Where is my parcel? It was due on Monday. <script>window.hacked = 1</script>", '{"category": "shipping"}'),
]


class PlayedRun(Run):
    """A run whose status is what its last event says, and whose commands are only noted."""

    writes_answers = True

    def __init__(self, path):
        super().__init__(path)
        self.asked: list[str] = []

    @property
    def status(self):
        last = next(
            (event for event in reversed(self.events()) if event["type"] in ("queued", "started", "ended")), None
        )
        return {"queued": "queued", "started": "running", None: "queued"}.get(
            last and last["type"], last and last.get("status")
        )

    @property
    def reason(self):
        last = next((event for event in reversed(self.events()) if event["type"] in ("started", "ended")), {})
        return last.get("reason")

    def stop(self):
        self.asked.append("stop")

    def pause(self):
        self.asked.append("pause")

    def evaluate_now(self):
        self.asked.append("evaluate_now")

    def ask(self, prompt, **decoding):
        self.asked.append(prompt)
        return f"{decoding}: {prompt.upper()}"


class Script:
    """Writes the events of a plausible run into a folder, all at once or as time goes by.

    Parameters
    ----------
    folder
        The run's folder; made here.
    steps, every, evals
        Length of the run, steps between two logged points, number of evaluations.
    """

    def __init__(self, folder: Path, *, steps=300, every=1, evals=12, seed=0, floor=0.08, speed=6.0, overfit=0.0):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.steps, self.every, self.evals = folder, steps, every, evals
        self.floor, self.speed, self.overfit = floor, speed, overfit
        self.random = random.Random(seed)
        self.writer = EventWriter(folder / "events.jsonl")
        self.run = PlayedRun(folder)
        self.best = math.inf

    def begin(self):
        write = self.writer.write
        write("launched", id=self.folder.name, recipe_hash="0" * 12, name=f"sft lora {self.folder.name[-4:]}")
        write("queued", device="cpu", behind=None)
        write("started", pid=1, supervisor_pid=1, device="cpu", dtype="bfloat16", threads=2, world=1)
        write("gate", rows=2000, trained_tokens=120_000, truncated_rows=0, dropped_rows=0, warnings=[], errors=[])
        write("resolved", settings={}, reasons={}, max_steps=self.steps, num_rows=2000, parameters=2_400_000,
              trainable_parameters=122_880)  # fmt: skip
        self.sample(0)
        return self

    def loss(self, step):
        return self.floor + 3.2 * math.exp(-self.speed * step / self.steps)

    def log(self, step):
        share, noise = step / self.steps, self.random.gauss(0, 1)
        self.writer.write(
            "log", step=step, epoch=share * 2, num_tokens=step * 1210, loss=self.loss(step) * (1 + 0.12 * noise),
            learning_rate=3e-3 * min(1, 20 * share) * (0.5 + 0.5 * math.cos(math.pi * share)),
            grad_norm=(0.3 + self.loss(step)) * math.exp(0.3 * noise), entropy=self.loss(step) * 1.1,
            mean_token_accuracy=min(0.999, 1 - self.loss(step) / 4 + 0.01 * noise),
            tokens_per_second=8500 + 400 * noise, memory_bytes=1.31e9 + 2e5 * step,
            elapsed=step * 0.14, eta=(self.steps - step) * 0.14,
        )  # fmt: skip

    def eval(self, step):
        share = step / self.steps
        value = self.loss(step) * 1.06 + self.overfit * max(0.0, share - 0.5)
        best = value < self.best
        self.best = min(value, self.best)
        self.writer.write(
            "eval", step=step, epoch=share * 2, num_tokens=step * 1210, eval_loss=value, metric="eval_loss", best=best,
            eval_mean_token_accuracy=min(0.998, 1 - value / 4), elapsed=step * 0.14, command=None,
        )  # fmt: skip
        self.sample(step)

    def sample(self, step):
        for number, (prompt, reference) in enumerate(PROBES):
            share = step / self.steps
            answer = reference if share > 0.5 else reference.replace("defect", "billing").replace("shipping", "other")
            if share < 0.1:
                answer = "Thank you for your message. We will look into it & <b>get back</b> to you."
            self.writer.write("sample", step=step, probe=number, prompt=prompt, reference=reference, answer=answer)

    def end(self, status="completed", reason=None, step=None):
        self.writer.write("ended", status=status, reason=reason, exit_code=0, signal=None, step=step or self.steps)
        return self

    def points(self, start=0, until=None):
        for step in range(start + self.every, (until or self.steps) + 1, self.every):
            self.log(step)
            if step % max(1, self.steps // self.evals // self.every * self.every) == 0:
                self.eval(step)
            yield step

    def whole(self):
        """All of it at once."""
        self.begin()
        for _ in self.points():
            pass
        return self.end()

    def play(self, seconds):
        """As time goes by, in a thread."""

        def write():
            for _ in self.points():
                time.sleep(seconds * self.every / self.steps)
            self.end()

        self.begin()
        threading.Thread(target=write, daemon=True).start()
        return self


def play_log(folder: Path, log, *, rollouts=True):
    """A run that is over, with these logged rows and, where wanted, rollouts of its last two steps."""
    folder.mkdir(parents=True, exist_ok=True)
    with EventWriter(folder / "events.jsonl") as writer:
        writer.write("queued", device="cpu", behind=None)
        writer.write("started", pid=1, supervisor_pid=1, device="cpu", dtype="float32", threads=2, world=1)
        for row in log:
            writer.write(**row, num_tokens=row["step"] * 900, elapsed=row["step"] * 0.2)
        for row in log[-2:] if rollouts else ():
            path = f"samples/rollouts-{row['step']:06d}.json"
            (folder / "samples").mkdir(exist_ok=True)
            (folder / path).write_text(json.dumps(ROLLOUTS))
            writer.write("rollouts", step=row["step"], path=path)
        writer.write("ended", status="completed", reason=None, exit_code=0, signal=None, step=log[-1]["step"])
    return PlayedRun(folder)


def rollout(prompt, tokens, advantages, **scores):
    values = [round(0.1 * index, 2) for index in range(len(tokens))]
    return {
        "prompt": prompt,
        "completion": "".join(tokens),
        "tokens": tokens,
        "advantages": advantages,
        "values": values,
    } | scores


REPLY = ["I", " am", " sorry", " to", " hear", " that", ".", " We", " refund", " you", "!", "\n", "Best"]
ADVANTAGES = [0.1, 0.4, 1.2, 0.3, 0.8, 0.0, 0.02, -0.3, -1.4, -0.9, -0.2, 0.1, 0.5]
ATTACK = ["<b>", "bold", "</b>", "<script>window.hacked = 1</script>"]
ROLLOUTS = [
    rollout("My kettle leaks. Mira", REPLY, ADVANTAGES, reward=1.25, gold=0.4, kl=3.2),
    rollout(PROBES[1][0], ATTACK, [0.5, -0.5, 0.1, 1.0], reward=-0.5, gold=None, kl=0.1),
]
