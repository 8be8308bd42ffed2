"""A recipe from pasted text: what Copy as code and YAML give comes back, and nothing that is pasted is run."""

import contextlib
import json

import pytest

import workbench as wb
from workbench.errors import InvalidInputError, RecipeError
from workbench.tuning import tunings

RECIPES = [
    wb.Recipe("tiny-support", "support-desk/tickets"),
    wb.Recipe("tiny-support", {"source": "support-desk/tickets", "split": {"validation": 0.1}}, seed=7,
              template="plain", training=wb.Training(max_steps=5, learning_rate=1e-3)),
    *(wb.Recipe("tiny-support", "support-desk/tickets", tuning=kind()) for kind in tunings().values()),
    wb.Recipe("tiny-support", "support-desk/tickets",
              tuning=wb.LoRA(target_modules=("q_proj", "v_proj"), use_dora=True)),
]  # fmt: skip


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
def test_code_and_yaml_come_back(recipe):
    for text in (recipe.to_code(), recipe.to_yaml(), "# a note\n\n" + recipe.to_yaml()):
        assert wb.Recipe.from_code(text) == recipe
    assert wb.Recipe.from_code(recipe.to_code()).hash == recipe.hash


def test_a_repaired_set_comes_back_with_its_repairs(tmp_path):
    rows = [{"prompt": f"q{i % 9}", "completion": f"a{i % 9}"} for i in range(30)]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    ds = wb.load_dataset(path, split={}).repair("exact_duplicates", drop={"train": [3]}).head(5)
    text = f"import workbench as wb\nds = {ds.to_code()}\nrecipe = wb.Recipe('tiny-support', ds)\nwb.launch(recipe)\n"
    assert wb.Recipe.from_code(text).load_dataset().hash == ds.hash


def test_what_a_panel_copies_can_be_pasted():
    recipe = wb.Recipe("tiny-support", "support-desk/tickets", tuning=wb.PrefixTuning())
    panel = wb.panels.RecipePanel(recipe)
    assert wb.Recipe.from_code(f"%matplotlib inline\nimport workbench as wb\n{panel.to_code()}") == recipe


def test_nothing_that_is_pasted_is_run(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("still here")
    evil = f"__import__('os').remove({str(victim)!r})"
    for text in (
        f"{evil}\nwb.Recipe('tiny-support', 'support-desk/tickets')",
        f"wb.Recipe('tiny-support', 'support-desk/tickets', seed={evil})",
        f"wb.Recipe('tiny-support', 'support-desk/tickets', tuning=wb.LoRA(r={evil}))",
        f"ds = wb.load_dataset({evil})\nwb.Recipe('tiny-support', ds)",
        f"ds = wb.load_dataset('support-desk/tickets').repair({evil})\nwb.Recipe('tiny-support', ds)",
    ):
        with contextlib.suppress(InvalidInputError):
            wb.Recipe.from_code(text)
        assert victim.read_text() == "still here"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no wb.Recipe"),
        ("hello there", "neither a recipe's YAML nor Python"),
        ("x = 1", "no wb.Recipe"),
        ("wb.Recipe('m', ds)", "no line above says what that is"),
        ("ds = wb.load_dataset(rows)\nwb.Recipe('m', ds)", "no plain value"),
        ("wb.Recipe('m', 'd', tuning=wb.LoRa(r=3))", r"wb.LoRa\(...\) is not known here \(did you mean 'LoRA'\?\)"),
        ("wb.Recipe('m', 'd', tuning=wb.LoRA(rank=3))", "rank"),
        ("wb.Recipe('m', 'd', sed=3)", r"takes no sed= \(did you mean 'seed'\?\)"),
        ("wb.Recipe(**given)", "Write them out"),
        ("(" * 5_000, "neither a recipe's YAML nor Python"),
    ],
)
def test_what_cannot_be_read_is_told(text, words):
    with pytest.raises((InvalidInputError, RecipeError), match=words):
        wb.Recipe.from_code(text)


def test_recipes_differ_by_dotted_names():
    one = RECIPES[0]
    other = one.replace({"tuning": wb.PromptTuning(num_virtual_tokens=5), "training.max_steps": 9, "seed": 2})
    table = one.diff(other)
    assert list(table.columns) == ["this", "other"]
    assert table.loc["tuning.name"].tolist() == ["lora", "prompt"]
    assert table.loc["training.max_steps"].tolist() == [None, 9]
    assert table.loc["tuning.num_virtual_tokens"].tolist() == [None, 5]
    assert table.loc["seed"].tolist() == [0, 2]
    assert one.diff(one).empty


def test_equal_numbers_make_equal_hashes():
    recipes = [
        RECIPES[0].replace({"training.weight_decay": value, "training.num_epochs": 2 + value}) for value in (0, 0.0)
    ]
    assert recipes[0] == recipes[1]
    assert recipes[0].hash == recipes[1].hash
    assert recipes[0].hash != RECIPES[0].hash
