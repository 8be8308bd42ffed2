"""Which training rows taught a run an answer: rows ranked by their pull on it."""

from workbench.evaluation.influence.job import InfluenceJob, influence
from workbench.evaluation.influence.result import Influence

__all__ = ["Influence", "InfluenceJob", "influence"]
