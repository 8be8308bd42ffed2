"""The event log: whole lines only, strict JSON, and a resumed run counts each step once."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.runs.events import EventWriter, Tail, read_events

TEXT = st.text(alphabet=st.characters(), max_size=30)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=True, allow_infinity=True) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def write(path, *events, attempt=None):
    with EventWriter(path, attempt=attempt) as writer:
        for type, fields in events:
            writer.write(type, **fields)


def test_event_has_the_common_fields(tmp_path):
    write(tmp_path / "e", ("log", {"step": 1, "loss": 0.5}), attempt=3)
    (event,) = read_events(tmp_path / "e")
    assert list(event)[:5] == ["v", "seq", "time", "attempt", "type"]
    assert (event["v"], event["seq"], event["attempt"], event["type"], event["loss"]) == (1, 1, 3, "log", 0.5)


@settings(max_examples=60, deadline=None)
@given(values=st.lists(PLAIN, max_size=5))
def test_every_line_is_strict_json_and_comes_back(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("log") / "e"
    write(path, *(("note", {"text": value}) for value in values))

    def refuse(name):
        raise AssertionError(f"{name} is not JSON")

    for line in path.read_bytes().splitlines():
        json.loads(line, parse_constant=refuse)

    def plain(value):
        if isinstance(value, float) and not math.isfinite(value):
            return None
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        return [plain(item) for item in value] if isinstance(value, list) else value

    assert [event["text"] for event in read_events(path)] == [plain(value) for value in values]


def test_nan_and_infinity_are_null_and_named(tmp_path):
    write(tmp_path / "e", ("log", {"step": 1, "loss": math.nan, "grad_norm": math.inf, "deep": {"a": [1, -math.inf]}}))
    (event,) = read_events(tmp_path / "e")
    assert event["loss"] is None
    assert event["grad_norm"] is None
    assert event["deep"] == {"a": [1, None]}
    assert event["nonfinite"] == ["loss", "grad_norm", "deep.a.1"]


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 4), cut=st.integers(1, 60))
def test_torn_last_line_is_skipped_then_closed(tmp_path_factory, count, cut):
    path = tmp_path_factory.mktemp("log") / "e"
    write(path, *(("log", {"step": step, "loss": 0.1}) for step in range(count)))
    whole = path.read_bytes()
    last_line = whole.rstrip(b"\n").rfind(b"\n") + 1
    path.write_bytes(whole[: max(last_line, len(whole) - cut)])
    assert len(read_events(path)) == count - 1, "an unfinished line is no event yet"

    write(path, ("ended", {"status": "failed"}))
    events = read_events(path)
    assert events[-1]["type"] == "ended"
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1)), "no seq is used twice"
    assert len(events) == count + (cut == 1), "a line that lacked only its newline counts after all"


def test_writer_goes_on_counting_in_a_long_log(tmp_path):
    write(tmp_path / "e", *(("note", {"text": "x" * 50_000}) for _ in range(4)), attempt=2)
    with EventWriter(tmp_path / "e") as writer:
        assert (writer.seq, writer.attempt) == (4, 2)


def test_resumed_takes_back_later_points_and_nothing_else(tmp_path):
    path = tmp_path / "e"
    points = [("log", {"step": 5}), ("eval", {"step": 5}), ("command", {"id": "a"}), ("log", {"step": 10})]
    points += [("sample", {"step": 10}), ("checkpoint", {"step": 10}), ("answer", {"id": "b", "step": 10})]
    write(path, *points, ("resumed", {"step": 5, "from": "checkpoints/checkpoint-5"}), ("log", {"step": 10}))
    kept = [(event["type"], event.get("step"), event["seq"]) for event in read_events(path)]
    assert kept == [
        ("log", 5, 1),
        ("eval", 5, 2),
        ("command", None, 3),
        ("answer", 10, 7),
        ("resumed", 5, 8),
        ("log", 10, 9),
    ]
    assert [event["seq"] for event in read_events(path, after_seq=7)] == [8, 9]


def test_no_log_no_events(tmp_path):
    assert read_events(tmp_path / "none") == []
    assert Tail(tmp_path / "none").poll() == []


def test_tail_says_when_points_were_taken_back(tmp_path):
    path, tail = tmp_path / "e", Tail(tmp_path / "e")
    with EventWriter(path) as writer:
        writer.write("log", step=5)
        writer.write("log", step=10)
        assert [event["step"] for event in tail.poll()] == [5, 10]
        assert not tail.reset
        writer.write("resumed", step=10)
        assert [event["type"] for event in tail.poll()] == ["resumed"]
        assert not tail.reset, "nothing was taken back"
        writer.write("log", step=15)
        writer.write("resumed", step=5)
        writer.write("log", step=10)
        assert [event["type"] for event in tail.poll()] == ["resumed", "log"]
        assert tail.reset
        assert tail.poll() == []
        assert not tail.reset


@settings(max_examples=40, deadline=None)
@given(pieces=st.lists(st.integers(1, 120), max_size=12), after=st.integers(0, 6))
def test_tail_gives_what_the_reader_gives_however_the_bytes_arrive(tmp_path_factory, pieces, after):
    folder = tmp_path_factory.mktemp("log")
    write(folder / "whole", *(("log", {"step": step}) for step in range(6)))
    data, tail, seen = (folder / "whole").read_bytes(), Tail(folder / "e", after_seq=after), []
    for piece in [*pieces, len(data)]:
        with open(folder / "e", "ab") as file:
            file.write(data[:piece])
        data = data[piece:]
        seen += tail.poll()
    assert seen == read_events(folder / "whole", after_seq=after)


def test_write_that_the_disk_cuts_short_leaves_the_next_event_whole(tmp_path, monkeypatch):
    import os

    writer, real = EventWriter(tmp_path / "e"), os.write
    writer.write("log", step=1)
    room = iter([20])

    def full(file, data):
        taken = next(room, None)
        if taken is None:
            raise OSError(28, "No space left on device")
        return real(file, data[:taken])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        writer.write("log", step=2)
    monkeypatch.setattr(os, "write", real)
    writer.write("log", step=3)
    assert [(event["seq"], event["step"]) for event in read_events(tmp_path / "e")] == [(1, 1), (2, 3)]
