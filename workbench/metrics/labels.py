"""Answers that should be one of a few labels, and when references are labels at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from workbench.errors import InvalidInputError
from workbench.metrics.strict_json import is_container
from workbench.metrics.text import text_match

__all__ = ["label_accuracy", "labels_of", "look_like_labels"]

MOST = 50
"""More different references than this are no labels."""

LONGEST = 60
"""Nor are texts of more characters."""

OFTEN = 5
"""References are only taken for labels of themselves when each occurs so often on average, on at least two of them."""


def label_accuracy(answer: str, reference: str) -> bool:
    """Whether an answer is the reference's label: the same text, whitespace at the ends left out."""
    return text_match(answer, reference)


def labels_of(references: Sequence[str]) -> list[str]:
    """The labels among references, the most frequent first, of equals the first seen.

    Raises
    ------
    InvalidInputError
        When these are no labels: JSON, several lines, long, or too many different ones.
    """
    counts = Counter[str]()
    for row, reference in enumerate(references):
        label = reference.strip()
        if not label or "\n" in label or len(label) > LONGEST or is_container(label):
            shown = repr(label if len(label) <= LONGEST else label[:LONGEST] + "…")
            raise InvalidInputError(
                f"Labels are short texts of one line, and the reference of row {row} is {shown}. Use another metric."
            )
        counts[label] += 1
    if len(counts) > MOST:
        raise InvalidInputError(
            f"Labels are a few texts that come again, and the {len(references):,} references have {len(counts):,} "
            f"different ones, more than {MOST}. Use a metric for texts, such as text_match or token_f1."
        )
    return [label for label, _ in counts.most_common()]


def look_like_labels(references: Sequence[str]) -> bool:
    """Whether references are probably labels: at least two, and each on average at least five times."""
    try:
        count = len(labels_of(references))
    except InvalidInputError:
        return False
    return count >= 2 and len(references) >= OFTEN * count
