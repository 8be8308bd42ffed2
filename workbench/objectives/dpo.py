"""Direct preference optimisation: learn from pairs without a reward model (Rafailov et al. 2023, arXiv 2305.18290).

How much more likely the policy has made an answer than the reference did, times `beta`, is taken as its reward; the
loss is that of a reward model on the difference between the chosen and the rejected answer. The reference is the policy
as it was at the start; its log-probabilities are computed once for each row that is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.errors import Problem
from workbench.objectives._base import token_schema
from workbench.objectives.pairs import PairObjective
from workbench.settings import setting

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.data.dataset import Dataset
    from workbench.data.rendering import Renderer

__all__ = ["DPO"]


@dataclass(frozen=True)
class DPO(PairObjective):
    """Direct preference optimisation.

    Parameters
    ----------
    beta
        How strongly the policy is held to the reference.
    loss_type
        What is made of the difference of the two rewards.
    label_smoothing
        The share of pairs that are taken to be labelled the wrong way round; for ``"robust"``.
    sft_weight
        How much the loss of supervised fine-tuning on the chosen answers counts beside.
    """

    name: ClassVar[str] = "dpo"
    title: ClassVar[str] = "DPO"
    source: ClassVar[str] = "Rafailov et al. 2023, arXiv 2305.18290"
    use_when: ClassVar[str] = (
        "You have pairs of answers of which one is better, to prompts like yours, and a model that was fine-tuned on "
        "good answers: the simplest way to learn a preference."
    )
    not_when: ClassVar[str] = (
        "The pairs are far from what the model itself writes, or a rule can score new answers: then let the model "
        "write and score it (RLOO, PPO)."
    )
    eval_metrics: ClassVar[Mapping[str, bool | None]] = {
        "eval_loss": False, "eval_rewards/accuracies": True, "eval_rewards/margins": True,
        "eval_rewards/chosen": None, "eval_rewards/rejected": None, "eval_logps/chosen": None,
        "eval_logps/rejected": None, "eval_logits/chosen": None, "eval_logits/rejected": None, "eval_entropy": None,
        "eval_mean_token_accuracy": True,
    }  # fmt: skip
    compares: ClassVar[bool] = True
    rate_share: ClassVar[tuple[float, str]] = (1 / 3, "its loss drives a difference on and on, soon far from the start")
    trl: ClassVar[str] = "DPO"

    beta: float = setting(
        0.1, help="How strongly the policy is held to the one it started as: more keeps it nearer.",
        low=1e-4, high=100.0, source="Rafailov et al. 2023, appendix B: 0.1, for summaries 0.5",
    )  # fmt: skip
    loss_type: str = setting(
        "sigmoid", help="What is made of the difference of the two rewards: 'sigmoid' (DPO's own), 'ipo' (a difference "
        "of 1/(2 beta) and no more, so that certain pairs are not overdone), 'hinge', or 'robust' (reckons with wrong "
        "labels; needs label_smoothing).",
        choices=("sigmoid", "ipo", "hinge", "robust"),
        source="IPO: Azar et al. 2023, arXiv 2310.12036; hinge (SLiC): Zhao et al. 2023, arXiv 2305.10425; robust: "
        "Chowdhury et al. 2024, arXiv 2403.00409",
    )  # fmt: skip
    label_smoothing: float = setting(
        0.0, help="The share of pairs that are taken to be labelled the wrong way round.", low=0.0, high=0.49,
        source="Chowdhury et al. 2024, arXiv 2403.00409", expert=True,
    )  # fmt: skip
    sft_weight: float = setting(
        0.0, help="Adds so much of the loss of writing the chosen answers, which keeps them from becoming less likely.",
        low=0.0, high=100.0, source="Pang et al. 2024, arXiv 2404.19733: 1 where it is used", expert=True,
    )  # fmt: skip

    def conflicts(self, recipe: Any) -> list[Problem]:
        """Smoothing is for the robust loss only, TRL passes over it in the others; the robust one needs it."""
        found = super().conflicts(recipe)
        if self.label_smoothing and self.loss_type != "robust":
            found.append(Problem(
                "objective.label_smoothing", f"is {self.label_smoothing}, and loss_type is {self.loss_type!r}, which "
                "makes no use of it.", "Use loss_type='robust', or set it to 0.",
            ))  # fmt: skip
        if self.loss_type == "robust" and not self.label_smoothing:
            found.append(Problem(
                "objective.label_smoothing", "is 0, with which 'robust' is the same as 'sigmoid'.",
                "Give the share of wrong labels you expect: 0.1, say.",
            ))  # fmt: skip
        return found

    def columns(self, encoded: Any, row: Mapping[str, Any] | None = None) -> Any:
        """Token ids of the prompt and of both answers."""
        if encoded is None:
            return token_schema("prompt_ids", "chosen_ids", "rejected_ids")
        start = encoded["chosen"].trained.index(1)
        return {
            "prompt_ids": encoded["chosen"].input_ids[:start],
            **{f"{side}_ids": encoded[side].input_ids[start:] for side in ("chosen", "rejected")},
        }

    def arguments(self, dataset: Dataset | None = None, renderer: Renderer | None = None) -> dict[str, Any]:
        """The loss, and that the reference's log-probabilities are computed once and not at each step."""
        smoothing = {"label_smoothing": self.label_smoothing} if self.label_smoothing else {}
        types, weights = [self.loss_type], {}
        if self.sft_weight:
            types, weights = [*types, "sft"], {"loss_weights": [1.0, self.sft_weight]}
        return {"beta": self.beta, "loss_type": types, **weights, **smoothing, "precompute_ref_log_probs": True}

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
        """TRL's DPOTrainer over rows already encoded, the reference's log-probabilities computed once a row."""
        from workbench.objectives._pair_training import build_dpo_trainer

        return build_dpo_trainer(self, recipe, model, tokenizer, train_rows, eval_rows, args, callbacks)
