"""Four bits a weight: how frozen linear layers are kept small while an adapter beside them is trained.

The layers are bitsandbytes' (Dettmers et al. 2023, arXiv 2305.14314). Weights are cut into blocks of 64; of each block
the largest magnitude is kept, and every weight becomes the nearest of 16 levels between its negative and itself.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import torch

__all__ = ["FILE", "Quantization", "quantized", "trainable_on_cpu"]

FILE = "quantization.json"
"""What stands beside an adapter that was trained on quantised weights."""
BLOCK, OUTER_BLOCK = 64, 256
# Whoever imports PEFT is told that a faster kernel for CPUs could be fetched from a hub, needed or not.
logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
DTYPES = {"fp32": "float32", "bf16": "bfloat16"}


@dataclass(frozen=True)
class Quantization:
    """How weights become four bits.

    Parameters
    ----------
    quant_type
        ``"nf4"``: levels spaced as normally distributed weights are; ``"fp4"``: those of a four-bit float.
    double_quant
        Quantise the scales of the blocks too.
    compute_dtype
        What products are computed in: ``"fp32"`` or ``"bf16"``.
    """

    quant_type: Literal["nf4", "fp4"] = "nf4"
    double_quant: bool = True
    compute_dtype: Literal["fp32", "bf16"] = "fp32"

    @property
    def bytes_per_weight(self) -> float:
        """Bytes that a weight takes, its share of the scales included."""
        scale = 1 + 4 / OUTER_BLOCK if self.double_quant else 4
        return 0.5 + scale / BLOCK

    def config(self) -> Any:
        """As transformers takes it."""
        from transformers import BitsAndBytesConfig

        return BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type=self.quant_type,
            bnb_4bit_use_double_quant=self.double_quant,
            bnb_4bit_compute_dtype=DTYPES[self.compute_dtype],
        )

    def code(self) -> str:
        """`config` as an expression for a script."""
        return (
            f'BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="{self.quant_type}", '
            f"bnb_4bit_use_double_quant={self.double_quant}, bnb_4bit_compute_dtype=torch.{DTYPES[self.compute_dtype]})"
        )

    @classmethod
    def of_model(cls, model: Any) -> Quantization:
        """How a model's weights are kept that was loaded with `config`."""
        config = model.config.quantization_config
        kept = str(config.bnb_4bit_compute_dtype).removeprefix("torch.")
        [dtype] = [name for name, theirs in DTYPES.items() if theirs == kept]
        return cls(config.bnb_4bit_quant_type, config.bnb_4bit_use_double_quant, dtype)  # type: ignore[arg-type]

    def save(self, folder: Path) -> None:
        """Leave word beside an adapter."""
        (folder / FILE).write_text(json.dumps(asdict(self)) + "\n", encoding="utf-8")

    @classmethod
    def of(cls, folder: Path) -> Quantization | None:
        """What the adapter of a folder was trained on; None for whole weights."""
        file = folder / FILE
        return cls(**json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else None


def quantized(model: Any, quantization: Quantization, device: Any = "cpu") -> Any:
    """The model anew, its linear layers in four bits, by way of a temporary folder of its whole weights."""
    from transformers import AutoModelForCausalLM

    with TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        made = AutoModelForCausalLM.from_pretrained(
            folder,
            quantization_config=quantization.config(),
            dtype=model.dtype,
            use_safetensors=True,
            attn_implementation=model.config._attn_implementation,
            device_map={"": device},
        )
    return trainable_on_cpu(made).eval()


def trainable_on_cpu(model: torch.nn.Module) -> Any:
    """Keep bitsandbytes from packing the weights anew in evaluation.

    On processors with AVX512-bf16 its layers repack themselves at the first forward pass in evaluation, and no gradient
    goes through them afterwards: training after an evaluation would go on, wrongly, without a word.
    """
    import bitsandbytes

    for layer in model.modules():
        if isinstance(layer, bitsandbytes.nn.Linear4bit):
            layer.support_avx512bf16_for_cpu = False
    return model
