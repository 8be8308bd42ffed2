"""What systems do with the same rows: answers, figures with intervals, and what may be said about them."""

from workbench.evaluation.evaluate import evaluate
from workbench.evaluation.facts import Comparison
from workbench.evaluation.job import Evaluation, evaluations, open_evaluation
from workbench.evaluation.report import Report

__all__ = ["Comparison", "Evaluation", "Report", "evaluate", "evaluations", "open_evaluation"]
