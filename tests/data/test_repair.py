"""Repairs do what they say, only that, the same every time, and the copied code makes the same set again."""

import json

import pytest

import workbench as wb
from workbench.data.repair import unmask
from workbench.errors import DatasetError

WORDS = "the bridge over a river was closed on monday because heavy rain had moved two of its stones"


def sentence(i: int) -> str:
    return " ".join(f"{word}{(i * 7 + at) % 31}" for at, word in enumerate(2 * WORDS.split()))


def good(n: int) -> list[dict]:
    return [{"prompt": f"Tell me about case {i}: {sentence(i)}", "completion": f"Case {i}. {sentence(i + 100)}."}
            for i in range(n)]  # fmt: skip


def load(train, *, test=(), path=None):
    if path is None:
        return wb.load_dataset(list(train), split={})
    for name, rows in (("train", train), ("test", test), ("validation", [{"prompt": "zz qq", "completion": "yy"}])):
        (path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return wb.load_dataset(path)


def again(ds, rows=None):
    return eval(ds.to_code(), {"wb": wb, "rows": rows})


CASES = {
    "empty_answers": ([{"prompt": "What is it?", "completion": " \n"}], 0),
    "empty_turns": ([{"prompt": "\t", "completion": "Something."}], 0),
    "exact_duplicates": ([good(4)[3], good(5)[4]], 0),
    "near_duplicates": ([{**good(4)[3], "completion": good(4)[3]["completion"] + " Indeed"}], 0),
    "encoding": ([{"prompt": "Where is the cafÃ©?", "completion": "On the left, donâ€™t worry."}], 1),
    "control_characters": ([{"prompt": "bell\x07 here", "completion": "Fine\x1b[0m."}], 1),
    "personal_data": ([{"prompt": "Write to ann@corp-mail.de", "completion": "Done: ann@corp-mail.de"}], 1),
    "secrets": ([{"prompt": "key AKIAIOSFODNN7EXAMPLE", "completion": "Thanks."}], 1),
}


@pytest.mark.parametrize("name", CASES)
def test_each_repair_removes_its_fault_and_nothing_else(name):
    planted, kept = CASES[name]
    rows = [*good(12), *planted]
    ds = load(rows)
    assert ds.check(only=[name])
    fixed = ds.repair(name)
    assert not fixed.check(only=[name])
    assert len(fixed) == 12 + kept
    assert list(fixed)[:12] == good(12)
    assert list(ds) == rows  # the one repaired stays as it was
    [entry] = fixed.repairs
    assert (entry.check, entry.split, entry.rows) == (name, "train", len(planted))
    assert (entry.before, entry.after) == (ds.hash, fixed.hash)
    assert entry.what == ds.check(only=[name]).findings[0].repair
    assert again(fixed, rows).hash == fixed.hash == ds.repair(name).hash


def test_texts_are_mended_as_they_should_read():
    ds = load([*good(3), *CASES["encoding"][0], *CASES["control_characters"][0]])
    fixed = ds.repair("encoding", "control_characters")
    assert fixed[3] == {"prompt": "Where is the café?", "completion": "On the left, don’t worry."}
    assert fixed[4] == {"prompt": "bell here", "completion": "Fine[0m."}
    assert [entry.check for entry in fixed.repairs] == ["encoding", "control_characters"]
    assert fixed.repairs[0].after == fixed.repairs[1].before


def test_pairs_that_prefer_nothing_and_records_that_are_none_are_dropped():
    pairs = [{"prompt": f"q {i}", "chosen": f"a {i}", "rejected": f"a {i % 7}"} for i in range(14)]
    fixed = load(pairs).repair("identical_pairs")
    assert list(fixed) == pairs[7:]
    records = [{"prompt": f"n {i}", "completion": f'{{"n": {i}}}'} for i in range(10)]
    fixed = load([*records, {"prompt": "x", "completion": '{"n": 1'}]).repair("invalid_json")
    assert list(fixed) == records


def test_an_accent_whose_second_half_became_a_space_is_mended():
    ds = load([*good(3), {"prompt": "Où ?", "completion": "Ã  gauche, jusqu'Ã  la porte, voilÃ\u00a0 tout"}])
    assert ds.repair("encoding")[3]["completion"] == "à gauche, jusqu'à la porte, voilà tout"


def test_a_conversation_is_mended_turn_by_turn():
    turns = [{"role": "user", "content": "cafÃ©?"}, {"role": "assistant", "content": "Mail bo@firm.fr, bo@firm.fr"}]
    chat = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    fixed = wb.load_dataset([{"messages": chat}, {"messages": turns}], split={}).repair("encoding", "personal_data")
    assert fixed[0]["messages"] == chat
    assert [turn["content"] for turn in fixed[1]["messages"]] == ["café?", "Mail <EMAIL_1>, <EMAIL_1>"]


def test_leaking_rows_leave_train_and_never_test(tmp_path):
    train = good(20)
    near = {**train[7], "prompt": train[7]["prompt"].replace("Tell me about", "Report on")}
    ds = load([*train, dict(train[3])], test=[train[3], near], path=tmp_path)
    fixed = ds.repair("leaks", "near_leaks")
    assert fixed.splits == {"train": 18, "test": 2, "validation": 1}
    assert {row["prompt"] for row in train} - {row["prompt"] for row in fixed} == {
        train[3]["prompt"],
        train[7]["prompt"],
    }
    assert [(entry.check, entry.split, entry.rows) for entry in fixed.repairs] == [
        ("leaks", "train", 2), ("near_leaks", "train", 1)]  # fmt: skip
    assert not fixed.check(only=["leaks", "near_leaks"])
    assert again(fixed).hash == fixed.hash


def test_rows_that_are_named_go_first():
    rows = [*good(6), good(6)[0]]
    fixed = load(rows).repair("exact_duplicates", drop={"train": [4, 0, 4]})
    assert [row["prompt"] for row in fixed] == [rows[i]["prompt"] for i in (1, 2, 3, 5, 6)]
    assert [(entry.check, entry.rows) for entry in fixed.repairs] == [("drop", 2)]
    assert "drop={'train': [0, 4]}" in fixed.to_code()
    assert again(fixed, rows).hash == fixed.hash


def test_masks_are_consistent_and_only_the_key_tells(tmp_path):
    rows = [
        {"prompt": "I am eva@haus.at, call +43 1 5880 1234", "completion": "Thank you eva@haus.at"},
        {"prompt": "IBAN DE89 3704 0044 0532 0130 00 of tom@haus.at", "completion": "Noted."},
    ]
    ds = load([*rows, *good(3)])
    key = tmp_path / "masks.json"
    fixed = ds.repair("personal_data", key=key)
    assert fixed[0] == {"prompt": "I am <EMAIL_1>, call <PHONE_1>", "completion": "Thank you <EMAIL_1>"}
    assert fixed[1]["prompt"] == "IBAN <IBAN_1> of <EMAIL_2>"
    assert [{name: unmask(text, key) for name, text in fixed[i].items()} for i in (0, 1)] == rows
    assert key.stat().st_mode & 0o077 == 0
    assert again(fixed, list(ds)).hash == fixed.hash == ds.repair("personal_data").hash
    # Another set under the same key: known values keep their placeholder, new ones get the next.
    more = load([{"prompt": "ida@haus.at and tom@haus.at", "completion": "Yes."}]).repair("personal_data", key=key)
    assert more[0]["prompt"] == "<EMAIL_3> and <EMAIL_2>"


def test_a_second_mask_does_not_use_a_placeholder_that_stands_in_the_texts():
    fixed = load([{"prompt": "<EMAIL_1> wrote to lea@dorf.ch", "completion": "Yes."}]).repair("personal_data")
    assert fixed[0]["prompt"] == "<EMAIL_1> wrote to <EMAIL_2>"


def test_a_saved_repaired_set_carries_its_log_and_hash(tmp_path):
    fixed = load([*good(30), good(2)[1]]).repair("exact_duplicates")
    fixed.save(tmp_path / "out")
    [entry] = json.loads((tmp_path / "out" / "workbench.json").read_text())["repairs"]
    assert entry == {"check": "exact_duplicates", "what": fixed.repairs[0].what, "split": "train", "rows": 1,
                     "before": fixed.repairs[0].before, "after": fixed.hash}  # fmt: skip
    assert wb.load_dataset(tmp_path / "out", split={}).hash == fixed.hash


def test_repairs_stay_with_the_parts_of_a_set():
    fixed = load([*good(5), good(1)[0]]).repair("exact_duplicates")
    assert fixed.head(3).repairs == fixed.repairs
    assert fixed.source["source"] is None  # a recipe has to keep a copy of the rows


def test_a_repair_of_nothing_changes_nothing():
    ds = load(good(5))
    assert ds.repair("exact_duplicates", "encoding").hash == ds.hash
    assert ds.repair("exact_duplicates").repairs == ()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda ds: ds.repair("near_duplicate"), "did you mean 'near_duplicates'"),
        (lambda ds: ds.repair("refusals"), "no safe repair for 'refusals'"),
        (lambda ds: ds.repair(), "Say what to repair"),
        (lambda ds: ds.repair(drop={"trian": [1]}), "train"),
        (lambda ds: ds.repair(drop={"train": [5]}), "from 0 to 4"),
        (lambda ds: ds.repair(drop={"train": [True]}), "True"),
        (lambda ds: ds.repair(drop={"train": [0, 1, 2, 3, 4]}), "no row of train would be left"),
        (lambda ds: ds.repair("encoding", key="k.json"), "key= belongs to"),
        (lambda ds: ds.check(only=["leeks"]), "leaks"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(call, said):
    with pytest.raises(DatasetError, match=said):
        call(load(good(5)))


def test_a_file_that_is_no_key_is_refused(tmp_path):
    (tmp_path / "notes.json").write_text('{"a": 1}')
    with pytest.raises(DatasetError, match="no key of masked values"):
        load(good(2)).repair("personal_data", key=tmp_path / "notes.json")
    assert (tmp_path / "notes.json").read_text() == '{"a": 1}'
