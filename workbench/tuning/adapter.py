"""Bottleneck adapters: small networks after the sublayers (Houlsby et al. 2019, arXiv 1902.00751).

After a sublayer's output ``h`` stands ``h + up(activation(down(h)))``, with ``down`` to a few dimensions and ``up``
back. ``up`` starts at zero, so training begins exactly at the base model.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.errors import Problem
from workbench.models.reward import task_type
from workbench.models.shapes import Shapes
from workbench.models.widths import Widths
from workbench.settings import setting
from workbench.tuning._base import LearningRate, Tuning, learning_rate_from

if TYPE_CHECKING:
    from transformers import PreTrainedModel

__all__ = ["Adapter"]

RATES = (
    (4.3e6, 1e-2, "measured on the bundled base (workbench.bundled.make.rates); 3e-3 forgets less: lesson 07"),
    (110e6, 1e-3, "Houlsby et al. 2019, section 3.1, for BERT"),
    (7e9, 2e-4, "as LoRA's at this size; no source of its own"),
)
ATTENTION, FEEDFORWARD = ("self_attn", "attn", "attention"), ("mlp", "feed_forward")


@dataclass(frozen=True)
class Adapter(Tuning):
    """Small networks after the sublayers.

    Parameters
    ----------
    placement
        ``"houlsby"``: after attention and after the feed-forward part; ``"pfeiffer"``: after the feed-forward part.
    reduction_factor
        The hidden width divided by the adapter's.
    activation
        Between its two matrices.
    """

    name: ClassVar[str] = "adapter"
    title: ClassVar[str] = "Bottleneck adapter"
    source: ClassVar[str] = "Houlsby et al. 2019, arXiv 1902.00751"
    use_when: ClassVar[str] = (
        "Several tasks share one model and are switched by request, or the change wanted is not linear in what a layer "
        "sees."
    )
    not_when: ClassVar[str] = (
        "Every millisecond of an answer counts, or the result must be one model: it cannot be merged, and adds two "
        "small layers to each block."
    )
    peft_type: ClassVar[str] = "BOTTLENECK"

    placement: str = setting(
        "houlsby", help="Where adapters stand: after attention and feed-forward ('houlsby'), or after the latter only.",
        choices=("houlsby", "pfeiffer"), source="Houlsby et al. 2019; Pfeiffer et al. 2020, arXiv 2005.00247",

    )  # fmt: skip
    reduction_factor: int | float = setting(
        16, help="The model's width divided by the adapter's: more makes it smaller.",
        low=1, high=4096, source="Pfeiffer et al. 2020, arXiv 2005.00247",
    )  # fmt: skip
    activation: str = setting(
        "gelu", help="What stands between the adapter's two matrices.", choices=("gelu", "relu", "silu"),
        source="Houlsby et al. 2019 leave it open; BERT's own", expert=True,
    )  # fmt: skip

    def model_problems(self, shapes: Shapes) -> list[Problem]:
        """The sublayers must be found by their usual names."""
        missing = [names[0] for names in self._wanted() if not _found(names, shapes.linear)]
        return [
            Problem(
                "tuning", f"finds no {name} sublayer in a model of the class {shapes.architecture}.",
                "Use LoRA for this model.",
            )
            for name in missing
        ]  # fmt: skip

    def trainable_parameters(self, shapes: Shapes) -> int:
        """Two matrices and two biases an adapter, one or two adapters a layer."""
        narrow = max(1, int(shapes.hidden / self.reduction_factor))
        return shapes.layers * len(self._wanted()) * (2 * shapes.hidden * narrow + narrow + shapes.hidden)

    def kept_bytes(self, widths: Widths) -> float:
        """The input of each adapter, and its narrow middle before and after the activation."""
        narrow = max(1, int(widths.hidden / self.reduction_factor))
        return widths.product * len(self._wanted()) * (widths.hidden + 2 * narrow)

    def auto_learning_rate(self, n_parameters: int) -> LearningRate:
        """1e-2 at four million parameters, 1e-3 at BERT's size, 2e-4 at seven billion."""
        return learning_rate_from(RATES, n_parameters, checked=4.3e6)

    def apply(self, model: PreTrainedModel, seed: int) -> Any:
        """Freeze the model and put fresh adapters after its sublayers."""
        import peft
        from transformers import set_seed

        from workbench.tuning._adapter_layers import BottleneckConfig

        set_seed(seed)
        names = {name.rsplit(".", 1)[-1] for name, _ in model.named_modules()}
        targets = [next(name for name in wanted if name in names) for wanted in self._wanted()]
        config = BottleneckConfig(
            task_type=task_type(model),
            target_modules=targets,
            reduction_factor=self.reduction_factor,
            activation=self.activation,
        )
        return peft.get_peft_model(model, config)

    def load(self, model: PreTrainedModel, path: str | os.PathLike[str]) -> Any:
        """The model with the adapters of a run's model folder."""
        import peft

        from workbench.tuning import _adapter_layers  # noqa: F401  (PEFT must know the method before it loads one)

        return peft.PeftModel.from_pretrained(model, os.fspath(path))

    def code(self) -> tuple[list[str], str]:
        """The config of our own PEFT method, which `own_code` brings along."""
        named = '{name.rsplit(".", 1)[-1] for name, _ in model.named_modules()}'
        wanted = json.dumps([list(names) for names in self._wanted()])
        targets = f"[next(name for name in names if name in {named}) for names in {wanted}]"
        settings = f'reduction_factor={self.reduction_factor}, activation="{self.activation}"'
        return [], f'BottleneckConfig(task_type="CAUSAL_LM", target_modules={targets}, {settings})'

    def own_code(self) -> str:
        """The file of the method."""
        text = Path(__file__).with_name("_adapter_layers.py").read_text(encoding="utf-8")
        _, _, code = text.partition("from __future__ import annotations\n")
        return re.sub(r"\n__all__ = .*\n", "\n", code).strip() + "\n"

    def _wanted(self) -> list[tuple[str, ...]]:
        return [ATTENTION, FEEDFORWARD] if self.placement == "houlsby" else [FEEDFORWARD]


def _found(names: tuple[str, ...], tensors: Any) -> bool:
    return any(re.search(rf"\.({'|'.join(names)})\.", tensor) for tensor in tensors)
