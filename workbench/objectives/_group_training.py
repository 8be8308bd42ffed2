"""TRL's RLOOTrainer and GRPOTrainer, set up from a recipe. Imports torch; only objectives call it, when they train."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean, pstdev
from typing import Any

import datasets
import torch
import trl.trainer.grpo_trainer
import trl.trainer.rloo_trainer
from trl import GRPOConfig, GRPOTrainer, RLOOConfig, RLOOTrainer

from workbench.data.rendering import Renderer
from workbench.objectives._reward_calling import Rewards, load_reward
from workbench.objectives._trl import encoded_rows, exact_adapters, quiet, taken_as_applied

__all__ = ["build_grpo_trainer", "build_rloo_trainer"]

LEFT_OUT = ("packing", "train_sampling_strategy", "max_length")
ROLLOUTS = 8
NAMES = {"completions/mean_length": "length", "clip_ratio/region_mean": "clip_fraction"}
"""What TRL calls quantities that have another name here."""
SAME = "frac_reward_zero_std/reward"
"""Groups whose replies all got the same reward; TRL's own takes the divergence off first, and so never finds one."""
NOT_LOGGED = ("completions/", "clip_ratio/", "rewards/", "step_time", "reward_std", "tools/")


class Groups:
    """What both trainers do otherwise here: prompts as the renderer writes them, quantities by our names, rollouts.

    Attributes
    ----------
    on_rollouts
        Called with the step and some rollouts when they are to be recorded.
    """

    renderer: Renderer
    on_rollouts: Callable[[int, list[dict[str, Any]]], None] | None = None
    scored: dict[str, Any]

    def _tokenize_prompts(self, prompts: list[str]) -> tuple[list[list[int]], None, dict[str, Any]]:
        return self.renderer.ids(prompts), None, {}

    def _generate_and_score_completions(self, inputs: Any) -> Any:
        made = super()._generate_and_score_completions(inputs)  # type: ignore[misc]
        trainer: Any = self
        step = trainer.state.global_step + 1
        if trainer.model.training and self.on_rollouts and step % trainer.args.logging_steps == 0:
            self.on_rollouts(step, [self._rollout(made, row) for row in range(min(ROLLOUTS, len(inputs)))])
        return made

    def _rollout(self, made: Mapping[str, Any], row: int) -> dict[str, Any]:
        ids = made["completion_ids"][row][made["completion_mask"][row].bool()].tolist()
        gold = self.scored["gold"]
        return {
            "prompt": self.scored["prompts"][row],
            "completion": self.scored["completions"][row],
            "tokens": [self.renderer.tokenizer.decode([token]) for token in ids],
            "advantages": [made["advantages"][row].item()] * len(ids),
            "values": [],
            "reward": self.scored["rewards"][row],
            "gold": None if gold is None else gold[row],
            "kl": None,
        }

    def evaluate(self, *args: Any, **more: Any) -> Any:
        torch.manual_seed(self.args.seed)  # type: ignore[attr-defined]  # the same draws at each evaluation
        return super().evaluate(*args, **more)  # type: ignore[misc]

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        trainer: Any = self
        own = trainer._metrics["train" if trainer.model.training else "eval"]
        lengths, cut = own.get("completions/mean_length", []), own.get("completions/clipped_ratio", [])
        if own.get("kl") and len(own["kl"]) == len(lengths):
            # TRL's is the mean over tokens; times the mean length it is the mean over replies.
            own["kl"] = [each * length for each, length in zip(own["kl"], lengths, strict=True)]
        own["finished"] = [1 - share for share in cut]
        own["frac_reward_zero_std"] = own.pop(SAME, [])
        for theirs, ours in NAMES.items():
            if theirs in own:
                own[ours] = own[theirs]
        for name in [name for name in own if name.startswith(NOT_LOGGED) or not own[name]]:
            del own[name]
        super().log(logs, start_time)  # type: ignore[misc]


class GroupsRLOO(Groups, RLOOTrainer):
    """RLOOTrainer with `Groups`."""


