"""Each way of tuning that PEFT has is PEFT's own: with the same seed the same new weights and the same outputs."""

import peft
import pytest
import torch
from transformers import set_seed

import workbench as wb
from workbench.models.loading import load_model
from workbench.models.resolve import resolve_model

IDS = torch.arange(5, 37).reshape(2, 16)
TASK = {"task_type": "CAUSAL_LM"}
PAIRS = {
    "lora": (
        wb.LoRA(r=4, lora_alpha=8),
        lambda: peft.LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", **TASK),
    ),
    "dora": (
        wb.LoRA(r=2, use_dora=True, target_modules=("q_proj", "v_proj")),
        lambda: peft.LoraConfig(r=2, lora_alpha=16, use_dora=True, target_modules=["q_proj", "v_proj"], **TASK),
    ),
    "ia3": (
        wb.IA3(),
        lambda: peft.IA3Config(
            target_modules=["k_proj", "v_proj", "down_proj"], feedforward_modules=["down_proj"], **TASK
        ),
    ),
    "prompt": (
        wb.PromptTuning(num_virtual_tokens=4, prompt_tuning_init="random"),
        lambda: peft.PromptTuningConfig(num_virtual_tokens=4, prompt_tuning_init="RANDOM", **TASK),
    ),
    "prefix": (
        wb.PrefixTuning(num_virtual_tokens=4),
        lambda: peft.PrefixTuningConfig(num_virtual_tokens=4, **TASK),
    ),
    "prefix, projected": (
        wb.PrefixTuning(num_virtual_tokens=4, prefix_projection=True),
        lambda: peft.PrefixTuningConfig(num_virtual_tokens=4, prefix_projection=True, encoder_hidden_size=32, **TASK),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_new_weights_and_outputs_are_those_of_peft(name, tiny_model):
    tuning, config = PAIRS[name]
    ref = resolve_model(str(tiny_model))
    ours = tuning.apply(load_model(ref), seed=5).eval()
    base = load_model(ref)
    assert base.config.hidden_size == 32
    set_seed(5)
    theirs = peft.get_peft_model(base, config()).eval()
    new, wanted = (dict(model.named_parameters()) for model in (ours, theirs))
    assert new.keys() == wanted.keys()
    assert [key for key in new if new[key].requires_grad] == [key for key in wanted if wanted[key].requires_grad]
    for key, value in new.items():
        assert value.equal(wanted[key]), key
    set_seed(1)
    with torch.no_grad():
        moved = {key: torch.randn_like(value) * 0.1 for key, value in new.items() if value.requires_grad}
        for model in (new, wanted):
            for key, change in moved.items():
                model[key].add_(change)
        assert torch.equal(ours(input_ids=IDS).logits, theirs(input_ids=IDS).logits)
        assert not torch.allclose(ours(input_ids=IDS).logits[:, -16:], load_model(ref)(input_ids=IDS).logits)
