"""What the trainer does between two steps: report, obey commands, keep the best model and checkpoints.

`Reporter` is a callback of transformers' Trainer. Nothing it does moves the training: probes, questions and
evaluations run under saved random state, and an evaluation that was asked for counts neither for the best model nor
for early stopping.
"""

from __future__ import annotations

import json
import math
import os
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from workbench.data.turns import spoken
from workbench.errors import RunError, WorkbenchError
from workbench.runs import checkpoints, control
from workbench.runs.asking import Asker, Probe
from workbench.runs.clock import Clock
from workbench.runs.decoding import Decoding
from workbench.runs.events import EventWriter, read_events
from workbench.runs.job import Folder
from workbench.runs.reasons import reason_for_error
from workbench.tuning import Tuning

__all__ = ["Reporter"]

NAMED = {"epoch", "num_tokens", "loss", "learning_rate", "grad_norm", "mean_token_accuracy", "entropy", "step"}
"""What a log event has in any case; what else an objective measures stands beside."""
KEEP = 2  # checkpoints, beside the best
ENDS = {"stop": "stopped", "pause": "paused"}


@dataclass
class Counters:
    """What a checkpoint keeps of the run itself."""

    elapsed: float = 0.0
    best: dict[str, Any] | None = None
    without_gain: int = 0  # evaluations since the best one


