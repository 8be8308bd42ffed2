"""When references are labels."""

import pytest

from workbench.errors import InvalidInputError
from workbench.metrics.labels import label_accuracy, labels_of, look_like_labels


def test_the_frequent_come_first():
    assert labels_of(["no", " yes", "yes", "maybe", "yes\n", "no"]) == ["yes", "no", "maybe"]


@pytest.mark.parametrize(
    ("references", "message"),
    [
        (["yes", '{"a": 1}'], r"row 1 is '\{\"a\": 1\}'"),
        (["yes", "a\nb"], "row 1 is"),
        (["", "yes"], "row 0 is ''"),
        (["x" * 61], "row 0 is 'x+…'"),
        ([f"text {n}" for n in range(60)], "60 references have 60 different ones, more than 50"),
    ],
)
def test_what_is_no_label_is_said(references, message):
    with pytest.raises(InvalidInputError, match=message):
        labels_of(references)
    assert not look_like_labels(references)


def test_references_are_taken_for_labels_when_they_come_again():
    assert look_like_labels(["yes", "no"] * 5)
    assert look_like_labels(["1", "2", "3"] * 5)
    assert not look_like_labels(["yes", "no"] * 4), "eight rows may be anything"
    assert not look_like_labels(["yes"] * 50), "one label tells nothing apart"
    assert not look_like_labels([])


def test_a_label_with_anything_around_it_is_wrong():
    assert label_accuracy(" billing\n", "billing")
    assert not label_accuracy("billing.", "billing")
    assert not label_accuracy("Billing", "billing")
