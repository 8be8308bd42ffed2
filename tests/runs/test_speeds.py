"""What an earlier run took is told of a recipe of the same kind; its memory only where batches have the same size."""

import workbench as wb
from tests.runs.conftest import made, tiny_recipe, train_here
from workbench.runs.speeds import measured


def test_the_newest_run_of_the_same_kind_is_the_measure(home, tiny_model):
    recipe = tiny_recipe(tiny_model, tuning=wb.LoRA(r=2), max_steps=4, logging_steps=1)
    assert measured(recipe, home) is None
    run = made(home, recipe)
    assert train_here(run)["status"] == "completed"
    found = measured(recipe.replace({"training.max_steps": 50, "tuning.r": 4}), home)
    assert found.run == run.id
    logs = run.metrics()
    assert found.memory_bytes == logs["memory_bytes"].max() > 10**8
    assert found.memory_kind == "resident memory of the process"
    seconds = logs["elapsed"].iloc[-1] - logs["elapsed"].iloc[0]
    assert 0 < found.seconds_per_row <= seconds / (3 * recipe.training.batch_size)  # evaluations are left out
    other = measured(recipe.replace({"training.batch_size": 2}), home)
    assert (other.run, other.memory_bytes) == (run.id, None)
    assert measured(recipe.replace({"tuning": wb.IA3()}), home) is None
    written = recipe.replace({"objective": wb.RLOO(reward="valid_json"), "training.batch_size": 4})
    assert measured(written, home) is None, "what writes replies takes longer"
