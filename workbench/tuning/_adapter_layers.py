"""The bottleneck adapter as a PEFT method of its own: saved, loaded, switched and stacked as any other.

Importing this file makes ``"BOTTLENECK"`` known to PEFT. After a sublayer's output ``h`` stands
``h + up(activation(down(h)))``, with ``down`` to a few dimensions and ``up`` back. ``up`` starts at zero, so training
begins exactly at the base model.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any, ClassVar

from peft import PeftConfig
from peft.tuners.tuners_utils import BaseTuner, BaseTunerLayer
from peft.utils import PeftType, register_peft_method
from torch import nn

__all__ = ["BottleneckConfig", "BottleneckModel"]

NAME = "BOTTLENECK"
ACTIVATIONS = {"gelu": nn.GELU, "relu": nn.ReLU, "silu": nn.SiLU}
CANNOT_MERGE = (
    "A bottleneck adapter cannot be merged: between its two matrices stands an activation, which no single weight "
    "matrix can stand for. Keep the adapter beside the model."
)


def _announce() -> None:
    """Enter the name in PEFT's list of methods, which has no door for others."""
    if NAME in PeftType.__members__:
        return
    member = str.__new__(PeftType, NAME)
    member._name_ = member._value_ = NAME
    type.__setattr__(PeftType, NAME, member)  # before it is a member: those cannot be set; from 3.12 on it must be here
    PeftType._member_map_[NAME] = member
    PeftType._member_names_.append(NAME)
    PeftType._value2member_map_[NAME] = member


_announce()


@dataclass
class BottleneckConfig(PeftConfig):
    """How the adapters are made.

    Parameters
    ----------
    target_modules
        The sublayers after which an adapter stands: ``["self_attn", "mlp"]``.
    reduction_factor
        The hidden width divided by the adapter's.
    activation
        ``"gelu"``, ``"relu"`` or ``"silu"``.
    hidden_size
        The hidden width; taken from the model.
    modules_to_save
        Modules trained and kept whole beside the adapters: a reward model's head.
    """

    target_modules: list[str] | None = field(default=None)
    exclude_modules: list[str] | None = field(default=None)
    reduction_factor: float = field(default=16)
    activation: str = field(default="gelu")
    hidden_size: int | None = field(default=None)
    modules_to_save: list[str] | None = field(default=None)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.peft_type = PeftType[NAME]


class BottleneckLayer(nn.Module, BaseTunerLayer):
    """A sublayer with adapters after it, of which at most one is active."""

    adapter_layer_names = ("bottleneck_down", "bottleneck_up")
    other_param_names = ("bottleneck_activation",)

    def __init__(self, base_layer: nn.Module):
        super().__init__()
        self.base_layer = base_layer
        self.bottleneck_down, self.bottleneck_up = nn.ModuleDict(), nn.ModuleDict()
        self.bottleneck_activation = nn.ModuleDict()
        self._disable_adapters = False
        self.merged_adapters: list[str] = []

    def update_layer(self, adapter_name: str, config: BottleneckConfig, inference_mode: bool = False) -> None:
        """Make a fresh adapter."""
        assert config.hidden_size is not None
        narrow = max(1, int(config.hidden_size / config.reduction_factor))
        at = next(self.base_layer.parameters())
        down, up = nn.Linear(config.hidden_size, narrow), nn.Linear(narrow, config.hidden_size)
        nn.init.zeros_(up.weight)
        nn.init.zeros_(up.bias)
        self.bottleneck_down[adapter_name], self.bottleneck_up[adapter_name] = down.to(at.device), up.to(at.device)
        self.bottleneck_activation[adapter_name] = ACTIVATIONS[config.activation]()
        self.set_adapter(self.active_adapters, inference_mode=inference_mode)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """The sublayer's output with the adapter's added; of a tuple its first element."""
        out = self.base_layer(*args, **kwargs)
        names = [name for name in self.active_adapters if name in self.bottleneck_down]
        if self.disable_adapters or not names:
            return out
        hidden = out[0] if isinstance(out, tuple) else out
        for name in names:
            down = self.bottleneck_down[name]
            narrow = self.bottleneck_activation[name](down(hidden.to(down.weight.dtype)))
            hidden = hidden + self.bottleneck_up[name](narrow).to(hidden.dtype)
        return (hidden, *out[1:]) if isinstance(out, tuple) else hidden

    def merge(self, safe_merge: bool = False, adapter_names: list[str] | None = None) -> None:
        """Refused."""
        raise ValueError(CANNOT_MERGE)

    def unmerge(self) -> None:
        """Nothing is ever merged."""
        warnings.warn("No bottleneck adapter is merged, so there is nothing to undo.", stacklevel=2)

    def __getattr__(self, name: str) -> Any:
        """What a model asks of its sublayer, such as its number, the sublayer answers."""
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(super().__getattr__("base_layer"), name)


class BottleneckModel(BaseTuner):
    """A model with bottleneck adapters after its sublayers."""

    prefix = "bottleneck_"
    tuner_layer_cls = BottleneckLayer
    target_module_mapping: ClassVar[dict[str, list[str]]] = {}

    def _prepare_adapter_config(self, peft_config: BottleneckConfig, model_config: Any) -> BottleneckConfig:
        if peft_config.hidden_size is None:
            peft_config.hidden_size = self.model.config.get_text_config().hidden_size
        width = self.model.config.get_text_config().hidden_size
        if peft_config.hidden_size != width:
            raise ValueError(f"adapters for a width of {peft_config.hidden_size}, and the model's is {width}")
        return peft_config

    def _create_and_replace(
        self,
        peft_config: BottleneckConfig,
        adapter_name: str,
        target: nn.Module,
        target_name: str,
        parent: nn.Module,
        current_key: str,
        **more: Any,
    ) -> None:
        layer = target if isinstance(target, BottleneckLayer) else BottleneckLayer(target)
        layer.update_layer(adapter_name, peft_config, inference_mode=peft_config.inference_mode)
        if adapter_name not in self.active_adapters:
            layer.bottleneck_down[adapter_name].requires_grad_(False)
            layer.bottleneck_up[adapter_name].requires_grad_(False)
        if layer is not target:
            setattr(parent, target_name, layer)

    def _replace_module(self, parent: nn.Module, child_name: str, new_module: nn.Module, child: nn.Module) -> None:
        setattr(parent, child_name, new_module)

    def _check_merge_allowed(self) -> None:
        raise ValueError(CANNOT_MERGE)


register_peft_method(
    name="bottleneck", config_cls=BottleneckConfig, model_cls=BottleneckModel, prefix=BottleneckModel.prefix
)
