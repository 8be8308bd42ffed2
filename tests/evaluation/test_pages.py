"""The page of a report: what it shows of the rows, what it says of runs and guards, and that it stays one dead file."""

import dataclasses
import json
import math
import xml.etree.ElementTree as ElementTree

import pytest

import workbench as wb
from tests.evaluation.desk import Client, chatty, no_id, right, rows
from tests.evaluation.test_report import Page
from workbench.errors import InvalidInputError
from workbench.evaluation.behind import POINTS, runs_behind
from workbench.evaluation.drawings import curves, interval_bar
from workbench.evaluation.examples import EACH, examples
from workbench.runs.events import EventWriter

MAIL, PHONE, TOKEN = "bo.olsen@mail-host.de", "+49 151 23456789", "github_pat_" + "a1B2" * 8


def answering(prompt):
    return json.dumps({**json.loads(right(prompt)), "mail": MAIL})


def private(text=MAIL, count=40):
    return [{**row, "prompt": f"{row['prompt']} Write to {text}."} for row in rows(count)]


@pytest.fixture(scope="module")
def report():
    return wb.evaluate({"base": no_id, "tuned": right}, rows(40))


@pytest.fixture(scope="module")
def personal():
    return wb.evaluate({"base": no_id, "tuned": answering}, private())


def test_personal_data_in_the_rows_is_masked_by_default_and_the_page_says_why(personal):
    text = personal.to_html()

    assert MAIL not in text
    assert "&lt;EMAIL_1&gt;" in text
    assert (
        "Personal data or secrets were found in the rows (80 × email), so they are masked here. "
        "Names and postal addresses have no form to be found by and are not masked."
    ) in Page(text).text


@pytest.mark.parametrize(("value", "placeholder"), [(PHONE, "PHONE_1"), (TOKEN, "SECRET_1")])
def test_all_that_the_data_checks_find_is_masked(value, placeholder):
    found = wb.evaluate({"base": no_id, "tuned": right}, private(value))

    assert value not in found.to_html()
    assert f"&lt;{placeholder}&gt;" in found.to_html()


def test_an_answer_alone_may_hold_what_is_masked():
    leaking = wb.evaluate([lambda prompt: f"Ask {MAIL}"], rows(9), ["exact_match"])

    assert MAIL not in leaking.to_html()


def test_a_value_that_would_be_cut_is_masked_whole():
    long = [{"prompt": "x" * 1_990 + f" {MAIL}", "completion": "yes"}] * 6

    text = wb.evaluate([lambda prompt: "yes"], long).to_html()

    assert "bo.olsen" not in text


def test_recipes_columns_and_prompts_are_masked_as_well(personal):
    shown = dataclasses.replace(
        personal,
        systems={**personal.systems, "tuned": {**personal.systems["tuned"], "prompt": f"You are {MAIL}."}},
        columns={"owner": (MAIL,) * 40},
        runs={"tuned": ({"id": "r", "recipe": f"source: {MAIL}", "curve": {}, "environment": {}},)},
    )

    assert MAIL not in shown.to_html()
    assert MAIL not in shown.to_html(rows="none")
    assert shown.to_html(rows="all").count(MAIL) > 2


def test_labels_in_tables_are_masked_as_well():
    data = [{"prompt": f"Who answers mail {at}?", "completion": MAIL if at % 2 else "nobody"} for at in range(40)]
    labelled = wb.evaluate({"base": lambda prompt: "nobody", "tuned": lambda prompt: MAIL}, data, ["label_accuracy"])

    assert MAIL in labelled.to_html(rows="all")
    for text in (labelled.to_html(), labelled.to_html(rows="none"), labelled.to_markdown()):
        assert MAIL not in text
        assert "EMAIL" in text


def test_rows_can_be_asked_for_as_they_are_and_then_there_is_a_warning(personal, report):
    as_it_is = personal.to_html(rows="all")

    assert MAIL in as_it_is
    assert "The rows hold personal data or secrets (80 × email), and are shown as they are." in Page(as_it_is).text
    assert as_it_is.index('class="warning"') < as_it_is.index("<h2>Figures")
    assert "shown as they are: no personal data or secrets were found" in Page(report.to_html()).text
    assert "would be masked here; none were found" in Page(report.to_html(rows="masked")).text
    assert 'class="warning"' not in report.to_html(rows="all")


def test_no_rows_is_no_rows(personal):
    text = personal.to_html(rows="none")

    assert "<article" not in text
    assert "XF00001" not in text
    assert MAIL not in text


def test_guards_stand_on_the_page_the_worst_first(report):
    lights = ["green", "red", "grey", "amber"]
    guards = [
        {"name": f"guard {light}", "light": light, "figure": f"{light} <b>1</b>", "sentence": f"It is {light}."}
        for light in lights
    ]
    guarded = dataclasses.replace(report, guards=guards)
    page = Page(guarded.to_html())

    assert [page.text.index(f"It is {light}.") for light in ("red", "amber", "green", "grey")] == sorted(
        page.text.index(f"It is {light}.") for light in lights
    )
    assert "b" not in page.tags
    assert "| red | guard red |" in guarded.to_markdown()
    assert wb.Report.from_json(guarded.to_json()) == guarded
    assert "Guards" not in report.to_html()


@pytest.mark.parametrize(
    "guard",
    [
        {},
        {"name": "speed", "light": "blue", "figure": "1", "sentence": "It is."},
        {"name": "speed", "light": "red", "figure": 1, "sentence": "It is."},
    ],
)
def test_guards_that_are_none_are_refused(report, guard):
    with pytest.raises(InvalidInputError, match=r"guards\[0\] must have a name, figure and sentence"):
        dataclasses.replace(report, guards=[guard])


