"""Reports: plain data that survives a file, and pages on which text stays text."""

import html.parser
import json
import random

import pytest

import workbench as wb
from tests.evaluation.desk import Client, chatty, no_id, right, rows
from workbench.errors import InvalidInputError
from workbench.evaluation.examples import EACH


@pytest.fixture(scope="module")
def report():
    return wb.evaluate({"base | *old*": chatty, "shots": no_id, "tuned": right}, rows(60))


def test_a_report_survives_its_file(report, tmp_path):
    text = report.to_json(tmp_path / "report.json")

    assert wb.Report.from_json(tmp_path / "report.json") == report == wb.Report.from_json(text)
    assert json.loads(text)["answers"]["tuned"][0]["text"] == report.answers["tuned"][0].text
    again = wb.Report.from_json(text)
    assert again.compare("shots", "tuned") == report.compare("shots", "tuned")
    assert again.fields().equals(report.fields())


def test_scored_texts_survive_as_well():
    scored = wb.evaluate([wb.System("tiny-support")], [{"text": "ab"}, {"text": "c"}], client=Client())

    assert wb.Report.from_json(scored.to_json()) == scored


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "no report"),
        ('{"format": 99}', "format 99"),
        ('{"format": 1, "answers": {}}', "no report"),
        ("{", "no report"),
        ("nowhere.json", "no report file 'nowhere.json'"),
    ],
)
def test_what_is_no_report_is_refused(text, message):
    with pytest.raises(InvalidInputError, match=message):
        wb.Report.from_json(text)


def test_systems_are_found_by_name_position_and_what_they_are(report):
    assert report.name_of(-1) == report.name_of("tuned") == report.name_of(right) == "tuned"
    assert report.name_of(wb.System(no_id)) == "shots"
    with pytest.raises(InvalidInputError, match="did you mean 'tuned'"):
        report.compare("shots", "tunde")
    with pytest.raises(InvalidInputError, match="has no system 7"):
        report.interval(7)
    with pytest.raises(InvalidInputError, match=r"no metric 'f1'.*It has exact_match"):
        report.interval(0, "f1")


def test_the_headline_holds_the_last_against_the_best_of_the_others_first(report):
    by_fields = wb.evaluate({"a": chatty, "b": no_id, "c": right}, rows(60), ["field_accuracy"])

    first, second = by_fields.sentences()
    assert first.startswith("Field accuracy: c is better than b by 50.0 points")
    assert second.startswith("Field accuracy: c is better than a by 100.0 points")
    assert by_fields.best() == "c"
    assert by_fields.best(["a", no_id]) == "b"
    alone = wb.evaluate([right], rows(60)).sentences()
    assert alone == ["Exact match of right: 100.0 % (95 % interval 94.0 to 100.0 %, 60 rows, 1 seed; Wilson)."]
    assert repr(report).startswith("<Report on 60 rows of list>\nExact match: tuned is better")


def test_for_losses_the_lowest_is_best():
    scored = wb.evaluate({"base": "tiny-support", "tuned": "tiny-support"}, [{"text": "ab"}] * 9, client=Client())

    assert scored.best() == "tuned"
    assert "tuned is better than base by 1.44 bits per byte" in scored.sentences()[0]


def test_figures_over_seeds():
    def with_errors(count):
        return lambda prompt: no_id(prompt) if int(prompt[8:13]) < count else right(prompt)

    seeds = {f"seed {count}": with_errors(count) for count in (2, 4, 6)}
    found = wb.evaluate(seeds, rows(40)).over_seeds(list(seeds))

    assert found.value == pytest.approx(0.9)
    assert (found.n_seeds, found.n_rows) == (3, 40)
    assert found.low == pytest.approx(0.9 - 4.3027 * 0.05 / 3**0.5, abs=1e-4)


class Page(html.parser.HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.text, self.open = [], [], "", []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "col"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_the_page_is_one_file_that_asks_for_nothing_and_runs_nothing(report, tmp_path):
    text = report.to_html(tmp_path / "report.html")
    page = Page(text)

    assert (tmp_path / "report.html").read_text() == text
    assert page.open == []
    assert not {"script", "b", "img", "iframe", "link", "object"} & set(page.tags)
    assert not {name for name, _ in page.attributes} & {"src", "href", "onclick", "onerror"}
    assert "url(" not in text
    assert "@import" not in text
    assert "<script>alert(1)</script>" in page.text
    assert "<b>came</b>" in page.text
    assert ("http-equiv", "Content-Security-Policy") in page.attributes


def test_the_page_says_it_all(report):
    page = Page(report.to_html())

    for words in [*report.sentences(), *report.notes, "invented value", "text around it", "Field accuracy.",
                  "Row 0", "tuned (right)", "shots (wrong)", "[invented value: id: 'XF99999' is not in the prompt]",
                  f"{EACH} of 60 rows, tuned against base | *old*, by Exact match.",
                  report.systems["tuned"]["hash"]]:  # fmt: skip
        assert words in page.text
    drawn = set(random.Random(0).sample(range(60), EACH))
    assert page.tags.count("article") == len(drawn | set(range(EACH)))


def test_rows_can_be_left_out_of_the_page(report):
    text = report.to_html(rows="none")

    assert "XF00001" not in text
    assert "alert(1)" not in text
    with pytest.raises(InvalidInputError, match="'some'"):
        report.to_html(rows="some")


def test_notebooks_show_figures_without_rows(report):
    shown = report._repr_html_()

    page = Page(shown)
    assert page.open == []
    assert report.sentences()[0] in page.text
    assert "base | *old*" in page.text
    assert "XF00001" not in shown
    assert report._repr_markdown_() == report.to_markdown()


def test_markdown_keeps_names_from_becoming_markup(report, tmp_path):
    text = report.to_markdown(tmp_path / "report.md")

    assert (tmp_path / "report.md").read_text() == text
    assert r"| base \| \*old\* | Exact match | 0.0 % |" in text
    assert "| tuned | Exact match | 100.0 % | 94.0 to 100.0 % | 60 |" in text
    assert r"| error | base \| \*old\* | shots | tuned |" in text
    assert "| invented value | 0 | 60 | 0 |" in text
    cells = [line.replace(r"\|", "").count("|") for line in text.splitlines() if line.startswith("|")]
    assert set(cells) <= {5, 6, 8}


def test_warnings_are_read_before_figures():
    data = rows()
    shown = wb.System(right, shots=[(data[0]["prompt"], "{}")], name="shown")
    found = wb.evaluate([shown], data)

    assert found.to_markdown().index("**Warning.**") < found.to_markdown().index("| system |")
    assert found.to_html().index('class="warning"') < found.to_html().index("<h2>Figures")
    assert "⚠ 1 of the 40 rows" in found._repr_html_()


def test_half_a_surrogate_pair_in_an_answer_hurts_nobody(tmp_path):
    found = wb.evaluate([lambda prompt: "\ud800"], rows(3))

    found.to_html(tmp_path / "report.html")
    assert wb.Report.from_json(found.to_json(tmp_path / "report.json")) == found
