"""Retrieval judged alone, generation judged alone, and which of them a failure comes from."""

from __future__ import annotations

import pytest
import pytrec_eval

import workbench as wb
from workbench.errors import DatasetError, InvalidInputError
from workbench.evaluation import Report
from workbench.evaluation.retrieval import OUTCOMES

ARTICLES = [{"id": f"a{number}", "text": f"The item{number} costs {number + 10} EUR."} for number in range(8)]
QUESTIONS = [
    {"prompt": f"Price of {'item' if number % 4 else 'thing '}{number}?", "completion": f"{number + 10} EUR",
     "gold": [f"a{number}"]}
    for number in range(8)
]  # fmt: skip


def reader(prompt: str) -> str:
    """Says the price in the first passage; reads item3 wrongly, and knows thing 4 by heart."""
    if "item3" in prompt:
        return "99 EUR"
    if "thing 4" in prompt:
        return "14 EUR"
    first = prompt.partition("\n")[0]
    return first.partition("costs ")[2].rstrip(".") + "\nand more" if "costs" in first else "no idea"


@pytest.fixture
def index():
    return wb.build_index(ARTICLES)


@pytest.fixture
def report(index):
    systems = {"reader": wb.System(reader, retriever=index, passages=1), "blind": reader}
    return wb.evaluate(systems, QUESTIONS, ["first_line_match", "token_f1"])


def test_the_figures_are_those_of_trec_eval(index):
    questions = [{"prompt": "costs 12 15 EUR item2", "completion": "", "gold": ["a5", "a1", "a2"]}, *QUESTIONS]
    judged = wb.judge_retrieval(index, questions, k=(1, 3, 8))

    expected = pytrec_eval.RelevanceEvaluator(
        {str(at): dict.fromkeys(gold, 1) for at, gold in enumerate(judged.gold)},
        {"recall.1,3,8", "ndcg_cut.8", "recip_rank"},
    ).evaluate(
        {str(at): {name: float(-place) for place, name in enumerate(found)} for at, found in enumerate(judged.found)}
    )
    for ours, theirs in (("recall@1", "recall_1"), ("recall@3", "recall_3"), ("recall@8", "recall_8"),
                         ("mrr@8", "recip_rank"), ("ndcg@8", "ndcg_cut_8")):  # fmt: skip
        mine = judged.scores(ours)
        # trec_eval leaves out a question for which nothing was found; here it counts as 0.
        assert mine == pytest.approx([expected.get(str(at), {}).get(theirs, 0.0) for at in range(len(mine))]), ours
    assert 0.4 < judged.interval("recall@1").value < 0.9
    table = judged.table()
    assert list(table.metric) == judged.metrics
    assert set(table.n) == {9}
    assert ((table.low <= table.value) & (table.value <= table.high)).all()
    assert judged.interval("recall@1").method.startswith("bootstrap")
    assert list(judged.rows()["mrr@8"]) == judged.scores("mrr@8")
    assert "recall@3" in repr(judged)


def test_rates_have_wilsons_interval_and_the_test_split_is_used():
    judged = wb.judge_retrieval(wb.build_index("support-desk/policies-1"), "support-desk/policy-questions-1", k=3)
    assert judged.note == "All 204 rows of the test split of support-desk/policy-questions-1."
    assert judged.interval("recall@3").method == "Wilson"
    wordings = [row["wording"] for row in wb.load_dataset("support-desk/policy-questions-1").split("test")]
    found = {
        name: [s for s, w in zip(judged.scores("recall@3"), wordings, strict=True) if w == name] for name in wordings
    }
    assert min(found["article"]) == min(found["half"]) == 1
    assert sum(found["other"]) < 0.1 * len(found["other"])


def test_gold_passages_find_everything(index):
    judged = wb.judge_retrieval(wb.gold_index(index, QUESTIONS), QUESTIONS, k=1)
    assert [judged.interval(name).value for name in judged.metrics] == [1, 1, 1]


@pytest.mark.parametrize(
    ("questions", "k", "kind", "needle"),
    [
        (
            [{"prompt": "a", "gold": ["b7"]}],
            1,
            DatasetError,
            "Row 0 of .* names the gold passage 'b7', which is not in",
        ),
        ([{"prompt": "a", "completion": "b"}], 1, DatasetError, "names no gold passage"),
        ([{"text": "a"}], 1, DatasetError, "has no prompts"),
        ([{"prompt": " ", "gold": ["a1"]}], 1, InvalidInputError, "must be a text with something in it"),
        (QUESTIONS, 9, InvalidInputError, "9 passages were asked for, and the index has 8"),
        (QUESTIONS, (), InvalidInputError, "k= is empty"),
        (QUESTIONS, [2, "3"], InvalidInputError, "got '3'"),
    ],
)
def test_what_cannot_be_judged(index, questions, k, kind, needle):
    with pytest.raises(kind, match=needle):
        wb.judge_retrieval(index, questions, k)
    with pytest.raises(InvalidInputError, match="There are recall@1"):
        wb.judge_retrieval(index, QUESTIONS, 1).scores("recall@7")


