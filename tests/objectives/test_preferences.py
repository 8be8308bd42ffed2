"""Reward models and DPO: the losses, what moves, what is the reference, and the runs they start from."""

from __future__ import annotations

import json
import math
import re

import pytest

import workbench as wb
from tests.tuning.test_tuning import digest, loaded
from workbench.data import Renderer
from workbench.errors import DatasetError, RecipeError, RewardError
from workbench.models.loading import load_model, load_tokenizer
from workbench.models.resolve import resolve_model
from workbench.models.reward import with_reward_head
from workbench.models.shapes import shapes
from workbench.objectives import Facts, gate, machine, resolve, sft_arguments

PAIRS = [
    {"prompt": f"What is {a}?", "chosen": f"It is {a}, and so it will be.", "rejected": f"No {a}."} for a in range(24)
]
#: All but variants of the same: each is trained with each objective on pairs.
TUNINGS = {
    "full": wb.Full(), "lora": wb.LoRA(r=2), "qlora": wb.QLoRA(r=2), "prompt": wb.PromptTuning(num_virtual_tokens=4),
    "prefix": wb.PrefixTuning(num_virtual_tokens=4), "adapter": wb.Adapter(reduction_factor=4), "ia3": wb.IA3(),
}  # fmt: skip
RATES = {"prompt": 1.0, "prefix": 0.5, "ia3": 0.3, "adapter": 3e-3}


def recipe_of(model, objective, tuning, rows=PAIRS, **training):
    rate = RATES.get(tuning.name, 1e-2)
    given = {"max_steps": 4, "batch_size": 8, "dtype": "fp32", "learning_rate": rate, "warmup": 0, **training}
    return wb.Recipe(str(model), wb.load_dataset(rows, split={}), objective, tuning, wb.Training(**given))


def built(recipe, folder, earlier=None, held_out=False):
    """The trainer of a recipe, in this process, as the trainer of a run makes it."""
    ref = resolve_model(recipe.model_name).below
    sizes, tokenizer = shapes(ref), load_tokenizer(ref)
    report = gate(recipe, recipe.load_dataset(), Renderer(tokenizer))
    assert not report.errors
    chosen = resolve(recipe, Facts.of(recipe, sizes, machine(), report))
    Renderer(tokenizer, recipe.template).install()
    start = load_model(ref, quantization=recipe.tuning.quantization("fp32"))
    model = recipe.tuning.apply(recipe.objective.prepare_model(start, recipe.seed), recipe.seed)
    if earlier is not None:
        recipe.tuning.go_on(model, earlier, keep_reference=recipe.objective.compares)
    arguments = {**sft_arguments(chosen, recipe.seed), "output_dir": str(folder), "report_to": "none",
                 "save_strategy": "no", "disable_tqdm": True}  # fmt: skip
    rows = report.train if held_out else None
    return recipe.objective.build_trainer(recipe, model, tokenizer, report.train, rows, arguments), tokenizer


def log_likelihood(model, prompt, answer):
    """The summed log-probability of an answer, by the plainest way; virtual tokens in front are left out."""
    import torch

    with torch.no_grad():
        logits = model(input_ids=torch.tensor([prompt + answer])).logits[0]
    logits = logits[-len(prompt + answer) :].log_softmax(-1)
    return sum(float(logits[len(prompt) - 1 + at, token]) for at, token in enumerate(answer))


@pytest.mark.parametrize("tuning", TUNINGS.values(), ids=list(TUNINGS))
@pytest.mark.parametrize("objective", [wb.DPO(), wb.Reward()], ids=["dpo", "reward"])
def test_every_tuning_learns_and_moves_what_it_should(objective, tuning, tiny_model, tmp_path):
    recipe = recipe_of(tiny_model, objective, tuning, max_steps=8)
    assert not [problem for problem in recipe.problems(tokens=True) if problem.severity == "error"]
    before = digest(loaded(tiny_model, tuning))
    trainer, _ = built(recipe, tmp_path)
    new = {name: value.detach().clone() for name, value in trainer.model.named_parameters()}
    trainable = {name for name, value in trainer.model.named_parameters() if value.requires_grad}
    assert sum(new[name].numel() for name in trainable) == tuning.trainable_parameters(
        shapes(resolve_model(str(tiny_model)))
    ) + objective.new_parameters(shapes(resolve_model(str(tiny_model))))
    trainer.train()
    moved = {name for name, value in trainer.model.named_parameters() if not value.equal(new[name])}
    assert moved == trainable
    losses = [row["loss"] for row in trainer.state.log_history if "loss" in row]
    assert all(math.isfinite(loss) for loss in losses)
    assert losses[-1] < losses[0]
    if tuning.adapter:
        after = {name.replace(".modules_to_save.default", ""): value for name, value in digest(trainer.model).items()}
        assert all(after[name] == value for name, value in before.items() if name in after)


