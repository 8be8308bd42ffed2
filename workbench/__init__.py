"""Fine-tune small language models from a notebook: pick data, a base model and a method, watch it train, compare.

The public names are loaded when they are first used, so that ``import workbench`` is quick and loads no torch.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "workbench.data.dataset": ("Dataset", "load_dataset"),
    "workbench.estimate": ("Estimate", "estimate"),
    "workbench.errors": (
        "DatasetError", "GenerationError", "InvalidInputError", "ModelNotFoundError", "Problem", "RecipeError",
        "RewardError", "RunBusyError", "RunError", "RunNotFoundError", "RunNotLiveError", "WorkbenchError",
    ),
    "workbench.models.system": ("System",),
    "workbench.objectives.scoring": ("score_replies",),
    "workbench.objectives.training": ("Training",),
    "workbench.recipe": ("Recipe",),
    "workbench.bench": ("Bench", "bench", "data_curve", "open_bench"),
    "workbench.bench.decide": ("decide",),
    "workbench.bench.decision": ("Decision", "open_decision"),
    "workbench.runs": ("Run", "generate", "launch", "open_run", "runs"),
    "workbench.evaluation": (
        "Evaluation", "Report", "attribute_failures", "evaluate", "evaluations", "groundedness", "judge_calls",
        "judge_retrieval", "open_evaluation",
    ),
    "workbench.evaluation.guards": ("guard", "plant_canaries"),
    "workbench.evaluation.clinic": ("ClinicJob", "RewardClinic", "open_clinic", "reward_clinic"),
    "workbench.evaluation.sampling": ("sample_pairs",),
    "workbench.evaluation.influence": ("Influence", "InfluenceJob", "influence"),
    "workbench.retrieval": ("build_index", "gold_index", "open_index"),
}  # fmt: skip
_NAMES = {name: module for module, names in _HOMES.items() for name in names}
_ROOMS = ("panels", "metrics", "lessons")


def _discovered() -> dict[str, type]:
    """Objectives and ways of tuning, found in their packages: ``{"SFT": SFT, "LoRA": LoRA}``."""
    from workbench.objectives import objectives
    from workbench.tuning import tunings

    return {kind.__name__: kind for kind in (*objectives().values(), *tunings().values())}


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return getattr(importlib.import_module(_NAMES[name]), name)
    if name in _ROOMS:
        return importlib.import_module(f"workbench.{name}")
    if name == "__all__":
        return sorted([*_NAMES, *_ROOMS, *_discovered()])
    if not name.startswith("_"):
        found = _discovered()
        if name in found:
            return found[name]
    raise AttributeError(f"module 'workbench' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__getattr__("__all__")])
