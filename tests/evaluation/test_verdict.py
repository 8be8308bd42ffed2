"""One verdict, computed from the figures, and what tuning has to beat."""

import json

import pytest

import workbench as wb
from tests.evaluation.desk import Client, chatty, no_id, right, rows
from workbench.errors import DatasetError, InvalidInputError
from workbench.evaluation.baselines import draw_shots, untuned_systems
from workbench.evaluation.likelihood import bits_per_byte
from workbench.evaluation.verdict import verdict


def wrong_topic(prompt):
    return json.dumps({**json.loads(right(prompt)), "topic": "none"})


def slightly_worse(prompt):
    return no_id(prompt) if "XF00003" in prompt or "XF00011" in prompt else right(prompt)


def test_a_shown_gain_over_the_best_untuned_system_says_tune():
    report = wb.evaluate({"zero-shot": chatty, "3-shot": no_id, "tuned": right}, rows(), ["field_accuracy"])

    found = verdict(report, "tuned", minutes=3, price_per_hour=2)

    assert found.tune
    assert (found.untuned, found.tuned, found.metric) == ("3-shot", "tuned", "field_accuracy")
    assert found.gain == 0.5
    assert found.low <= 0.5 <= found.high
    assert found.sentence.startswith(
        "Tune. Field accuracy: 50.0 % with 3-shot, the best without tuning, 100.0 % with tuned. "
        "tuned is better than 3-shot by 50.0 points (95 % interval "
    )
    assert found.got_worse == found.rows_worse == ()
    assert (found.minutes, found.cost) == (3, pytest.approx(0.1))
    assert str(found).splitlines()[1:] == [
        "No other figure is shown to have got worse.",
        "Training took 3.0 minutes and cost 0.10.",
    ]


def test_no_difference_is_a_reason_not_to_tune():
    report = wb.evaluate({"base": right, "tuned": slightly_worse}, rows())

    found = verdict(report, "tuned", ["base"])

    assert not found.tune
    assert found.sentence.startswith("Do not tune on this evidence. Exact match: 100.0 % with base")
    assert "No difference shown between base and tuned" in found.sentence
    assert found.rows_worse == (3, 11)
    assert found.got_worse == ()
    assert "base was better than tuned on 2 rows: 3, 11." in found.lines()


def test_a_loss_is_called_one():
    found = verdict(wb.evaluate({"base": right, "tuned": chatty}, rows()), "tuned")

    assert not found.tune
    assert found.sentence.startswith("Do not tune. Exact match")
    assert "tuned is worse than base by 100.0 points" in found.sentence
    assert any(text.startswith("Valid JSON: tuned is worse") for text in found.got_worse)


def test_what_got_worse_is_found_under_a_gain():
    def base(prompt):
        """Right in half of the topics, and in no order."""
        return no_id(prompt)

    report = wb.evaluate({"base": base, "tuned": wrong_topic}, rows(), ["valid_json", "field_accuracy"])

    found = verdict(report, "tuned")

    assert len(found.got_worse) == 1
    assert found.got_worse[0].startswith("Field topic: tuned is worse than base by 100.0 points")
    assert found._repr_markdown_().startswith("**Do not tune on this evidence. Valid JSON: ")


def test_in_losses_lower_is_a_gain():
    report = wb.evaluate({"base": "tiny-support", "tuned": "tiny-support"}, [{"text": "abc"}] * 12, client=Client())

    found = verdict(report, "tuned")

    assert found.tune
    assert found.gain < 0
    assert found.rows_worse == ()


def test_the_minutes_of_a_run_are_its_own():
    class Tuned:
        system = wb.System(right)

        def progress(self):
            return {"elapsed": 90.0}

    found = verdict(wb.evaluate([no_id, right], rows()), Tuned())

    assert (found.tuned, found.minutes, found.cost) == ("right", 1.5, None)


@pytest.mark.parametrize(
    ("untuned", "price"),
    [(["tuned"], None), ([], None), (["nobody"], None), (None, -1)],
)
def test_a_verdict_needs_something_to_beat(untuned, price):
    report = wb.evaluate({"base": no_id, "tuned": right}, rows(10))

    with pytest.raises(InvalidInputError):
        verdict(report, "tuned", untuned, price_per_hour=price)


def test_untuned_systems_may_also_be_held_to_a_schema():
    pairs = wb.load_dataset([{"prompt": str(n), "completion": "[]"} for n in range(9)], split={})

    free, three, held, three_held = untuned_systems("tiny-support", pairs, schema={"type": "array"})

    assert [each.name for each in (held, three_held)] == ["zero-shot, schema", "3-shot, schema"]
    assert (free.schema, held.schema, three_held.schema) == (None, {"type": "array"}, {"type": "array"})
    assert three_held.shots == three.shots


def test_untuned_systems_are_shown_training_rows_and_no_others():
    tickets = wb.load_dataset("support-desk/tickets")
    train = {row["prompt"]: row["completion"] for row in tickets.rows("train")}

    zero, three, five = untuned_systems("tiny-support", tickets, shots=(0, 3, 5), seed=1)

    assert [system.name for system in (zero, three, five)] == ["zero-shot", "3-shot", "5-shot"]
    assert zero.shots == ()
    assert len(set(five.shots)) == 5
    assert five.shots[:3] == three.shots
    assert all(train[prompt] == answer for prompt, answer in five.shots)
    assert draw_shots("support-desk/tickets", 3, seed=1) == list(three.shots)
    assert draw_shots(tickets, 3, seed=2) != list(three.shots)


def test_shots_from_conversations():
    turns = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"},
             {"role": "assistant", "content": "Hi"}]  # fmt: skip
    chats = wb.load_dataset([{"messages": turns}] * 3, split={})
    pairs = wb.load_dataset([{"prompt": turns[:2], "completion": turns[2:]}] * 3, split={})

    assert draw_shots(chats, 1) == draw_shots(pairs, 1) == [("Hello", "Hi")]
    with pytest.raises(DatasetError, match="several turns"):
        draw_shots(wb.load_dataset([{"messages": turns + turns[1:]}] * 3, split={}), 1)


@pytest.mark.parametrize(
    ("data", "shots"),
    [
        ([{"prompt": "a", "completion": "b"}] * 3, (4,)),
        ([{"text": "a"}] * 3, (1,)),
        ([{"prompt": "a", "completion": "b"}] * 3, ()),
        ([{"prompt": "a", "completion": "b"}] * 3, (-1,)),
    ],
)
def test_shots_that_cannot_be_drawn_are_refused(data, shots):
    with pytest.raises(InvalidInputError):
        untuned_systems("tiny-support", wb.load_dataset(data, split={}), shots=shots)


def test_bits_per_byte_of_a_data_set():
    texts = [{"text": "abcd"}, {"text": ""}, {"text": "é"}]

    found = bits_per_byte("tiny-support", texts, client=Client())

    assert found.value == pytest.approx(2 * 5 / 0.6931472 / 6)
    assert (found.n_rows, found.unit) == (2, "bits per byte")
    with pytest.raises(DatasetError, match="prompt_completion; language_modeling is needed"):
        bits_per_byte("tiny-support", rows(), client=Client())
    with pytest.raises(InvalidInputError, match="prompt or shots"):
        bits_per_byte(wb.System("tiny-support", prompt="Be brief."), texts, client=Client())
    with pytest.raises(InvalidInputError, match="All texts are empty"):
        bits_per_byte("tiny-support", [{"text": ""}, {"text": ""}], client=Client())
