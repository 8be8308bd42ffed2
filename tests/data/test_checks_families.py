"""Each check finds faults planted in generated rows, exactly at their rows, and the views below them are exact."""

import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from workbench.data.checks import CHECKS, check
from workbench.data.checks.preferences import wilson
from workbench.data.checks.similar import near_groups, similarity
from workbench.data.checks.view import Batch
from workbench.data.checks.words import Words
from workbench.data.dataset import Dataset
from workbench.errors import CancelledError, DatasetError

NOUNS = ["harbour", "kettle", "lantern", "meadow", "orchard", "pebble", "quarry", "ribbon", "saddle",
         "thicket", "umbrella", "valley", "willow", "anchor", "basket", "candle", "dagger", "engine"]  # fmt: skip
VERBS = ["carries", "hides", "finds", "paints", "follows", "breaks", "mends", "lifts", "watches", "remembers"]


def prose(rng: random.Random, n: int) -> str:
    """Sentences that hardly repeat: every noun carries its own number word."""
    made = []
    while len(made) < n:
        made += ["the", rng.choice(NOUNS) + chr(97 + rng.randrange(26)) * rng.randint(1, 3), rng.choice(VERBS), "a",
                 rng.choice(NOUNS) + chr(97 + rng.randrange(26)) * rng.randint(1, 3)]  # fmt: skip
    return " ".join(made[:n])


def rows_of(seed: int, n: int, chat: bool) -> list[dict]:
    rng = random.Random(seed)
    rows = []
    for _ in range(n):
        prompt, answer = prose(rng, rng.randint(8, 25)), prose(rng, rng.randint(12, 30))
        if chat:
            rows.append({"messages": [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]})
        else:
            rows.append({"prompt": prompt, "completion": answer})
    return rows


def answer_with(row: dict, change) -> dict:
    if "messages" in row:
        user, assistant = row["messages"]
        return {"messages": [user, {**assistant, "content": change(assistant["content"])}]}
    return {**row, "completion": change(row["completion"])}


def tables(**splits) -> Dataset:
    chat = "messages" in splits["train"][0]
    return Dataset(
        {name: pa.Table.from_pylist(rows) for name, rows in splits.items()}, conversational=chat, name="made",
        type="language_modeling" if chat else "prompt_completion", layout="made",
    )  # fmt: skip


def middle(text: str, put: str) -> str:
    parts = text.split(" ")
    return " ".join([*parts[:4], put, *parts[4:]])


