"""DataPanel: what it says of a data set, pages, search, lengths, and that rows stay text and stay put."""

import json
import threading

import pytest

import workbench as wb
from workbench.data import browse
from workbench.data.selection import Selection
from workbench.errors import DatasetError, InvalidInputError, ModelNotFoundError
from workbench.models.resolve import resolve_model
from workbench.objectives.lengths import row_lengths
from workbench.panels import DataPanel, _problems

ROWS = [{"prompt": f"question {i}", "completion": f"answer {i}", "id": i} for i in range(25)]


def settle(panel):
    """Wait for what runs in the background: the search and the lengths."""
    for thread in panel.background:
        thread.join(10)
    return panel


@pytest.fixture
def make(monkeypatch):
    """Make panels whose background work can be waited for."""
    started = []
    run = DataPanel.in_background

    def in_background(self, function, *args, **options):
        thread = run(self, function, *args, **options)
        started.append(thread)
        return thread

    monkeypatch.setattr(DataPanel, "in_background", in_background)
    monkeypatch.setattr(DataPanel, "background", started, raising=False)
    return lambda rows=ROWS, **options: DataPanel(wb.load_dataset(rows, split={}), **options)


def shown(panel):
    return [row["row"] for row in panel._rows._page["rows"]]


def test_it_says_what_the_data_was_taken_for(make):
    panel = make([{"instruction": "a", "input": "", "output": "b", "source": "x"}])

    facts = dict(panel._rows._head["facts"])
    assert facts["Type"].startswith("prompt_completion")
    assert facts["Read as"] == "alpaca"
    assert facts["Columns used"] == "prompt, completion (made of instruction, input, output)"
    assert facts["Columns kept beside"] == "source"
    assert dict(make()._rows._head["facts"])["Columns used"] == "prompt, completion"


def test_only_the_page_travels(make):
    panel = make(page_size=10)
    assert shown(panel) == list(range(10))

    panel._on_message({"kind": "page", "value": 2})
    assert shown(panel) == [20, 21, 22, 23, 24]
    assert panel._rows._page["total"] == 25
    panel.page = 99
    assert shown(panel) == [20, 21, 22, 23, 24]


def test_search_starts_at_the_first_page_and_looks_into_every_column(make):
    panel = make(page=2)
    panel._on_message({"kind": "search", "value": "QUESTION 2"})
    settle(panel)

    assert shown(panel) == [2, 20, 21, 22, 23, 24]
    assert panel.page == 0
    assert panel._rows._head["progress"]["text"] == "6 of 25 rows"
    panel.search = "nowhere"
    settle(panel)
    assert shown(panel) == []
    assert "nowhere" in panel._rows._page["nothing"]
    panel.search = ""
    assert shown(panel) == list(range(10))


def test_rows_under_a_condition_and_in_an_order(make):
    panel = make(page=1)
    panel._on_message({"kind": "where", "value": "id >= 20"})
    settle(panel)
    assert shown(panel) == [20, 21, 22, 23, 24]
    assert panel.page == 0
    panel.order = "id desc"
    assert shown(settle(panel)) == [24, 23, 22, 21, 20]
    panel.search = "question 21"
    assert shown(settle(panel)) == [21]
    panel.where = "id > 90"
    assert shown(settle(panel)) == []
    assert panel._rows._page["nothing"] == "No row of train has “question 21” in it and is under the condition id > 90."
    assert "where='id > 90', order='id desc'" in panel.to_code()


def test_a_condition_that_cannot_be_used_is_told_beside_it_and_another_mends_it(make):
    panel = make()
    panel._on_message({"kind": "where", "value": "length(promt) > 3"})
    settle(panel)
    assert '"promt" not found' in panel._rows._head["refused"]
    assert shown(panel) == []
    assert not panel._rows._head["progress"]["running"]
    panel.where = ""
    assert panel._rows._head["refused"] == ""
    assert shown(panel) == list(range(10))


