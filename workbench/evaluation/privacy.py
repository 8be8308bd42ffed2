"""What of the rows a page may show: as they are, masked, or nothing; and the sentence that says why.

Personal data and secrets are found and masked by what checks and repairs data sets (`workbench.data`). They are found
by their form; names and postal addresses have none and stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.checks.private import PERSONAL, SECRET, personal_data, secrets
from workbench.data.repair import PLACEHOLDER, Mask
from workbench.errors import InvalidInputError

if TYPE_CHECKING:
    from workbench.evaluation.report import Report

__all__ = ["Shown", "shown_of", "what_to_show"]

NAMES_STAY = "Names and postal addresses have no form to be found by and are not masked."


@dataclass(frozen=True)
class Shown:
    """What a page may show.

    Attributes
    ----------
    rows : bool
        Whether it shows rows.
    sentence : str
        What it shows, and why.
    text : callable
        Makes a text of the data fit to be shown.
    warning : bool
        Whether the sentence is one to be heeded before the page is passed on.
    """

    rows: bool
    sentence: str
    text: Callable[[str], str]
    warning: bool = False


def what_to_show(report: Report, rows: str | None) -> Shown:
    """What a page shows with ``rows="none"``, ``"masked"``, ``"all"``, or None to decide by what the rows hold.

    Raises
    ------
    InvalidInputError
        For anything else.
    """
    return shown_of(list(_texts(report)), rows)


def shown_of(texts: list[str], rows: str | None) -> Shown:
    """The same for any page that holds these texts."""
    if rows not in (None, "none", "masked", "all"):
        raise InvalidInputError(f"rows must be 'none', 'masked', 'all' or None, got {rows!r}.")
    kinds = _found(texts)
    found = ", ".join(f"{count:,} × {kind}" for kind, count in sorted(kinds.items()))
    mask = _masking(texts)
    if rows == "none":
        return Shown(False, "No rows are shown here.", mask if kinds else _as_it_is)
    if rows == "all" and kinds:
        return Shown(True, f"The rows hold personal data or secrets ({found}), and are shown as they are.", _as_it_is,
                     warning=True)  # fmt: skip
    if rows == "masked" or kinds:
        why = f"Personal data or secrets were found in the rows ({found}), so they are masked here." if kinds else (
            "Personal data and secrets would be masked here; none were found in the rows."
        )  # fmt: skip
        return Shown(True, f"{why} {NAMES_STAY}", mask)
    return Shown(True, "Rows are shown as they are: no personal data or secrets were found in them.", _as_it_is)


def _texts(report: Report) -> Iterable[str]:
    """Every text that comes from the data, a model, or somebody's prompt."""
    yield from report.prompts
    yield from (text for text in report.references if text is not None)
    yield from (said.text for said_all in report.answers.values() for said in said_all)
    yield from (value for values in report.columns.values() for value in values if isinstance(value, str))
    for facts in report.systems.values():
        yield from (text for pair in facts.get("shots") or () for text in pair)
        yield facts.get("prompt") or ""


def _found(texts: list[str]) -> Counter[str]:
    array = pa.array([text.encode("utf-8", "replace").decode() for text in texts])
    kinds: Counter[str] = Counter()
    looks: Any = ((PERSONAL, personal_data), (SECRET, secrets))
    for pattern, look in looks:
        for text in array.filter(pc.match_substring_regex(array, pattern)).to_pylist():
            kinds.update(hit.kind for hit in look(text))
    return kinds


def _masking(texts: list[str]) -> Callable[[str], str]:
    standing = {match[0] for text in texts for match in PLACEHOLDER.finditer(text)}
    for_secrets, for_persons = (Mask(look, {}, standing) for look in (secrets, personal_data))
    return lambda text: for_persons(for_secrets(text))


def _as_it_is(text: str) -> str:
    return text