@pytest.mark.parametrize("name", ["lora", "prompt", "prefix", "full"])
def test_the_reference_is_the_start_and_the_loss_is_that_of_the_paper(name, tiny_model, tmp_path):
    """Rafailov et al. 2023, equation 7, in ten lines, on one batch; before training and after four steps."""
    import torch

    tuning, beta = TUNINGS[name], 0.3
    start = load_model(resolve_model(str(tiny_model)))
    trainer, _ = built(recipe_of(tiny_model, wb.DPO(beta=beta), tuning, batch_size=4), tmp_path)
    rows = [trainer.train_dataset[at] for at in range(4)]

    def expected():
        losses = []
        for row in rows:
            gained = {
                side: log_likelihood(trainer.model, row["prompt_ids"], row[f"{side}_ids"])
                - log_likelihood(start, row["prompt_ids"], row[f"{side}_ids"])
                for side in ("chosen", "rejected")
            }
            losses.append(-math.log(1 / (1 + math.exp(-beta * (gained["chosen"] - gained["rejected"])))))
        return sum(losses) / len(losses)

    def found():
        batch = trainer._prepare_inputs(trainer.data_collator(rows))
        with torch.no_grad():
            return float(trainer.compute_loss(trainer.model.eval(), batch))

    assert found() == pytest.approx(expected(), abs=1e-6)
    trainer.train()
    assert found() == pytest.approx(expected(), abs=1e-6)
    assert found() < math.log(2)


