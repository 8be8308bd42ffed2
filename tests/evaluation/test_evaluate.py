"""`wb.evaluate`: the same rows for all, scored, explained, and honest about what went wrong."""

import json
import math

import pytest

import workbench as wb
from tests.evaluation.desk import Client, chatty, no_id, right, rows
from workbench.errors import DatasetError, InvalidInputError, ModelNotFoundError
from workbench.evaluation.picking import pick_rows

LETTERS = [{"prompt": f"Say {letter}", "completion": letter} for letter in "abcdefgh"]


@pytest.fixture
def no_hash(monkeypatch):
    """Systems whose model is not on this machine."""
    monkeypatch.setattr(wb.System, "hash", "0" * 16)


def shouting(prompt):
    return prompt[-1].upper()


def test_systems_answer_the_same_rows_and_are_compared_in_pairs():
    report = wb.evaluate([no_id, right], rows())

    assert report.names == ["no_id", "right"]
    assert [facts.name for facts in report.metrics] == ["exact_match", "valid_json", "field_accuracy", "values_right"]
    table = report.table().set_index(["system", "metric"])
    assert list(report.table().columns) == ["system", "metric", "value", "low", "high", "n"]
    assert table.loc[("right", "exact_match"), "value"] == 1
    assert table.loc[("no_id", "exact_match"), "value"] == 0
    assert table.loc[("no_id", "field_accuracy"), "value"] == 0.5
    found = report.compare(0, 1)
    assert (found.a, found.b, found.difference, found.wins, found.n) == ("no_id", "right", 1.0, 40, 40)
    assert found.shown
    assert report.compare(right, "no_id").difference == -1.0
    assert report.notes == ("All 40 rows of list.", "Greedy, at most 54 new tokens.")
    assert report.warnings == ()


def test_rows_hold_answers_scores_and_what_is_wrong():
    report = wb.evaluate({"a": no_id, "b": chatty, "c": right}, rows(), schema={"type": "object"})

    found = report.rows()

    assert list(found.columns[:5]) == ["row", "prompt", "reference", "system", "answer"]
    assert len(found) == 120
    first = found.iloc[:3]
    assert list(first["system"]) == ["a", "b", "c"]
    assert list(first["exact_match"]) == [0, 0, 1]
    assert list(first["error"]) == ["invented value", "text around it", ""]
    assert first["detail"].iloc[0] == "id: 'XF99999' is not in the prompt"
    errors = report.errors()
    assert list(errors.itertuples(index=False, name=None)) == [("a", "invented value", 40), ("b", "text around it", 40)]
    fields = report.fields().set_index(["system", "field"])["value"]
    assert (fields["a", "id"], fields["a", "topic"], fields["b", "topic"], fields["c", "id"]) == (0, 1, 0, 1)


def test_a_schema_names_what_does_not_fit():
    report = wb.evaluate([right], rows(), schema={"properties": {"topic": {"enum": ["billing"]}}})

    assert set(report.rows()["error"]) == {"", "schema"}
    with pytest.raises(InvalidInputError, match="invalid at type"):
        wb.evaluate([right], rows(), schema={"type": "text"})
    with pytest.raises(InvalidInputError, match="no JSON"):
        wb.evaluate([shouting], LETTERS, schema={})


def test_text_is_matched_as_text():
    report = wb.evaluate([shouting, lambda prompt: prompt[-1]], LETTERS)

    assert [facts.name for facts in report.metrics] == ["exact_match", "token_f1"]
    assert list(report.table()["value"]) == [0, 1, 1, 1]
    assert not report.structured
    assert report.fields().empty
    assert report.errors().empty
    assert "Only 8 rows" in report.notes[-1]