def a_run(path, points=900):
    (path / "model").mkdir(parents=True)
    (path / "recipe.yaml").write_text("model: tiny-support\ndataset: support-desk/tickets\n# <script>\n")
    (path / "env.json").write_text(json.dumps({"versions": {"torch": "9.9"}, "platform": "Somewhere", "cores": 2}))
    with EventWriter(path / "events.jsonl") as events:
        for step in range(1, points + 1):
            events.write("log", step=step, loss=None if step == 5 else 2.0 / step)
            if step % 100 == 0:
                events.write("eval", step=step, eval_loss=1.5)
    return wb.System("tiny-support", adapters=[path / "model"], name="tuned")


def test_the_runs_behind_the_systems_are_kept(tmp_path):
    found = runs_behind({"tuned": a_run(tmp_path / "run-1"), "base": wb.System("tiny-support")})

    assert list(found) == ["tuned"]
    [run] = found["tuned"]
    assert (run["id"], run["environment"]["versions"]) == ("run-1", {"torch": "9.9"})
    assert run["recipe"].startswith("model: tiny-support")
    assert len(run["curve"]["loss"]) <= POINTS
    assert run["curve"]["loss"][-1] == [900, 2.0 / 900]
    assert run["curve"]["eval_loss"] == [[100 * at, 1.5] for at in range(1, 10)]


def test_recipe_curve_and_environment_stand_on_the_page(report, tmp_path):
    trained = dataclasses.replace(report, runs=runs_behind({"tuned": a_run(tmp_path / "run-1")}))
    page = Page(trained.to_html())

    for words in ["run-1", "model: tiny-support", "# <script>", "evaluation loss, last 1.5", "Somewhere; torch 9.9",
                  report.dataset["hash"], report.versions["python"]]:  # fmt: skip
        assert words in page.text
    assert "polyline" in page.tags
    assert "script" not in page.tags
    assert wb.Report.from_json(trained.to_json()) == trained


def test_curves_are_drawn_where_their_values_lie():
    drawn = curves({"loss": [[0, 2.0], [100, 1.0]], "eval_loss": [[50, 0.0], [100, 2.0]]}, "a <loss>")
    picture = ElementTree.fromstring(drawn)

    lines = {line.get("class"): line.get("points").split() for line in picture.iter("polyline")}
    first, last = (tuple(map(float, point.split(","))) for point in lines["loss"])
    low, high = (tuple(map(float, point.split(","))) for point in lines["eval_loss"])
    assert low[0] == pytest.approx((first[0] + last[0]) / 2, abs=0.1)
    assert first[1] == pytest.approx(high[1])
    assert last[1] == pytest.approx((low[1] + high[1]) / 2, abs=0.1)
    assert picture.get("aria-label") == "a <loss>"
    assert len(list(picture.iter("circle"))) == 2
    assert curves({"loss": [], "eval_loss": []}, "") == curves({}, "") == ""
    assert "polyline" in curves({"loss": [[1, 0.0]]}, "a single point at zero")


def test_bars_of_differences_mark_zero():
    drawn = ElementTree.fromstring(interval_bar(-1, 0, 1, (-2, 2), "words", zero=True))

    assert drawn.find("line[@class='zero']").get("x1") == "50.00"
    assert drawn.find("rect[@class='band']").get("x") == "26.00"
    assert float(drawn.find("rect[@class='band']").get("width")) == 48
    assert ElementTree.fromstring(interval_bar(math.nan, math.nan, math.nan, (0, 1), "none")) is not None


def test_examples_are_the_most_gained_the_most_lost_and_a_draw():
    def worse_on_some(prompt):
        return chatty(prompt) if 20 <= int(prompt[8:13]) < 24 else right(prompt)

    found = examples(wb.evaluate({"base": no_id, "tuned": worse_on_some}, rows(60), ["field_accuracy"]))

    gained, lost, drawn = found
    assert (gained.title, gained.places) == ("Gained most", tuple(range(EACH)))
    assert gained.sentence == "10 of 56 rows, tuned against base, by Field accuracy."
    assert (lost.title, lost.places, lost.sentence) == (
        "Lost most", (20, 21, 22, 23), "All 4 rows, tuned against base, by Field accuracy."
    )  # fmt: skip
    assert not set(drawn.places) & {*gained.places, *lost.places}
    assert drawn.sentence.startswith("10 of 60 rows, drawn with seed 0")


def test_one_system_has_best_and_worst_rows():
    def at_times(prompt):
        return right(prompt) if int(prompt[8:13]) % 4 == 0 else no_id(prompt)

    best, worst, *_ = examples(wb.evaluate([at_times], rows(40)))
    assert (best.title, best.places) == ("Best", tuple(range(0, 40, 4)))
    assert (worst.title, worst.places[:3]) == ("Worst", (1, 2, 3))


def test_texts_that_are_only_scored_have_a_page_without_rows():
    scored = wb.evaluate({"base": "tiny-support", "tuned": "tiny-support"}, [{"text": "ab"}] * 30, client=Client())
    page = Page(scored.to_html())

    assert "tuned is better than base by 1.44 bits per byte" in page.text
    assert "article" not in page.tags
    assert page.open == []


def test_an_empty_answer_is_called_empty():
    assert ">empty</pre>" in wb.evaluate([lambda prompt: ""], rows(6)).to_html()
