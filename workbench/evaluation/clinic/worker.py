"""The process behind `reward_clinic`: asks the reward for every score.

python -m workbench.evaluation.clinic.worker FOLDER ATTEMPT DEVICE LOCK_FILES
"""

from __future__ import annotations

import math
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.data.browse import plain_text
from workbench.errors import InvalidInputError, RewardError
from workbench.evaluation.clinic.job import PLAN, RESULT
from workbench.evaluation.clinic.pairs import SIDES, Pairs
from workbench.evaluation.clinic.result import RewardClinic
from workbench.evaluation.worker import Ended, Telling
from workbench.runs import attempt, processes
from workbench.runs.events import EventWriter
from workbench.runs.job import Folder, read_json

__all__ = ["BATCH", "examined"]

BATCH = 32
"""Replies scored at once."""

ANOTHER = "best reply to another prompt"

Reward = Callable[[Sequence[Any], Sequence[str], Mapping[str, Sequence[Any]]], Sequence[float]]


def main(argv: list[str]) -> None:
    """One attempt, and how it ended."""
    attempt.run(argv, examine)


def examine(folder: Folder, events: EventWriter, device: str) -> dict[str, Any]:
    """Everything from the plan to what was found; returns status, reason and the last step."""
    from workbench.objectives._reward_calling import load_reward
    from workbench.objectives.rewards import described

    plan = read_json(folder.path / PLAN)
    if plan is None:
        raise InvalidInputError(f"{folder.path / PLAN} is missing or damaged. Ask anew.")
    events.write("started", pid=os.getpid(), supervisor_pid=os.getppid(), device=device)
    tell = Telling(folder, events)
    signal.signal(signal.SIGTERM, lambda number, frame: tell.end("stopped", "ended from outside (SIGTERM)"))
    name = described(plan["reward"])
    reward = load_reward(plan["reward"])
    if (torch := sys.modules.get("torch")) is not None:  # only reward models need it
        torch.set_num_threads(processes.thread_count())
    try:
        found = examined(plan, reward, name, lambda done, total: tell(done, total, name))
    except Ended:
        return {"status": tell.status, "reason": tell.reason, "step": None}
    finally:
        tell.last()
    draft = folder.path / f".{RESULT}"
    found.to_json(draft)
    os.replace(draft, folder.path / RESULT)
    return {"status": "completed", "reason": None, "step": None}


def examined(
    plan: Mapping[str, Any], reward: Reward, name: str, tell: Callable[[int, int], Any] = lambda done, total: None
) -> RewardClinic:
    """What a reward says of everything that a plan asks.

    Raises
    ------
    RewardError
        When the reward fails, with the row it failed at.
    """
    pairs, probed = plan["pairs"], list(plan["probed"])
    asking = _Asking(reward, tell, plan)
    scores = {side: asking(pairs, range(len(pairs["rows"])), pairs[side], f"the {side} reply") for side in SIDES}
    rewrites = {
        each: texts | {
            f"{side}_scores": asking(pairs, probed, texts[side], f"the {side} reply rewritten ({each})")
            for side in SIDES
        }
        for each, texts in plan["rewrites"].items()
    }  # fmt: skip
    made = {**plan["exploits"]}
    if (another := _best_of_others(pairs, probed, scores["chosen"])) is not None:
        made[ANOTHER] = another
    exploits = {
        each: {"texts": texts, "scores": asking(pairs, probed, texts, f"an exploit ({each})")}
        for each, texts in made.items()
    }
    training = None
    if (learnt := plan["training"]) is not None:
        training = {
            side: asking(learnt, range(len(learnt["rows"])), learnt[side], f"the {side} reply in training")
            for side in SIDES
        }
    return RewardClinic(
        reward=name, dataset=plan["dataset"], rows=tuple(pairs["rows"]),
        prompts=tuple(plain_text(prompt) for prompt in pairs["prompts"]),
        chosen=tuple(pairs["chosen"]), rejected=tuple(pairs["rejected"]), columns=pairs["columns"], scores=scores,
        probed=tuple(probed), rewrites=rewrites, exploits=exploits, training=training,
        cut_by=tuple(plan["cut_by"]) if plan["cut_by"] is not None else None, notes=tuple(pairs["left_out"]),
        seed=plan["seed"], created=time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()),
    )  # fmt: skip


class _Asking:
    """Asks a reward in batches, each reply to a prompt once, and names the row at which it fails."""

    def __init__(self, reward: Reward, tell: Callable[[int, int], Any], plan: Mapping[str, Any]):
        self._reward, self._tell = reward, tell
        probes = len(plan["probed"]) * (2 * len(plan["rewrites"]) + len(plan["exploits"]) + 1)
        self._total = 2 * len(plan["pairs"]["rows"]) + probes
        self._total += 2 * len(plan["training"]["rows"]) if plan["training"] is not None else 0
        self._done = 0

    def __call__(self, pairs: Pairs, places: Sequence[int], texts: Sequence[str], what: str) -> list[float]:
        """One score a text; the texts answer the prompts at `places`."""
        found: list[float] = []
        for start in range(0, len(places), BATCH):
            batch, replies = list(places[start : start + BATCH]), list(texts[start : start + BATCH])
            try:
                found += self._asked(pairs, batch, replies)
            except RewardError:
                for place, reply in zip(batch, replies, strict=True):
                    try:
                        self._asked(pairs, [place], [reply])
                    except RewardError as error:
                        row = pairs["rows"][place]
                        raise RewardError(f"Row {row}, {what}: {error}") from error
                raise
            self._done += len(batch)
            self._tell(self._done, self._total)
        return found

    def _asked(self, pairs: Pairs, places: list[int], replies: list[str]) -> list[float]:
        columns = {name: [values[at] for at in places] for name, values in pairs["columns"].items()}
        columns |= {side: [pairs[side][at] for at in places] for side in SIDES}
        found = list(self._reward([pairs["prompts"][at] for at in places], replies, columns))
        if not all(map(math.isfinite, found)):
            raise RewardError(f"The reward gave {found}, and scores must be finite. Look at how it was trained.")
        return found


def _best_of_others(pairs: Pairs, probed: Sequence[int], chosen: Sequence[float]) -> list[str] | None:
    """For each probed prompt, the highest-scoring chosen reply to another one; None where all prompts are the same."""
    order = sorted(range(len(chosen)), key=lambda at: -chosen[at])
    prompts = pairs["prompts"]
    best = [next((at for at in order if prompts[at] != prompts[here]), None) for here in probed]
    return None if None in best else [pairs["chosen"][at] for at in best if at is not None]


if __name__ == "__main__":
    main(sys.argv[1:])