def test_metrics_follow_the_references():
    def names(completions):
        pairs = [{"prompt": f"{place}?", "completion": text} for place, text in enumerate(completions)]
        return [facts.name for facts in wb.evaluate([lambda prompt: "x"], pairs).metrics]

    assert names(["yes", "no"] * 5) == ["label_accuracy"]
    assert names(["[1]", "[2]"] * 5) == ["exact_match", "valid_json"]
    assert names([f"Ada {number}" for number in range(10)]) == ["exact_match", "token_f1"]
    assert names([f"We will send parcel {number} to you today." for number in range(9)])[2:] == ["chrf"]


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        ("field_accuracy", "field_accuracy does not suit the data. Row 0: The reference is not JSON.*'a'"),
        ("values_right", "values_right does not suit"),
        ("label_accuracy", "label_accuracy does not suit the data. Labels are short texts"),
    ],
)
def test_a_metric_that_does_not_suit_is_refused_before_anything_is_asked(metric, message):
    def never(prompt):
        pytest.fail("it was asked")

    data = rows() if metric == "label_accuracy" else LETTERS
    with pytest.raises(InvalidInputError, match=message):
        wb.evaluate([never], data, [metric])


def test_equal_names_are_told_apart():
    report = wb.evaluate([right, right, wb.System(right, name="right (2)")], rows())

    assert report.names == ["right", "right (2)", "right (2) (2)"]
    assert "No difference shown" in report.sentences()[0]


def test_metrics_may_be_functions():
    def length(answer, prompt):
        """How much longer the answer is than the prompt."""
        return len(answer) - len(prompt)

    def polite(answer):
        return None if answer == "H" else "please" in answer

    report = wb.evaluate([shouting], LETTERS, [length, polite, "text_match"])

    length_facts, polite_facts, _ = report.metrics
    assert (length_facts.kind, length_facts.unit, length_facts.span) == ("mean", "", None)
    assert (polite_facts.kind, polite_facts.unit) == ("rate", "%")
    table = report.table().set_index("metric")
    assert table.loc["length", "value"] == -4
    assert (table.loc["polite", "value"], table.loc["polite", "n"]) == (0, 7)


def test_a_metric_that_scores_no_row_has_no_figure():
    report = wb.evaluate([shouting, right], rows(), [lambda answer: None])

    assert report.table()["n"].tolist() == [0, 0]
    assert report.table()["value"].isna().all()
    with pytest.raises(InvalidInputError, match="No row has a score"):
        report.compare()


@pytest.mark.usefixtures("no_hash")
def test_answers_come_from_the_client_with_room_for_every_reference():
    client = Client(answer=lambda prompt: "{}", stop="length")
    report = wb.evaluate(["model-a", wb.System("model-a", prompt="Be brief.", name="brief")], "support-desk/tickets",
                         max_rows=20, client=client)  # fmt: skip

    (first, prompts, settings), (second, same, _) = client.asked
    assert (first, second) == ("model-a", "brief")
    assert prompts == same
    assert len(prompts) == 20
    longest = max(len(reference.encode()) for reference in report.references)
    assert settings == {"max_new_tokens": longest + 16, "temperature": 0.0, "seed": 0} == report.decoding
    assert report.notes[0] == "20 of the 200 rows of the test split of support-desk/tickets, drawn with seed 0."
    assert report.warnings[0].startswith("20 of the 20 answers of model-a did not end by themselves and were cut off")
    assert report.systems["brief"]["prompt"] == "Be brief."
    assert report.dataset["split"] == "test"


def test_decoding_can_be_chosen():
    client = Client()

    report = wb.evaluate([right], rows(), decoding={"temperature": 0.5, "max_new_tokens": 9}, client=client)

    assert client.asked[0][2] == {"max_new_tokens": 9, "temperature": 0.5, "seed": 0}
    assert report.notes[1] == "Drawn at temperature 0.5 with seed 0, at most 9 new tokens."
    with pytest.raises(InvalidInputError, match="no setting 'top_p'"):
        wb.evaluate([right], rows(), decoding={"top_p": 1})
    with pytest.raises(InvalidInputError, match="temperature must be"):
        wb.evaluate([right], rows(), decoding={"temperature": -1})


def test_rows_that_do_not_fit_count_as_empty_and_are_said():
    client = Client(fits=lambda prompt: "XF00007" not in prompt and "XF00030" not in prompt)

    report = wb.evaluate([right], rows(), client=client)

    failed = report.rows().query("stop == 'failed'")
    assert list(failed["row"]) == [7, 30]
    assert set(failed["error"]) == {"no answer"}
    assert list(failed["answer"]) == ["", ""]
    assert report.interval(0).value == 38 / 40
    assert report.warnings[0].startswith("2 of the 40 rows could not be answered by right, and count as empty answers: "
                                         "The model's context is 16 tokens")  # fmt: skip
    answered = [prompt for _, prompts, _ in client.asked for prompt in prompts]
    assert len(answered) == len(set(answered)) == 38


