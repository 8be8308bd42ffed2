"""Where LoRA starts: PiSSA is saved over the untouched base, LoftQ starts nearer to the whole weights."""

import json

import pytest
import torch

import workbench as wb
from tests.tuning.test_tuning import train
from workbench.errors import RecipeError
from workbench.models.loading import load_model
from workbench.models.resolve import resolve_model

IDS = torch.arange(5, 37).reshape(2, 16)
ROWS = [{"prompt": f"What is {a}?", "completion": f"It is {a}."} for a in range(40)]


def logits(model):
    model.eval()
    with torch.no_grad():
        return model(input_ids=IDS).logits


@pytest.mark.parametrize("use_rslora", [False, True])
def test_pissa_moves_the_strongest_directions_and_is_saved_over_the_untouched_base(tiny_model, tmp_path, use_rslora):
    base = load_model(resolve_model(str(tiny_model)))
    tuning = wb.LoRA(r=2, init_lora_weights="pissa", use_rslora=use_rslora)
    begun = tuning.apply(load_model(resolve_model(str(tiny_model))), 0)
    torch.testing.assert_close(logits(begun), logits(base), atol=1e-5, rtol=1e-4)
    layer = begun.base_model.model.model.layers[0].self_attn.q_proj
    whole = base.model.layers[0].self_attn.q_proj.weight
    down, up = layer.lora_A["default"].weight, layer.lora_B["default"].weight
    kept = torch.linalg.svdvals(layer.scaling["default"] * up @ down)[:2]
    torch.testing.assert_close(kept, torch.linalg.svdvals(whole)[:2], atol=1e-4, rtol=1e-3)

    training = wb.Training(max_steps=6, dtype="fp32", learning_rate=1e-2)
    recipe = wb.Recipe(str(tiny_model), wb.load_dataset(ROWS, split={}), wb.SFT(), tuning, training)
    model, _ = train(recipe, tmp_path)
    assert not torch.allclose(logits(model), logits(base), atol=1e-2)
    config = json.loads((tmp_path / "adapter_config.json").read_text())
    assert (config["r"], config["init_lora_weights"]) == (4, True)
    again = tuning.load(load_model(resolve_model(str(tiny_model))), tmp_path)
    torch.testing.assert_close(logits(again), logits(model), atol=1e-4, rtol=1e-4)
    with again.disable_adapter():
        assert torch.equal(logits(again), logits(base))
    torch.testing.assert_close(logits(again.merge_and_unload()), logits(model), atol=1e-4, rtol=1e-4)


def test_loftq_starts_nearer_to_the_whole_weights():
    ref = resolve_model("tiny-support")
    whole = load_model(ref)
    tuning = wb.QLoRA(r=8, init_lora_weights="loftq")
    model = tuning.apply(load_model(ref, quantization=tuning.quantization("fp32")), 0)
    import bitsandbytes as bnb

    layers = 0
    for name, layer in model.get_base_model().named_modules():
        if hasattr(layer, "lora_A"):
            weight, state = layer.base_layer.weight.data, layer.base_layer.weight.quant_state
            rounded = bnb.functional.dequantize_4bit(weight, state).float()
            update = layer.scaling["default"] * layer.lora_B["default"].weight @ layer.lora_A["default"].weight
            lost = whole.get_parameter(f"{name}.weight") - rounded
            assert (lost - update).norm() < 0.97 * lost.norm()
            layers += 1
    assert layers == 35
    with_start = (logits(model) - logits(whole)).norm()
    with model.disable_adapter():
        without = (logits(model) - logits(whole)).norm()
    assert with_start < without


def test_eva_looks_where_the_rows_vary_most(tiny_model, tmp_path):
    tuning = wb.LoRA(r=2, init_lora_weights="eva")
    training = wb.Training(max_steps=1, dtype="fp32", learning_rate=1e-8, warmup=0)
    recipe = wb.Recipe(str(tiny_model), wb.load_dataset(ROWS, split={}), wb.SFT(), tuning, training)
    model, tokenizer = train(recipe, tmp_path, steps=1)
    base = load_model(resolve_model(str(tiny_model)))
    torch.testing.assert_close(logits(model), logits(base), atol=1e-5, rtol=1e-4)
    assert json.loads((tmp_path / "adapter_config.json").read_text())["init_lora_weights"] is True

    seen = []
    layer = base.model.layers[0].self_attn.q_proj
    layer.register_forward_hook(lambda module, given, out: seen.append(given[0][0]))
    with torch.no_grad():
        for row in ROWS:
            text = f"### Message\n{row['prompt']}\n\n### Answer\n{row['completion']}"
            base(input_ids=torch.tensor([tokenizer(text)["input_ids"]]))
    inputs = torch.cat(seen)
    inputs = inputs - inputs.mean(0)
    down = model.base_model.model.model.layers[0].self_attn.q_proj.lora_A["default"].weight.detach()
    torch.testing.assert_close(down @ down.T, torch.eye(2), atol=1e-4, rtol=0)
    caught = (inputs @ down.T).square().sum() / inputs.square().sum()
    drawn, _ = torch.linalg.qr(torch.randn(inputs.shape[1], 2, generator=torch.Generator().manual_seed(0)))
    assert caught > 2 * (inputs @ drawn).square().sum() / inputs.square().sum()


@pytest.mark.parametrize("start", ["gaussian", "orthogonal"])
def test_other_draws_start_at_the_base_model(tiny_model, start):
    base = load_model(resolve_model(str(tiny_model)))
    begun = wb.LoRA(r=2, init_lora_weights=start).apply(load_model(resolve_model(str(tiny_model))), 0)
    torch.testing.assert_close(logits(begun), logits(base), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("tuning", "words"),
    [
        (lambda: wb.LoRA(init_lora_weights="pissa", use_dora=True), "use_dora"),
        (lambda: wb.LoRA(r=3, init_lora_weights="orthogonal"), "even r"),
        (lambda: wb.LoRA(init_lora_weights="loftq"), "loftq"),
        (lambda: wb.QLoRA(init_lora_weights="loftq", use_dora=True), "use_dora"),
    ],
)
def test_starts_that_cannot_be_are_refused(tuning, words):
    with pytest.raises(RecipeError, match=words):
        wb.Recipe("tiny-support", "support-desk/tickets", tuning=tuning())


def test_loftq_wants_the_whole_weights_in_files(tmp_path):
    with pytest.raises(RecipeError, match="merged only in memory"):
        wb.Recipe(f"run:{tmp_path}", "support-desk/tickets", tuning=wb.QLoRA(init_lora_weights="loftq"))