PLANTS = {
    "empty_answers": ["", " ", "\n\t "],
    "encoding": ["caf\u00c3\u00a9", "don\u00e2\u20ac\u2122t", "\ufffd"],
    "control_characters": ["\x00", "\x1b[1m", "\x07", "\u009d", "\ufeff"],
    "special_tokens": ["<|im_start|>", "<|endoftext|>", "[/INST]", "</s>", "<end_of_turn>", "<|eot_id|>"],
    "personal_data": ["olga@nord-bank.dk", "+44 20 7946 1234", "FR1420041010050500013M02606", "5425 2334 3010 9903",
                      "8.8.4.4", "219-09-9998", "212-555-2368"],
    "secrets": ["AKIAI44QH8DHBEXAMPLE", "ghp_" + "a1B2" * 9, "-----BEGIN EC PRIVATE KEY-----", "AIza" + "Sy7" * 12,
                "hf_" + "Qw8e" * 9],
    "refusals": ["As an AI language model, I must decline.", "I cannot assist with that request.",
                 "I'm sorry, but I can't help with that.", "As of my last update in 2021"],
    "loops": ["go on and on " * 8, "yes " * 30, "this is the end of the story " * 6],
}  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(PLANTS)), st.integers(0, 10_000), st.booleans(), st.data())
def test_a_planted_text_is_found_at_its_rows_and_nowhere_else(name, seed, chat, data):
    rows = rows_of(seed, 30, chat)
    at = sorted(data.draw(st.sets(st.integers(0, 29), min_size=1, max_size=4)))
    for row in at:
        put = data.draw(st.sampled_from(PLANTS[name]))
        rows[row] = answer_with(rows[row], lambda text, put=put: put if name == "empty_answers" else middle(text, put))
    ds = tables(train=rows)
    assert [(found.check, found.rows) for found in check(ds, [name]).findings] == [(name, tuple(at))]
    others = {found.check for found in ds.check().findings if found.severity != "note"}
    assert others - {name, "exact_duplicates"} <= ({"control_characters"} if name == "encoding" else set())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_generated_rows_without_a_fault_give_no_finding(seed, chat):
    rows = rows_of(seed, 60, chat)
    assert check(tables(train=rows[:40], validation=rows[40:50], test=rows[50:])).findings == []


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.integers(1, 4))
def test_repeats_contradictions_and_leaks_are_found_with_their_partners(seed, chat, n):
    rows = rows_of(seed, 40, chat)
    rng = random.Random(seed + 1)
    picked = rng.sample(range(30), 3 * n)
    same, other, leaked = picked[:n], picked[n : 2 * n], picked[2 * n :]
    train = [*rows[:30], *(rows[i] for i in same), *(answer_with(rows[i], lambda _: prose(rng, 15)) for i in other)]
    test = [*rows[30:], *(answer_with(rows[i], lambda _: prose(rng, 15)) for i in leaked)]
    found = {one.check: one for one in check(tables(train=train, test=test)).findings}
    assert set(found) == {"exact_duplicates", "contradictions", "leaks"}
    assert found["exact_duplicates"].rows == tuple(range(30, 30 + n))
    assert set(found["exact_duplicates"].groups) == {(i, 30 + at) for at, i in enumerate(same)}
    assert set(found["contradictions"].groups) == {(i, 30 + n + at) for at, i in enumerate(other)}
    assert dict(found["leaks"].elsewhere) == {10 + at: ("train", i) for at, i in enumerate(leaked)}
    assert found["leaks"].in_train == tuple(sorted(leaked))


def share_of_runs(left: str, right: str) -> float:
    def runs(text: str) -> set[tuple[str, ...]]:
        words = text.split()
        return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}

    return len(runs(left) & runs(right)) / len(runs(left) | runs(right))


def test_near_duplicates_at_080_are_found_and_all_that_is_found_is_one():
    rng = random.Random(5)
    originals = [prose(rng, 60 + i % 80) for i in range(600)]
    copies, planted = [], 0
    for text in originals:
        words = text.split()
        for _ in range(rng.randint(1, 3)):  # a changed word spoils up to five runs
            words[rng.randrange(len(words))] = "CHANGED" + chr(97 + rng.randrange(26))
        copies.append(" ".join(words))
    texts = originals + copies
    wanted = {i for i in range(600) if share_of_runs(originals[i], copies[i]) >= 0.8}
    [finding] = check(Dataset({"train": pa.table({"text": texts})}, type="language_modeling", conversational=False,
                              layout="text", name="made"), ["near_duplicates"]).findings  # fmt: skip
    right = {row - 600 for row in finding.rows}
    planted = len(wanted)
    print(
        f"near duplicates: recall {len(right & wanted) / planted:.3f}, precision {len(right & wanted) / len(right):.3f}"
    )
    assert planted > 300
    assert len(right & wanted) / planted >= 0.95
    assert right <= wanted
    assert all(len(group) == 2 and group[1] == group[0] + 600 for group in finding.groups)


def test_a_crowd_of_equal_texts_is_one_group_and_costs_one_comparison_each():
    keys = np.ones((5000, 12), np.uint64)
    text = " ".join(NOUNS)
    groups = near_groups(keys, np.arange(5000), pa.table({"text": [text] * 5000}))
    assert [len(group) for group in groups] == [5000]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_a_question_that_nearly_stands_in_train_is_a_near_leak(seed):
    rng = random.Random(seed)
    train = [{"prompt": prose(rng, 50), "completion": prose(rng, 12)} for _ in range(25)]
    at = rng.randrange(25)
    words = train[at]["prompt"].split()
    words[rng.choice([0, -1])] = "elsewhere"
    test = [{"prompt": prose(rng, 50), "completion": "x y"} for _ in range(5)]
    test.insert(2, {"prompt": " ".join(words), "completion": "z"})
    [finding] = check(tables(train=train, test=test), ["leaks", "near_leaks", "overlap"]).findings
    assert (finding.check, finding.rows, dict(finding.elsewhere)) == ("near_leaks", (2,), {2: ("train", at)})


