"""Recipes as code: it makes the same recipe, and the plain script trains the same without the workbench."""

from __future__ import annotations

import datetime
import itertools
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import workbench as wb
from workbench._plain_metrics import PLAIN_METRICS, plain_source
from workbench.data import Renderer
from workbench.metrics.registry import METRICS
from workbench.models.loading import load_model, load_tokenizer
from workbench.models.resolve import resolve_model
from workbench.models.shapes import shapes
from workbench.objectives import Facts, gate, machine, resolve, row_limit, sft_arguments
from workbench.runs.checkpoints import random_state_kept

from .conftest import CHATML

BLOCKER = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "workbench":
            raise ImportError("workbench is blocked here")
sys.meta_path.insert(0, Blocked())
import torch
torch.set_num_threads(1)
"""
REPORT = """
import json
with open("steps.json", "w") as file:
    json.dump([row for row in trainer.state.log_history if "loss" in row], file)
"""


def losses(steps: list[dict]) -> list[float]:
    return [row["loss"] for row in steps]


def losses_of_script(recipe: wb.Recipe, folder: Path) -> list[float]:
    return losses(steps_of_script(recipe, folder))


def losses_of_trainer(recipe: wb.Recipe, folder: Path) -> list[float]:
    return losses(steps_of_trainer(recipe, folder))


def steps_of_script(recipe: wb.Recipe, folder: Path) -> list[dict]:
    """What each step logs, of the plain script in a process that cannot import the workbench."""
    folder.mkdir()
    script = folder / "script.py"
    code = recipe.to_code(plain=True)
    assert "workbench" not in [
        line.split()[1].split(".")[0] for line in code.splitlines() if line.startswith(("import ", "from "))
    ]
    script.write_text(BLOCKER + code + REPORT, encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"HF_HOME": str(folder / "hf")}
    done = subprocess.run([sys.executable, script.name], cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads((folder / "steps.json").read_text())


def steps_of_trainer(recipe: wb.Recipe, folder: Path) -> list[dict]:
    """The same of the recipe's own trainer."""
    return [row for row in trained(recipe, folder).state.log_history if "loss" in row]


def trained(recipe: wb.Recipe, folder: Path):
    """Train in this process as the trainer process of a run does."""
    import torch

    torch.set_num_threads(1)
    ref = resolve_model(recipe.model_name)
    sizes = shapes(ref)
    tokenizer = load_tokenizer(ref)
    dataset = recipe.load_dataset()
    renderer = Renderer(tokenizer, recipe.template)
    report = gate(recipe, dataset, renderer, row_limit(recipe, sizes.positions))
    facts = Facts(sizes, machine(), report.train.num_rows, report.eval_rows,
                  recipe.tuning.trainable_parameters(sizes), report.longest)  # fmt: skip
    chosen = resolve(recipe, facts)
    weights = load_model(ref, chosen.weights_dtype, attn_implementation=chosen.attn_implementation,
                         quantization=recipe.tuning.quantization("fp32"))  # fmt: skip
    renderer.install()
    model = recipe.tuning.apply(recipe.objective.prepare_model(weights, recipe.seed), recipe.seed)
    arguments = {**sft_arguments(chosen, recipe.seed), "output_dir": str(folder), "report_to": "none",
                 "save_strategy": "no", "disable_tqdm": True, "eval_strategy": "steps",
                 "eval_steps": chosen.settings["eval_steps"]}  # fmt: skip
    trainer = recipe.objective.build_trainer(recipe, model, tokenizer, report.train, report.validation, arguments)
    evaluate = trainer.evaluate

    def evaluate_untouched(*given, **more):
        with random_state_kept():
            return evaluate(*given, **more)

    trainer.evaluate = evaluate_untouched
    trainer.train()
    return trainer


def messages_rows(arithmetic):
    return [
        {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": row["prompt"]},
                      {"role": "assistant", "content": row["completion"]}, {"role": "user", "content": "Sure?"},
                      {"role": "assistant", "content": "Yes."}]}
        for row in arithmetic
    ]  # fmt: skip


CASES = ["bundled template, dropout, rows cut", "plain, all weights", "messages", "text in a file, packed"]
CASES += ["DPO, LoRA", "DPO, prompt", "DPO, all weights", "reward, LoRA", "reward, prompt", "reward, all weights"]


