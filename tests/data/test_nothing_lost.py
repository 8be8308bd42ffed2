"""What is read, checked and repaired keeps every part of a row that means something, or says what it left out."""

import json

import numpy as np
import pandas as pd
import pytest

import workbench as wb
from workbench.data.checks.private import secrets
from workbench.errors import DatasetError, RecipeError


def load(rows, **options):
    return wb.load_dataset(rows, split={}, **options)


ROWS = [{"prompt": f"q{i}", "completion": f"a{i}"} for i in range(60)]


# Columns that come late


@pytest.mark.parametrize(
    ("early", "late", "layout"),
    [
        ({"prompt": "q", "completion": "a"}, {"system": "Be brief."}, "prompt/completion with system"),
        ({"prompt": "q", "completion": "a", "system": ""}, {"system": "Be brief."}, "prompt/completion with system"),
        ({"prompt": "q", "completion": "a"}, {"label": False}, "unpaired preference"),
        ({"prompt": "q", "completion": "a", "label": None}, {"label": False}, "unpaired preference"),
    ],
)
def test_a_column_that_only_later_rows_have_tells_the_layout_too(early, late, layout):
    rows = [{**early, "prompt": f"q{i}"} for i in range(60)] + [{**early, **late, "prompt": f"r{i}"} for i in range(60)]
    if layout.startswith("unpaired"):
        with pytest.raises(DatasetError, match=r"row 0 .*column 'label': must be true or false"):
            load(rows)
        ds = load(rows, bad_rows="set_aside")
        assert [row["label"] for row in ds.rows()] == [False] * 60
    else:
        ds = load(rows)
        assert sum(row["prompt"][0]["role"] == "system" for row in ds.rows()) == 60
    assert ds.layout == layout


def test_inputs_that_come_late_reach_the_prompt():
    rows = [{"instruction": f"i{i}", "output": "o"} for i in range(60)]
    ds = load([*rows, {"instruction": "sum up", "input": "IMPORTANT", "output": "o"}])
    assert ds[60]["prompt"] == "sum up\n\nIMPORTANT"
    with pytest.raises(DatasetError, match="there is a 'context' column"):
        load(
            [{"question": f"q{i}", "answer": "a"} for i in range(60)]
            + [{"question": "q", "answer": "a", "context": "c"}]
        )


@pytest.mark.parametrize(
    "row",
    [
        {"instruction": "i", "input": "x", "context": "c", "response": "r"},
        {"question": "q", "context": "c", "chosen": "a", "rejected": "b"},
        {"prompt": "q", "context": "c", "completion": "a"},
        {"prompt": "q", "history": "h", "completion": "a"},
    ],
    ids=lambda row: "+".join(row),
)
def test_a_part_of_the_question_is_never_left_out_without_a_word(row):
    with pytest.raises(DatasetError, match=r"how it belongs into the prompt|could be the prompt"):
        load([row] * 3)


def test_context_and_input_are_joined_whichever_the_answer_is_called():
    assert load([{"instruction": "i", "context": "c", "output": "o"}])[0]["prompt"] == "i\n\nc"
    assert load([{"instruction": "i", "input": "c", "response": "o"}])[0]["prompt"] == "i\n\nc"


def test_other_columns_that_are_left_out_are_told():
    ds = load([{"instruction": "i", "input": "", "output": "o", "text": "i o"}] * 3)
    assert "Read as alpaca: the column 'text' is not used." in ds.notes
    ds = load([{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], "label": 0}] * 3)
    assert "Read as messages: the column 'label' is not used." in ds.notes
    ds = wb.load_dataset(
        [{"instruction": "q", "output": "a", "label": at % 2} for at in range(4)],
        split={}, columns={"prompt": "instruction", "completion": "output", "label": "label"},
    )  # fmt: skip
    assert [row["label"] for row in ds.rows()] == [False, True, False, True]


def test_a_history_that_is_no_list_is_a_faulty_row():
    with pytest.raises(DatasetError, match=r"column 'history': must be a list of \[question, answer\] pairs"):
        load([{"instruction": "i", "input": "", "output": "o", "history": "[['a','b']]"}])


# Pairs whose answers begin like their prompt


def test_an_answer_that_begins_like_its_prompt_keeps_its_letters():
    rows = [{"prompt": "Hi", "chosen": "Hi there!", "rejected": "Hidden."}]
    assert load(rows)[0]["chosen"] == "Hi there!"
    rows.append({"prompt": "Where?", "chosen": "Here.", "rejected": "There."})
    assert [row["chosen"] for row in load(rows).rows()] == ["Hi there!", "Here."]


