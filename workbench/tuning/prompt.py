"""Prompt tuning: a few trained vectors before every input, in place of words (Lester et al. 2021, arXiv 2104.08691).

The model itself stays as it is. Each virtual token is a vector of the embedding's width that no word of the vocabulary
need have.
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
from workbench.tuning._virtual import as_text, generate_after_prompt, generate_lines, packing_problems

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

__all__ = ["PromptTuning"]

RATES = (
    (4.3e6, 1.0, "measured on the bundled base (workbench.bundled.make.rates)"),
    (11e9, 0.3, "Lester et al. 2021, section 3.1, for T5 up to 11B, with Adafactor"),
)


@dataclass(frozen=True)
class PromptTuning(Tuning):
    """Trained vectors before every input.

    Parameters
    ----------
    num_virtual_tokens
        How many.
    prompt_tuning_init
        Where they begin: at embeddings of words drawn from the vocabulary, at random, or at those of a text.
    prompt_tuning_init_text
        The text, cut or repeated to `num_virtual_tokens` tokens.
    """

    name: ClassVar[str] = "prompt"
    title: ClassVar[str] = "Prompt tuning"
    source: ClassVar[str] = "Lester et al. 2021, arXiv 2104.08691"
    use_when: ClassVar[str] = (
        "Many small tasks share one large model, and each may keep only a few thousand numbers of its own."
    )
    not_when: ClassVar[str] = (
        "The model is small, or an input is nearly as long as its context: prompt tuning matches the others only at "
        "billions of parameters, starts slowly, and its vectors cannot be read as words."
    )
    peft_type: ClassVar[str] = "PROMPT_TUNING"

    num_virtual_tokens: int = setting(
        20, help="How many vectors stand before the input; each takes one place of the context.",
        low=1, high=1000, source="Lester et al. 2021, section 3.1: beyond 20 little is gained",
    )  # fmt: skip
    prompt_tuning_init: str = setting(
        "sample_vocab", help="Where the vectors begin: words drawn from the vocabulary, at random, or a text.",
        choices=("sample_vocab", "random", "text"),
        source="Lester et al. 2021, section 3.2: sampled words beat random vectors", expert=True,
    )  # fmt: skip
    prompt_tuning_init_text: str | None = setting(
        None, help="For 'text': an instruction in words, from which the vectors begin.", expert=True,
        none="no text",
    )  # fmt: skip

    def conflicts(self, recipe: Any) -> list[Problem]:
        """A text where one is used and nowhere else; no packed rows."""
        found = packing_problems(recipe, self.title)
        text = self.prompt_tuning_init_text
        if self.prompt_tuning_init == "text" and not (text or "").strip():
            found.append(
                Problem("tuning.prompt_tuning_init_text", "is missing.", "prompt_tuning_init is 'text': give one.")
            )
        if self.prompt_tuning_init != "text" and text is not None:
            remedy = "Leave it out, or set prompt_tuning_init to 'text'."
            found.append(
                Problem("tuning.prompt_tuning_init_text", f"is not used by {self.prompt_tuning_init!r}.", remedy)
            )
        return found

    @property
    def virtual_tokens(self) -> int:
        """Places of the context that are taken."""
        return self.num_virtual_tokens

    def trainable_parameters(self, shapes: Shapes) -> int:
        """One vector of the embedding's width for each virtual token."""
        return self.num_virtual_tokens * shapes.hidden

    def auto_learning_rate(self, n_parameters: int) -> LearningRate:
        """1 at four million parameters, 0.3 at billions: hundreds of times LoRA's."""
        return learning_rate_from(RATES, n_parameters, checked=4.3e6)

    def apply(self, model: PreTrainedModel, seed: int) -> Any:
        """Freeze the model and put the vectors before it."""
        import peft
        from transformers import set_seed

        set_seed(seed)
        return peft.get_peft_model(model, self._config(model))

    def load(self, model: PreTrainedModel, path: str | os.PathLike[str]) -> Any:
        """The model with the vectors of a run's model folder."""
        import peft

        made = peft.PeftModel.from_pretrained(model, os.fspath(path))
        width, needed = made.active_peft_config.token_dim, model.config.get_text_config().hidden_size
        if width != needed:
            raise ValueError(f"vectors of width {width}, and the model's are {needed} wide")
        return made

    def generate(
        self, model: Any, input_ids: torch.Tensor, attention_mask: torch.Tensor, **decoding: Any
    ) -> torch.Tensor:
        """As for every tuning; PEFT's own ``generate`` gives other text than the model's own logits."""
        import torch

        base, rows = model.get_base_model(), len(input_ids)
        words = base.get_input_embeddings()(input_ids)
        inputs = torch.cat([model.get_prompt(rows).to(words.dtype), words], dim=1)
        mask = torch.cat([attention_mask.new_ones(rows, inputs.shape[1] - words.shape[1]), attention_mask], dim=1)
        return generate_after_prompt(base, input_ids, 0, {"inputs_embeds": inputs, "attention_mask": mask}, decoding)

    def code(self) -> tuple[list[str], str]:
        """PEFT's own config."""
        settings = f'task_type="CAUSAL_LM", num_virtual_tokens={self.num_virtual_tokens}'
        settings += f', prompt_tuning_init="{self.prompt_tuning_init.upper()}"'
        if self.prompt_tuning_init == "text":
            settings += (
                f", prompt_tuning_init_text={as_text(self.prompt_tuning_init_text)}, tokenizer_name_or_path=MODEL"
            )
        return ["from peft import PromptTuningConfig"], f"PromptTuningConfig({settings})"

    def generate_code(self) -> list[str]:
        """The vectors before the words, given to the model itself."""
        return generate_lines(
            [
                "words = base.get_input_embeddings()(input_ids)",
                "virtual = policy.get_prompt(rows).to(words.dtype)",
                "mask = torch.cat([attention_mask.new_ones(virtual.shape[:2]), attention_mask], dim=1)",
                "inputs = torch.cat([virtual, words], dim=1)",
                "replies = base.generate(inputs_embeds=inputs, attention_mask=mask, **decoding)",
            ]
        )

    def _config(self, model: Any) -> Any:
        import peft

        text: dict[str, Any] = {}
        if self.prompt_tuning_init == "text":
            text = {
                "prompt_tuning_init_text": self.prompt_tuning_init_text,
                "tokenizer_name_or_path": model.name_or_path,
            }
        return peft.PromptTuningConfig(
            task_type=task_type(model),
            num_virtual_tokens=self.num_virtual_tokens,
            prompt_tuning_init=self.prompt_tuning_init.upper(),
            **text,
        )