def test_values_are_counted_and_lead_to_their_rows(make):
    rows = [{"prompt": f"p{i}", "completion": f'{{"kind": "{"ab"[i % 2]}"}}', "source": "web"} for i in range(9)]
    rows[0]["source"] = "mail"
    panel = settle(make(rows))
    assert [option["label"] for option in panel._rows._facet["options"]] == ["completion: kind", "source"]
    panel._on_message({"kind": "facet", "value": panel._rows._facet["options"][0]["key"]})
    settle(panel)
    assert [(value["label"], value["count"]) for value in panel._rows._facet["values"]] == [("a", 5), ("b", 4)]
    panel.where = panel._rows._facet["values"][1]["condition"]
    assert shown(settle(panel)) == [1, 3, 5, 7]
    panel.facet = "length(source)"
    assert [value["label"] for value in settle(panel)._rows._facet["values"]] == ["3", "4"]


def test_a_new_search_ends_the_one_before(make, monkeypatch):
    monkeypatch.setattr(browse, "BATCH", 1)
    panel = make()
    panel._ticket += 1
    panel._find(panel._ticket - 1, Selection(search="question"))

    assert panel._hits is None


def test_splits(make):
    panel = DataPanel(wb.load_dataset(ROWS, split={"test": 0.2}))
    choices = {choice["key"]: choice["count"] for choice in panel._rows._head["splits"]}
    assert choices == panel.dataset.splits

    panel.split = "test"
    assert panel._rows._page["total"] == choices["test"]
    with pytest.raises(DatasetError, match="has no split 'tset'"):
        panel.split = "tset"
    panel.guarded(panel._on_message, {"kind": "split", "value": "tset"})
    assert "has no split 'tset'" in panel.head._error
    assert panel.split == "test"


def test_a_long_cell_is_cut_and_comes_whole_when_asked(make):
    panel = make([{"prompt": "x" * 1_000_000, "completion": "y"}])
    sent = []
    panel._rows.send = sent.append

    assert panel._rows._page["rows"][0]["cells"]["prompt"] == {"text": "x" * 2_000, "length": 1_000_000}
    panel._on_message({"kind": "cell", "value": {"row": 0, "column": "prompt"}})
    assert sent[0]["cell"] == {"text": "x" * 1_000_000, "length": 1_000_000}


def test_lengths_in_characters_or_in_tokens_of_a_model(make, tiny_model):
    characters = settle(make())._rows._lengths["histograms"]
    tokens = settle(make(model=str(tiny_model)))._rows._lengths["histograms"]

    assert [(drawn["title"], drawn["unit"]) for drawn in characters] == [
        ("prompt", "characters"),
        ("completion", "characters"),
    ]
    assert characters[0]["largest"] == len("question 24")
    assert tokens[0]["unit"] == "tokens"
    assert tokens[0]["largest"] <= characters[0]["largest"]


def test_lengths_of_rows_as_a_recipe_trains_on_them(make, tiny_model):
    recipe = wb.Recipe(model=str(tiny_model), dataset=ROWS, training=wb.Training(max_length=8))
    [drawn] = settle(make(recipe=recipe))._rows._lengths["histograms"]

    assert drawn["limit"] == 8
    assert drawn["over"] == 25


def test_an_unknown_model_is_said_in_words(make):
    panel = settle(make(model="no-such-model"))

    with pytest.raises(ModelNotFoundError) as raised:
        resolve_model("no-such-model")
    assert panel.head._error == str(raised.value)


