"""wb.decide: which rung to stop on, what it holds against the others, and killed at any moment only what is missing."""

from __future__ import annotations

import json
import os
import signal
import time

import pytest

import workbench as wb
from workbench.bench.decision import Decision
from workbench.errors import InvalidInputError, RunError, RunNotFoundError

TRAINING = wb.Training(max_steps=2, batch_size=4, eval_steps=2, dtype="fp32", num_probes=0)
LETTERS = [{"prompt": f"{number}", "completion": f"{number}"} for number in range(60)]


def right_below(limit: int):
    """A function that is right on the prompts below a number."""

    def answer(prompt: str) -> str:
        return prompt if int(prompt) < limit else "no"

    return answer


def decided(
    tmp_path, limits: dict[str, int], margin: float = 0.0, enough: float | None = None, changed=None
) -> Decision:
    """A decision whose rungs are right on so many of 60 rows; the last one is a training."""
    folder = tmp_path / "decisions" / "one"
    folder.mkdir(parents=True)
    names = list(limits)
    rungs = [{"name": name, "kind": "prompting", "candidates": [{}]} for name in names[:-1]]
    rungs.append({"name": names[-1], "kind": "tuning", "recipe": ""})
    plan = {"rungs": rungs, "margin": margin, "enough": enough, "tiny": False, "metrics": None, "max_rows": None,
            "changed": changed}  # fmt: skip
    (folder / "plan.json").write_text(json.dumps(plan))
    report = wb.evaluate({name: right_below(limit) for name, limit in limits.items()}, LETTERS, ["exact_match"])
    report.to_json(folder / "report.json")
    return Decision(folder)


@pytest.mark.parametrize(
    ("limits", "settings", "stop"),
    [
        ({"zero-shot": 10, "few-shot": 40, "LoRA": 41}, {}, "few-shot"),
        ({"zero-shot": 10, "few-shot": 40, "LoRA": 60}, {}, "LoRA"),
        ({"zero-shot": 50, "few-shot": 48, "LoRA": 52}, {}, "zero-shot"),
        ({"zero-shot": 10, "few-shot": 40, "LoRA": 60}, {"margin": 0.5}, "few-shot"),
        ({"zero-shot": 1, "few-shot": 2, "LoRA": 3}, {"enough": 0.5}, None),
        ({"LoRA": 3}, {}, "LoRA"),
    ],
)
def test_it_stops_at_the_lowest_rung_that_nothing_above_is_shown_to_beat(tmp_path, limits, settings, stop):
    decision = decided(tmp_path, limits, **settings)

    assert decision.stop_at()[0] == stop
    table = decision.table()
    assert list(table["rung"]) == list(limits)
    assert list(table.loc[table["stop"], "rung"]) == ([stop] if stop else [])
    said = " ".join(decision.verdict())
    if stop is None:
        assert said.startswith(
            "None of these rungs is good enough: the best, LoRA, has 5.0 % (95 % interval 1.7 % to 13.7 %), and "
        )
        assert "50.0 % was asked for" in said
    else:
        assert said.startswith(f"Stop at {stop} (")
    assert ("Nothing above it is shown to be better." in said) == (stop in ("few-shot", "zero-shot"))
    assert ("nothing that was tried here helps" in said) == (stop == "zero-shot")
    assert "trained once" in said


def test_the_worse_of_two_readings_is_told_with_its_interval(tmp_path):
    decision = decided(tmp_path, {"zero-shot": 10, "few-shot": 40, "LoRA": 60})

    assert decision.report.compare("few-shot", "LoRA").sentence in decision.verdict()
    assert "Stop at LoRA" in decision._repr_html_()


