"""QLoRA: LoRA beside weights that are kept in four bits (Dettmers et al. 2023, arXiv 2305.14314).

The frozen weights take an eighth of fp32's memory, a quarter of bf16's. They are made whole again layer by layer,
whenever a product needs them, so gradients reach the adapter through them; they themselves never move.
"""

from __future__ import annotations

import inspect
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.errors import Problem
from workbench.models.quantization import Quantization
from workbench.settings import setting
from workbench.tuning.lora import LoRA

if TYPE_CHECKING:
    from transformers import PreTrainedModel

__all__ = ["QLoRA"]


@dataclass(frozen=True)
class QLoRA(LoRA):
    """Low-rank adapters beside linear layers in four bits.

    Parameters
    ----------
    quant_type
        The levels that weights are rounded to.
    double_quant
        Round the scales of the blocks too: 0.37 bits less a weight.
    compute_dtype
        What products are computed in.
    paged_optimizer
        On CUDA: let the optimizer's state move to the machine's memory when the GPU's is full.
    init_lora_weights
        Where the adapter starts.
    """

    name: ClassVar[str] = "qlora"
    title: ClassVar[str] = "QLoRA"
    source: ClassVar[str] = "Dettmers et al. 2023, arXiv 2305.14314"
    use_when: ClassVar[str] = (
        "As LoRA, where the model's weights alone would fill the memory: they take a quarter of bf16's."
    )
    not_when: ClassVar[str] = (
        "Memory is no trouble: four-bit weights are a little worse and each step takes longer. Nor where the adapter "
        "is to be merged: it belongs to the rounded weights."
    )
    merges: ClassVar[bool] = False
    packages: ClassVar[tuple[str, ...]] = ("bitsandbytes",)

    quant_type: str = setting(
        "nf4", help="The levels that weights are rounded to: spaced like normally distributed weights, or a float's.",
        choices=("nf4", "fp4"), source="QLoRA, arXiv 2305.14314, table 4: NF4 is better than FP4", expert=True,
    )  # fmt: skip
    double_quant: bool = setting(
        True, help="Round the scales too: 0.37 bits less for each weight.",
        source="QLoRA, arXiv 2305.14314, section 3: no loss measured", expert=True,
    )  # fmt: skip
    compute_dtype: str = setting(
        "auto", help="What products are computed in; 'auto': bf16 where training is in bf16.",
        choices=("auto", "fp32", "bf16"), source="QLoRA, arXiv 2305.14314, section 3: bf16", expert=True,
    )  # fmt: skip
    paged_optimizer: bool = setting(
        True, help="On CUDA: let the optimizer's state move to the machine's memory when the GPU's is full.",
        source="QLoRA, arXiv 2305.14314, section 3", expert=True,
    )  # fmt: skip

    init_lora_weights: str = setting(
        "default", help="Where the adapter starts: at the rounded model ('default', or other random draws), or as what "
        "rounding took away ('loftq'), as far as its rank can say it.",
        choices=("default", "gaussian", "orthogonal", "loftq"),
        source="Hu et al. 2021; LoftQ: Li et al. 2023, arXiv 2310.08659, with one round", expert=True, later=True,
    )  # fmt: skip

    def conflicts(self, recipe: Any) -> list[Problem]:
        """LoftQ needs the whole weights in files, and knows no lengths of weights."""
        found = super().conflicts(recipe)
        if self.init_lora_weights == "loftq" and self.use_dora:
            found.append(Problem(
                "tuning.init_lora_weights", "is 'loftq', which does not know the lengths that use_dora trains.",
                "Turn use_dora off, or start at 'default'.",
            ))  # fmt: skip
        if self.init_lora_weights == "loftq" and recipe.objective.compares:
            found.append(Problem(
                "tuning.init_lora_weights", "is 'loftq', which rounds the weights with the adapter: without it "
                f"they are not the start that {recipe.objective.title} compares the policy with.",
                "Start at 'default'.",
            ))  # fmt: skip
        if self.init_lora_weights == "loftq" and str(recipe.model_name).startswith("run:"):
            found.append(Problem(
                "tuning.init_lora_weights", "is 'loftq', which reads the whole weights from the model's files, and a "
                "run's are merged only in memory.",
                "Export the run as a model first, or start at 'default'.",
            ))  # fmt: skip
        return found

    def model_problems(self, shapes: Any) -> list[Problem]:
        """Named layers must be there, and something that can quantise."""
        return super().model_problems(shapes) + _backend_problems()

    def quantization(self, dtype: str) -> Quantization:
        """How the frozen weights are kept."""
        chosen = dtype if self.compute_dtype == "auto" else self.compute_dtype
        return Quantization(self.quant_type, self.double_quant, chosen)  # type: ignore[arg-type]

    def optimizer(self, device: str) -> str | None:
        """The paged one on CUDA."""
        return "paged_adamw_32bit" if self.paged_optimizer and device == "cuda" else super().optimizer(device)

    def apply(self, model: PreTrainedModel, seed: int) -> Any:
        """Put fresh adapters beside the layers of a model that was loaded quantised."""
        if not getattr(model, "is_quantized", False):
            raise TypeError("QLoRA needs a model that was loaded with load_model(..., quantization=...).")
        made = super().apply(model, seed)
        if self.init_lora_weights == "loftq":
            _start_at_what_rounding_took(made)
        return made

    def start_code(self, seed: int) -> list[str]:
        """LoftQ is worked out from the rounded model, adapter by adapter."""
        if self.init_lora_weights != "loftq":
            return []
        return [
            "from peft import get_peft_model",
            "from transformers import set_seed",
            "",
            f"set_seed({seed})",
            f"model = get_peft_model(model, {self.code()[1]})",
            f"{_start_at_what_rounding_took.__name__}(model)",
        ]

    def own_code(self) -> str:
        """The function that works out LoftQ's start."""
        if self.init_lora_weights != "loftq":
            return ""
        return "from pathlib import Path\nfrom typing import Any\n\n\n" + inspect.getsource(
            _start_at_what_rounding_took
        )

    def save(self, model: Any, path: str | os.PathLike[str]) -> None:
        """The adapter, and how the weights were kept that it belongs to."""
        super().save(model, path)
        Quantization.of_model(model).save(Path(path))


