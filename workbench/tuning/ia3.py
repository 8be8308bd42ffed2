"""IA3: trained factors on keys, values and the feed-forward part (Liu et al. 2022, arXiv 2205.05638).

Each adapted output (of the feed-forward part: input) is multiplied, number by number, with a trained vector that
starts at one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.errors import Problem
from workbench.models.reward import task_type
from workbench.models.shapes import Shapes
from workbench.models.widths import Widths
from workbench.tuning._base import LearningRate, Tuning, learning_rate_from

if TYPE_CHECKING:
    from transformers import PreTrainedModel

__all__ = ["IA3"]

RATES = (
    (4.3e6, 0.1, "measured on the bundled base (workbench.bundled.make.rates)"),
    (3e9, 3e-3, "Liu et al. 2022, section 3.3, for T0-3B"),
)
TARGETS, INPUTS = ("k_proj", "v_proj", "down_proj"), ("down_proj",)


@dataclass(frozen=True)
class IA3(Tuning):
    """Trained factors on keys, values and the feed-forward part."""

    name: ClassVar[str] = "ia3"
    title: ClassVar[str] = "IA3"
    source: ClassVar[str] = "Liu et al. 2022, arXiv 2205.05638"
    use_when: ClassVar[str] = (
        "The adapter must be as small as can be, a hundredth of LoRA's, and the task is close to what the model can do."
    )
    not_when: ClassVar[str] = (
        "The task asks for much that is new: factors can only stress what a layer already computes."
    )
    merges: ClassVar[bool] = True
    peft_type: ClassVar[str] = "IA3"

    def model_problems(self, shapes: Shapes) -> list[Problem]:
        """The layers must have the usual names."""
        missing = [name for name in TARGETS if not any(f".{name}." in tensor for tensor in shapes.linear)]
        return [
            Problem("tuning", f"needs layers named {', '.join(TARGETS)}; this model has no {', '.join(missing)}.",
                    "Use LoRA for this model.")
        ] if missing else []  # fmt: skip

    def trainable_parameters(self, shapes: Shapes) -> int:
        """A factor for each output of keys and values, and for each input of the feed-forward part's last layer."""
        total = 0
        for tensor, (inputs, outputs) in shapes.linear.items():
            name = tensor.removesuffix(".weight").rsplit(".", 1)[-1]
            total += (inputs if name in INPUTS else outputs) if name in TARGETS else 0
        return total

    def kept_bytes(self, widths: Widths) -> float:
        """Keys and values before they are scaled, and the input of the last layer in the factors' own type, fp32."""
        return 2 * widths.product * widths.keys + 4 * widths.wide

    def auto_learning_rate(self, n_parameters: int) -> LearningRate:
        """0.1 at four million parameters, 3e-3 at three billion."""
        return learning_rate_from(RATES, n_parameters, checked=4.3e6)

    def apply(self, model: PreTrainedModel, seed: int) -> Any:
        """Freeze the model and put factors of one on its layers."""
        import peft
        from transformers import set_seed

        set_seed(seed)
        kind = task_type(model)
        config = peft.IA3Config(task_type=kind, target_modules=list(TARGETS), feedforward_modules=list(INPUTS))
        return peft.get_peft_model(model, config)

    def load(self, model: PreTrainedModel, path: str | os.PathLike[str]) -> Any:
        """The model with the factors of a run's model folder."""
        import peft

        return peft.PeftModel.from_pretrained(model, os.fspath(path))

    def code(self) -> tuple[list[str], str]:
        """PEFT's own config."""
        targets, inputs = (", ".join(f'"{name}"' for name in names) for names in (TARGETS, INPUTS))
        settings = f'task_type="CAUSAL_LM", target_modules=[{targets}], feedforward_modules=[{inputs}]'
        return ["from peft import IA3Config"], f"IA3Config({settings})"
