"""A trained reward model, loaded to score replies."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from workbench.data.rendering import Renderer
from workbench.data.turns import reply_to
from workbench.errors import ModelNotFoundError, RewardError
from workbench.models.adapters import explained
from workbench.models.loading import load_model, load_tokenizer
from workbench.models.resolve import ModelRef
from workbench.models.reward import config_of, no_reward_model, reading_last, with_reward_head
from workbench.objectives.hardware import machine
from workbench.objectives.rewards import TRAIN_ONE, model_of, template_of
from workbench.tuning import tuning_of

__all__ = ["RewardModel"]

BATCH_TOKENS = 8192


@dataclass
class RewardModel:
    """A reward model with its tokenizer and template.

    Parameters
    ----------
    name
        For messages.
    model
        Gives one number at the last token.
    renderer
        Writes prompt and reply as the model was trained to read them.
    """

    name: str
    model: Any
    renderer: Renderer

    @classmethod
    def load(cls, name: str, device: str | None = None) -> RewardModel:
        """Load a reward model by the name of a run, a folder or a hub model.

        Raises
        ------
        RewardError
            When it is none, or its tokenizer does not belong to it.
        """
        try:
            ref = model_of(name)
            template = template_of(ref)
            tokenizer = load_tokenizer(ref)
            model = _adapted(ref) if ref.base is not None else _whole(ref)
        except ModelNotFoundError as error:
            raise RewardError(f"The reward model {name!r} cannot be loaded: {error}") from error
        words = model.get_input_embeddings().weight.shape[0]
        if len(tokenizer) > words:
            raise RewardError(
                f"The reward model {name!r} knows {words} tokens, and the tokenizer beside it has {len(tokenizer)}: it "
                "is another model's. Put the right tokenizer into the folder."
            )
        where = device or machine().device
        return cls(name, model.to(where).eval(), Renderer(tokenizer, template))

    def __call__(
        self, prompts: Sequence[Any], completions: Sequence[str], columns: Mapping[str, Sequence[Any]]
    ) -> list[float]:
        """The reward of each reply.

        Raises
        ------
        RewardError
            When prompt and reply are longer than the model's context, or a reward is no finite number.
        """
        texts = [
            self.renderer.full_text({"prompt": prompt, "completion": reply_to(prompt, reply)})
            for prompt, reply in zip(prompts, completions, strict=True)
        ]
        ids = self.renderer.ids(texts)
        positions = getattr(self.model.config, "max_position_embeddings", None)
        virtual = getattr(getattr(self.model, "active_peft_config", None), "num_virtual_tokens", None) or 0
        longest = max(range(len(ids)), key=lambda row: len(ids[row]), default=None)
        if longest is not None and positions and len(ids[longest]) + virtual > positions:
            raise RewardError(
                f"The reward model {self.name} reads at most {positions - virtual} tokens, and prompt and reply number "
                f"{longest + 1} have {len(ids[longest])}: {completions[longest][:80]!r}. Shorten them."
            )
        rewards = [0.0] * len(ids)
        for batch in _batches(ids):
            width = max(len(ids[row]) for row in batch)
            padded = torch.zeros(len(batch), width, dtype=torch.long)
            mask = torch.zeros(len(batch), width, dtype=torch.long)
            for at, row in enumerate(batch):
                padded[at, : len(ids[row])] = torch.tensor(ids[row])
                mask[at, : len(ids[row])] = 1
            with torch.no_grad():
                given = self.model(input_ids=padded.to(self.model.device), attention_mask=mask.to(self.model.device))
            for row, value in zip(batch, given.logits.squeeze(-1).tolist(), strict=True):
                rewards[row] = value
        odd = next((row for row, value in enumerate(rewards) if not math.isfinite(value)), None)
        if odd is not None:
            raise RewardError(
                f"The reward model {self.name} gives {rewards[odd]} for the reply {completions[odd][:80]!r} (number "
                f"{odd + 1} of a batch of {len(rewards)}): its weights are damaged. Train it again, or copy it again."
            )
        return rewards


def _whole(ref: ModelRef) -> Any:
    from transformers import AutoConfig, AutoModelForSequenceClassification

    config = AutoConfig.from_pretrained(ref.location)
    _check(ref, config.to_dict())
    model, loaded = AutoModelForSequenceClassification.from_pretrained(
        ref.location, dtype=torch.float32, use_safetensors=True, output_loading_info=True
    )
    if missing := [key for key in loaded["missing_keys"] if not key.endswith("inv_freq")]:
        raise RewardError(
            f"{ref.name!r} lacks weights of its reward head or layers ({', '.join(sorted(missing)[:3])}), which would "
            f"be drawn at random. Copy the folder again. {TRAIN_ONE}"
        )
    return reading_last(model) if hasattr(model, "score") else model


def _adapted(ref: ModelRef) -> Any:
    assert ref.path is not None
    assert ref.base is not None
    _check(ref, config_of(ref))
    tuning = tuning_of(ref.path)
    base = load_model(ref.base, "fp32", quantization=_quantization(ref.path), device=machine().device)
    with explained(ref.path, ref.base):
        return tuning.load(with_reward_head(base, 0), ref.path)


def _check(ref: ModelRef, config: Mapping[str, Any]) -> None:
    if why := no_reward_model(config):
        raise RewardError(f"{ref.name!r} is no reward model: {why}. {TRAIN_ONE}")


def _quantization(folder: Path) -> Any:
    from workbench.models.quantization import Quantization

    return Quantization.of(folder)


def _batches(ids: list[list[int]]) -> list[list[int]]:
    """Rows of similar length together, at most `BATCH_TOKENS` tokens in each."""
    batches: list[list[int]] = []
    for row in sorted(range(len(ids)), key=lambda row: len(ids[row])):
        if batches and (len(batches[-1]) + 1) * len(ids[row]) <= BATCH_TOKENS:
            batches[-1].append(row)
        else:
            batches.append([row])
    return batches