def test_a_prompt_that_all_answers_repeat_is_taken_off_them_and_told():
    rows = [{"prompt": f"Q{i}: ", "chosen": f"Q{i}: good", "rejected": f"Q{i}: bad"} for i in range(3)]
    ds = load(rows)
    assert (ds[2]["prompt"], ds[2]["chosen"], ds[2]["rejected"]) == ("Q2: ", "good", "bad")
    assert any("repeat the prompt" in note for note in ds.notes)


# Splits, shares, JSON


def greeted(n, start=0):
    return [
        {"messages": [{"role": "assistant", "content": "Hello, how can I help?"},
                      {"role": "user", "content": f"question {i}"}, {"role": "assistant", "content": f"answer {i}"}]}
        for i in range(start, start + n)
    ]  # fmt: skip


def test_conversations_that_begin_with_a_greeting_are_told_apart_by_the_question():
    assert set(wb.load_dataset(greeted(200)).splits) == {"train", "validation", "test"}


def test_leaks_behind_a_greeting_or_an_empty_prompt_are_found(tmp_path):
    for rows in (greeted(20), [{"prompt": "", "completion": f"the same text number {i}"} for i in range(20)]):
        for split in ("train", "validation", "test"):
            (tmp_path / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        report = wb.load_dataset(tmp_path).check(only=["leaks"])
        assert {(found.split, len(found.rows)) for found in report.findings} == {("validation", 20), ("test", 20)}


def test_shares_may_be_numpys_and_names_are_checked():
    ds = wb.load_dataset(ROWS, split={"validation": np.float64(0.1)})
    names = {"wb": wb, "rows": ROWS}
    assert eval(ds.to_code(), names).hash == ds.hash
    again = ds.resplit({"validation": np.float64(0.2)})
    assert eval(again.to_code(), names).hash == again.hash
    for name in (3, "a/b", ""):
        with pytest.raises(DatasetError, match="A split's name"):
            ds.resplit({name: 0.1})


def test_a_key_that_stands_twice_is_a_faulty_row(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"prompt": "a", "prompt": "b", "completion": "c"}\n')
    with pytest.raises(DatasetError, match=r"line 1: not valid JSON \(the key 'prompt' stands twice\)"):
        wb.load_dataset(path)


@pytest.mark.parametrize("orient", ["columns", "split", "records"])
def test_json_as_pandas_writes_it(tmp_path, orient):
    frame = pd.DataFrame(ROWS[:4])
    frame.to_json(tmp_path / "rows.json", orient=orient)
    assert list(load(tmp_path / "rows.json").rows()) == ROWS[:4]


def test_splits_beside_a_version_number(tmp_path):
    path = tmp_path / "all.json"
    path.write_text(json.dumps({"version": 1, "train": ROWS[:5], "test": ROWS[5:8]}))
    assert load(path).splits == {"train": 5, "test": 3}


def test_odd_values_are_told_or_kept():
    loop = {}
    loop["self"] = loop
    with pytest.raises(DatasetError, match="holds itself"):
        load([{**ROWS[0], "extra": loop}])
    assert load([{**ROWS[0], "when": pd.NaT}, {**ROWS[1], "when": pd.Timestamp("2026-01-02")}]).splits == {"train": 2}


def test_only_takes_names():
    for only in (3, []):
        with pytest.raises(DatasetError, match="only= takes names of checks"):
            load(ROWS).check(only=only)


# Secrets

TOKEN = "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789"
JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"token {TOKEN} end", "token <SECRET_1> end"),
        ("glpat-abcdefghij0123456789.", "<SECRET_1>."),
        ("AKIAIOSFODNN7EXAMPLE and again AKIAIOSFODNN7EXAMPLE", "<SECRET_1> and again <SECRET_1>"),
        (
            "my pass is secret; open https://user:pass@host.org/x",
            "my pass is secret; open https://user:<SECRET_1>@host.org/x",
        ),
        ("admin: https://admin:admin@host.org", "admin: https://admin:<SECRET_1>@host.org"),
        (f"a {JWT}. b", "a <SECRET_1>. b"),
        ("sk_live_" + "a1" * 20 + " x", "<SECRET_1> x"),
    ],
)
def test_a_masked_secret_is_gone_as_a_whole(text, left):
    ds = load([{"prompt": text, "completion": "Done."}, *ROWS]).repair("secrets")
    assert ds[0]["prompt"] == left
    assert not secrets(left)


