"""PPO at work: on a bandit with a known optimum, held to its start, with every way of tuning, and with bad rewards."""

from __future__ import annotations

import contextlib
import math

import pytest
import torch

import workbench as wb
from tests.objectives.test_preferences import TUNINGS, built, recipe_of, sft_run
from tests.tuning.test_tuning import digest, loaded
from workbench.errors import RecipeError, RewardError
from workbench.objectives.ppo import losses
from workbench.objectives.ppo._training import reference_of
from workbench.objectives.ppo.rollouts import Rollouts, draw, padded, read

PROMPTS = [{"prompt": f"What is {a}{', please' * (a % 3)}?"} for a in range(16)]


def long_ones(prompts, completions, **columns):
    return [min(len(reply), 20) / 20 for reply in completions]


def ppo(**settings):
    return wb.PPO(**{"reward": long_ones, "max_new_tokens": 6, **settings})


def drawn(trainer, rows=6):
    """Rollouts of a trainer for its first prompts."""
    torch.manual_seed(0)
    return trainer._draw([trainer.train_dataset[at] for at in range(rows)])


# The readings


@pytest.mark.parametrize("tuning", TUNINGS.values(), ids=list(TUNINGS))
def test_a_batch_reads_as_its_rows_do_alone_and_as_it_was_drawn(tuning, tiny_model, tmp_path):
    """Log-probabilities of a batch of unequal prompts equal those of each row alone, computed by the plainest way."""
    trainer, _ = built(recipe_of(tiny_model, ppo(), tuning, PROMPTS), tmp_path)
    rollouts = drawn(trainer)
    logps, _, values, _ = trainer._readings(rollouts)
    near = 5e-2 if tuning.name == "qlora" else 1e-4
    for row in range(len(logps)):
        count, start = int(rollouts.reply_mask[row].sum()), int(rollouts.starts[row])
        whole = rollouts.ids[row : row + 1, : start + count]
        with torch.no_grad():
            logits = trainer.model(input_ids=whole).logits[0, -len(whole[0]) :]
        alone = logits.log_softmax(-1)[start - 1 : start - 1 + count].gather(1, rollouts.replies[row, :count, None])
        assert logps[row, :count].tolist() == pytest.approx(alone.squeeze(1).tolist(), abs=near)
        assert not logps[row, count:].any()
        assert not values[row].any(), "the value head begins at zero"


@pytest.mark.parametrize("tuning", TUNINGS.values(), ids=list(TUNINGS))
def test_the_first_ratio_is_one_and_the_divergence_of_the_start_is_none(tuning, tiny_model, tmp_path):
    trainer, _ = built(recipe_of(tiny_model, ppo(), tuning, PROMPTS), tmp_path)
    rollouts = drawn(trainer)
    logps, reference, _, _ = trainer._readings(rollouts)
    again = trainer._readings(rollouts.rows(torch.arange(len(logps))))[0]
    assert torch.equal((again - logps).exp(), torch.ones_like(logps))
    if tuning.name not in ("prompt", "prefix"):  # their untrained vectors are a start of their own
        torch.testing.assert_close(reference, logps, atol=1e-5, rtol=0)
    start = loaded(tiny_model, tuning)
    for row in range(3):
        count, first = int(rollouts.reply_mask[row].sum()), int(rollouts.starts[row])
        with torch.no_grad():
            logits = start(input_ids=rollouts.ids[row : row + 1, : first + count]).logits[0].log_softmax(-1)
        alone = logits[first - 1 : first - 1 + count].gather(1, rollouts.replies[row, :count, None]).squeeze(1)
        near = 5e-2 if tuning.name == "qlora" else 1e-4
        assert reference[row, :count].tolist() == pytest.approx(alone.tolist(), abs=near), "the reference is the start"


def test_tokens_are_drawn_as_likely_as_the_readings_say(tiny_model, tmp_path):
    """A chi-squared test of first tokens against the policy's own probabilities, at a temperature of 0.7."""
    trainer, tokenizer = built(recipe_of(tiny_model, ppo(), TUNINGS["lora"], PROMPTS), tmp_path)
    torch.manual_seed(1)
    ids = trainer.train_dataset[0]["prompt_ids"]
    rollouts = draw(trainer.model, trainer.draw_with, [ids] * 3000, tokenizer, trainer.stops, 1, 0.7)
    counts = torch.bincount(rollouts.replies[:, 0], minlength=len(tokenizer)).double()
    with torch.no_grad():
        chances = (trainer.model(input_ids=torch.tensor([ids])).logits[0, -1] / 0.7).softmax(-1).double()[: len(counts)]
    expected = 3000 * chances
    often = expected >= 5
    statistic = float((((counts - expected) ** 2) / expected)[often].sum())
    degrees = int(often.sum()) - 1
    assert statistic < degrees + 5 * math.sqrt(2 * degrees)