@pytest.mark.parametrize("case", CASES)
def test_plain_script_gives_the_same_losses(case, tiny_model, arithmetic, tmp_path):
    training = wb.Training(max_steps=20, batch_size=8, eval_steps=6, dtype="fp32", max_length=40)
    rows, tuning, template, objective = arithmetic, wb.LoRA(r=4), None, wb.SFT()
    if case == CASES[0]:
        tuning = wb.LoRA(r=4, lora_dropout=0.1)
    elif case == CASES[1]:
        tuning, template = wb.Full(), "plain"
    elif case == CASES[2]:
        rows, training = messages_rows(arithmetic), wb.Training(max_steps=20, batch_size=8, eval_steps=50, dtype="fp32")
    elif ", " in case and case.split(",")[0] in ("DPO", "reward"):
        objective = wb.DPO(beta=0.3, sft_weight=0.1) if case.startswith("DPO") else wb.Reward(0.01)
        tuning = {"LoRA": wb.LoRA(r=4), "prompt": wb.PromptTuning(), "all weights": wb.Full()}[case.split(", ")[1]]
        rows = [{"prompt": row["prompt"], "chosen": row["completion"], "rejected": "No."} for row in arithmetic]
        training = wb.Training(max_steps=20, batch_size=8, eval_steps=6, dtype="fp32")
    else:
        rows = tmp_path / "texts"
        rows.mkdir()
        lines = [json.dumps({"text": f"{row['prompt']} {row['completion']}", "on": "2026-01-02"}) for row in arithmetic]
        for name, part in (("train", lines[:30]), ("validation", lines[30:35]), ("test", lines[35:])):
            (rows / f"{name}.jsonl").write_text("\n".join(part))
        rows, training = str(rows), wb.Training(max_steps=20, batch_size=2, packing=True, dtype="fp32", max_length=128)
    recipe = wb.Recipe(str(tiny_model), rows, objective, tuning, training, template, seed=3)
    ours = losses_of_trainer(recipe, tmp_path / "ours")
    theirs = losses_of_script(recipe, tmp_path / "plain")
    assert len(ours) == len(theirs) == 20
    assert ours == pytest.approx(theirs, abs=1e-6, rel=0)
    assert ours[0] != ours[-1]
    assert ("read(" in (tmp_path / "plain" / "script.py").read_text()) == (case == CASES[3])


EVERY = {
    "adapter": wb.Adapter(reduction_factor=4),
    "adapter, pfeiffer": wb.Adapter(placement="pfeiffer", activation="relu"),
    "qlora": wb.QLoRA(r=2),
    "prompt": wb.PromptTuning(num_virtual_tokens=4),
    "prefix": wb.PrefixTuning(num_virtual_tokens=4),
    "prefix, projected": wb.PrefixTuning(num_virtual_tokens=4, prefix_projection=True),
    "ia3": wb.IA3(),
    "rslora": wb.LoRA(r=2, use_rslora=True, target_modules="q_proj"),
    "pissa": wb.LoRA(r=2, init_lora_weights="pissa"),
    "eva": wb.LoRA(r=2, init_lora_weights="eva"),
    "loftq": wb.QLoRA(r=2, init_lora_weights="loftq"),
}


@pytest.mark.parametrize("name", ["adapter", *(pytest.param(name, marks=pytest.mark.slow) for name in list(EVERY)[1:])])
def test_plain_script_trains_every_way_of_tuning_the_same(name, tiny_model, arithmetic, tmp_path):
    training = wb.Training(max_steps=20, batch_size=8, eval_steps=50, dtype="fp32")
    recipe = wb.Recipe(str(tiny_model), arithmetic, wb.SFT(), EVERY[name], training, seed=3)
    ours = losses_of_trainer(recipe, tmp_path / "ours")
    theirs = losses_of_script(recipe, tmp_path / "plain")
    assert ours == pytest.approx(theirs, abs=1e-6, rel=0)
    assert ours[0] != ours[-1]


def test_plain_script_of_a_run_within_one_pass_reads_no_other_rows_with_the_reference(tiny_model, arithmetic, tmp_path):
    rows = [{"prompt": row["prompt"], "chosen": row["completion"], "rejected": "No."} for row in arithmetic]
    training = wb.Training(max_steps=3, batch_size=4, eval_steps=50, dtype="fp32")
    recipe = wb.Recipe(str(tiny_model), rows, wb.DPO(), wb.LoRA(r=4), training)
    assert "precompute_ref_log_probs=False" in recipe.to_code(plain=True)
    assert "precompute_ref_log_probs=True" in recipe.replace({"tuning": wb.Full()}).to_code(plain=True)
    ours = losses_of_trainer(recipe, tmp_path / "ours")
    assert ours == pytest.approx(losses_of_script(recipe, tmp_path / "plain"), abs=1e-6, rel=0)