class GroupsGRPO(Groups, GRPOTrainer):
    """GRPOTrainer with `Groups`."""


def build_rloo_trainer(objective: Any, *given: Any) -> Any:
    """See `workbench.objectives.rloo.RLOO.build_trainer`."""
    return _built(trl.trainer.rloo_trainer, GroupsRLOO, RLOOConfig, objective, *given)


def build_grpo_trainer(objective: Any, *given: Any) -> Any:
    """See `workbench.objectives.grpo.GRPO.build_trainer`."""
    return _built(trl.trainer.grpo_trainer, GroupsGRPO, GRPOConfig, objective, *given)


def _built(
    module: Any,
    trainer_class: Any,
    config_class: Any,
    objective: Any,
    recipe: Any,
    model: Any,
    tokenizer: Any,
    train_rows: Any,
    eval_rows: Any,
    args: Mapping[str, Any],
    callbacks: Sequence[Any],
) -> Any:
    renderer = Renderer(tokenizer, recipe.template)
    limit = args.get("max_length")
    encoded = [
        None if each is None else encoded_rows(objective, recipe, tokenizer, each, limit)
        for each in (train_rows, eval_rows)
    ]
    rows = [None if each is None else _prompts(each, renderer) for each in encoded]
    arguments = {name: value for name, value in args.items() if name not in LEFT_OUT}
    if not rows[1]:
        rows[1], arguments["eval_strategy"] = None, "no"
    config = config_class(**arguments, **objective.arguments(), remove_unused_columns=False)
    model.generation_config.eos_token_id = list(renderer.stop_ids)
    if recipe.tuning.virtual_tokens:  # PEFT's own generate gives other text than the model's own logits
        plain = recipe.tuning.generate
        model.generate = lambda input_ids, attention_mask, **decoding: plain(
            model, input_ids, attention_mask, **decoding
        )
    rewards = load_reward(objective.reward, timeout=objective.reward_timeout)
    gold = load_reward(objective.gold, timeout=objective.reward_timeout) if objective.gold is not None else None
    scored: dict[str, Any] = {}
    with quiet(), taken_as_applied(module, model, keep_copy=objective.beta > 0) as start:
        trainer = trainer_class(
            args=config,
            processing_class=tokenizer,
            reward_funcs=_score(rewards, gold, objective.num_generations, scored),
            train_dataset=rows[0],
            eval_dataset=rows[1],
            callbacks=list(callbacks),
            **start,
        )
    trainer.renderer, trainer.scored = renderer, scored
    exact_adapters(model)
    recipe.tuning.prepare(trainer)
    return trainer


def _prompts(encoded: datasets.Dataset, renderer: Renderer) -> datasets.Dataset:
    """The rows as TRL takes them: the prompt as text, and the whole row for rewards."""
    kept = [json.loads(row) for row in encoded["row"]]
    texts = [renderer.prompt_text(row["prompt"]) for row in kept]
    return datasets.Dataset.from_dict({"prompt": texts, "row": encoded["row"]})


def _score(rewards: Rewards, gold: Rewards | None, size: int, scored: dict[str, Any]) -> Callable[..., list[float]]:
    """The reward function that TRL calls with a batch; what it found last stays in `scored`."""

    def reward(completions: list[str], row: list[str], log_metric: Any, **_: Any) -> list[float]:
        rows = [json.loads(each) for each in row]
        prompts = [each.pop("prompt") for each in rows]
        columns = {name: [each.get(name) for each in rows] for name in rows[0]}
        values = rewards(prompts, completions, columns)
        for name, mean in rewards.means.items():
            log_metric(f"reward/{name}", mean)
        watched = None if gold is None else gold(prompts, completions, columns)
        if watched is not None:
            log_metric("gold", fmean(watched))
        groups = [values[start : start + size] for start in range(0, len(values), size)]
        if len(groups[-1]) == size and prompts[0] == prompts[size - 1]:
            log_metric(SAME, fmean(pstdev(group) < 1e-8 for group in groups))
        scored.update(prompts=prompts, completions=completions, rewards=values, gold=watched)
        return values

    return reward