def test_when_facts_change_the_later_answers_decide_and_old_ones_are_counted(tmp_path):
    """Of 60 facts the last 20 change; what was trained goes on with the old values, what looks things up follows."""
    decision = decided(
        tmp_path, {"zero-shot": 0, "retrieval": 50, "LoRA": 60}, changed={"recipe": "", "retriever": None}
    )
    with pytest.raises(RunError, match="has not asked the test rows yet"):
        decision.stop_at()
    later = [dict(row, completion=f"new {row['prompt']}") if int(row["prompt"]) >= 40 else row for row in LETTERS]

    def retrieval(prompt: str) -> str:
        return later[int(prompt)]["completion"] if int(prompt) < 50 else "no"

    then = {"zero-shot": right_below(0), "retrieval": retrieval, "LoRA": right_below(60)}
    wb.evaluate(then, later, ["exact_match"]).to_json(decision.path / "later.json")
    wb.evaluate(then, LETTERS, ["exact_match"]).to_json(decision.path / "later-by-old.json")

    table = decision.table().set_index("rung")
    assert list(table["value"] * 60) == pytest.approx([0, 50, 60])
    assert list(table["later"] * 60) == pytest.approx([0, 50, 40])
    assert list(table["old_answers"]) == [0, 0, 1]
    assert decision.stop_at()[0] == "retrieval", "before the change it was LoRA"
    said = " ".join(decision.verdict())
    assert "83.3 % of exact match once the facts have changed" in said
    assert "20 of 60 rows have another right answer" in said
    assert "retrieval 0.0 % (0.0 % to 16.1 %), LoRA 100.0 % (83.9 % to 100.0 %)" in said


def test_without_a_change_there_is_nothing_later(tmp_path):
    with pytest.raises(RunError, match=r"Give wb\.decide changed="):
        decided(tmp_path, {"LoRA": 3}).old_answers("LoRA")


@pytest.fixture
def recipe(tiny_model, arithmetic):
    ds = wb.load_dataset(arithmetic, split={"validation": 0.2, "test": 0.2})
    return wb.Recipe(str(tiny_model), ds, training=TRAINING, seed=3)


def test_from_start_to_verdict_killed_on_the_way(recipe):
    settings = {"prompts": ["Be brief.", "Add: {prompt}"], "tunings": {"LoRA": wb.LoRA(r=2), "IA3": wb.IA3()}}
    decision = wb.decide(recipe, shots=(1, 2), metrics=["token_f1", "exact_match"], **settings)
    assert decision.rungs == ["zero-shot", "few-shot", "best prompt", "LoRA", "IA3"]
    assert decision.verdict() == []
    with pytest.raises(RunError, match="has not asked the test rows yet"):
        decision.report  # noqa: B018
    killed, end = 0, time.monotonic() + 200
    while decision.status != "completed" and time.monotonic() < end:
        if decision.progress()[0] > 2 * killed and decision.status == "running" and killed < 3:
            os.kill(decision._state()["pid"], signal.SIGKILL)
            killed += 1
            while decision.status == "running":
                time.sleep(0.05)
        if decision.status == "stopped":
            decision.resume()
        assert decision.status != "failed", decision.reason
        time.sleep(0.05)

    assert decision.status == "completed", decision.reason
    assert killed == 3
    assert len(wb.runs()) == 2, "no training was done twice"
    assert {name: run.recipe.tuning.title for name, run in decision.runs.items()} == {"LoRA": "LoRA", "IA3": "IA3"}
    assert decision.progress() == (11, 11)
    table = decision.table()
    assert list(table["kind"]) == ["prompting"] * 3 + ["tuning"] * 2
    assert (table["seconds_an_answer"] > 0).all()
    assert table["prompt_tokens"].diff().iloc[1] > 0
    assert (table["answer_tokens"] > 0).all()
    assert list(table["training_rows"][:3]) == [0, 0, 0]
    assert (table["training_rows"][3:] > 0).all()
    assert (table["making_seconds"][3:] > 0).all()
    assert table["stop"].sum() == 1
    assert any("The base is tiny" in sentence for sentence in decision.verdict())
    assert wb.open_decision("last").id == decision.id
    shots = [len(each["shots"]) for each in decision.report.systems.values()]
    assert shots[0] == 0
    assert shots[1] in (1, 2)


