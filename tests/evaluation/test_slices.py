"""Slices: a planted regression is found first, and nothing is claimed where there is nothing."""

import dataclasses
import json

import numpy as np
import pytest

import workbench as wb
from tests.evaluation.desk import Client, no_id, right, rows
from workbench.errors import InvalidInputError
from workbench.evaluation import statistics
from workbench.evaluation.facts import Answered, MetricFacts
from workbench.evaluation.report import Report
from workbench.evaluation.slices import columns_of, find_slices

EXACT = MetricFacts("exact_match", "Exact match", "Right as a whole.", "rate")


def number(prompt):
    return int(prompt.split("XF")[1][:5])


def by_channel(count=300):
    channels = ["mail" if at % 5 == 1 else "chat" for at in range(count)]
    return [{**row, "channel": channels[at], "ticket": f"T{at}"} for at, row in enumerate(rows(count))]


def base(prompt):
    return right(prompt) if number(prompt) % 3 else no_id(prompt)


def tuned(prompt):
    return no_id(prompt) if number(prompt) % 5 == 1 and number(prompt) % 4 else right(prompt)


@pytest.fixture(scope="module")
def report():
    return wb.evaluate({"base": base, "tuned": tuned}, by_channel())


def simulated(rng, n=200, loses=0.0, columns=4):
    """Two systems of equal quality, but for a share of the rows of region "south" on which b loses."""
    region = rng.choice(["north", "south", "east", "west"], n)
    a = rng.random(n) < 0.7
    b = np.where(rng.random(n) < 0.4, rng.random(n) < 0.7, a)
    b = np.where((region == "south") & (rng.random(n) < loses), False, b)
    more = {f"column {at}": tuple(rng.choice(["x", "y", "z"], n).tolist()) for at in range(columns)}
    return Report(
        systems={"a": {}, "b": {}}, dataset={"name": "made"}, row_numbers=tuple(range(n)),
        prompts=tuple("x" * int(size) for size in rng.integers(20, 90, n)), references=("yes",) * n,
        answers={name: (Answered("yes"),) * n for name in "ab"}, metrics=(EXACT,),
        scores={"exact_match": {"a": tuple(a.astype(float).tolist()), "b": tuple(b.astype(float).tolist())}},
        columns={"region": tuple(region.tolist()), "size": tuple(rng.normal(size=n).tolist()), **more},
    )  # fmt: skip


def test_a_planted_regression_is_found_first_though_the_mean_rose(report):
    found = report.slices()

    assert report.compare().difference > 0
    assert list(found.columns) == [
        "column", "value", "n", "difference", "low", "high", "p_value", "adjusted", "worse", "sentence"
    ]  # fmt: skip
    first = found.iloc[0]
    assert (first["column"], first["value"], first["n"], first["worse"]) == ("channel", "mail", 60, True)
    assert first["low"] <= first["difference"] <= first["high"] < 0
    assert first["sentence"].startswith("Where channel is mail: tuned is worse than base by ")
    assert (found["difference"] < 0).all()
    assert (found["adjusted"] >= found["p_value"]).all()
    assert find_slices(report).sentence.startswith("tuned is worse than base where channel is mail: by ")
    assert "though over all 300 rows its figure is better by" in find_slices(report).sentence
    assert "channel is mail" in report.to_markdown()
    assert "channel is mail" in report.to_html(rows="none")


def test_a_slice_is_the_comparison_on_its_rows(report):
    found = find_slices(report, "channel").slices
    mail = next(each for each in found if each.value == "mail")
    before, after = (np.array(report.scores["exact_match"][name])[list(mail.places)] for name in ("base", "tuned"))

    assert {report.columns["channel"][place] for place in mail.places} == {"mail"}
    assert dataclasses.replace(mail.result, p_value=mail.p_value, comparisons=1) == statistics.paired_difference(
        before, after, span=(0.0, 1.0)
    )
    assert [each.adjusted for each in found] == pytest.approx(statistics.holm([each.p_value for each in found]))


