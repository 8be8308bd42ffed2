"""Rewards at work: functions with a time limit, metrics, and reward models that read prompt and reply.

Whatever goes wrong is said with the reward's name and the row. Imports torch only where there is a reward model.
"""

from __future__ import annotations

import importlib.util
import inspect
import math
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

from workbench.data.turns import spoken
from workbench.errors import RewardError
from workbench.metrics.registry import METRICS
from workbench.objectives.rewards import REFERENCES, described, parts_of

__all__ = ["Rewards", "load_reward"]

SHOWN = 80  # characters of a prompt or reply in a message
Score = Callable[[Sequence[Any], Sequence[str], Mapping[str, Sequence[Any]]], "list[float]"]


@dataclass
class Rewards:
    """A reward made ready, several added up with their weights.

    Parameters
    ----------
    name
        For messages and legends.
    parts
        Functions of prompts, completions and columns, with the name and weight of each.
    means
        Of the last call and of rewards added up: the mean of each by its name, before its weight.
    """

    name: str
    parts: list[tuple[str, float, Score]]
    means: dict[str, float] = field(default_factory=dict)

    def __call__(
        self, prompts: Sequence[Any], completions: Sequence[str], columns: Mapping[str, Sequence[Any]] | None = None
    ) -> list[float]:
        """One number for each reply.

        Parameters
        ----------
        prompts
            Texts, or lists of messages.
        completions
            The replies.
        columns
            Further columns of the rows, each of the same length.

        Raises
        ------
        RewardError
            When a reward raises, returns something else than one finite number for each reply, or takes too long.
        """
        total, self.means = [0.0] * len(completions), {}
        for name, weight, score in self.parts:
            values = score(prompts, completions, columns or {})
            if len(self.parts) > 1 and values:
                self.means[name] = fmean(values)
            for row, value in enumerate(values):
                total[row] += weight * value
        return total


def load_reward(reward: Any, *, timeout: float = 60.0, device: str | None = None) -> Rewards:
    """Make a reward ready, as `as_reward` gives it.

    Parameters
    ----------
    timeout
        Seconds that a function may take for one batch.
    device
        Where reward models are put; by default where this machine computes.

    Raises
    ------
    RewardError
        When a function cannot be made, or a model is no reward model.
    """
    return Rewards(
        described(reward), [(described(one), weight, _score(one, timeout, device)) for one, weight in parts_of(reward)]
    )


def _score(reward: Any, timeout: float, device: str | None) -> Score:
    if isinstance(reward, Mapping):
        space: dict[str, Any] = {"__name__": "reward"}
        return _by_function(reward["function"], lambda: _made(reward, space), timeout)
    if reward in METRICS:
        return _by_metric(reward, timeout)
    file, _, name = reward.rpartition(":")
    if file.endswith(".py"):
        return _by_function(reward, lambda: _imported(Path(file).expanduser(), name), timeout)
    from workbench.objectives._reward_models import RewardModel

    return RewardModel.load(reward, device)


def _made(reward: Mapping[str, str], space: dict[str, Any]) -> Any:
    exec(compile(reward["source"], f"<reward {reward['function']}>", "exec"), space)
    return space[reward["function"]]


def _imported(file: Path, name: str) -> Any:
    if not file.is_file():
        raise RewardError(f"The reward's file {str(file)!r} is not there. Give its path, best from the root (/).")
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not callable(getattr(module, name, None)):
        raise RewardError(f"There is no function {name!r} in {file}. Name one that is there.")
    return getattr(module, name)


def _by_function(name: str, make: Callable[[], Any], timeout: float) -> Score:
    try:
        function = make()
    except RewardError:
        raise
    except Exception as error:
        raise RewardError(f"The reward {name} cannot be loaded: {type(error).__name__}: {error}. Mend it.") from error
    takes = inspect.signature(function).parameters
    all_columns = any(one.kind is one.VAR_KEYWORD for one in takes.values())
    needed = [
        key for key, one in takes.items()
        if one.default is one.empty and one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
    ]  # fmt: skip

    def score(prompts: Sequence[Any], completions: Sequence[str], columns: Mapping[str, Sequence[Any]]) -> list[float]:
        if lacking := [key for key in needed if key not in ("prompts", "completions", *columns)]:
            raise RewardError(
                f"The reward {name} takes {', '.join(lacking)}, and the rows have no such column; they have "
                f"{', '.join(columns) or 'none beside the prompt'}. Take one of these, or give the argument a default."
            )
        given = {key: value for key, value in columns.items() if all_columns or key in takes}
        given |= {"prompts": [spoken(prompt) for prompt in prompts], "completions": list(completions)}
        return _called(name, function, given, timeout)

    return score


