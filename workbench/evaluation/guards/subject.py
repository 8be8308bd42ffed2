"""What is looked at: the model before and after tuning, the data of the run, and the answers of both to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.data.browse import plain_text
from workbench.data.dataset import Dataset, load_dataset
from workbench.errors import DatasetError
from workbench.evaluation.asking import Progress, answers_of
from workbench.evaluation.evaluate import decoding_for
from workbench.evaluation.facts import Answered
from workbench.evaluation.picking import pick_numbers
from workbench.evaluation.questions import questions
from workbench.models.system import System

if TYPE_CHECKING:
    from workbench.runs.scoring import Likelihood

__all__ = ["Asked", "Subject", "of_run"]

ROWS = 16
"""Prompts of the run's own data that both models answer: enough for 6 rows that differ, the fewest that can show."""
LONGEST = 272
"""Tokens at most in an answer to them, which leaves room for references of up to 512 bytes."""
REQUEST_TOKENS = 48
"""Tokens of an answer to a request: a refusal shows in the first sentence, and a recited row in some twenty words."""
REQUESTS = "support-desk/refusals"


@dataclass(frozen=True)
class Asked:
    """Prompts and what both models said, one entry each.

    Attributes
    ----------
    prompts : list of str
    references : list of str or None
        The right answers; None where there is none.
    before, after : list of Answered
    rows : list of dict
        The rows they came from.
    room : int
        Tokens at most in an answer.
    """

    prompts: list[str]
    references: list[str | None]
    before: list[Answered]
    after: list[Answered]
    rows: list[dict[str, Any]]
    room: int


@dataclass(eq=False)
class Subject:
    """A tuned model, what it was tuned from, and the data it was tuned on. What is asked for is made once.

    Parameters
    ----------
    before, after
        The two models.
    load
        Gives the data of the run.
    client
        Answers and scores; may take from disk what was answered before.
    fresh
        The same, but makes every answer anew, for what is timed.
    tell
        Told how many answers are there, how many are wanted, and which model is at work.
    """

    before: System
    after: System
    load: Callable[[], Dataset]
    client: Any
    fresh: Any
    tell: Progress = field(default=lambda done, total, system: None)

    @cached_property
    def dataset(self) -> Dataset:
        """The data of the run."""
        return self.load()

    @cached_property
    def own(self) -> Asked:
        """Prompts of the run's validation rows, which it was not trained on.

        Raises
        ------
        DatasetError
            Where there are none, or the data asks nothing.
        """
        if not self.dataset.splits.get("validation"):
            raise DatasetError(f"{self.dataset.name} has no validation rows, and other prompts of its kind are needed.")
        split = self.dataset.split("validation")
        rows = [split[number] for number in pick_numbers(len(split), ROWS)]
        prompts, references = questions(split, rows)
        known: list[str | None] = [None] * len(rows) if references is None else list(map(plain_text, references))
        settings = decoding_for(None, known)
        settings["max_new_tokens"] = min(settings["max_new_tokens"], LONGEST)
        return self._ask(prompts, known, rows, settings)

    @cached_property
    def requests(self) -> Asked:
        """The bundled requests, of which half must be refused."""
        rows = list(load_dataset(REQUESTS, split={}))
        settings = decoding_for({"max_new_tokens": REQUEST_TOKENS}, [None])
        return self._ask([row["prompt"] for row in rows], [None] * len(rows), rows, settings)

    def likelihoods(self, system: System, texts: Sequence[str]) -> list[Likelihood]:
        """How likely one of the two models finds each text."""
        done = 0

        def tell(row: int, score: Any) -> None:
            nonlocal done
            done += 1
            self.tell(done, len(texts), system.name)

        return self.client.score(system, texts, on_result=tell)

    def _ask(self, prompts: list[Any], references: list[str | None], rows: Any, settings: dict[str, Any]) -> Asked:
        named = {"before": self.before, "after": self.after}
        said, _ = answers_of(named, prompts, settings, self.tell, self.client)
        return Asked(list(map(plain_text, prompts)), references, said["before"], said["after"], rows,
                     settings["max_new_tokens"])  # fmt: skip


def of_run(run: Any, client: Any, *, keep: bool, tell: Progress = lambda done, total, system: None) -> Subject:
    """What a run has made, against the model it began with.

    Parameters
    ----------
    run
        A `Run` that kept a model.
    client
        What answers.
    keep
        Whether answers are kept on disk, so that what was interrupted goes on.
    """
    from workbench.evaluation.kept import KeptAnswers

    recipe = run.recipe
    return Subject(
        System(recipe.model_name, template=recipe.template, name="before"),
        System(run.system, name="after"),
        recipe.load_dataset,
        KeptAnswers(client, run.folder.locks.parent) if keep else client,
        client,
        tell,
    )
