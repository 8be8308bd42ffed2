"""PPOTrainer, set up from a recipe: rewards, reference, prompts."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from transformers import TrainingArguments

from workbench.data.rendering import Renderer
from workbench.objectives._reward_calling import load_reward
from workbench.objectives._trl import encoded_rows, exact_adapters
from workbench.objectives.ppo.ppo import PPOTrainer

__all__ = ["build_trainer", "reference_of"]

LEFT_OUT = ("packing", "train_sampling_strategy", "max_length", "pad_to_multiple_of")


def build_trainer(
    objective: Any,
    recipe: Any,
    model: Any,
    tokenizer: Any,
    train_rows: Any,
    eval_rows: Any,
    args: Mapping[str, Any],
    callbacks: Sequence[Any],
) -> PPOTrainer:
    """See `workbench.objectives.ppo.PPO.build_trainer`."""
    limit = args.get("max_length")
    prompts, held_out = (
        None if rows is None else _prompts(encoded_rows(objective, recipe, tokenizer, rows, limit))
        for rows in (train_rows, eval_rows)
    )
    arguments = {name: value for name, value in args.items() if name not in LEFT_OUT}
    renderer = Renderer(tokenizer, recipe.template)
    exact_adapters(model)
    trainer = PPOTrainer(
        objective,
        model,
        tokenizer,
        TrainingArguments(**arguments),
        reference=reference_of(model),
        generate=recipe.tuning.generate,
        reward=load_reward(objective.reward, timeout=objective.reward_timeout),
        gold=load_reward(objective.gold, timeout=objective.reward_timeout) if objective.gold is not None else None,
        prompts=prompts or [],
        eval_prompts=held_out or None,
        stops=list(renderer.stop_ids),
        callbacks=callbacks,
    )
    recipe.tuning.prepare(trainer)
    return trainer


def reference_of(model: Any) -> Callable[[], Any]:
    """The policy as it is now, to be looked at later: a frozen copy, the earlier adapter, or no adapter."""
    if not hasattr(model, "peft_config"):
        frozen = copy.deepcopy(model).eval().requires_grad_(False)
        return lambda: contextlib.nullcontext(frozen)

    @contextlib.contextmanager
    def start() -> Iterator[Any]:
        if "ref" in model.peft_config:
            model.set_adapter("ref")
            try:
                yield model
            finally:
                model.set_adapter("default")
                for name, value in model.named_parameters():
                    if ".ref" in name:
                        value.requires_grad_(False)
        elif model.active_peft_config.is_prompt_learning:
            yield model.get_base_model()
        else:
            with model.disable_adapter():
                yield model

    return start


def _prompts(encoded: Any) -> list[dict[str, Any]]:
    """The prompts' token ids, with the rows that rewards may look at."""
    return [
        {**json.loads(row), "prompt_ids": ids} for row, ids in zip(encoded["row"], encoded["prompt_ids"], strict=True)
    ]