def test_a_question_inside_a_longer_text_of_train_is_an_overlap_and_a_shared_instruction_is_none():
    rng = random.Random(3)
    house = prose(rng, 40)
    train = [{"prompt": f"{house} {prose(rng, 12)}", "completion": prose(rng, 10)} for _ in range(40)]
    question = prose(rng, 40)
    train[7]["prompt"] = f"{prose(rng, 60)} {question} {prose(rng, 60)}"
    test = [{"prompt": f"{house} {prose(rng, 60)}", "completion": "x"}, {"prompt": question, "completion": "y"}]
    [finding] = check(tables(train=train, test=test), ["leaks", "near_leaks", "overlap"]).findings
    assert (finding.check, finding.rows, finding.in_train) == ("overlap", (1,), (7,))


@pytest.mark.parametrize(
    ("roles", "wrong"),
    [
        ("user assistant", False), ("system user assistant user assistant", False),
        ("user assistant tool assistant", False),
        ("developer user assistant", False), ("assistant user assistant", True), ("user assistant assistant", True),
        ("user user assistant", True), ("user system assistant", True), ("user assistant user", True),
        ("system assistant", True), ("user", True),
    ],
)  # fmt: skip
def test_orders_of_roles(roles, wrong):
    turns = [{"role": role, "content": f"some words {at}"} for at, role in enumerate(roles.split())]
    good = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    found = check(tables(train=[{"messages": good}, {"messages": turns}]), ["role_order"]).findings
    assert [one.rows for one in found] == ([(1,)] if wrong else [])


def preferences(n: int, longer: int) -> Dataset:
    rows = [{"prompt": f"question {i}", "chosen": f"{i} " + "a" * (9 if i < longer else 3), "rejected": f"{i} bbbbb"}
            for i in range(n)]  # fmt: skip
    return wb.load_dataset(rows, split={})


def test_a_preference_for_length_comes_with_its_number_and_interval():
    [finding] = preferences(200, 170).check(only=["chosen_longer"]).findings
    assert finding.rows == tuple(range(170))
    assert "85% of 200 pairs (95 % interval 79% to 89%)" in finding.message
    assert preferences(200, 110).check(only=["chosen_longer"]).findings == []
    assert preferences(20, 20).check(only=["chosen_longer"]).findings == []
    [shorter] = preferences(200, 20).check(only=["chosen_longer"]).findings
    assert "shorter" in shorter.message


def test_the_wilson_interval_is_the_one_of_statsmodels():
    from statsmodels.stats.proportion import proportion_confint

    for wins, n in ((0, 10), (7, 10), (170, 200), (1000, 1000)):
        assert wilson(wins, n) == pytest.approx(proportion_confint(wins, n, method="wilson"), abs=1e-6)


def test_labels_of_which_one_is_nearly_all():
    rows = [{"prompt": f"mail {i}", "completion": "spam" if i % 20 == 0 else "ham"} for i in range(400)]
    [finding] = wb.load_dataset(rows, split={}).check(only=["labels"]).findings
    assert finding.rows == tuple(range(0, 400, 20))
    assert "95% of 400 rows have the answer 'ham'" in finding.message
    even = [{"prompt": f"mail {i}", "completion": "spam" if i % 2 else "ham"} for i in range(400)]
    assert wb.load_dataset(even, split={}).check(only=["labels"]).findings == []
    judged = [{"prompt": f"p {i}", "completion": f"answer {i}", "label": i % 10 != 0} for i in range(100)]
    [finding] = wb.load_dataset(judged, split={}).check(only=["labels"]).findings
    assert finding.rows == tuple(range(0, 100, 10))


