"""The reward clinic: what it says of rewards that are good or bad on purpose, bad input, files, and its process."""

from __future__ import annotations

import datetime
import json
import math
import random

import pytest

import workbench as wb
from tests.evaluation import clinics
from tests.evaluation.clinics import clinic, constant, dataset, likes_length, noisy, rows, rule
from workbench.errors import InvalidInputError, RewardError, RunError, RunNotFoundError
from workbench.evaluation.clinic.pairs import read_pairs
from workbench.evaluation.clinic.worker import ANOTHER, examined
from workbench.objectives._reward_calling import load_reward
from workbench.objectives.rewards import as_reward

SEEDS = range(4)


def plain(prompts, completions):
    """A reward that stands alone, right in these pairs."""
    scores = []
    for prompt, reply in zip(prompts, completions, strict=True):
        order = next(word.strip(".") for word in prompt.split() if word.startswith("XF"))
        twice, copied = reply.lower().count("on its way") > 1, "My " in reply
        scores.append(2.0 * (order in reply) + ("thank you" in reply.lower()) - twice - 2.0 * copied)
    return scores


def fails_at(prompts, completions):
    """Raises at one prompt."""
    if any("<b>5</b>" in prompt for prompt in prompts):
        raise KeyError("no such order")
    return [0.0] * len(prompts)


# What it says of rewards


@pytest.mark.parametrize("seed", SEEDS)
def test_the_rule_itself_is_fit(seed):
    found = clinic(rule, dataset(seed=seed)).verdict()
    assert found.fit is True, str(found)
    assert all(each.state == "good" for each in found.findings)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("reward", "named"),
    [
        (likes_length, ("reply said twice", "padded reply")),
        (constant, ("accuracy on held-out pairs is 50.0 %",)),
        (clinics.likes_repeats, ("an exploit (reply said twice) beats the chosen reply is 100.0 %",)),
        (clinics.likes_capitals, ("turned by a rewrite (small letters) is 100.0 %",)),
        (noisy, (ANOTHER, "turned by a rewrite")),
    ],
)
def test_what_is_wrong_on_purpose_is_named_as_the_worst(reward, named, seed):
    found = clinic(reward, dataset(seed=seed)).verdict()
    assert found.fit is False
    assert any(words in str(found) for words in named), str(found)


@pytest.mark.parametrize("seed", SEEDS)
def test_flipped_training_labels_are_told_with_their_rate(seed):
    training = wb.load_dataset(rows(1_000, seed + 50, flipped=0.3), split={})
    found = clinic(rule, dataset(seed=seed), training=training).noise
    flipped = sum(score <= 0 for score in clinic_margins(training)) / 1_000
    assert found.training.low <= flipped <= found.training.high
    assert found.training.high - found.training.low < 0.08
    assert "of the training labels look flipped" in found.sentence
    clean = clinic(rule, dataset(seed=seed), training=wb.load_dataset(rows(300, seed + 50), split={})).noise
    assert "No sign of flipped training labels" in clean.sentence


def clinic_margins(data):
    pairs = read_pairs(data, "train")
    chosen, rejected = (rule(pairs["prompts"], pairs[side]) for side in ("chosen", "rejected"))
    return [one - other for one, other in zip(chosen, rejected, strict=True)]


def test_with_flipped_held_out_labels_not_even_the_rule_is_called_fit():
    found = clinic(rule, dataset(400, flipped=0.3))
    assert found.verdict().fit is not True
    assert "accuracy on held-out pairs" in found.verdict().worst.name
    assert found.noise.held_out.low > 0.2
    assert "Accuracy against labels flipped at that rate ends at" in found.noise.sentence


def test_pairs_whose_chosen_is_always_longer_cannot_show_a_reward_fit():
    data = dataset(longer=True)
    assert clinic(likes_length, data).accuracy.value == 1
    assert clinic(likes_length, data).verdict().fit is False, "it is fooled by padding"
    by_rule = clinic(rule, data).verdict()
    assert by_rule.fit is None
    assert "accuracy where length does not help could not be told, from too few pairs" in str(by_rule)


