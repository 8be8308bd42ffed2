"""`wb.reward_clinic`: examines a reward in a process of its own.

Its folder, ``HOME/clinics/ID``, holds ``plan.json`` (the reward and every text it is asked about), the event log, and
at the end ``clinic.json``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, overload

from workbench.errors import InvalidInputError, RunError
from workbench.evaluation.clinic.pairs import SIDES, Pairs, read_pairs, short_columns
from workbench.evaluation.clinic.result import RewardClinic
from workbench.evaluation.clinic.rewrites import EXPLOITS, rewrites_of, rewritten
from workbench.evaluation.clinic.slicing import LENGTHS
from workbench.evaluation.picking import opened
from workbench.runs import handle
from workbench.runs.events import EventWriter
from workbench.runs.home import home
from workbench.runs.job import LIVE, find, new_folder, write_json
from workbench.settings import nearest

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset

__all__ = ["PLAN", "RESULT", "ClinicJob", "open_clinic", "reward_clinic"]

PLAN, RESULT = "plan.json", "clinic.json"

PROBED = 200
"""Pairs that are rewritten and exploited at most: a share is then known to about 7 points, a limit of 10 or 20 %
within 4 or 6."""

TRAINING = 1_000
"""Training pairs that are scored at most: a share is then known to about 3 points."""


class ClinicJob(handle.Job):
    """A reward under examination. Made by ``wb.reward_clinic(..., wait=False)``.

    Parameters
    ----------
    path
        Its folder.
    """

    kind: ClassVar[str] = "Reward clinic"
    worker: ClassVar[str] = "workbench.evaluation.clinic.worker"
    nothing_left: ClassVar[str] = "what it found is there, as .clinic."

    def __repr__(self) -> str:
        at = self.progress()
        reason = f": {at['reason']}" if at["reason"] else ""
        return f"<ClinicJob {self.id} {at['status']}, {at['done']:,} of {at['total']:,} replies{reason}>"

    def progress(self) -> dict[str, Any]:
        """``done`` and ``total`` scored replies, ``status`` and ``reason``."""
        return {name: value for name, value in self.counted().items() if name != "system"}

    @property
    def clinic(self) -> RewardClinic:
        """What it found.

        Raises
        ------
        RunError
            While it is not completed.
        """
        if not (self.path / RESULT).is_file():
            at = self.progress()
            raise RunError(
                f"{self!r} has found nothing yet: {'wait() for' if at['status'] in LIVE else 'resume()'} it."
            )
        return RewardClinic.from_json(self.path / RESULT)


def open_clinic(id_or_path: str | os.PathLike[str]) -> ClinicJob:
    """The reward clinic with this id, or at this path; ``"last"`` is the newest.

    Raises
    ------
    RunNotFoundError
        When there is none.
    """
    maker = "wb.reward_clinic(...)"
    return ClinicJob(find(id_or_path, home() / "clinics", PLAN, "reward clinic", maker, listed=False).path)


Paraphrases = Callable[[str], str] | Mapping[str, Callable[[str], str]] | Sequence[Any] | str


@overload
def reward_clinic(
    reward: Any, dataset: Any, *, split: str | None = ..., training: Any = ..., slices: Sequence[str] | None = ...,
    paraphrases: Paraphrases | None = ..., seed: int = ..., wait: Literal[True] = ...,
    progress: Callable[[int, int], Any] | None = ...,
) -> RewardClinic: ...  # fmt: skip
@overload
def reward_clinic(
    reward: Any, dataset: Any, *, split: str | None = ..., training: Any = ..., slices: Sequence[str] | None = ...,
    paraphrases: Paraphrases | None = ..., seed: int = ..., wait: Literal[False],
) -> ClinicJob: ...  # fmt: skip
def reward_clinic(
    reward: Any,
    dataset: Any,
    *,
    split: str | None = None,
    training: Any = None,
    slices: Sequence[str] | None = None,
    paraphrases: Paraphrases | None = None,
    seed: int = 0,
    wait: bool = True,
    progress: Callable[[int, int], Any] | None = None,
) -> RewardClinic | ClinicJob:
    """Examine a reward on held-out pairs: is it right, what moves it that must not, and what fools it?

    Parameters
    ----------
    reward
        A run of ``wb.Reward()`` or its folder, a metric's name, ``"file.py:function"``, a Python function that stands
        alone, or several with weights: as for ``wb.PPO(reward=)``.
    dataset
        A `Dataset` of pairs, or what `wb.load_dataset` takes. Of rows in memory none is split off.
    split
        The pairs to examine it on: none that it was trained on. By default the test split, or all pairs of a data set
        that has one split only.
    training
        ``"train"``, another split, or a `Dataset` whose training rows are meant: the pairs it was trained on. Says how
        many of their labels look flipped.
    slices
        Columns of the rows to cut the pairs by, or ``"prompt length"``, ``"chosen length"``, ``"rejected length"``. By
        default all columns of numbers and short texts.
    paraphrases
        Rewrites that must not matter: names of ``clinic.rewrites.REWRITES``, a function of a text, or functions by
        name. By default all of those names.
    seed
        Of the resampling, and of the sample where there are more than 200 pairs to rewrite or 1,000 training pairs.
    wait
        False returns the job at once.
    progress
        Told how many of all replies are scored. Ctrl-C, or what it raises, ends the job.

    Raises
    ------
    InvalidInputError
        For what is no reward, rows that are no pairs or have no prompt, and unknown columns or rewrites.
    RunError
        When the reward fails; the row is named.
    """
    from workbench.objectives.rewards import reward_argument

    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InvalidInputError(f"seed must be a whole number of at least 0, got {seed!r}.")
    spec, dataset = reward_argument(reward), opened(dataset)
    if split is None:
        split = next(iter(dataset.splits)) if len(dataset.splits) == 1 else "test"
    pairs = read_pairs(dataset, split)
    cut_by = _checked_columns(slices, pairs)
    learnt = _training(training, dataset, split, seed)
    probed = _sample(len(pairs["rows"]), PROBED, seed)
    plan = {
        "reward": spec,
        "dataset": {"name": dataset.name, "hash": dataset.hash, "split": split, "training": learnt and learnt["name"]},
        "pairs": pairs,
        "training": learnt and learnt["pairs"],
        "probed": probed,
        "rewrites": {
            name: {
                side: [rewritten(name, function, pairs[side][at], pairs["rows"][at]) for at in probed] for side in SIDES
            }
            for name, function in rewrites_of(paraphrases).items()
        },
        "exploits": {
            name: [exploit(_asked(pairs["prompts"][at]), pairs["chosen"][at]) for at in probed]
            for name, exploit in EXPLOITS.items()
        },
        "cut_by": cut_by,
        "seed": seed,
    }
    folder = new_folder(home() / "clinics", "clinic")

    def prepare(events: EventWriter) -> None:
        write_json(folder.path / PLAN, plan)
        events.write("launched", id=folder.id)

    job = handle.start(ClinicJob, folder, prepare)
    if not wait:
        return job
    handle.follow(job, progress)
    if progress is not None:
        at = job.counted()
        progress(at["done"], at["total"])
    if job.status != "completed":
        raise RunError(job.reason or f"{job!r} ended without a word; see {job.folder.log}.")
    return job.clinic


def _training(given: Any, dataset: Dataset, split: str, seed: int) -> dict[str, Any] | None:
    """Name and pairs of the training rows, at most `TRAINING`."""
    if given is None:
        return None
    if isinstance(given, str) and given in dataset.splits:
        if given == split:
            raise InvalidInputError(
                f"training= and split= are both {given!r}. Name the split that it was "
                "trained on, or give that Dataset itself: training=pairs."
            )
        source, name, pairs = dataset, given, read_pairs(dataset, given)
    else:
        source, name = opened(given), "train"
        pairs = read_pairs(source, name)
    places = _sample(len(pairs["rows"]), TRAINING, seed)
    kept: Pairs = {key: [pairs[key][at] for at in places] for key in ("rows", "prompts", *SIDES)}
    kept["columns"] = {key: [values[at] for at in places] for key, values in pairs["columns"].items()}
    return {"name": f"{source.name} ({name})", "pairs": kept}


def _checked_columns(slices: Any, pairs: Pairs) -> list[str] | None:
    if slices is None:
        return None
    names = [slices] if isinstance(slices, str) else list(slices)
    known = [*short_columns(pairs["columns"]), *LENGTHS]
    for name in names:
        if name not in known:
            raise InvalidInputError(f"The pairs cannot be cut by {name!r}{nearest(str(name), known)}. Columns: "
                                    f"{', '.join(known)}.")  # fmt: skip
    return names


def _sample(count: int, most: int, seed: int) -> list[int]:
    """Places, in order; all where they are not too many."""
    import numpy as np

    if count <= most:
        return list(range(count))
    return sorted(np.random.default_rng(seed).choice(count, most, replace=False).tolist())


def _asked(prompt: Any) -> str:
    """What the prompt says last, as a text."""
    return prompt if isinstance(prompt, str) else str(prompt[-1].get("content") or "")
