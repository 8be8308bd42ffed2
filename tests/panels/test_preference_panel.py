"""PreferencePanel: what it shows of a pair, what keys do, and what the saved notebook has."""

from __future__ import annotations

import pytest

import workbench as wb
from workbench.errors import DatasetError, InvalidInputError

ROWS = [{"prompt": f"Mail {n} <script>?", "a": f"Yes {n}.", "b": f"No {n}."} for n in range(12)]


def press(panel, kind="label", **more):
    panel._stage._handle_custom_msg({"kind": kind, **more}, [])


def test_a_pair_is_shown_without_its_label_and_keys_are_saved(tmp_path):
    rows = [{"prompt": f"p{n}", "chosen": f"good {n}", "rejected": f"bad {n}"} for n in range(12)]
    panel = wb.panels.PreferencePanel(wb.load_dataset(rows, split={}), annotator="ada", folder=tmp_path)
    state = panel._stage._state
    assert {"prompt", "left", "right", "at", "total", "undo", "counts", "findings", "last", "then"} == set(state)
    for _ in range(3):
        press(panel, choice="left")
    assert (panel._stage._state["at"], panel._stage._state["last"]) == (3, "left")
    press(panel, "undo")
    assert panel._stage._state["at"] == 2
    assert len(panel.dataset()) == 2
    assert len((tmp_path / "ada.jsonl").read_text().splitlines()) == 5
    press(panel, choice="nonsense")
    assert "A label is one of" in panel.head._error
    press(panel, "other")
    assert panel._stage._state["at"] == 2


def test_it_goes_on_where_it_was_left_and_says_what_agreement_there_is(tmp_path):
    panel = wb.panels.PreferencePanel(ROWS, annotator="ada", folder=tmp_path, repeat_every=5)
    while panel.labelling.current is not None:
        press(panel, choice="left")
    said = " ".join(panel._stage._state["findings"])
    assert "With yourself, on pairs that came back: 0% of 2 pairs" in said
    assert "You chose the left reply in 100% of 14 cases" in said
    assert "prompt" not in panel._stage._state
    other = wb.panels.PreferencePanel(ROWS, annotator="bo", folder=tmp_path)
    assert other._stage._state["at"] == 0
    press(other, choice="tie")
    assert "With ada: 0% of 1 pair" in " ".join(other._stage._state["findings"])
    again = wb.panels.PreferencePanel(ROWS, annotator="ada", folder=tmp_path, repeat_every=5)
    assert again._stage._state["at"] == 14


def test_it_lists_the_pairs_on_which_labels_differ(tmp_path):
    ada = wb.panels.PreferencePanel(ROWS, annotator="ada", folder=tmp_path, repeat_every=5)
    assert ada._stage._apart == {"rows": [], "total": 0}
    while ada.labelling.current is not None:
        press(ada, choice="left")
    assert [row["sides"][0]["by"] + row["sides"][1]["by"] for row in ada._stage._apart["rows"]] in (
        [["ada", "ada, again"]] * 2, [["ada, again", "ada"]] * 2, [["ada", "ada, again"], ["ada, again", "ada"]],
        [["ada, again", "ada"], ["ada", "ada, again"]],
    )  # fmt: skip
    bo = wb.panels.PreferencePanel(ROWS, annotator="bo", folder=tmp_path)
    press(bo, choice="tie")
    [row] = bo._stage._apart["rows"]
    assert (row["tie"], bo._stage._apart["total"]) == (["bo"], 1)
    assert sorted(row["sides"][0]["by"] + row["sides"][1]["by"]) == ["ada"]
    assert list(bo.disagreements().columns) == ["row", "prompt", "a", "b", "by bo", "by ada"]
    press(bo, "undo")
    assert bo._stage._apart["total"] == 0


def test_what_will_come_back_is_not_listed(tmp_path):
    first = wb.panels.PreferencePanel(ROWS, annotator="ada", folder=tmp_path, repeat_every=0)
    while first.labelling.current is not None:
        press(first, choice="tie")
    panel = wb.panels.PreferencePanel(ROWS, annotator="bo", folder=tmp_path, repeat_every=5)
    back = [question.row for question in panel.labelling.questions if question.repeat]
    for _ in range(5):
        press(panel, choice="left")
    differ = set(panel.disagreements()["row"])
    assert len(differ) == 5
    assert back[0] in differ
    assert panel._stage._apart["total"] == len(differ - set(back))
    press(panel, choice="left")
    assert panel._stage._apart["total"] == len(differ - set(back[1:]))


def test_a_misspelt_setting_is_told(tmp_path):
    with pytest.raises(InvalidInputError, match=r"takes no anotator= \(did you mean 'annotator'\?\)"):
        wb.panels.PreferencePanel(ROWS, anotator="ada", folder=tmp_path)


def test_code_and_the_saved_form(tmp_path):
    panel = wb.panels.PreferencePanel("support-desk/preferences", annotator="ada", folder=tmp_path, repeat_every=0)
    given = f"annotator='ada', repeat_every=0, folder={str(tmp_path)!r}"
    code = f"wb.panels.PreferencePanel('support-desk/preferences', {given})"
    assert panel.to_code() == code
    again = eval(code, {"wb": wb})
    assert again.labelling.questions == panel.labelling.questions
    html = panel.static_form().html()
    assert "labelled <strong>0</strong>" in html
    assert panel.labelling.rows[0]["a"][:20] not in html
    assert wb.panels.PreferencePanel(ROWS).to_code() == "wb.panels.PreferencePanel(pairs)"
    with pytest.raises(DatasetError, match="a person compares two replies"):
        wb.panels.PreferencePanel("support-desk/tickets")