def test_a_system_that_can_answer_nothing_is_an_error():
    with pytest.raises(InvalidInputError, match="context is 16"):
        wb.evaluate([right], rows(5), client=Client(fits=lambda prompt: False))


def test_a_model_that_is_not_there_is_asked_for_once():
    class Nowhere(Client):
        def generate(self, *args, **kwargs):
            self.asked.append(args)
            raise ModelNotFoundError("There is no model 'nowhere'.")

    client = Nowhere()
    with pytest.raises(ModelNotFoundError):
        wb.evaluate(["nowhere"], rows(), client=client)
    assert len(client.asked) == 1


def test_progress_counts_every_answer():
    told = []

    wb.evaluate({"a": right, "b": no_id}, rows(3), progress=lambda *step: told.append(step))

    assert told == [
        (0, 6, "a"),
        (1, 6, "a"),
        (2, 6, "a"),
        (3, 6, "a"),
        (3, 6, "b"),
        (4, 6, "b"),
        (5, 6, "b"),
        (6, 6, "b"),
    ]


def test_conversations_are_asked_up_to_the_last_answer():
    turns = [
        {"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"},
        {"role": "user", "content": "Say a"}, {"role": "assistant", "content": "a"},
    ]  # fmt: skip
    client = Client(answer=lambda prompt: prompt[-1]["content"][-1])

    report = wb.evaluate([lambda prompt: prompt[-1]["content"][-1]], [{"messages": turns}] * 3, client=client)

    assert client.asked[0][1] == [turns[:3]] * 3
    assert report.references == ("a",) * 3
    assert report.prompts[0].endswith("assistant: Hi\nuser: Say a")
    assert report.interval(0).value == 1


def test_data_without_answers_needs_metrics_that_need_none():
    prompts = [{"prompt": "Say a"}, {"prompt": "Say b"}]

    with pytest.raises(InvalidInputError, match="no answers to compare with"):
        wb.evaluate([shouting], prompts)
    with pytest.raises(InvalidInputError, match="token_f1 compares with"):
        wb.evaluate([shouting], prompts, ["token_f1", "valid_json"])
    assert wb.evaluate([shouting], prompts, ["valid_json"]).interval(0).value == 0


@pytest.mark.usefixtures("no_hash")
def test_plain_texts_are_scored_in_bits_per_byte():
    texts = [{"text": "ab"}, {"text": ""}, {"text": "abcdefgh" * 3}] + [{"text": "é" * 5}] * 28
    client = Client()

    report = wb.evaluate({"base": "m", "tuned": "m"}, texts, client=client)

    assert report.answers == {}
    assert report.row_numbers[:3] == (0, 2, 3)
    letters, size = 2 + 24 + 28 * 5, 2 + 24 + 28 * 10
    assert report.interval("tuned").value == pytest.approx(letters / math.log(2) / size)
    assert report.interval("base").value == pytest.approx(2 * letters / math.log(2) / size)
    found = report.compare("base", "tuned")
    assert found.difference < 0
    assert found.wins == 30
    assert "tuned is better than base by" in found.sentence
    assert "bits per byte (95 %" in found.sentence
    assert "1 empty texts were left out." in report.notes
    assert report.rows()["answer"].isna().all()
    with pytest.raises(InvalidInputError, match="nothing else"):
        wb.evaluate("m", texts, ["exact_match"], client=client)