ARTICLES = [{"id": str(number), "text": f"{number} + {number} makes {2 * number}."} for number in range(20)]


def test_every_rung_with_a_change_and_prompts_that_place_passages(recipe):
    rows = list(recipe.load_dataset().split("test"))
    later = wb.load_dataset([dict(rows[0], completion="0"), *rows[1:]], split={})
    before, after = (wb.build_index([*ARTICLES, {"id": "x", "text": text}]) for text in ("Old.", "New."))
    decision = wb.decide(
        recipe, prompts=["Add: {prompt}", "{passages}\n\nQ: {prompt}", "Be brief."], shots=(2,), retriever=before,
        passages=(1, 2), tools=["stock"], metrics=["exact_match"], changed=later, changed_retriever=after, max_rows=4,
    )  # fmt: skip
    assert decision.rungs == ["zero-shot", "few-shot", "best prompt", "retrieval", "tools", "LoRA"]
    forms = {(each["prompt"], len(each["shots"]), each["passages"]) for each in decision.plan["rungs"][3]["candidates"]}
    asked = (None, "{passages}\n\nAdd: {prompt}", "{passages}\n\nQ: {prompt}", "Be brief.")
    assert forms == {(form, shots, count) for form in asked for shots in (0, 2) for count in (1, 2)}
    assert [each["prompt"] for each in decision.plan["rungs"][4]["candidates"]] == [None, "Be brief."]

    assert decision.wait(timeout=240) == "completed", decision.reason

    folders = [each.systems["retrieval"]["retriever"] for each in (decision.report, decision.later)]
    assert folders == [str(before.path), str(after.path)]
    assert decision.report.answers["LoRA"] == decision.later.answers["LoRA"], "kept, not asked again"
    table = decision.table().set_index("rung")
    assert table["prompt_tokens"]["retrieval"] > table["prompt_tokens"]["zero-shot"]
    assert (table["prompt_tokens"] > 0).all()
    assert table["old_answers"].notna().all()
    assert decision.progress()[0] == decision.progress()[1]


PAIRS = [{"prompt": f"{a} + 1 =", "chosen": f"{a + 1}", "rejected": "no"} for a in range(24)]


def test_preferences_are_rungs_above_tuning_and_start_from_it(recipe):
    pairs = wb.load_dataset(PAIRS, split={"validation": 0.2})
    model, few = recipe.model, wb.LoRA(r=2)
    reward = wb.launch(wb.Recipe(model, pairs, wb.Reward(), few, TRAINING))
    assert reward.wait(timeout=120) == "completed", reward.reason
    online = wb.RLOO(reward=reward, num_generations=2, max_new_tokens=4)
    wanted = {"DPO": wb.Recipe(model, pairs, wb.DPO(), few, TRAINING),
              "RLOO": wb.Recipe(model, pairs, online, few, TRAINING)}  # fmt: skip
    decision = wb.decide(recipe, shots=(), tunings={"LoRA": few}, preferences=wanted, max_rows=4)
    assert decision.rungs == ["zero-shot", "LoRA", "DPO", "RLOO"]
    assert decision.wait(timeout=240) == "completed", decision.reason

    runs = decision.runs
    assert {name: runs[name].recipe.model_name for name in wanted} == dict.fromkeys(wanted, f"run:{runs['LoRA'].path}")
    table = decision.table().set_index("rung")
    assert list(table["kind"]) == ["prompting", "tuning", "preferences", "preferences"]
    seconds = {name: run.progress()["elapsed"] for name, run in {**runs, "reward": reward}.items()}
    whole = {"LoRA": ("LoRA",), "DPO": ("DPO", "LoRA"), "RLOO": ("RLOO", "LoRA", "reward")}
    for name, parts in whole.items():
        assert table["making_seconds"][name] == pytest.approx(sum(seconds[part] for part in parts), abs=1.0), name
    assert decision.progress()[0] == decision.progress()[1]


