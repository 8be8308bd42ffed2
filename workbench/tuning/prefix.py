"""Prefix tuning: trained keys and values before every input, in every layer (Li and Liang 2021, arXiv 2101.00190).

To the attention they look like tokens that came before; no word and no position of the input is touched.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.errors import Problem
from workbench.models.reward import task_type
from workbench.models.shapes import Shapes
from workbench.settings import setting
from workbench.tuning._base import LearningRate, Tuning, learning_rate_from
from workbench.tuning._virtual import generate_after_prompt, generate_lines, packing_problems

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

__all__ = ["PrefixTuning"]

RATES = (
    (4.3e6, 0.3, "measured on the bundled base (workbench.bundled.make.rates)"),
    (3e9, 1e-2, "PEFT's method comparison, Llama-3.2-3B (github.com/huggingface/peft, method_comparison)"),
)
PROJECTED = (
    (4.3e6, 3e-3, "measured on the bundled base (workbench.bundled.make.rates)"),
    (774e6, 5e-5, "Li and Liang 2021, appendix, GPT-2 large with a projection"),
)


@dataclass(frozen=True)
class PrefixTuning(Tuning):
    """Trained keys and values before every input, in every layer.

    Parameters
    ----------
    num_virtual_tokens
        How many.
    prefix_projection
        Train a small network that makes them, instead of them; only what it makes is kept.
    encoder_hidden_size
        The width of that network; None: the model's own.
    """

    name: ClassVar[str] = "prefix"
    title: ClassVar[str] = "Prefix tuning"
    source: ClassVar[str] = "Li and Liang 2021, arXiv 2101.00190"
    use_when: ClassVar[str] = (
        "Many tasks share one model and prompt tuning is too weak: a prefix reaches every layer, at a thousandth of "
        "the model's size."
    )
    not_when: ClassVar[str] = (
        "You want the first attempt to work: it depends on its learning rate and start more than LoRA does, and cannot "
        "be merged."
    )
    peft_type: ClassVar[str] = "PREFIX_TUNING"
    checkpointing: ClassVar[bool] = False
    masks: ClassVar[bool] = True

    num_virtual_tokens: int = setting(
        20, help="How many keys and values stand before the input in each layer.",
        low=1, high=1000, source="Li and Liang 2021, figure 4: 10 to 200, by task",
    )  # fmt: skip
    prefix_projection: bool = setting(
        False, help="Train a small network that makes the prefix; steadier for the paper's authors, far more weights.",
        source="Li and Liang 2021, section 4.3", expert=True,
    )  # fmt: skip
    encoder_hidden_size: int | None = setting(
        None, help="The width of that network.", low=1, high=65536, none="the model's own width", expert=True,
    )  # fmt: skip

    def conflicts(self, recipe: Any) -> list[Problem]:
        """No packed rows, no gradient checkpointing."""
        found = packing_problems(recipe, self.title)
        if recipe.training.gradient_checkpointing is True:
            found.append(Problem(
                "training.gradient_checkpointing", "cannot be used with prefix tuning: it computes layers a second "
                "time without the keys and values that the prefix put before them.",
                "Turn it off, or use LoRA.",
            ))  # fmt: skip
        if self.encoder_hidden_size is not None and not self.prefix_projection:
            remedy = "Leave it out, or set prefix_projection to true."
            found.append(Problem("tuning.encoder_hidden_size", "is not used without prefix_projection.", remedy))
        return found

    @property
    def virtual_tokens(self) -> int:
        """Places of the context that are taken."""
        return self.num_virtual_tokens

    def trainable_parameters(self, shapes: Shapes) -> int:
        """A key and a value for each virtual token and layer; or the network that makes them."""
        made = 2 * shapes.layers * shapes.kv_width
        if not self.prefix_projection:
            return self.num_virtual_tokens * made
        width, hidden = self.encoder_hidden_size or shapes.hidden, shapes.kv_width
        return self.num_virtual_tokens * hidden + (hidden + 1) * width + (width + 1) * made

    def auto_learning_rate(self, n_parameters: int) -> LearningRate:
        """0.3 at four million parameters, 1e-2 at three billion; with a projection 3e-3 and less."""
        return learning_rate_from(PROJECTED if self.prefix_projection else RATES, n_parameters, checked=4.3e6)

    def apply(self, model: PreTrainedModel, seed: int) -> Any:
        """Freeze the model and put the prefix before its layers."""
        import peft
        from transformers import set_seed

        set_seed(seed)
        width = self.encoder_hidden_size or model.config.get_text_config().hidden_size
        projection = {"prefix_projection": True, "encoder_hidden_size": width} if self.prefix_projection else {}
        config = peft.PrefixTuningConfig(
            task_type=task_type(model), num_virtual_tokens=self.num_virtual_tokens, **projection
        )
        return peft.get_peft_model(model, config)

    def load(self, model: PreTrainedModel, path: str | os.PathLike[str]) -> Any:
        """The model with the prefix of a run's model folder."""
        import peft

        return peft.PeftModel.from_pretrained(model, os.fspath(path))

    def generate(
        self, model: Any, input_ids: torch.Tensor, attention_mask: torch.Tensor, **decoding: Any
    ) -> torch.Tensor:
        """As for every tuning; PEFT's own ``generate`` gives other text than the model's own logits."""
        import torch

        base, rows = model.get_base_model(), len(input_ids)
        virtual = model.active_peft_config.num_virtual_tokens
        inputs = {
            "input_ids": torch.cat([input_ids.new_zeros(rows, virtual), input_ids], dim=1),  # stand for what is cached
            "attention_mask": torch.cat([attention_mask.new_ones(rows, virtual), attention_mask], dim=1),
            "cache": model.get_prompt(rows),
        }
        return generate_after_prompt(base, input_ids, virtual + input_ids.shape[1], inputs, decoding)

    def code(self) -> tuple[list[str], str]:
        """PEFT's own config."""
        settings = f'task_type="CAUSAL_LM", num_virtual_tokens={self.num_virtual_tokens}'
        if self.prefix_projection:
            width = self.encoder_hidden_size or "model.config.hidden_size"
            settings += f", prefix_projection=True, encoder_hidden_size={width}"
        return ["from peft import PrefixTuningConfig"], f"PrefixTuningConfig({settings})"

    def generate_code(self) -> list[str]:
        """The keys and values as what is cached already, given to the model itself."""
        return generate_lines(
            [
                f"ids = torch.cat([input_ids.new_zeros(rows, {self.num_virtual_tokens}), input_ids], dim=1)  # cached",
                f"mask = torch.cat([attention_mask.new_ones(rows, {self.num_virtual_tokens}), attention_mask], dim=1)",
                "replies = base.generate(ids, attention_mask=mask, cache=policy.get_prompt(rows), **decoding)",
                "replies = replies[:, ids.shape[1] :]",
            ]
        )
