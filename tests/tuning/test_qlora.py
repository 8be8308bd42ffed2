"""QLoRA: gradients through four-bit weights stay right after an evaluation, and a run of it from start to answer."""

import copy

import pytest
import torch

import workbench as wb
from workbench.models.loading import load_model
from workbench.models.quantization import Quantization
from workbench.models.resolve import resolve_model
from workbench.models.shapes import shapes

IDS = torch.arange(5, 37).reshape(2, 16)


def whole(model):
    """A copy of a quantised model whose linear layers hold the same weights in full."""
    import bitsandbytes as bnb

    made = copy.deepcopy(model)
    for name, layer in list(made.named_modules()):
        if isinstance(layer, bnb.nn.Linear4bit):
            plain = torch.nn.Linear(layer.in_features, layer.out_features, bias=False)
            plain.weight.data = bnb.functional.dequantize_4bit(layer.weight.data, layer.weight.quant_state).float()
            made.set_submodule(name, plain)
    made.is_quantized = made.is_loaded_in_4bit = False
    del made.config.quantization_config, made.hf_quantizer
    return made


def gradients(model):
    model.train()
    model.zero_grad()
    model(input_ids=IDS, labels=IDS).loss.backward()
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.requires_grad}


@pytest.fixture
def pair(tiny_model):
    """The same adapter, moved off its start, beside quantised weights and beside the same weights in full."""
    base = load_model(resolve_model(str(tiny_model)), quantization=wb.QLoRA().quantization("fp32"))
    models = []
    for model, tuning in ((whole(base), wb.LoRA(r=4)), (base, wb.QLoRA(r=4))):
        model = tuning.apply(model, 0)
        torch.manual_seed(1)
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                torch.nn.init.normal_(parameter, std=0.05)
        models.append(model)
    return models


def test_gradients_equal_those_over_the_dequantised_weights_before_and_after_an_evaluation(pair):
    full, quantised = pair
    wanted = gradients(full)
    for _ in range(2):
        got = gradients(quantised)
        assert got.keys() == wanted.keys()
        for name, gradient in got.items():
            torch.testing.assert_close(gradient, wanted[name], rtol=1e-4, atol=1e-6)
            assert gradient.abs().sum() > 0
        quantised.eval()
        with torch.no_grad():
            quantised(input_ids=IDS)


def test_weights_take_the_bytes_that_are_said(tiny_model):
    import bitsandbytes as bnb

    for double in (True, False):
        model = load_model(resolve_model("tiny-support"), quantization=Quantization("nf4", double))
        layers = [layer for layer in model.modules() if isinstance(layer, bnb.nn.Linear4bit)]
        weights = sum(layer.in_features * layer.out_features for layer in layers)
        states = [layer.weight.quant_state for layer in layers]
        held = sum(layer.weight.numel() for layer in layers)
        held += sum(state.absmax.numel() * state.absmax.element_size() for state in states)
        held += sum(state.state2.absmax.numel() * 4 for state in states if double)
        assert held / weights == pytest.approx(Quantization("nf4", double).bytes_per_weight, rel=0.02)
        assert weights == sum(a * b for a, b in shapes(resolve_model("tiny-support")).linear.values())


def test_a_run_answers_as_its_weights_say_and_the_base_stays_whole(tiny_model, arithmetic):
    ds = wb.load_dataset(arithmetic, split={"validation": 0.2})
    training = wb.Training(max_steps=6, eval_steps=2, logging_steps=1, learning_rate=1e-2, dtype="fp32")
    recipes = {
        tuning.name: wb.Recipe(str(tiny_model), ds, tuning=tuning, training=training)
        for tuning in (wb.QLoRA(r=4), wb.LoRA(r=4))
    }
    runs = {name: wb.launch(recipe) for name, recipe in recipes.items()}
    for run in runs.values():
        assert run.wait(120) == "completed", run.reason
    kept = Quantization.of(runs["qlora"].path / "model")
    assert kept == Quantization("nf4", True, "fp32")
    assert Quantization.of(runs["lora"].path / "model") is None
    losses = runs["qlora"].metrics()["loss"].dropna().tolist()
    assert losses[-1] < losses[0]

    prompts = [row["prompt"] for row in ds.rows("validation")][:3]
    systems = (str(tiny_model), runs["qlora"], runs["lora"])
    first = [wb.generate(system, prompts, max_new_tokens=6) for system in systems]
    again = [wb.generate(system, prompts, max_new_tokens=6) for system in reversed(systems)]
    assert first == again[::-1]
    base = load_model(resolve_model(str(tiny_model)), quantization=kept)
    model = wb.QLoRA().load(base, runs["qlora"].path / "model").eval()
    from workbench.data import Renderer
    from workbench.models.loading import load_tokenizer

    tokenizer = load_tokenizer(resolve_model(str(tiny_model)))
    renderer = Renderer(tokenizer)
    for prompt, answer in zip(prompts, first[1], strict=True):
        ids = renderer.ids([renderer.prompt_text(prompt)])[0]
        out = model.generate(input_ids=torch.tensor([ids]), max_new_tokens=6, do_sample=False,
                             eos_token_id=renderer.stop_ids)[0, len(ids):].tolist()  # fmt: skip
        text = tokenizer.decode([token for token in out if token not in renderer.stop_ids])
        assert text == answer

    follow = wb.Recipe(runs["qlora"], ds, tuning=wb.LoRA(r=2), training=training)
    assert any("was tuned with QLoRA" in str(problem) for problem in follow.problems())
