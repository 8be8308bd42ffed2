"""ComparePanel: rows as they come, choices of rows, honest totals, code, and the saved form."""

import threading

import pytest

import workbench as wb
from workbench.errors import InvalidInputError
from workbench.evaluation.picking import pick_numbers
from workbench.panels import ComparePanel

PROMPTS = ["a", "b", "c", "d"]


def first(prompt: str) -> str:
    """Right on a and b."""
    return prompt if prompt in "ab" else "?"


def second(prompt: str) -> str:
    """Right on b, c and d."""
    return prompt if prompt in "bcd" else "<script>alert(1)</script>"


@pytest.fixture
def panel():
    panel = ComparePanel([first, second], PROMPTS, PROMPTS)
    assert panel.wait(10)
    panel._show()
    return panel


def shown(panel):
    return [row["row"] for row in panel._rows._page["rows"]]


def test_scores_and_the_paired_sentence(panel):
    head = panel._rows._head
    assert [system["name"] for system in head["systems"]] == ["first", "second"]
    assert head["metrics"] == ["Exact match"]
    assert [(scores[0]["count"], scores[0]["n"]) for scores in head["scores"]] == [(2, 4), (3, 4)]
    assert head["verdicts"] == [f"Exact match: {panel.table.difference(1).sentence('first', 'second')}"]
    assert head["note"] == ""


def test_choices_of_rows(panel):
    for choice, rows in {
        "better": [2, 3],
        "worse": [0],
        "wrong": [0],
        "differ": [0, 2, 3],
        "all": [0, 1, 2, 3],
    }.items():
        panel._on_message({"kind": "filter", "value": choice})
        assert shown(panel) == rows
    panel._on_message({"kind": "search", "value": "SCRIPT"})
    assert shown(panel) == [0]
    panel.filter = "sideways"
    assert "no filter 'sideways'" in panel.head._error


def test_rows_carry_marks_in_words(panel):
    row = panel._rows._page["rows"][2]
    assert [answer["marks"] for answer in row["answers"]] == [
        [{"ok": False, "word": "no match"}],
        [{"ok": True, "word": "match"}],
    ]
    assert row["change"] == {"kind": "better", "word": "better"}


def test_a_part_of_the_rows_until_all_are_asked_for():
    panel = ComparePanel([first], PROMPTS, PROMPTS, max_rows=2)
    assert panel.wait(10)
    panel._show()
    assert shown(panel) == list(pick_numbers(4, 2))
    assert panel._rows._head["note"] == "2 of the 4 rows, drawn with seed 0."
    assert panel._rows._head["more"] == "Run on all 4"
    assert "max_rows=2" in panel.to_code()

    panel._on_message({"kind": "all"})
    assert panel.wait(10)
    panel._show()
    assert shown(panel) == [0, 1, 2, 3]
    assert panel._rows._head["more"] == ""


def test_a_prompt_of_ones_own_is_answered_by_all(panel):
    panel._on_message({"kind": "ask", "value": "b"})
    assert panel.wait(10)
    panel._show()
    [asked] = panel._rows._asked
    assert [answer["answer"]["text"] for answer in asked["answers"]] == ["b", "b"]
    assert panel._rows._head["scores"][0][0]["n"] == 4


def test_answers_arrive_while_others_are_made_and_cancel_ends_it():
    hold, met = threading.Event(), threading.Event()

    def slow(prompt: str) -> str:
        if prompt == "c":
            met.set()
            hold.wait(10)
        return prompt

    panel = ComparePanel([slow], PROMPTS, PROMPTS)
    assert met.wait(10)
    panel._show()
    head = panel._rows._head
    assert head["progress"]["running"]
    assert head["progress"]["done"] == 2
    assert head["scores"][0][0]["n"] == 2
    assert head["note"] == "Only the 2 of 4 rows that every system has answered count."
    panel._on_message({"kind": "cancel"})
    hold.set()
    assert panel.wait(10)
    panel._show()
    assert panel._rows._head["progress"]["text"] == "3 of 4 answers, cancelled"
    assert panel._rows._head["more"] == "Run what is missing"
    panel.run()
    assert panel.wait(10)
    assert panel.table.complete == [0, 1, 2, 3]


def test_a_system_that_fails_says_why_in_its_rows():
    def broken(prompt: str) -> str:
        raise KeyError("colour")

    panel = ComparePanel([first, broken], PROMPTS, PROMPTS)
    assert panel.wait(10)
    panel._show()
    assert panel._rows._page["rows"][0]["answers"][1]["error"] == "KeyError: 'colour'"
    assert panel._rows._head["scores"][0][0]["n"] == 0
    assert panel._rows._head["progress"]["text"] == "4 of 8 answers, 4 failed"


