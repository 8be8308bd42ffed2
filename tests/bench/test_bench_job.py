"""wb.bench from start to verdict: what is asked is checked, and killed at any moment it does only what is missing."""

import os
import signal
import time

import pytest

import workbench as wb
from workbench.bench import open_bench
from workbench.bench.plan import bench_plan, cells, curve_plan
from workbench.errors import InvalidInputError, RecipeError, RunBusyError, RunError, RunNotFoundError

TRAINING = wb.Training(max_steps=2, batch_size=4, eval_steps=2, dtype="fp32", num_probes=0)


@pytest.fixture
def recipe(tiny_model, arithmetic):
    ds = wb.load_dataset(arithmetic, split={"validation": 0.1, "test": 0.1})
    return wb.Recipe(str(tiny_model), ds, training=TRAINING, seed=3)


def planned(recipe, tunings, **options):
    given = {"seeds": 3, "rates": (0.3, 1.0), "budget": "tokens", "metrics": None, "splits": ("test",)}
    return bench_plan(recipe, tunings, **(given | {"max_rows": None, "shots": (0,)} | options))


def test_the_plan_searches_with_the_first_seed_and_trains_every_seed_at_the_best_rate(recipe):
    plan = planned(recipe, {"small": wb.LoRA(r=2), "soft": wb.PromptTuning(num_virtual_tokens=4)})
    assert plan["seeds"] == [3, 4, 5]
    searched = list(cells(plan, {}))
    assert [(cell.entry, cell.seed) for cell in searched] == [("small", 3)] * 2 + [("soft", 3)] * 2
    assert [cell.rate for cell in searched if cell.entry == "soft"] == [0.3, 1.0]
    later = [cell.id for cell in cells(plan, {"small": 1e-3, "soft": 0.3}) if "/seed/" in cell.id]
    assert later == ["small/seed/4", "soft/seed/4", "small/seed/5", "soft/seed/5"]
    timed = plan | {"budget": "time"}
    assert sum("/seed/" in cell.id for cell in cells(timed, {"small": 1e-3, "soft": 0.3})) == 6
    assert list(planned(recipe, [wb.LoRA(r=4), wb.IA3()])["entries"]) == ["LoRA r=4", "IA3"]


@pytest.mark.parametrize(
    ("tunings", "options", "words"),
    [
        ([], {}, "got none"),
        (["lora"], {}, "takes ways of tuning"),
        ([wb.LoRA(), wb.LoRA()], {}, "twice"),
        ([wb.LoRA()], {"budget": "token"}, r"did you mean 'tokens'\?"),
        ([wb.LoRA(), wb.PromptTuning()], {"budget": "parameters"}, "LoRA 8,.*Prompt tuning 640"),
        ([wb.LoRA()], {"rates": ()}, "factors above 0"),
        ([wb.LoRA()], {"seeds": 0}, "different seeds"),
        ([wb.LoRA()], {"seeds": [1, 1]}, "different seeds"),
        ([wb.LoRA()], {"splits": ("tset",)}, r"did you mean 'test'\?"),
        ([wb.LoRA()], {"splits": ("train",)}, "train is no test"),
        ([wb.LoRA()], {"metrics": ["exakt_match"]}, r"did you mean 'exact_match'\?"),
    ],
)
def test_what_cannot_be_compared_is_told_before_anything_runs(recipe, tunings, options, words):
    with pytest.raises(InvalidInputError, match=words):
        planned(recipe, tunings, **options)


def test_a_way_of_tuning_that_cannot_work_is_told_before_anything_runs(recipe):
    with pytest.raises(RecipeError, match="packing"):
        planned(recipe.replace({"training.packing": True}), [wb.PromptTuning()])
    alone = wb.Recipe(
        recipe.model, wb.load_dataset([{"prompt": "a", "completion": "b"}] * 9, split={}), training=TRAINING
    )
    with pytest.raises(InvalidInputError, match="the data has none"):
        planned(alone, [wb.LoRA()], splits=())


