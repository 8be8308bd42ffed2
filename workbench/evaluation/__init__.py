"""What systems do with the same rows: answers, figures with intervals, and what may be said about them."""

from workbench.evaluation.evaluate import evaluate
from workbench.evaluation.facts import Comparison
from workbench.evaluation.job import Evaluation, evaluations, open_evaluation
from workbench.evaluation.report import Report
from workbench.evaluation.retrieval import attribute_failures, groundedness, judge_retrieval
from workbench.evaluation.tools import call_errors, judge_calls

__all__ = [
    "Comparison",
    "Evaluation",
    "Report",
    "attribute_failures",
    "call_errors",
    "evaluate",
    "evaluations",
    "groundedness",
    "judge_calls",
    "judge_retrieval",
    "open_evaluation",
]