def test_a_run_within_one_pass_computes_the_reference_of_the_rows_it_sees(tiny_model, tmp_path, monkeypatch):
    """And learns what the run learns that computes all of it beforehand."""
    from workbench.objectives import _pair_training

    trainer, _ = built(recipe_of(tiny_model, wb.DPO(), TUNINGS["lora"], max_steps=2, batch_size=4), tmp_path / "a")
    computed, plain = [], type(trainer).compute_ref_log_probs
    monkeypatch.setattr(trainer, "compute_ref_log_probs", lambda model, batch: [
        computed.append(len(batch["input_ids"]) // 2), plain(trainer, model, batch)
    ][1])  # fmt: skip
    assert "ref_chosen_logps" not in trainer.train_dataset.column_names
    trainer.train()
    assert computed == [4, 4]
    longer, _ = built(recipe_of(tiny_model, wb.DPO(), TUNINGS["lora"], max_steps=7, batch_size=4), tmp_path / "b")
    assert "ref_chosen_logps" in longer.train_dataset.column_names
    monkeypatch.setattr(_pair_training.EncodedDPOTrainer, "_within_one_pass", lambda *_: False)
    beforehand, _ = built(recipe_of(tiny_model, wb.DPO(), TUNINGS["lora"], max_steps=2, batch_size=4), tmp_path / "c")
    beforehand.train()
    one, other = ([row["loss"] for row in each.state.log_history if "loss" in row] for each in (trainer, beforehand))
    assert one == pytest.approx(other, abs=1e-6)


def margins(trainer):
    """By how much more the policy of a trainer has gained on the chosen answers than on the rejected ones."""
    import torch

    rows = [trainer.train_dataset[at] for at in range(4)]
    batch = trainer._prepare_inputs(trainer.data_collator(rows))
    trainer.model.eval()
    with torch.no_grad():
        own = trainer.compute_ref_log_probs(trainer.model, batch)
    return [float(value) for value in own[0] - own[1]]


@pytest.mark.parametrize(
    ("settings", "loss"),
    [
        ({"loss_type": "sigmoid"}, lambda d, beta: math.log1p(math.exp(-beta * d))),
        ({"loss_type": "hinge"}, lambda d, beta: max(0.0, 1 - beta * d)),
        ({"loss_type": "robust", "label_smoothing": 0.1},
         lambda d, beta: (0.9 * math.log1p(math.exp(-beta * d)) - 0.1 * math.log1p(math.exp(beta * d))) / 0.8),
    ],
)  # fmt: skip
def test_the_other_losses_by_their_papers(settings, loss, tiny_model, tmp_path):
    import torch

    objective = wb.DPO(beta=0.2, **settings)
    trainer, _ = built(recipe_of(tiny_model, objective, wb.LoRA(r=2), batch_size=4), tmp_path)
    trainer.train()
    rows = [trainer.train_dataset[at] for at in range(4)]
    start = load_model(resolve_model(str(tiny_model)))
    gained = [
        sum(
            sign * (log_likelihood(trainer.model.eval(), row["prompt_ids"], row[f"{side}_ids"])
                    - log_likelihood(start, row["prompt_ids"], row[f"{side}_ids"]))
            for side, sign in (("chosen", 1), ("rejected", -1))
        )
        for row in rows
    ]  # fmt: skip
    batch = trainer._prepare_inputs(trainer.data_collator(rows))
    with torch.no_grad():
        found = float(trainer.compute_loss(trainer.model, batch))
    assert found == pytest.approx(sum(loss(each, 0.2) for each in gained) / 4, abs=1e-6)


def test_the_sft_term_is_the_loss_of_the_chosen_answers(tiny_model, tmp_path):
    import torch

    rates = {}
    for weight in (0.0, 0.5):
        trainer, _ = built(recipe_of(tiny_model, wb.DPO(sft_weight=weight), wb.LoRA(r=2), batch_size=4), tmp_path)
        rows = [trainer.train_dataset[at] for at in range(4)]
        with torch.no_grad():
            batch = trainer._prepare_inputs(trainer.data_collator(rows))
            rates[weight] = float(trainer.compute_loss(trainer.model.eval(), batch))
    start = load_model(resolve_model(str(tiny_model)))
    tokens = sum(len(row["chosen_ids"]) for row in rows)
    nll = -sum(log_likelihood(start, row["prompt_ids"], row["chosen_ids"]) for row in rows) / tokens
    assert rates[0.5] - rates[0.0] == pytest.approx(0.5 * nll, rel=1e-4)


def test_a_reward_is_read_at_the_last_token_however_rows_are_padded(tiny_model):
    import torch

    tokenizer = load_tokenizer(resolve_model(str(tiny_model)))
    ids = [tokenizer(text)["input_ids"] for text in ("a", "a longer text", "the longest of the three texts")]
    ids[1].append(tokenizer.pad_token_id)  # a text may end in the padding token
    width = max(map(len, ids))
    for tuning in TUNINGS.values():
        start = load_model(resolve_model(str(tiny_model)), quantization=tuning.quantization("fp32"))
        model = tuning.apply(with_reward_head(start, 1), 0).eval()
        with torch.no_grad():
            alone = [float(model(input_ids=torch.tensor([row])).logits) for row in ids]
            padded = torch.tensor([row + [0] * (width - len(row)) for row in ids])
            mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in ids])
            together = model(input_ids=padded, attention_mask=mask).logits.squeeze(-1).tolist()
        assert together == pytest.approx(alone, abs=2e-2 if tuning.name == "qlora" else 1e-5), tuning.name
        assert len(set(together)) == 3


def test_the_reward_loss_is_bradley_terry_with_margin_and_centring(tiny_model, tmp_path):
    import torch

    rows = [{**row, "better_by": at % 3} for at, row in enumerate(PAIRS)]
    objective = wb.Reward(center_rewards_coefficient=0.1, margin_column="better_by")
    trainer, _ = built(recipe_of(tiny_model, objective, wb.LoRA(r=2), rows), tmp_path)
    some = [trainer.train_dataset[at] for at in range(6)]
    with torch.no_grad():
        given = [
            [float(trainer.model.eval()(input_ids=torch.tensor([row[f"{side}_ids"]])).logits)
             for side in ("chosen", "rejected")] for row in some
        ]  # fmt: skip
        found = float(trainer.compute_loss(trainer.model, trainer._prepare_inputs(trainer.data_collator(some))))
    wanted = [math.log1p(math.exp(-(better - worse - at % 3))) for at, (better, worse) in enumerate(given)]
    centre = [0.1 * (better + worse) ** 2 for better, worse in given]
    assert found == pytest.approx((sum(wanted) + sum(centre)) / 6, abs=1e-5)
    rows[3] = {**rows[3], "better_by": None}
    with pytest.raises(DatasetError, match="a row has None there"):
        gate(recipe_of(tiny_model, objective, wb.LoRA(r=2), rows), wb.load_dataset(rows, split={}),
             Renderer(load_tokenizer(resolve_model(str(tiny_model)))))  # fmt: skip


