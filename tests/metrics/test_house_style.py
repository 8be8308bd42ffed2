"""House style: a reply that keeps every rule, and for each rule a reply that breaks it alone."""

from __future__ import annotations

import pytest

from workbench.metrics import house_style

ROW = {
    "customer": "Ada I. Holm",
    "product": "Velora kettle",
    "order_id": "XF33214",
    "category": "defect",
    "priority": "high",
}
GOOD = (
    "Hello Ada I. Holm,\nThank you for your message about the Velora kettle.\nWe are looking at order XF33214.\n"
    "Next step: our repair desk will answer you today.\nKind regards\nThe Service Desk"
)


def test_a_good_reply_keeps_every_rule():
    assert house_style.style(GOOD, ROW) == dict.fromkeys(house_style.STYLE_RULES, True)
    assert house_style.content(GOOD, ROW) == dict.fromkeys(house_style.CONTENT_RULES, True)


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("greeting", "Hello Ada", "Dear Ada"),
        ("thanks", "Thank you for your message", "Thanks for your message"),
        ("we", "We are looking", "I am looking, and we"),
        ("no_exclamation", "XF33214.", "XF33214!"),
        ("no_contraction", "We are", "We're"),
        ("next_step", "Next step: ", "Then "),
        ("next_step", "We are looking", "Next step: we are looking"),
        ("length", "We are looking", "We are " + "very " * 60 + "busy looking"),
        ("sign_off", "Kind regards", "Best"),
    ],
)
def test_each_style_rule_can_be_broken_alone(rule, old, new):
    assert old in GOOD
    kept = house_style.style(GOOD.replace(old, new), ROW)
    assert [name for name, right in kept.items() if not right] == [rule]


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("customer", "Ada I. Holm,", "Ada Holm,"),
        ("product", "Velora", "Velara"),
        ("order_id", "XF33214", "XF33241"),
        ("order_id", "order XF33214", "orders XF33214 and AB12345"),
        ("desk", "repair desk", "billing desk"),
        ("pace", "today", "within a week"),
    ],
)
def test_each_content_rule_can_be_broken_alone(rule, old, new):
    assert old in GOOD
    kept = house_style.content(GOOD.replace(old, new), ROW)
    assert [name for name, right in kept.items() if not right] == [rule]


def test_an_unsigned_mail_without_an_order_asks_for_neither():
    row = {**ROW, "customer": None, "order_id": None}
    reply = GOOD.replace("Hello Ada I. Holm,", "Hello,").replace("order XF33214", "it")
    assert all(house_style.content(reply, row).values())
    assert not house_style.content(GOOD, row)["customer"]
    assert not house_style.content(GOOD, row)["order_id"]


@pytest.mark.parametrize("reply", ["", "\n", "Hello", "Kind regards\nThe Service Desk"])
def test_broken_replies_are_scored_and_do_not_raise(reply):
    assert set(house_style.style(reply, ROW)) == set(house_style.STYLE_RULES)
    assert not all(house_style.content(reply, ROW).values())
