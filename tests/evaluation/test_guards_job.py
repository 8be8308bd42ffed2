"""Guards after real runs of the tiny model: by themselves, in nobody's way, killed, switched off; planted faults."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

import workbench as wb
from workbench.errors import InvalidInputError, RunError
from workbench.evaluation.guards import LOOKS, Guards, guard, plant_canaries
from workbench.runs.generation import GenerationClient
from workbench.runs.run import Run

ROWS = [{"prompt": f"What is {at} and {at % 7}?", "completion": f"It is {at + at % 7}."} for at in range(40)]
SPLIT = wb.load_dataset(ROWS, split={"validation": 0.3})
NAMES = list(LOOKS)


def recipe(model, dataset=None, tuning=None, **training) -> wb.Recipe:
    settings = {"max_steps": 2, "batch_size": 4, "num_probes": 0, "learning_rate": 1e-7, **training}
    return wb.Recipe(str(model), dataset or ROWS, tuning=tuning or wb.LoRA(r=2), training=wb.Training(**settings))


def trained(*args, **settings) -> Run:
    run = wb.launch(recipe(*args, **settings))
    assert run.wait(240) == "completed", (run.path / "trainer.log").read_text()[-3000:]
    return run


@pytest.fixture
def talking(tiny_model):
    """The folder of a model that answers in words."""
    return trained(tiny_model, None, wb.Full(), max_steps=60, learning_rate=1e-2).path / "model"


def until(job: Guards, type: str, count: int = 1) -> None:
    end = time.monotonic() + 120
    while sum(event["type"] == type for event in job.events()) < count:
        assert time.monotonic() < end, (job, job.events()[-3:])
        assert job.status in ("queued", "running"), job.reason
        time.sleep(0.01)


def lights(found: list[dict]) -> dict[str, str]:
    return {each["name"]: each["light"] for each in found}


def test_an_untouched_model_is_green_and_nobody_waits_for_it(talking, monkeypatch):
    monkeypatch.delenv("WORKBENCH_GUARDS")
    run = trained(talking, SPLIT)
    job = Guards(run)
    assert run.guards() is None, "they are being made, and the run is over"
    until(job, "started")
    monkeypatch.setenv("WORKBENCH_GUARDS", "off")
    other = wb.launch(recipe(talking))  # the guards give up the device
    assert other.wait(240) == "completed"
    assert job.status in ("queued", "running")
    assert run.guards() is None
    until(job, "guard")
    job.kill()
    assert job.wait(30) == "failed"
    (said,) = run.guards()
    assert (said["light"], said["figure"]) == ("grey", "not measured")
    assert "killed" in said["sentence"]

    before = [event for event in job.events() if event["type"] == "guard"]
    assert 1 <= len(before) < 5
    job.resume()
    assert job.wait(240) == "completed", job.reason
    made = [event["found"] for event in job.events() if event["type"] == "guard"]
    assert [each["name"] for each in made] == NAMES, "each was looked at once"
    found = run.guards()
    assert json.loads((run.path / "guards.json").read_text()) == {"guards": found}
    assert found == made
    assert lights(found) | {"speed": ""} == {
        "forgetting": "green", "safety": "grey", "memorisation": "green", "drift": "green", "speed": "",
    }, found  # fmt: skip
    assert found[0]["numbers"]["general"]["change"] == pytest.approx(0, abs=1e-4)
    assert found[-1]["numbers"]["tokens_per_second"]["after"] > 0
    ended = next(event for event in run.events() if event["type"] == "ended")
    started = [event for event in job.events() if event["type"] == "started"]
    assert len(started) >= 3, "it was sent away once, and killed once"
    assert ended["time"] <= started[0]["time"]
    with pytest.raises(RunError, match="what they found is there"):
        job.resume()
    assert [each.id for each in wb.runs()][1:] == [run.id, other.id], "the guards are no run of their own"
    (said,) = other.guards()
    assert (said["light"], said["sentence"][:12]) == ("grey", "None were st")


def test_forgetting_and_a_canary_learnt_by_heart_are_red(tiny_model):
    dataset, key = plant_canaries(wb.load_dataset(ROWS), 1, times=60)
    run = trained(tiny_model, dataset, wb.Full(), max_steps=150, batch_size=8, learning_rate=1e-2)
    client = GenerationClient()
    found = {each["name"]: each for each in guard(run, client=client)}
    client.close()

    assert found["forgetting"]["light"] == "red", found["forgetting"]
    assert found["forgetting"]["numbers"]["general"]["change"] > 0.3
    learnt = found["memorisation"]["numbers"]["canaries"]
    assert found["memorisation"]["light"] == "red", found["memorisation"]
    assert (learnt["first"], learnt["exposure"]) == (1, 9.0)
    assert run.guards() == list(found.values()), "made here, they are kept as well"
    assert key[0].secret not in json.dumps(list(found.values()))


def test_a_run_without_a_model_is_grey_with_its_reason(tiny_model, monkeypatch):
    monkeypatch.delenv("WORKBENCH_GUARDS")
    run = wb.launch(recipe(tiny_model, [{"prompt": "p" * 4000, "completion": "c"}] * 20, max_length=16))
    assert run.wait(240) == "failed"
    (said,) = run.guards()
    assert said["light"] == "grey"
    assert "The run is failed: " in said["sentence"]
    found = guard(run, client=object())
    assert set(lights(found).values()) == {"grey"}
    assert all("has kept no model" in each["sentence"] for each in found)
    assert not (run.path / "guards").exists()
    with pytest.raises(InvalidInputError, match=r"There is no guard 'sped' \(did you mean 'speed'"):
        guard(run, ["sped"])


def test_a_reward_model_has_no_answers_to_guard(monkeypatch):
    monkeypatch.delenv("WORKBENCH_GUARDS")
    run = wb.open_run(Path(__file__).parents[2] / "notebooks" / "results" / "runs" / "reward-model")
    assert run.then is None
    (said,) = run.guards()
    assert (said["light"], "wb.reward_clinic" in said["sentence"]) == ("grey", True)


def test_switched_off_it_is_the_same_recipe_to_all_that_came_before(tiny_model):
    on, off = (recipe(tiny_model, "support-desk/tickets", guards=each) for each in (True, False))
    values = on.to_dict()
    del values["training"]["guards"]
    assert wb.Recipe.from_yaml(json.dumps(values)).hash == on.hash
    assert off.hash != on.hash
    assert wb.Training.__dataclass_fields__["guards"].metadata["later"]
