"""Which of a report's systems is meant: by name, by position, or by what was evaluated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidInputError
from workbench.settings import nearest

if TYPE_CHECKING:
    from workbench.evaluation.report import Report
    from workbench.models.system import System

__all__ = ["name_of"]


def name_of(report: Report, system: Any) -> str:
    """The name of a system given by name, by position, or as what was evaluated.

    Raises
    ------
    InvalidInputError
        When the report has no such system.
    """
    if isinstance(system, int) and -len(report.names) <= system < len(report.names):
        return report.names[system]
    if isinstance(system, str) and system in report.systems:
        return system
    if not isinstance(system, int) and system is not None:
        from workbench.models.system import System

        wanted = System(system)
        alike = [name for name, facts in report.systems.items() if _is_same(wanted, facts)]
        if alike:
            return wanted.name if wanted.name in alike else alike[0]
    hint = nearest(str(system), report.names)
    raise InvalidInputError(f"The report has no system {system!r}{hint}. It has {', '.join(report.names)}.")


def _is_same(system: System, facts: Mapping[str, Any]) -> bool:
    """Whether a system is the one that a report describes, whatever its name there; functions by their code."""
    plain = json.loads(json.dumps(system.to_dict(), default=repr))
    same = all(facts.get(key) == value for key, value in plain.items() if key != "name")
    return same and (system.kind == "model" or facts.get("hash") == system.hash)