def test_lengths_far_off_and_languages_and_licence_are_notes():
    rng = random.Random(1)
    rows = [{"prompt": f"{i} {prose(rng, 9)}", "completion": prose(rng, 20)} for i in range(1000)]
    rows[17]["completion"] = prose(rng, 2000)
    rows[400] = {"prompt": "Bitte beschreibe mir in wenigen Sätzen, wie man einen Apfelkuchen backt.",
                 "completion": "Zuerst den Teig kneten, dann die Äpfel schälen und alles zusammen backen."}  # fmt: skip
    found = {one.check: one for one in wb.load_dataset(rows, split={}).check().findings}
    assert {one.severity for one in found.values()} == {"note"}
    assert found["lengths"].rows == (17,)
    assert 400 in found["languages"].rows
    assert found["languages"].evidence[400] == "de"
    assert found["licence"].rows == ()
    sourced = [{**row, "license": "CC0", "source": "made up"} for row in rows]
    assert not wb.load_dataset(sourced, split={}).check(only=["licence"])


def test_json_is_only_claimed_where_nearly_all_answers_are():
    made = [{"prompt": f"n {i}", "completion": f'{{"n": {i}}}'} for i in range(20)]
    spoiled = [*made, {"prompt": "x", "completion": '{"n": 1, "n": 2}'}, {"prompt": "y", "completion": "four"}]
    [finding] = wb.load_dataset(spoiled, split={}).check(only=["invalid_json"]).findings
    assert finding.rows == (20, 21)
    assert finding.evidence[20].startswith("duplicate key")
    mixed = [*made[:10], *({"prompt": f"t {i}", "completion": f"text {i}"} for i in range(10))]
    assert not wb.load_dataset(mixed, split={}).check(only=["invalid_json"])
    schema = {"type": "object", "properties": {"n": {"maximum": 17}}}
    [finding] = wb.load_dataset(made, split={}).check(only=["schema"], schema=schema).findings
    assert finding.rows == (18, 19)
    with pytest.raises(DatasetError, match="schema itself is invalid"):
        wb.load_dataset(made, split={}).check(schema={"type": "objekt"})


TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), min_size=1, max_size=12)


def spoken(text: str) -> list[bytes]:
    """The words of a text, byte by byte, as the module says what a word is."""
    words, at, raw = [], 0, text.encode()
    open_ = b""
    while at < len(raw):
        byte = raw[at : at + 1]
        if 0xE3 <= raw[at] <= 0xE9:
            words += [open_, raw[at : at + 3]]
            open_, at = b"", at + 3
            continue
        if raw[at] >= 128 or byte.isalnum() or byte in b"+-*/<>=^%":
            open_ += byte.lower()
        else:
            words.append(open_)
            open_ = b""
        at += 1
    return [word for word in [*words, open_] if word]


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(1, 6))
def test_hashes_of_words_and_runs_are_equal_exactly_where_the_words_are(texts, n):
    words = Words(pa.array(texts, pa.string()))
    said = [spoken(text) for text in texts]
    assert words.counts.tolist() == [len(one) for one in said]
    flat = [word for one in said for word in one]
    assert len(set(flat)) == len(set(words.hashes.tolist()))
    assert len(set(zip(flat, words.hashes.tolist(), strict=True))) == len(set(flat))
    runs, ends = words.runs(n, short=True)
    wanted = [[tuple(one[at : at + n]) for at in range(max(1, len(one) - n + 1))] if one else [] for one in said]
    assert np.diff(ends).tolist() == [len(one) for one in wanted]
    spread = [run for one in wanted for run in one]
    assert len(set(zip(spread, runs.tolist(), strict=True))) == len(set(spread)) == len(set(runs.tolist()))


def test_long_words_and_the_exact_share_of_runs():
    rng = random.Random(2)
    long = ["x" * 70 + str(i) for i in range(30)]
    texts = [" ".join(long), " ".join([*long[:-1], "y"]), prose(rng, 40), "one two", "One, two!"]
    words = Words(pa.array(texts))
    lefts, rights = np.array([0, 0, 3, 2]), np.array([1, 2, 4, 2])
    shares = similarity(words, lefts, words, rights)
    assert shares.tolist() == pytest.approx([25 / 27, 0, 1, 1])