@pytest.mark.parametrize(
    ("systems", "metrics", "message"),
    [
        ([], None, "no systems"),
        ([right], [], "metrics= is empty"),
        ([right], ["exact_match", "exact_match"], "Two metrics"),
        ([right], ["exact"], "did you mean 'exact_match'"),
        ([3], None, "got 3"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_before_anything_is_asked(systems, metrics, message):
    client = Client()
    with pytest.raises(InvalidInputError, match=message):
        wb.evaluate(systems, rows(), metrics, client=client)
    assert client.asked == []


def test_the_rows_used():
    tickets = wb.load_dataset("support-desk/tickets")

    assert pick_rows(tickets).facts["split"] == "test"
    assert pick_rows("support-desk/tickets").rows == list(tickets.split("test"))
    hand = pick_rows(tickets.split("handwritten"))
    assert (hand.facts["split"], hand.note) == (
        "all",
        f"All {len(hand.rows)} rows of support-desk/tickets (handwritten).",
    )
    some = pick_rows(rows(), 5)
    assert len(set(some.numbers)) == 5
    assert list(some.numbers) == sorted(some.numbers)
    assert some.numbers != (0, 1, 2, 3, 4)
    assert [row["prompt"][11:13] for row in some.rows] == [f"{number:02d}" for number in some.numbers]
    assert pick_rows(rows(), 5).numbers == some.numbers
    no_test = wb.load_dataset(rows(), split={"validation": 0.1})
    assert pick_rows(no_test).facts["split"] == "train"
    assert pick_rows(no_test).note.endswith("It has no test split.")


@pytest.mark.parametrize("max_rows", [0, -1, 2.5, True, "all"])
def test_a_number_of_rows_must_make_sense(max_rows):
    with pytest.raises(InvalidInputError, match="max_rows must be"):
        pick_rows(rows(), max_rows)


def test_preference_rows_ask_nothing_yet():
    with pytest.raises(DatasetError):
        wb.evaluate([right], [{"chosen": "a", "rejected": "b"}] * 3)


@pytest.fixture
def run_folder(tmp_path):
    """What a run leaves behind that was trained on the first 20 rows."""
    folder = tmp_path / "a-run"
    (folder / "model").mkdir(parents=True)
    data = wb.load_dataset(rows(30), split={"validation": 0.2, "test": 0.2})
    recipe = wb.Recipe("tiny-support", data).stored(tmp_path)
    recipe.to_yaml(folder / "recipe.yaml")
    return folder, data


def test_rows_that_were_trained_on_are_warned_of(run_folder, no_hash):
    folder, data = run_folder
    tuned = wb.System("tiny-support", adapters=[folder / "model"], name="tuned")
    client = Client()

    assert wb.evaluate([tuned], data, client=client).warnings == ()
    [warning] = wb.evaluate([tuned], data.split("train"), client=client).warnings
    count = len(data)
    assert warning.startswith(f"{count} of the {count} rows stand in the training split of tuned")
    [warning] = wb.evaluate([tuned], data.split("validation"), client=client).warnings
    assert "stand in the validation split by which the weights of tuned were chosen" in warning
    whole = wb.System(str(folder / "model"), name="whole")
    assert "training split of whole" in wb.evaluate([whole], data.split("train"), client=client).warnings[0]
    (folder / "checkpoints" / "checkpoint-20").mkdir(parents=True)
    half = wb.System("tiny-support", adapters=[folder / "checkpoints" / "checkpoint-20"], name="half-way")
    assert "training split of half-way" in wb.evaluate([half], data.split("train"), client=client).warnings[0]
    for file in (folder.parent / "datasets").rglob("*.parquet"):
        file.unlink()
    [warning] = wb.evaluate([tuned], data, client=client).warnings
    assert warning.startswith("Whether tuned was trained on these rows could not be checked")


def test_shots_among_the_rows_are_warned_of():
    data = rows()
    system = wb.System(right, shots=[(data[3]["prompt"], "{}"), ("another", "{}")], name="shown")

    [warning] = wb.evaluate([system], data).warnings

    assert warning.startswith("1 of the 40 rows are among the shots of shown")


def test_a_model_is_asked_through_the_generation_process(tiny_model):
    told = []

    report = wb.evaluate(
        {"base": str(tiny_model), "function": lambda prompt: "a"}, LETTERS, decoding={"max_new_tokens": 4},
        progress=lambda done, total, name: told.append((done, name)),
    )  # fmt: skip

    assert told[-1] == (16, "function")
    assert all(0 < said.tokens <= 4 for said in report.answers["base"])
    assert report.interval("function").value == 1 / 8
    texts = wb.evaluate(str(tiny_model), [{"text": "The kettle broke."}, {"text": "It is late."}])
    assert 0 < texts.interval(0).value < 16
    assert report.systems["base"]["hash"] == wb.System(str(tiny_model)).hash
    assert json.loads(report.to_json())["systems"]["function"]["model"] is None
