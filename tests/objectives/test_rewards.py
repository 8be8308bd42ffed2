"""Rewards as plain data, and rewards at work: what they are given, and what is said when they fail."""

from __future__ import annotations

import time

import pytest

import workbench as wb
from workbench.errors import InvalidInputError, RecipeError, RewardError
from workbench.models.resolve import bundled_models
from workbench.objectives._reward_calling import load_reward
from workbench.objectives.rewards import as_reward, described

OUTSIDE = 3


def short(prompts, completions, **columns):
    return [-float(len(reply)) for reply in completions]


def by_column(completions, prompts, order):
    import re

    return [float(bool(re.search(number, reply))) for reply, number in zip(completions, order, strict=True)]


def raises_at_bad(prompts, completions):
    return [1 / 0 if "bad" in reply else 1.0 for reply in completions]


def nan_at_bad(prompts, completions):
    return [float("nan") if "bad" in reply else 1.0 for reply in completions]


def one_too_few(prompts, completions):
    return [1.0] * (len(completions) - 1)


def sleeps_at_bad(prompts, completions):
    import time

    if any("bad" in reply for reply in completions):
        time.sleep(30)
    return [0.0] * len(completions)


def ends_the_process(prompts, completions):
    import sys

    sys.exit("bye")


async def waits(prompts, completions):
    return [0.0 for _ in completions]


def no_list(prompts, completions):
    return 1.0


def uses_outside(prompts, completions):
    return [OUTSIDE for _ in completions]


def uses_outside_deep(prompts, completions):
    def inner(reply):
        return json.dumps(reply)  # noqa: F821

    return [len(inner(reply)) for reply in completions]


def only_prompts(prompts):
    return [0.0 for _ in prompts]


PROMPTS, REPLIES = ["Where is it?", "Is it red?"], ["Here, AB1.", "Yes, this is the longer one."]


def test_every_kind_scores():
    assert load_reward(as_reward(short))(PROMPTS, REPLIES) == [-10.0, -28.0]
    assert load_reward(as_reward(by_column))(PROMPTS, REPLIES, {"order": ["AB1", "AB1"], "more": [1, 2]}) == [1.0, 0.0]
    assert load_reward("exact_match")(PROMPTS, REPLIES, {"completion": ["Here, AB1.", "No."]}) == [1.0, 0.0]
    several = as_reward({"valid_json": 2.0})
    assert load_reward(several)(PROMPTS, ['{"a": 1}', "{"]) == [2.0, 0.0]
    both = as_reward([(short, 0.5), ("valid_json", -1.0)])
    assert load_reward(both)(PROMPTS, ["{}", "x"]) == [-2.0, -0.5]
    assert described(both) == "0.5 short + -1 valid_json"
    together = load_reward(both)
    together(PROMPTS, ["{}", "x"])
    assert together.means == {"short": -1.5, "valid_json": 0.5}, "each before its weight"


def test_replies_are_scored_here_and_now():
    assert wb.score_replies(short, PROMPTS, REPLIES) == [-10.0, -28.0]
    assert wb.score_replies({"valid_json": 2.0}, "One prompt for all", ["{}", "{", "1"]) == [2.0, 0.0, 2.0]
    assert wb.score_replies(by_column, PROMPTS, REPLIES, columns={"order": ["AB1", "AB1"]}) == [1.0, 0.0]
    assert wb.score_replies(short, [], []) == []
    with pytest.raises(InvalidInputError, match=r"The length of prompts is 1 and that of replies 2"):
        wb.score_replies(short, PROMPTS[:1], REPLIES)
    with pytest.raises(InvalidInputError, match=r"The length of order is 1 and that of replies 2"):
        wb.score_replies(by_column, PROMPTS, REPLIES, columns={"order": ["AB1"]})
    with pytest.raises(InvalidInputError, match="replies must be a list of texts"):
        wb.score_replies(short, PROMPTS, "one text")
    with pytest.raises(InvalidInputError, match="reward= is 'valid_jsn', which is no metric"):
        wb.score_replies("valid_jsn", PROMPTS, REPLIES)
    with pytest.raises(RewardError, match="takes order"):
        wb.score_replies(by_column, PROMPTS, REPLIES)