def test_a_data_set_brings_its_references():
    ds = wb.load_dataset([{"prompt": "p", "completion": '{"a": 1}'}], split={})
    panel = ComparePanel([first], ds, start=False)

    assert panel._rows._head["metrics"] == ["Exact match", "Valid JSON"]
    assert panel.against == "reference"
    assert panel._rows._page["rows"][0]["waiting"] == "not answered"


def test_without_references_the_words_are_held_against_the_first_system():
    panel = ComparePanel([first, second], PROMPTS, start=False)

    assert panel.against == "first"
    assert [base["label"] for base in panel._rows._head["bases"]] == ["first", "nothing"]
    assert [choice["key"] for choice in panel._rows._head["filters"]] == ["all", "differ"]


def test_the_report_is_the_one_evaluate_makes(panel):
    rows = [{"prompt": prompt, "completion": prompt} for prompt in PROMPTS]
    expected = wb.evaluate([first, second], rows)

    assert panel.report.table().equals(expected.table())
    assert panel.report.compare().sentence == expected.compare().sentence


def test_there_is_no_report_without_answers():
    with pytest.raises(InvalidInputError, match="No row has been answered"):
        _ = ComparePanel([first], PROMPTS, PROMPTS, start=False).report


def test_a_data_set_with_a_test_split_is_compared_on_it():
    ds = wb.load_dataset([{"prompt": f"p{i}", "completion": "c"} for i in range(40)], split={"test": 0.1})

    assert ComparePanel([first], ds, start=False).table.prompts == [row["prompt"] for row in ds.split("test")]


def test_systems_of_one_name_are_told_apart():
    panel = ComparePanel([first, first], PROMPTS, start=False)

    assert panel.table.systems == ["first", "first (2)"]


def test_copy_as_code():
    systems = ["tiny-support", wb.System("tiny-support", shots=[("p", "a")], name="shown"), first]
    panel = ComparePanel(systems, ["x"], start=False, max_new_tokens=8)
    panel.filter = "differ"

    assert panel.head._code == (
        "import workbench as wb\n\n# first: the function or system that was given\n"
        "wb.panels.ComparePanel(['tiny-support', wb.System('tiny-support', shots=(('p', 'a'),), name='shown'), first], "
        "prompts=['x'], max_new_tokens=8, filter='differ')"
    )


def test_the_saved_form_is_escaped_and_can_leave_rows_out(panel):
    html = panel.static_form().html()
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert "75% (3 of 4 rows" in html
    panel.static = "figures"
    assert "script" not in panel.static_form().html()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], PROMPTS), "at least one system"),
        (([first], PROMPTS, ["a"]), "each of the 4 prompts, got 1"),
        (([42], PROMPTS), "got 42"),
    ],
)
def test_what_cannot_be_compared_is_refused(arguments, message):
    with pytest.raises(InvalidInputError, match=message):
        ComparePanel(*arguments)


def test_a_blind_vote_tells_no_name_before_the_end(tmp_path):
    panel = ComparePanel([first, second], PROMPTS, PROMPTS, votes=tmp_path / "votes.jsonl")
    assert panel.wait(10)
    panel._show()
    assert panel._rows._vote == {"open": False, "can": True, "begun": False}

    def press(act, choice=None):
        panel._on_message({"kind": "vote", "value": {"act": act, "choice": choice}})
        return panel._rows._vote

    state = press("start")
    assert (state["at"], state["total"], state["same"]) == (0, 3, 1)
    while "left" in state:
        assert "first" not in str(state)
        assert "second" not in str(state)
        state = press("vote", "left" if state["left"]["text"] == "?" else "right")
    assert (state["at"], state["undo"]) == (3, True)
    state = press("undo")
    assert state["at"] == 2
    state = press("vote", "tie")
    state = press("reveal")
    assert state["result"]["sentence"] == panel.vote.tally().sentence
    assert len(state["result"]["rows"]) == 3
    press("undo")
    assert len(panel.vote.choices) == 3, "after the names are known nothing changes"
    assert press("close")["open"] is False
    assert "votes=" in panel.to_code()

    again = ComparePanel([first, second], PROMPTS, PROMPTS, votes=tmp_path / "votes.jsonl")
    assert again.wait(10)
    assert again.start_vote().choices == panel.vote.choices


def test_there_is_nothing_to_vote_on_where_all_answers_are_the_same():
    panel = ComparePanel([first, first], PROMPTS, PROMPTS)
    assert panel.wait(10)
    panel._show()
    assert panel._rows._vote["can"] is False
    with pytest.raises(InvalidInputError, match="nothing to vote on"):
        panel.start_vote()


