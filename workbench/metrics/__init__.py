"""Pure functions from strings to scores; evaluation, probes and rewards share them. No torch, no files."""

from workbench.metrics.labels import label_accuracy
from workbench.metrics.overlap import chrf, rouge_1, rouge_2, rouge_l, sentence_bleu
from workbench.metrics.records import field_accuracy, fields_right, leaves, record_match, valid_json, values_right
from workbench.metrics.registry import METRICS, Metric, as_metric, exact_match, metric_names
from workbench.metrics.text import contains, first_line_match, text_match, token_f1

__all__ = [
    "METRICS",
    "Metric",
    "as_metric",
    "chrf",
    "contains",
    "exact_match",
    "field_accuracy",
    "fields_right",
    "first_line_match",
    "label_accuracy",
    "leaves",
    "metric_names",
    "record_match",
    "rouge_1",
    "rouge_2",
    "rouge_l",
    "sentence_bleu",
    "text_match",
    "token_f1",
    "valid_json",
    "values_right",
]
