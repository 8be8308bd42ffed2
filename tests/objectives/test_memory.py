"""The estimate of memory: within a tenth of what was measured on a GPU, and its parts follow the settings."""

import dataclasses
import json
from pathlib import Path

import pytest

import workbench as wb
from tests.bench.bench_memory import CARD_SIZES, TUNINGS
from workbench.models.shapes import Shapes
from workbench.objectives import Facts, Machine
from workbench.objectives.memory import memory_parts

MEASURED = json.loads((Path(__file__).parents[1] / "bench" / "measured" / "memory-h200.json").read_text())


def shapes_of(size):
    """The sizes of the benchmark's model, without the model."""
    hidden, layers, vocabulary = CARD_SIZES[size]
    linear = {}
    for layer in (f"model.layers.{number}" for number in range(layers)):
        linear |= {f"{layer}.self_attn.{name}_proj.weight": (hidden, hidden) for name in "qkvo"}
        linear |= {f"{layer}.mlp.{name}_proj.weight": (hidden, 4 * hidden) for name in ("gate", "up")}
        linear[f"{layer}.mlp.down_proj.weight"] = (4 * hidden, hidden)
    parameters = sum(a * b for a, b in linear.values()) + 2 * vocabulary * hidden + (2 * layers + 1) * hidden
    return Shapes(
        parameters, layers, hidden, vocabulary, 4200, 2 * parameters, "LlamaForCausalLM", linear, hidden // 64
    )


def parts_of(size, tuning, batch, length, device="cuda", **changed):
    shapes = shapes_of(size)
    machine = Machine(device, "", True, "", 10**11)
    facts = Facts(shapes, machine, 100, 0, tuning.trainable_parameters(shapes), length)
    quantization = tuning.quantization("bf16")
    settings = {
        "batch_size": batch, "max_length": length, "packing": False, "dtype": "bf16", "device": device,
        "weights_dtype": "bf16" if tuning.adapter and device == "cuda" else "fp32", "gradient_checkpointing": False,
        "quantization": quantization and dataclasses.asdict(quantization), "attn_implementation": "sdpa", **changed,
    }  # fmt: skip
    return memory_parts(facts, settings, tuning)


@pytest.mark.parametrize("row", MEASURED["rows"], ids=lambda row: "-".join(map(str, list(row.values())[:5])))
def test_within_a_tenth_of_the_peak_on_a_gpu(row):
    tuning = eval(f"wb.{TUNINGS[row['tuning']]}")
    parts = parts_of(row["size"], tuning, row["batch"], row["length"], gradient_checkpointing=row["checkpointing"])
    assert sum(parts.values()) == pytest.approx(row["measured"], rel=0.1)


def test_parts_follow_the_settings():
    plain, twice = (parts_of("0.5B", wb.LoRA(), batch, 512) for batch in (4, 8))
    assert twice["activations"] == pytest.approx(2 * plain["activations"], rel=0.01)
    assert {name: plain[name] for name in ("weights", "gradients", "optimizer")} == {
        name: twice[name] for name in ("weights", "gradients", "optimizer")
    }
    again = parts_of("0.5B", wb.LoRA(), 8, 512, gradient_checkpointing=True)
    assert again["activations"] < plain["activations"]
    four_bit = parts_of("0.5B", wb.QLoRA(), 4, 512)
    assert four_bit["weights"] < plain["weights"] / 2
    full = parts_of("0.5B", wb.Full(), 4, 512)
    count = shapes_of("0.5B").parameters
    assert (full["weights"], full["gradients"], full["optimizer"]) == (4 * count, 4 * count, 8 * count)
    fewer = parts_of("0.5B", wb.LoRA(target_modules=("q_proj", "v_proj")), 4, 512)
    assert fewer["activations"] < plain["activations"]
    assert "workspace" not in parts_of("0.5B", wb.LoRA(), 4, 512, device="cpu")