def test_plain_script_leaves_rows_out_that_were_cut_for_test(tiny_model, arithmetic, tmp_path):
    (tmp_path / "train.jsonl").write_text("\n".join(map(json.dumps, arithmetic)))
    recipe = wb.Recipe(str(tiny_model), str(tmp_path), training=wb.Training(max_steps=2))
    code = recipe.to_code(plain=True)
    assert str(tmp_path / "train.jsonl") not in code
    assert "Dataset.from_parquet(" in code


@pytest.mark.slow
def test_plain_script_on_the_bundled_model(tmp_path):
    training = wb.Training(max_steps=20, eval_steps=25, dtype="fp32")
    recipe = wb.Recipe("tiny-support", "support-desk/tickets", training=training)
    ours = losses_of_trainer(recipe, tmp_path / "ours")
    assert ours == pytest.approx(losses_of_script(recipe, tmp_path / "plain"), abs=1e-6, rel=0)


def test_workbench_code_makes_the_same_recipe(arithmetic):
    recipe = wb.Recipe(
        "some/model", arithmetic, wb.SFT(completion_only_loss=False), wb.LoRA(r=4, target_modules=("q_proj",)),
        wb.Training(max_steps=3, learning_rate=1e-4), "### {{ messages }}\n\"quoted\"", 7, True,
    )  # fmt: skip
    scope: dict = {}
    exec(recipe.to_code(), scope)
    made = scope["recipe"]
    assert {**made.to_dict(), "dataset": None} == {**recipe.to_dict(), "dataset": None}
    assert made.data["hash"] == recipe.data["hash"]
    other = wb.Recipe("x", {"source": "file.csv", "columns": {"prompt": "q"}, "split": {"test": 0.1}})
    code = other.to_code().replace("wb.load_dataset(", "dict(source=")
    exec(textwrap.dedent(code), scope)
    assert scope["recipe"] == other


# Models that write the replies themselves


def near(prompts, completions, completion, number=None):
    """The nearer a reply's length to the answer's, the better; a little for the prompt's first letter."""
    import math

    wrong = [len(reply) - len(right) for reply, right in zip(completions, completion, strict=True)]
    return [math.exp(-abs(each)) + 0.1 * prompt.startswith("W") for each, prompt in zip(wrong, prompts, strict=True)]


def by_columns(prompts, completions, **columns):
    beside = zip(completions, columns["the number"], columns["day"], strict=True)
    assert set(columns["class"]) == {1}
    return [len(set(reply)) / 10 + number + len(day) / 100 for reply, number, day in beside]


FILE = """
import json

PENALTY = 0.1


def brief(prompts, completions):
    return [len(json.dumps(prompt)) / 100 - PENALTY * len(reply) for prompt, reply in zip(prompts, completions)]
"""


def reward_run(folder: Path, model: Path, rows, tuning, template=None) -> str:
    """A reward model of two steps in a folder like a run's."""
    pairs = [{"prompt": row["prompt"], "chosen": row["completion"], "rejected": "No."} for row in rows]
    training = wb.Training(max_steps=2, batch_size=4, learning_rate=0.01, eval_steps=50, dtype="fp32")
    return keep_run(wb.Recipe(str(model), pairs, wb.Reward(), tuning, training, template), folder)


def keep_run(recipe: wb.Recipe, folder: Path) -> str:
    """Train, and leave what a run leaves."""
    trainer = trained(recipe, folder / "checkpoints")
    recipe.tuning.save(trainer.model, folder / "model")
    trainer.processing_class.save_pretrained(folder / "model")
    recipe.stored().to_yaml(folder / "recipe.yaml")
    return f"run:{folder}"


def assert_same_groups(recipe: wb.Recipe, folder: Path) -> str:
    """Rewards, lengths, losses and gradients of each step are equal; the script that was run."""
    ours, theirs = steps_of_trainer(recipe, folder / "ours"), steps_of_script(recipe, folder / "plain")
    assert len(ours) == len(theirs) == recipe.training.max_steps
    for mine, plain in zip(ours, theirs, strict=True):
        assert mine["length"] == pytest.approx(plain["completions/mean_length"], abs=1e-6)
        assert mine["reward"] == pytest.approx(plain["reward"], abs=1e-5)
        assert mine["loss"] == pytest.approx(plain["loss"], abs=5e-6)
        assert mine["grad_norm"] == pytest.approx(plain["grad_norm"], rel=1e-3, abs=1e-6)
    assert len({row["reward"] for row in ours}) > 1
    assert any(row["grad_norm"] > 0 for row in ours)
    return (folder / "plain" / "script.py").read_text()


