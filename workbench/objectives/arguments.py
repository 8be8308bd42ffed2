"""Resolved settings as the arguments of ``trl.SFTConfig``: one place for the trainer and for the plain script."""

from __future__ import annotations

from typing import Any

from workbench.objectives.resolving import Resolved

__all__ = ["sft_arguments"]


def sft_arguments(resolved: Resolved, seed: int) -> dict[str, Any]:
    """What of ``SFTConfig`` shapes the losses; where files go and what is reported is for the caller to add."""
    choice = resolved.settings
    warmup = choice["warmup"]
    optimizer = {"optim": choice["optimizer"]} if choice["optimizer"] else {}
    return {
        **optimizer,
        "max_steps": choice["max_steps"],
        "learning_rate": choice["learning_rate"],
        "lr_scheduler_type": choice["lr_scheduler"],
        "warmup_steps": int(warmup) if warmup >= 1 else float(warmup),
        "weight_decay": float(choice["weight_decay"]),
        "max_grad_norm": float(choice["max_grad_norm"]),
        "per_device_train_batch_size": choice["batch_size"],
        "per_device_eval_batch_size": choice["batch_size"],
        "gradient_accumulation_steps": choice["gradient_accumulation_steps"],
        "max_length": choice["max_length"],
        "packing": bool(choice["packing"]),
        "pad_to_multiple_of": choice["pad_to_multiple_of"],
        "train_sampling_strategy": "group_by_length" if choice["group_by_length"] else "random",
        "bf16": choice["dtype"] == "bf16",
        "gradient_checkpointing": bool(choice["gradient_checkpointing"]),
        "use_cpu": choice["device"] == "cpu",
        "logging_steps": choice["logging_steps"],
        "seed": seed,
    }