def test_a_curve_takes_parts_that_lie_in_each_other(recipe):
    plan = curve_plan(recipe, 3, 2, None, ("test",), None)
    rows = recipe.load_dataset().splits["train"]
    assert [entry["rows"] for entry in plan["entries"].values()] == [rows // 4, rows // 2, rows]
    parts = [
        {row["prompt"] for row in wb.Recipe.from_yaml(entry["recipe"]).load_dataset()}
        for entry in plan["entries"].values()
    ]
    assert parts[0] < parts[1] < parts[2]
    for sizes in (2, [5, 10], [5, 10, 10_000], [0, 1, 2]):
        with pytest.raises(InvalidInputError, match="at least 3"):
            curve_plan(recipe, sizes, 2, None, ("test",), None)


def test_killed_at_any_moment_it_does_only_what_is_missing(recipe):
    bench = wb.bench(
        recipe, {"lora": wb.LoRA(r=2), "soft": wb.PromptTuning(num_virtual_tokens=2)}, seeds=2, rates=(1.0, 3.0)
    )
    with pytest.raises(RunBusyError):
        bench.resume()
    with pytest.raises(RunError, match="has not asked test yet"):
        bench.report()
    while bench.progress()[0] < 1:
        time.sleep(0.1)
    state = bench._state()
    os.kill(state["pid"], signal.SIGKILL)
    while bench.status == "running":
        time.sleep(0.05)
    assert bench.status == "stopped"
    before = bench.runs()
    again = open_bench("last")
    again.resume()
    assert again.wait(240) == "completed", again.reason
    assert before.items() <= again.runs().items()
    assert len(set(again.runs().values())) == 6
    assert len(wb.runs()) == 6
    assert again.progress() == (6, 6)

    table = again.table()
    assert list(table["system"]) == ["zero-shot", "3-shot", "lora", "soft"]
    assert table["seeds"].tolist()[2:] == [2, 2]
    assert set(again.trials().columns) >= {"entry", "rate", "seed", "run", "eval_loss", "memory_bytes"}
    for name, rate in again.rates.items():
        tried = again.trials()
        tried = tried[(tried["entry"] == name) & (tried["stage"] == "search")]
        assert rate == tried.sort_values("eval_loss")["rate"].iloc[0]
    assert again.verdict()
    assert again.report().names[2:] == ["lora, seed 3", "lora, seed 4", "soft, seed 3", "soft, seed 4"]
    asked = os.stat(again.path / "report-test.json").st_mtime_ns
    again.resume()
    assert again.wait(60) == "completed"
    assert os.stat(again.path / "report-test.json").st_mtime_ns == asked  # the test split is asked once
    with pytest.raises(RunNotFoundError, match=again.id):
        open_bench(again.id[:-1] + "x")
    with pytest.raises(RunError, match="compares ways of tuning"):
        again.curve()


def test_at_equal_time_each_gets_the_steps_that_fit_into_the_time_of_the_first(recipe):
    two = {"lora": wb.LoRA(r=2), "dora": wb.LoRA(r=2, use_dora=True)}
    bench = wb.bench(recipe.replace({"training.max_steps": 6}), two, seeds=1, rates=(1.0,), budget="time")
    assert bench.wait(240) == "completed", bench.reason
    trials = bench.trials().set_index(["entry", "stage"])
    steps = {
        (entry, stage): wb.open_run(run).recipe.training.max_steps for (entry, stage), run in trials["run"].items()
    }
    assert steps["lora", "search"] == steps["dora", "search"] == steps["lora", "seed"] == 6
    took = {name: bench._state()["cells"][f"{name}/search/{bench.rates[name]:g}"] for name in two}
    each = {name: cell["seconds"] / cell["steps"] for name, cell in took.items()}
    assert steps["dora", "seed"] == max(1, round(6 * each["lora"] / each["dora"]))


def test_a_data_curve_from_start_to_sentence(recipe):
    bench = wb.data_curve(recipe, sizes=3, seeds=2, max_rows=3)
    assert bench.wait(240) == "completed", bench.reason
    assert len(bench.curve().rows) == 3
    [sentence] = bench.verdict()
    assert sentence == bench.curve().sentence
    assert list(bench.table()["system"]) == [f"{rows:,} rows" for rows in bench.curve().rows]


def test_a_run_that_fails_stops_the_bench_with_its_reason(recipe, monkeypatch):
    monkeypatch.setattr(wb.SFT, "eval_metrics", {})  # so that it is not refused before it starts
    broken = recipe.replace({"training.best_metric": "no_such_metric"})
    bench = wb.bench(broken, {"lora": wb.LoRA(r=2)}, seeds=1, rates=(1.0,))
    assert bench.wait(120) == "failed"
    assert "no_such_metric" in bench.reason
    assert "lora/search" in bench.reason


def test_a_run_that_was_launched_just_before_the_end_is_found_again(recipe):
    from workbench.bench.worker import _Driver

    bench = wb.bench(recipe, {"lora": wb.LoRA(r=2)}, seeds=1, rates=(1.0,))
    assert bench.wait(120) == "completed", bench.reason
    [(cell, run)] = bench.runs().items()
    driver = _Driver(bench)
    wanted = next(each for each in cells(bench.plan, {}) if each.id == cell)
    del driver.cells[cell]["run"]
    driver.tell("stopped", None)
    driver._launch(wanted)
    assert driver.cells[cell]["run"] == run
    assert len(wb.runs()) == 1