TOLD = [
    {**row, "parity": at % 2, "chosen_size": "long", "rejected_size": None if at == 2 else "short"}
    for at, row in enumerate(PAIRS)
]


@pytest.mark.parametrize(
    "tuning", [wb.Full(), wb.LoRA(r=2), wb.PromptTuning(num_virtual_tokens=4)], ids=lambda one: one.name
)
def test_the_last_token_must_tell_auxiliary_columns(tuning, tiny_model, tmp_path):
    import torch

    objective = wb.Reward(auxiliary_columns=["parity", "size"], auxiliary_weight=0.5)
    trainer, _ = built(recipe_of(tiny_model, objective, tuning, TOLD), tmp_path, held_out=True)
    again, _ = built(recipe_of(tiny_model, objective, tuning, TOLD), tmp_path)
    matrices = trainer.auxiliary.matrices
    for one, other in zip(matrices, again.auxiliary.matrices, strict=True):
        assert torch.equal(one, other), "a run that goes on would read classes in another way"
    score = next(value for name, value in trainer.model.named_parameters() if "score" in name)
    assert not torch.allclose(matrices[0][0], score[0] / score[0].norm() * matrices[0][0].norm(), atol=0.05)
    assert [tuple(one.shape) for one in matrices] == [(2, trainer.model.config.hidden_size)] * 2
    states, rewards = [], []
    head = next(module for name, module in trainer.model.named_modules() if name.endswith("score"))
    hook = head.register_forward_pre_hook(lambda _, given: states.append(given[0][0].detach().clone()))
    with torch.no_grad():
        for side in ("chosen", "rejected"):
            for at in range(6):
                ids = torch.tensor([trainer.train_dataset[at][f"{side}_ids"]])
                rewards.append(float(trainer.model.eval()(input_ids=ids).logits))
    hook.remove()

    def told(matrix, classes):
        logits = [matrix @ state for state in states]
        nats = [
            float(one.logsumexp(0) - one[wanted])
            for one, wanted in zip(logits, classes, strict=True)
            if wanted is not None
        ]
        return sum(nats) / len(nats)

    sizes = [0] * 6 + [None if at == 2 else 1 for at in range(6)]
    preferring = sum(math.log1p(math.exp(-(a - b))) for a, b in zip(rewards[:6], rewards[6:], strict=True)) / 6
    telling = told(matrices[0], [at % 2 for at in range(6)] * 2) + told(matrices[1], sizes)
    for training, wanted in ((True, preferring + 0.5 * telling), (False, preferring)):
        batch = trainer._prepare_inputs(trainer.data_collator([trainer.train_dataset[at] for at in range(6)]))
        assert float(trainer.compute_loss(trainer.model.train(training), batch).detach()) == pytest.approx(
            wanted, abs=1e-5
        )
    trainer.train()
    assert {"eval_auxiliary_accuracy", "eval_accuracy"} <= set(trainer.evaluate())


def test_the_last_token_learns_what_it_must_tell(tiny_model, tmp_path):
    objective = wb.Reward(auxiliary_columns=["parity", "size"], auxiliary_weight=2.0)
    recipe = recipe_of(tiny_model, objective, wb.Full(), TOLD, max_steps=60, learning_rate=3e-3)
    trainer, _ = built(recipe, tmp_path, held_out=True)
    before = trainer.evaluate()["eval_auxiliary_accuracy"]
    trainer.train()
    assert before < 0.75 < 0.9 < trainer.evaluate()["eval_auxiliary_accuracy"]


