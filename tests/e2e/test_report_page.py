"""The exported report in a browser without network: it asks for nothing, runs nothing, and fits a narrow window."""

import dataclasses

import pytest

import workbench as wb
from tests.evaluation.desk import chatty, no_id, right, rows


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    data = [{**row, "channel": "mail" if at % 3 else "chat"} for at, row in enumerate(rows(60))]
    report = wb.evaluate({"base": no_id, "chatty": chatty, "tuned": right}, data)
    light = {"name": "memorisation", "light": "red", "figure": "3 of 60", "sentence": "Said: <script>alert(2)</script>"}
    dataclasses.replace(report, guards=(light,)).to_html(path)
    return path


def open_offline(page, file):
    """The page with the network off; what it asked for and what it complained of."""
    asked, said = [], []
    page.context.set_offline(True)
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.goto(file.as_uri())
    return asked, said


def test_it_opens_with_the_network_off_and_scripts_in_answers_stay_text(new_page, file):
    page = new_page()
    asked, said = open_offline(page, file)

    assert page.get_by_text("tuned is better than base").first.is_visible()
    assert page.get_by_text("<script>alert(1)</script>").first.is_visible()
    assert page.get_by_text("Said: <script>alert(2)</script>").is_visible()
    assert page.get_by_text("■ red").is_visible()
    assert page.locator("script").count() == 0
    assert asked == [file.as_uri()]
    assert said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_480_pixels_and_has_a_dark_side(new_page, file, scheme):
    page = new_page()
    page.set_viewport_size({"width": 480, "height": 900})
    page.emulate_media(color_scheme=scheme)
    open_offline(page, file)

    assert page.evaluate("document.documentElement.scrollWidth") == 480
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, ground[4:-1].split(","))) < 150) == (scheme == "dark")


def test_it_prints_dark_on_white_without_torn_rows(new_page, file):
    page = new_page()
    page.emulate_media(media="print", color_scheme="dark")
    open_offline(page, file)

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert set(page.locator("article").evaluate_all("all => all.map(one => getComputedStyle(one).breakInside)")) == {
        "avoid"
    }
    assert page.pdf(format="A4").startswith(b"%PDF")
