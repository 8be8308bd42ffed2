"""Exercises that check themselves. In a notebook: ``from workbench.lessons import check``."""

from workbench.lessons.checks import check, exercises

__all__ = ["check", "exercises"]