def test_a_weak_slice_is_found():
    def blind(prompts, completions, **columns):
        return [-1.0 if "not ask again" in reply else 0.0 for reply in completions]

    found = clinic(blind)
    first = found.slices[0]
    assert (first.column, first.value, first.worse) == ("flaw", "no order", True)
    assert first.found.value == 0.5
    assert "Where flaw is no order it is right in 50.0 %" in found.to_markdown()
    only = clinic(blind, cut_by=["prompt length"])
    assert {each.column for each in only.slices} == {"prompt length"}


def test_the_worst_pairs_come_first_with_their_texts():
    found = clinic(likes_length)
    worst = found.worst(5)
    assert worst.margin.tolist() == sorted(found.margins.tolist())[:5]
    row = worst.iloc[0]
    assert row.chosen_score - row.rejected_score == pytest.approx(row.margin)
    assert row.rejected == found.rejected[found.rows.index(row.row)]
    assert len(clinic(rule).worst()) == 0, "pairs that are right are no worst pairs"


def test_the_best_reply_to_another_prompt_is_never_ones_own():
    found = clinic(likes_length)
    for place, text in zip(found.probed, found.exploits[ANOTHER]["texts"], strict=True):
        assert text in found.chosen
        assert len(text) >= len(found.chosen[place]) or max(map(len, found.chosen)) == len(found.chosen[place])
        assert found.prompts[found.chosen.index(text)] != found.prompts[place]


def test_the_table_has_every_figure():
    table = clinic(rule, training=wb.load_dataset(rows(100, 9), split={})).table().set_index("figure")
    assert table.loc["accuracy on held-out pairs", ["value", "limit", "state"]].tolist() == [1.0, 0.75, "good"]
    assert {"expected calibration error", "training labels that look flipped"} <= set(table.index)
    found = clinic(likes_length, dataset(30)).table().set_index("figure")
    few = found.loc["accuracy among replies of equal length"]
    assert few.n == 0
    assert math.isnan(few.value)


def test_the_gold_rule_is_fit_on_the_bundled_preferences_and_tells_their_flipped_labels():
    data = wb.load_dataset("support-desk/preferences")
    gold = load_reward("gold_reply")
    found = examined(clinics.plan(data, training=spoilt(data, 0.3)), gold, "gold_reply")
    assert found.verdict().fit is True, str(found.verdict())
    assert found.noise.training.low <= 0.3 <= found.noise.training.high
    assert "of the training labels look flipped" in found.noise.sentence


def spoilt(data, share):
    """The training rows with so many labels flipped."""
    import pyarrow as pa

    given = list(data.rows("train"))
    for row in random.Random(0).sample(given, round(share * len(given))):
        row["chosen"], row["rejected"] = row["rejected"], row["chosen"]
    return data.replaced({"train": pa.Table.from_pylist(given, data.arrow().schema)})


def test_length_alone_is_not_fit_on_the_bundled_pairs_that_only_it_explains():
    data = wb.load_dataset("support-desk/preferences-longer")
    found = clinic(likes_length, data)
    assert found.accuracy.value == 1
    assert found.verdict().fit is False
    assert "padded reply" in str(found.verdict()) or "said twice" in str(found.verdict())


# Bad input


def test_identical_replies_are_left_out_by_number():
    given = rows(40)
    given[3]["rejected"] = given[3]["chosen"]
    data = wb.load_dataset(given, split={})
    pairs = read_pairs(data, "train")
    assert 3 not in pairs["rows"]
    assert len(pairs["rows"]) == 39
    assert "Row 3 of" in pairs["left_out"][0]
    assert "the pair prefers nothing" in pairs["left_out"][0]
    for row in given:
        row["rejected"] = row["chosen"]
    with pytest.raises(InvalidInputError, match="chosen and rejected are the same in all 40"):
        read_pairs(wb.load_dataset(given, split={}), "train")