def test_with_the_start_it_goes_on_from_as_the_reference(tiny_model, tmp_path):
    start, tuned = sft_run(tiny_model, TUNINGS["prefix"], tmp_path / "run")
    recipe = recipe_of(start, ppo(), TUNINGS["prefix"], PROMPTS, learning_rate=0.3, max_steps=3)
    trainer, _ = built(recipe, tmp_path / "work", tmp_path / "run" / "model")
    trainer.train()
    rollouts = drawn(trainer)
    logps, reference, _, _ = trainer._readings(rollouts)
    assert not torch.allclose(logps, reference, atol=1e-2), "the policy has moved"
    with torch.no_grad():
        first = int(rollouts.starts[0])
        logits = tuned(input_ids=rollouts.ids[:1, : first + 1]).logits[0, -2].log_softmax(-1)
    assert float(reference[0, 0]) == pytest.approx(float(logits[rollouts.replies[0, 0]]), abs=1e-4)
    assert {name for name, weights in trainer.model.named_parameters() if weights.requires_grad} == {
        name for name, weights in trainer.model.named_parameters() if ".ref" not in name and "default" in name
    }


# Where it comes to


def bandit(prompts, completions, **columns):
    """The best arm is the letter that begins the prompt's number in words; everything else earns nothing."""
    return [float(reply[:1] == "t") for reply in completions]


@pytest.mark.parametrize("weight", [0.0, 0.2, 1e6])
def test_on_a_bandit_it_comes_to_the_known_optimum(weight, tiny_model, tmp_path):
    """One token, reward 1 for ``t``. With a divergence of weight b the best policy is start * exp(r / b), normalised:
    all on the arm without it, and the start itself where the weight is beyond all measure."""
    objective = ppo(reward=bandit, max_new_tokens=1, kl_coef=weight, eos_penalty=0.0, minibatches=1)
    recipe = recipe_of(tiny_model, objective, TUNINGS["full"], PROMPTS[:1], max_steps=120, batch_size=1,
                       learning_rate=2e-3, lr_scheduler="linear")  # fmt: skip
    trainer, tokenizer = built(recipe, tmp_path)
    row = trainer.train_dataset[0]
    trainer.train_dataset, trainer.args.per_device_train_batch_size = [row] * 64, 64
    good = [token for token in range(len(tokenizer)) if tokenizer.decode([token]).startswith("t")]

    def chances(model):
        with torch.no_grad():
            return model(input_ids=torch.tensor([row["prompt_ids"]])).logits[0, -1].softmax(-1)

    start = chances(trainer.model)
    before = float(start[good].sum())
    trainer.train()
    after = chances(trainer.model)
    gain = math.exp(min(1 / weight, 100)) if weight else math.inf
    optimum = 1.0 if gain == math.inf else before * gain / (before * gain + 1 - before)
    assert before < 0.1
    assert float(after[good].sum()) == pytest.approx(optimum, abs=0.1)
    if weight == 1e6:
        assert float((after * (after / start).log()).sum()) < 0.02


@pytest.mark.parametrize("tuning", TUNINGS.values(), ids=list(TUNINGS))
def test_every_tuning_takes_steps_and_moves_what_it_should(tuning, tiny_model, tmp_path):
    recipe = recipe_of(tiny_model, ppo(minibatches=2), tuning, PROMPTS, max_steps=3)
    assert not [problem for problem in recipe.problems(tokens=True) if problem.severity == "error"]
    before = digest(loaded(tiny_model, tuning))
    trainer, _ = built(recipe, tmp_path)
    new = {name: value.detach().clone() for name, value in trainer.model.named_parameters()}
    trainer.train()
    moved = {name for name, value in trainer.model.named_parameters() if not value.equal(new[name])}
    assert moved == {name for name, value in trainer.model.named_parameters() if value.requires_grad}
    assert trainer.value_head.weight.any()
    logged = [row for row in trainer.state.log_history if "policy_loss" in row]
    assert len(logged) == 3
    names = ("loss", "policy_loss", "value_loss", "reward", "kl", "length", "entropy", "clip_fraction", "approx_kl")
    assert all(math.isfinite(row[name]) for row in logged for name in (*names, "explained_variance", "finished"))
    if tuning.adapter:
        assert digest(trainer.model) == before


