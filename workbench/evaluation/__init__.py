"""What systems do with the same rows: answers, figures with intervals, and what may be said about them."""

from workbench.evaluation.evaluate import evaluate
from workbench.evaluation.facts import Comparison
from workbench.evaluation.report import Report
from workbench.evaluation.retrieval import attribute_failures, groundedness, judge_retrieval

__all__ = ["Comparison", "Report", "attribute_failures", "evaluate", "groundedness", "judge_retrieval"]