def test_copy_as_code(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("prompt,completion\na,b\nc,d\n")
    panel = DataPanel(str(path), page_size=20)
    panel.search = "a"

    made = f"ds = wb.load_dataset({str(path)!r})"
    assert panel.head._code == f"import workbench as wb\n\n{made}\nwb.panels.DataPanel(ds, search='a', page_size=20)"
    assert "# rows: the rows that were given in memory" in DataPanel(ROWS).to_code()


def test_the_saved_form_is_escaped_and_can_leave_rows_out(make):
    rows = [{"prompt": "<script>alert(1)</script>", "completion": "secret"}]

    html = make(rows).static_form().html()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script" not in html
    assert "secret" not in make(rows, static="figures").static_form().html()


def test_what_is_no_data_is_refused():
    with pytest.raises(DatasetError, match="no file, folder or bundled"):
        DataPanel("not/there.csv")


def spoiled():
    rows = [{"prompt": f"Where is parcel number {i}?", "completion": f"It is at depot {i}."} for i in range(8)]
    return [*rows, {"prompt": "nothing", "completion": " "}, rows[2], {**rows[3], "completion": "Lost."}]


def problem(panel, check):
    return next(item for item in panel._rows._problems["findings"] if item["check"] == check)


def test_small_sets_are_checked_at_once_and_a_problem_leads_to_its_rows(make):
    panel = settle(make(spoiled()))
    assert panel._rows._problems["summary"].startswith("11 train rows checked: ")
    assert not panel._rows._problems["progress"]["running"]
    repeated = problem(panel, "exact_duplicates")
    assert (repeated["count"], repeated["where"], repeated["severity"]) == (1, "1 row of train", "warning")

    panel._on_message({"kind": "finding", "value": repeated["key"]})
    assert shown(settle(panel)) == [2, 9]
    assert panel._rows._page["rows"][1]["note"] == "group 1 of 1"
    assert problem(panel, "exact_duplicates")["shown"]
    panel._on_message({"kind": "finding", "value": ""})
    assert len(shown(settle(panel))) == 10


def test_a_large_set_is_checked_when_asked_and_can_be_cancelled(make, monkeypatch):
    monkeypatch.setattr(_problems, "AT_ONCE", 3)
    panel = settle(make(spoiled()))
    assert panel._rows._problems["summary"] == "Not checked yet."
    panel.problems._cancel = Always()
    panel._on_message({"kind": "check"})
    assert settle(panel)._rows._problems["summary"] == "Not checked yet."
    assert panel.head._error == ""
    panel.problems._cancel = threading.Event()
    panel._on_message({"kind": "check"})
    assert settle(panel)._rows._problems["summary"] == "11 train rows checked: 1 error, 2 warnings."


class Always:
    """A cancel button that is always pressed."""

    def clear(self):
        pass

    def is_set(self):
        return True


def test_a_repair_is_previewed_applied_and_undone_and_the_code_makes_the_same_rows(make, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in spoiled()))
    panel = settle(make(path))
    before = panel.dataset.hash
    panel._on_message({"kind": "preview", "value": "exact_duplicates"})
    settle(panel)
    assert problem(panel, "exact_duplicates")["preview"]["text"] == "This takes 1 row out of train."
    panel._on_message({"kind": "apply", "value": {"check": "exact_duplicates", "key": ""}})
    settle(panel)
    assert panel.dataset.splits == {"train": 10}
    assert panel._rows._problems["repairs"] == ["repeated row: takes 1 row out of train"]
    assert panel._rows._page["total"] == 10

    names = {"wb": wb}
    exec(panel.to_code(), names)
    assert names["ds"].hash == panel.dataset.hash != before
    panel._on_message({"kind": "undo"})
    assert settle(panel).dataset.hash == before
    assert panel._rows._problems["repairs"] == []


def test_words_that_differ_within_a_group_can_be_marked(make):
    panel = settle(make(spoiled()))
    panel._on_message({"kind": "finding", "value": problem(panel, "contradictions")["key"]})
    settle(panel)
    rows = {row["row"]: row for row in panel._rows._page["rows"]}
    assert rows[10]["against"]["completion"] == "It is at depot 3."
    assert "against" not in rows[3]


