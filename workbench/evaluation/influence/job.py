"""`wb.influence`: asks which training rows pulled a run towards an answer, in a process of its own.

Its folder, ``HOME/influences/ID``, holds ``plan.json`` (the question), the event log, and at the end
``influence.json``. The gradients of the training rows are kept in the run's own folder, ``RUN/gradients``, so that a
second question costs one gradient a checkpoint.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, overload

from workbench.errors import InvalidInputError, RunError
from workbench.evaluation.influence.result import Influence
from workbench.runs import handle, open_run
from workbench.runs.checkpoints import whole
from workbench.runs.events import EventWriter
from workbench.runs.job import LIVE, new_folder, read_json, write_json
from workbench.runs.run import Run

__all__ = ["PLAN", "RESULT", "InfluenceJob", "influence", "weights_of"]

PLAN, RESULT = "plan.json", "influence.json"
FORMS = ("cosine", "dot")
DIMENSIONS = 2048


class InfluenceJob(handle.Job):
    """A question of `influence` in a process of its own. Made by ``wb.influence(..., wait=False)``.

    Parameters
    ----------
    path
        Its folder.
    """

    kind: ClassVar[str] = "Influence"
    worker: ClassVar[str] = "workbench.evaluation.influence.worker"
    nothing_left: ClassVar[str] = "its ranking is there, as .influence."

    def __repr__(self) -> str:
        at = self.progress()
        reason = f": {at['reason']}" if at["reason"] else ""
        return f"<InfluenceJob {self.id} {at['status']}, {at['done']:,} of {at['total']:,} rows{reason}>"

    def progress(self) -> dict[str, Any]:
        """``done`` and ``total`` vectors of rows, ``status`` and ``reason``."""
        return {name: value for name, value in self.counted().items() if name != "system"}

    @property
    def influence(self) -> Influence:
        """What it found.

        Raises
        ------
        RunError
            While it is not completed.
        """
        found = read_json(self.path / RESULT)
        if found is None:
            at = self.progress()
            then = "wait() for it" if at["status"] in LIVE else "resume() it: gradients that are there are kept"
            raise RunError(f"{self!r} has no ranking yet: {then}.")
        return Influence(**found)


Prompt = str | Sequence[Mapping[str, Any]]


@overload
def influence(
    run: Any, prompt: Prompt, answer: str, *, form: str = ..., dimensions: int | None = ...,
    wait: Literal[True] = ..., progress: Callable[[int, int], Any] | None = ...,
) -> Influence: ...  # fmt: skip
@overload
def influence(
    run: Any, prompt: Prompt, answer: str, *, form: str = ..., dimensions: int | None = ..., wait: Literal[False]
) -> InfluenceJob: ...
def influence(
    run: Any,
    prompt: Prompt,
    answer: str,
    *,
    form: str = "cosine",
    dimensions: int | None = DIMENSIONS,
    wait: bool = True,
    progress: Callable[[int, int], Any] | None = None,
) -> Influence | InfluenceJob:
    """Rank a run's training rows by their pull on an answer.

    TracIn over checkpoints (Pruthi et al. 2020, arXiv 2002.08484, section 3): at each one, how far the gradient of a
    row's loss points the way of the answer's, with respect to the parameters that were trained. Checkpoints are
    weighted by the mean learning rate since the one before. Every checkpoint that is still there counts, and the kept
    model: by default the last two and the best.

    It tells what pulled, to first order; whether the answer would change without these rows, only a run without them
    tells. Look at ``table(by="embedding")`` too: on planted wrong rows whose words were not the question's, gradients
    found more than BM25 and fewer than embedding similarity (``tests/bench/bench_influence.py``).

    Parameters
    ----------
    run
        A completed or stopped run of supervised fine-tuning, or its id.
    prompt, answer
        What was asked, as in the data; and the answer that is to be traced, the run's own or another.
    form
        ``"cosine"`` compares directions; with ``"dot"``, TracIn's own, long rows and odd ones with large gradients
        come first whatever is asked. LESS (Xia et al. 2024, arXiv 2402.04333, section 4.1) normalises for this
        reason. Unlike LESS, Adam's moments are left out: the kept model has none.
    dimensions
        Gradients are shortened to so many numbers by a random projection; the error of a cosine is about
        ``1 / sqrt(dimensions)``. None keeps them whole, one number for each trained parameter of each row.
    wait
        False returns the job at once.
    progress
        Told how many of all row vectors are done. Ctrl-C, or what it raises, ends the job.

    Raises
    ------
    InvalidInputError
        For an answer without text, a run of another kind, or unknown settings.
    RunError
        Where the run has no weights or its data changed, or when the work failed.
    """
    run = run if isinstance(run, Run) else open_run(run)
    _check(prompt, answer, form, dimensions)
    if run.status in LIVE:
        raise RunError(f"Run {run.id} is {run.status}, and its checkpoints still come and go. Wait for it, or stop it.")
    weights = weights_of(run)
    folder = new_folder(run.folder.locks.parent / "influences", "influence")
    turns = prompt if isinstance(prompt, str) else [dict(turn) for turn in prompt]
    plan = {
        "run": str(run.path), "prompt": turns, "answer": answer, "form": form, "dimensions": dimensions,
        "weights": weights,
    }  # fmt: skip

    def prepare(events: EventWriter) -> None:
        write_json(folder.path / PLAN, plan)
        events.write("launched", id=folder.id, run=run.id)

    job = handle.start(InfluenceJob, folder, prepare)
    if not wait:
        return job
    handle.follow(job, progress)
    if job.status != "completed":
        raise RunError(job.reason or f"{job!r} ended without a word; see {job.folder.log}.")
    return job.influence


def weights_of(run: Run) -> list[dict[str, Any]]:
    """The weights that a run still has, each with its step, folder, and the mean learning rate on the way to it.

    Raises
    ------
    InvalidInputError
        For a way of training whose rows have no gradients of this kind.
    RunError
        Where there are none.
    """
    recipe = run.recipe
    if recipe.objective.name != "sft":
        raise InvalidInputError(
            f"Run {run.id} was trained by {recipe.objective.title.lower()}. Influence is worked out for supervised "
            "fine-tuning only, whose loss is a sum over rows."
        )
    if getattr(recipe.tuning, "prefix_projection", False):
        raise InvalidInputError(
            f"Run {run.id} trained a network that makes its prefix, and kept the prefix only: there is nothing left to "
            "take gradients of. Use prefix_projection=False."
        )
    found = whole(run.folder.checkpoints)
    # PiSSA's model/ is another adapter than the one that was trained: what was learnt, less the start.
    if run.folder.model.is_dir() and getattr(recipe.tuning, "init_lora_weights", "") != "pissa":
        step = run.best["step"] if run.best else run.folder.last_step()
        found = dict(sorted({step: run.folder.model, **found}.items()))
    if not found:
        raise RunError(f"Run {run.id} ({run.status}) has no checkpoint and no model. resume() it, or launch it again.")
    rates = [(event["step"], event["learning_rate"] or 0.0) for event in run.events() if event["type"] == "log"]
    weights, before = [], 0
    for step, path in found.items():
        since = [rate for at, rate in rates if before < at <= step] or [rate for at, rate in rates if at <= step][-1:]
        rate = sum(since) / len(since) if since else 0.0
        weights.append({"step": step, "path": os.fspath(Path(path)), "rate": rate})
        before = step
    if not any(each["rate"] for each in weights):
        weights = [each | {"rate": 1.0} for each in weights]
    return weights


def _check(prompt: Any, answer: Any, form: Any, dimensions: Any) -> None:
    if not isinstance(prompt, str) and not (
        isinstance(prompt, Sequence) and prompt and all(isinstance(turn, Mapping) and "role" in turn for turn in prompt)
    ):
        raise InvalidInputError(f"prompt must be text or a list of messages, got {prompt!r}.")
    if not isinstance(answer, str) or not answer.strip():
        raise InvalidInputError(f"answer must be text that is not empty, got {answer!r}. Give what is to be traced.")
    if form not in FORMS:
        raise InvalidInputError(f"form must be 'cosine' or 'dot', got {form!r}.")
    whole_number = isinstance(dimensions, int) and not isinstance(dimensions, bool)
    if dimensions is not None and not (whole_number and dimensions >= 16):
        raise InvalidInputError(f"dimensions must be a whole number from 16, or None, got {dimensions!r}.")
