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