def _start_at_what_rounding_took(model: Any) -> None:
    """Give each adapter the strongest directions of the whole weight less the rounded one."""
    import bitsandbytes as bnb
    import torch
    from safetensors import safe_open

    folder = Path(model.get_base_model().config._name_or_path)
    places = {}
    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(file, "pt") as tensors:
            places.update(dict.fromkeys(tensors.keys(), file))
    for name, layer in model.get_base_model().named_modules():
        if not hasattr(layer, "lora_A"):
            continue
        weight = layer.base_layer.weight
        with safe_open(places[f"{name}.weight"], "pt") as tensors:
            whole = tensors.get_tensor(f"{name}.weight").to(weight.device, torch.float32)
        rounded = bnb.functional.dequantize_4bit(weight.data, weight.quant_state).float()
        left, strengths, right = torch.linalg.svd(whole - rounded, full_matrices=False)
        rank, root = layer.r["default"], strengths.sqrt()
        layer.lora_A["default"].weight.data = (root[:rank, None] * right[:rank]).contiguous()
        layer.lora_B["default"].weight.data = (left[:, :rank] * root[:rank] / layer.scaling["default"]).contiguous()


def _backend_problems() -> list[Problem]:
    import importlib.util

    if importlib.util.find_spec("bitsandbytes") is None:
        return [Problem(
            "tuning", "QLoRA needs the package bitsandbytes, which is not installed.",
            "Install it (pip install bitsandbytes), or use LoRA.",
        )]  # fmt: skip
    return []
