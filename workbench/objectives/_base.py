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
    from workbench.models.shapes import Shapes

__all__ = ["IGNORED", "Encoded", "Objective", "cut", "token_schema"]

IGNORED = -100
"""The label that no loss counts, as torch has it."""


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
        return [token if keep else IGNORED for token, keep in zip(self.input_ids, self.trained, strict=True)]


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


def token_schema(*names: str) -> pa.Schema:
    """The pyarrow schema of columns of token ids."""
    import pyarrow as pa

    return pa.schema([(name, pa.list_(pa.int32())) for name in names])


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
    best_metric
        By which of them the best checkpoint is kept, where the recipe does not say.
    trains_tokens
        Whether the rows hold the tokens that are trained; False where the model writes them itself.
    answers
        Whether the model that comes out answers in text.
    compares
        Whether it compares the policy with the one it started as, the reference.
    packs
        Whether rows are single sequences, which can be put together or batched by length.
    sequences
        How many token sequences a row of a batch is.
    trl
        The name of TRL's trainer and config, without these words: ``"SFT"``; empty where it is none of TRL's.
    rate_share
        The share of a tuning's learning rate that is right for it, and the source.
    """

    section: ClassVar[str] = "objective"
    name: ClassVar[str]
    title: ClassVar[str]
    use_when: ClassVar[str]
    not_when: ClassVar[str]
    dataset_types: ClassVar[tuple[str, ...]]
    eval_metrics: ClassVar[Mapping[str, bool | None]] = {}
    best_metric: ClassVar[str] = "eval_loss"
    trains_tokens: ClassVar[bool] = True
    answers: ClassVar[bool] = True
    compares: ClassVar[bool] = False
    packs: ClassVar[bool] = False
    sequences: ClassVar[int] = 1
    trl: ClassVar[str] = ""
    rate_share: ClassVar[tuple[float, str]] = (1.0, "")

    @property
    def reply_tokens(self) -> int:
        """How many tokens of the context the model itself may write after a prompt in training."""
        return 0

    @property
    def keeps_reference(self) -> bool:
        """Whether a frozen copy of the start stays in memory where every weight moves."""
        return False

    def conflicts(self, recipe: Any) -> list[Problem]:
        """What in the rest of the recipe this objective cannot work with."""
        return []

    def by_content(self, section: dict[str, Any]) -> dict[str, Any]:
        """Its section of a recipe with models and files by what is in them, for the recipe's hash."""
        return section

    def no_packing(self, recipe: Any, why: str) -> list[Problem]:
        """For objectives whose rows can be neither packed nor sorted by length."""
        return [
            Problem(f"training.{name}", f"cannot be used with {self.title}: {why}.", "Leave it 'auto'.")
            for name in ("packing", "group_by_length")
            if getattr(recipe.training, name) is True
        ]

    def file_problems(self) -> list[Problem]:
        """What of the models and files that its settings name is not there or not what it should be."""
        return []

    def row_problems(self, dataset: Dataset) -> list[Problem]:
        """What the rows lack for it."""
        return []

    def encode(self, row: Mapping[str, Any], renderer: Renderer, max_length: int | None = None) -> Any:
        """One row as token ids with the trained ones marked: what the trainer, the gate and the token lens all use."""
        return self.encode_rows([row], renderer, max_length)[0]

    def encode_rows(
        self, rows: Sequence[Mapping[str, Any]], renderer: Renderer, max_length: int | None = None
    ) -> list[Any]:
        """Many rows at once, the same as `encode` on each: an `Encoded`, or where rows are pairs a dict of two."""
        raise NotImplementedError

    def parts(self, encoded: Any) -> Sequence[Encoded]:
        """The token sequences of an encoded row: one, or the two of a pair."""
        return [encoded] if isinstance(encoded, Encoded) else list(encoded.values())

    def columns(self, encoded: Any, row: Mapping[str, Any] | None = None) -> Any:
        """What the trainer is given of a row, by column; without a row, the pyarrow schema of these columns."""
        if encoded is None:
            return token_schema("input_ids", "labels")
        return {"input_ids": encoded.input_ids, "labels": encoded.labels}

    def arguments(self, dataset: Dataset, renderer: Renderer) -> dict[str, Any]:
        """What TRL's config must be told to train on these rows as `encode` does, when it encodes them itself."""
        return {}

    def new_parameters(self, shapes: Shapes) -> int:
        """How many weights it adds to a model of these shapes, whatever the way of tuning."""
        return 0

    def prepare_model(self, model: Any, seed: int) -> Any:
        """The model as this objective trains it, before a way of tuning is applied."""
        return model

    def model_code(self, seed: int) -> list[str]:
        """For the plain script: what `prepare_model` does, as lines after ``model`` is loaded."""
        return []

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
        """A transformers Trainer ready to train.

        Parameters
        ----------
        recipe
            The recipe; its template renders rows that are not encoded yet.
        model
            The model as `Tuning.apply` made it.
        train_rows, eval_rows
            A table of the gate with the columns of `columns`, or canonical rows.
        args
            Arguments of ``trl.SFTConfig``, as `sft_arguments` makes them.
        """
        raise NotImplementedError
