"""Exercises that check themselves, and claims judged. In a notebook: ``from workbench.lessons import check``."""

from workbench.lessons.checks import check, exercises
from workbench.lessons.claims import Outcome, judge

__all__ = ["Outcome", "check", "exercises", "judge"]