# What goes wrong


def raises(prompts, completions):
    raise KeyError("order")


def nan(prompts, completions):
    return [float("nan")] * len(completions)


def short(prompts, completions):
    return [1.0] * (len(completions) - 1)


@pytest.mark.parametrize(
    ("reward", "words"), [(raises, "raised KeyError"), (nan, "no finite number"), (short, "0 numbers")]
)
def test_a_bad_reward_ends_it_with_weights_as_they_were(reward, words, tiny_model, tmp_path):
    trainer, _ = built(recipe_of(tiny_model, ppo(reward=reward), TUNINGS["lora"], PROMPTS), tmp_path)
    before = {name: value.detach().clone() for name, value in trainer.model.named_parameters()}
    with pytest.raises(RewardError, match=words):
        trainer.train()
    assert all(value.equal(before[name]) for name, value in trainer.model.named_parameters())


def test_a_run_whose_reward_fails_ends_with_the_reason_and_its_checkpoint(tiny_model):
    def later(prompts, completions, **columns):
        import os

        count = int(os.environ.get("SCORED", "0")) + 1
        os.environ["SCORED"] = str(count)
        return [0.5 if count < 4 else float("inf")] * len(completions)

    rows = wb.load_dataset(PROMPTS, split={})
    recipe = wb.Recipe(str(tiny_model), rows, ppo(reward=later), wb.LoRA(r=2),
                       wb.Training(max_steps=6, batch_size=4, save_steps=1, dtype="fp32"))  # fmt: skip
    run = wb.launch(recipe)
    assert run.wait(120) == "failed"
    assert "The reward later returned inf, which is no finite number, for the reply" in run.reason
    assert [event["step"] for event in run.events() if event["type"] == "checkpoint"] == [1, 2, 3]
    assert len([event for event in run.events() if event["type"] == "rollouts"]) == 3


def test_settings_that_do_not_fit_are_refused(tiny_model):
    with pytest.raises(RecipeError, match="more than the 2 replies"):
        recipe_of(tiny_model, ppo(minibatches=4), wb.LoRA(), PROMPTS, batch_size=2)
    with pytest.raises(RecipeError, match=r"PPO divides its batch into objective\.minibatches"):
        recipe_of(tiny_model, ppo(), wb.LoRA(), PROMPTS, gradient_accumulation_steps=2)
    with pytest.raises(RecipeError, match="has no effect on PPO"):
        recipe_of(tiny_model, ppo(), wb.LoRA(), PROMPTS, gradient_checkpointing=True)
    with pytest.raises(RecipeError, match=r"objective\.reward: is missing"):
        recipe_of(tiny_model, wb.PPO(), wb.LoRA(), PROMPTS)


def test_prompts_that_leave_no_room_for_a_reply_are_left_out_by_name(tiny_model):
    from workbench.data import Renderer
    from workbench.models.loading import load_tokenizer
    from workbench.models.resolve import resolve_model
    from workbench.objectives import gate, row_limit

    rows = [*PROMPTS, {"prompt": "why " * 400}, {"prompt": " "}]
    recipe = recipe_of(tiny_model, ppo(), wb.LoRA(), rows)
    report = gate(recipe, recipe.load_dataset(), Renderer(load_tokenizer(resolve_model(str(tiny_model)))),
                  row_limit(recipe, 512))  # fmt: skip
    assert report.dropped_rows == 2
    assert any(
        "rows 16, 17) are left out: their prompts are empty, or too long" in one.message for one in report.warnings
    )
    assert report.train.num_rows == 16


def test_the_reference_context_leaves_the_policy_as_it_was(tiny_model):
    model = wb.LoRA(r=2).apply(loaded(tiny_model, wb.LoRA()), 0)
    moving = {name for name, weights in model.named_parameters() if weights.requires_grad}
    with contextlib.suppress(RuntimeError), reference_of(model)() as start:
        assert start is model
        raise RuntimeError
    assert {name for name, weights in model.named_parameters() if weights.requires_grad} == moving
    ids, mask = padded([[1, 2, 3], [4]], 0)
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]
    replies = Rollouts(
        ids, mask, torch.tensor([1, 1]), ids[:, 1:], mask[:, 1:], torch.tensor([True, False]), ["a", "b"]
    )
    assert read(model, replies, model.get_output_embeddings()).logits.shape[:2] == (2, 2)
    assert float(losses.masked_mean(torch.tensor([[2.0, 9.0]]), torch.tensor([[1, 0]]))) == 2.0
