"""Making indexes, and opening them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from workbench.data.dataset import Dataset, load_dataset
from workbench.errors import DatasetError, InvalidInputError
from workbench.retrieval.bm25 import BM25, BM25Index
from workbench.retrieval.embedding import EmbeddingIndex, embedding_settings
from workbench.retrieval.gold import GoldIndex
from workbench.retrieval.index import Index, manifest
from workbench.retrieval.passages import read_passages
from workbench.retrieval.questions import checked_gold, question_of

__all__ = ["build_index", "gold_index", "open_index"]

_KINDS = {kind.kind: kind for kind in (BM25Index, EmbeddingIndex, GoldIndex)}


def build_index(
    source: Any, *, model: str | os.PathLike[str] | None = None, path: str | os.PathLike[str] | None = None
) -> Index:
    """Make an index of a knowledge base, and write it into a folder.

    Parameters
    ----------
    source
        A `Dataset`, or anything `load_dataset` takes, with the columns ``id`` and ``text``.
    model
        Find by embeddings of this model (a name or folder; mean pooling). By default by words, BM25.
    path
        The folder to write. By default one in ``WORKBENCH_HOME/indexes``, named by its hash.

    Raises
    ------
    DatasetError
        For an empty knowledge base, ids that stand twice, empty texts.
    ModelNotFoundError
        When there is no such model.
    InvalidInputError
        When the folder holds something else.
    """
    passages = read_passages(source)
    if model is None:
        return BM25Index(Path(), passages, BM25)._saved(path)
    return EmbeddingIndex(Path(), passages, embedding_settings(os.fspath(model)))._saved(path)


def gold_index(index: Any, questions: Any, *, path: str | os.PathLike[str] | None = None) -> Index:
    """An index that finds for each question the passages its row names, so that generation is judged alone.

    Parameters
    ----------
    index
        The index, or its folder, whose passages are used.
    questions
        Rows with ``prompt`` and ``gold``, the ids of the passages that hold the answer; of all splits.
    path
        As for `build_index`.

    Raises
    ------
    DatasetError
        For rows that name no gold passage, one that is not in the index, or others than an earlier row of equal prompt.
    """
    whole = open_index(index)
    data = questions if isinstance(questions, Dataset) else load_dataset(questions, split={})
    known, gold = {each.id for each in whole.passages}, dict[str, list[str]]()
    for split in data.splits:
        for number, row in enumerate(data.split(split)):
            where = f"Row {number} of the {split} split of {data.name}"
            names = checked_gold(row, known, where)
            if gold.setdefault(question_of(row["prompt"]), names) != names:
                raise DatasetError(f"{where} names other gold passages than an earlier row that asks the same.")
    return GoldIndex(Path(), whole.passages, {"gold": gold, "of": whole.hash})._saved(path)


def open_index(source: Any) -> Index:
    """The index in a folder, checked file by file.

    Raises
    ------
    InvalidInputError
        When there is no index, a damaged one, or one of another version.
    """
    if isinstance(source, Index):
        return source
    if not isinstance(source, (str, os.PathLike)):
        raise InvalidInputError(f"An index is the folder that build_index wrote, got {source!r}.")
    path = Path(source).expanduser().absolute()
    facts = manifest(path)
    if facts["kind"] not in _KINDS:
        raise InvalidInputError(f"The index {path} is of the unknown kind {facts['kind']!r}. It takes a newer version.")
    return _KINDS[facts["kind"]]._opened(path, facts)
