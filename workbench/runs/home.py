"""The folder that holds the runs, and which of its entries are no runs."""

from __future__ import annotations

from workbench.home import home

__all__ = ["RESERVED", "home"]

RESERVED = frozenset({"answers", "benches", "datasets", "evaluations", "influences", "locks"})