GROUPS = {
    "rloo": (wb.RLOO, {"beta": 0.05, "num_generations": 4}),
    "grpo": (wb.GRPO, {"beta": 0.04, "num_generations": 4, "loss_type": "grpo"}),
    "grpo, no reference": (wb.GRPO, {"beta": 0.0, "num_generations": 2, "scale_rewards": "none"}),
}
TUNINGS = {"lora": wb.LoRA(r=4), "full": wb.Full(), "prompt": wb.PromptTuning(num_virtual_tokens=4),
           "prefix": wb.PrefixTuning(num_virtual_tokens=4), "adapter": wb.Adapter(reduction_factor=4)}  # fmt: skip


def group_recipe(model, rows, reward, objective="rloo", tuning="lora", template=None, max_length=None, **more):
    kind, settings = GROUPS[objective]
    made = kind(reward=reward, **{"max_new_tokens": 6, **settings, **more})
    training = wb.Training(max_steps=4, batch_size=8, learning_rate=0.01, eval_steps=2, max_eval_rows=3, dtype="fp32",
                           **({} if max_length is None else {"max_length": max_length}))  # fmt: skip
    return wb.Recipe(str(model), rows, made, TUNINGS[tuning], training, template, seed=3)


@pytest.mark.parametrize("objective", ["rloo", "grpo"])
@pytest.mark.parametrize("tuning", ["lora", "full"])
def test_plain_script_draws_and_learns_the_same_replies(objective, tuning, tiny_model, arithmetic, tmp_path):
    recipe = group_recipe(tiny_model, arithmetic, near, objective, tuning, gold="token_f1")
    script = assert_same_groups(recipe, tmp_path)
    assert "token_f1" in script.partition("is only watched")[0]


def test_plain_script_adds_up_functions_files_and_metrics_over_the_prompts_that_fit(tiny_model, arithmetic, tmp_path):
    (tmp_path / "rewards.py").write_text(FILE)
    day = datetime.date(2026, 1, 2)
    rows = [{**row, "the number": at % 3, "class": 1, "image": "none", "day": day} for at, row in enumerate(arithmetic)]
    rewards = [(by_columns, 0.5), (f"{tmp_path}/rewards.py:brief", 1.0), ("exact_match", 2.0), ("valid_json", -1.0)]
    recipe = group_recipe(tiny_model, rows, rewards, "grpo, no reference", max_length=42)
    script = assert_same_groups(recipe, tmp_path)
    assert ".filter(fits)" in script
    assert '"day": "row_day"' not in script, "a day is told as text, in a column of its own"
    assert "reward_weights=[0.5, 1.0, 2.0, -1.0]" in script
    assert f'for_trl(function_of("{tmp_path}/rewards.py", "brief"))' in script
    assert "def text_match" in script, "no answer is a record, so that exact_match compares texts"


MODELS = {
    "adapter, turns": ("lora", "chat", None, None),
    "whole, joined as texts": ("full", "base", None, "plain"),
    "on a run": ("lora", "run", None, None),
    "whole, policy without turns": ("full", "base", "plain", None),
    "bottleneck": ("adapter", "chat", None, None),
    "prompt": ("prompt", "base", None, "bundled"),
}


