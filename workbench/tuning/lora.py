"""LoRA: small trainable matrices beside the frozen linear layers (Hu et al. 2021, arXiv 2106.09685).

Each adapted layer computes ``W x + (lora_alpha / r) B A x``, where only ``A`` (r x inputs) and ``B`` (outputs x r)
move. ``B`` starts at zero, so training begins exactly at the base model.
"""

from __future__ import annotations

import copy
import json
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.errors import Problem
from workbench.models.reward import task_type
from workbench.models.shapes import Shapes
from workbench.models.widths import Widths
from workbench.settings import nearest, setting
from workbench.tuning._base import LearningRate, Tuning, learning_rate_from

if TYPE_CHECKING:
    from transformers import PreTrainedModel

__all__ = ["LoRA"]

ADAPTER_BYTES = 4
"""Of a number of the adapter, which PEFT keeps in fp32."""
RATES = (
    (4.3e6, 3e-3, "checked on the bundled base (workbench.bundled.make.calibrate)"),
    (7e9, 2e-4, "QLoRA, arXiv 2305.14314, table 9, for 7B and 13B"),
    (33e9, 1e-4, "QLoRA, arXiv 2305.14314, table 9, for 33B and 65B"),
)


@dataclass(frozen=True)
class LoRA(Tuning):
    """Low-rank adapters beside the linear layers.

    Parameters
    ----------
    r
        The rank: how many directions each layer may move in.
    lora_alpha
        The scale of the adapter's output, divided by r.
    lora_dropout
        The share of adapter inputs set to zero in training.
    target_modules
        ``"all-linear"`` or the names of the layers to adapt.
    use_rslora
        Divide by the square root of r instead.
    use_dora
        Train magnitude and direction apart.
    init_lora_weights
        Where the adapter starts.
    """

    name: ClassVar[str] = "lora"
    title: ClassVar[str] = "LoRA"
    source: ClassVar[str] = "Hu et al. 2021, arXiv 2106.09685"
    use_when: ClassVar[str] = (
        "The first choice: near the quality of tuning all weights at a fraction of the memory, and the result is a "
        "small file beside the base model that can be merged into it."
    )
    not_when: ClassVar[str] = (
        "The model must take in a lot that is new (a language, a large body of text): then tune all weights, if "
        "memory allows."
    )
    merges: ClassVar[bool] = True
    peft_type: ClassVar[str] = "LORA"

    r: int = setting(
        8, help="The rank: how many directions each layer may move in. More can learn more, and overfit sooner.",
        low=1, high=512, source="Hu et al. 2021, section 7.2: small ranks suffice for narrow tasks", checked="4.3M",
    )  # fmt: skip
    lora_alpha: int | float = setting(
        16, help="The scale of the adapter: its output is multiplied by lora_alpha / r.",
        low=0.01, high=4096, source="twice the default rank, PEFT's and QLoRA's custom", checked="4.3M",
    )  # fmt: skip
    lora_dropout: float = setting(
        0.0, help="The share of the adapter's inputs set to zero at random while training, against overfitting.",
        low=0.0, high=0.9, source="QLoRA, arXiv 2305.14314: 0.1 for 7B and 13B, 0.05 for 33B; 0 measured here",
        checked="4.3M",
    )  # fmt: skip
    target_modules: str | tuple[str, ...] = setting(
        "all-linear", help="Which layers get an adapter: 'all-linear', or the names of layers (q_proj, v_proj, ...).",
        source="QLoRA, arXiv 2305.14314, figure 2: adapters on all linear layers match full tuning", expert=True,
    )  # fmt: skip
    use_rslora: bool = setting(
        False, help="Scale by lora_alpha / sqrt(r), so that high ranks learn as fast as low ones.",
        source="Kalajdzievski 2023, arXiv 2312.03732", expert=True,
    )  # fmt: skip
    use_dora: bool = setting(
        False, help="Train the length of each weight vector apart from its direction; slower, sometimes better.",
        source="Liu et al. 2024, arXiv 2402.09353", expert=True,
    )  # fmt: skip
    init_lora_weights: str = setting(
        "default", help="Where the adapter starts: at the base model ('default', or other random draws; 'eva' looks in "
        "the directions in which the rows vary most), or as the strongest directions of each weight ('pissa').",
        choices=("default", "gaussian", "orthogonal", "eva", "pissa"),
        source="Hu et al. 2021; EVA: Paischer et al. 2024, arXiv 2410.07170; PiSSA: Meng et al. 2024, arXiv 2404.02948",
        expert=True, later=True,
    )  # fmt: skip

    def __post_init__(self) -> None:
        names = self.target_modules
        if isinstance(names, list) or (isinstance(names, str) and names and names != "all-linear"):
            names = (names,) if isinstance(names, str) else tuple(names)
            object.__setattr__(self, "target_modules", names)
        super().__post_init__()

    def conflicts(self, recipe: Any) -> list[Problem]:
        """An empty list of layers adapts nothing; not every start goes with every shape of adapter."""
        found = []
        if self.target_modules in ("", ()):
            found.append(Problem("tuning.target_modules", "names no layer.", "Use 'all-linear' or name layers."))
        if self.init_lora_weights == "pissa" and self.use_dora:
            found.append(Problem(
                "tuning.init_lora_weights", "is 'pissa', which cannot be told apart from the base model again once "
                "use_dora has trained the lengths of the weights.",
                "Turn use_dora off, or start at 'default'.",
            ))  # fmt: skip
        if self.init_lora_weights == "pissa" and recipe.objective.compares:
            found.append(Problem(
                "tuning.init_lora_weights", "is 'pissa', which takes the adapter out of the weights: without it "
                f"they are not the start that {recipe.objective.title} compares the policy with.",
                "Start at 'default'.",
            ))  # fmt: skip
        if self.init_lora_weights == "orthogonal" and self.r % 2:
            found.append(Problem(
                "tuning.r", f"is {self.r}, and 'orthogonal' shares the directions between the two matrices.",
                "Take an even r.",
            ))  # fmt: skip
        return found

    def model_problems(self, shapes: Shapes) -> list[Problem]:
        """Named layers must be there, and wide enough for the rank."""
        wide = self._adapted(shapes)
        narrow = min(wide, key=lambda tensor: min(wide[tensor]), default=None)
        if narrow is not None and self.r > min(wide[narrow]):
            return [Problem(
                "tuning.r", f"is {self.r}, and {_module(narrow)} maps {wide[narrow][0]:,} values to "
                f"{wide[narrow][1]:,}: a rank beyond {min(wide[narrow]):,} can say nothing more there.",
                f"Take at most {min(wide[narrow]):,}, or name wider layers in target_modules.",
            )]  # fmt: skip
        if self.target_modules == "all-linear":
            return []
        there = sorted({_module(tensor) for tensor in shapes.linear})
        tied = "is the embeddings' own weight in this model: an adapter there would stand beside two layers at once."
        return [
            Problem(
                "tuning.target_modules",
                f"names 'lm_head', which {tied}"
                if name == "lm_head"
                else f"names {name!r}, which the model does not have{nearest(name, there)}.",
                f"Its linear layers: {', '.join(there)}.",
            )
            for name in self.target_modules
            if not any(_is_named(tensor, name) for tensor in shapes.linear)
        ]

    def trainable_parameters(self, shapes: Shapes) -> int:
        """``r * (inputs + outputs)`` for each adapted layer."""
        chosen = list(self._adapted(shapes).values())
        extra = sum(outputs for _, outputs in chosen) if self.use_dora else 0
        return sum(self.r * (inputs + outputs) for inputs, outputs in chosen) + extra

    def kept_bytes(self, widths: Widths) -> float:
        """The input of each adapted layer, in a copy of its own where it is cast on the way."""
        hidden = widths.hidden
        inputs = {"q_proj": hidden, "k_proj": hidden, "v_proj": hidden, "o_proj": widths.queries,
                  "up_proj": hidden, "down_proj": widths.wide}  # fmt: skip
        if widths.gated:
            inputs["gate_proj"] = hidden
        names = self.target_modules
        adapted = set(inputs) if names == "all-linear" else {name.rsplit(".", 1)[-1] for name in names}
        cast = widths.cast or (widths.stream < ADAPTER_BYTES and not widths.quantized)  # bitsandbytes' layers do not
        if cast or self.lora_dropout:
            kept = sum(inputs.get(name, hidden) for name in adapted)
        else:  # queries, keys and values have one input, gate and up too; that of o_proj is kept by the attention
            groups = ({"q_proj", "k_proj", "v_proj"}, {"gate_proj", "up_proj"})
            kept = hidden * sum(bool(group & adapted) for group in groups)
            kept += widths.wide if "down_proj" in adapted else 0
        kept *= widths.product + (1 if self.lora_dropout else 0)
        if self.use_dora:  # what the layer and its adapter give, each once more
            outputs = {**dict.fromkeys(inputs, hidden), "q_proj": widths.queries, "k_proj": widths.keys,
                       "v_proj": widths.keys, "up_proj": widths.wide, "gate_proj": widths.wide}  # fmt: skip
            kept += 2 * widths.product * sum(outputs.get(name, hidden) for name in adapted)
        return kept

    def _adapted(self, shapes: Shapes) -> dict[str, tuple[int, int]]:
        """The layers that get an adapter, with their inputs and outputs."""
        names = self.target_modules
        return {
            tensor: size
            for tensor, size in shapes.linear.items()
            if names == "all-linear" or any(_is_named(tensor, name) for name in names)
        }

    def auto_learning_rate(self, n_parameters: int) -> LearningRate:
        """3e-3 at four million parameters, 2e-4 at seven billion, between them on a log scale."""
        return learning_rate_from(RATES, n_parameters, checked=4.3e6)

    def apply(self, model: PreTrainedModel, seed: int) -> Any:
        """Freeze the model and put fresh adapters beside its layers."""
        import peft
        from transformers import set_seed

        set_seed(seed)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*eva initialization used with low_cpu_mem_usage")
            made = peft.get_peft_model(model, self._config(model))
        if self.init_lora_weights == "pissa":
            start = peft.get_peft_model_state_dict(made)
            made.adapter_start = {name: value.detach().clone() for name, value in start.items()}
        return made

    def prepare(self, trainer: Any) -> None:
        """EVA's directions, from the rows."""
        if self.init_lora_weights == "eva":
            import peft

            peft.initialize_lora_eva_weights(trainer.model, trainer.get_train_dataloader(), show_progress_bar=False)
            config = trainer.model.peft_config["default"]
            config.init_lora_weights, config.eva_config = True, None  # what is saved is an adapter like any other

    def save(self, model: Any, path: str | os.PathLike[str]) -> None:
        """The adapter in PEFT's format, over the untouched base.

        PiSSA takes the adapter's start off the weights. So that the result needs no other base, it is saved as one
        adapter of twice the rank, what was learnt less the start; equal but for rounding.
        """
        if self.init_lora_weights == "pissa":
            _save_less_start(model, Path(path))
        else:
            super().save(model, path)

    def load(self, model: PreTrainedModel, path: str | os.PathLike[str]) -> Any:
        """The model with the adapters of a run's model folder."""
        import peft

        return peft.PeftModel.from_pretrained(model, os.fspath(path))

    def code(self) -> tuple[list[str], str]:
        """PEFT's own config."""
        imports = "from peft import LoraConfig"
        quoted = {name: json.dumps(value) if isinstance(value, (str, list)) else repr(value)
                  for name, value in self._settings().items()}  # fmt: skip
        if self.init_lora_weights == "eva":
            imports = "from peft import EvaConfig, LoraConfig, initialize_lora_eva_weights"
            quoted["eva_config"] = "EvaConfig(rho=1.0)"
        settings = ", ".join(f"{name}={value}" for name, value in quoted.items())
        return [imports], f'LoraConfig(task_type="CAUSAL_LM", {settings})'

    def prepare_code(self) -> list[str]:
        """EVA's directions, from the rows."""
        loader = "trainer.get_train_dataloader()"
        call = f"initialize_lora_eva_weights(trainer.model, {loader}, show_progress_bar=False)"
        return [call] if self.init_lora_weights == "eva" else []

    def _config(self, model: Any) -> Any:
        import peft

        # all layers keep the same rank
        more = {"eva_config": peft.EvaConfig(rho=1.0)} if self.init_lora_weights == "eva" else {}
        return peft.LoraConfig(task_type=task_type(model), **self._settings(), **more)

    def _settings(self) -> dict[str, Any]:
        modules = self.target_modules if isinstance(self.target_modules, str) else list(self.target_modules)
        settings = {"r": self.r, "lora_alpha": self.lora_alpha, "lora_dropout": self.lora_dropout}
        flags: dict[str, Any] = {name: True for name in ("use_rslora", "use_dora") if getattr(self, name)}
        if self.init_lora_weights in ("gaussian", "orthogonal", "eva", "pissa"):
            flags["init_lora_weights"] = self.init_lora_weights
        return {**settings, "target_modules": modules, **flags}


def _save_less_start(model: Any, path: Path) -> None:
    import peft
    import torch
    from safetensors.torch import save_file

    config = copy.deepcopy(model.peft_config["default"])
    config.r, config.init_lora_weights, config.inference_mode = 2 * config.r, True, True
    config.lora_alpha *= 2**0.5 if config.use_rslora else 2  # the scale stays
    tensors = {}
    for name, value in peft.get_peft_model_state_dict(model).items():
        start, down = model.adapter_start[name].to(value.device), ".lora_A." in name
        tensors[name] = torch.cat([value, start] if down else [value, -start], 0 if down else 1).contiguous().cpu()
    path.mkdir(parents=True, exist_ok=True)
    config.save_pretrained(path)
    save_file(tensors, path / "adapter_model.safetensors", metadata={"format": "pt"})


def _is_named(tensor: str, name: str) -> bool:
    """Whether PEFT takes this name for the layer of a tensor: the last parts of its path."""
    return f".{tensor.removesuffix('.weight')}".endswith(f".{name}")


def _module(tensor: str) -> str:
    return tensor.removesuffix(".weight").rsplit(".", 1)[-1]
