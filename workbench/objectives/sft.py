"""Supervised fine-tuning: learn to write the answers, token by token.

The loss is the cross-entropy of each trained token given all tokens before it. Which tokens are trained is decided in
`SFT.encode_rows` and nowhere else:

==============================  ===================================================================
rows                            trained
==============================  ===================================================================
prompt and completion           the completion and its end token
messages                        what the assistant says, if the template marks it; else every token
text                            every token and EOS
==============================  ===================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.data.rendering import Renderer
from workbench.data.turns import common_length
from workbench.objectives._base import Encoded, Objective, cut
from workbench.settings import setting

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.data.dataset import Dataset

__all__ = ["SFT"]


@dataclass(frozen=True)
class SFT(Objective):
    """Supervised fine-tuning.

    Parameters
    ----------
    completion_only_loss
        Train on the completion only; off, on the prompt too.
    assistant_only_loss
        For conversations: train only on what the assistant says. ``"auto"`` does so when the chat template marks it.
    """

    name: ClassVar[str] = "sft"
    title: ClassVar[str] = "Supervised fine-tuning"
    source: ClassVar[str] = "Ouyang et al. 2022, arXiv 2203.02155, section 3.1"
    use_when: ClassVar[str] = (
        "You have examples of good answers, or texts whose style and facts the model should take in."
    )
    not_when: ClassVar[str] = "You only know which of two answers is better, or a rule that scores answers."
    dataset_types: ClassVar[tuple[str, ...]] = ("prompt_completion", "language_modeling")
    eval_metrics: ClassVar[Mapping[str, bool | None]] = {
        "eval_loss": False, "eval_mean_token_accuracy": True, "eval_entropy": None,
    }  # fmt: skip

    packs: ClassVar[bool] = True
    trl: ClassVar[str] = "SFT"

    completion_only_loss: bool = setting(
        True, help="Learn to write the answers only. Off, the model also learns to write the prompts.",
        source="TRL's default", expert=True,
    )  # fmt: skip
    assistant_only_loss: bool | str = setting(
        "auto", help="In conversations, learn only what the assistant says ('auto': when the template marks it).",
        choices=("auto", True, False), source="what a user writes is no model for answers", expert=True,
    )  # fmt: skip

    def encode_rows(
        self, rows: Sequence[Mapping[str, Any]], renderer: Renderer, max_length: int | None = None
    ) -> list[Encoded]:
        """Many rows as token ids with the trained ones marked.

        A completion begins where the tokens of prompt and prompt + completion part, as in TRL: tokens that merge over
        the border belong to the completion.
        """
        if not rows:
            return []
        if "prompt" in rows[0]:
            prompts = [renderer.prompt_text(row["prompt"]) for row in rows]
            encoded = self._completions(renderer.ids(prompts), renderer.ids([renderer.full_text(row) for row in rows]))
        elif "messages" in rows[0]:
            answers_only = self.answers_only(renderer)
            both = [renderer.conversation(row["messages"], answers_only) for row in rows]
            encoded = [Encoded(ids, trained) for ids, trained in both]
        else:
            texts = renderer.ids([renderer.full_text(row) for row in rows], chat=False)
            encoded = [Encoded(ids, [1] * len(ids)) for ids in texts]
        return [cut(row, max_length) for row in encoded]

    def answers_only(self, renderer: Renderer) -> bool:
        """Whether only the assistant's turns of a conversation are trained."""
        return renderer.marks_answers if self.assistant_only_loss == "auto" else bool(self.assistant_only_loss)

    def _completions(self, prompts: list[list[int]], fulls: list[list[int]]) -> list[Encoded]:
        rows = []
        for prompt, full in zip(prompts, fulls, strict=True):
            start = common_length(prompt, full)
            trained = [0] * start + [1] * (len(full) - start) if self.completion_only_loss else [1] * len(full)
            rows.append(Encoded(full, trained, merged_tokens=len(prompt) - start))
        return rows

    def arguments(self, dataset: Dataset, renderer: Renderer) -> dict[str, Any]:
        """``completion_only_loss`` and ``assistant_only_loss``, where they differ from TRL's defaults."""
        if "messages" in dataset.columns:
            return {"assistant_only_loss": True} if self.answers_only(renderer) else {}
        default = self.completion_only_loss or dataset.type != "prompt_completion"
        return {} if default else {"completion_only_loss": False}

    def build_trainer(
        self,
        recipe: Any,
        model: Any,
        tokenizer: Any,
        train_rows: pa.Table | Iterable[Mapping[str, Any]],
        eval_rows: pa.Table | Iterable[Mapping[str, Any]] | None,
        args: Mapping[str, Any],
        callbacks: Sequence[Any] = (),
    ) -> Any:
        """TRL's SFTTrainer over rows already encoded."""
        from workbench.objectives._sft_training import build_trainer

        return build_trainer(self, recipe, model, tokenizer, train_rows, eval_rows, args, callbacks)