def test_messages_come_as_text():
    def first(prompts, completions):
        return [float(prompt == "Hi") for prompt in prompts]

    assert load_reward(as_reward(first))([[{"role": "user", "content": "Hi"}]], ["x"]) == [1.0]


def test_a_function_in_a_file(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("LIMIT = 3\ndef brief(prompts, completions):\n    return [len(c) < LIMIT for c in completions]\n")
    assert load_reward(f"{file}:brief")(PROMPTS, ["ab", "abcd"]) == [1.0, 0.0]
    with pytest.raises(RewardError, match="no function 'long'"):
        load_reward(f"{file}:long")
    with pytest.raises(RewardError, match="is not there"):
        load_reward(f"{tmp_path}/other.py:brief")
    file.write_text("import nowhere_to_be_found\n")
    with pytest.raises(RewardError, match="cannot be loaded: ModuleNotFoundError"):
        load_reward(f"{file}:brief")


def test_an_argument_that_is_no_column_is_said_before_and_in_the_run(tmp_path):
    def kind(prompts, completions, tone, weight=1.0):
        return [0.0] * len(completions)

    rows = wb.load_dataset([{"prompt": "a", "completion": "b", "mood": "c"}], split={})
    [problem] = [
        one for one in wb.Recipe("tiny-support", rows, wb.PPO(reward=kind)).problems() if "tone" in one.message
    ]
    assert problem.where == "objective.reward"
    assert "kind, which takes tone, and the rows have no such column" in problem.message
    assert "completion, mood" in problem.remedy
    with pytest.raises(RewardError, match="takes tone, and the rows have no such column; they have mood"):
        load_reward(as_reward(kind))(PROMPTS, ["a", "b"], {"mood": ["x", "y"]})
    assert load_reward(as_reward(kind))(PROMPTS, ["a", "b"], {"tone": ["x", "y"]}) == [0.0, 0.0]


@pytest.mark.parametrize(
    ("reward", "words"),
    [
        (
            str(bundled_models()["tiny-support"]),
            "which is no reward model: it is a LlamaForCausalLM, which gives no score",
        ),
        ("/no/where", "There is no model folder '/no/where'"),
        ("/no/where.py:polite", "names the file '/no/where.py', which is not there"),
    ],
)
@pytest.mark.parametrize("setting", ["reward", "gold"])
def test_a_reward_that_is_nowhere_or_gives_no_score_is_said_before_the_run(setting, reward, words):
    objective = wb.PPO(**{"reward": "gold_reply", setting: reward})
    found = wb.Recipe("tiny-support", "support-desk/preferences", objective).problems()
    assert [one for one in found if one.where == f"objective.{setting}" and words in one.message], found
    assert not wb.Recipe("tiny-support", "support-desk/preferences", wb.PPO(reward="gold_reply")).problems()


@pytest.mark.parametrize(
    ("reward", "words"),
    [
        (raises_at_bad, ["raises_at_bad raised ZeroDivisionError", "'a bad one'", "number 2 of a batch of 3"]),
        (nan_at_bad, ["returned nan, which is no finite number", "'a bad one'"]),
        (one_too_few, ["returned 2 numbers for 3 replies; asked alone it returned 0 numbers for 1", "'good'"]),
        (ends_the_process, ["raised SystemExit: bye", "'good'"]),
        (no_list, ["returned 1.0, which is no list of numbers"]),
        (sleeps_at_bad, ["took longer than 0.3 seconds (objective.reward_timeout)", "'a bad one'"]),
    ],
)
def test_a_reward_that_fails_names_the_row(reward, words):
    with pytest.raises(RewardError) as caught:
        load_reward(as_reward(reward), timeout=0.3)(["p"] * 3, ["good", "a bad one", "good"])
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert "'p'" in str(caught.value)


def test_a_reward_that_fails_for_many_and_for_none_alone():
    def picky(prompts, completions):
        return [0.0] if len(completions) == 1 else []

    with pytest.raises(RewardError, match=r"returned 0 numbers for 2 replies, though it answers for each alone"):
        load_reward(as_reward(picky))(["p"] * 2, ["a", "b"])


def by_position(prompts, completions, /):
    return [1.0 for _ in completions]


def closing(kept):
    def inner(prompts, completions):
        return [kept for _ in completions]

    return inner


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (lambda prompts, completions: [1.0], "only plain functions"),
        (closing(2.0), "closes over kept"),
        (uses_outside, "uses OUTSIDE from outside"),
        (uses_outside_deep, "uses json from outside"),
        (only_prompts, r"takes \(prompts\)"),
        (by_position, "by_position takes prompts, completions by position only"),
        (waits, "waits is async"),
        (max, "only plain functions"),
        ("exact_mach", "no metric .did you mean 'exact_match'"),
        ("gold_reply.polit", "no metric .did you mean 'gold_reply.polite'"),
        ("", "is empty"),
        ({}, "is empty"),
        ({"exact_match": 0}, "weight 0"),
        ({"exact_match": float("nan")}, "weight nan"),
        (3, "is no reward"),
        ({"function": "f", "source": "def g(): pass"}, "does not define a function 'f'"),
        ({"function": "f", "source": "def f("}, "is no Python"),
    ],
)
def test_what_is_no_reward_is_refused_with_advice(given, words):
    with pytest.raises(RecipeError, match=words):
        wb.RLOO(reward=given)