# Checks and repairs


def test_rows_that_contradict_are_no_repetitions():
    rows = [{"prompt": "p", "completion": "c", "label": label} for label in (True, False, True)]
    ds = load(rows)
    assert [row["label"] for row in ds.repair("exact_duplicates").rows()] == [True, False]
    long = "one two three four five six seven eight nine ten"
    near = [{"prompt": "p", "completion": f"{long} {end}", "label": end != "c"} for end in "abc"] * 2
    assert {row["label"] for row in load(near).repair("near_duplicates").rows()} == {True, False}
    contents = [("system", "user", "assistant"), ("user", "user", "assistant"), ("user", "assistant", "user")]
    chats = [{"messages": [{"role": role, "content": text} for role, text in zip(roles, "abc", strict=True)]}
             for roles in contents]  # fmt: skip
    assert not load(chats).check(only=["exact_duplicates", "near_duplicates"]).findings


def test_a_repair_may_empty_a_split(tmp_path):
    from workbench.data.mending import Mending

    for split, answer in (("train", "a"), ("test", "")):
        lines = "".join(json.dumps({"prompt": f"{split} {i}", "completion": answer}) + "\n" for i in range(4))
        (tmp_path / f"{split}.jsonl").write_text(lines)
    mending = Mending(load(tmp_path))
    mending.check()
    mending.propose("empty_answers")
    mending.apply()
    assert mending.dataset.splits == {"train": 4}


def test_a_proposal_for_an_older_set_is_never_applied():
    from workbench.data.mending import Mending

    rows = [*ROWS, *ROWS[:3]]
    mending = Mending(load(rows))
    mending.check()

    def meanwhile(done, total, what):
        mending.dataset = mending.dataset.head(5)

    mending.propose("exact_duplicates", progress=meanwhile)
    assert mending.proposed == ""
    mending.apply()
    assert mending.dataset.splits == {"train": 5}


def test_a_recipe_for_other_rows_does_not_hide_what_is_wrong_with_them():
    from workbench.data.mending import Mending

    pairs = [{"prompt": "q", "chosen": "a", "rejected": "a"}] * 3
    mending = Mending(load(pairs), wb.Recipe("tiny-support", "support-desk/tickets"))
    with pytest.raises(RecipeError):
        mending.check()
    assert mending.report is not None
    assert mending.report.findings


# Length and code


def test_what_the_models_context_cuts_off_is_told_beforehand():
    rows = [{"prompt": "word " * 3000, "completion": "a"}, *ROWS]
    recipe = wb.Recipe("tiny-support", load(rows), training=wb.Training(max_length=None))
    told = " ".join(str(problem) for problem in recipe.problems(tokens=True))
    assert "1 of 61 training rows" in told


@pytest.mark.parametrize("names", [("Prompt", "Completion"), ("prompt", "completion")])
def test_the_plain_script_reads_all_rows_under_their_names(tmp_path, names):
    from datasets import Dataset

    for file, rows in (("train", ROWS[:8]), ("train_extra", ROWS[8:16]), ("validation", ROWS[16:20])):
        lines = [json.dumps(dict(zip(names, row.values(), strict=True))) for row in rows]
        (tmp_path / f"{file}.jsonl").write_text("\n".join(lines) + "\n")
    recipe = wb.Recipe("tiny-support", wb.load_dataset(tmp_path, split={}))
    code = recipe.to_code(plain=True)
    lines = [line for line in code.splitlines() if line.startswith(("train = ", "validation = "))]
    scope = {"Dataset": Dataset, "json": json}
    before = code[code.index("def read(") : code.index("train = ")] if "def read(" in code else ""
    exec(before.split("def as_turns")[0], scope)
    exec("\n".join(line.split(".map(")[0] for line in lines), scope)
    assert sorted(scope["train"]["prompt"]) == sorted(row["prompt"] for row in ROWS[:16])


