"""A run that was killed, stopped or paused goes on exactly: every figure equals that of one that nobody touched."""

import random

import pytest

import workbench as wb
from tests.runs.conftest import ended, kill, made, same, tiny_recipe, train_here, until
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
