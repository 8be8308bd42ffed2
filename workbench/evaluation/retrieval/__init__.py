"""Retrieval and generation apart: each judged alone, the two together, and which of them a failure comes from."""

from workbench.evaluation.retrieval.attribution import OUTCOMES, attribute_failures, groundedness
from workbench.evaluation.retrieval.judging import RetrievalReport, judge_retrieval

__all__ = ["OUTCOMES", "RetrievalReport", "attribute_failures", "groundedness", "judge_retrieval"]
