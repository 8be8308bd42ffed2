"""The strict parser: what it refuses, with which name, and where."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.metrics.strict_json import MAX_DEPTH, JsonError, find_error, is_container, parse, same_value

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(values, st.booleans(), st.sampled_from(["", " ", "\n", " \t\r\n"]))
def test_whatever_json_writes_is_read_back(value, ascii_only, space):
    text = space + json.dumps(value, ensure_ascii=ascii_only) + space

    assert same_value(parse(text), value)
    assert is_container(text) == isinstance(value, (dict, list))


@given(st.text('{}[]",:\\ntrue0123.eE- \nu', max_size=40))
def test_it_is_never_laxer_than_json_and_says_where(text):
    try:
        lenient = json.loads(text, parse_constant=lambda name: math.nan)
    except ValueError:
        lenient = None
    error = find_error(text)

    if error is None:
        assert same_value(parse(text), lenient)
    else:
        assert 0 <= error.position <= len(text)
        assert (error.line, error.column) == (text[: error.position].count("\n") + 1,
                                              len(text[: error.position].split("\n")[-1]) + 1)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind", "position"),
    [
        ("", "empty", 0),
        (" \n", "empty", 0),
        ('{"a": 1} {"a": 2}', "text around it", 9),
        ('{"a": 1}\n\nBest wishes', "text around it", 10),
        ('Sure! {"a": 1}', "text around it", 0),
        ('```json\n{"a": 1}\n```', "text around it", 0),
        ('{"a": 1', "cut off", 7),
        ('{"a": "XF33', "cut off", 6),
        ("[1, [2, 3]", "cut off", 10),
        ('{"a": 1, "b": 2, "a": 3}', "duplicate key", 17),
        ('{"a": {"k": "a", "k": 0}}', "duplicate key", 17),
        ('{"a": 1, "\\u0061": 2}', "duplicate key", 9),
        ('{"x": "\\"a\\": 1", "a": 1, "a": 2}', "duplicate key", 26),
        ('{"note": "NaN", "v": NaN}', "not a number", 21),
        ("[-Infinity]", "not a number", 1),
        ("[1, 1e999]", "not a number", 4),
        ("[" + "9" * 5000 + "]", "not a number", 1),
        (r'["\ud800"]', "broken text", 2),
        ('["a", "\ud800"]', "broken text", 7),
        ("[" * 101 + "]" * 101, "too deep", 100),
        ("[" * 100_000, "too deep", 100),
        ("category: billing", "not JSON", 0),
        ("{'a': 1}", "not JSON", 1),
        ('{"a": 1,}', "not JSON", 8),
        ("[01]", "not JSON", 2),
        ("\ufeff[1]", "text around it", 0),
        ("\u00a0[1]", "text around it", 0),
        ('["a\nb"]', "not JSON", 3),
        ("12 monkeys", "not JSON", 3),
        ("nul", "not JSON", 0),
    ],
)
def test_errors_have_a_kind_and_a_place(text, kind, position):
    with pytest.raises(JsonError) as caught:
        parse(text)

    assert (caught.value.kind, caught.value.position) == (kind, position)


def test_the_deepest_value_allowed_passes_every_walk():
    text = '{"a":' * MAX_DEPTH + "1" + "}" * MAX_DEPTH

    assert same_value(parse(text), parse(text))
    assert parse(json.dumps("[" * 500)) == "[" * 500  # brackets in a text are not nesting


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        ('{"a": 1, "b": [1, 2]}', '{"b": [1, 2], "a": 1.0}', True),
        ("[1, 2]", "[2, 1]", False),
        ('{"a": null}', "{}", False),
        ("[true]", "[1]", False),
        ("[0]", "[false]", False),
        ('["1"]', "[1]", False),
        ("[]", "{}", False),
        ('["e\\u0301"]', '["\\u00e9"]', False),
    ],
)
def test_equality_of_records(a, b, equal):
    assert same_value(parse(a), parse(b)) is equal
