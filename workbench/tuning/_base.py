"""What every way of tuning provides."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.errors import Problem
from workbench.models.adapters import save_trained
from workbench.models.quantization import Quantization
from workbench.models.shapes import Shapes
from workbench.models.widths import Widths
from workbench.settings import Settings

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

__all__ = ["LearningRate", "Tuning", "learning_rate_from"]


@dataclass(frozen=True)
class LearningRate:
    """A learning rate chosen for a size of model.

    Parameters
    ----------
    value
        The rate.
    reason
        Where it comes from, in a sentence.
    checked
        Whether it was checked at about this size.
    """

    value: float
    reason: str
    checked: bool


@dataclass(frozen=True)
class Tuning(Settings):
    """One way of tuning: settings as a frozen dataclass, torch only inside its functions.

    Attributes
    ----------
    name
        The name in a recipe file.
    title
        The name for people.
    use_when, not_when
        One sentence each.
    merges
        Whether the result can be merged into the base weights exactly.
    adapter
        Whether the result is an adapter beside the untouched base model.
    packages
        Optional packages that it needs; others are not imported by a run, so that it starts sooner.
    peft_type
        PEFT's word for its adapters; empty where there is none.
    checkpointing
        Whether gradient checkpointing works with it.
    masks
        Whether attention needs a mask where no row is padded, too.
    """

    section: ClassVar[str] = "tuning"
    name: ClassVar[str]
    title: ClassVar[str]
    use_when: ClassVar[str]
    not_when: ClassVar[str]
    source: ClassVar[str] = ""
    merges: ClassVar[bool] = False
    adapter: ClassVar[bool] = True
    packages: ClassVar[tuple[str, ...]] = ()
    peft_type: ClassVar[str] = ""
    checkpointing: ClassVar[bool] = True
    masks: ClassVar[bool] = False

    def conflicts(self, recipe: Any) -> list[Problem]:
        """What in the rest of the recipe this way of tuning cannot work with."""
        return []

    def model_problems(self, shapes: Shapes) -> list[Problem]:
        """What about a model of these shapes this way of tuning cannot work with."""
        if self.virtual_tokens and shapes.positions is not None and self.virtual_tokens >= shapes.positions:
            return [Problem(
                "tuning.num_virtual_tokens", f"is {self.virtual_tokens:,}, and the model's context has "
                f"{shapes.positions:,} places: none would be left for a row.", "Take fewer; 20 are usual.",
            )]  # fmt: skip
        return []

    @property
    def virtual_tokens(self) -> int:
        """Places of the model's context that it takes for itself."""
        return 0

    def room(self, positions: int | None) -> int | None:
        """How long a row may be in a context of so many positions; None where the model names none."""
        return None if positions is None else positions - self.virtual_tokens

    def quantization(self, dtype: str) -> Quantization | None:
        """How frozen weights are kept, where not whole; `dtype` is what training computes in."""
        return None

    def optimizer(self, device: str) -> str | None:
        """The optimizer, in the words of transformers' ``optim``; None for its default, AdamW."""
        return None

    def trainable_parameters(self, shapes: Shapes) -> int:
        """How many weights move on a model of these shapes."""
        raise NotImplementedError

    def kept_bytes(self, widths: Widths) -> float:
        """Bytes of one token that each layer keeps until gradients are made, beyond those of a frozen model.

        ``python -m tests.bench memory`` holds it against measured peaks.
        """
        return 0.0

    def auto_learning_rate(self, n_parameters: int) -> LearningRate:
        """The learning rate for a model of this many weights."""
        raise NotImplementedError

    def apply(self, model: PreTrainedModel, seed: int) -> Any:
        """The model made ready to train, new weights drawn from `seed`."""
        raise NotImplementedError

    def go_on(self, model: Any, path: str | os.PathLike[str], keep_reference: bool) -> None:
        """Give the fresh adapter of a model the weights of an earlier one.

        Parameters
        ----------
        model
            As `apply` made it.
        path
            The earlier adapter's folder.
        keep_reference
            Keep the earlier adapter beside it, frozen, under the name ``"ref"``.

        Raises
        ------
        RecipeError
            When the earlier adapter has other settings or other layers.
        """
        from workbench.tuning._going_on import go_on

        go_on(self, model, path, keep_reference)

    def prepare(self, trainer: Any) -> None:
        """What is to be done once the trainer with its rows is there, before the first step."""

    def save(self, model: Any, path: str | os.PathLike[str]) -> None:
        """Write what a run trained into a folder, in PEFT's or transformers' own format."""
        save_trained(model, path)

    def load(self, model: PreTrainedModel, path: str | os.PathLike[str]) -> Any:
        """The model with what a run trained, from the run's model folder."""
        raise NotImplementedError

    def generate(
        self, model: Any, input_ids: torch.Tensor, attention_mask: torch.Tensor, **decoding: Any
    ) -> torch.Tensor:
        """Token ids, prompt included, of shape ``(batch, length)``; prompts are padded on the left."""
        return model.generate(input_ids=input_ids, attention_mask=attention_mask, **decoding)

    def code(self) -> tuple[list[str], str] | None:
        """For the plain script: import lines, and the expression of the PEFT config; None when there is none."""
        return None

    def start_code(self, seed: int) -> list[str]:
        """For the plain script: lines that put the adapter on ``model``, where TRL's ``peft_config`` is not enough."""
        return []

    def prepare_code(self) -> list[str]:
        """For the plain script: what `prepare` does, as lines after ``trainer`` is made."""
        return []

    def generate_code(self) -> list[str]:
        """For the plain script: `generate` as lines after ``trainer`` is made, where PEFT's own gives other text."""
        return []

    def own_code(self) -> str:
        """What of this project the plain script needs, as Python to be copied into it; empty where PEFT has all."""
        return ""


def learning_rate_from(points: Sequence[tuple[float, float, str]], n_parameters: int, checked: float) -> LearningRate:
    """Interpolate a learning rate between known sizes, on log scales.

    Parameters
    ----------
    points
        ``(parameters, rate, source)`` in ascending size.
    n_parameters
        The size wanted. Beyond the ends the nearest rate is taken.
    checked
        The size around which (half to double) a rate was measured by this project.
    """
    size = max(1, n_parameters)
    is_checked = checked / 2 <= size <= checked * 2
    for parameters, rate, source in points:
        if parameters / 2 <= size <= parameters * 2:
            return LearningRate(rate, f"{rate:g}: {source}", is_checked)
    if size < points[0][0] or size > points[-1][0]:
        parameters, rate, source = points[0] if size < points[0][0] else points[-1]
        text = f"{rate:g}, as for {_size(parameters)} parameters ({source}); unchecked at {_size(size)}"
        return LearningRate(rate, text, False)
    upper = next(index for index, point in enumerate(points) if point[0] > size)
    (low, low_rate, _), (high, high_rate, _) = points[upper - 1], points[upper]
    share = math.log(size / low) / math.log(high / low)
    value = float(f"{math.exp(math.log(low_rate) + share * math.log(high_rate / low_rate)):.2g}")
    text = (
        f"{value:g}, between {low_rate:g} at {_size(low)} and {high_rate:g} at {_size(high)} parameters on a log "
        f"scale; unchecked at {_size(size)}"
    )
    return LearningRate(value, text, is_checked)


def _size(parameters: float) -> str:
    for unit, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if parameters >= unit:
            return f"{parameters / unit:.3g}{letter}"
    return str(int(parameters))