@pytest.mark.parametrize(
    "case", [*list(MODELS)[:3], *(pytest.param(each, marks=pytest.mark.slow) for each in list(MODELS)[3:])]
)
def test_plain_script_asks_the_same_reward_model(case, tiny_model, tiny_chat_model, arithmetic, tmp_path):
    tuning, start, template, reads = MODELS[case]
    model = {"base": tiny_model, "chat": tiny_chat_model, "run": tmp_path / "sft"}[start]
    if start == "run":
        sft = wb.Recipe(str(tiny_model), arithmetic, tuning=wb.LoRA(r=2),
                        training=wb.Training(max_steps=2, learning_rate=0.1, eval_steps=50, dtype="fp32"))  # fmt: skip
        model = keep_run(sft, tmp_path / "sft")
    reward = reward_run(tmp_path / "reward", model, arithmetic, TUNINGS[tuning], reads)
    rows = arithmetic
    if start == "chat":
        rows = [{"prompt": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": row["prompt"]}]}
                for row in arithmetic]  # fmt: skip
    objective, tuned = "grpo" if start == "base" else "rloo", "full" if start == "run" else "lora"
    recipe = group_recipe(model, rows, {reward: 3.0, "valid_json": 1.0}, objective, tuned, template)
    script = assert_same_groups(recipe, tmp_path)
    assert ("PeftModel" in script) == (tuning != "full")
    assert ("spoken(turns)" in script) == (start == "chat")


@pytest.mark.parametrize("tuning", ["prompt", pytest.param("prefix", marks=pytest.mark.slow)])
def test_plain_script_replies_after_virtual_tokens_as_the_workbench_does(tuning, tiny_model, arithmetic, tmp_path):
    for name, rows in (("train", arithmetic[:32]), ("validation", arithmetic[32:])):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    dataset = wb.load_dataset(tmp_path, split={})
    recipe = group_recipe(tiny_model, dataset, near, tuning=tuning, template=CHATML, max_new_tokens=24)
    script = assert_same_groups(recipe, tmp_path)
    assert "eos_token_id = [3, 0]" in script, "the token that ends a turn, and the tokenizer's own"
    assert f'read("{tmp_path}/train.jsonl").rename_columns({{"completion": "row_completion"}})' in script


def test_plain_script_of_a_reward_model_keeps_the_margins(tiny_model, arithmetic, tmp_path):
    rows = [{"prompt": row["prompt"], "chosen": row["completion"], "rejected": "No.", "by": at % 4}
            for at, row in enumerate(arithmetic)]  # fmt: skip
    training = wb.Training(max_steps=6, batch_size=8, eval_steps=3, dtype="fp32")
    recipe = wb.Recipe(str(tiny_model), rows, wb.Reward(margin_column="by"), wb.LoRA(r=4), training, seed=3)
    ours = losses_of_trainer(recipe, tmp_path / "ours")
    assert ours == pytest.approx(losses_of_script(recipe, tmp_path / "plain"), abs=1e-6, rel=0)
    unlike = losses_of_trainer(recipe.replace({"objective": wb.Reward()}), tmp_path / "unlike")
    assert ours[0] > unlike[0] + 0.1


def by_workbench(prompts, completions):
    from workbench.metrics import exact_match

    return [float(exact_match(reply, "4")) for reply in completions]


def tokenizer(prompts, completions):
    return [0.0 for _ in completions]


def test_what_has_no_plain_script_is_said(tiny_model, arithmetic, tmp_path):
    (tmp_path / "rewards.py").write_text("from functools import partial\nlong = partial(len)\n")
    for reward, words in (
        ("token_f1", "no plain script with the metric 'token_f1' as a reward.*one of exact_match, valid_json"),
        (by_workbench, "no plain script with the reward by_workbench: it imports the workbench"),
        (tokenizer, "no plain script with a reward function called 'tokenizer'"),
        (f"{tmp_path}/rewards.py:long", "has no 'def long' at its top"),
    ):
        with pytest.raises(wb.WorkbenchError, match=words):
            group_recipe(tiny_model, arithmetic, reward).to_code(plain=True)
    ppo = wb.Recipe(str(tiny_model), arithmetic, wb.PPO(reward=near))
    with pytest.raises(wb.WorkbenchError, match="no plain script for PPO: TRL has no trainer for it"):
        ppo.to_code(plain=True)
    pairs = [
        {"chosen": f"{row['prompt']} {row['completion']}", "rejected": f"{row['prompt']} No."} for row in arithmetic
    ]
    with pytest.raises(wb.WorkbenchError, match="no plain script for RLOO on pairs without a column prompt"):
        group_recipe(tiny_model, pairs, "valid_json").to_code(plain=True)


def test_metrics_of_plain_scripts_say_what_the_workbench_says():
    texts = ['{"a": 1}', '{"a": 1.0}', '{"a": 1, "a": 2}', '{"a": NaN}', '{"a": 1} hi', "[1, true]", "[1, 1]",
             "1e999", "9" * 400, "[" * 100 + "]" * 100, "[" * 101 + "]" * 101, "[" * 5000, '"\\ud800"', "", " [1]\n",
             "[1]\u00a0", "3 years", "3 Years ago", "13 years", " 3 years\nand more"]  # fmt: skip
    for name, functions in PLAIN_METRICS.items():
        scope: dict = {}
        exec("import json, math, re\n" + "\n".join(map(plain_source, functions)), scope)
        plain, metric = scope[functions[-1].__name__], METRICS[name].function
        for answer, reference in itertools.product(texts, texts):
            if name == "valid_json":
                assert plain(answer) == metric(answer)
            elif name != "record_match" or METRICS["valid_json"].function(reference):
                assert plain(answer, reference) == metric(answer, reference), (name, answer, reference)