def records(good: bool):
    def answer(prompt: str) -> str:
        return f'{{"id": "{prompt}", "topic": "{"billing" if good else "other"}"' + ("}" if good else ', "mood": 1}')

    answer.__name__ = "good" if good else "bad"
    return answer


def test_records_stand_field_by_field():
    rows = [{"prompt": prompt, "completion": f'{{"id": "{prompt}", "topic": "billing"}}'} for prompt in PROMPTS]
    panel = ComparePanel([records(False), records(True), first], wb.load_dataset(rows, split={}))
    assert panel.wait(10)
    panel._on_message({"kind": "fields", "value": True})
    assert panel._rows._head["fields"] is True
    assert panel._rows._page["rows"][0]["fields"] == [
        {"name": "id", "reference": '"a"', "values": [{"text": '"a"', "ok": True}] * 2 + [{"text": None, "ok": False}]},
        {
            "name": "topic", "reference": '"billing"',
            "values": [{"text": '"other"', "ok": False}, {"text": '"billing"', "ok": True},
                       {"text": None, "ok": False}],
        },
        {
            "name": "mood", "reference": None,
            "values": [{"text": "1", "ok": False}, {"text": None, "ok": True}, {"text": None, "ok": True}],
        },
    ]  # fmt: skip
    assert "fields=True" in panel.to_code()


def test_the_biggest_change_comes_first_and_pins_stand_before_it(panel):
    assert panel.table.gain(0) == -1
    assert [panel.table.gain(row) for row in (1, 2, 3)] == [0, 1, 1]
    for order, rows in {"change": [0, 2, 3, 1], "worse": [0, 1, 2, 3], "better": [2, 3, 1, 0]}.items():
        panel._on_message({"kind": "order", "value": order})
        assert shown(panel) == rows
    panel._on_message({"kind": "pin", "value": 1})
    assert shown(panel) == [1, 2, 3, 0]
    assert [row["pinned"] for row in panel._rows._page["rows"]] == [True, False, False, False]
    assert "order='better', pinned=[1]" in panel.to_code()
    panel._on_message({"kind": "filter", "value": "worse"})
    assert shown(panel) == [1, 0], "a pinned row stays, whatever the filter"
    panel._on_message({"kind": "pin", "value": 1})
    assert shown(panel) == [0]


def test_other_decoding_answers_all_anew(panel):
    panel.start_vote()
    panel._on_message({"kind": "decode", "value": {"max_new_tokens": 7, "temperature": 0.5, "seed": 3}})
    assert panel.wait(10)
    panel._show()
    assert panel._rows._head["decoding"] == {"max_new_tokens": 7, "temperature": 0.5, "seed": 3}
    assert panel.table.complete == [0, 1, 2, 3]
    assert panel.vote is None
    assert "max_new_tokens=7, temperature=0.5, seed=3" in panel.to_code()
    panel.guarded(panel._on_message, {"kind": "decode", "value": {"max_new_tokens": 0}})
    assert "max_new_tokens must be" in panel.head._error
    assert panel._rows._head["decoding"]["max_new_tokens"] == 7


def test_export_is_one_file_without_scripts(panel, tmp_path, monkeypatch):
    file = panel.export(tmp_path / "with.html")
    text = file.read_text()
    assert "&lt;script&gt;" in text
    assert "<script" not in text
    assert "75" in text
    monkeypatch.chdir(tmp_path)
    plain = ComparePanel([first, second], PROMPTS)
    assert plain.wait(10)
    plain._on_message({"kind": "export"})
    [other] = tmp_path.glob("compare-*.html")
    assert "&lt;script&gt;" in other.read_text()
    assert plain._rows._head["told"] == f"Written: {other}"


def test_the_loss_of_each_token_of_the_reference(tiny_model):
    rows = wb.load_dataset([{"prompt": "Where is it?", "completion": "On its way."}], split={})
    panel = ComparePanel([str(tiny_model), first], rows, start=False)
    sent = []
    panel._rows.send = sent.append
    assert panel._rows._head["lens"] is True
    panel._losses(0)
    [message] = sent

    assert (message["kind"], message["row"]) == ("losses", 0)
    model, function = message["systems"]
    assert "".join(model["texts"]).startswith("On its way.")
    assert all(loss > 0 for loss in model["nats"])
    assert function["error"] == "first is a function: it answers, but gives no likelihood. Use a model."
    assert ComparePanel([first], PROMPTS, PROMPTS, start=False)._rows._head["lens"] is False