def test_auxiliary_columns_that_are_none_are_named(tiny_model):
    rows = [{**row, "share": at / 7, "one": "same", "list": [at]} for at, row in enumerate(TOLD)]
    for given, words in (
        ("partiy", r"neither it nor chosen_partiy and rejected_partiy \(did you mean 'parity'\?\)"),
        (["size", "prompt"], None),
        ("share", r"names 'share', which holds 0.0 \(float\)"),
        ("list", r"names 'list', which holds \[0\] \(list\)"),
        ("rejected_size", r"names 'rejected_size', which is true of one side only. Name 'size'"),
        ("one", r"names 'one', which has 1 different values"),
    ):
        recipe = recipe_of(tiny_model, wb.Reward(auxiliary_columns=given), wb.LoRA(r=2), rows)
        said = [str(problem) for problem in recipe.problems() if problem.where == "objective.auxiliary_columns"]
        assert bool(said) == (words is not None)
        assert words is None or re.search(words, said[0]), said
    many = [{**row, "number": at} for at, row in enumerate(PAIRS * 5)]
    recipe = recipe_of(tiny_model, wb.Reward(auxiliary_columns="number"), wb.LoRA(r=2), many)
    assert any("has 120 different values" in str(problem) for problem in recipe.problems())
    with pytest.raises(RecipeError, match="names 'parity' twice"):
        recipe_of(tiny_model, wb.Reward(auxiliary_columns=("parity", "parity")), wb.LoRA(r=2), rows)
    with pytest.raises(RecipeError, match="auxiliary_weight: is 2, and there are no auxiliary_columns"):
        recipe_of(tiny_model, wb.Reward(auxiliary_weight=2.0), wb.LoRA(r=2), rows)
    with pytest.raises(wb.WorkbenchError, match="no plain script with auxiliary_columns"):
        recipe.to_code(plain=True)


def test_auxiliary_columns_come_back_from_yaml_and_change_no_other_hash(tiny_model):
    plain = recipe_of(tiny_model, wb.Reward(), wb.LoRA(r=2), TOLD)
    assert plain.replace({"objective": wb.Reward(auxiliary_columns=[])}).hash == plain.hash
    told = plain.replace({"objective": wb.Reward(auxiliary_columns="parity, size")})
    assert told.objective.auxiliary_columns == ("parity", "size")
    assert told.hash != plain.hash
    assert wb.Recipe.from_yaml(told.to_yaml()).objective == told.objective
    assert "auxiliary_columns=('parity', 'size')" in told.to_code().replace('"', "'")


def test_starts_that_are_no_reference_are_refused(tiny_model):
    for tuning in (wb.LoRA(init_lora_weights="pissa"), wb.QLoRA(init_lora_weights="loftq")):
        with pytest.raises(RecipeError, match="they are not the start that DPO compares"):
            recipe_of(tiny_model, wb.DPO(), tuning)
        recipe_of(tiny_model, wb.Reward(), tuning)


def test_identical_pairs_are_left_out_by_name_and_alone_refused(tiny_model):
    renderer = Renderer(load_tokenizer(resolve_model(str(tiny_model))))
    same = {"prompt": "Is it?", "chosen": "It is.", "rejected": "It is."}
    recipe = recipe_of(tiny_model, wb.DPO(), wb.LoRA(), [*PAIRS, same])
    report = gate(recipe, recipe.load_dataset(), renderer)
    assert report.dropped_rows == 1
    assert any("row 24) are left out: chosen and rejected are the same" in each.message for each in report.warnings)
    alone = recipe_of(tiny_model, wb.Reward(), wb.LoRA(), [same] * 3)
    [error] = gate(alone, alone.load_dataset(), renderer).errors
    assert "no preference is left to learn" in error.message


def test_a_margin_column_is_looked_at_before_the_run(tiny_model):
    for margins, words in (
        ([1.0] * 24, "is 'marg', and the rows have no such column (did you mean 'margin'?)"),
        ([1.0, None, *[1] * 22], "is 'margin', and training row 1 has None there"),
    ):
        rows = [{**row, "margin": margin} for row, margin in zip(PAIRS, margins, strict=True)]
        name = "margin" if None in margins else "marg"
        problems = recipe_of(tiny_model, wb.Reward(margin_column=name), wb.LoRA(r=2), rows).problems()
        assert [words in str(problem) for problem in problems] == [True]


