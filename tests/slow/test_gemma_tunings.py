"""Every way of tuning at its defaults on a real pretrained model: a few steps lower the loss on rows held out.

Needs the extra `gemma`, as `test_gemma.py` does.
"""

from __future__ import annotations

import pytest

import workbench as wb
from tests.slow.test_gemma import FILE, MODEL, _extra  # noqa: F401  (the fixture refuses or skips without the extra)
from workbench.models.loading import load_tokenizer
from workbench.models.resolve import resolve_model

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

TUNINGS = {
    "full": wb.Full(),
    "lora": wb.LoRA(),
    "pissa": wb.LoRA(init_lora_weights="pissa"),
    "qlora": wb.QLoRA(),
    "prompt": wb.PromptTuning(),
    "prefix": wb.PrefixTuning(),
    "adapter": wb.Adapter(),
    "ia3": wb.IA3(),
}


@pytest.mark.parametrize("name", TUNINGS)
def test_a_few_steps_at_the_defaults_lower_the_loss_on_rows_held_out(name) -> None:
    load_tokenizer(resolve_model(MODEL))  # converts the model unless that was done before
    ds = wb.load_dataset(FILE, split={"validation": 0.2})
    training = wb.Training(max_steps=6, batch_size=4, max_length=48, eval_steps=3, max_eval_rows=8, num_probes=0)
    recipe = wb.Recipe(model=MODEL, dataset=ds, tuning=TUNINGS[name], training=training, seed=0)
    assert [problem for problem in recipe.problems() if problem.severity == "error"] == []
    run = wb.launch(recipe)
    assert run.wait(timeout=900) == "completed", run.reason
    losses = run.metrics()
    evaluated = losses["eval_loss"].dropna()
    print(f"{name}: {evaluated.tolist()}, first training loss {losses['loss'].iloc[0]:.3f}")
    assert evaluated.iloc[-1] < evaluated.iloc[0]
