"""How long the rows of a split are: in characters, in tokens of a model, or in tokens as a recipe trains on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.data.dataset import Dataset, readable_row
from workbench.data.histogram import Histogram, column_lengths, histogram
from workbench.data.layout import CANONICAL
from workbench.errors import CancelledError, InvalidInputError
from workbench.objectives.lens import Encoder

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.models.resolve import ModelRef

__all__ = ["TOKENIZED_ROWS", "roughly", "row_lengths"]

TOKENIZED_ROWS = 5_000
"""Rows whose tokens are counted, evenly spread over the split; characters are counted in all rows."""


LONGEST_ROWS = 32
"""Rows whose tokens are counted to find the longest."""
TEMPLATE_TOKENS = 8
"""What the template of a question and its answer adds, about: 5 to 12 with the usual ones."""
AT_A_TIME = 500  # rows between two signs of life

Progress = Callable[[int, int], Any]
"""Called with the rows counted and those to count; returning False cancels."""


def row_lengths(
    dataset: Dataset,
    split: str = "train",
    *,
    model: Any = None,
    recipe: Any = None,
    progress: Progress | None = None,
) -> list[Histogram]:
    """The lengths of a split's rows.

    Parameters
    ----------
    dataset, split
        What is measured.
    model
        Count tokens of this model, column by column, without what a template adds.
    recipe
        Count tokens of whole rows as this recipe trains on them, and the rows beyond its ``max_length`` or the
        model's context.
    progress
        Told how far the counting of tokens is.

    Returns
    -------
    list of Histogram
        One for each text column, in characters unless a model is given; with a recipe a single one.

    Raises
    ------
    ModelNotFoundError
        When the model is not there.
    InvalidInputError
        When the recipe's objective does not train on rows of this type.
    CancelledError
        When `progress` returned False.
    """
    table = dataset.arrow(split)
    if recipe is not None:
        encoder = _encoder(recipe, dataset)
        lengths = _trained_lengths(encoder, table.take(_spread(table.num_rows)), progress)
        return [histogram(lengths, title="row, as trained", unit="tokens", of=table.num_rows, limit=encoder.limit)]
    columns = [name for name in dataset.columns if name in CANONICAL and name != "label"]
    if model is None:
        return [
            histogram(column_lengths(table[name]), title=name, unit="characters", of=table.num_rows) for name in columns
        ]
    count, measured = _token_counter(model), table.take(_spread(table.num_rows))
    found = []
    for number, name in enumerate(columns):
        parts = []
        for start in range(0, measured.num_rows, AT_A_TIME):
            parts.append(column_lengths(measured[name].slice(start, AT_A_TIME), count))
            _tell(progress, number * measured.num_rows + start, len(columns) * measured.num_rows)
        found.append(histogram(np.concatenate(parts), title=name, unit="tokens", of=table.num_rows))
    return found


def roughly(ref: ModelRef, dataset: Dataset) -> tuple[int | None, float]:
    """About how many tokens the longest training row has, and which share of the rows is answers.

    Without transformers, so that a form can ask. The texts of the rows with the most characters are counted with the
    model's own tokenizer, and what a template adds is taken to be `TEMPLATE_TOKENS`. The share goes by characters; it
    is 1 where no column holds answers alone.

    Returns
    -------
    (int or None, float)
        None where the tokenizer is no file.
    """
    from tokenizers import Tokenizer

    paths = [each.path for each in (ref, ref.base) if each is not None and each.path is not None]
    file = next((path / "tokenizer.json" for path in paths if (path / "tokenizer.json").is_file()), None)
    table = dataset.arrow("train")
    names = [name for name in dataset.columns if name in CANONICAL and name != "label"]
    lengths = {name: column_lengths(table[name]) for name in names}
    characters = np.sum(list(lengths.values()), axis=0)
    share = float(lengths["completion"].sum() / max(1, characters.sum())) if "completion" in lengths else 1.0
    if file is None or not table.num_rows:
        return None, share
    most = np.argsort(characters)[-LONGEST_ROWS:]
    texts = [_all_text({name: row[name] for name in names}) for row in table.take(np.sort(most)).to_pylist()]
    tokenizer = Tokenizer.from_file(str(file))
    return max(len(each.ids) for each in tokenizer.encode_batch(texts)) + TEMPLATE_TOKENS, share


def _all_text(value: Any) -> str:
    """All the text in a row, whether it stands in turns or not."""
    if isinstance(value, str):
        return value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return "\n".join(filter(None, map(_all_text, inside)))


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None and progress(done, total) is False:
        raise CancelledError("The lengths were not counted to the end.")


def _spread(rows: int) -> np.ndarray:
    """Row numbers evenly spread, at most `TOKENIZED_ROWS`."""
    return np.unique(np.linspace(0, rows - 1, min(rows, TOKENIZED_ROWS)).astype(np.int64))


def _token_counter(model: Any) -> Callable[[list[str]], list[int]]:
    from workbench.models.loading import load_tokenizer
    from workbench.models.resolve import reference_of, resolve_model

    name = reference_of(model)
    if name is None:
        raise InvalidInputError(f"model= must be a model's name or folder, or a run, got {model!r}.")
    tokenizer = load_tokenizer(resolve_model(name))
    return lambda texts: [len(ids) for ids in tokenizer(texts, add_special_tokens=False)["input_ids"]] if texts else []


def _encoder(recipe: Any, dataset: Dataset) -> Encoder:
    objective = recipe.objective
    if dataset.type not in objective.dataset_types:
        raise InvalidInputError(
            f"{objective.title} does not train on rows of type {dataset.type} (read as {dataset.layout}); it takes "
            f"{' or '.join(objective.dataset_types)}. Give a recipe that fits these rows."
        )
    return Encoder(recipe)


def _trained_lengths(encoder: Encoder, table: pa.Table, progress: Progress | None) -> list[int]:
    lengths: list[int] = []
    for start in range(0, table.num_rows, AT_A_TIME):
        rows = [readable_row(row) for row in table.slice(start, AT_A_TIME).to_pylist()]
        lengths += [len(row.input_ids) for row in encoder.objective.encode_rows(rows, encoder.renderer, None)]
        _tell(progress, start, table.num_rows)
    return lengths
