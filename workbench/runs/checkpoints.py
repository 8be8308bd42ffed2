"""Checkpoints that are whole or not there, and from which training goes on as if nothing had happened.

A checkpoint is written into a folder with a temporary name, marked with the size of every file in it, and renamed.
Beside weights, optimizer, schedule and random state it keeps what the Trainer forgets: the half-filled window of the
next log line, token counts, the random state at the start of the epoch (which decides the order of its rows), and
the counters of the run. Everything is loaded with ``weights_only=True`` or as JSON.
"""

from __future__ import annotations

import collections
import json
import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.models.adapters import save_trained
from workbench.runs.job import read_json

__all__ = [
    "clean",
    "counters_of",
    "newest",
    "prune",
    "random_state",
    "random_state_kept",
    "replace_folder",
    "restore",
    "save",
    "set_random_state",
    "whole",
]

MARK = "complete.json"
COUNTERS = "counters.json"
EPOCH_START = "epoch_start.pth"

# What transformers' and TRL's trainers keep between two log lines, where they have it.
_WINDOW = ("_tr_loss", "_total_loss_scalar", "_globalstep_last_logged", "_metrics", "_total_train_tokens")


def save(trainer: Any, folder: Path, counters: dict[str, Any], epoch_start: dict[str, Any]) -> Path:
    """Write ``checkpoint-STEP`` into `folder` and return its path.

    Parameters
    ----------
    trainer
        A transformers Trainer between two steps.
    counters
        Plain data of the run, given back by `counters_of`.
    epoch_start
        `random_state` as it was when the epoch began.
    """
    import torch

    target = folder / f"checkpoint-{trainer.state.global_step}"
    with replace_folder(target) as path:
        save_trained(trainer.model, path)
        trainer._save_optimizer_and_scheduler(str(path))
        trainer._save_scaler(str(path))
        trainer._save_rng_state(str(path))
        trainer.state.save_to_json(str(path / "trainer_state.json"))
        torch.save(epoch_start, path / EPOCH_START)
        (path / COUNTERS).write_text(json.dumps({**counters, "window": _window(trainer)}))
    return target


def newest(folder: Path) -> Path | None:
    """The newest whole checkpoint, or None."""
    return next(reversed(whole(folder).values()), None)


def whole(folder: Path) -> dict[int, Path]:
    """All whole checkpoints by their step, in order."""
    found = {_step(path): path for path in folder.glob("checkpoint-*") if _step(path) >= 0 and _is_whole(path)}
    return dict(sorted(found.items()))


def counters_of(checkpoint: Path) -> dict[str, Any]:
    """What `save` was given as `counters`."""
    return json.loads((checkpoint / COUNTERS).read_text())


def restore(trainer: Any, checkpoint: Path) -> dict[str, Any]:
    """Give the trainer its half-filled window back; returns the random state at the start of the epoch.

    To be called when training begins, after the Trainer has set its own counters to zero.
    """
    import torch
    from transformers.trainer_pt_utils import safe_globals

    window = counters_of(checkpoint)["window"]
    if "_tr_loss" in window:
        trainer._tr_loss.fill_(window["_tr_loss"])
    for name in ("_total_loss_scalar", "_globalstep_last_logged", "_total_train_tokens"):
        if name in window:
            setattr(trainer, name, window[name])
    for mode, lists in window.get("_metrics", {}).items():
        trainer._metrics[mode] = collections.defaultdict(list, lists)
    with safe_globals():
        return torch.load(checkpoint / EPOCH_START, weights_only=True)


def prune(folder: Path, keep: int, best: Path | None) -> None:
    """Delete all but the last `keep` checkpoints and the best one."""
    steps = sorted(_step(path) for path in folder.glob("checkpoint-*") if _step(path) >= 0)
    for step in steps[:-keep]:
        path = folder / f"checkpoint-{step}"
        if path != best:
            shutil.rmtree(path, ignore_errors=True)


def clean(run: Path) -> None:
    """Remove what a killed trainer left half-written, and put a folder back that it had only moved aside."""
    for folder in (run, run / "checkpoints"):
        for old in folder.glob(".old-*"):
            target = folder / old.name.removeprefix(".old-")
            if target.exists():
                shutil.rmtree(old, ignore_errors=True)
            else:
                os.replace(old, target)
        for new in folder.glob(".new-*"):
            shutil.rmtree(new, ignore_errors=True)


@contextmanager
def replace_folder(target: Path) -> Iterator[Path]:
    """A new folder to write into; when all is written it takes the place of `target`, else it is removed."""
    new, old = target.with_name(f".new-{target.name}"), target.with_name(f".old-{target.name}")
    shutil.rmtree(new, ignore_errors=True)
    try:
        new.mkdir(parents=True)
        yield new
        sizes = {}
        for path in sorted(path for path in new.rglob("*") if path.is_file()):
            with open(path, "rb") as file:
                os.fsync(file.fileno())
            sizes[path.relative_to(new).as_posix()] = path.stat().st_size
        with open(new / MARK, "w") as file:
            json.dump(sizes, file)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        os.replace(target, old)
    os.replace(new, target)
    shutil.rmtree(old, ignore_errors=True)


def random_state() -> dict[str, Any]:
    """The state of every random generator that training draws from."""
    import numpy as np
    import torch

    state = {"python": random.getstate(), "numpy": np.random.get_state(), "cpu": torch.random.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    return state


def set_random_state(state: dict[str, Any]) -> None:
    """Put every generator where `random_state` found it."""
    import numpy as np
    import torch

    random.setstate(state["python"])
    np.random.set_state(state["numpy"])
    torch.random.set_rng_state(state["cpu"])
    if "cuda" in state:
        torch.cuda.set_rng_state_all(state["cuda"])


@contextmanager
def random_state_kept() -> Iterator[None]:
    """Whatever is drawn inside, training goes on as if nothing had been."""
    state = random_state()
    try:
        yield
    finally:
        set_random_state(state)


def _window(trainer: Any) -> dict[str, Any]:
    window: dict[str, Any] = {}
    for name in _WINDOW:
        value = getattr(trainer, name, None)
        if value is not None:
            window[name] = value.item() if hasattr(value, "item") else value
    return window


def _is_whole(path: Path) -> bool:
    sizes = read_json(path / MARK)
    if not sizes:
        return False
    return all((path / name).is_file() and (path / name).stat().st_size == size for name, size in sizes.items())


def _step(path: Path) -> int:
    number = path.name.removeprefix("checkpoint-")
    return int(number) if number.isdigit() else -1
