"""What rows could show: equal to references, and so in simulations."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import TTestPower

import workbench as wb
from tests.evaluation.desk import no_id, right, rows
from workbench.evaluation.power import detectable_mean, detectable_rate, power_of_mcnemar
from workbench.evaluation.statistics import mcnemar, paired_difference, sign_flip


@settings(max_examples=25, deadline=None)
@given(st.integers(6, 60), st.floats(0.05, 1), st.floats(0, 1))
def test_the_power_of_mcnemar_is_the_sum_over_all_outcomes(n, differ, share):
    gap = share * differ
    outcomes = [(wins, losses) for wins in range(n + 1) for losses in range(n + 1 - wins)]
    chances = [(differ + gap) / 2, (differ - gap) / 2, 1 - differ]

    by_hand = sum(
        float(stats.multinomial.pmf([wins, losses, n - wins - losses], n, chances))
        for wins, losses in outcomes
        if mcnemar(wins, losses) <= 0.05
    )

    assert power_of_mcnemar(n, gap, differ) == pytest.approx(by_hand, abs=1e-5)


@pytest.mark.parametrize(("n", "differ"), [(100, 0.3), (200, 0.15), (200, 0.02)])
def test_four_in_five_simulations_show_a_difference_of_the_size_named(n, differ):
    gap, rng = detectable_rate(n, differ), np.random.default_rng(5)
    share = max(differ, gap)
    chances = [(share + gap) / 2, (share - gap) / 2, 1 - share]

    shown = [mcnemar(wins, losses) <= 0.05 for wins, losses, _ in rng.multinomial(n, chances, 4000)]

    assert 0.77 <= np.mean(shown) <= 0.83


def test_connors_formula_is_what_it_tends_to():
    """Connor 1987, https://doi.org/10.2307/2531961: without the exactness of the test, for many rows."""
    n, differ, at, power = 4000, 0.2, 1.959964, 0.841621
    root = at * math.sqrt(n * differ) + power * math.sqrt(differ * (n + power**2 - at**2))

    assert detectable_rate(n, differ) == pytest.approx(root / (n + power**2), rel=0.03)


@given(st.integers(6, 2000), st.floats(0.01, 10))
def test_statsmodels_gives_the_difference_named_the_same_power(n, spread):
    found = detectable_mean(spread, n)

    assert TTestPower().power(effect_size=found / spread, nobs=n, alpha=0.05) == pytest.approx(0.8, abs=1e-3)


def test_the_permutation_test_has_the_power_said_of_means():
    rng, n = np.random.default_rng(2), 40
    gap = detectable_mean(0.3, n)

    shown = [sign_flip(rng.normal(gap, 0.3, n), resamples=400) <= 0.05 for _ in range(1500)]

    assert 0.77 <= np.mean(shown) <= 0.83


def test_few_rows_and_rows_that_do_not_vary_tell_nothing():
    assert math.isnan(detectable_rate(5))
    assert detectable_rate(6) > 0.9
    assert math.isnan(detectable_mean(0.3, 5))
    assert math.isnan(detectable_mean(0.0, 100))
    with pytest.raises(ValueError, match="0 to 1"):
        detectable_rate(100, 1.5)


def test_no_difference_shown_says_what_could_have_been():
    a, b = np.tile([1, 0, 1, 1], 50), np.tile([1, 0, 1, 1], 50)
    b[:10] = 0
    found = paired_difference(a, 1 - (1 - a) * (np.arange(200) > 12) * 1)

    assert not found.shown
    assert found.detectable == pytest.approx(detectable_rate(200, (found.wins + found.losses) / 200))
    assert f"These rows could have shown {100 * found.detectable:.1f} points (80 % power)." in found.sentence()
    means = paired_difference(np.tile([0.2, 0.4], 50), np.tile([0.4, 0.2], 50))
    assert means.detectable == pytest.approx(detectable_mean(np.std([0.2, -0.2] * 50, ddof=1), 100))
    assert "could have" not in paired_difference([0.5] * 20, [0.5] * 20).sentence()


def test_weights_widen_what_rows_can_show():
    rng = np.random.default_rng(0)
    a, b = rng.normal(2, 0.3, 100), rng.normal(2, 0.3, 100)
    even = paired_difference(a, b)

    assert paired_difference(a, b, weights=np.full(100, 7.0)).detectable == pytest.approx(even.detectable)
    assert paired_difference(a, b, weights=rng.exponential(1, 100) + 0.01).detectable > even.detectable


def test_a_report_says_what_its_rows_can_show():
    two = wb.evaluate({"base": no_id, "tuned": right}, rows(40))
    one = wb.evaluate([right], rows(200))

    assert two.can_show().startswith("40 rows can show differences in Exact match of ")
    assert one.can_show() == (
        "200 rows can show differences in Exact match of 9.1 points or more, at 80 % power, if a second system differs "
        "on 20.0 % of them (an assumption)."
    )
    assert one.can_show() in one.to_markdown()
    assert "too few" in wb.evaluate([right], rows(5)).can_show()
    assert wb.evaluate([right], rows(5), [lambda answer: None]).can_show() == ""


def test_among_several_comparisons_it_takes_more():
    alone = paired_difference(np.tile([0, 1], 50), np.tile([0, 1, 1, 0], 25))
    among = dataclasses.replace(alone, comparisons=5)

    assert among.detectable == pytest.approx(detectable_rate(100, 0.5, confidence=0.99))
    assert among.detectable > alone.detectable


def test_names_with_percent_signs_stay_as_they_are():
    sentence = paired_difference([0, 1] * 20, [1, 0] * 20).sentence("5% dropout", "20% dropout")

    assert sentence.startswith("No difference shown between 5% dropout and 20% dropout: 0.0 points (95 % interval ")
