"""Lengths counted into bars: nothing lost, and the figures are rows of the data."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.histogram import column_lengths, histogram


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=200), st.integers(1, 40))
def test_every_row_is_in_exactly_one_bar(lengths, bars):
    drawn = histogram(lengths, title="prompt", unit="characters", bars=bars)

    assert sum(drawn.counts) == len(lengths) == drawn.rows
    assert len(drawn.counts) == len(drawn.edges) - 1 <= bars + 1
    assert drawn.largest == max(lengths)
    assert drawn.beyond == (max(lengths) >= drawn.edges[-1])
    for left, right, count in zip(drawn.edges[:-2], drawn.edges[1:-1], drawn.counts[:-1], strict=True):
        assert count == sum(left <= length < right for length in lengths)


@given(st.lists(st.integers(0, 500), min_size=1, max_size=60))
def test_the_named_shares_of_rows_stay_within_the_figures(lengths):
    drawn = histogram(lengths, title="prompt", unit="characters")

    for share, figure in ((0.5, drawn.median), (0.95, drawn.p95)):
        assert figure in lengths
        assert np.mean(np.asarray(lengths) <= figure) >= share
        assert np.mean(np.asarray(lengths) < figure) < share


def test_one_long_row_does_not_flatten_the_others():
    drawn = histogram([*range(100), 40_000], title="prompt", unit="characters")

    assert drawn.edges[-1] <= 110
    assert drawn.beyond
    assert drawn.counts[-1] >= 1


def test_one_long_row_among_few_does_not_either():
    drawn = histogram([*range(40), 1_000_000], title="prompt", unit="characters")

    assert drawn.edges[-1] <= 50
    assert drawn.largest == 1_000_000


def test_rows_beyond_a_limit_are_counted():
    drawn = histogram([1, 8, 9, 10], title="row", unit="tokens", limit=8)

    assert (drawn.limit, drawn.over) == (8, 2)


def test_no_rows_is_refused():
    with pytest.raises(ValueError, match="at least one row"):
        histogram([], title="prompt", unit="characters")


def test_lengths_of_text_count_characters_and_null_as_none():
    column = pa.chunked_array([["ab", "שלום"], [None, "👩"]])

    assert column_lengths(column).tolist() == [2, 4, 0, 1]


def test_lengths_of_messages_add_their_contents_also_in_a_slice():
    turns = [
        [{"role": "user", "content": "abc"}, {"role": "assistant", "content": "de"}],
        [],
        None,
        [{"role": "user", "content": None}],
    ]
    column = pa.chunked_array([pa.array(turns)])

    assert column_lengths(column).tolist() == [5, 0, 0, 0]
    assert column_lengths(column.slice(1)).tolist() == [0, 0, 0]
    assert column_lengths(column, lambda texts: [1 for _ in texts]).tolist() == [2, 0, 0, 1]


def test_lengths_can_be_measured_in_anything():
    column = pa.chunked_array([["one two", None, "three"]])

    assert column_lengths(column, lambda texts: [len(text.split()) for text in texts]).tolist() == [2, 0, 1]
