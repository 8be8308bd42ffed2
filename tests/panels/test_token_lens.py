"""TokenLens: which row it shows, what travels to the front end, and code that makes it again."""

from __future__ import annotations

import subprocess
import sys

import pytest

import workbench as wb
from workbench.errors import DatasetError, InvalidInputError
from workbench.panels import TokenLens, _tokens

ROWS = [{"prompt": f"question {i}", "completion": f"answer {i}"} for i in range(25)]


@pytest.fixture
def make(monkeypatch):
    """Make lenses whose background work can be waited for."""
    started = []
    run = TokenLens.in_background

    def in_background(self, function, *args, **options):
        started.append(run(self, function, *args, **options))
        return started[-1]

    monkeypatch.setattr(TokenLens, "in_background", in_background)

    def settle():
        for thread in started:
            thread.join(60)

    def build(rows=ROWS, recipe=None, **options):
        ds = wb.load_dataset(rows, split={"validation": 0.2})
        panel = TokenLens(ds, recipe, **({} if recipe else {"model": "tiny-support"}), **options)
        panel.settle = settle
        settle()
        return panel

    return build


def text_of(panel):
    return "".join(panel._lens._tokens["sides"][0]["texts"])


def test_it_walks_from_row_to_row_and_stops_at_the_ends(make):
    panel = make()
    assert panel.dataset[0]["prompt"] in text_of(panel)
    for wanted, row in ((3, 3), (99, 19), (-4, 0)):
        panel._on_message({"kind": "row", "value": wanted})
        panel.settle()
        assert panel.row == panel._lens._head["row"] == panel._lens._tokens["row"] == row
        assert panel.dataset[row]["completion"] in text_of(panel)
    panel.row = 19
    panel._on_message({"kind": "split", "value": "validation"})
    panel.settle()
    assert (panel.row, panel._lens._head["rows"]) == (4, 5)
    assert panel.dataset.split("validation")[4]["prompt"] in text_of(panel)


def test_a_long_row_travels_in_windows(make, monkeypatch):
    monkeypatch.setattr(_tokens, "WINDOW", 50)
    panel = make([{"prompt": "word " * 300, "completion": "yes"}] * 2)
    [side] = panel._lens._tokens["sides"]
    assert (len(side["ids"]), side["start"]) == (50, 0)
    panel._on_message({"kind": "start", "value": 100})
    panel.settle()
    [side] = panel._lens._tokens["sides"]
    assert (len(side["ids"]), side["start"], panel.start) == (50, 100, 100)
    panel.row = 1
    panel.settle()
    assert panel.start == panel._lens._tokens["sides"][0]["start"] == 0


def test_only_the_last_row_asked_for_is_shown(make, monkeypatch):
    panel = make()
    panel._encode(panel._ticket - 1, ("train", 7, 0))
    assert panel._lens._tokens["row"] == 0


def test_its_code_makes_it_again(make):
    panel = make(split="validation", row=2, ids=True)
    code = panel.to_code()
    again = eval(code.splitlines()[-1], {"wb": wb, "ds": panel.dataset})
    assert (again.split, again.row, again.ids, again.model) == ("validation", 2, True, "tiny-support")
    recipe = wb.Recipe("tiny-support", "support-desk/tickets")
    code = TokenLens(recipe.load_dataset(), recipe, row=5).to_code()
    assert code.endswith("wb.panels.TokenLens(ds, recipe, row=5)")
    names = {"wb": wb}
    exec(code, names)
    assert names["recipe"].hash == recipe.hash


def test_both_sides_of_a_pair(make):
    panel = make([{"prompt": f"q{i}", "chosen": "good", "rejected": "bad"} for i in range(9)])
    assert [side["name"] for side in panel._lens._tokens["sides"]] == ["chosen", "rejected"]


def test_the_saved_form_has_figures_and_first_tokens(make):
    panel = make([{"prompt": "<b>hi</b>", "completion": "yes"}] * 3)
    saved = panel.static_form().html()
    assert "<b>" not in saved
    assert "&lt;" in saved
    assert "trained" in saved
    figures = make([{"prompt": "secret", "completion": "yes"}] * 3, static="figures").static_form().html()
    assert "secret" not in figures


def test_what_cannot_be_shown_is_told(make):
    with pytest.raises(InvalidInputError, match='give recipe=, or model="tiny-support"'):
        TokenLens(ROWS)
    with pytest.raises(DatasetError, match="has no row 99 in train; its rows go from 0 to 19"):
        make(row=99)
    with pytest.raises(DatasetError, match="no split 'trian'"):
        make(split="trian")
    panel = make()
    with pytest.raises(DatasetError, match="has no row 99"):
        panel.row = 99
    with pytest.raises(DatasetError, match="no split 'foo'"):
        panel.split = "foo"
    with pytest.raises(InvalidInputError, match="from 0; got -5"):
        panel.start = -5
    assert (panel.row, panel.split, panel.start) == (0, "train", 0)
    panel._on_message({"kind": "split", "value": "validation"})
    panel.settle()
    assert panel._lens._tokens["split"] == "validation"
    broken = make(recipe=wb.Recipe("no-such-model", "support-desk/tickets"))
    assert "no-such-model" in broken.head._error
    assert broken._lens._head["waiting"] == "The row could not be cut into tokens."
    with pytest.raises(InvalidInputError, match=r"TokenLens takes no rwo= \(did you mean 'row'\?\)"):
        make(rwo=1)


def test_the_code_has_the_rows_that_are_shown_and_not_only_the_recipes():
    recipe = wb.Recipe("tiny-support", "support-desk/tickets")
    panel = TokenLens(recipe.load_dataset().head(10), recipe, row=3)
    names = {"wb": wb}
    exec(panel.to_code(), names)
    assert names["ds"].hash == panel.dataset.hash
    assert names["recipe"].hash == recipe.hash


def test_another_data_set_can_be_set(make):
    panel = make(row=9)
    panel.dataset = [{"prompt": "other", "completion": "rows"}] * 3
    panel.settle()
    assert (panel.row, panel._lens._head["rows"]) == (len(panel.dataset) - 1, len(panel.dataset))
    assert "other" in "".join(panel._lens._tokens["sides"][0]["texts"])
    assert "[" not in panel.to_code()


def test_the_next_cell_may_use_transformers_at_once():
    """Two threads that import it at the same time can each see it half made."""
    code = """
import workbench as wb
rows = [{"prompt": f"p{i}", "completion": "c"} for i in range(9)]
for panel in (wb.panels.DataPanel, wb.panels.TokenLens):
    panel(wb.load_dataset(rows), model="tiny-support")
from transformers import AutoTokenizer, AutoModelForCausalLM, Trainer
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
