"""Each way of tuning: what moves, what stays, and that it answers what its own logits say."""

from __future__ import annotations

import dataclasses
import hashlib
import re

import pytest

import workbench as wb
from workbench.data import Renderer
from workbench.models.loading import load_model, load_tokenizer
from workbench.models.resolve import resolve_model
from workbench.models.shapes import shapes
from workbench.objectives import Facts, gate, machine, resolve, sft_arguments
from workbench.tuning import tunings

TUNINGS = {
    "prompt": wb.PromptTuning(num_virtual_tokens=4),
    "prompt, random": wb.PromptTuning(num_virtual_tokens=3, prompt_tuning_init="random"),
    "prompt, text": wb.PromptTuning(
        num_virtual_tokens=5, prompt_tuning_init="text", prompt_tuning_init_text="What is it?"
    ),
    "prefix": wb.PrefixTuning(num_virtual_tokens=4),
    "prefix, projected": wb.PrefixTuning(num_virtual_tokens=4, prefix_projection=True),
    "adapter": wb.Adapter(reduction_factor=4),
    "adapter, pfeiffer": wb.Adapter(placement="pfeiffer", reduction_factor=2.5, activation="silu"),
    "ia3": wb.IA3(),
    "lora": wb.LoRA(r=4),
    "dora": wb.LoRA(r=2, use_dora=True),
    "rslora, one layer": wb.LoRA(r=2, target_modules="q_proj", use_rslora=True),
    "qlora": wb.QLoRA(r=4),
    "qlora, fp4": wb.QLoRA(r=2, quant_type="fp4", double_quant=False, use_dora=True),
    "lora, orthogonal": wb.LoRA(r=4, init_lora_weights="orthogonal"),
    "qlora, loftq": wb.QLoRA(r=2, init_lora_weights="loftq"),
    "full": wb.Full(),
}


def loaded(base, tuning):
    return load_model(resolve_model(str(base)), quantization=tuning.quantization("fp32"))


def digest(model):
    """One hash for each parameter of the base model."""
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    return {
        name.replace(".base_layer", ""): hashlib.sha256(p.detach().numpy().tobytes()).digest()
        for name, p in base.named_parameters()
        if not re.search("lora_|bottleneck_|ia3_", name)
    }


def train(recipe, folder, steps=6):
    ref = resolve_model(recipe.model_name)
    sizes, tokenizer = shapes(ref), load_tokenizer(ref)
    report = gate(recipe, recipe.load_dataset(), Renderer(tokenizer))
    facts = Facts(sizes, machine(), report.train.num_rows, report.eval_rows, recipe.tuning.trainable_parameters(sizes))
    chosen = resolve(recipe, facts)
    model = recipe.tuning.apply(loaded(recipe.model_name, recipe.tuning), recipe.seed)
    arguments = {**sft_arguments(chosen, recipe.seed), "output_dir": str(folder), "report_to": "none",
                 "save_strategy": "no", "disable_tqdm": True}  # fmt: skip
    trainer = recipe.objective.build_trainer(recipe, model, tokenizer, report.train, None, arguments)
    trainer.train()
    recipe.tuning.save(model, folder)
    return model.eval(), tokenizer


@pytest.fixture(scope="module", params=TUNINGS.values(), ids=list(TUNINGS))
def trained(request, tmp_path_factory):
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).parent.parent))
    from conftest import make_model, make_tokenizer

    base = make_model(tmp_path_factory.mktemp("base"), make_tokenizer())
    folder = tmp_path_factory.mktemp("trained")
    rows = [{"prompt": f"What is {a}?", "completion": f"It is {a}."} for a in range(40)]
    training = wb.Training(max_steps=6, dtype="fp32", learning_rate=1e-2)
    recipe = wb.Recipe(str(base), wb.load_dataset(rows, split={}), wb.SFT(), request.param, training)
    model, tokenizer = train(recipe, folder)
    return base, folder, recipe, model, tokenizer


def test_what_moves_and_what_stays(trained):
    base, _, recipe, model, _ = trained
    before = digest(loaded(base, recipe.tuning))
    after = digest(model)
    assert before.keys() == after.keys()
    if recipe.tuning.adapter:
        assert before == after
        new = dict(recipe.tuning.apply(loaded(base, recipe.tuning), recipe.seed).named_parameters())
        moved = [name for name, p in model.named_parameters() if name in new and not p.equal(new[name])]
        assert moved == [name for name, p in model.named_parameters() if p.requires_grad]
    else:
        assert not set(before.values()) & set(after.values())


def test_the_count_of_what_moves(trained):
    base, _, recipe, model, _ = trained
    counted = sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert recipe.tuning.trainable_parameters(shapes(resolve_model(str(base)))) == counted