def test_to_show_a_panel_writes_no_rows(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    recipe = wb.Recipe("tiny-support", load(ROWS))
    panel = wb.panels.TokenLens(recipe.dataset, recipe)
    assert "ds = wb.load_dataset(rows" in panel.to_code()
    assert not (tmp_path / "home").exists()


# Columns beside, names in SQL, folders


def test_an_extra_column_called_text_is_not_what_is_trained():
    rows = [{"instruction": "i", "input": "", "output": "o", "text": f"### {i}"} for i in range(30)]
    ds = load(rows)
    assert ds.columns == ["prompt", "completion", "text_original"]
    [found] = ds.check(only=["exact_duplicates"]).findings
    assert len(found.rows) == 29


def test_prints_of_lists_are_refused_in_any_column():
    turns = "[{'role': 'user', 'content': 'q'}]"
    for row in ({"prompt": turns, "completion": turns}, {"prompt": turns, "chosen": turns, "rejected": turns}):
        with pytest.raises(DatasetError, match="as Python prints them"):
            load([row] * 3)


@pytest.mark.parametrize("names", [("ROW", "x"), ("row", "ROW_number"), ("Row", "row_number"), ("topic", "Topic")])
def test_conditions_and_counts_take_the_column_that_is_meant(names):
    from workbench.data.query import Query

    first, second = names
    query = Query(load([{**row, first: f"a{at % 2}", second: "b"} for at, row in enumerate(ROWS)]).arrow())
    assert query.rows(f"{query.row_name} < 3").tolist() == [0, 1, 2]
    assert query.facet(first).values == ("a0", "a1")
    assert query.facet(second).values == ("b",)
    [condition, _] = query.facet(first).conditions
    assert query.rows(condition).tolist() == list(range(0, 60, 2))


def test_a_file_beside_its_compressed_form_is_refused_and_merged_files_are_told(tmp_path):
    import gzip

    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "one" / "train.jsonl.gz").write_bytes(gzip.compress((tmp_path / "one" / "train.jsonl").read_bytes()))
    with pytest.raises(DatasetError, match="are one file, plain and compressed"):
        load(tmp_path / "one")
    for name in ("dev", "val"):
        (tmp_path / "two" / f"{name}.jsonl").write_text(json.dumps(ROWS[0]) + "\n")
    assert "The validation split was read from several files: dev.jsonl, val.jsonl." in load(tmp_path / "two").notes


def test_a_damaged_saved_set_is_not_taken_for_whole(tmp_path):
    ds = load(ROWS)
    folder = ds.save(tmp_path / "saved")
    assert ds.save(folder) == folder
    (folder / "train.parquet").write_bytes(b"x")
    with pytest.raises(DatasetError, match="other or damaged files"):
        ds.save(folder)
    recipe = wb.Recipe("tiny-support", ds)
    stored = recipe.stored().data["source"]
    with open(f"{stored}/train.parquet", "wb") as file:
        file.write(b"x")
    assert wb.Recipe.from_yaml(recipe.to_yaml()).load_dataset().hash == ds.hash


# Roles, names of columns, templates, the other splits


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            {"prompt": [("user", "a")], "completion": [("assistant", "b"), ("user", "c"), ("assistant", "d")]},
            "turn 1 of the",
        ),
        ({"prompt": [("user", "a"), ("assistant", "b")], "completion": [("assistant", "c")]}, "ends with an assistant"),
    ],
)
def test_turns_that_would_be_trained_wrongly_are_found(row, told):
    turns = {name: [{"role": role, "content": text} for role, text in given] for name, given in row.items()}
    [found] = load([turns]).check(only=["role_order"]).findings
    assert told in found.evidence[0]


def test_naming_columns_keeps_the_question_and_the_system():
    ds = load([{"question": "q", "w": "good", "l": "bad"}] * 3, columns={"chosen": "w", "rejected": "l"})
    assert ds[0]["prompt"] == "q"
    row = {"q": "a", "a": "b", "system": "Be brief."}
    assert load([row], columns={"prompt": "q", "completion": "a"})[0]["prompt"][0]["content"] == "Be brief."


def test_texts_that_are_json_stay_texts():
    rows = [{"prompt": '[{"from": "Berlin", "to": "Paris"}]', "completion": "c"}, {"prompt": "a", "completion": "b"}]
    assert list(load(rows).rows()) == rows
    answer = [{"role": "assistant", "content": "b"}]
    assert load([{"prompt": "a", "completion": answer}])[0] == {
        "prompt": [{"role": "user", "content": "a"}], "completion": answer,
    }  # fmt: skip


