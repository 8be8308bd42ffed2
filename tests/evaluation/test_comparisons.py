"""Several systems held against each other, and the two doubts of several seeds."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

import workbench as wb
from tests.evaluation.desk import no_id, right, rows
from workbench.errors import InvalidInputError
from workbench.evaluation import statistics
from workbench.evaluation.comparisons import compared
from workbench.evaluation.facts import MetricFacts
from workbench.evaluation.report import Report
from workbench.evaluation.tables import all_comparisons


def wrong_below(count):
    return lambda prompt: no_id(prompt) if int(prompt[8:13]) < count else right(prompt)


@pytest.fixture(scope="module")
def report():
    return wb.evaluate({"a": wrong_below(12), "b": wrong_below(5), "c": wrong_below(0), "d": wrong_below(6)}, rows(60))


def test_all_pairs_with_p_values_that_equal_statsmodels(report):
    found = report.comparisons()

    assert list(zip(found["a"], found["b"], strict=True)) == [
        ("a", "b"), ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"), ("c", "d")
    ]  # fmt: skip
    assert found["adjusted"].tolist() == pytest.approx(multipletests(found["p_value"], method="holm")[1].tolist())
    assert found["p_value"][1] == report.compare("a", "c").p_value
    assert (found["shown"] <= (found["adjusted"] <= 0.05)).all()
    assert found["shown"].tolist() == [False, True, False, False, False, False]


def test_a_difference_that_does_not_withstand_the_correction_is_not_shown(report):
    alone = report.compare("c", "d")
    among = report.comparisons(metric="exact_match").query("a == 'c' and b == 'd'").iloc[0]

    assert alone.shown
    assert alone.p_value == pytest.approx(1 / 32)
    assert not among["shown"]
    assert among["sentence"].startswith("Exact match: No difference shown between c and d: −10.0 points")
    assert among["sentence"].endswith(
        "The interval leaves out zero, but this is one of 6 comparisons (Holm-adjusted p = 0.12)."
    )


def test_all_against_one(report):
    found = report.comparisons(against="c", metric="field_accuracy")

    assert found["a"].tolist() == ["c"] * 3
    assert found["b"].tolist() == ["a", "b", "d"]
    assert set(found["metric"]) == {"field_accuracy"}
    with pytest.raises(InvalidInputError, match="no system 'x'"):
        report.comparisons(against="x")
    with pytest.raises(InvalidInputError, match="only right"):
        wb.evaluate([right], rows(10)).comparisons()


def test_the_headline_allows_for_several_others(report):
    assert len(report.sentences()) == 3
    d_against_c = next(text for text in report.sentences() if "c and d" in text)
    assert "one of 3 comparisons" in d_against_c


def test_with_many_systems_a_page_holds_the_last_against_the_others():
    few = wb.evaluate([right, no_id, right], rows(10), ["exact_match"])
    many = wb.evaluate([right, no_id, right, right, no_id], rows(10), ["exact_match"])

    assert len(all_comparisons(few)) == 3
    assert [each.a for each in all_comparisons(many)] == ["no_id (2)"] * 4
    assert all_comparisons(wb.evaluate([right], rows(10))) == []


def test_several_seeds_tell_both_doubts():
    seeds = {f"seed {count}": wrong_below(count) for count in (2, 4, 6)}
    report = wb.evaluate(seeds, rows(40))
    found = report.over_seeds(list(seeds))

    means = np.mean([report.scores["exact_match"][name] for name in seeds], axis=0)
    assert found.over_rows.low == statistics.mean(means, span=(0, 1)).low
    assert found.over_rows.value == pytest.approx(found.value)
    assert (found.over_rows.n_rows, found.over_rows.n_seeds) == (40, 3)
    assert "40 rows, 3 seeds; Student's t over seeds). That is the doubt of training again;" in found.sentence
    assert "; with other rows it may be " in found.sentence
    assert report.over_seeds(["seed 2"]).over_rows is None


def test_systems_of_equal_quality_are_not_told_apart(monkeypatch):
    """Three at a time: in at least 95 of 100 simulations none of the three comparisons is shown."""
    monkeypatch.setattr(statistics, "RESAMPLES", 500)
    rng, claimed = np.random.default_rng(4), 0
    for _ in range(100):
        common, own = rng.random(60) < 0.7, rng.random((3, 60)) < 0.7
        scores = np.where(rng.random((3, 60)) < 0.4, own, common).astype(float)
        claimed += any(found.shown for found in compared(made(scores)))

    assert claimed <= 5


def test_a_system_is_never_better_than_itself():
    rng = np.random.default_rng(6)
    for _ in range(100):
        scores = (rng.random(60) < 0.7).astype(float)
        [found] = compared(made([scores, scores]))
        assert not found.shown
        assert found.p_value == 1


def made(scores):
    """A report on systems with these scores, one row of them a system."""
    names, n = [f"system {at}" for at in range(len(scores))], len(scores[0])
    return Report(
        systems={name: {} for name in names}, dataset={"name": "made"}, row_numbers=tuple(range(n)), prompts=("x",) * n,
        references=("y",) * n, answers={}, metrics=(MetricFacts("exact_match", "Exact match", "", "rate"),),
        scores={"exact_match": {name: tuple(map(float, each)) for name, each in zip(names, scores, strict=True)}},
    )  # fmt: skip