def test_pairs_of_two_prompts_and_empty_answers_are_told(tiny_model):
    def turns(*texts):
        return [{"role": role, "content": text} for role, text in zip(("user", "assistant"), texts, strict=True)]

    renderer = Renderer(load_tokenizer(resolve_model("tiny-support")))
    good, two = [
        {"chosen": turns("hi", yes), "rejected": turns(ask, "no")} for yes, ask in (("yes", "hi"), ("yes", "ho"))
    ]
    recipe = recipe_of(tiny_model, wb.DPO(), wb.LoRA(), [good, two, {**good, "chosen": turns("hi", "")}])
    report = gate(recipe, recipe.load_dataset(), renderer)
    said = " ".join(each.message for each in report.warnings)
    assert report.dropped_rows == 1
    assert "1 of 3 training rows (row 1) are left out: chosen and rejected begin with different turns" in said
    assert "in 1 of 3 training rows (row 2) the chosen or the rejected answer is empty" in said
    alone = recipe_of(tiny_model, wb.DPO(), wb.LoRA(), [two] * 3)
    [error] = gate(alone, alone.load_dataset(), renderer).errors
    assert "no prompt that both answer" in error.message
    texts = [*PAIRS, {"prompt": "Is it?", "chosen": "It is.", "rejected": ""}]
    recipe = recipe_of(tiny_model, wb.Reward(), wb.LoRA(), texts)
    report = gate(recipe, recipe.load_dataset(), renderer)
    assert any("(row 24) the chosen or the rejected answer is empty" in each.message for each in report.warnings)


def test_settings_that_say_nothing_are_refused(tiny_model):
    with pytest.raises(RecipeError, match="makes no use of it"):
        recipe_of(tiny_model, wb.DPO(label_smoothing=0.1), wb.LoRA())
    with pytest.raises(RecipeError, match="the same as 'sigmoid'"):
        recipe_of(tiny_model, wb.DPO(loss_type="robust"), wb.LoRA())
    with pytest.raises(RecipeError, match="a row is a pair"):
        recipe_of(tiny_model, wb.DPO(), wb.LoRA(), packing=True)
    with pytest.raises(RecipeError, match="trains on preference"):
        recipe_of(tiny_model, wb.DPO(), wb.LoRA(), [{"prompt": "a", "completion": "b"}] * 4)
    recipe = recipe_of(tiny_model, wb.Reward(), wb.LoRA(), best_metric="eval_accuracy", greater_is_better=True)
    assert recipe.training.best_metric == "eval_accuracy"


# Runs to start from


def sft_run(model, tuning, folder):
    """A run's folder with what a tuning trained, as a run leaves it."""
    rows = [{"prompt": row["prompt"], "completion": row["chosen"]} for row in PAIRS]
    recipe = recipe_of(model, wb.SFT(), tuning, rows, max_steps=12)
    folder.mkdir()
    recipe.to_yaml(folder / "recipe.yaml")
    trainer, tokenizer = built(recipe, folder / "work")
    trainer.train()
    tuning.save(trainer.model, folder / "model")
    tokenizer.save_pretrained(folder / "model")
    return f"run:{folder}", trainer.model.eval()


@pytest.mark.parametrize("earlier", list(TUNINGS))
def test_on_top_of_any_run_the_reference_is_what_that_run_made(earlier, tiny_model, tmp_path):
    """In the same way of tuning always; in another where the earlier adapter merges, and elsewhere it is refused."""
    start, tuned = sft_run(tiny_model, TUNINGS[earlier], tmp_path / "run")
    merges = resolve_model(start).merges
    rows = None
    for name in (earlier, "lora", "full", "prompt"):
        tuning = TUNINGS[name]
        recipe = recipe_of(start, wb.DPO(), tuning, batch_size=4)
        problems = [problem for problem in recipe.problems() if problem.severity == "error"]
        if not merges and name != earlier:
            assert any("another way of tuning cannot start there" in problem.message for problem in problems)
            continue
        assert problems == []
        folder = None if merges else tmp_path / "run" / "model"
        trainer, _ = built(recipe, tmp_path / name, folder)
        rows = [trainer.train_dataset[at] for at in range(4)]
        if name == "full":
            found = [[row[f"ref_{side}_logps"] for row in rows] for side in ("chosen", "rejected")]
        else:
            batch = trainer._prepare_inputs(trainer.data_collator(rows))
            found = trainer.compute_ref_log_probs(trainer.model, batch)
        for side, each in zip(("chosen", "rejected"), found, strict=True):
            wanted = [log_likelihood(tuned, row["prompt_ids"], row[f"{side}_ids"]) for row in rows]
            # four bits: a merged adapter is rounded with the weights
            near = 0.5 if "qlora" in (earlier, name) else 2e-3
            assert [float(value) for value in each] == pytest.approx(wanted, abs=near), (name, side)
        kept = {key: value.detach().clone() for key, value in trainer.model.named_parameters()}
        trainer.train()
        moved = {key for key, value in trainer.model.named_parameters() if not value.equal(kept[key])}
        assert moved == {key for key, value in trainer.model.named_parameters() if value.requires_grad}
        assert not [key for key in moved if ".ref" in key]


