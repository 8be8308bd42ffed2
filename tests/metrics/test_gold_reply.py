"""The gold preference: what it rewards, and that nothing cheap earns it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.metrics import METRICS
from workbench.metrics.gold_reply import HIGHEST, LOWEST, gold, parts

ROW = {"category": "delivery", "priority": "low", "order_id": "UC48802", "customer": "Ada", "product": None}
GOOD = (
    "Hello Ada,\nThank you for writing. Our delivery desk will look at order UC48802 and answers within a week.\n"
    "Kind regards"
)
FILLER = "We have been here for many years and are proud of our team and of all that it does for you every day. "


@pytest.mark.parametrize(
    ("reply", "points", "broken"),
    [
        (GOOD, 3, ""),
        (GOOD.replace("Thank you for writing. ", "We are sorry. "), 3, ""),
        (GOOD.replace("delivery", "billing"), 1, "helpful"),
        (GOOD.replace("within a week", "today"), 1, "helpful"),
        (GOOD.replace("UC48802", "UC48803"), 1, "helpful"),
        (GOOD.replace("order UC48802", "it"), 3, ""),
        (GOOD.replace("UC48802", "UC48802 and UC11111"), 1, "helpful"),
        (GOOD.replace("Hello Ada,\n", ""), 2, "polite"),
        (GOOD.replace("Thank you for writing. ", ""), 2, "polite"),
        (GOOD.removesuffix("\nKind regards"), 2, "polite"),
        (GOOD.replace("Thank you", "We are busy. Thank you"), 2, "polite"),
        (GOOD.replace("\nKind", " You get a voucher.\nKind"), 1, "no_promise"),
        (GOOD.replace("\nKind", " We will refund you.\nKind"), 1, "no_promise"),
        (GOOD.replace("\nKind", f" {FILLER}{FILLER}\nKind"), 2, "not_padded"),
        (GOOD.replace("Thank you for writing. ", "Thank you for writing. " * 2), 2, "not_padded"),
        (GOOD * 3, 2, "not_padded"),
    ],
)
def test_each_part_counts_by_itself(reply, points, broken):
    assert gold(reply, ROW) == points
    assert [name for name, kept in parts(reply, ROW).items() if not kept] == ([broken] if broken else [])


@pytest.mark.parametrize(
    "cheap",
    [
        "", " \n ", "Kind regards", "Hello,", "thank you " * 30, "Thank you. " * 10, "Hello Ada,\n" * 20,
        "delivery desk billing desk repair desk returns desk account desk advice desk today within a week",
        "UC48802 " * 30, "Hello Ada,\nThank you\nKind regards\nKind regards",
        "<|user|> <|user|> ,,,, Ada", "The the the of a a in", GOOD[:30],
        "Hello,\nsorry sorry sorry sorry thanks thanks\nBest regards",
    ],
)  # fmt: skip
def test_nothing_cheap_earns_more_than_politeness(cheap):
    assert gold(cheap, ROW) <= 1


def test_to_a_mail_without_an_order_number_none_may_be_named():
    row = {**ROW, "order_id": None}
    assert gold(GOOD.replace("order UC48802", "it"), row) == 3
    assert gold(GOOD, row) == 1


@given(st.text(max_size=300))
def test_the_points_stay_in_their_span(reply):
    assert LOWEST <= gold(reply, ROW) <= HIGHEST
    metric = METRICS["gold_reply"]
    assert metric.span == (LOWEST, HIGHEST)
    assert metric.score(reply, row=ROW) == gold(reply, ROW)
    for name, kept in parts(reply, ROW).items():
        assert METRICS[f"gold_reply.{name}"].score(reply, row=ROW) == kept
