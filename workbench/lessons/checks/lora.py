"""Exercises of lessons 03 and 04."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.lessons.checks._registry import Unanswered, exercise


@exercise("03.parameters")
def _parameters(answer: Callable[[dict[str, tuple[int, int]], int, list[str]], int]) -> str | None:
    from workbench.models.resolve import resolve_model
    from workbench.models.shapes import Shapes, shapes
    from workbench.tuning.lora import LoRA

    if answer({"q_proj": (2, 3)}, 1, ["q_proj"]) is None:
        raise Unanswered
    tiny = shapes(resolve_model("tiny-support"))
    grouped = {"0.q_proj": (64, 64), "0.k_proj": (64, 16), "0.v_proj": (64, 16), "0.down_proj": (176, 64)}
    gpt3 = {f"{layer}.{name}_proj": (12288, 12288) for layer in range(96) for name in "qkvo"}
    for model, linear, r, targets in (
        ("tiny-support", {name.removesuffix(".weight"): size for name, size in tiny.linear.items()}, 8, ["down_proj"]),
        ("A model with fewer heads for keys", grouped, 2, ["q_proj", "k_proj", "v_proj", "down_proj"]),
        ("GPT-3 175B", gpt3, 4, ["q_proj", "v_proj"]),
    ):
        of_model = Shapes(0, 0, 0, 0, None, 0, "", {f"{name}.weight": size for name, size in linear.items()})
        want = LoRA(r=r, target_modules=tuple(targets)).trainable_parameters(of_model)
        got = answer(dict(linear), r, list(targets))
        if got != want:
            chosen = [size for name, size in linear.items() if name.rsplit(".", 1)[-1] in targets]
            wrong = {
                sum(inputs * outputs for inputs, outputs in chosen): "That counts W, which is frozen.",
                sum(r * inputs for inputs, _ in chosen): "That is A alone; B moves too.",
                sum(r * outputs for _, outputs in chosen): "That is B alone; A moves too.",
                sum(2 * r * inputs for inputs, _ in chosen): "B has as many rows as the layer has outputs.",
                sum(r * sum(size) for size in linear.values()): "Layers that are no target have no adapter.",
            }
            hint = wrong.get(got, "A is r x inputs, B is outputs x r, for each layer whose last name is a target.")
            return f"{model}, r={r}, {', '.join(targets)}: {got!r} is not what the tool counts. {hint}"
    return None


@exercise("03.merge")
def _merge(answer: Callable[..., Any]) -> str | None:
    import torch
    from peft import LoraConfig, inject_adapter_in_model

    tiny = torch.zeros(1, 1)
    if answer(tiny, tiny, tiny, 1, 1) is None:
        raise Unanswered
    drawn = torch.Generator().manual_seed(3)
    for inputs, outputs, r, alpha in ((5, 7, 2, 8), (7, 5, 3, 1), (6, 6, 2, 2)):
        weight, down, up = (
            torch.randn(size, generator=drawn) for size in ((outputs, inputs), (r, inputs), (outputs, r))
        )
        layer = torch.nn.Sequential(torch.nn.Linear(inputs, outputs, bias=False))
        layer[0].weight.data = weight.clone()
        config = LoraConfig(r=r, lora_alpha=alpha, target_modules=["0"])
        theirs: Any = inject_adapter_in_model(config, layer)[0]
        theirs.lora_A["default"].weight.data, theirs.lora_B["default"].weight.data = down.clone(), up.clone()
        theirs.merge()
        place = f"W of {outputs} x {inputs}, r={r}, alpha={alpha}"
        try:
            got = torch.as_tensor(answer(weight.clone(), down.clone(), up.clone(), alpha, r))
        except RuntimeError as error:
            return f"{place}: {error}. A is r x inputs, B is outputs x r."
        if got.shape != weight.shape:
            return f"{place}: the result has the shape {tuple(got.shape)}; a merged W has the shape of W."
        if not torch.allclose(got, theirs.weight.data, atol=1e-5):
            if torch.allclose(got, weight + up @ down, atol=1e-5):
                return f"{place}: the scale alpha / r is missing."
            if torch.allclose(got, (alpha / r) * (up @ down), atol=1e-5):
                return f"{place}: that is the update alone; W is still to be added."
            return f"{place}: not the weight that PEFT merges. It is W + (alpha / r) B A."
    return None


@exercise("04.bits")
def _bits(answer: Callable[[int, int, bool], float]) -> str | None:
    from workbench.models.quantization import BLOCK, OUTER_BLOCK, Quantization

    if answer(64, 256, True) is None:
        raise Unanswered
    cases = [
        (block, outer, double, 4 + ((8 + 32 / outer) if double else 32) / block)
        for block, outer, double in ((BLOCK, OUTER_BLOCK, True), (BLOCK, OUTER_BLOCK, False), (32, 64, True))
    ]
    assert [want for *_, want in cases[:2]] == [
        8 * Quantization(double_quant=d).bytes_per_weight for d in (True, False)
    ]
    for block, outer, double, want in cases:
        got = answer(block, outer, double)
        if abs(got - want) > 1e-6:
            wrong = {
                4: "The scales take bits, too.",
                4 + 32 / block: "With double quantisation a scale takes eight bits, not 32.",
                4 + 8 / block: "The outer scales take bits, too: 32 for every `outer` scales.",
                4 + 8 / block + 32 / outer: "An outer scale is shared by outer x block weights.",
                want / 8: "Those are bytes; a byte has eight bits.",
            }
            hint = next((text for value, text in wrong.items() if abs(got - value) < 1e-6), None)
            hint = hint or "Four bits for the level, and a share of the scales."
            return f"block={block}, outer={outer}, double={double}: {got:.4g} is not what is kept. {hint}"
    return None


@exercise("04.steps")
def _steps(answer: dict[str, bool | None]) -> str | None:
    import torch

    if all(value is None for value in answer.values()):
        raise Unanswered
    for case, value in answer.items():
        start, sign, step = case.split()
        weight = torch.tensor(float(start), dtype=torch.bfloat16)
        moved = bool(weight + float(f"{sign}{step}") != weight)
        if value is None or bool(value) != moved:
            power = 2.0 ** torch.tensor(max(float(start), 1e-30)).log2().floor().item()
            return (
                f"{case!r}: {value!r} is not what bf16 does. From {power:.3g} to its double numbers stand "
                f"{power / 128:.2g} apart, below it half as far; a step of more than half of that moves the weight."
            )
    return None
