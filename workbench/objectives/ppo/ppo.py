"""PPO for language models, readable from top to bottom.

Schulman et al. 2017, arXiv 1707.06347; for language Ziegler et al. 2019, arXiv 1909.08593, and Ouyang et al. 2022,
arXiv 2203.02155. "N details" in a comment is "The N Implementation Details of RLHF with PPO" (Huang et al. 2023).

One step:

1. *Draw*: the policy replies to a batch of prompts.
2. *Judge*: the reward scores each reply; the reference says how far each token is from where the policy began; the
   value head says what it had expected. A token's reward is minus `kl_coef` times its divergence; the last token's has
   the reply's score added.
3. *Advantages*: how much better each token turned out than expected (`gae`).
4. *Learn*: several passes over the batch in minibatches, each with the clipped losses of policy and values.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import Trainer, TrainingArguments

from workbench.objectives.ppo.losses import (
    KLController,
    entropy_of,
    explained_variance,
    gae,
    kl_estimate,
    masked_mean,
    policy_loss,
    token_logps,
    value_loss,
    whiten,
)  # fmt: skip
from workbench.objectives.ppo.rollouts import Rollouts, draw, read

__all__ = ["Experience", "PPOTrainer"]

ROLLOUTS_SHOWN = 8
STATE = "ppo.safetensors"  # in a checkpoint: the value head and the weight of the divergence

Score = Callable[[Sequence[Any], Sequence[str], dict[str, list[Any]]], "list[float]"]


@dataclass
class Experience:
    """Replies with all that is known of them before the policy learns from them; shapes ``(rows, tokens)``."""

    rollouts: Rollouts
    logps: Tensor
    values: Tensor
    advantages: Tensor
    returns: Tensor


class PPOTrainer(Trainer):
    """Trains a policy against a reward.

    Parameters
    ----------
    settings
        Any object with the settings of `workbench.objectives.ppo.PPO` as attributes.
    model
        The policy; its adapter, or all of it, moves.
    reference
        A context manager in which calling what it gives runs the policy as it was at the start.
    generate
        ``generate(model, input_ids, attention_mask, **decoding)``.
    reward, gold
        Score replies: ``(prompts, completions, columns) -> list of float``; `gold` is only watched, and may be None.
    prompts, eval_prompts
        Rows: dicts with ``prompt_ids``, ``prompt``, and further columns that the rewards may look at.
    stops
        Tokens that end a reply.

    Attributes
    ----------
    on_rollouts
        Called with the step and some rollouts, whenever figures are logged.
    """

    def __init__(
        self,
        settings: Any,
        model: Any,
        tokenizer: Any,
        args: TrainingArguments,
        reference: Callable[[], Any],
        generate: Callable[..., Tensor],
        reward: Score,
        gold: Score | None,
        prompts: Sequence[dict[str, Any]],
        eval_prompts: Sequence[dict[str, Any]] | None,
        stops: Sequence[int],
        callbacks: Sequence[Any] = (),
    ):
        # Dropout stays off for good: with it the first ratio of old and new probabilities would not be 1 (N details).
        model.eval()
        super().__init__(
            model=model, args=args, train_dataset=list(prompts), eval_dataset=eval_prompts,
            processing_class=tokenizer, callbacks=list(callbacks),
        )  # fmt: skip
        self.settings, self.reference, self.draw_with = settings, reference, generate
        self.reward, self.gold, self.stops = reward, gold, list(stops)
        self.head = model.get_output_embeddings()
        hidden = model.config.get_text_config().hidden_size
        self.value_head = nn.Linear(hidden, 1).to(args.device)
        nn.init.zeros_(self.value_head.weight)  # N details: nothing is expected at first
        nn.init.zeros_(self.value_head.bias)
        target = settings.target_kl if settings.kl_controller == "adaptive" else None
        self.kl = KLController(settings.kl_coef, target, settings.kl_horizon)
        self.on_rollouts: Callable[[int, list[dict[str, Any]]], None] | None = None
        self._metrics: dict[str, dict[str, list[float]]] = {"train": defaultdict(list), "eval": defaultdict(list)}
        self._total_train_tokens = 0

    # The loop

    def train(self, resume_from_checkpoint: str | None = None, **_: Any) -> None:
        """Train for ``args.max_steps`` steps."""
        args, state = self.args, self.state
        self.create_optimizer_and_scheduler(args.max_steps)
        self._tr_loss = torch.zeros((), device=args.device)
        state.max_steps, state.logging_steps = args.max_steps, args.logging_steps
        per_epoch = max(1, len(self.train_dataset) // args.train_batch_size)
        state.num_train_epochs = -(-args.max_steps // per_epoch)
        if resume_from_checkpoint:
            self._resume(Path(resume_from_checkpoint))
        self.control: Any = self.callback_handler.on_train_begin(args, state, self.control)
        begun = state.global_step
        while state.global_step < args.max_steps and not self.control.should_training_stop:
            if state.global_step % per_epoch == 0 or state.global_step == begun:
                state.epoch = state.global_step / per_epoch
                self.control = self.callback_handler.on_epoch_begin(args, state, self.control)
                if resume_from_checkpoint and state.global_step == begun:
                    self._load_rng_state(resume_from_checkpoint)
            self.control = self.callback_handler.on_step_begin(args, state, self.control)
            self._step(self._batch(state.global_step, per_epoch))
            state.global_step += 1
            state.epoch = state.global_step / per_epoch
            self.control = self.callback_handler.on_step_end(args, state, self.control)
            self._log_evaluate_save()
        self.control = self.callback_handler.on_train_end(args, state, self.control)

    def _step(self, rows: Sequence[dict[str, Any]]) -> None:
        """Draw, judge, learn; nothing of the policy has moved where drawing or judging fails."""
        began = time.perf_counter()
        rollouts = self._draw(rows)
        drawn = time.perf_counter()
        experience, shown = self._judge(rows, rollouts)
        judged = time.perf_counter()
        self._learn(experience)
        done = time.perf_counter()
        own = self._metrics["train"]
        for name, seconds in (("generate", drawn - began), ("score", judged - drawn), ("update", done - judged)):
            own[f"seconds_{name}"].append(seconds)
        self._total_train_tokens += int(rollouts.mask.sum())
        own["num_tokens"] = [self._total_train_tokens]
        if self.on_rollouts and (self.state.global_step + 1) % self.args.logging_steps == 0:
            self.on_rollouts(self.state.global_step + 1, shown)

    # 1. Draw

    def _draw(self, rows: Sequence[dict[str, Any]]) -> Rollouts:
        settings = self.settings
        with self._computing():
            return draw(
                self.model, self.draw_with, [row["prompt_ids"] for row in rows], self.processing_class, self.stops,
                settings.max_new_tokens, settings.temperature,
            )  # fmt: skip

    # 2. and 3. Judge

    def _judge(self, rows: Sequence[dict[str, Any]], rollouts: Rollouts) -> tuple[Experience, list[dict[str, Any]]]:
        settings, mask, own = self.settings, rollouts.reply_mask, self._metrics["train"]
        scores, gold = self._scores(rows, rollouts)
        logps, reference, values, entropy = self._readings(rollouts)
        kl = (kl_estimate(logps, reference, "k1") * mask).sum(-1)
        rewards = -self.kl.value * kl_estimate(logps, reference, settings.kl_estimator) * mask
        # A reply that was cut off before its end is judged as it stands, less a penalty (N details).
        judged = scores - settings.eos_penalty * (~rollouts.finished)
        last = mask.sum(-1) - 1
        rewards[torch.arange(len(last)), last] += judged
        if settings.whiten_rewards:
            rewards = whiten(rewards, mask, shift_mean=False)  # N details: their mean stays
        advantages, returns = gae(rewards, values, mask, settings.gamma, settings.lam)
        shown = self._shown(rows, rollouts, advantages, values, scores, gold, kl)
        own["explained_variance"].append(explained_variance(values, returns, mask))
        if settings.whiten_advantages:
            advantages = whiten(advantages, mask)
        for name, value in self._figures(rollouts, scores, gold, kl, entropy).items():
            own[name].append(value)
        own["kl_coef"].append(self.kl.value)
        self.kl.update(float(kl.mean()), len(kl))
        return Experience(rollouts, logps, values, advantages, returns), shown

    def _scores(self, rows: Sequence[dict[str, Any]], rollouts: Rollouts) -> tuple[Tensor, list[float] | None]:
        prompts = [row["prompt"] for row in rows]
        columns = {name: [row.get(name) for row in rows] for name in rows[0] if name not in ("prompt", "prompt_ids")}
        scores = self.reward(prompts, rollouts.texts, columns)
        gold = self.gold(prompts, rollouts.texts, columns) if self.gold is not None else None
        return torch.tensor(scores, dtype=torch.float32, device=rollouts.ids.device), gold

    def _readings(self, rollouts: Rollouts) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Log-probabilities of policy and reference, values and entropies of the tokens drawn."""
        heat, mask = self.settings.temperature, rollouts.reply_mask
        with torch.no_grad(), self._computing():
            policy = read(self.model, rollouts, self.head)
            with self.reference() as start:
                before = read(start, rollouts, start.get_output_embeddings())
        logps, reference = (token_logps(one.logits, rollouts.replies, heat) for one in (policy, before))
        with torch.no_grad():
            values = self.value_head(policy.hidden.float()).squeeze(-1)
        return logps * mask, reference * mask, values * mask, entropy_of(policy.logits, heat)

    # 4. Learn

    def _learn(self, all_rows: Experience) -> None:
        """Several passes over the replies, in minibatches drawn anew each time."""
        settings = self.settings
        own: dict[str, list[float]] = defaultdict(list)
        size = -(-len(all_rows.logps) // settings.minibatches)
        learned = []
        for _ in range(settings.epochs):
            for some in torch.randperm(len(all_rows.logps)).split(size):
                some = some.to(all_rows.logps.device)
                loss = self._minibatch(all_rows, some, own)
                learned.append(loss)
                if settings.max_kl is not None and own["approx_kl"][-1] > settings.max_kl:
                    break
            else:
                continue
            break
        window = self._metrics["train"]
        window["learning_rate"] = [self.lr_scheduler.get_last_lr()[0]]  # of the step just made
        self.lr_scheduler.step()
        window["loss"].append(sum(learned) / len(learned))
        for name, values in own.items():
            window[name].append(sum(values) / len(values))

    def _minibatch(self, everything: Experience, some: Tensor, own: dict[str, list[float]]) -> float:
        settings = self.settings
        rollouts = everything.rollouts.rows(some)
        mask, tokens = rollouts.reply_mask, rollouts.replies.shape[1]
        old, old_values, advantages, returns = (
            one[some, :tokens]
            for one in (everything.logps, everything.values, everything.advantages, everything.returns)
        )
        with self._computing():
            now = read(self.model, rollouts, self.head)
        logps = token_logps(now.logits, rollouts.replies, settings.temperature) * mask
        # The head reads the policy's state and does not move it: a bad guess of the values must not shake the policy.
        values = self.value_head(now.hidden.detach().float()).squeeze(-1) * mask
        of_policy, clipped = policy_loss(logps, old, advantages, mask, settings.clip_range)
        of_values = value_loss(values, old_values, returns, mask, settings.clip_range_value)
        entropy = masked_mean(entropy_of(now.logits, settings.temperature), mask)
        loss = of_policy + settings.vf_coef * of_values - settings.entropy_coef * entropy
        self._tr_loss = loss.detach()
        self.control = self.callback_handler.on_pre_optimizer_step(self.args, self.state, self.control)
        self.optimizer.zero_grad()
        loss.backward()
        limit = self.args.max_grad_norm or float("inf")
        norm, _ = (nn.utils.clip_grad_norm_(group["params"], limit) for group in self.optimizer.param_groups)
        self.optimizer.step()
        with torch.no_grad():
            figures = {
                "policy_loss": of_policy, "value_loss": of_values, "clip_fraction": clipped, "grad_norm": norm,
                "approx_kl": masked_mean(kl_estimate(old, logps, "k3"), mask),
            }  # fmt: skip
        for name, value in figures.items():
            own[name].append(float(value.detach()))
        return float(loss.detach())

    # Evaluation and figures

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Replies to the validation prompts, scored; with the same draws each time."""
        torch.manual_seed(self.args.seed)
        figures: dict[str, list[float]] = defaultdict(list)
        size, rows = self.args.eval_batch_size, list(self.eval_dataset)
        for at in range(0, len(rows), size):
            some = rows[at : at + size]
            rollouts = self._draw(some)
            scores, gold = self._scores(some, rollouts)
            logps, reference, _, entropy = self._readings(rollouts)
            kl = (kl_estimate(logps, reference, "k1") * rollouts.reply_mask).sum(-1)
            for name, value in self._figures(rollouts, scores, gold, kl, entropy).items():
                figures[name] += [value] * len(some)
        found = {f"eval_{name}": sum(values) / len(values) for name, values in figures.items()}
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, found)
        return found

    def _figures(
        self, rollouts: Rollouts, scores: Tensor, gold: list[float] | None, kl: Tensor, entropy: Tensor
    ) -> dict[str, float]:
        mask = rollouts.reply_mask
        watched = {} if gold is None else {"gold": sum(gold) / len(gold)}
        watched |= {f"reward/{name}": mean for name, mean in getattr(self.reward, "means", {}).items()}
        return {
            "reward": float(scores.mean()), **watched, "kl": float(kl.mean()),
            "length": float(mask.sum(-1).float().mean()), "entropy": float(masked_mean(entropy, mask)),
            "finished": float(rollouts.finished.float().mean()),
        }  # fmt: skip

    def _shown(
        self,
        rows: Sequence[dict[str, Any]],
        rollouts: Rollouts,
        advantages: Tensor,
        values: Tensor,
        scores: Tensor,
        gold: list[float] | None,
        kl: Tensor,
    ) -> list[dict[str, Any]]:
        """Some rollouts as plain data."""
        out = []
        for at in range(min(ROLLOUTS_SHOWN, len(rows))):
            count = int(rollouts.reply_mask[at].sum())
            out.append({
                "prompt": rows[at]["prompt"], "completion": rollouts.texts[at],
                "tokens": [self.processing_class.decode([token]) for token in rollouts.replies[at, :count].tolist()],
                "advantages": [round(value, 4) for value in advantages[at, :count].tolist()],
                "values": [round(value, 4) for value in values[at, :count].tolist()],
                "reward": float(scores[at]), "gold": None if gold is None else gold[at], "kl": float(kl[at]),
            })  # fmt: skip
        return out

    def _log_evaluate_save(self) -> None:
        if self.control.should_log:
            own = self._metrics["train"]
            figures = {name: sum(values) / len(values) for name, values in own.items() if values}
            own.clear()
            self.log(figures)
        if self.control.should_evaluate:
            self.evaluate()
            self.control.should_evaluate = False
        if self.control.should_save:
            self._save_checkpoint(self.model, None)
            self.control = self.callback_handler.on_save(self.args, self.state, self.control)

    # What surrounds it

    def _batch(self, step: int, per_epoch: int) -> list[dict[str, Any]]:
        """The prompts of a step: a new order in each epoch, from the seed alone."""
        epoch, at = divmod(step, per_epoch)
        order = torch.randperm(len(self.train_dataset), generator=torch.Generator().manual_seed(self.args.seed + epoch))
        size = self.args.train_batch_size
        chosen = order[at * size : (at + 1) * size].tolist()
        return [self.train_dataset[number] for number in chosen]

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """AdamW over the policy, and over the value head at its own rate."""
        moving = [weights for weights in self.model.parameters() if weights.requires_grad]
        groups = [
            {"params": moving, "lr": self.args.learning_rate, "weight_decay": self.args.weight_decay},
            {
                "params": list(self.value_head.parameters()),
                "lr": self.settings.value_learning_rate,
                "weight_decay": 0.0,
            },
        ]
        self.optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.999), eps=1e-5)  # N details: not torch's 1e-8
        return self.optimizer

    @contextmanager
    def _computing(self) -> Iterator[None]:
        """In 16 bits where the arguments ask for it: when drawing, judging and learning alike."""
        with torch.autocast(self.args.device.type, dtype=torch.bfloat16, enabled=self.args.bf16):
            yield

    def _save_optimizer_and_scheduler(self, output_dir: str) -> None:
        super()._save_optimizer_and_scheduler(output_dir)
        state = {name: value.contiguous() for name, value in self.value_head.state_dict().items()}
        state["kl_coef"] = torch.tensor(self.kl.value, dtype=torch.float64)
        save_file(state, Path(output_dir) / STATE)

    def _resume(self, checkpoint: Path) -> None:
        self._load_from_checkpoint(str(checkpoint))
        self._load_optimizer_and_scheduler(str(checkpoint))
        state = load_file(checkpoint / STATE)
        self.kl.value = float(state.pop("kl_coef"))
        self.value_head.load_state_dict(state)
        kept = type(self.state).load_from_json(str(checkpoint / "trainer_state.json"))
        self.state.global_step, self.state.epoch = kept.global_step, kept.epoch
        self.model.eval()
