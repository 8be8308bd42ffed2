"""Scores of answers: what counts as right, and what does not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InvalidInputError
from workbench.metrics import (
    METRICS,
    Metric,
    as_metric,
    exact_match,
    field_accuracy,
    fields_right,
    leaves,
    record_match,
    text_match,
    token_f1,
    values_right,
)

RECORD = '{"category": "billing", "order_id": "XF33214", "customer": null}'
FOR_ANY_DATA = [metric for name, metric in METRICS.items() if not name.startswith(("house_", "gold_"))]
leaf = st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=2)
record = st.dictionaries(st.text("abc", min_size=1, max_size=2), leaf, min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("answer", "reference", "right"),
    [
        ("billing\n", " billing", True),
        ("Billing", "billing", False),
        ("two  words", "two words", False),
        (' {"a": 1}', '{"a": 1}', True),
        ('{"b": [1, 2], "a": 1}', '{"a": 1, "b": [1, 2]}', True),
        ('{"a": 1} ok', '{"a": 1}', False),
        ('{"a": 1, "b": 2}', '{"a": 1}', False),
        ('{"a": "1"}', '{"a": 1}', False),
        ("1.0", "1", False),  # a word that happens to be a number is compared as text
    ],
)
def test_exact_match(answer, reference, right):
    assert exact_match(answer, reference) is right


@given(record, st.randoms())
def test_the_order_of_keys_is_free_and_nothing_else(fields, random):
    items = list(fields.items())
    random.shuffle(items)
    answer, reference = json.dumps(dict(items)), json.dumps(fields)
    assert exact_match(answer, reference)
    assert field_accuracy(answer, reference) == values_right(answer, reference) == 1

    key, value = random.choice(items)
    changed = json.dumps(fields | {key: [value]})
    assert not record_match(changed, reference)
    assert field_accuracy(changed, reference) == pytest.approx(1 - 1 / len(fields))


def test_fields_are_judged_one_by_one():
    reference = '{"id": 7, "who": {"name": "Bo", "age": null}, "tags": ["a", "b"], "more": {}}'
    answer = '{"tags": ["b", "a"], "who": {"name": "Bo"}, "id": 7.0, "more": {}, "extra": 1}'

    assert fields_right(answer, reference) == {
        "id": True, "who.name": True, "who.age": False, "tags": False, "more": True,
    }  # fmt: skip
    assert field_accuracy(answer, reference) == pytest.approx(3 / 5)
    assert not any(fields_right(f"Here: {answer}", reference).values())
    assert not any(fields_right("[1]", reference).values())


@pytest.mark.parametrize(
    ("answer", "share"),
    [
        ('Card: {"cate": "billing", "order": "XF33214", "x": null}. Next: {"cate": "account"}', 1),
        ('["billing", "billing", null]', 2 / 3),
        ("billing XF33214", 0),
        ('{"a": {"b": ["XF33214"]', 1 / 3),  # cut off, but the list in it is whole
        ("", 0),
        ("[" * 600 + '"billing"' + "]" * 600, 1 / 3),
        ("[" * 5000, 0),
    ],
)
def test_values_count_under_any_key(answer, share):
    assert values_right(answer, RECORD) == pytest.approx(share)


def test_a_value_is_needed_as_often_as_the_reference_has_it():
    assert values_right('{"a": 1, "b": true}', '{"x": 1, "y": 1}') == 0.5


@given(st.lists(leaf, max_size=6))
def test_leaves_come_in_order(values):
    nested = {"a": values[:2], "b": {"c": [values[2:4], *values[4:]]}}
    assert leaves(nested) == values


def test_an_empty_record_asks_for_an_empty_record():
    assert field_accuracy("{}", "{}") == values_right("{}", "{}") == 1
    assert field_accuracy('{"a": 1}', "{}") == values_right("nothing", "{}") == 0


@pytest.mark.parametrize("function", [record_match, field_accuracy, values_right, fields_right])
def test_a_reference_that_is_no_json_is_refused_not_scored_zero(function):
    with pytest.raises(InvalidInputError, match=r"not JSON.*'billing'"):
        function("billing", "billing")


@pytest.mark.parametrize(
    ("name", "references"),
    [("record_match", ["1", "x"]), ("values_right", ["1", "x"]), ("field_accuracy", ["{}", "[1]"])],
)
def test_references_of_the_wrong_shape_are_named_with_their_row(name, references):
    with pytest.raises(InvalidInputError, match=r"^Row 1: "):
        METRICS[name].check(references)
    METRICS[name].check(references[:1])


def test_fields_need_an_object():
    with pytest.raises(InvalidInputError, match="JSON objects"):
        fields_right("[1]", "[1]")


@given(st.lists(st.sampled_from("abcd"), max_size=8), st.lists(st.sampled_from("abcd"), max_size=8))
def test_token_f1_is_the_harmonic_mean_of_precision_and_recall(found, wanted):
    shared = sum(min(found.count(word), wanted.count(word)) for word in "abcd")
    precision = shared / len(found) if found else 0
    recall = shared / len(wanted) if wanted else 0
    expected = 2 * precision * recall / (precision + recall) if shared else float(not found and not wanted)

    assert token_f1(" ".join(found), " ".join(wanted)) == pytest.approx(expected)


def test_words_of_token_f1():
    assert token_f1("It cost 12.50, DON'T worry", "it cost 12.50 don't worry!") == 1
    assert token_f1("12.50", "12.60") == 0
    assert token_f1("?", "!") == 0


@given(st.text(), st.text())
def test_every_metric_stays_in_its_span(answer, text):
    references = [json.dumps({"a": text, "b": {"c": answer}}), *([text] if text.strip() else [])]
    for metric in FOR_ANY_DATA:
        for reference in references:
            try:
                score = metric.score(answer, reference=reference)
            except InvalidInputError:
                assert metric.name in ("record_match", "field_accuracy", "values_right")
                continue
            low, high = metric.span
            assert low <= score <= high if score is not None else metric.name.startswith("rouge")
            assert metric.kind == "mean" or score in (0, 1)


def test_the_reference_itself_scores_full_marks():
    for metric in FOR_ANY_DATA:
        assert metric.score(RECORD, reference=RECORD) == 1
        assert METRICS[metric.name] is metric
    assert all(metric.sentence.endswith(".") for metric in METRICS.values())


def test_the_house_rules_are_metrics_of_a_reply_and_its_row():
    row = {"category": "defect", "priority": "high", "customer": "Ada", "product": None, "order_id": None}
    reply = (
        "Hello Ada,\nThank you for writing.\nWe are sorry!\n"
        "Next step: our repair desk will answer you today.\nKind regards\nThe Service Desk"
    )
    names = [name for name in METRICS if name.startswith("house_")]

    scores = {name: METRICS[name].score(reply, row=row) for name in names}

    assert scores.pop("house_style") == pytest.approx(7 / 8)
    assert [name for name, score in scores.items() if score != 1] == ["house_style.no_exclamation"]
    assert METRICS["house_content"].score(reply.replace("repair", "billing"), row=row) == pytest.approx(4 / 5)
    assert METRICS["house_style.greeting"].needs == ("row",)
    with pytest.raises(InvalidInputError, match="support-desk/replies; this row has none"):
        METRICS["house_content.desk"].score(reply)


def test_a_function_is_a_metric():
    def short_enough(answer, prompt, limit=5):
        """Whether the answer is shorter than the question."""
        return len(answer) < len(prompt)

    metric = as_metric(short_enough)

    assert (metric.name, metric.title, metric.needs) == ("short_enough", "Short enough", ("prompt",))
    assert metric.sentence == "Whether the answer is shorter than the question."
    assert metric.score("ab", prompt="abc") == 1
    assert as_metric("token_f1") is METRICS["token_f1"]
    assert as_metric(metric) is metric
    assert as_metric(lambda answer: None).score("x") is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("exact_mach", "did you mean 'exact_match'"),
        (3, "got 3"),
        (lambda a, b: 1, "named reference, prompt and row"),
        (lambda: 1, "first parameter is the answer"),
    ],
)
def test_what_is_no_metric_is_refused(given, message):
    with pytest.raises(InvalidInputError, match=message):
        as_metric(given)


@pytest.mark.parametrize("returned", [float("nan"), float("inf"), "good", [1]])
def test_a_score_must_be_a_finite_number(returned):
    metric = Metric("m", "M", "A metric.", lambda answer: returned, "mean")

    with pytest.raises(InvalidInputError, match="finite number"):
        metric.score("x")


def test_a_missing_reference_is_said_not_scored():
    with pytest.raises(InvalidInputError, match="has none"):
        METRICS["exact_match"].score("x")


def test_text_match_ignores_only_the_ends():
    assert text_match("\n a b \t", "a b")
    assert not text_match("a\nb", "a b")