def test_each_row_can_show_its_tokens_where_there_is_a_model(make, monkeypatch):
    assert not make()._rows._head["tokens"]
    panel = settle(make(model="tiny-support"))
    assert panel._rows._head["tokens"]
    sent = []
    monkeypatch.setattr(panel._rows, "send", sent.append)
    panel._on_message({"kind": "tokens", "value": {"split": "train", "row": 7, "start": 0}})
    settle(panel)
    [message] = sent
    assert (message["kind"], message["split"], message["row"]) == ("tokens", "train", 7)
    assert "question 7" in "".join(message["sides"][0]["texts"])
    panel._on_message({"kind": "tokens", "value": {"split": "train", "row": 99, "start": 0}})
    settle(panel)
    assert "sides" not in sent[-1]  # so that nothing is awaited any more
    assert panel.head._error


def test_counting_tokens_shows_how_far_it_is_and_can_be_given_up(make, monkeypatch):
    from workbench.objectives import lengths

    monkeypatch.setattr(lengths, "AT_A_TIME", 2)
    panel = settle(make(model="tiny-support"))
    assert [drawn["unit"] for drawn in panel._rows._lengths["histograms"]] == ["tokens", "tokens"]
    shown = []
    monkeypatch.setattr(panel._lengths, "_show", shown.append)
    ticket = panel._lengths.begin()
    assert panel._lengths.count(ticket, panel.dataset, "train")
    bars = [state["progress"] for state in shown if "progress" in state]
    assert [bar["done"] for bar in bars] == sorted(bar["done"] for bar in bars)
    assert {bar["total"] for bar in bars} == {50}
    shown.clear()
    ticket = panel._lengths.begin()
    panel._on_message({"kind": "cancel_lengths", "value": None})
    assert not panel._lengths.count(ticket, panel.dataset, "train")
    assert shown[-1] == {"note": "The lengths were not counted."}


def test_rows_set_aside_are_told(make, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"prompt": "a", "completion": "b"}\nbroken\n')
    panel = settle(DataPanel(wb.load_dataset(path, split={}, bad_rows="set_aside")))
    assert any("1 row was set aside" in note for note in panel._rows._head["notes"])


def test_a_repaired_set_is_written_beside_the_file_and_read_with_the_same_hash(make, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in spoiled()))
    content = path.read_bytes()
    panel = settle(make(path))
    panel._on_message({"kind": "apply", "value": {"check": "exact_duplicates", "key": ""}})
    settle(panel)
    panel._on_message({"kind": "save"})
    settle(panel)
    folder = tmp_path / f"rows-{panel.dataset.hash[:8]}"
    assert panel._rows._problems["saved"] == f"Written to {folder}"
    again = wb.load_dataset(folder, split={})
    assert (again.hash, again.repairs) == (panel.dataset.hash, panel.dataset.repairs)
    assert path.read_bytes() == content
    panel._on_message({"kind": "undo"})
    assert settle(panel)._rows._problems["saved"] == ""


def test_masked_values_can_be_kept_in_a_key_file(make, tmp_path):
    from workbench.data.repair import unmask

    rows = [{"prompt": f"Write to ann.smith{i}@brightmail.de", "completion": "Done."} for i in range(3)]
    panel = settle(make(rows))
    panel._on_message({"kind": "preview", "value": "personal_data"})
    settle(panel)
    assert problem(panel, "personal_data")["preview"]["masks"]
    key = tmp_path / "keys" / "masked.json"
    assert not key.parent.exists()
    panel._on_message({"kind": "apply", "value": {"check": "personal_data", "key": f" {key} "}})
    settle(panel)
    assert panel.dataset[0]["prompt"] == "Write to <EMAIL_1>"
    assert unmask(panel.dataset[2]["prompt"], key) == rows[2]["prompt"]
    assert repr(str(key)) in panel.to_code()


def test_groups_begin_where_their_first_row_stands(make):
    panel = settle(make(spoiled()))
    panel._on_message({"kind": "finding", "value": problem(panel, "contradictions")["key"]})
    settle(panel)
    rows = [(row["row"], row["group"], row["starts"]) for row in panel._rows._page["rows"]]
    assert rows == [(3, 0, True), (10, 0, False)]
    panel._on_message({"kind": "finding", "value": ""})
    assert {row["group"] for row in settle(panel)._rows._page["rows"]} == {None}


