"""Questions to a model in training: the fixed prompts that are watched, and how the model answers as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.runs import checkpoints
from workbench.runs.decoding import Answer, Decoding, answer_rows

__all__ = ["Asker", "Probe"]


@dataclass(frozen=True)
class Probe:
    """A prompt whose answer is watched through training."""

    prompt: str
    reference: str
    ids: list[int]


@dataclass
class Asker:
    """Lets a model answer as its way of tuning, template and tokenizer want it."""

    tuning: Any
    renderer: Any
    tokenizer: Any
    positions: int | None

    def answer(self, model: Any, prompts: list[list[int]], decoding: Decoding) -> list[Answer | None]:
        """Answers of the model as it is now; it and all random state are left as they were."""
        was_training = model.training
        model.eval()
        try:
            with checkpoints.random_state_kept():
                return answer_rows(
                    lambda **settings: self.tuning.generate(model, **settings),
                    self.tokenizer,
                    prompts,
                    decoding,
                    stop_ids=self.renderer.stop_ids,
                    positions=self.positions,
                    device=model.device,
                )
        finally:
            model.train(was_training)
