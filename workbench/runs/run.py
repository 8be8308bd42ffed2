"""`Run`: what a kernel, a panel or a terminal holds of a training that lives in processes of its own.

Everything is read from the run's folder, so a run can be opened again after a restart, by any number of readers, and
without its model or data. Commands are files that the trainer answers between two steps.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.errors import RunError, RunNotLiveError
from workbench.runs import control
from workbench.runs.decoding import Decoding
from workbench.runs.handle import POLL, Job
from workbench.runs.home import GUARDS
from workbench.runs.job import LIVE, Folder, read_json

if TYPE_CHECKING:
    import pandas as pd

    from workbench.models.system import System
    from workbench.recipe import Recipe

__all__ = ["METRICS", "Run"]

# The columns of `Run.metrics` that every run has; what else an objective measures comes after them.
METRICS = (
    "step",
    "epoch",
    "num_tokens",
    "elapsed",
    "loss",
    "learning_rate",
    "grad_norm",
    "mean_token_accuracy",
    "entropy",
    "tokens_per_second",
    "memory_bytes",
    "eval_loss",
    "eval_mean_token_accuracy",
)
NOT_MEASURED = {"v", "seq", "time", "attempt", "eta", "evaluations_ahead", "best"}


class Run(Job):
    """A training run.

    Parameters
    ----------
    path
        Its folder. Nothing is read before it is asked for.
    """

    kind: ClassVar[str] = "Run"
    worker: ClassVar[str] = "workbench.runs.trainer"
    nothing_left: ClassVar[str] = (
        'nothing is left to do. To train longer, launch run.recipe.replace({"training.max_steps": ...}).'
    )

    def __repr__(self) -> str:
        progress = self.progress()
        reason = f": {progress['reason']}" if progress["reason"] else ""
        total = progress["max_steps"]
        where = f" at step {progress['step']} of {total}" if total else ""
        return f"<Run {self.id} {progress['status']}{where}{reason}>"

    # What it is

    @property
    def name(self) -> str:
        """A short label for legends and tables."""
        launched = next((event for event in self.events() if event["type"] == "launched"), None)
        return launched["name"] if launched else self.id

    @property
    def recipe(self) -> Recipe:
        """What was asked for. Neither its model nor its data need to be present."""
        from workbench.recipe import Recipe

        return Recipe.from_yaml(self.folder.recipe)

    @property
    def system(self) -> System:
        """What the run made, ready to answer: its best weights so far on their base.

        Raises
        ------
        RunError
            While no weights have been kept yet.
        """
        from workbench.models.resolve import resolve_model
        from workbench.models.system import System

        if not self.folder.model.is_dir():
            state = self.folder.state()
            hint = "wait for its first evaluation" if state["status"] in LIVE else "resume() it, or launch it again"
            raise RunError(f"Run {self.id} ({state['status']}) has kept no model yet: {hint}.")
        recipe = self.recipe
        if not self.writes_answers:
            raise RunError(
                f"Run {self.id} trained a reward model, which scores answers and writes none. Look at it with "
                "wb.reward_clinic, or take it as the reward of PPO, RLOO or GRPO."
            )
        if recipe.tuning.adapter:
            base = resolve_model(recipe.model_name).below.name
            return System(base, adapters=[self.folder.model], template=recipe.template, name=self.name)
        return System(str(self.folder.model), template=recipe.template, name=self.name)

    @property
    def writes_answers(self) -> bool:
        """Whether its model answers in text; a reward model scores answers instead."""
        return self.recipe.objective.answers

    @property
    def then(self) -> str | None:
        """The job that looks at how the tuned model answers; ``WORKBENCH_GUARDS=off`` and recipes may do without."""
        asked_for = os.environ.get("WORKBENCH_GUARDS") != "off" and self.recipe.training.guards
        wanted = asked_for and self.writes_answers
        return "workbench.evaluation.guards.worker" if wanted else None

    # How it is

    @property
    def best(self) -> dict[str, Any] | None:
        """The best evaluation so far, ``{step, metric, value}``; its weights are in ``model/``."""
        events = self.events()
        best = next((event for event in reversed(events) if event["type"] == "eval" and event.get("best")), None)
        if best is None:
            return None
        resolved = next(event for event in reversed(events) if event["type"] == "resolved")
        metric = resolved["settings"]["best_metric"]
        return {"step": best["step"], "metric": metric, "value": best[metric]}

    def progress(self) -> dict[str, Any]:
        """``step``, ``max_steps``, ``fraction`` (0 to 1), ``eta`` and ``elapsed`` (seconds), ``status``, ``reason``."""
        state, events = self.folder.state(), self.events()
        max_steps = next((event["max_steps"] for event in reversed(events) if event["type"] == "resolved"), None)
        step = max((event["step"] or 0 for event in events if event["type"] in ("log", "eval", "ended")), default=0)
        last: dict[str, Any] = next((event for event in reversed(events) if event["type"] == "log"), {})
        return {
            "step": step,
            "max_steps": max_steps,
            "fraction": step / max_steps if max_steps else 0.0,
            "eta": last.get("eta") if state["status"] in LIVE else None,
            "elapsed": last.get("elapsed"),
            "status": state["status"],
            "reason": state.get("reason"),
        }

    # What it did

    def metrics(self) -> pd.DataFrame:
        """One row a step at which something was logged or evaluated, in the columns of `METRICS`.

        ``elapsed`` is seconds of training, ``num_tokens`` counts tokens without padding, ``memory_bytes`` is what
        the process (or the GPU) holds. What was not measured at a step, or was not a number, is NaN.
        """
        import pandas as pd

        rows: dict[int, dict[str, Any]] = {}
        names = dict.fromkeys(METRICS)
        for event in self.events():
            if event["type"] in ("log", "eval"):
                measured = {
                    name: value
                    for name, value in event.items()
                    if name in METRICS or (name not in NOT_MEASURED and isinstance(value, (int, float)))
                }
                names |= dict.fromkeys(measured)
                row = rows.setdefault(event["step"], {})
                row |= {name: value for name, value in measured.items() if value is not None}
        frame = pd.DataFrame([rows[step] for step in sorted(rows)], columns=list(names))
        return frame.astype(dict.fromkeys(list(names)[1:], float) | {"step": int})

    def samples(self) -> pd.DataFrame:
        """The answers to the fixed prompts as they changed: ``step, probe, prompt, reference, answer``."""
        import pandas as pd

        columns = ["step", "probe", "prompt", "reference", "answer"]
        rows = [[event[name] for name in columns] for event in self.events() if event["type"] == "sample"]
        return pd.DataFrame(rows, columns=columns)

    def guards(self) -> list[dict[str, Any]] | None:
        """What tuning may have broken: a traffic light each, with its figure and a sentence.

        Looked at by a job of its own once the run is completed, which takes no time from the run and gives way to
        others; `wb.guard` does it here and now.

        Returns
        -------
        list of dict or None
            Each ``{"name", "light", "figure", "sentence", "numbers"}``; ``light`` is ``"green"``, ``"amber"``,
            ``"red"``, or ``"grey"`` where it cannot be told, with the reason. None while they are being made.
        """
        found = read_json(self.path / f"{GUARDS}.json")
        if found is not None:
            return found[GUARDS]
        state, job = self.folder.state(), Folder(self.path / GUARDS)
        if state["status"] in LIVE:
            return None
        if state["status"] != "completed":
            why = f"The run is {state['status']}: {state.get('reason') or 'no reason was left.'}"
        elif not self.writes_answers:
            why = "Guards read answers, and a reward model writes none: wb.reward_clinic(run, pairs) examines it."
        elif not job.path.is_dir():
            why = "None were started for this run; wb.guard(run) looks now."
        elif (state := job.state())["status"] in LIVE:
            return None
        else:
            why = f"Looking at it {state['status']}: {state.get('reason') or 'no reason was left.'}"
        return [{"name": GUARDS, "light": "grey", "figure": "not measured", "sentence": why, "numbers": {}}]

    # What can be asked of it

    def pause(self) -> None:
        """Save a checkpoint at the next step and leave the machine free until `resume`. Returns at once.

        Raises
        ------
        RunNotLiveError
            Where it is over already.
        """
        self._command("pause")

    def evaluate_now(self) -> None:
        """Evaluate on the validation rows at the next step, without touching the training. Returns at once.

        It counts neither for the best model nor for early stopping, so looking changes nothing.

        Raises
        ------
        RunNotLiveError
            Where it is not running.
        """
        self._command("evaluate_now")

    def ask(self, prompt: str, *, timeout: float | None = None, **decoding: Any) -> str:
        """The answer of the model as it is at this step; after the end, that of the weights that were kept.

        Parameters
        ----------
        prompt
            One user turn.
        timeout
            Seconds to wait for the next step and the answer; None waits as long as the run lives.
        decoding
            ``max_new_tokens`` (256), ``temperature`` (0: always the likeliest token), ``seed``.

        Raises
        ------
        InvalidInputError
            For a decoding that cannot be.
        RunNotLiveError
            While it is queued.
        GenerationError
            Where the answer could not be made.
        """
        Decoding(**decoding)  # what is wrong with it is said before the run is asked
        state = self.folder.state()
        if state["status"] == "queued":
            raise RunNotLiveError(f"Run {self.id} is queued: it answers once it trains.")
        if state["status"] == "running":
            answer = self._answer(control.send(self.path, "ask", prompt=prompt, **decoding), timeout)
            if answer is not None:
                return answer
        from workbench.runs.generation import generate

        return generate(self.system, [prompt], **decoding)[0]

    def _answer(self, command_id: str, timeout: float | None) -> str | None:
        """The event that answers a command; None where the run ended first."""
        from workbench.errors import GenerationError

        tail, end = self.tail(), None if timeout is None else time.monotonic() + timeout
        while True:
            live = self.status in LIVE  # looked at before the log: what was written before the end is then seen
            for event in tail.poll():
                if event.get("id") == command_id and event["type"] == "answer" and event["done"]:
                    return event["answer"]
                if event.get("id") == command_id and event["type"] == "command" and not event["ok"]:
                    raise GenerationError(event["message"])
            if not live:
                control.done(self.path, command_id)
                return None
            if end is not None and time.monotonic() >= end:
                control.done(self.path, command_id)
                raise TimeoutError(f"Run {self.id} gave no answer within {timeout} s; it may be in a long step.")
            time.sleep(POLL)