def test_the_view_of_conversations():
    turns = [
        [{"role": "system", "content": "S"}, {"role": "user", "content": "U1"}, {"role": "assistant", "content": "A1"},
         {"role": "user", "content": "U2"}, {"role": "assistant", "content": "A2"}],
        [{"role": "user", "content": "V"}, {"role": "assistant", "content": "B"}],
    ]  # fmt: skip
    batch = Batch("train", 5, pa.table({"messages": turns}))
    assert batch.prompts.to_pylist() == ["S\x1eU1", "V"]
    assert batch.answers.to_pylist() == ["A1\x1eU2\x1eA2", "B"]
    seen = {(part.side, part.role): list(zip(part.texts.to_pylist(), part.rows.tolist(), strict=True))
            for part in batch.parts}  # fmt: skip
    assert seen == {("prompt", "system"): [("S", 5)], ("prompt", "user"): [("U1", 5), ("U2", 5), ("V", 6)],
                    ("answer", "assistant"): [("A1", 5), ("A2", 5), ("B", 6)]}  # fmt: skip
    assert batch.question_words.counts.tolist() == [2, 1]
    sliced = Batch("train", 6, pa.table({"messages": turns}).slice(1, 1))
    assert sliced.prompts.to_pylist() == ["V"]
    assert [part.rows.tolist() for part in sliced.parts] == [[6], [6]]


def test_a_split_without_rows_is_passed_over():
    table = pa.table({"prompt": pa.array(["a", "b"], pa.large_string()), "completion": pa.array(["x\x00", None])})
    ds = Dataset({"train": table, "test": table.slice(0, 0)}, type="prompt_completion", conversational=False,
                 layout="made", name="made")  # fmt: skip
    assert [(one.check, one.rows) for one in ds.check().findings] == [
        ("empty_answers", (1,)), ("control_characters", (0,))]  # fmt: skip


def user(text: str) -> list[dict]:
    return [{"role": "user", "content": text}]


def assistant(text: str) -> list[dict]:
    return [{"role": "assistant", "content": text}]


@pytest.mark.parametrize(
    "made",
    [
        lambda i: {"prompt": f"only {i}"},
        lambda i: {"chosen": f"Human: q{i} Assistant: yes", "rejected": f"Human: q{i} Assistant: not"},
        lambda i: {"chosen": user(f"q {i}") + assistant("yes"), "rejected": user(f"q {i}") + assistant("not")},
        lambda i: {"prompt": user(f"q {i}"), "chosen": assistant("yes"), "rejected": assistant("not")},
        lambda i: {"prompt": user(f"q {i}"), "completion": assistant("yes"), "label": i % 2 == 0},
        lambda i: {"text": f"text number {i}"},
    ],
)
def test_every_type_of_rows_is_checked(made):
    rows = [made(i) for i in range(25)]
    assert not wb.load_dataset(rows, split={}).check()
    again = wb.load_dataset([*rows, made(3)], split={}).check()
    assert [(one.check, one.rows) for one in again.findings] == [("exact_duplicates", (25,))]


def test_progress_is_told_and_can_cancel():
    ds = tables(train=rows_of(1, 50, False), test=rows_of(2, 20, False))
    told = []
    check(ds, progress=lambda done, total, what: told.append((done, total, what)))
    assert told[0] == (20, 70, "reading test")
    assert (70, 70, "reading train") in told
    with pytest.raises(CancelledError):
        check(ds, progress=lambda done, total, what: done < 20)


def test_every_check_says_what_it_is():
    for name, made in CHECKS.items():
        assert made.name == name
        assert made.kind
        assert made.remedy
        assert made.__doc__


def test_a_report_as_a_table():
    frame = tables(train=[*rows_of(1, 3, False), rows_of(1, 1, False)[0]]).check().to_frame()
    assert frame[["check", "split", "severity", "count", "rows"]].values.tolist() == [
        ["exact_duplicates", "train", "warning", 1, (3,)]]  # fmt: skip