def test_names_that_look_like_others(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~tilde.jsonl").write_text(json.dumps(ROWS[0]) + "\n")
    assert len(load("~tilde.jsonl")) == 1
    folder = tmp_path / "support-desk" / "tickets"
    folder.mkdir(parents=True)
    (folder / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    ds = load("./support-desk/tickets")
    assert eval(ds.to_code(), {"wb": wb}).hash == ds.hash
    recipe = wb.Recipe("tiny-support", ds)
    assert wb.Recipe.from_yaml(recipe.to_yaml()).load_dataset().hash == ds.hash


def test_a_template_that_changes_answers_is_a_problem():
    template = "{% for m in messages %}{% generation %}{{ m.content | upper }}<|end|>{% endgeneration %}{% endfor %}"
    recipe = wb.Recipe("tiny-support", load(ROWS), template=template)
    assert any("changes what the assistant says" in str(problem) for problem in recipe.problems(tokens=True))


def test_rows_of_validation_that_stand_in_test_are_found_and_taken_out(tmp_path):
    for split, rows in (("train", ROWS[:20]), ("validation", ROWS[20:30]), ("test", ROWS[25:40])):
        (tmp_path / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    ds = load(tmp_path)
    [found] = ds.check(only=["leaks"]).findings
    assert (found.split, found.rows, found.elsewhere[5]) == ("validation", (5, 6, 7, 8, 9), ("test", 0))
    assert ds.repair("leaks").splits == {"train": 20, "validation": 5, "test": 15}


def test_different_repairs_pressed_at_once_are_all_done():
    from workbench.panels import DataPanel

    rows = [*ROWS, ROWS[0], {"prompt": "q", "completion": ""}]
    panel = DataPanel(load(rows))
    panel.problems._in_background = lambda work, *args, **options: work(*args)
    panel.problems.check()
    for check in ("exact_duplicates", "empty_answers", "exact_duplicates"):
        panel.problems._repair(check, "")
    assert len(panel._rows._problems["repairs"]) == 2
    assert panel.dataset.splits == {"train": 60}


# Characters, masks, near rows, JSON by turn, other forms of values


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("end of page\x0cNew page", "end of page\nNew page"),
        ("line one\x85line two", "line one\nline two"),
        ("don\x92t \x93quote\x94 \x96 and\x85", "don\u2019t \u201cquote\u201d \u2013 and\u2026"),
        ("a\x00b\ufeff", "ab"),
    ],
)
def test_control_characters_become_what_they_stood_for(text, mended):
    assert load([{"prompt": text, "completion": "c"}]).repair("control_characters")[0]["prompt"] == mended


def test_masked_json_stays_json():
    answer = '{"card": 4111111111111111, "note": "or \\"4111111111111111\\""}'
    ds = load([{"prompt": "p", "completion": answer}]).repair("personal_data")
    assert json.loads(ds[0]["completion"]) == {"card": "<CARD_1>", "note": 'or "<CARD_1>"'}


def test_signs_tell_questions_apart():
    rows = [
        {"prompt": f"What is {i} {sign} {i + 5} in numbers?", "completion": str(i)} for i in range(30) for sign in "+-*"
    ]
    ds = wb.load_dataset(rows, split={"test": 0.2})
    assert not ds.check(only=["near_leaks", "near_duplicates"]).findings


def test_each_answer_of_a_conversation_is_json_by_itself():
    turns = [("user", "a"), ("assistant", '{"a": 1}'), ("user", "b"), ("assistant", '{"b": 2}')]
    rows = [{"messages": [{"role": role, "content": f"{text}" if role == "assistant" else f"{text} {i}"}
                          for role, text in turns]} for i in range(12)]  # fmt: skip
    schema = {"type": "object", "required": ["a"]}
    found = {each.check: len(each.rows) for each in load(rows).check(schema=schema).findings}
    assert "invalid_json" not in found
    assert found["schema"] == 12


@pytest.mark.parametrize("bad", [np.bool_(False), np.int64(0), 0.0])
def test_labels_of_numpy_and_missing_ones_are_labels(bad):
    good = type(bad)(1)
    ds = load([{"prompt": "p", "completion": "c", "label": label} for label in (good, bad)])
    assert [row["label"] for row in ds.rows()] == [True, False]
    rows = [{"prompt": "p", "completion": "c", "label": label} for label in (1.0, 0.0, float("nan"))]
    with pytest.raises(DatasetError, match=r"row 2 .*column 'label'"):
        load(rows)


def test_systems_are_found_in_odd_company():
    assert (
        load([{"prompt": "q", "completion": "a", "system": "", "system_prompt": "SP"}])[0]["prompt"][0]["content"]
        == "SP"
    )
    with pytest.raises(DatasetError, match=r"row 1 .*column 'system': must be text"):
        load([{"prompt": "q", "completion": "a", "system": "S"}, {"prompt": "q", "completion": "a", "system": 5}])
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    pair = load([{"chosen": turns, "rejected": turns, "system": "S"}])[0]
    assert pair["chosen"][0] == pair["rejected"][0] == {"role": "system", "content": "S"}
    said = [{"from": "system", "value": "own"}, {"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]
    [own, *rest] = load([{"conversations": said, "system": "other"}])[0]["messages"]
    assert own["content"] == "own"
    assert "system" not in [turn["role"] for turn in rest]


def test_an_answer_without_a_question_cannot_be_judged():
    with pytest.raises(DatasetError, match="the judged answer stands alone"):
        load([{"messages": [{"role": "assistant", "content": "a"}], "label": False}])


def test_turns_marked_not_to_be_trained_are_told():
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "BAD", "weight": 0},
             {"role": "user", "content": "r"}, {"role": "assistant", "content": "good", "weight": 1}]  # fmt: skip
    recipe = wb.Recipe("tiny-support", load([{"messages": turns}] * 4))
    assert any("marked not to be trained" in str(problem) for problem in recipe.problems(tokens=True))
    turns[1]["weight"] = 1
    recipe = wb.Recipe("tiny-support", load([{"messages": turns}] * 4))
    assert not any("marked not to be trained" in str(problem) for problem in recipe.problems(tokens=True))


def test_a_warning_does_not_keep_the_rows_from_being_looked_at():
    rows = [{"prompt": "word " * 200, "completion": "a"}, *ROWS]
    training = wb.Training(max_steps=10, max_length=128, eval_steps=25)
    told = " ".join(
        str(problem) for problem in wb.Recipe("tiny-support", load(rows), training=training).problems(tokens=True)
    )
    assert "eval_steps" in told
    assert "1 of 61 training rows" in told


def test_separators_and_first_lines_of_tables(tmp_path):
    cases = {"a.tsv": "prompt,completion\nq,a\n", "b.csv": "\nprompt;completion\nq;a\n"}
    for name, text in cases.items():
        (tmp_path / name).write_text(text)
        assert list(load(tmp_path / name).rows()) == [{"prompt": "q", "completion": "a"}]
    (tmp_path / "c.txt").write_text('{"prompt": "q", "completion": "a"}\n' * 3)
    with pytest.raises(DatasetError, match="holds JSON lines"):
        load(tmp_path / "c.txt")


def test_what_is_beyond_max_rows_is_not_looked_at(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS[:10]) + "broken\n")
    assert len(load(path, max_rows=10)) == 10


