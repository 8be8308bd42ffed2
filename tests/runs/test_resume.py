"""A run that was killed, stopped or paused goes on exactly: every figure equals that of one that nobody touched."""

import random

import pytest

import workbench as wb
from tests.runs.conftest import SETTINGS, ended, kill, made, rows, same, tiny_recipe, train_here, until
from workbench.runs import control


def test_killed_trainer_goes_on_exactly(home, tiny_model, undisturbed):
    run = wb.launch(tiny_recipe(tiny_model), home=home)
    until(run, "log", 15)
    kill(run)
    assert ended(run) == "failed"
    assert "kill -9" in run.reason
    last = run.events()[-1]
    assert (last["type"], last["signal"]) == ("ended", 9)
    run.resume()
    assert ended(run) == "completed"
    resumed = next(event for event in run.events() if event["type"] == "resumed")
    assert (resumed["step"], resumed["attempt"]) == (resumed["step"] // 6 * 6, 2)
    assert resumed["step"] >= 12
    same(run, undisturbed)


def test_killed_trainer_and_supervisor_go_on_exactly(home, tiny_model, undisturbed):
    run = wb.launch(tiny_recipe(tiny_model), home=home)
    until(run, "log", 27)
    kill(run, supervisor_too=True)
    assert ended(run) == "failed"
    assert "both killed" in run.reason
    assert run.events()[-1]["type"] != "ended", "nobody was left to write it"
    run.resume()
    assert ended(run) == "completed"
    assert [event["status"] for event in run.events() if event["type"] == "ended"] == ["failed", "completed"]
    same(run, undisturbed)


WAYS = {
    "lora": {"tuning": wb.LoRA(r=2, lora_dropout=0.2)},
    "full": {"tuning": wb.Full()},
    "accumulated": {"gradient_accumulation_steps": 3, "batch_size": 2},
    "random order": {"group_by_length": False},
    "packed": {"packing": True, "max_length": 48},
    "bf16": {"dtype": "bf16"},
}


QUICK = ("lora", "full")


@pytest.fixture(
    scope="module", params=[way if way in QUICK else pytest.param(way, marks=pytest.mark.slow) for way in WAYS]
)
def way(request, home, tiny_model):
    recipe = tiny_recipe(tiny_model, **WAYS[request.param])
    run = made(home, recipe)
    assert train_here(run)["status"] == "completed"
    return recipe, run


# The first step, around the border of two epochs, in a later epoch and again, the last step.
@pytest.mark.parametrize("steps", [[1], [14, 15], [22, 29, 29], [40]], ids=str)
def test_crash_at_any_step_goes_on_exactly(home, way, steps):
    recipe, undisturbed = way
    run = made(home, recipe)
    for step in steps:
        assert train_here(run, crash_at=step)["status"] == "crashed"
    assert train_here(run)["status"] == "completed"
    same(run, undisturbed)


def test_stop_between_two_log_lines_goes_on_exactly(home, way):
    recipe, undisturbed = way
    run = made(home, recipe)
    for stop in (4, 5, 17):
        outcome = train_here(run, each_step=lambda step, stop=stop: step == stop and control.send(run.path, "stop"))
        assert (outcome["status"], outcome["step"]) == ("stopped", stop)
    assert train_here(run)["status"] == "completed"
    same(run, undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("tuning", ["lora", "full"])
def test_killed_again_and_again_goes_on_exactly(home, tiny_model, seed, tuning):
    way = wb.LoRA(r=2, lora_dropout=0.2) if tuning == "lora" else wb.Full()
    settings = {"gradient_accumulation_steps": 1 + seed % 2, "logging_steps": 1 + seed % 4}
    recipe = tiny_recipe(tiny_model, tuning=way, seed=seed, **settings)
    other, run = made(home, recipe), wb.launch(recipe, home=home)
    assert train_here(other)["status"] == "completed"
    draw, step = random.Random(seed), 0
    for attempt in (1, 2, 3):
        step = draw.randint(step, 36)
        until(run, "log", step - settings["logging_steps"], attempt=attempt)  # this trainer works, not the one before
        kill(run, supervisor_too=draw.random() < 0.5)
        assert ended(run) == "failed"
        run.resume()
    assert ended(run) == "completed"
    same(run, other)


# The other objectives


def by_length(prompts, completions, **columns):
    return [len(reply) % 7 / 7 for reply in completions]


PAIRS = [
    {"prompt": row["prompt"], "chosen": row["completion"], "rejected": "No.", "please": "please" in row["prompt"],
     "chosen_kind": "number", "rejected_kind": "word"} for row in rows()
]  # fmt: skip
#: Only what the workbench can stand for: the clock and the memory are not.
CLOCK = {"v", "seq", "time", "attempt", "tokens_per_second", "memory_bytes", "elapsed", "eta", "evaluations_ahead"}
CLOCK |= {"seconds_generate", "seconds_score", "seconds_update", "path", "command"}
OBJECTIVES = {
    "dpo": wb.DPO(),
    "reward": wb.Reward(),
    "reward, told": wb.Reward(auxiliary_columns=("please", "kind")),
    "rloo": wb.RLOO(reward=by_length, max_new_tokens=6, num_generations=2),
    "grpo": wb.GRPO(reward=by_length, max_new_tokens=6, num_generations=2),
    "ppo": wb.PPO(reward=by_length, gold="valid_json", max_new_tokens=6, kl_controller="adaptive", kl_horizon=50),
}


def figures(run):
    """All that a run measured but the clock, the last of each kind and step: a resumed run writes it again."""
    kept = {}
    for event in run.events():
        if event["type"] in ("log", "eval", "sample", "rollouts"):
            kept[event["type"], event["step"], event.get("probe")] = {
                name: value for name, value in event.items() if name not in CLOCK
            }
    return kept


@pytest.mark.parametrize("name", list(OBJECTIVES))
def test_every_objective_goes_on_exactly(home, tiny_model, name):
    settings = {**SETTINGS, "max_steps": 10, "eval_steps": 4, "save_steps": 2, "logging_steps": 2, "dtype": "fp32"}
    recipe = wb.Recipe(str(tiny_model), PAIRS, OBJECTIVES[name], wb.LoRA(r=2), wb.Training(**settings))
    undisturbed, run = made(home, recipe), made(home, recipe)
    assert train_here(undisturbed)["status"] == "completed"
    assert train_here(run, crash_at=6)["status"] == "crashed"
    outcome = train_here(run, each_step=lambda step: step == 7 and control.send(run.path, "stop"))
    assert (outcome["status"], outcome["step"]) == ("stopped", 7)
    assert train_here(run)["status"] == "completed"
    assert figures(run) == figures(undisturbed)
    assert run.best == undisturbed.best
    seen = undisturbed.metrics()
    assert seen["num_tokens"].is_monotonic_increasing
    assert seen["learning_rate"].iloc[-1] > 0, "of the step just made, not of the next"
    rollouts = sorted(path.name for path in run.path.glob("samples/rollouts-*.json"))
    assert len(rollouts) == (5 if name in ("rloo", "grpo", "ppo") else 0)
    for file in rollouts:
        assert (run.path / "samples" / file).read_text() == (undisturbed.path / "samples" / file).read_text()