def test_what_is_saved_is_safetensors_and_loads_the_same(trained):
    import torch

    base, folder, recipe, model, tokenizer = trained
    assert list(folder.glob("*.safetensors"))
    assert not list(folder.glob("*.bin"))
    again = recipe.tuning.load(loaded(base, recipe.tuning), folder)
    ids = torch.tensor([tokenizer("### Message\nWhat is 3?")["input_ids"]])
    with torch.no_grad():
        assert torch.equal(again(ids).logits, model(ids).logits)


def test_it_generates_what_its_logits_say_batched_and_padded(trained):
    import torch

    _, _, recipe, model, tokenizer = trained
    prompts = Renderer(tokenizer).ids(
        [Renderer(tokenizer).prompt_text(text) for text in ("What is 3?", "Where?", "x" * 30)]
    )
    width = max(map(len, prompts))
    ids = torch.tensor([[tokenizer.pad_token_id] * (width - len(p)) + p for p in prompts])
    mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts])
    out = recipe.tuning.generate(model, ids, mask, max_new_tokens=8, do_sample=False, eos_token_id=-1)
    for prompt, answer in zip(prompts, out[:, width:].tolist(), strict=True):
        with torch.no_grad():
            logits = model(torch.tensor([prompt + answer])).logits[0, -len(prompt + answer) :]  # virtual tokens lead
        assert logits[len(prompt) - 1 : -1].argmax(-1).tolist() == answer


def test_its_answers_can_be_held_to_a_schema(trained):
    import json

    from workbench.runs.constraint import Constraint
    from workbench.runs.decoding import Decoding, answer_rows

    _, _, recipe, model, tokenizer = trained
    renderer, said = Renderer(tokenizer), ["yes", "no", "it is"]
    prompts = renderer.ids([renderer.prompt_text(text) for text in ("What is 3?", "Where?", "x" * 30)])
    constraint = Constraint({"type": "array", "items": {"enum": said}, "maxItems": 3}, tokenizer, renderer.stop_ids)

    def answers(rows):
        return answer_rows(lambda **settings: recipe.tuning.generate(model, **settings), tokenizer, rows,
                           Decoding(max_new_tokens=250), stop_ids=renderer.stop_ids, positions=None,
                           constraint=constraint)  # fmt: skip

    together = answers(prompts)
    assert all(set(json.loads(answer.text)) <= set(said) and answer.stop == "eos" for answer in together)
    assert [answer.text for answer in together] == [answers([row])[0].text for row in prompts]


def test_the_seed_draws_the_new_weights(tiny_model):
    def drawn(seed):
        model = wb.LoRA(r=2).apply(load_model(resolve_model(str(tiny_model))), seed)
        return next(p.detach().clone() for name, p in model.named_parameters() if "lora_A" in name)

    assert (drawn(0) == drawn(0)).all()
    assert (drawn(0) != drawn(1)).any()


@pytest.mark.parametrize("kind", [wb.LoRA, wb.Full])
def test_learning_rates_fall_with_size_and_say_where_they_are_unchecked(kind):
    sizes = [10_000, 2_400_000, 100_000_000, 1_000_000_000, 7_000_000_000, 70_000_000_000]
    rates = [kind().auto_learning_rate(size) for size in sizes]
    values = [rate.value for rate in rates]
    assert values == sorted(values, reverse=True)
    assert rates[1].checked
    assert not any(rate.checked for rate in (rates[0], *rates[2:]))
    assert all("unchecked" in rate.reason for rate in (rates[2], rates[3], rates[5]))


def test_known_learning_rates():
    assert wb.LoRA().auto_learning_rate(2_400_000).value == 3e-3
    assert wb.LoRA().auto_learning_rate(7_000_000_000).value == 2e-4
    assert 2e-4 < wb.LoRA().auto_learning_rate(1_000_000_000).value < 1e-3
    assert wb.Full().auto_learning_rate(7_000_000_000).value == 2e-5


def test_every_way_of_tuning_is_documented():
    assert {"full", "lora"} <= set(tunings())
    for name, kind in tunings().items():
        assert kind.name == name
        assert all(getattr(kind, text).endswith(".") for text in ("use_when", "not_when"))
        assert all(field.metadata["help"].endswith(".") for field in dataclasses.fields(kind))


def test_target_modules():
    assert wb.LoRA(target_modules=["q_proj"]).target_modules == ("q_proj",)
    with pytest.raises(wb.RecipeError, match="names no layer"):
        wb.Recipe("x", "y", tuning=wb.LoRA(target_modules=()))
