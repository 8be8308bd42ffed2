"""Bits per byte: how well a model predicts a text, whatever its tokenizer.

The sum of -log2 p over the tokens of a text, divided by its length in UTF-8 bytes. A model that has got to know a
domain needs fewer bits for its texts; one that has forgotten something else needs more for that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from workbench.errors import GenerationError, InvalidInputError
from workbench.evaluation.facts import MetricFacts
from workbench.evaluation.picking import pick_rows
from workbench.evaluation.results import Interval
from workbench.evaluation.statistics import mean
from workbench.models.system import System

__all__ = ["BITS_PER_BYTE", "bits_per_byte", "score_texts"]

BITS_PER_BYTE = MetricFacts(
    "bits_per_byte",
    "Bits per byte",
    "How many bits the model needs for each byte of the texts, over all of them.",
    "mean",
    higher_is_better=False,
    span=None,
    unit="bits per byte",
)


def bits_per_byte(system: Any, dataset: Any, *, max_rows: int | None = None, client: Any = None) -> Interval:
    """How well a system's model predicts the texts of a data set, with an interval over rows.

    Parameters
    ----------
    system
        A model name, run or `System`.
    dataset
        Texts (``language_modeling``): the test split of a data set that has one, else all its rows.
    max_rows
        At most so many rows, drawn with seed 0.
    client
        The generation process to use; by default the shared one.

    Returns
    -------
    Interval
        All bits over all bytes. Texts of a longer length count for more.

    Raises
    ------
    InvalidInputError
        For data of another type, or a system that answers by other means than a model alone.
    """
    texts = [row["text"] for row in pick_rows(dataset, max_rows, type="language_modeling").rows if row["text"]]
    if not texts:
        raise InvalidInputError("All texts are empty: there are no bytes to predict.")
    scores, sizes = score_texts(System(system), texts, client=client)
    return mean(scores, weights=sizes, unit=BITS_PER_BYTE.unit)


def score_texts(
    system: System, texts: Sequence[str], *, client: Any = None, on_result: Callable[[], None] = lambda: None
) -> tuple[list[float], list[int]]:
    """Bits per byte of each text, and its length in bytes. No text may be empty."""
    if system.kind == "model" and (system.prompt or system.shots):
        raise InvalidInputError(
            f"{system.name} has a prompt or shots, which play no part in how likely a text is. Give the model alone."
        )
    if client is None:
        from workbench.runs.generation import shared_client

        client = shared_client()
    found = client.score(system, texts, on_result=lambda row, score: on_result())
    if None in found:
        raise GenerationError("Scoring was cancelled before all texts were read.")
    return [each.nats / math.log(2) / each.bytes for each in found], [each.bytes for each in found]
