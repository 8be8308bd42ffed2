"""Every error the workbench raises, and the `Problem` that several of them carry.

    WorkbenchError                     exit code 1
    ├── InvalidInputError              exit code 2: what was given cannot be used
    │   ├── DatasetError               a file, row or column
    │   ├── RecipeError                one or more settings, all reported at once
    │   ├── ModelNotFoundError         a name that is no bundled model, folder or reachable hub id
    │   └── RunNotFoundError           an id or path that is no run
    ├── CancelledError                 exit code 1: work that was stopped on request before it had a result
    └── RunError                       exit code 1: something went wrong with work already begun
        ├── RunBusyError               the run is already being worked on
        ├── RunNotLiveError            a command for a run that is not running
        ├── RewardError                a reward that raises, is no number, takes too long, or is no reward model
        ├── GenerationError            the generation process failed or was lost
        └── RemoteError                an endpoint will not be asked: its key, its model, a setting, no answer at all

Each message says what is wrong, the value got, and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

__all__ = [
    "CancelledError",
    "DatasetError",
    "GenerationError",
    "InvalidInputError",
    "ModelNotFoundError",
    "Problem",
    "RecipeError",
    "RemoteError",
    "RewardError",
    "RunBusyError",
    "RunError",
    "RunNotFoundError",
    "RunNotLiveError",
    "WorkbenchError",
]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, or worth a warning.

    Parameters
    ----------
    where
        The setting (``"training.max_steps"``), or file, row and column, that it is about.
    message
        What is wrong, with the value got.
    remedy
        What to do about it.
    severity
        ``"error"`` refuses the work, ``"warning"`` is shown and recorded, ``"note"`` is for information.
    """

    where: str
    message: str
    remedy: str = ""
    severity: Literal["error", "warning", "note"] = "error"

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" + (f" {self.remedy}" if self.remedy else "")

    def to_dict(self) -> dict[str, Any]:
        """Plain data for events, JSON and panels."""
        return {"where": self.where, "message": self.message, "remedy": self.remedy, "severity": self.severity}


class WorkbenchError(Exception):
    """The root of all errors raised on purpose."""

    exit_code = 1


class CancelledError(WorkbenchError):
    """Work that was stopped on request before it had a result."""


class InvalidInputError(WorkbenchError, ValueError):
    """What was given cannot be used; nothing was started."""

    exit_code = 2


class DatasetError(InvalidInputError):
    """A data source, row or column that cannot be used. The message names it."""


class RecipeError(InvalidInputError):
    """A recipe with settings that cannot work; `problems` holds all of them.

    Parameters
    ----------
    problems
        Every problem found, in the order of the settings.
    """

    def __init__(self, problems: Iterable[Problem]):
        self.problems = list(problems)
        count = len(self.problems)
        head = "The recipe has a problem:" if count == 1 else f"The recipe has {count} problems:"
        super().__init__("\n".join([head, *(f"  {problem}" for problem in self.problems)]))


class ModelNotFoundError(InvalidInputError):
    """A model name that resolves to nothing here."""


class RunNotFoundError(InvalidInputError):
    """An id or path that is no run."""


class RunError(WorkbenchError):
    """Work that was begun and cannot go on."""


class RunBusyError(RunError):
    """A second start of a run that some process already works on."""


class RunNotLiveError(RunError):
    """A command for a run that is not running."""


class RewardError(RunError):
    """A reward that raises, gives no finite number or takes too long, or a reward model that is none."""


class GenerationError(RunError):
    """The generation process failed, or was lost."""


class RemoteError(RunError):
    """An endpoint that will not answer any row, as things stand; what it has answered is kept."""