def test_preferences_that_cannot_be_a_rung_are_refused(recipe):
    pairs = wb.load_dataset(PAIRS, split={"validation": 0.2})
    with pytest.raises(InvalidInputError, match=r"preferences= takes names and recipes that teach what to prefer"):
        wb.decide(recipe, preferences={"reward": wb.Recipe(recipe.model, pairs, wb.Reward(), training=TRAINING)})
    with pytest.raises(InvalidInputError, match=r"preferences takes names and recipes, .* got \[DPO"):
        wb.decide(recipe, preferences=[wb.DPO()])
    dpo = wb.Recipe(recipe.model, pairs, wb.DPO(), training=TRAINING)
    with pytest.raises(InvalidInputError, match="would start from 'prompt', whose Prompt tuning does not merge"):
        wb.decide(recipe, tunings={"prompt": wb.PromptTuning()}, preferences={"DPO": dpo})
    with pytest.raises(InvalidInputError, match="Two rungs are called 'LoRA'"):
        wb.decide(recipe, tunings={"LoRA": wb.LoRA()}, preferences={"LoRA": dpo})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"margin": -0.1}, "margin must be from 0"),
        ({"metrics": ["exact_mach"]}, "did you mean 'exact_match'"),
        ({"prompts": ["", "x"]}, "prompts= takes texts"),
        ({"prompts": "Add: {prompt}"}, "prompts takes a list of texts"),
        ({"prompts": ["Add: {promt}"]}, "did you mean .prompt."),
        ({"tools": "stock"}, "tools takes a list of texts"),
        ({"enough": "half"}, "enough must be a number"),
        ({"enough": 2.0}, "enough must be from 0 to 1, as exact_match is"),
        ({"schema": {"type": "objct"}}, "objct"),
        ({"tunings": {"zero-shot": wb.LoRA()}}, "Two rungs are called 'zero-shot'"),
        ({"shots": (999,)}, "fewer than the 999 shots"),
        ({"retriever": "nowhere"}, "no index in"),
        ({"tools": ["stok"]}, "did you mean 'stock'"),
        ({"prompts": ["{passages} {prompt}"]}, "says where passages stand. Give a retriever"),
        ({"passages": (0,)}, "passages must be whole numbers"),
        ({"metrics": ["field_accuracy"]}, "field_accuracy does not suit the data"),
        ({"changed_retriever": "nowhere"}, "changed_retriever= needs changed="),
        ({"changed": [{"prompt": "2 + 2", "completion": "5"}]}, "must ask what the test rows ask"),
        ({"changed": "same"}, "No answer of .* differs"),
        ({"changed": "other", "metrics": ["token_f1"]}, "the first metric must say right or wrong"),
    ],
)
def test_what_cannot_be_decided_is_refused_and_leaves_nothing(recipe, settings, message, tmp_path):
    rows = list(recipe.load_dataset().split("test"))
    given = {"same": rows, "other": [dict(row, completion="0") for row in rows]}
    if settings.get("changed") in ("same", "other"):
        settings = settings | {"changed": wb.load_dataset(given[settings["changed"]], split={})}
    with pytest.raises((InvalidInputError, wb.DatasetError), match=message):
        wb.decide(recipe, **settings)
    assert not list((tmp_path / "home").glob("decisions/*"))


def test_a_set_without_test_rows_and_an_unknown_id(tiny_model, arithmetic):
    bare = wb.Recipe(str(tiny_model), wb.load_dataset(arithmetic, split={"validation": 0.2}), training=TRAINING)
    with pytest.raises(InvalidInputError, match="needs a validation and a test split"):
        wb.decide(bare)
    with pytest.raises(RunNotFoundError, match=r"There are none yet: wb.decide\(...\) makes one"):
        wb.open_decision("nothing")