@dataclass(eq=False)
class Reporter(TrainerCallback):
    """The run's side of a Trainer.

    Parameters
    ----------
    folder, events
        Where the run lives and what it writes to.
    settings
        The resolved training settings.
    tuning
        Writes the model.
    asker
        Answers probes and questions; None where the objective's model does not generate.
    probes
        The fixed prompts.
    resume_from
        The checkpoint that training goes on from.
    """

    folder: Folder
    events: EventWriter
    settings: dict[str, Any]
    tuning: Tuning
    asker: Asker | None
    probes: list[Probe]
    resume_from: Path | None = None
    counters: Counters = field(default_factory=Counters)
    ending: tuple[str, str | None] | None = None
    signalled: str | None = None

    def attach(self, trainer: Any) -> None:
        """Take over the trainer's checkpoints and evaluations."""
        self.trainer = trainer
        self._evaluate = trainer.evaluate
        trainer.evaluate = self._evaluate_untouched
        trainer.on_rollouts = self.on_rollouts
        trainer._save_checkpoint = lambda model, trial: self._save_checkpoint()
        self._clock = Clock()
        self._asked: list[str] = []  # ids of evaluate_now commands that wait for the evaluation
        self._early: str | None = None
        self._epoch_start: dict[str, Any] = {}
        if self.resume_from is not None:
            kept = checkpoints.counters_of(self.resume_from)
            self.counters = Counters(kept["elapsed"], kept["best"], kept["without_gain"])

    # What the Trainer calls

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self.resume_from is not None:
            self._epoch_start = checkpoints.restore(self.trainer, self.resume_from)
            self.events.write("resumed", **{"step": state.global_step, "from": self._relative(self.resume_from)})
        else:
            if self.events.attempt > 1:
                self.events.write("resumed", **{"step": 0, "from": None})
            seen = {event["probe"] for event in read_events(self.folder.events) if event["type"] == "sample"}
            self._sample(0, [number for number in range(len(self.probes)) if number not in seen])
        tokens = getattr(self.trainer, "_total_train_tokens", 0)
        self._clock = Clock(self.counters.elapsed, state.global_step, tokens)

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self.resume_from is None:
            self._epoch_start = checkpoints.random_state()
            return
        # The order of an epoch's rows is drawn from the random state at its start. The Trainer skips the rows that
        # were trained, and only then puts the state of the checkpoint back.
        if state.epoch == int(state.epoch):
            self.trainer._load_rng_state(str(self.resume_from))
            self._epoch_start = checkpoints.random_state()
        else:
            checkpoints.set_random_state(self._epoch_start)
        self.resume_from = None

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        loss = self.trainer._tr_loss.item()
        if not math.isfinite(loss):
            step = state.global_step + 1
            self.events.write("log", step=step, epoch=state.epoch, loss=loss, elapsed=round(self._clock.elapsed, 3))
            raise RunError(
                f"The loss became {'NaN' if math.isnan(loss) else 'infinite'} at step {step}; the weights are kept as "
                f"they were before it. Lower training.learning_rate (it was {self.settings['learning_rate']:g}), or "
                "look at the rows of that step for odd values. The last checkpoint is untouched."
            )

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        step, settings = state.global_step, self.settings
        last = step >= state.max_steps
        if self.signalled and self.ending is None:
            self.ending = ("stopped", f"The trainer was asked to end by {self.signalled}, and saved a checkpoint.")
        self._obey(step, control)
        if self._has_eval and (step % settings["eval_steps"] == 0 or last):
            control.should_evaluate = True
        if last:
            control.should_log = True
        if step % settings["save_steps"] == 0 or (self.ending and not last):
            control.should_save = True
        if self.ending and not last:
            control.should_training_stop = True

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **_: Any) -> None:
        state.log_history.clear()  # the event log keeps it; in the checkpoint it would only grow
        if not logs or "loss" not in logs:
            return
        tokens = int(logs.get("num_tokens", 0))
        speed = self._clock.speed(tokens)
        eval_steps = self.settings["eval_steps"] if self._has_eval else None
        eta, evaluations = self._clock.left(state.global_step, state.max_steps, eval_steps)
        self.events.write(
            "log",
            step=state.global_step,
            epoch=logs.get("epoch"),
            num_tokens=tokens,
            loss=logs["loss"],
            learning_rate=logs.get("learning_rate"),
            grad_norm=logs.get("grad_norm"),
            mean_token_accuracy=logs.get("mean_token_accuracy"),
            entropy=logs.get("entropy"),
            **{name: value for name, value in logs.items() if name not in NAMED and isinstance(value, (int, float))},
            tokens_per_second=None if speed is None else round(speed, 1),
            memory_bytes=memory_bytes(),
            elapsed=round(self._clock.elapsed, 3),
            eta=round(eta, 1),
            evaluations_ahead=evaluations,
        )

    def on_rollouts(self, step: int, rollouts: list[dict[str, Any]]) -> None:
        """Keep what the policy wrote at a step, and how it was scored."""
        if not self.settings["record_samples"]:
            return
        path = self.folder.path / "samples" / f"rollouts-{step:06d}.json"
        path.parent.mkdir(exist_ok=True)
        new = path.with_suffix(".new")
        readable = [{**rollout, "prompt": spoken(rollout["prompt"])} for rollout in rollouts]
        new.write_text(json.dumps(readable, ensure_ascii=False), encoding="utf-8")
        os.replace(new, path)
        self.events.write("rollouts", step=step, path=self._relative(path))

    def on_evaluate(
        self, args: Any, state: Any, control: Any, metrics: dict[str, float] | None = None, **_: Any
    ) -> None:
        step = state.global_step
        metrics = {name: value for name, value in (metrics or {}).items() if name.startswith("eval_")}
        for name in ("eval_runtime", "eval_samples_per_second", "eval_steps_per_second"):
            metrics.pop(name, None)
        asked, self._asked = self._asked, []
        self._clock.evaluations += 1
        scheduled = step % self.settings["eval_steps"] == 0 or step >= state.max_steps
        best = scheduled and self._is_best(step, metrics)
        self.events.write(
            "eval",
            step=step,
            epoch=state.epoch,
            num_tokens=int(metrics.pop("eval_num_tokens", getattr(self.trainer, "_total_train_tokens", 0))),
            **metrics,
            best=best,
            elapsed=round(self._clock.elapsed, 3),
            command=asked[0] if asked else None,
        )
        for command_id in asked:
            self._reply(command_id, "evaluate_now", True, f"evaluated at step {step}")
        self._sample(step)
        if best:
            with self._clock.aside():
                self.save_model()
        patience = self.settings["early_stopping_patience"]
        if scheduled and patience and self.counters.without_gain >= patience and self.counters.best:
            kept = self.counters.best
            self._early = (
                f"Stopped early at step {step}: {kept['metric']} has not improved for {patience} evaluations; the "
                f"best, {kept['value']:.4g}, was at step {kept['step']}."
            )
            control.should_training_stop = True

    # How it ended, and what is kept

    def finish(self) -> dict[str, Any]:
        """The run's ending, once the Trainer is done: keeps the model and says what happened."""
        step, total = self.trainer.state.global_step, self.trainer.state.max_steps
        if self.counters.best is None or not self.folder.model.is_dir():
            self.save_model()
        if self._early:
            return {"status": "completed", "reason": self._early, "step": step}
        if step < total and self.ending:
            return {"status": self.ending[0], "reason": self.ending[1], "step": step}
        return {"status": "completed", "reason": None, "step": step}

    def save_model(self) -> None:
        """Write ``model/``: weights, and the tokenizer with the template, so that the folder stands alone."""
        with checkpoints.replace_folder(self.folder.model) as path:
            self.tuning.save(self.trainer.model, path)
            self.trainer.processing_class.save_pretrained(path)

    def _save_checkpoint(self) -> None:
        with self._clock.aside():
            counters = self.counters
            kept = {"elapsed": self._clock.elapsed, "best": counters.best, "without_gain": counters.without_gain}
            path = checkpoints.save(self.trainer, self.folder.checkpoints, kept, self._epoch_start)
            best = self.folder.checkpoints / f"checkpoint-{counters.best['step']}" if counters.best else None
            checkpoints.prune(self.folder.checkpoints, KEEP, best)
        step = self.trainer.state.global_step
        self.events.write("checkpoint", step=step, path=self._relative(path), best=path == best)

    def _is_best(self, step: int, metrics: dict[str, float]) -> bool:
        name, counters = self.settings["best_metric"], self.counters
        if name not in metrics:
            raise RunError(
                f"training.best_metric is {name!r}, which the evaluation does not give. It gives "
                f"{', '.join(sorted(metrics))}. Choose one of these."
            )
        value = metrics[name]
        sign = 1 if self.settings["greater_is_better"] else -1
        if math.isfinite(value) and (counters.best is None or sign * value > sign * counters.best["value"]):
            counters.best, counters.without_gain = {"step": step, "metric": name, "value": value}, 0
            return True
        counters.without_gain += 1
        return False

    # Commands

    def _obey(self, step: int, trainer_control: Any) -> None:
        for command in control.pending(self.folder.path):
            control.done(self.folder.path, command["id"])
            name = command["name"]
            if name in ENDS:
                self.ending = (ENDS[name], f"{ENDS[name].capitalize()} at step {step} as asked, with a checkpoint.")
                self._reply(command["id"], name, True, f"{ENDS[name]} at step {step}")
            elif name == "evaluate_now" and self._has_eval:
                self._asked.append(command["id"])
                trainer_control.should_evaluate = True
            elif name == "evaluate_now":
                self._reply(command["id"], name, False, "There are no validation rows to evaluate on.")
            elif name == "ask":
                self._answer(command, step)
            else:
                self._reply(command["id"], name, False, f"{name!r} is not a command of a run.")

    def _answer(self, command: dict[str, Any], step: int) -> None:
        if self.asker is None:
            self._reply(command["id"], "ask", False, "This objective's model does not answer in text.")
            return
        given = {name: value for name, value in command.items() if name not in ("id", "name", "prompt")}
        try:
            decoding = Decoding(**given)
            ids = self.asker.renderer.ids([self.asker.renderer.prompt_text(command["prompt"])])
            with self._clock.aside():
                (answer,) = self.asker.answer(self.trainer.model, ids, decoding)
        except Exception as error:  # a question must never end a training
            if not isinstance(error, WorkbenchError):
                traceback.print_exc()
            self._reply(command["id"], "ask", False, reason_for_error(error, go_on="ask again."))
            return
        assert answer is not None
        kept = {"prompt": command["prompt"], "answer": answer.text}
        self.events.write("answer", id=command["id"], step=step, **kept, done=True)

    def _reply(self, command_id: str, name: str, ok: bool, message: str) -> None:
        self.events.write("command", id=command_id, name=name, ok=ok, message=message)

    # Looking without touching

    def _sample(self, step: int, only: list[int] | None = None) -> None:
        chosen = range(len(self.probes)) if only is None else only
        if self.asker is None or not chosen:
            return
        with self._clock.aside():
            decoding = Decoding(self.settings["probe_max_new_tokens"])
            answers = self.asker.answer(self.trainer.model, [self.probes[number].ids for number in chosen], decoding)
        for number, answer in zip(chosen, answers, strict=True):
            assert answer is not None
            probe = self.probes[number]
            fields = {"prompt": probe.prompt, "reference": probe.reference, "answer": answer.text}
            self.events.write("sample", step=step, probe=number, **fields)

    def _evaluate_untouched(self, *args: Any, **settings: Any) -> dict[str, float]:
        with self._clock.aside(), checkpoints.random_state_kept():
            return self._evaluate(*args, **settings)

    @property
    def _has_eval(self) -> bool:
        return self.trainer.eval_dataset is not None

    def _relative(self, path: Path) -> str:
        return path.relative_to(self.folder.path).as_posix()


def memory_bytes() -> int:
    """The most that was allocated on the GPU so far, or, without one, what the process holds in memory."""
    import psutil
    import torch

    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    return psutil.Process(os.getpid()).memory_info().rss
