"""Runs of the tiny model, shared between tests: starting a trainer costs seconds, a step milliseconds."""

from __future__ import annotations

import os
import signal
import time

import pytest

import workbench as wb
from workbench.runs.run import Run

# What must be the same to the last bit, and what is a matter of the clock.
EXACT = ["step", "epoch", "num_tokens", "loss", "learning_rate", "grad_norm", "mean_token_accuracy", "entropy"]
EXACT += ["eval_loss", "eval_mean_token_accuracy"]

SETTINGS = {"max_steps": 40, "batch_size": 4, "logging_steps": 3, "eval_steps": 12, "save_steps": 6}
SETTINGS |= {"num_probes": 2, "probe_max_new_tokens": 8, "learning_rate": 1e-2}


def rows(count: int = 60) -> list[dict[str, str]]:
    """Short sums with prompts of unequal length."""
    return [
        {"prompt": f"What is {number} and {number * 7 % 10}{', please' * (number % 3)}?", "completion": f"{number}."}
        for number in range(count)
    ]


def tiny_recipe(model, *, tuning=None, dataset=None, seed=0, **training) -> wb.Recipe:
    """A run of forty quick steps over several epochs, with dropout, so that every random state matters."""
    return wb.Recipe(
        model=str(model),
        dataset=rows() if dataset is None else dataset,
        tuning=tuning or wb.LoRA(r=2, lora_dropout=0.2),
        training=wb.Training(**{**SETTINGS, **training}),
        seed=seed,
    )


def ended(run: Run, timeout: float = 240) -> str:
    """The status of a run that is over; its log is shown when it is not the one expected."""
    try:
        return run.wait(timeout)
    finally:
        print(run, (run.path / "trainer.log").read_text()[-3000:], sep="\n")


def until(run: Run, type: str, step: int = 0, *, attempt: int = 1, timeout: float = 240) -> dict:
    """Wait for an event of a type, at `step` or later and of this attempt or a later one, and return it."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        for event in run.events():
            if event["type"] == type and event.get("step", 0) >= step and event["attempt"] >= attempt:
                return event
        if run.status not in ("queued", "running"):
            break
        time.sleep(0.002)
    raise AssertionError(f"no {type} at step {step}: {run!r}\n{(run.path / 'trainer.log').read_text()[-3000:]}")


def kill(run: Run, *, supervisor_too: bool = False) -> None:
    """kill -9 the trainer, and first its supervisor if asked."""
    state = run.folder.state()
    if supervisor_too:
        os.kill(state["supervisor_pid"], signal.SIGKILL)
    os.kill(state["pid"], signal.SIGKILL)


def curve(run: Run):
    """The columns of the metrics that must not differ."""
    return run.metrics()[EXACT]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home shared by the runs of one module; what still lives at the end is ended."""
    folder = tmp_path_factory.mktemp("home")
    yield folder
    for run in wb.runs(folder):
        for _ in range(3):  # the supervisor follows its trainer, or is itself the last
            if run.status in ("queued", "running"):
                run.kill()
                time.sleep(0.3)


@pytest.fixture(scope="module")
def undisturbed(home, tiny_model) -> Run:
    """A LoRA run that nobody touched."""
    run = wb.launch(tiny_recipe(tiny_model), home=home)
    assert ended(run) == "completed"
    return run


class Crash(BaseException):
    """Stands for a kill -9 where the trainer runs in the test's own process."""


def train_here(run: Run, *, crash_at: int | None = None, each_step=None) -> dict:
    """One attempt of a run in this process, which has the imports already.

    Parameters
    ----------
    crash_at
        End without a word when this step begins.
    each_step
        Called with the step just done, before the run looks for commands.
    """
    from unittest import mock

    from workbench.runs import trainer
    from workbench.runs.events import EventWriter
    from workbench.runs.reporter import Reporter

    real = Reporter.on_step_end

    def begin(self, args, state, control, **_):
        if state.global_step + 1 == crash_at:
            raise Crash

    def end(self, args, state, control, **settings):
        if each_step is not None:
            each_step(state.global_step)
        real(self, args, state, control, **settings)

    attempt = 1 + sum(event["type"] == "started" for event in run.events())
    before = signal.getsignal(signal.SIGTERM)
    try:
        with (
            EventWriter(run.folder.events, attempt=attempt) as events,
            mock.patch.object(Reporter, "on_step_begin", begin),
            mock.patch.object(Reporter, "on_step_end", end),
        ):
            return trainer.train(run.folder, events, "cpu")
    except Crash:
        return {"status": "crashed"}
    finally:
        signal.signal(signal.SIGTERM, before)


def made(home, recipe: wb.Recipe) -> Run:
    """The folder of a run that no process works on yet."""
    from workbench.runs import job

    folder = job.new_folder(home, "test")
    recipe.stored(home).to_yaml(folder.recipe)
    return Run(folder.path)


def same(run: Run, other: Run) -> None:
    """Every logged figure, every sample and the best evaluation are equal, to the last bit."""
    import pandas as pd

    pd.testing.assert_frame_equal(curve(run), curve(other), check_exact=True)
    assert run.samples().equals(other.samples())
    assert run.best == other.best
