"""The trainer of SFT: what its loss computes."""

from __future__ import annotations

import pytest

import workbench as wb
from workbench.models.loading import load_model, load_tokenizer
from workbench.models.resolve import resolve_model


def test_on_a_cpu_the_loss_works_on_trained_positions_only(tiny_model, arithmetic, tmp_path, monkeypatch):
    import torch
    import trl.trainer.utils as inside

    ref = resolve_model(str(tiny_model))
    recipe = wb.Recipe(str(tiny_model), arithmetic)
    rows = recipe.load_dataset().rows("train")
    arguments = {"output_dir": str(tmp_path), "use_cpu": True, "bf16": False, "report_to": "none",
                 "gradient_checkpointing": False}  # fmt: skip
    trainer = recipe.objective.build_trainer(recipe, load_model(ref), load_tokenizer(ref), rows, None, arguments)
    batch = trainer.data_collator([trainer.train_dataset[number] for number in range(4)])
    scored = []

    def step():
        """The loss of the batch and the gradients it gives."""
        trainer.model.zero_grad()
        loss = trainer.compute_loss(trainer.model, dict(batch))
        loss.backward()
        return loss.item(), [weights.grad.clone() for weights in trainer.model.parameters()]

    head = inside._ChunkedLogProbFunction

    class Watched(head):
        @staticmethod
        def forward(ctx, hidden, *rest):
            scored.append(len(hidden))
            return head.forward(ctx, hidden, *rest)

    monkeypatch.setattr(inside, "_ChunkedLogProbFunction", Watched)
    ours, gradients = step()
    monkeypatch.setattr(inside, "_use_triton", lambda device: False)
    theirs, expected = step()

    shifted = batch["labels"][:, 1:]
    assert scored == [int((shifted != -100).sum()), shifted.numel()]
    assert scored[0] < scored[1]
    assert ours == pytest.approx(theirs, rel=1e-6)
    for found, wanted in zip(gradients, expected, strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-6)
