"""`make gpu-smoke`: every way of tuning on a CUDA device, from launch to answer, beside the same weights on the CPU."""

from __future__ import annotations

import pytest

import workbench as wb
from workbench.data import Renderer
from workbench.models.loading import load_model, load_tokenizer
from workbench.models.resolve import resolve_model

pytestmark = pytest.mark.gpu

TUNINGS = {
    "full": wb.Full(),
    "lora": wb.LoRA(),
    "dora": wb.LoRA(use_dora=True),
    "qlora": wb.QLoRA(),
    "qlora, fp4": wb.QLoRA(quant_type="fp4", double_quant=False),
    "prompt": wb.PromptTuning(),
    "prefix": wb.PrefixTuning(),
    "prefix, projected": wb.PrefixTuning(prefix_projection=True),
    "adapter": wb.Adapter(),
    "ia3": wb.IA3(),
}
PROMPTS = ["What is 3?", "Where is my parcel? It was to come last week and nobody answers. " * 4, "x"]


@pytest.fixture(autouse=True)
def _needs_cuda():
    import torch

    if not torch.cuda.is_available():
        pytest.skip(f"no CUDA device that torch {torch.__version__} can use")


@pytest.fixture(scope="module", params=TUNINGS.values(), ids=list(TUNINGS))
def run(request, tmp_path_factory):
    training = wb.Training(max_steps=40, eval_steps=20, logging_steps=1, num_probes=0)
    recipe = wb.Recipe("tiny-support", "support-desk/tickets", tuning=request.param, training=training)
    found = wb.launch(recipe, home=tmp_path_factory.mktemp("home"))
    assert found.wait(300) == "completed", f"{found.reason}\n{(found.path / 'trainer.log').read_text()[-2000:]}"
    return found


def test_it_trains_on_the_card_and_the_loss_falls(run):
    started = next(event for event in run.events() if event["type"] == "started")
    assert started["device"].startswith("cuda")
    assert started["memory_kind"] == "most CUDA memory allocated"
    losses = run.metrics()
    evaluated = losses.eval_loss.dropna()
    assert evaluated.iloc[-1] < losses.loss.dropna().iloc[0]


def test_it_answers_otherwise_than_its_base(run):
    answers = wb.generate(run, PROMPTS, max_new_tokens=24)
    assert answers != wb.generate("tiny-support", PROMPTS, max_new_tokens=24)
    assert_likeliest(run, answers)


def assert_likeliest(run, answers):
    """Each token is the likeliest, or nearly, by the weights in fp32 on the CPU: bf16 cannot tell close ones apart."""
    import torch

    tuning, ref = run.recipe.tuning, resolve_model("tiny-support")
    base = load_model(ref, "fp32", quantization=tuning.quantization("fp32"))
    model = (
        tuning.load(base, run.path / "model").eval() if tuning.adapter else load_model(resolve_model(f"run:{run.path}"))
    )
    tokenizer = load_tokenizer(ref)
    renderer = Renderer(tokenizer)
    for prompt, answer in zip(PROMPTS, answers, strict=True):
        before = renderer.ids([renderer.prompt_text(prompt)])[0]
        tokens = tokenizer(answer, add_special_tokens=False)["input_ids"]
        ids = before + tokens
        with torch.no_grad():
            logits = model.eval()(torch.tensor([ids])).logits[0, -len(ids) :].log_softmax(-1)
        for place, token in enumerate(tokens, len(before) - 1):
            assert logits[place].max() - logits[place, token] < 0.5, (prompt, place, answer)


def test_qlora_takes_the_paged_optimizer_on_a_card(run):
    if not isinstance(run.recipe.tuning, wb.QLoRA):
        return
    arguments = next(event for event in run.events() if event["type"] == "resolved")
    assert arguments["settings"]["optimizer"] == "paged_adamw_32bit"
