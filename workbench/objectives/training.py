"""How long, how fast and in what portions a model is trained: the settings that all objectives share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from workbench.errors import Problem
from workbench.objectives._base import Objective
from workbench.settings import Settings, nearest, setting

__all__ = ["DEFAULT_EPOCHS", "Training"]

DEFAULT_EPOCHS = 3.0


@dataclass(frozen=True)
class Training(Settings):
    """Training settings. ``"auto"`` is chosen from objective, tuning, model size and machine when the run starts.

    What was chosen and why stands in the run's ``resolved.yaml``.
    """

    section: ClassVar[str] = "training"
    title: ClassVar[str] = "Training"

    max_steps: int | None = setting(
        None, help="How many optimizer steps to train; one step learns from batch_size rows.",
        low=1, high=10_000_000, unit="steps", none="as many as num_epochs takes",
    )  # fmt: skip
    num_epochs: float | None = setting(
        None, help="How many times to go through the training rows, when max_steps is not given.",
        low=0.001, high=10_000, unit="epochs", none="3, unless max_steps is given",
        source="Stanford Alpaca trained 3 epochs (github.com/tatsu-lab/stanford_alpaca)",
    )  # fmt: skip
    learning_rate: float | Literal["auto"] = setting(
        "auto", help="How far each step moves the weights. Too high diverges, too low learns nothing.",
        low=1e-8, high=100.0, source="from the way of tuning and the size of the model",
    )  # fmt: skip
    batch_size: int = setting(
        16, help="How many rows go through the model at once, on each device.",
        low=1, high=4096, unit="rows", source="QLoRA, arXiv 2305.14314, table 9: 16", checked="4.3M",
    )  # fmt: skip
    gradient_accumulation_steps: int = setting(
        1, help="How many batches are added up before the weights move: a larger batch in the same memory.",
        low=1, high=4096, unit="batches",
    )  # fmt: skip
    max_length: int | None = setting(
        1024, help="Rows longer than this many tokens are cut at their end; how many is said before training.",
        low=8, high=1_000_000, unit="tokens", none="the model's longest context", source="TRL's default",
    )  # fmt: skip
    logging_steps: int = setting(
        1, help="A point of the loss curve every so many steps.", low=1, high=1_000_000, unit="steps",
        source="one log line costs about 5 microseconds",
    )  # fmt: skip
    eval_steps: int | Literal["auto"] = setting(
        "auto", help="The loss on the validation rows, and the probes, every so many steps.",
        low=1, high=1_000_000, unit="steps", source="about 20 a run, in no more time than training takes",
    )  # fmt: skip
    save_steps: int | Literal["auto"] = setting(
        "auto", help="A checkpoint to resume from every so many steps; rounded up to a multiple of logging_steps.",
        low=1, high=1_000_000, unit="steps", source="as eval_steps",
    )  # fmt: skip
    early_stopping_patience: int | None = setting(
        None, help="Stop when so many evaluations in a row brought nothing better.",
        low=1, high=10_000, unit="evaluations", none="never stop early",
    )  # fmt: skip
    best_metric: str = setting(
        "eval_loss", help="The figure by which the best checkpoint is kept.", expert=True,
    )  # fmt: skip
    greater_is_better: bool = setting(False, help="Whether more of best_metric is better.", expert=True)
    warmup: float = setting(
        0.03, help="The part of the run over which the learning rate rises from zero: a share below 1, or steps.",
        low=0.0, high=1_000_000, source="QLoRA and Stanford Alpaca: 0.03", checked="4.3M",
    )  # fmt: skip
    lr_scheduler: Literal["linear", "cosine", "constant", "constant_with_warmup"] = setting(
        "cosine", help="How the learning rate falls after the warm-up.",
        source="Stanford Alpaca: cosine", checked="4.3M", expert=True,
    )  # fmt: skip
    weight_decay: float = setting(
        0.0, help="How strongly the weights are pulled towards zero.", low=0.0, high=10.0,
        source="Stanford Alpaca: 0", expert=True,
    )  # fmt: skip
    max_grad_norm: float = setting(
        1.0, help="A gradient longer than this is shortened to it, so that one odd batch does no harm.",
        low=0.0, high=1_000.0, source="transformers' default", expert=True,
    )  # fmt: skip
    dtype: Literal["auto", "fp32", "bf16"] = setting(
        "auto", help="The number type of the computation; the weights being trained stay in fp32.",
        source="bf16 where the hardware computes with it, else fp32", expert=True,
    )  # fmt: skip
    packing: bool | Literal["auto"] = setting(
        "auto", help="Put several rows into one sequence, instead of padding rows to equal length.",
        source="only where rows cannot see each other", expert=True,
    )  # fmt: skip
    group_by_length: bool | Literal["auto"] = setting(
        "auto", help="Batch rows of similar length together, so that little is padding. Batches come in blocks, each "
        "from long to short, which the curve of the training loss shows as a saw.",
        source="about 1.26 times the speed on the tickets (tests/bench/bench_defaults.py)", checked="4.3M", expert=True,
    )  # fmt: skip
    gradient_checkpointing: bool | Literal["auto"] = setting(
        "auto", help="Compute parts twice to save memory.", source="on only when memory would not suffice", expert=True,
    )  # fmt: skip
    attn_implementation: Literal["auto", "eager", "sdpa", "flash_attention_2"] = setting(
        "auto", help="How attention is computed; flash_attention_2 needs a GPU and its own package.",
        source="on a CPU 'eager' for short rows: see tests/bench/bench_defaults.py; else torch's own", checked="4.3M",
        expert=True,
    )  # fmt: skip
    pad_to_multiple_of: int | Literal["auto"] | None = setting(
        "auto", help="Pad the rows of a batch to a multiple of so many tokens, so that fewer shapes come up.",
        low=1, high=4096, unit="tokens", none="to the longest row of the batch",
        source="16 on a CPU: see tests/bench/bench_defaults.py", checked="4.3M", expert=True,
    )  # fmt: skip
    max_eval_rows: int | None = setting(
        200, help="How many validation rows each evaluation uses, from the first.",
        low=1, high=10_000_000, unit="rows", none="all of them", expert=True,
    )  # fmt: skip
    num_probes: int = setting(
        5, help="How many validation prompts the model answers at each evaluation, to watch its answers change.",
        low=0, high=100, unit="prompts",
    )  # fmt: skip
    probe_max_new_tokens: int = setting(
        128, help="The longest answer to a probe.", low=1, high=8192, unit="tokens", expert=True,
    )  # fmt: skip
    record_samples: bool = setting(
        True, help="Whether rows and answers are written into the run's folder. Off, only figures are kept.",
    )  # fmt: skip
    guards: bool = setting(
        True, help="Look after training at what it may have broken: what was forgotten, refusals, memorised rows, "
        "speed, and the form of answers. It takes no time from training, and waits while other runs want the device.",
        later=True,
    )  # fmt: skip

    def conflicts(self, recipe: Any) -> list[Problem]:
        """What these settings contradict in each other, and what the objective does not measure."""
        problems = []
        if self.max_steps is not None and self.num_epochs is not None:
            problems.append(Problem(
                "training.num_epochs", f"is {self.num_epochs!r} while max_steps is {self.max_steps!r}.",
                "Give one of them.",
            ))  # fmt: skip
        if self.packing is True and self.group_by_length is True:
            problems.append(Problem(
                "training.group_by_length", "has no effect with packing=True.",
                "Give one of them, or leave both 'auto'.",
            ))  # fmt: skip
        if isinstance(self.warmup, (int, float)) and self.warmup >= 1 and self.warmup != int(self.warmup):
            problems.append(Problem(
                "training.warmup", f"is {self.warmup!r}: from 1 on it counts steps.",
                "Give a share below 1 or whole steps.",
            ))  # fmt: skip
        if self.max_steps is not None and isinstance(self.eval_steps, int) and self.eval_steps > self.max_steps:
            problems.append(Problem(
                "training.eval_steps", f"is {self.eval_steps}, more than the {self.max_steps} steps of the run.",
                f"Give at most {self.max_steps}; the last step is evaluated in any case.", "warning",
            ))  # fmt: skip
        return problems + self._metric_problems(recipe.objective)

    def _metric_problems(self, objective: Objective) -> list[Problem]:
        """The figure that the best checkpoint is chosen by must be there, and be read the right way round."""
        given = objective.eval_metrics
        if self.best_metric == "eval_loss" and objective.best_metric != "eval_loss":
            return []  # the default, in place of which the objective's own is taken
        if given and self.best_metric not in given:
            return [Problem(
                "training.best_metric", f"is {self.best_metric!r}, which evaluations of {objective.title} do not give"
                f"{nearest(self.best_metric, given)}.", f"Known: {', '.join(given)}.",
            )]  # fmt: skip
        if (right := given.get(self.best_metric)) not in (None, self.greater_is_better):
            return [Problem(
                "training.greater_is_better", f"is {self.greater_is_better}, and {'more' if right else 'less'} of "
                f"{self.best_metric} is better: the worst checkpoint would be kept.", f"Set it {right}.",
            )]  # fmt: skip
        return []