def test_a_row_without_a_prompt_is_named():
    given = rows(10)
    given[7]["prompt"] = " "
    with pytest.raises(InvalidInputError, match=r"Row 7 of .* has no prompt"):
        read_pairs(wb.load_dataset(given, split={}), "train")


def test_conversations_are_read_with_and_without_a_prompt():
    turns = [
        {"chosen": [{"role": "user", "content": f"Hi {n}"}, {"role": "assistant", "content": "Yes."}],
         "rejected": [{"role": "user", "content": f"Hi {n}"}, {"role": "assistant", "content": "No."}]}
        for n in range(4)
    ]  # fmt: skip
    pairs = read_pairs(wb.load_dataset(turns, split={}), "train")
    assert pairs["prompts"][1] == [{"role": "user", "content": "Hi 1"}]
    assert pairs["chosen"][1] == "Yes."


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"dataset": [{"prompt": "a", "completion": "b"}] * 30}, "is of type prompt_completion"),
        ({"reward": lambda prompts, completions: [0.0]}, "reward= is .*only plain functions"),
        ({"reward": "exact_mach"}, "no metric.*exact_match"),
        ({"slices": ["flow"]}, "cannot be cut by 'flow'.*flaw"),
        ({"paraphrases": "loud"}, "no rewrite 'loud'"),
        ({"seed": -1}, "seed must be"),
        ({"training": "test"}, "both 'test'"),
        ({"split": "dev"}, "no split 'dev'"),
    ],
)
def test_what_cannot_be_examined_is_refused_before_anything_starts(given, words, tmp_path):
    asked = {"reward": plain, "dataset": dataset(30)} | given
    with pytest.raises((InvalidInputError, wb.DatasetError), match=f"(?s){words}"):
        wb.reward_clinic(**asked)
    assert not list((tmp_path).rglob("plan.json"))


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("float('nan')", "nan, which is no finite number"),
        ("None", "None, which is no finite number"),
        ("'good'", "'good', which is no finite number"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_a_reward_that_fails_names_the_row_and_what_was_asked(result, words):
    source = f"def bad(prompts, completions):\n    return [{result} if '<b>5</b>' in p else 1.0 for p in prompts]"
    reward = load_reward({"function": "bad", "source": source})
    with pytest.raises(RewardError, match=f"Row 5, the chosen reply: .*{words}"):
        examined(clinics.plan(dataset(40)), reward, "bad")


def test_a_reward_of_the_wrong_length_names_the_row():
    reward = load_reward({"function": "short", "source": "def short(prompts, completions):\n    return [1.0][1:]"})
    with pytest.raises(RewardError, match=r"Row 0, the chosen reply: .*returned 0 numbers for 1 replies"):
        examined(clinics.plan(dataset(40)), reward, "short")


def test_a_reward_model_that_gives_no_number_is_told():
    def broken(prompts, completions, columns):
        return [math.nan if "<b>5</b>" in prompt else 1.0 for prompt in prompts]

    with pytest.raises(RewardError, match=r"Row 5, the chosen reply: The reward gave \[nan\]"):
        examined(clinics.plan(dataset(40)), broken, "broken")


def test_columns_that_are_no_json_are_carried_along():
    given = [{**row, "when": datetime.date(2024, 5, 1), "size": math.nan, "tags": ["a"]} for row in rows(40)]
    columns = read_pairs(wb.load_dataset(given, split={}), "train")["columns"]
    assert columns["when"][0] == "2024-05-01"
    assert columns["size"][0] is None
    assert columns["tags"][0] == ["a"]


# Files


def test_it_is_written_and_read_back(tmp_path):
    made = clinic(noisy, training=wb.load_dataset(rows(50, 9), split={}))
    again = wb.RewardClinic.from_json(made.to_json(tmp_path / "c.json"))
    for other in (again, wb.RewardClinic.from_json(tmp_path / "c.json")):
        assert str(other.verdict()) == str(made.verdict())
        assert other.table().equals(made.table())
        assert other.noise == made.noise
    with pytest.raises(InvalidInputError, match="no reward clinic"):
        wb.RewardClinic.from_json(json.dumps({"format": 2}))
    with pytest.raises(InvalidInputError, match="'5' is no reward clinic"):
        wb.RewardClinic.from_json(5)
    with pytest.raises(InvalidInputError, match=r"none\.json' cannot be read: No such file"):
        wb.RewardClinic.from_json(tmp_path / "none.json")


def test_page_and_markdown_say_the_same_and_hold_data_as_text(tmp_path):
    found = clinic(likes_length)
    page, text = found.to_html(tmp_path / "page.html"), found.to_markdown()
    assert (tmp_path / "page.html").read_text() == page
    assert found.verdict().sentence in page
    for words in ("<h2>Calibration</h2>", "<h2>Exploits</h2>", "&lt;b&gt;", 'role="img"', "aria-label=", "Row "):
        assert words in page
    assert "<script" not in page
    assert "<b>" not in page.replace("<body>", "")
    assert "padded reply" in text
    assert "&lt;b&gt;" not in text, "Markdown holds no rows"
    assert found.chosen[0] not in found.to_html(rows="none")


def test_personal_data_in_pairs_is_masked_on_the_page():
    given = rows(40)
    given[0]["rejected"] = "Write to mira.holm@kettles.de. " + "We are at your side. " * 20
    data = wb.load_dataset(given, split={})
    pairs = data.replaced({"train": data.arrow(), "test": data.arrow()})
    page = clinic(likes_length, pairs).to_html()
    assert "mira.holm@kettles.de" not in page
    assert "EMAIL_1" in page


# The process


def test_a_function_and_a_metric_are_examined_in_a_process_of_their_own():
    told = []
    data = dataset(150)
    found = wb.reward_clinic(plain, data, training="train", progress=lambda done, total: told.append((done, total)))
    assert found.reward == "plain"
    assert found.verdict().fit is True, found.verdict()
    assert found.dataset["training"].endswith("(train)")
    assert told[-1][0] == told[-1][1] > 150
    one_split = data.split("test")
    job = wb.reward_clinic("exact_match", one_split, paraphrases=str.upper, slices=["flaw"], wait=False)
    assert job.wait(60) == "completed", job.reason
    assert job.clinic.accuracy.value == 1, "the metric is told the chosen reply"
    assert list(job.clinic.rewrites) == ["upper"]
    assert len(job.clinic.rows) == len(one_split)
    assert {each.column for each in job.clinic.slices} <= {"flaw"}
    assert wb.open_clinic("last").clinic.to_json() == job.clinic.to_json()
    with pytest.raises(RunNotFoundError, match=r"No reward clinic 'nothing' in .* The latest: \S+, \S+\.$"):
        wb.open_clinic("nothing")
    assert wb.runs() == [], "a clinic is no run"


def test_a_reward_that_raises_ends_the_job_with_the_row():
    data = dataset(40)
    with pytest.raises(RunError, match=r"Row 5, the chosen reply: .*no such order"):
        wb.reward_clinic(fails_at, data)
    job = wb.open_clinic("last")
    assert job.status == "failed"
    with pytest.raises(RunError, match="has found nothing yet"):
        _ = job.clinic


def test_a_reward_model_is_examined_by_its_run(tiny_model):
    data = dataset(40, train=40)
    training = wb.Training(max_steps=30, batch_size=8, learning_rate=1e-2, num_probes=0)
    run = wb.launch(wb.Recipe(str(tiny_model), data, wb.Reward(), wb.LoRA(r=4), training))
    assert run.wait(240) == "completed", run.reason
    found = wb.reward_clinic(run, data, training="train")
    assert found.accuracy.n_rows == 40
    assert len(set(found.scores["chosen"])) > 10
    by_itself = load_reward(as_reward(run))([found.prompts[0]], [found.chosen[0]])
    assert by_itself[0] == pytest.approx(found.scores["chosen"][0], abs=1e-4)
    assert found.verdict().sentence
