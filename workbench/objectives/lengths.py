"""How long the rows of a split are: in characters, in tokens of a model, or in tokens as a recipe trains on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.data.dataset import Dataset, readable_row
from workbench.data.histogram import Histogram, column_lengths, histogram
from workbench.data.layout import CANONICAL
from workbench.errors import InvalidInputError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["TOKENIZED_ROWS", "row_lengths"]

TOKENIZED_ROWS = 5_000
"""Rows whose tokens are counted, evenly spread over the split; characters are counted in all rows."""


def row_lengths(dataset: Dataset, split: str = "train", *, model: Any = None, recipe: Any = None) -> list[Histogram]:
    """The lengths of a split's rows.

    Parameters
    ----------
    dataset, split
        What is measured.
    model
        Count tokens of this model, column by column, without what a template adds.
    recipe
        Count tokens of whole rows as this recipe trains on them, and the rows beyond its ``max_length``.

    Returns
    -------
    list of Histogram
        One for each text column, in characters unless a model is given; with a recipe a single one.

    Raises
    ------
    ModelNotFoundError
        When the model is not there.
    """
    table = dataset.arrow(split)
    if recipe is not None:
        lengths = _trained_lengths(recipe, table.take(_spread(table.num_rows)))
        limit = recipe.training.max_length
        return [histogram(lengths, title="row, as trained", unit="tokens", of=table.num_rows, limit=limit)]
    count = _token_counter(model) if model is not None else None
    measured = table if count is None else table.take(_spread(table.num_rows))
    unit = "characters" if count is None else "tokens"
    columns = [name for name in dataset.columns if name in CANONICAL and name != "label"]
    return [
        histogram(column_lengths(measured[name], count), title=name, unit=unit, of=table.num_rows) for name in columns
    ]


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


def _trained_lengths(recipe: Any, table: pa.Table) -> list[int]:
    from workbench.data.rendering import Renderer
    from workbench.models.loading import load_tokenizer
    from workbench.models.resolve import resolve_model

    tokenizer = load_tokenizer(resolve_model(recipe.model_name), trust_remote_code=recipe.trust_remote_code)
    renderer = Renderer(tokenizer, recipe.template)
    rows = [readable_row(row) for batch in table.to_batches(max_chunksize=1_000) for row in batch.to_pylist()]
    return [len(encoded.input_ids) for encoded in recipe.objective.encode_rows(rows, renderer, None)]