def test_each_failure_is_laid_at_one_door(report):
    table = wb.attribute_failures(report, QUESTIONS)

    assert list(table.system.unique()) == ["reader"]  # the blind one looks nothing up
    assert dict(zip(table.outcome, table.rows, strict=True)) == {
        "found and right": 5,  # items 1, 2, 5, 6, 7
        "found but answered wrong": 1,  # item 3
        "not found": 1,  # thing 0
        "right though not found": 1,  # thing 4
    }
    assert list(table.outcome) == list(OUTCOMES)
    assert table.share.sum() == pytest.approx(1)
    assert set(table.n) == {8}
    assert table.low[1] == pytest.approx(0.0224, abs=1e-4)
    assert table.high[1] == pytest.approx(0.4709, abs=1e-4)


def test_all_of_several_gold_passages_must_be_given(index):
    questions = [{"prompt": "Price of item1?", "completion": "11 EUR", "gold": ["a1", "a2"]}]
    report = wb.evaluate([wb.System(reader, retriever=index, passages=1)], questions, ["first_line_match"])
    table = wb.attribute_failures(report, questions)
    assert list(table[table.rows > 0].outcome) == ["right though not found"]


def test_grounded_is_what_stands_in_the_passages(index, report):
    assert wb.groundedness(report, "reader").value == 5 / 8  # all but item 3, thing 0 and thing 4
    with pytest.raises(InvalidInputError, match="blind was given no passages"):
        wb.groundedness(report, "blind")
    for said, share in (("item1 costs 11 EUR", 1), ("1 EUR", 0), ("", 0), ("11 eur.\nor so", 1), ("eleven", 0)):
        system = wb.System(lambda prompt, said=said: said, retriever=index, passages=1)
        found = wb.evaluate([system], QUESTIONS[1:2], ["contains"])
        assert wb.groundedness(found).value == share, said


def test_a_report_keeps_what_was_read(report, tmp_path):
    rows = report.rows()
    assert list(rows[rows.system == "reader"].passages)[:3] == ["", "a1", "a2"]
    again = Report.from_json(report.to_json(tmp_path / "report.json"))
    assert again.answers == report.answers
    assert again.answers["reader"][1].passages[0].text == ARTICLES[1]["text"]
    assert wb.attribute_failures(again, QUESTIONS).equals(wb.attribute_failures(report, QUESTIONS))
    page = report.to_html()
    assert "[a1] The item1 costs 11 EUR." in page
    assert "read by reader" in page
    assert "read by blind" not in page


def test_passages_are_text_on_the_page():
    index = wb.build_index([{"id": "<b>", "text": "<script>alert(1)</script> price"}])
    report = wb.evaluate([wb.System(reader, retriever=index, passages=1)], QUESTIONS[1:2], ["contains"])
    assert "<script>" not in report.to_html()
    assert "&lt;script&gt;" in report.to_html()


def test_attribution_needs_the_data_that_was_evaluated(report):
    with pytest.raises(DatasetError, match="is not the data of the report"):
        wb.attribute_failures(report, QUESTIONS[:4])
    with pytest.raises(InvalidInputError, match="no rate of right answers is 'token_f1'"):
        wb.attribute_failures(report, QUESTIONS, "token_f1")
    with pytest.raises(InvalidInputError, match=r"there is no metric 'bleu'\. Its rates are first_line_match"):
        wb.attribute_failures(report, QUESTIONS, "bleu")
    bare = [{key: row[key] for key in ("prompt", "completion")} for row in QUESTIONS]
    with pytest.raises(InvalidInputError, match="No system of this report looks anything up"):
        wb.groundedness(wb.evaluate([reader], bare))
    with pytest.raises(DatasetError, match=r"Row 0 of .* names no gold passage"):
        wb.attribute_failures(wb.evaluate([reader], bare), bare)


def test_an_empty_question_is_one_failed_row(index):
    rows = [*QUESTIONS, {"prompt": "  ", "completion": "x", "gold": ["a1"]}]
    report = wb.evaluate([wb.System(reader, retriever=index, passages=1)], rows, ["first_line_match"])
    assert report.answers["reader + 1 passage"][8].stop == "failed"
    [warning] = [text for text in report.warnings if "could not be answered" in text]
    assert "must be a text with something in it" in warning
