"""Labels counted: the confusion matrix, precision, recall, F1, and macro F1 with its interval."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from tests.evaluation.desk import right, rows
from workbench.errors import InvalidInputError
from workbench.evaluation.labels import NO_LABEL, by_label, macro_f1

LABELS = ["yes", "no", "maybe"]


def evaluated(pairs, *answers):
    """The report on systems that each give a list of answers."""
    data = [{"prompt": str(place), "completion": wanted} for place, wanted in enumerate(pairs)]
    systems = {
        f"s{number}": (lambda prompt, said=said: said[int(prompt)]) for number, said in enumerate(answers)
    }  # fmt: skip
    return wb.evaluate(systems, data, ["label_accuracy"])


def test_the_confusion_matrix_by_hand():
    report = evaluated(["yes", "yes", "no", "no", "maybe", "yes"], ["yes", " no\n", "no", "No", "", "yes"])

    table = report.confusion()

    assert (list(table.index), list(table.columns)) == (LABELS, [*LABELS, NO_LABEL])
    assert table.to_numpy().tolist() == [[2, 1, 0, 0], [0, 1, 0, 1], [0, 0, 0, 1]]
    found = report.labels().set_index("label")
    assert found.loc["yes", ["precision", "recall", "f1", "n"]].tolist() == [1, 2 / 3, pytest.approx(0.8), 3]
    assert found.loc["no", ["precision", "recall", "f1", "n"]].tolist() == [0.5, 0.5, 0.5, 2]
    assert found.loc["maybe", ["precision", "recall", "f1", "n"]].tolist() == [0, 0, 0, 1]
    assert report.macro_f1().value == pytest.approx((0.8 + 0.5 + 0) / 3)
    assert report.interval(0).value == 0.5


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from([*LABELS, "other"])), min_size=1, max_size=40))
def test_precision_recall_and_f1_are_counts_of_pairs(pairs):
    wanted, said = zip(*pairs, strict=True)
    report = evaluated(wanted, said)

    scores = []
    for row in report.labels().itertuples():
        both = sum(pair == (row.label, row.label) for pair in pairs)
        precision = both / max(1, said.count(row.label))
        recall = both / wanted.count(row.label)
        scores.append(2 * precision * recall / (precision + recall) if both else 0)
        assert (row.precision, row.recall, row.f1) == pytest.approx((precision, recall, scores[-1]))
    found = report.macro_f1()
    assert found.value == pytest.approx(np.mean(scores))
    assert 0 <= found.low <= found.high <= 1


def test_the_interval_is_that_of_resampled_rows():
    rng = np.random.default_rng(1)
    wanted = rng.integers(0, 3, 120)
    said = np.where(rng.random(120) < 0.7, wanted, rng.integers(0, 4, 120))
    table = np.zeros((3, 4), dtype=int)
    np.add.at(table, (wanted, said), 1)

    figures = []
    for _ in range(4000):
        drawn, again = rng.integers(0, 120, 120), np.zeros((3, 4), dtype=int)
        np.add.at(again, (wanted[drawn], said[drawn]), 1)
        figures.append(by_label(again)[2].mean())

    found = macro_f1(table)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(figures, [0.025, 0.975])), abs=0.01)
    assert (found.n_rows, found.value) == (120, pytest.approx(by_label(table)[2].mean()))


def test_the_interval_holds_the_truth_as_often_as_it_says():
    rng, hits = np.random.default_rng(0), 0
    cells = np.array([[0.3, 0.05, 0.02, 0.03], [0.05, 0.25, 0.05, 0.0], [0.05, 0.05, 0.1, 0.05]])
    truth = by_label(np.round(cells * 10_000).astype(np.int64))[2].mean()
    for _ in range(400):
        found = macro_f1(rng.multinomial(150, cells.ravel()).reshape(cells.shape))
        hits += found.low <= truth <= found.high
    assert 0.92 <= hits / 400 <= 0.98


def test_a_perfect_answer_claims_no_certainty():
    found = macro_f1(np.array([[20, 0, 0], [0, 10, 0]]))

    assert (found.value, found.high) == (1, 1)
    assert 0.85 < found.low < 0.95
    assert macro_f1(np.array([[0, 20, 0], [10, 0, 0]])).high < 0.15


def test_systems_side_by_side_and_what_is_no_label():
    report = evaluated(["yes", "no"] * 6, ["yes"] * 12, ["yes", "no"] * 6)

    assert list(report.labels()["system"]) == ["s0", "s0", "s1", "s1"]
    assert report.confusion("s0").to_numpy().tolist() == [[6, 0, 0], [6, 0, 0]]
    assert report.macro_f1("s0").value == pytest.approx(1 / 3)
    with pytest.raises(InvalidInputError, match="Labels are short texts"):
        wb.evaluate([right], rows()).confusion()
    with pytest.raises(InvalidInputError, match="no answers with references"):
        wb.evaluate([right], [{"prompt": "Order XF00001"}], [lambda answer: 1]).labels()


def test_pages_show_the_labels_and_their_texts_stay_texts():
    report = evaluated(["yes", "<b>no"] * 10, ["yes", "<b>no"] * 9 + ["no", "yes"], ["yes"] * 20)

    page, text = report.to_html(rows="none"), report.to_markdown()

    assert "<h2>F1 of each label</h2>" in page
    assert "<h2>Answers of s1</h2>" in page
    assert "<b>" not in page
    assert "| yes | 90.0 % | 66.7 % |" in text
    assert "| reference, and what s0 answered | yes | &lt;b&gt;no | (no label) |" in text
    assert "| &lt;b&gt;no | 1 | 9 | 0 |" in text
    macro = next(line for line in text.splitlines() if line.startswith("| macro F1"))
    assert macro.startswith("| macro F1 | 92.4 % (")


def noisy(rng, wanted, share, labels=3):
    return np.where(rng.random(len(wanted)) < share, wanted, rng.integers(0, labels + 1, len(wanted)))


def compared(wanted, *said):
    words = [*LABELS, "other"]
    return evaluated([words[at] for at in wanted], *([words[at] for at in answers] for answers in said))


def plain_macro(wanted, said):
    """Macro F1 by its definition, label by label."""
    scores = []
    for label in sorted(set(wanted)):
        both = sum(a == b == label for a, b in zip(wanted, said, strict=True))
        scores.append(2 * both / (list(said).count(label) + list(wanted).count(label)))
    return np.mean(scores)


def test_macro_f1_of_two_systems_is_compared_on_the_same_resampled_rows():
    rng = np.random.default_rng(2)
    wanted = rng.integers(0, 3, 90)
    one, other = noisy(rng, wanted, 0.6), noisy(rng, wanted, 0.75)
    found = compared(wanted, one, other).compare(metric="macro_f1")

    value = plain_macro(wanted, other) - plain_macro(wanted, one)
    draws = [rng.integers(0, 90, 90) for _ in range(3000)]
    resampled = [plain_macro(wanted[at], other[at]) - plain_macro(wanted[at], one[at]) for at in draws]
    swaps = [rng.random(90) < 0.5 for _ in range(3000)]
    swapped = [
        plain_macro(wanted, np.where(at, one, other)) - plain_macro(wanted, np.where(at, other, one)) for at in swaps
    ]
    assert found.difference == pytest.approx(value)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(resampled, [0.025, 0.975])), abs=0.02)
    assert found.p_value == pytest.approx(np.mean(np.abs(swapped) >= abs(value)), abs=0.03)
    assert (found.n, found.wins, found.losses) == (
        90, int(((other == wanted) & (one != wanted)).sum()), int(((one == wanted) & (other != wanted)).sum())
    )  # fmt: skip
    assert found.sentence.startswith("Macro F1: ")


def test_with_few_rows_that_differ_all_swaps_are_tried():
    wanted = [0, 1, 2] * 8
    one, other = list(wanted), list(wanted)
    one[:6] = [1, 2, 0, 1, 2, 0]
    found = compared(wanted, one, other).compare(metric="macro_f1")

    assert found.p_value == pytest.approx(2 / 2**6), "only as it is, or all swapped, are they so far apart"
    assert found.shown
    assert found.result.better
    assert not compared(wanted, one, one).compare(metric="macro_f1").shown


def test_of_two_systems_that_are_alike_a_difference_is_rarely_shown():
    rng, shown, held = np.random.default_rng(3), 0, 0
    for _ in range(100):
        wanted = rng.choice(3, 100, p=[0.7, 0.2, 0.1])
        found = compared(wanted, noisy(rng, wanted, 0.7), noisy(rng, wanted, 0.7)).compare(metric="macro_f1")
        shown += found.shown
        held += found.low <= 0 <= found.high
    assert shown <= 11, "5 % of 100, and some"
    assert 88 <= held <= 99


def test_macro_f1_stands_in_tables_pages_and_holms_correction():
    rng = np.random.default_rng(4)
    wanted = rng.integers(0, 3, 60)
    report = compared(wanted, *(noisy(rng, wanted, share) for share in (0.4, 0.6, 0.9)))

    table = report.comparisons(against=2, metric="macro_f1")
    assert list(table["metric"]) == ["macro_f1"] * 2
    assert (table["adjusted"] >= table["p_value"]).all()
    assert report.interval(1, "macro_f1") == report.macro_f1(1)
    assert report.best(metric="macro_f1") == "s2"
    assert "| Macro F1 | s0 | s2 |" in report.to_markdown()
    part = report.compare(0, 2, "macro_f1", places=range(30))
    assert part.n == 30
    assert part.result.unit == "%"
    for call in (report.slices, report.over_seeds):
        with pytest.raises(InvalidInputError, match="no metric 'macro_f1'"):
            call(*([["s0", "s1"]] if call == report.over_seeds else []), metric="macro_f1")
    with pytest.raises(InvalidInputError, match="Labels are short texts"):
        wb.evaluate([right, right], rows()).compare(metric="macro_f1")