def test_the_code_has_the_repairs_with_a_recipe_too(make):
    recipe = wb.Recipe("tiny-support", "support-desk/tickets")
    panel = settle(DataPanel(recipe.load_dataset(), recipe))
    assert panel.to_code().count("ds =") == 1
    panel.dataset = panel.dataset.head(50)
    settle(panel)
    names = {"wb": wb}
    exec(panel.to_code(), names)
    assert (names["ds"].hash, names["recipe"].hash) == (panel.dataset.hash, recipe.hash)


def test_another_data_set_is_looked_at_anew(make):
    panel = settle(make(spoiled(), where="row >= 0"))
    panel._on_message({"kind": "apply", "value": {"check": "exact_duplicates", "key": ""}})
    settle(panel)
    panel.dataset = [{"prompt": f"other {i}", "completion": f"answer {i}"} for i in range(4)]
    settle(panel)
    assert panel._rows._page["total"] == sum(1 for _ in panel.dataset)
    assert panel._rows._page["rows"][0]["cells"]["prompt"]["text"].startswith("other")
    assert panel._rows._problems["repairs"] == []
    assert panel._rows._problems["checked"]


def test_a_problem_is_shown_over_its_own_split_only(make, tmp_path):
    ds = wb.load_dataset([{"prompt": f"q{i}", "completion": f"a{i}"} for i in range(40)], split={"test": 0.2})
    spoiled_test = [{**row, "completion": ""} if i < 2 else row for i, row in enumerate(ds.rows("test"))]
    for name, rows in (("train", ds.rows("train")), ("test", spoiled_test)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    panel = settle(make(tmp_path))
    key = problem(panel, "empty_answers")["key"]
    panel._on_message({"kind": "finding", "value": key})
    settle(panel)
    assert (panel.split, shown(panel)) == ("test", [0, 1])
    panel._on_message({"kind": "split", "value": "train"})
    settle(panel)
    assert len(shown(panel)) == 10
    assert not any(row["note"] for row in panel._rows._page["rows"])
    assert not any(found["shown"] for found in panel._rows._problems["findings"])


def test_two_clicks_on_apply_repair_once(make):
    panel = settle(make(spoiled()))
    for _ in range(2):
        panel._on_message({"kind": "apply", "value": {"check": "exact_duplicates", "key": ""}})
    settle(panel)
    assert panel._rows._problems["repairs"] == ["repeated row: takes 1 row out of train"]
    assert panel.to_code().count("repair(") == 1


def test_a_query_never_asks_the_data_set_before(make):
    panel = settle(make(where="row >= 0"))
    old = panel._query()
    panel.dataset = panel.dataset.head(7)
    settle(panel)
    assert panel._query() is not old
    assert panel._rows._page["total"] == 7


def test_what_cannot_be_counted_leaves_nothing_waiting(make):
    panel = settle(make(facet="nocol"))
    assert "The expression 'nocol'" in panel.head._error
    assert panel._rows._lengths["histograms"]
    panel = settle(make(model="no-such-model"))
    assert panel._rows._lengths == {"note": "The lengths could not be counted."}
    pairs = [{"prompt": "q", "chosen": "a", "rejected": "b"}] * 9
    panel = settle(make(pairs, recipe=wb.Recipe("tiny-support", "support-desk/tickets")))
    assert panel._rows._lengths == {"note": "The lengths could not be counted."}
    assert "has rows of type preference" in panel.head._error
    with pytest.raises(InvalidInputError, match="does not train on rows of type preference"):
        row_lengths(panel.dataset, recipe=panel.recipe)
    with pytest.raises(InvalidInputError, match=r"DataPanel takes no pagesize= \(did you mean 'page_size'\?\)"):
        make(pagesize=3)
    with pytest.raises(DatasetError, match="no split 'foo'"):
        panel.split = "foo"
    assert panel.split == "train"