def _by_metric(name: str, timeout: float) -> Score:
    metric = METRICS[name]

    def score(prompts: Sequence[Any], completions: Sequence[str], columns: Mapping[str, Sequence[Any]]) -> list[float]:
        rows = [{key: values[at] for key, values in columns.items()} for at in range(len(completions))]
        references = [next((row[key] for key in REFERENCES if row.get(key) is not None), None) for row in rows]
        asked = {"prompts": [spoken(prompt) for prompt in prompts], "completions": list(completions)}

        def whole(prompts: list[str], completions: list[str], rows: list[Any], references: list[Any]) -> list[Any]:
            return [
                metric.score(
                    reply, reference=spoken(reference) if reference is not None else None, prompt=prompt, row=row
                )
                for prompt, reply, row, reference in zip(prompts, completions, rows, references, strict=True)
            ]

        return _called(name, whole, {**asked, "rows": rows, "references": references}, timeout)

    return score


def _called(name: str, function: Any, given: Mapping[str, Sequence[Any]], timeout: float) -> list[float]:
    """What a function says of a batch; where that fails, the rows are asked one by one to name the one it fails at."""
    count = len(given["completions"])
    whole = _tried(function, given, count, timeout)
    if not whole.wrong:
        return whole.values
    for row in range(count):
        alone = _tried(function, {key: [column[row]] for key, column in given.items()}, 1, timeout)
        if alone.wrong:
            both = f"{whole.wrong}; asked alone it {alone.wrong}" if whole.miscounted and alone.miscounted else ""
            raise RewardError(
                f"The reward {name} {both or alone.wrong}, for the reply {_cut(given['completions'][row])} to the "
                f"prompt {_cut(given['prompts'][row])} (number {row + 1} of a batch of {count}). {REMEDY}"
            )
    raise RewardError(
        f"The reward {name} {whole.wrong}, though it answers for each alone. Give one number a reply. {REMEDY}"
    )


REMEDY = "Mend it: nothing was learned from this batch, and what was kept before it is untouched."


@dataclass
class _Tried:
    """The numbers of a batch, or what went wrong, and whether that was only how many there are."""

    values: list[float] = field(default_factory=list)
    wrong: str = ""
    miscounted: bool = False


def _tried(function: Any, given: Mapping[str, Sequence[Any]], count: int, timeout: float) -> _Tried:
    outcome: list[Any] = []

    def call() -> None:
        try:
            outcome.extend((True, function(**given)))
        except BaseException as error:  # sys.exit() in a function ends nothing here, and is told
            traceback.print_exc()
            outcome.extend((False, error))

    worker = threading.Thread(target=call, daemon=True)  # a function that hangs must not keep the process
    worker.start()
    worker.join(timeout)
    if len(outcome) < 2:
        return _Tried(wrong=f"took longer than {timeout:g} seconds (objective.reward_timeout)")
    done, result = outcome
    if not done:
        return _Tried(wrong=f"raised {type(result).__name__}: {result}")
    try:
        values = list(result)
    except TypeError:
        return _Tried(wrong=f"returned {result!r}, which is no list of numbers")
    if len(values) != count:
        return _Tried(wrong=f"returned {len(values)} numbers for {count} replies", miscounted=True)
    numbers = []
    for value in values:
        try:
            number = math.nan if value is None else float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number):
            return _Tried(wrong=f"returned {value!r}, which is no finite number")
        numbers.append(number)
    return _Tried(numbers)


def _cut(text: str) -> str:
    return repr(text if len(text) <= SHOWN else text[: SHOWN - 3] + "...")