def test_one_split_is_not_two(tmp_path):
    for name in ("train", "validation"):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    with pytest.raises(DatasetError, match="names the split 'validation' twice"):
        wb.load_dataset(tmp_path, split={"validation": "validation", "test": "validation"})


def test_notes_of_splits_do_not_outlive_them():
    ds = wb.load_dataset(ROWS)
    assert any("were cut from train" in note for note in ds.notes)
    assert not any("were cut from train" in note for note in ds.resplit({"validation": 0.2}).notes)


def test_rows_to_drop_may_come_in_any_collection():
    ds = load(ROWS)
    for rows in ({1, 2}, (number for number in (1, 2)), np.array([1, 2])):
        assert len(ds.repair(drop={"train": rows})) == 58


def test_sets_are_kept_in_one_order():
    import subprocess
    import sys

    code = (
        "import workbench as wb; print(wb.load_dataset([{'prompt': 'p', 'completion': 'c', "
        "'tags': {'alpha', 'beta', 'gamma'}}] * 3, split={}).hash)"
    )
    made = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout for _ in "ab"
    }
    assert len(made) == 1


def test_many_equal_prompts_are_matched_once_each(tmp_path):
    for name, n in (("train", 3_000), ("test", 400)):
        lines = (json.dumps({"prompt": "the same", "completion": f"{name} {i}"}) for i in range(n))
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
    [found] = load(tmp_path).check(only=["leaks"]).findings
    assert (len(found.rows), len(found.in_train), len(found.elsewhere)) == (400, 3_000, 400)
