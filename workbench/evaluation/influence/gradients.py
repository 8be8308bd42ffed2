"""Gradients of single rows with respect to the parameters that a run trained, shortened by a random projection.

The projection is a count sketch: each number is added, with a random sign, to one of `dimensions` places. Products of
two vectors keep their value on average, with a standard deviation of about ``|x| |y| / sqrt(dimensions)`` (Weinberger
et al. 2009, arXiv 0902.2206), and no matrix has to be held.

One backward pass a row: right for every way of tuning.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from workbench.models.resolve import ModelRef

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.recipe import Recipe

__all__ = ["CHUNK", "Sketch", "Traced", "embedding", "kept_rows", "table_hash", "weights_hash"]

CHUNK = 500
"""Rows of one file: what is computed at most again after a kill."""
SEED = 0


class Sketch:
    """A random projection of vectors of one length; the same one every time.

    Parameters
    ----------
    length
        Of the vectors.
    dimensions
        What they are shortened to; None, or as many as `length`, leaves them whole.
    """

    def __init__(self, length: int, dimensions: int | None):
        self.dimensions = dimensions if dimensions is not None and dimensions < length else None
        if self.dimensions is not None:
            drawn = torch.Generator().manual_seed(SEED)
            self._places = torch.randint(self.dimensions, (length,), generator=drawn)
            self._signs = torch.randint(2, (length,), generator=drawn).mul_(2).sub_(1).to(torch.int8)

    def __call__(self, vector: torch.Tensor) -> torch.Tensor:
        """The vector shortened, in fp32."""
        if self.dimensions is None:
            return vector
        return torch.zeros(self.dimensions).index_add_(0, self._places, vector * self._signs)


class Traced:
    """The model of a run, with the weights of one of its checkpoints at a time.

    Parameters
    ----------
    model
        The base model, as training loaded it.
    recipe
        The run's; its tuning says which parameters move.
    dimensions
        Of the projection; None for whole gradients.
    """

    def __init__(self, model: Any, recipe: Recipe, dimensions: int | None):
        self._tuning, self._seed = recipe.tuning, recipe.seed
        self._model = self._tuning.apply(model, self._seed)
        self._sketch = Sketch(sum(each.numel() for each in self._trained()), dimensions)

    def put(self, path: Path) -> None:
        """Take the weights of a checkpoint, as resuming a run does."""
        if self._tuning.adapter:
            self._model.load_adapter(str(path), "default", is_trainable=True)
        else:
            self._model = self._tuning.apply(self._tuning.load(self._model, path).to(self._model.device), self._seed)
        self._model.eval()  # no dropout: the same gradient every time

    def gradient(self, input_ids: list[int], labels: list[int]) -> torch.Tensor:
        """The projected gradient of a row's loss, summed over its trained tokens; fp32, on the CPU."""
        ids = torch.tensor([input_ids], device=self._model.device)
        wanted = torch.tensor(labels[1:], device=ids.device)
        logits = self._model(input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=False).logits
        scores = logits[0, -len(labels) : -1].float()  # virtual tokens lead
        loss = torch.nn.functional.cross_entropy(scores, wanted, reduction="sum")
        parts = torch.autograd.grad(loss, self._trained(), allow_unused=True)
        flat = [
            (torch.zeros_like(each) if part is None else part).flatten().float().cpu()
            for each, part in zip(self._trained(), parts, strict=True)
        ]
        return self._sketch(torch.cat(flat))

    def _trained(self) -> list[Any]:
        return [each for each in self._model.parameters() if each.requires_grad]


def embedding(model: Any, input_ids: list[int]) -> torch.Tensor:
    """The mean over a row's tokens of the last hidden state of a model that nothing was trained on yet."""
    ids = torch.tensor([input_ids], device=model.device)
    with torch.no_grad():
        hidden = model.base_model(input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=False)
    return hidden.last_hidden_state[0].float().mean(0).cpu()


def kept_rows(
    folder: Path,
    key: str,
    table: pa.Table,
    vector: Callable[[list[int], list[int]], torch.Tensor],
    tell: Callable[[int, bool], None],
) -> np.ndarray:
    """A vector for each row of a table, from files where they are there.

    Parameters
    ----------
    folder
        Where they are kept.
    key
        Names all that shapes the vectors.
    table
        Columns ``input_ids`` and ``labels``.
    vector
        Makes one, where it is not there.
    tell
        Told of every file: how many rows it has, and whether it was there; and of every row that is computed.

    Returns
    -------
    numpy.ndarray
        Of shape ``(rows, dimensions)``, fp32.
    """
    folder.mkdir(exist_ok=True)
    parts = []
    for start in range(0, table.num_rows, CHUNK):
        file = folder / f"{key}-{start:08}.npy"
        rows = table.slice(start, CHUNK)
        if file.is_file():
            tell(rows.num_rows, True)
        else:
            made = []
            for row in rows.to_pylist():
                made.append(vector(row["input_ids"], row["labels"]).numpy())
                tell(1, False)
            draft = file.with_name(f".{file.name}")
            with open(draft, "wb") as out:
                np.save(out, np.stack(made))
            os.replace(draft, file)
        parts.append(np.load(file))
    return np.concatenate(parts)


def table_hash(table: pa.Table) -> str:
    """A hash of encoded rows: everything about data, template and length that training sees."""
    digest = hashlib.sha256()
    for name in ("input_ids", "labels"):
        for chunk in table[name].chunks:
            digest.update(chunk.value_lengths().to_numpy(zero_copy_only=False).tobytes())
            digest.update(chunk.flatten().to_numpy().tobytes())
    return digest.hexdigest()


def weights_hash(folder: Path) -> str:
    """A hash of the weights in a folder."""
    return ModelRef(str(folder), folder, "folder").content_hash()
