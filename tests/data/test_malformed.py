"""Files as they should not be: each gives an error that names the place, or its rows are set aside and counted.

Every case is written plain and in each kind of compression, so that more than 300 files are read.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from workbench.data import streams

GOOD = '{"prompt": "a", "completion": "b"}'
ROW = {"prompt": "a", "completion": "b"}


def zst(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return sink.getvalue().to_pybytes()


PACK = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zst}

# name, content, what the error must name, rows that bad_rows="set_aside" keeps
ROWS = [
    ("cut off.jsonl", f'{GOOD}\n{GOOD}\n{{"prompt": "a", "compl', ["line 3", "not valid JSON", '"compl'], 2),
    ("comma.jsonl", f"{GOOD},\n{GOOD}\n", ["line 1", "Extra data"], 1),
    ("single quotes.jsonl", f"{GOOD}\n{{'prompt': 'a'}}\n", ["line 2", "'prompt'"], 1),
    ("bare words.jsonl", f"{GOOD}\nprompt: a\n", ["line 2", "prompt: a"], 1),
    ("a list.jsonl", f"{GOOD}\n[1, 2]\n", ["line 2", "must be an object", "[1, 2]"], 1),
    ("a number.jsonl", f"7\n{GOOD}\n", ["line 1", "must be an object", "7"], 1),
    ("a text.jsonl", f'"a"\n{GOOD}\n', ["line 1", "must be an object"], 1),
    ("null.jsonl", f"null\n{GOOD}\n", ["line 1", "must be an object", "null"], 1),
    ("two in a line.jsonl", f"{GOOD} {GOOD}\n{GOOD}\n", ["line 1", "Extra data"], 1),
    ("no comma.jsonl", f'{GOOD}\n{{"prompt": "a" "completion": "b"}}\n', ["line 2", "not valid JSON"], 1),
    ("open text.jsonl", f'{GOOD}\n{{"prompt": "a\n{GOOD}\n', ["line 2", "Invalid control character"], 2),
    ("tab inside.jsonl", f'{GOOD}\n{{"prompt": "a\tb", "completion": "c"}}\n', ["line 2", "control character"], 1),
    ("zero byte.jsonl", f'{GOOD}\n{{"prompt": "a\0", "completion": "c"}}\n', ["line 2", "control character"], 1),
    ("bad escape.jsonl", f'{GOOD}\n{{"prompt": "\\x", "completion": "c"}}\n', ["line 2", "escape"], 1),
    ("deep.jsonl", GOOD + '\n{"prompt": ' + "[" * 100_000 + "\n", ["line 2", "nested too deeply"], 1),
    ("long number.jsonl", f'{GOOD}\n{{"prompt": {"9" * 5000}}}\n', ["line 2", "not valid JSON"], 1),
    ("half a pair.jsonl", f'{GOOD}\n{{"prompt": "\\ud83d", "completion": "b"}}\n',
     ["line 2", "'prompt'", "U+D83D"], 1),
    ("half a pair elsewhere.jsonl", f'{GOOD}\n{{"prompt": "a", "completion": "b", "x": ["\\udc00"]}}\n',
     ["line 2", "'x'", "U+DC00"], 1),
    ("half a pair in a name.jsonl", f'{GOOD}\n{{"prompt": "a", "completion": "b", "\\udc00": 1}}\n', ["line 2"], 1),
    ("latin.jsonl", GOOD.encode() + b'\n{"prompt": "caf\xe9", "completion": "b"}\n', ["line 2", "0xe9", "UTF-8"], 1),
    ("cut character.jsonl", GOOD.encode() + b'\n{"prompt": "\xe2\x82", "completion": "b"}\n', ["line 2", "0xe2"], 1),
    ("second mark.jsonl", f"{GOOD}\n\ufeff{GOOD}\n", ["line 2", "not valid JSON"], 1),
    ("missing.jsonl", f'{GOOD}\n{{"prompt": "a"}}\n', ["line 2", "'completion'", "is missing"], 1),
    ("null inside.jsonl", f'{GOOD}\n{{"prompt": null, "completion": "b"}}\n', ["line 2", "'prompt'", "missing"], 1),
    ("number inside.jsonl", f'{GOOD}\n{{"prompt": "a", "completion": 5}}\n', ["line 2", "'completion'", "5 (int)"], 1),
    ("list inside.jsonl", f'{GOOD}\n{{"prompt": "a", "completion": ["b"]}}\n', ["line 2", "(list)"], 1),
    ("object inside.jsonl", f'{GOOD}\n{{"prompt": {{"x": null}}, "completion": "b"}}\n', ["line 2", "(dict)"], 1),
    ("nothing in it.jsonl", f"{GOOD}\n{{}}\n", ["line 2", "is missing"], 1),
    ("other layout.jsonl", f'{GOOD}\n{{"messages": [{{"role": "user", "content": "a"}}]}}\n',
     ["line 2", "looks like messages", "mixes layouts", "1 as messages"], 1),
    ("other names.jsonl", f'{GOOD}\n{{"instruction": "a", "output": "b"}}\n', ["line 2", "looks like alpaca"], 1),
    ("null turns.jsonl", '{"messages": [{"role": "user", "content": "a"}]}\n{"messages": [null]}\n',
     ["line 2", "'messages'", "message 0", "None"], 1),
    ("null content.jsonl",
     '{"messages": [{"role": "user", "content": "a"}]}\n{"messages": [{"role": "user", "content": null}]}\n',
     ["line 2", "'messages'", "content must be text"], 1),
    ("role a list.jsonl",
     '{"messages": [{"role": "user", "content": "a"}]}\n{"messages": [{"role": ["user"], "content": "a"}]}\n',
     ["line 2", "'messages'", "role ['user']"], 1),
    ("call no JSON.jsonl",
     '{"conversations": [{"from": "human", "value": "a"}]}\n'
     '{"conversations": [{"from": "human", "value": "a"}, {"from": "function_call", "value": "look"}]}\n',
     ["line 2", "'conversations'", "message 1", "name and arguments"], 1),
    ("label a word.jsonl", '{"prompt": "a", "completion": "b", "label": true}\n'
     '{"prompt": "a", "completion": "b", "label": "perhaps"}\n', ["line 2", "'label'", "'perhaps'"], 1),
    ("ragged.csv", "prompt,completion\na,b\na,b,c\na\na,b\n",
     ["row 2 (line 3)", "3 fields", "row 3 (line 4)", "1 fields", "double quotes"], 2),
    ("open quote.csv", 'prompt,completion\na,b\na,"b\nc,d\n', ["row 2 (line 3)", "up to line 4", "quote left open"], 1),
    ("after quote.csv", 'prompt,completion\na,"b"c\na,b\n', ["row 1 (line 2)", "quote"], 1),
    ("latin.csv", b"prompt,completion\na,b\n\xfc,c\n", ["row 2 (line 3)", "0xfc", "UTF-8"], 1),
    ("latin in quotes.csv", b'prompt,completion\n"a\n\xfc",c\na,b\n', ["row 1 (line 3)", "0xfc"], 1),
    ("ragged.tsv", "prompt\tcompletion\na\tb\na\n", ["row 2 (line 3)", "1 fields where the header has 2"], 1),
    ("latin.txt", b"one\n\ntw\xf6\n", ["block 2", "0xf6", "UTF-8"], 1),
    ("a number.json", f"[{GOOD}, 4]", ["row 2", "must be an object", "got 4"], 1),
    ("null.json", f"[{GOOD}, null]", ["row 2", "must be an object", "None"], 1),
    ("missing.json", f'[{GOOD}, {{"prompt": "a"}}]', ["row 2", "'completion'", "is missing"], 1),
]  # fmt: skip

# name, content, what the error must name
WHOLE = [
    ("nothing.jsonl", "", ["empty"]),
    ("line feeds.jsonl", "\n\n\n", ["no rows"]),
    ("spaces.jsonl", "  \n\t\n", ["no rows"]),
    ("marked.jsonl", "\ufeff", ["no rows"]),
    ("binary.jsonl", bytes(range(256)) * 4, ["zero bytes", "no text"]),
    ("utf-16 unmarked.jsonl", GOOD.encode("utf-16-le"), ["zero bytes", "UTF-16 without a byte order mark"]),
    ("half utf-16.jsonl", (GOOD + "\n").encode("utf-16")[:-1], ["UTF-16"]),
    ("no utf-32.jsonl", b"\xff\xfe\0\0abcdefgh", ["UTF-32"]),
    ("no object.json", '{"a": ', ["not valid JSON"]),
    ("cut off.json", f"[{GOOD}, {{", ["not valid JSON"]),
    ("deep.json", "[" * 100_000, ["nested too deeply"]),
    ("text.json", '"a"', ["list of objects"]),
    ("no rows.json", "[]", ["list is empty"]),
    ("latin.json", b'[{"prompt": "\xe9", "completion": "b"}]', ["line 1", "0xe9", "UTF-8"]),
    ("columns of unequal length.json", '{"prompt": ["a", "b"], "completion": ["c"]}', ["row 1", "prompt"]),
    ("header only.csv", "prompt,completion\n", ["no rows"]),
    ("header twice.csv", "prompt,prompt\na,b\n", ["'prompt' more than once"]),
    ("header latin.csv", b"pr\xf6mpt,completion\na,b\n", ["line 1", "0xf6"]),
    ("blank.csv", "\n\n", ["no rows"]),
    ("no layout.csv", "x,y\na,b\n", ["'x', 'y'", "fit no layout"]),
    ("no layout.jsonl", '{"x": "a", "y": "b"}\n', ["'x', 'y'", "fit no layout"]),
    ("blank.txt", " \n\t\n", ["white space"]),
    ("all bad.jsonl", "a\nb\nc\nd\ne\nf\ng\n", ["line 1", "line 5", "... and 2 more", "7 row(s)"]),
]  # fmt: skip

EVERY = [(name, kind) for name, *_ in [*ROWS, *WHOLE] for kind in PACK if not (name == "nothing.jsonl" and kind)]


def test_there_are_enough_of_them():
    assert len(EVERY) == len(set(EVERY)) >= 200


def write(folder, name, content, kind):
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    path = folder / f"{name}{kind}"
    path.write_bytes(PACK[kind](data))
    return path


def refused(path, needles, **how):
    with pytest.raises(wb.DatasetError) as caught:
        wb.load_dataset(path, split={}, **how)
    for needle in (str(path), *needles):
        assert needle in str(caught.value)
    return str(caught.value)


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize(("name", "content", "needles", "kept"), ROWS, ids=[case[0] for case in ROWS])
def test_a_faulty_row_is_named_or_set_aside(name, content, needles, kept, kind, tmp_path):
    path = write(tmp_path, name, content, kind)
    said = refused(path, needles)
    assert 'bad_rows="set_aside"' in said
    assert not (tmp_path / "home").exists()
    ds = wb.load_dataset(path, split={}, bad_rows="set_aside")
    assert len(ds) == kept
    aside = [json.loads(line) for line in ds.set_aside.path.read_text().splitlines()]
    assert len(aside) == ds.set_aside.count == said.count(f"{path}, ")
    assert all(record["message"] in said and record["place"].startswith(str(path)) for record in aside)
    assert any(f"{ds.set_aside.count:,} row" in note and str(ds.set_aside.path) in note for note in ds.notes)


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize(("name", "content", "needles"), WHOLE, ids=[case[0] for case in WHOLE])
def test_a_file_without_rows_is_named(name, content, needles, kind, tmp_path):
    path = write(tmp_path, name, content, kind)
    refused(path, ["is empty" if name == "nothing.jsonl" and not kind else ""] if not content else needles)
    refused(path, [], bad_rows="set_aside")
    assert not list((tmp_path / "home").rglob(".*"))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_line_is_lost_whatever_bytes_it_has(tmp_path_factory, data):
    """Every line that is not blank becomes a row or is set aside."""
    any_line = st.one_of(
        st.just(GOOD.encode()),
        st.binary(max_size=12),
        st.integers(0, len(GOOD)).map(lambda at: GOOD.encode()[:at]),
        st.integers(0, len(GOOD)).map(lambda at: GOOD.encode()[:at] + b"\xff" + GOOD.encode()[at:]),
        st.dictionaries(st.sampled_from(["prompt", "completion", "x"]), st.one_of(st.none(), st.integers(), st.text()))
        .map(lambda row: json.dumps(row).encode()),
    )  # fmt: skip
    lines = [GOOD.encode(), *(line.replace(b"\n", b"") for line in data.draw(st.lists(any_line, max_size=8)))]
    folder = tmp_path_factory.mktemp("lines")
    path = folder / "rows.jsonl"
    path.write_bytes(b"\n".join(lines))
    wanted = sum(not line.decode("utf-8", "surrogateescape").isspace() for line in lines if line)
    ds = wb.load_dataset(path, split={}, bad_rows="set_aside")
    assert len(ds) + (ds.set_aside.count if ds.set_aside else 0) == wanted
    assert ds[0] | ROW == ds[0]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["jsonl", "json", "csv", "tsv", "txt", "parquet"]), st.data())
def test_spoiled_files_give_rows_or_an_error_that_names_the_file(tmp_path_factory, kind, data):
    folder = tmp_path_factory.mktemp("spoiled")
    path = folder / f"rows.{kind}"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist([ROW] * 20), path)
    else:
        text = {"jsonl": f"{GOOD}\n" * 9, "json": json.dumps([ROW] * 9), "csv": 'prompt,completion\n"a",b\n' * 9,
                "tsv": "prompt\tcompletion\n" + "a\tb\n" * 9, "txt": "one\n\ntwo\n\nthree"}  # fmt: skip
        path.write_text(text[kind])
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(content) - 1)))
        what = data.draw(st.sampled_from(["cut", "change", "insert", "repeat"]))
        if what == "cut":
            content = content[:at]
        elif what == "repeat":
            content[at:at] = content[at : at + 20]
        else:
            content[at : at + (what == "change")] = data.draw(st.binary(min_size=1, max_size=3))
    path.write_bytes(bytes(content))
    try:
        ds, said = wb.load_dataset(path, split={}, bad_rows=data.draw(st.sampled_from(["refuse", "set_aside"]))), ""
    except wb.DatasetError as error:
        ds, said = None, str(error)
    assert str(path) in said if ds is None else len(list(ds)) == len(ds) > 0


@pytest.mark.parametrize("kind", [kind for kind in PACK if kind])
@pytest.mark.parametrize("how", ["cut off", "not packed", "garbage behind", "nothing"])
def test_archives_that_are_none(kind, how, tmp_path):
    packed = PACK[kind](f"{GOOD}\n".encode() * 5_000)
    data = {"cut off": packed[: len(packed) // 2], "not packed": GOOD.encode(), "garbage behind": packed + b"garbage",
            "nothing": b""}[how]  # fmt: skip
    path = tmp_path / f"rows.jsonl{kind}"
    path.write_bytes(data)
    if how == "garbage behind" and kind in (".xz", ".bz2"):
        assert len(wb.load_dataset(path, split={})) == 5_000  # as their own programs do
        return
    refused(path, ["empty" if how == "nothing" else "cannot be decompressed"])


@pytest.mark.parametrize("kind", [kind for kind in PACK if kind])
def test_an_archive_that_expands_without_end_is_refused(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(streams, "EXPANDED", 1 << 20)
    path = write(tmp_path, "rows.jsonl", f"{GOOD}\n" + " " * (3 << 20) + "\n", kind)
    refused(path, ["expands to more than", "WORKBENCH_MAX_EXPANSION"])
    monkeypatch.setenv("WORKBENCH_MAX_EXPANSION", "100000")
    assert len(wb.load_dataset(path, split={})) == 1
    monkeypatch.setenv("WORKBENCH_MAX_EXPANSION", "many")
    with pytest.raises(wb.DatasetError, match="whole number of at least 1, got 'many'"):
        wb.load_dataset(path)


def test_one_line_of_100_megabytes(tmp_path):
    path = tmp_path / "rows.jsonl"
    with path.open("w") as file:
        file.write(GOOD + '\n{"prompt": "' + "x" * 100_000_000 + f'", "completion": "b"}}\n{GOOD}\n')
    refused(path, ["line 2", "100,000,034 characters"])
    ds = wb.load_dataset(path, split={}, bad_rows="set_aside")
    assert (len(ds), ds.set_aside.count) == (2, 1)
    [record] = map(json.loads, ds.set_aside.path.read_text().splitlines())
    assert record["cut"]
    assert len(record["raw"]) == 1_000_000


def test_a_csv_that_is_one_endless_field(tmp_path, monkeypatch):
    monkeypatch.setattr("workbench.data.reading.MAX_LINE", 10_000)
    path = tmp_path / "rows.csv"
    path.write_text('prompt,completion\na,b\na,"' + "x\n" * 10_000)
    refused(path, ["line 3", "quote left open"])
