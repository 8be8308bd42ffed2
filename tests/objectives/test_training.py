"""Training settings, and what "auto" becomes."""

from __future__ import annotations

import dataclasses

import pytest

import workbench as wb
from workbench.models.shapes import Shapes
from workbench.objectives import Facts, Machine, machine, objectives, resolve, sft_arguments

TINY = Shapes(2_400_000, 5, 192, 1024, 1024, 5_000_000, "LlamaForCausalLM", {})
LARGE = Shapes(7_000_000_000, 32, 4096, 32_000, 4096, 14_000_000_000, "LlamaForCausalLM", {})
CPU = Machine("cpu", "a processor", True, "amx", 16 * 2**30)
OLD_CPU = Machine("cpu", "an old one", False, "no bf16 units", 16 * 2**30)
GPU = Machine("cuda", "a GPU", True, "8.0", 80 * 2**30)


def chosen(training=None, shapes=TINY, machine=CPU, rows=1000, tuning=None):
    recipe = wb.Recipe("x", "y", tuning=tuning or wb.LoRA(), training=training or wb.Training())
    return resolve(recipe, Facts(shapes, machine, rows, 100, 100_000))


def test_nothing_stays_auto_and_every_choice_has_a_reason():
    resolved = chosen()
    left = [name for name, value in resolved.settings.items() if value == "auto"]
    assert left == []
    automatic = [field.name for field in dataclasses.fields(wb.Training) if field.default == "auto"]
    assert set(automatic) <= set(resolved.reasons)
    assert resolved.to_dict()["settings"]["learning_rate"] == resolved.learning_rate == 3e-3


def test_a_setting_given_is_kept():
    training = wb.Training(
        max_steps=7, learning_rate=0.5, dtype="fp32", packing=True, eval_steps=3, gradient_checkpointing=True
    )
    resolved = chosen(training)
    for name in ("max_steps", "learning_rate", "dtype", "packing", "eval_steps", "gradient_checkpointing"):
        assert resolved.settings[name] == getattr(training, name)
    assert resolved.group_by_length is False


@pytest.mark.parametrize(
    ("training", "rows", "steps", "epochs"),
    [
        (wb.Training(), 1000, 189, 3.0),
        (wb.Training(num_epochs=0.5), 1000, 32, 0.5079),
        (wb.Training(num_epochs=2, batch_size=8, gradient_accumulation_steps=4), 1000, 64, 2.0),
        (wb.Training(max_steps=300), 2000, 300, 2.4),
        (wb.Training(), 3, 3, 3.0),
    ],
)
def test_steps_and_epochs(training, rows, steps, epochs):
    resolved = chosen(training, rows=rows)
    assert resolved.max_steps == steps
    assert resolved.num_epochs == pytest.approx(epochs)


def test_checkpoints_lie_on_logging_steps():
    resolved = chosen(wb.Training(max_steps=100, logging_steps=10, save_steps=15))
    assert resolved.save_steps == 20
    assert "multiple of logging_steps" in resolved.reasons["save_steps"]
    assert chosen(wb.Training(max_steps=100, logging_steps=3)).eval_steps % 3 == 0
    assert chosen(wb.Training(max_steps=300)).eval_steps == 15


def test_evaluations_take_no_longer_than_training():
    short = chosen(wb.Training(max_steps=20))  # 100 rows forwards take as long as two steps of 16 there and back
    assert short.eval_steps == 3
    assert (
        short.reasons["eval_steps"]
        == "7 evaluations in 20 steps: more would take longer on 100 rows than training does"
    )
    assert chosen(wb.Training(max_steps=20, max_eval_rows=16)).eval_steps == 1
    assert chosen(wb.Training(max_steps=2)).eval_steps == 2
    assert chosen(wb.Training(max_steps=20, eval_steps=1)).eval_steps == 1


def test_hardware_decides_number_types_and_memory():
    assert chosen().dtype == "bf16"
    assert chosen(machine=OLD_CPU).dtype == "fp32"
    assert chosen(machine=GPU).weights_dtype == "bf16"
    assert chosen(machine=GPU, tuning=wb.Full()).weights_dtype == "fp32"
    assert chosen().weights_dtype == "fp32"
    assert chosen().gradient_checkpointing is False
    assert chosen(shapes=LARGE, machine=GPU).gradient_checkpointing is True
    small = wb.Training(batch_size=1, max_length=256)
    assert chosen(small, shapes=LARGE, machine=GPU).gradient_checkpointing is False


