"""LoRA's settings: names it does not have, and layers the model does not have."""

from __future__ import annotations

import pytest

import workbench as wb


@pytest.mark.parametrize(
    ("make", "where", "near"),
    [
        (lambda: wb.Training(max_step=20), "training.max_step", "max_steps"),
        (lambda: wb.LoRA(lora_alfa=3), "tuning.lora_alfa", "lora_alpha"),
        (lambda: wb.SFT(completion_only=True), "objective.completion_only", "completion_only_loss"),
        (lambda: wb.Recipe(modle="x", dataset="y"), "modle", "model"),
    ],
)
def test_an_unknown_setting_is_refused_with_the_name_that_comes_near(make, where, near):
    with pytest.raises(wb.RecipeError) as caught:
        make()
    (problem,) = caught.value.problems
    assert problem.where == where
    assert f"did you mean '{near}'?" in problem.message


def test_layers_that_the_model_does_not_have_are_named(tiny_model):
    def problems(*names):
        recipe = wb.Recipe(
            model=str(tiny_model),
            dataset=[{"prompt": f"{i}?", "completion": "yes"} for i in range(30)],
            tuning=wb.LoRA(target_modules=names),
        )
        return [problem for problem in recipe.problems() if problem.where == "tuning.target_modules"]

    assert problems("q_proj", "self_attn.v_proj") == []
    (problem,) = problems("q_pro", "v_proj")
    assert "'q_pro'" in problem.message
    assert "did you mean 'q_proj'?" in problem.message
    assert "down_proj" in problem.remedy
