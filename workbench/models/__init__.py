"""Models: find one by name, load it safely, tell its size without loading it, and say what answers (`System`)."""

from workbench.models.resolve import ModelRef, bundled_models, resolve_model
from workbench.models.system import System

__all__ = ["ModelRef", "System", "bundled_models", "resolve_model"]
