"""Records beside each other, field by field."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from workbench.metrics.records import fields_of
from workbench.metrics.strict_json import same_value

__all__ = ["field_rows"]

SHOWN = 200
"""Characters of a value that are shown."""


def field_rows(reference: str, answers: Sequence[str | None]) -> list[dict[str, Any]]:
    """One row a field of the reference, then those that only answers have; plain data for a panel.

    Returns
    -------
    list of dict
        ``name``, ``reference`` (text, None for a field that was not asked for) and ``values``: for each answer ``text``
        and ``ok``; text None where the answer lacks the field or is no strict JSON object; None where there is no
        answer yet. Empty where the reference is no record.
    """
    wanted = fields_of(reference)
    if wanted is None:
        return []
    found = [None if answer is None else (fields_of(answer) or {}) for answer in answers]
    names = dict.fromkeys([*wanted, *(name for fields in found for name in fields or ())])
    rows = []
    for name in names:
        values: list[dict[str, Any] | None] = []
        for fields in found:
            if fields is None:
                values.append(None)
                continue
            there, asked = name in fields, name in wanted
            ok = there == asked and (not asked or same_value(fields[name], wanted[name]))
            values.append({"text": _text(fields[name]) if there else None, "ok": ok})
        rows.append({"name": name, "reference": _text(wanted[name]) if name in wanted else None, "values": values})
    return rows


def _text(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