def test_going_on_with_other_settings_is_refused(tiny_model, tmp_path):
    start, _ = sft_run(tiny_model, TUNINGS["prefix"], tmp_path / "run")
    recipe = recipe_of(start, wb.DPO(), wb.PrefixTuning(num_virtual_tokens=6))
    with pytest.raises(RecipeError, match=r"num_virtual_tokens: is 6, and the run it goes on from .* had 4"):
        built(recipe, tmp_path / "work", tmp_path / "run" / "model")


# Reward models at work


@pytest.mark.parametrize("name", ["full", "lora", "qlora", "prompt", "prefix", "adapter", "ia3"])
def test_a_reward_model_scores_as_it_was_trained(name, tiny_model, tmp_path):
    import torch

    from workbench.objectives._reward_calling import load_reward

    recipe = recipe_of(tiny_model, wb.Reward(), TUNINGS[name], max_steps=6)
    run = tmp_path / "run"
    run.mkdir()
    recipe.to_yaml(run / "recipe.yaml")
    trainer, tokenizer = built(recipe, tmp_path / "work")
    trainer.train()
    recipe.tuning.save(trainer.model, run / "model")
    tokenizer.save_pretrained(run / "model")
    rows = [trainer.train_dataset[at] for at in range(5)]
    with torch.no_grad():
        wanted = [float(trainer.model.eval()(input_ids=torch.tensor([row["chosen_ids"]])).logits) for row in rows]
    for spec in (f"run:{run}", str(run), str(run / "model")):
        reward = load_reward(spec, device="cpu")
        found = reward([row["prompt"] for row in PAIRS[:5]], [row["chosen"] for row in PAIRS[:5]])
        assert found == pytest.approx(wanted, abs=5e-2 if name == "qlora" else 1e-4)
    assert not list((run / "model").glob("*.bin"))
    problems = wb.Recipe(f"run:{run}", recipe.dataset, wb.DPO(), TUNINGS[name]).problems()
    assert any("is a reward model: it gives a number and writes nothing" in problem.message for problem in problems)


def test_what_is_no_reward_model_is_said(tiny_model, tmp_path):
    from workbench.objectives._reward_calling import load_reward

    with pytest.raises(RewardError, match="it is a LlamaForCausalLM, which gives no score"):
        load_reward(str(tiny_model))
    start, _ = sft_run(tiny_model, TUNINGS["lora"], tmp_path / "run")
    with pytest.raises(RewardError, match="its adapter was trained to write text"):
        load_reward(start)
    with pytest.raises(RewardError, match="cannot be loaded: There is no model folder"):
        load_reward("/no/where")
    scored = with_reward_head(load_model(resolve_model(str(tiny_model))), 0)
    scored.save_pretrained(tmp_path / "scored")
    load_tokenizer(resolve_model("tiny-support")).save_pretrained(tmp_path / "scored")
    with pytest.raises(RewardError, match="it is another model's"):
        load_reward(str(tmp_path / "scored"))
    load_tokenizer(resolve_model(str(tiny_model))).save_pretrained(tmp_path / "scored")
    with pytest.raises(RewardError, match=r"reads at most 512 tokens, and prompt and reply number 2"):
        load_reward(str(tmp_path / "scored"))(["a", "b"], ["short", "x" * 2000])
    scored.score.weight.data[0, 0] = float("nan")
    scored.save_pretrained(tmp_path / "broken")
    load_tokenizer(resolve_model(str(tiny_model))).save_pretrained(tmp_path / "broken")
    with pytest.raises(RewardError, match=r"gives nan for the reply 'short' \(number 1 of a batch of 1\)"):
        load_reward(str(tmp_path / "broken"))(["a"], ["short"])
    scored.config.num_labels = 3
    scored.config.save_pretrained(tmp_path / "scored")
    with pytest.raises(RewardError, match="its head gives 3 numbers"):
        load_reward(str(tmp_path / "scored"))


