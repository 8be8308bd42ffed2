"""Answers that should be JSON: whether they are, and whether they fit a schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from workbench.data.checks.base import Check, Flagged, Rows, shortened
from workbench.data.checks.view import Batch, Part
from workbench.data.findings import EVIDENCE, Finding
from workbench.errors import DatasetError, InvalidInputError
from workbench.metrics.json_schema import Schema
from workbench.metrics.strict_json import JsonError, parse

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset

__all__ = ["CHECKS"]

#: The share of answers that must be JSON objects or arrays for a set to claim JSON.
CLAIMED = 0.8

#: Answers below which a share says nothing.
ENOUGH = 5

COLUMNS = ("completion", "chosen", "messages")


class InvalidJson(Check):
    """Answers that are no JSON object or array, in a set where nearly all are."""

    name, kind, severity = "invalid_json", "invalid JSON", "error"
    message = "the other answers are JSON, and a program that reads these will fail."
    remedy = "Correct them, or take the rows out."
    repair = "drop the rows"

    def __init__(self, dataset: Dataset, schema: Mapping[str, Any] | None = None):
        super().__init__(dataset, schema)
        self.bad: dict[str, dict[int, str]] = {}
        self.good: dict[str, int] = {}

    def applies(self) -> bool:
        return any(column in self.dataset.columns for column in COLUMNS)

    def scan(self, batch: Batch) -> tuple[int, dict[int, str]]:
        good, bad = 0, {}
        for part in _answers(batch):
            opens = pc.match_substring_regex(part.texts, r"^\s*[\[{]").to_numpy(zero_copy_only=False)
            filled = pc.match_substring_regex(part.texts, r"\S").to_numpy(zero_copy_only=False)
            for at in filled.nonzero()[0].tolist():
                why = _why_not(part.texts[at].as_py()) if opens[at] else "does not begin as JSON"
                if why:
                    bad[int(part.rows[at])] = why
                else:
                    good += 1
        return good, bad

    def collect(self, split: str, seen: list[tuple[int, dict[int, str]]]) -> None:
        self.good[split] = sum(good for good, _ in seen)
        self.bad[split] = {row: why for _, bad in seen for row, why in bad.items()}

    def findings(self) -> Iterable[Finding]:
        good, bad = sum(self.good.values()), sum(map(len, self.bad.values()))
        if self.schema is None and (good + bad < ENOUGH or good < CLAIMED * (good + bad)):
            return
        for split, rows in self.bad.items():
            if rows:
                evidence = {row: rows[row] for row in sorted(rows)[:EVIDENCE]}
                yield self.finding(split, rows, evidence=evidence)


class SchemaViolations(Flagged):
    """Answers that are JSON and do not fit the schema given."""

    name, kind, severity = "schema", "schema violation", "error"
    message = "the answer does not fit the schema, and a program that reads it will fail."
    remedy = "Correct them, or take the rows out."

    def __init__(self, dataset: Dataset, schema: Mapping[str, Any] | None = None):
        super().__init__(dataset, schema)
        self.checked = None if schema is None else _checked(schema)

    def applies(self) -> bool:
        return self.checked is not None and any(column in self.dataset.columns for column in COLUMNS)

    def scan(self, batch: Batch) -> Rows:
        assert self.checked is not None
        found: dict[int, str] = {}
        for part in _answers(batch):
            for row, text in zip(part.rows.tolist(), part.texts.to_pylist(), strict=True):
                if text.strip() and (why := self._misfit(text)):
                    found[row] = why
        return found

    def _misfit(self, text: str) -> str:
        assert self.checked is not None
        try:
            value = parse(text)
        except JsonError:
            return ""
        try:
            problems = self.checked.problems(value)
        except InvalidInputError as error:
            raise DatasetError(str(error)) from error
        return shortened(str(problems[0])) if problems else ""


def _answers(batch: Batch) -> list[Part]:
    """The answers, each turn of a conversation by itself."""
    return [part for part in batch.side("answer") if part.column in COLUMNS]


def _why_not(text: str) -> str:
    """Why a text is no strict JSON object or array; empty when it is one."""
    try:
        return "" if isinstance(parse(text), (dict, list)) else "neither an object nor an array"
    except JsonError as error:
        return shortened(f"{error.kind}: {error}")


def _checked(schema: Any) -> Schema:
    try:
        return Schema(schema)
    except InvalidInputError as error:
        raise DatasetError(str(error)) from error


CHECKS: tuple[type[Check], ...] = (InvalidJson, SchemaViolations)
