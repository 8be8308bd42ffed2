"""Embeddings: passages are found by how close their vectors are to the question's; words need not be shared.

The vector of a text is the mean of a transformer's last hidden states over its tokens, scaled to length 1; closeness is
the cosine. Source: Reimers and Gurevych 2019, https://arxiv.org/abs/1908.10084.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidInputError
from workbench.retrieval.index import Index

if TYPE_CHECKING:
    import numpy as np

    from workbench.models.resolve import ModelRef

__all__ = ["Embedder", "EmbeddingIndex", "embedding_settings"]

BATCH = 32
VECTORS = "vectors.npy"


def embedding_settings(model: str) -> dict[str, Any]:
    """The settings of an index that embeds with a model: its name, and its hash by content.

    Parameters
    ----------
    model
        A name, folder or hub id of a transformers model, or the folder of a sentence-transformers one.

    Raises
    ------
    ModelNotFoundError
        When there is no such model.
    InvalidInputError
        For a sentence-transformers model that does not take the mean.
    """
    ref = _resolved(model)
    return {"model": str(ref.path or model), "model_hash": ref.content_hash(), "pooling": "mean"}


class EmbeddingIndex(Index):
    """An index by vectors. Every passage is found for every question, if far down."""

    kind = "embedding"

    def _write(self, folder: Path) -> None:
        import numpy as np

        self._vectors = self._embedder.vectors([each.text for each in self.passages])
        np.save(folder / VECTORS, self._vectors, allow_pickle=False)

    def _read(self, folder: Path) -> None:
        import numpy as np

        self._vectors = np.load(folder / VECTORS, allow_pickle=False)

    def _scores(self, query: str) -> np.ndarray:
        return self._vectors @ self._embedder.vectors([query])[0]

    @cached_property
    def _embedder(self) -> Embedder:
        made = Embedder(self.settings["model"])
        if made.hash != self.settings["model_hash"]:
            raise InvalidInputError(
                f"The model {self.settings['model']} is not the one that the index was built with. Build it again."
            )
        return made


class Embedder:
    """A model that turns texts into vectors; it is loaded for the first ones.

    Parameters
    ----------
    model
        As for `embedding_settings`.

    Attributes
    ----------
    hash : str
        Of the model by content.
    """

    def __init__(self, model: str):
        self._ref = _resolved(model)
        self.hash = self._ref.content_hash()

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of length 1, shape ``(texts, hidden)``, float32. No text may be empty."""
        import numpy as np
        import torch

        tokenizer, model, longest = self._loaded
        vectors = []
        for start in range(0, len(texts), BATCH):
            batch = tokenizer(list(texts[start : start + BATCH]), padding=True, truncation=True, max_length=longest,
                              return_tensors="pt")  # fmt: skip
            with torch.inference_mode():
                hidden = model(**batch).last_hidden_state
            mask = batch["attention_mask"].unsqueeze(-1)
            mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)
            vectors.append(torch.nn.functional.normalize(mean, dim=-1).numpy())
        return np.concatenate(vectors)

    @cached_property
    def _loaded(self) -> tuple[Any, Any, int]:
        """Tokenizer, model, and how many tokens of a text it reads."""
        from transformers import AutoModel

        from workbench.models.loading import load_tokenizer

        tokenizer = load_tokenizer(self._ref)
        tokenizer.padding_side = "right"
        model = AutoModel.from_pretrained(self._ref.location, use_safetensors=True).float().eval()
        return tokenizer, model, min(getattr(model.config, "max_position_embeddings", 512), tokenizer.model_max_length)


def _resolved(model: str) -> ModelRef:
    """The transformer; the folders of sentence-transformers may keep it one level down."""
    from workbench.models.resolve import resolve_model

    folder = Path(model).expanduser()
    if not (folder / "modules.json").is_file():
        return resolve_model(model)
    for module in json.loads((folder / "modules.json").read_text(encoding="utf-8")):
        config = folder / module["path"] / "config.json"
        pooling = json.loads(config.read_text(encoding="utf-8")) if "Pooling" in module["type"] else {}
        if pooling.get("pooling_mode_mean_tokens") is False:
            raise InvalidInputError(f"{model} does not take the mean over tokens. Use a model that does.")
        if "Transformer" in module["type"]:
            inner = folder / module["path"]
    return resolve_model(inner)