def test_planted_losses_come_first_in_most_simulations(monkeypatch):
    monkeypatch.setattr(statistics, "RESAMPLES", 500)
    rng = np.random.default_rng(8)
    firsts = [find_slices(simulated(rng, 240, loses=0.6)).slices[0] for _ in range(25)]

    assert sum((each.column, each.value) == ("region", "south") for each in firsts) >= 23
    assert sum(each.worse for each in firsts) >= 20


def test_where_nothing_is_worse_nothing_is_claimed(monkeypatch):
    monkeypatch.setattr(statistics, "RESAMPLES", 500)
    rng = np.random.default_rng(9)
    claims = [bool(find_slices(simulated(rng)).worse) for _ in range(100)]

    assert sum(claims) <= 5


def test_identical_systems_have_no_worse_slices():
    found = find_slices(wb.evaluate({"a": right, "b": right}, by_channel(60)))

    assert found.slices == ()
    assert found.looked_at > 0
    assert "b is shown to be worse than a on none of the " in found.sentence


def test_all_slices_of_a_column_numbers_in_quarters(report):
    rng = np.random.default_rng(3)
    made = simulated(rng)

    assert len(made.slices("size")) == 4
    assert made.slices("size")["n"].tolist() == [50] * 4
    assert made.slices("prompt length", at_least=1)["n"].sum() == 200
    assert set(report.slices("channel")["value"]) == {"mail", "chat"}
    assert set(report.slices("reference.topic")["value"]) == {"billing", "delivery"}
    assert report.slices("reference length")["value"].tolist() != []


def test_small_slices_are_not_looked_at(report):
    assert report.slices("ticket").empty
    assert len(report.slices("ticket", at_least=1)) == 300
    assert find_slices(report, at_least=400).sentence == "The rows make no slices of at least 400 rows to look at."
    with pytest.raises(InvalidInputError, match="at_least"):
        report.slices(at_least=0)


def test_what_rows_are_cut_by(report):
    assert set(columns_of(report)) == {
        "channel", "ticket", "prompt length", "language", "reference length", "reference.id", "reference.topic"
    }  # fmt: skip
    german = "Guten Tag, meine Bestellung ist leider immer noch nicht angekommen, wo bleibt sie denn nur?"
    english = "Good morning, my order has sadly not arrived yet, could you please tell me where it is?"
    data = [{"prompt": german if at % 2 else english, "completion": "yes" if at % 3 else "no"} for at in range(40)]
    labels = columns_of(wb.evaluate([lambda prompt: "yes"], data))
    assert labels["language"] == ["en", "de"] * 20
    assert set(labels["reference"]) == {"yes", "no"}


def test_the_rows_own_columns_go_before_those_made_here():
    data = [{**row, "language": "Danish"} for row in rows(30)]

    assert set(columns_of(wb.evaluate([right], data))["language"]) == {"Danish"}


def test_columns_are_kept_where_they_are_plain(report):
    more = {"ok": True, "when": None, "long": "x" * 201, "tags": ["a"]}
    odd = [{**row, "stars": at, **more} for at, row in enumerate(rows(9))]

    kept = wb.evaluate([right], odd).columns
    assert kept == {"stars": tuple(range(9)), "ok": (True,) * 9}
    again = wb.Report.from_json(report.to_json())
    assert again == report
    assert again.slices().equals(report.slices())


def test_an_unknown_column_is_named_and_older_reports_say_what_to_do(report):
    with pytest.raises(InvalidInputError, match=r"no column 'chanel' \(did you mean 'channel'") as caught:
        report.slices("chanel")
    assert "earlier versions" not in str(caught.value)
    plain = json.loads(report.to_json()) | {"format": 1}
    for key in ("columns", "runs", "guards"):
        del plain[key]
    older = wb.Report.from_json(json.dumps(plain))
    assert older.compare() == report.compare()
    assert not older.slices("reference.topic").empty
    with pytest.raises(InvalidInputError, match="earlier versions kept no columns of the data: evaluate again"):
        older.slices("channel")


def test_weights_and_losses_that_should_be_low():
    texts = [{"text": "ab" * (at + 1), "source": "web" if at % 2 else "book"} for at in range(60)]

    found = wb.evaluate({"tuned": "tiny-support", "base": "tiny-support"}, texts, client=Client()).slices("source")

    assert found["worse"].tolist() == [True, True]
    assert (found["difference"] > 0).all()
