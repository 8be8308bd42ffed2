"""What every objective provides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.data.rendering import Renderer
from workbench.errors import Problem
from workbench.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.data.dataset import Dataset

__all__ = ["Encoded", "Objective", "cut"]


@dataclass(frozen=True)
class Encoded:
    """One row as the model sees it.

    Parameters
    ----------
    input_ids
        Token ids, at most ``max_length`` of them.
    trained
        For each token 1 if the loss counts it, else 0.
    truncated_tokens
        How many tokens were cut off at the end.
    truncated_trained
        How many of these the loss would have counted.
    merged_tokens
        How many tokens at the end of the prompt merged with the start of the answer, so that the prompt a model
        is asked with ends differently from the one it was trained on.
    """

    input_ids: list[int]
    trained: list[int]
    truncated_tokens: int = 0
    merged_tokens: int = 0
    truncated_trained: int = 0

    @property
    def labels(self) -> list[int]:
        """The token ids with -100 where the loss does not count."""
        return [token if keep else -100 for token, keep in zip(self.input_ids, self.trained, strict=True)]


def cut(row: Encoded, max_length: int | None) -> Encoded:
    """The row with its end cut off at `max_length`, and how much that is."""
    over = len(row.input_ids) - max_length if max_length else 0
    if over <= 0:
        return row
    lost = sum(row.trained[max_length:])
    return replace(
        row,
        input_ids=row.input_ids[:max_length],
        trained=row.trained[:max_length],
        truncated_tokens=over,
        truncated_trained=lost,
    )


@dataclass(frozen=True)
class Objective(Settings):
    """What is optimised: settings as a frozen dataclass, torch only inside its functions.

    Attributes
    ----------
    name
        The name in a recipe file.
    title
        The name for people.
    use_when, not_when
        One sentence each.
    dataset_types
        The types of rows it can train on.
    eval_metrics
        What its evaluations give, and whether more of it is better; None where that is open. Empty: not known here.
    """

    section: ClassVar[str] = "objective"
    name: ClassVar[str]
    title: ClassVar[str]
    use_when: ClassVar[str]
    not_when: ClassVar[str]
    dataset_types: ClassVar[tuple[str, ...]]
    eval_metrics: ClassVar[Mapping[str, bool | None]] = {}

    def conflicts(self, recipe: Any) -> list[Problem]:
        """What in the rest of the recipe this objective cannot work with."""
        return []

    def encode(self, row: Mapping[str, Any], renderer: Renderer, max_length: int | None = None) -> Encoded:
        """One row as token ids with the trained ones marked: what the trainer, the gate and the token lens all use."""
        return self.encode_rows([row], renderer, max_length)[0]

    def encode_rows(
        self, rows: Sequence[Mapping[str, Any]], renderer: Renderer, max_length: int | None = None
    ) -> list[Encoded]:
        """Many rows at once, the same as `encode` on each."""
        raise NotImplementedError

    def arguments(self, dataset: Dataset, renderer: Renderer) -> dict[str, Any]:
        """What TRL's config must be told to train on these rows as `encode` does, when it encodes them itself."""
        return {}

    def build_trainer(
        self,
        recipe: Any,
        model: Any,
        tokenizer: Any,
        train_rows: pa.Table | Iterable[Mapping[str, Any]],
        eval_rows: pa.Table | Iterable[Mapping[str, Any]] | None,
        args: Mapping[str, Any],
        callbacks: Sequence[Any] = (),
    ) -> Any:
        """A transformers Trainer ready to train."""
        raise NotImplementedError