def test_a_recipe_carries_the_source_and_is_the_same_after_yaml_and_code():
    rows = [{"prompt": f"Say {n}", "completion": str(n)} for n in range(20)]
    for reward in (short, "exact_match", {"exact_match": 1.0, "valid_json": 0.5}, [(short, 0.2), ("exact_match", 1)]):
        recipe = wb.Recipe("tiny-support", rows, wb.RLOO(reward=reward, gold="valid_json")).stored()
        again = wb.Recipe.from_yaml(recipe.to_yaml())
        assert again == recipe
        assert again.objective.reward == recipe.objective.reward
        assert wb.Recipe.from_code(recipe.to_code()) == recipe
    changed = recipe.replace({"objective.reward": "valid_json"})
    assert changed.hash != recipe.hash


def test_the_hash_looks_at_what_is_in_a_reward_and_not_at_where_it_lies(tmp_path):
    rows = wb.load_dataset([{"prompt": f"Say {n}"} for n in range(20)])
    found = []
    for folder, text in (("a", "return 1"), ("b", "return 1"), ("c", "return 2")):
        file = tmp_path / folder / "mine.py"
        file.parent.mkdir()
        file.write_text(f"def brief(prompts, completions):\n    {text}\n")
        found.append(wb.Recipe("tiny-support", rows, wb.RLOO(reward={f"{file}:brief": 1.0})).hash)
    assert found[0] == found[1] != found[2]
    same = [
        wb.Recipe("tiny-support", rows, wb.RLOO(reward=name)).hash for name in ("valid_json", "valid_json", "no/where")
    ]
    assert same[0] == same[1] != same[2]


def test_what_does_not_go_together_is_said():
    rows = wb.load_dataset([{"prompt": f"Say {n}"} for n in range(20)])
    with pytest.raises(RecipeError, match=r"objective\.reward: is missing"):
        wb.Recipe("tiny-support", rows, wb.GRPO())
    with pytest.raises(RecipeError, match="no multiple of the 8 replies"):
        wb.Recipe("tiny-support", rows, wb.GRPO(reward="valid_json"), training=wb.Training(batch_size=12))
    with pytest.raises(RecipeError, match="packing: cannot be used with RLOO"):
        wb.Recipe("tiny-support", rows, wb.RLOO(reward="valid_json"), training=wb.Training(packing=True))
    recipe = wb.Recipe("tiny-support", rows, wb.RLOO(reward="exact_match"))
    assert any("compares with a reference, and the rows have none" in str(problem) for problem in recipe.problems())


def test_a_slow_function_does_not_keep_the_process():
    def sleeps(prompts, completions):
        import time

        time.sleep(60)

    started = time.monotonic()
    with pytest.raises(RewardError, match="took longer"):
        load_reward(as_reward(sleeps), timeout=0.2)(["p"], ["a"])
    assert time.monotonic() - started < 30
