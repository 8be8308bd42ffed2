"""Intervals and tests: equal to SciPy and statsmodels, and they cover what they claim."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats import contingency_tables, multitest, proportion

from workbench.evaluation import statistics
from workbench.evaluation.statistics import (
    holm,
    kappa,
    mcnemar,
    mean,
    over_seeds,
    paired_difference,
    rate,
    sign_flip,
    wilson,
)

scores = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=2, max_size=40)


@given(st.integers(1, 5000), st.floats(0, 1), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_equals_scipy_and_statsmodels(n, share, confidence):
    count = round(n * share)

    low, high = wilson(count, n, confidence)

    assert (low, high) == pytest.approx(tuple(stats.binomtest(count, n).proportion_ci(confidence, "wilson")), abs=1e-12)
    by_statsmodels = proportion.proportion_confint(count, n, 1 - confidence, "wilson")
    assert (low, high) == pytest.approx(by_statsmodels, abs=1e-12)
    assert 0 <= low <= count / n <= high <= 1


@settings(max_examples=20)
@given(scores, st.integers(0, 3))
def test_the_bootstrap_equals_scipys_with_the_same_draws(values, seed):
    found = mean(values, seed=seed)
    if len(set(values)) == 1:
        assert found.low == found.value == found.high
        return
    n = len(values)
    tail = stats.norm.cdf(stats.t.ppf(0.025, n - 1) * np.sqrt(n / (n - 1)))  # Hesterberg's wider percentiles

    reference = stats.bootstrap((np.array(values),), np.mean, method="percentile", confidence_level=1 - 2 * tail,
                                n_resamples=statistics.RESAMPLES, rng=np.random.default_rng(seed))  # fmt: skip

    assert found.value == pytest.approx(np.mean(values))
    assert (found.low, found.high) == pytest.approx(tuple(reference.confidence_interval))


def test_weights_make_a_ratio_of_sums_and_blocks_change_nothing(monkeypatch):
    rng = np.random.default_rng(0)
    bits, size = rng.normal(2, 0.5, 60), rng.integers(1, 900, 60).astype(float)
    whole = mean(bits, weights=size, unit="bits per byte")

    assert whole.value == pytest.approx((bits * size).sum() / size.sum())
    assert whole.low < whole.value < whole.high
    monkeypatch.setattr(statistics, "_BLOCK", 60 * 7)
    assert mean(bits, weights=size, unit="bits per byte") == whole
    assert mean(bits, weights=np.full(60, 3.0)).low == pytest.approx(mean(bits).low)


def test_many_rows_are_drawn_less_often_and_the_method_says_so():
    values = np.random.default_rng(0).random(20_000)

    assert "2,000 resamples" in mean(values).method
    assert "10,000 resamples" in mean(values[:200]).method


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_equals_statsmodels(wins, losses):
    reference = contingency_tables.mcnemar([[5, wins], [losses, 5]], exact=True).pvalue

    assert mcnemar(wins, losses) == pytest.approx(reference)


@settings(max_examples=25)
@given(st.lists(st.sampled_from([-1.0, -0.5, 0.1, 0.25, 2.0]), min_size=2, max_size=9))
def test_flipping_signs_equals_scipys_permutation_test(differences):
    reference = stats.permutation_test((np.array(differences),), np.mean, permutation_type="samples",
                                       n_resamples=np.inf).pvalue  # fmt: skip

    assert sign_flip(differences) == pytest.approx(reference)
    assert sign_flip([*differences, 0.0, 0.0]) == pytest.approx(reference)


def test_random_flips_come_close_to_all_flips(monkeypatch):
    differences = np.random.default_rng(3).normal(0.4, 1, 12)
    exact = sign_flip(differences)
    monkeypatch.setattr(statistics, "_EXACT", 0)

    assert sign_flip(differences, resamples=20_000) == pytest.approx(exact, abs=0.01)
    assert sign_flip(np.ones(50)) == pytest.approx(1 / (statistics.RESAMPLES + 1))  # never zero


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8))
def test_seeds_equal_scipys_t_interval(figures):
    found = over_seeds(figures, n_rows=200, span=None)

    if np.std(figures) > 1e-9:
        low, high = stats.t.interval(0.95, len(figures) - 1, np.mean(figures), stats.sem(figures))
        assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)
    assert (found.n_seeds, found.n_rows) == (len(figures), 200)


def test_seeds_that_all_gave_the_same_figure_claim_no_certainty():
    found = over_seeds([0.0] * 5, n_rows=100)

    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(wilson(0, 100)[1])
    assert "Wilson over rows" in found.sentence
    assert over_seeds([0.3, 0.3], n_rows=50).low == pytest.approx(wilson(15, 50)[0])


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8))
def test_intervals_over_seeds_stay_within_the_span(figures):
    cut = over_seeds(figures, n_rows=200)
    assert 0 <= cut.low <= cut.high <= 1


@pytest.mark.parametrize("p_values", [[0.01, 0.04, 0.03, 0.005], [0.2, 0.2, 0.9, 0.01, 0.01], [0.03]])
def test_holm_equals_statsmodels(p_values):
    assert holm(p_values) == pytest.approx(multitest.multipletests(p_values, method="holm")[1].tolist())


def covered(trial, trials=2000):
    rng = np.random.default_rng(11)
    return np.mean([trial(rng) for _ in range(trials)])


# With 2,000 trials the standard error of a coverage of 95 % is half a point; the seed is fixed.
@pytest.mark.parametrize("n", [20, 100])
def test_intervals_of_rates_and_means_cover_as_they_claim(n, monkeypatch):
    monkeypatch.setattr(statistics, "RESAMPLES", 1000)

    def of_rate(rng):
        found = rate(rng.random(n) < 0.8)
        return found.low <= 0.8 <= found.high

    def of_mean(rng):
        found = mean(rng.beta(2, 1, n))
        return found.low <= 2 / 3 <= found.high

    assert 0.93 <= covered(of_rate) <= 0.97
    assert 0.93 <= covered(of_mean) <= 0.97


def test_intervals_of_paired_differences_cover_as_they_claim(monkeypatch):
    monkeypatch.setattr(statistics, "RESAMPLES", 1000)

    def of_rates(rng):
        a = rng.random(100) < 0.6
        b = np.where(rng.random(100) < 0.5, a, rng.random(100) < 0.8)  # half of the rows go together
        found = paired_difference(a, b)
        return found.low <= 0.1 <= found.high

    def of_scores(rng):
        a = rng.beta(2, 1, 120)
        b = np.where(rng.random(120) < 0.3, rng.beta(3, 1, 120), a)  # most rows are answered as before
        found = paired_difference(a, b, span=(0, 1))
        return found.low <= 0.3 * (3 / 4 - 2 / 3) <= found.high

    assert 0.93 <= covered(of_rates) <= 0.97
    assert 0.93 <= covered(of_scores) <= 0.97


def test_seeds_cover_as_they_claim():
    def of_seeds(rng):
        found = over_seeds(rng.normal(0.9, 0.02, 5), n_rows=200, span=None)
        return found.low <= 0.9 <= found.high

    assert 0.93 <= covered(of_seeds) <= 0.97


def test_two_systems_that_are_equally_good_are_called_so(monkeypatch):
    monkeypatch.setattr(statistics, "RESAMPLES", 1000)

    def of_equals(rng):
        a = rng.random(60) < 0.7
        b = np.where(rng.random(60) < 0.2, rng.random(60) < 0.7, a)
        return not paired_difference(a, b).shown

    assert covered(of_equals, 500) >= 0.95


def test_a_real_difference_is_shown_and_directed():
    a, b = [0, 0, 0, 1] * 25, [1, 1, 0, 1] * 25

    better = paired_difference(a, b)
    worse = paired_difference(a, b, higher_is_better=False)

    assert (better.value, better.wins, better.losses, better.ties) == (0.5, 50, 0, 50)
    assert better.shown
    assert better.better is True
    assert worse.better is False
    assert (worse.wins, worse.losses) == (0, 50)
    assert better.test == "exact McNemar test"
    sentence = better.sentence("base", "tuned")
    assert sentence.startswith("tuned is better than base by 50.0 points (95 % interval ")
    assert "100 rows, 1 seed" in sentence
    assert "tuned is worse than base" in worse.sentence("base", "tuned")


def test_a_handful_of_rows_that_differ_does_not_show_a_difference():
    a, b = np.zeros(200), np.zeros(200)
    b[:5] = 1

    found = paired_difference(a, b)

    assert found.low > 0  # the bootstrap alone would be sure
    assert found.p_value == pytest.approx(1 / 16)
    assert not found.shown
    assert found.better is None
    assert found.sentence("a", "b").endswith(
        "The interval leaves out zero, but only 5 rows differ, too few for the exact McNemar test (p = 0.062)."
    )


@pytest.mark.parametrize("n", [1, 10, 200])
def test_rows_that_are_all_equal_do_not_claim_certainty(n):
    bound = wilson(0, n)[1]

    whole = mean(np.ones(n), span=(0, 1))
    none = paired_difference(np.ones(n), np.ones(n), span=(0, 1))
    full = paired_difference(np.zeros(n), np.ones(n), span=(0, 1))

    assert (whole.low, whole.high) == (pytest.approx(1 - bound), 1)
    assert (none.low, none.high) == (pytest.approx(-bound), pytest.approx(bound))
    assert (full.low, full.high) == (pytest.approx(1 - 2 * bound), 1)
    assert full.shown == (n >= 10)
    assert not none.shown


def test_few_rows_are_said():
    assert "Only 10 rows: a rough figure." in rate([1] * 10).sentence
    assert "rough" not in rate([1] * 30).sentence
    few = paired_difference([0] * 5, [1] * 5, span=(0, 1))
    assert few.low > 0
    assert not few.shown
    assert few.sentence("a", "b").endswith("With 5 rows no difference can be shown: an exact test needs 6 that differ "
                                           "one way.")  # fmt: skip


def test_figures_in_words():
    assert rate([1] * 194 + [0] * 6).sentence == ("97.0 % (95 % interval 93.6 to 98.6 %, 200 rows, 1 seed; Wilson).")
    assert over_seeds([0.95, 0.97, 0.96, 0.94, 0.98], n_rows=200).sentence == (
        "96.0 % (95 % interval 94.0 to 98.0 %, 200 rows, 5 seeds; Student's t over seeds)."
    )
    assert over_seeds([0.5], n_rows=40).sentence == "50.0 % (40 rows, 1 seed; one seed gives no interval)."
    assert (
        "1.5 bits per byte (95 % interval 1.5 to 1.5 bits per byte" in mean([1.5] * 40, unit="bits per byte").sentence
    )
    loss = paired_difference([2.0] * 40, [1.5] * 20 + [1.6] * 20, unit="bits per byte", higher_is_better=False)
    assert loss.sentence("base", "tuned").startswith(
        "tuned is better than base by 0.45 bits per byte (95 % interval −0.4"
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda: wilson(3, 0),
        lambda: wilson(3, 2),
        lambda: mean([]),
        lambda: mean([1, np.nan]),
        lambda: mean([1, 2], weights=[1, 0]),
        lambda: mean([1, 2], weights=[1]),
        lambda: paired_difference([1], [1, 2]),
    ],
)
def test_numbers_that_make_no_sense_are_refused(call):
    with pytest.raises(ValueError):
        call()


@given(st.lists(st.tuples(st.sampled_from("abt"), st.sampled_from("abt")), min_size=2, max_size=60))
def test_kappa_equals_statsmodels(pairs):
    from statsmodels.stats.inter_rater import cohens_kappa

    first, second = zip(*pairs, strict=True)
    counts = np.array([[sum((x, y) == (a, b) for a, b in pairs) for y in "abt"] for x in "abt"])
    want = cohens_kappa(counts).kappa if not (set(first) == set(second) and len(set(first)) == 1) else np.nan

    assert kappa(first, second) == pytest.approx(float(want), nan_ok=True)
