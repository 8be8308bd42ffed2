"""The folder that holds the runs, and which of its entries are no runs."""

from __future__ import annotations

from workbench.home import home

__all__ = ["GUARDS", "RESERVED", "home"]

RESERVED = frozenset({"answers", "benches", "clinics", "datasets", "decisions", "evaluations", "influences", "locks"})

GUARDS = "guards"
"""The job that looks at what a run has made lies in this folder of the run; its findings in the run's guards.json."""