def test_a_cpu_gets_plain_attention_and_few_shapes_for_short_rows():
    short = chosen(wb.Training(max_length=256))
    assert (short.attn_implementation, short.pad_to_multiple_of) == ("eager", 16)
    assert chosen(wb.Training(max_length=1024)).attn_implementation == "sdpa"
    assert chosen(wb.Training(packing=True)).pad_to_multiple_of is None
    on_gpu = chosen(wb.Training(max_length=256), machine=GPU)
    assert (on_gpu.attn_implementation, on_gpu.pad_to_multiple_of) == ("sdpa", None)
    asked = chosen(wb.Training(max_length=256, attn_implementation="sdpa", pad_to_multiple_of=None))
    assert (asked.attn_implementation, asked.pad_to_multiple_of) == ("sdpa", None)
    assert sft_arguments(short, 0)["pad_to_multiple_of"] == 16


def test_length_is_bounded_by_the_model():
    assert chosen(wb.Training(max_length=4000)).max_length == 1024
    assert chosen(wb.Training(max_length=None)).max_length == 1024
    assert chosen(wb.Training(max_length=100)).max_length == 100


def test_arguments_for_trl():
    arguments = sft_arguments(chosen(wb.Training(warmup=10, max_steps=50)), seed=5)
    assert arguments["warmup_steps"] == 10
    assert arguments["seed"] == 5
    assert arguments["train_sampling_strategy"] == "group_by_length"
    assert arguments["use_cpu"] is True
    assert sft_arguments(chosen(), 0)["warmup_steps"] == 0.03


def test_this_machine():
    found = machine()
    assert found.memory_bytes > 2**30
    assert found.device in ("cpu", "cuda", "mps")


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"max_steps": 5, "num_epochs": 1}, "training.num_epochs"),
        ({"packing": True, "group_by_length": True}, "training.group_by_length"),
        ({"warmup": 1.5}, "training.warmup"),
        ({"max_steps": 0}, "training.max_steps"),
        ({"max_steps": True}, "training.max_steps"),
        ({"learning_rate": "fast"}, "training.learning_rate"),
        ({"learning_rate": float("nan")}, "training.learning_rate"),
        ({"dtype": "fp16"}, "training.dtype"),
        ({"lr_scheduler": "cosinus"}, "training.lr_scheduler"),
    ],
)
def test_settings_that_cannot_be(settings, where):
    with pytest.raises(wb.RecipeError) as caught:
        wb.Recipe("x", "y", training=wb.Training(**settings))
    assert [problem.where for problem in caught.value.problems] == [where]


def test_every_setting_is_explained():
    assert "sft" in objectives()
    for kind in (wb.Training, *objectives().values()):
        for field in dataclasses.fields(kind):
            assert field.metadata["help"].endswith("."), field.name
            if field.default == "auto":
                assert field.metadata["source"], field.name
    for kind in objectives().values():
        assert kind.use_when.endswith(".")
        assert kind.not_when.endswith(".")


def test_packed_rows_do_not_see_each_other(tiny_model, tmp_path):
    """Packed into one sequence, each row's loss is what it is alone."""
    import torch

    from workbench.data import Renderer
    from workbench.models.loading import load_model, load_tokenizer
    from workbench.models.resolve import resolve_model

    ref = resolve_model(str(tiny_model))
    tokenizer, model = load_tokenizer(ref), load_model(ref)
    rows = [{"prompt": f"What is {a}?" * (1 + a % 3), "completion": f"It is {a}."} for a in range(12)]
    recipe = wb.Recipe(str(tiny_model), rows, training=wb.Training(max_length=256))
    arguments = {"output_dir": str(tmp_path), "use_cpu": True, "bf16": False, "gradient_checkpointing": False,
                 "report_to": "none", "max_length": 256, "packing": True, "per_device_train_batch_size": 4}  # fmt: skip
    trainer = recipe.objective.build_trainer(recipe, model, tokenizer, rows, None, arguments)
    assert len(trainer.train_dataset) < len(rows)
    [batch] = list(trainer.get_train_dataloader())
    with torch.no_grad():
        packed = trainer.compute_loss(model, dict(batch)) * (batch["labels"][:, 1:] != -100).sum()
        alone, count = 0.0, 0
        for row in rows:
            encoded = wb.SFT().encode(row, Renderer(tokenizer))
            labels = torch.tensor([encoded.labels])
            logits = model(torch.tensor([encoded.input_ids])).logits[0, :-1]
            alone += torch.nn.functional.cross_entropy(logits, labels[0, 1:], ignore_index=-100, reduction="sum")
            count += int((labels != -100).sum())
    assert int((batch["labels"] != -100).sum()) == count
    assert float(packed) == pytest.approx(float(alone), rel=1e-5)
