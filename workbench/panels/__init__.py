"""Widgets over the workbench's nouns: one file a panel, each a thin face of the rooms above.

The only place that imports ipywidgets and anywidget; a panel is imported when its name is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.panels.bench import BenchPanel as BenchPanel
    from workbench.panels.clinic import ClinicPanel as ClinicPanel
    from workbench.panels.compare import ComparePanel as ComparePanel
    from workbench.panels.data import DataPanel as DataPanel
    from workbench.panels.ladder import LadderPanel as LadderPanel
    from workbench.panels.lens import TokenLens as TokenLens
    from workbench.panels.preference import PreferencePanel as PreferencePanel
    from workbench.panels.recipe import RecipePanel as RecipePanel
    from workbench.panels.report import ReportPanel as ReportPanel
    from workbench.panels.run import RunPanel as RunPanel
    from workbench.panels.workbench import Workbench as Workbench

_WHERE = {
    "BenchPanel": "bench",
    "ClinicPanel": "clinic",
    "ComparePanel": "compare",
    "DataPanel": "data",
    "LadderPanel": "ladder",
    "PreferencePanel": "preference",
    "RecipePanel": "recipe",
    "ReportPanel": "report",
    "RunPanel": "run",
    "TokenLens": "lens",
    "Workbench": "workbench",
}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_WHERE})