def test_a_reward_run_has_no_system_and_stands_as_a_reward(tiny_model):
    run = wb.launch(recipe_of(tiny_model, wb.Reward(), wb.LoRA(r=2), max_steps=2))
    assert run.wait(120) == "completed"
    with pytest.raises(wb.RunError, match="trained a reward model, which scores answers and writes none"):
        _ = run.system
    assert wb.RLOO(reward=run).reward == wb.RLOO(reward=run.id).reward == f"run:{run.path}"
    assert resolve_model(run.id).path == resolve_model(f"run:{run.id}").path == run.path / "model"
    with pytest.raises(wb.ModelNotFoundError, match=r"'2026-nothing' is no run .*workbench.runs\(\) lists them"):
        resolve_model("run:2026-nothing")


@pytest.mark.parametrize("kind", [wb.PPO, wb.RLOO])
def test_rewards_that_are_added_up_are_logged_one_by_one(kind, tiny_model, tmp_path):
    objective = kind(reward={"chrf": 0.5, "exact_match": 1.0}, max_new_tokens=4)
    trainer, _ = built(recipe_of(tiny_model, objective, wb.LoRA(r=2), PAIRS, max_steps=1), tmp_path)
    trainer.train()
    [row] = [row for row in trainer.state.log_history if "reward" in row]
    assert row["reward"] == pytest.approx(0.5 * row["reward/chrf"] + row["reward/exact_match"])


def test_conversations_go_all_the_way(tiny_chat_model):
    """Prompts of messages: a reward model reads them, PPO replies to them, rollouts show them as text."""
    turns = [
        {"prompt": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": row["prompt"]}],
         "chosen": [{"role": "assistant", "content": row["chosen"]}],
         "rejected": [{"role": "assistant", "content": row["rejected"]}]}
        for row in PAIRS
    ]  # fmt: skip
    reward = wb.launch(recipe_of(tiny_chat_model, wb.Reward(), wb.LoRA(r=2), turns, max_steps=2))
    assert reward.wait(120) == "completed"
    objective = wb.PPO(reward=reward, max_new_tokens=4)
    run = wb.launch(recipe_of(tiny_chat_model, objective, wb.LoRA(r=2), turns, max_steps=2))
    assert run.wait(120) == "completed", run.reason
    [rollout, *_] = json.loads((run.path / "samples" / "rollouts-000002.json").read_text())
    assert rollout["prompt"].startswith("system: Be brief.\n\nuser: What is ")
    assert math.isfinite(rollout["reward"])


ANSWERS = [{"prompt": f"What is {a}?", "completion": f"It is {a}. " * (1 + a // 2)} for a in range(9)]


@pytest.mark.parametrize(
    ("objective", "rows"), [(wb.DPO(), PAIRS), (wb.Reward(), PAIRS), (wb.SFT(), ANSWERS)], ids=["dpo", "reward", "sft"]
)
def test_held_out_figures_do_not_depend_on_batches(objective, rows, tiny_model, tmp_path):
    """Nine rows in batches of eight and one are nine rows in a batch: the last row does not count for eight rows."""
    trainer, _ = built(recipe_of(tiny_model, objective, wb.LoRA(r=2), rows[:9]), tmp_path, held_out=True)
    trainer.train()  # so that accuracy and margin are not those of equal replies
    found, figures = {}, ("reward", "logps", "loss", "accuracy", "margin", "entropy")
    for size in (8, 9):
        trainer.args.per_device_eval_batch_size = size
        found[size] = {
            name: value for name, value in trainer.evaluate().items() if any(figure in name for figure in figures)
        }
    assert len(found[9]) >= (3 if rows is ANSWERS else 6)
    assert found[8] == pytest.approx(found[9], rel=1e-4, abs=1e-5)
