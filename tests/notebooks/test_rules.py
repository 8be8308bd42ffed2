"""The rules that every committed notebook keeps. Running them is `make lessons`."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(path for path in ROOT.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
CODE_LINES, TEXT_LINES = 30, 40  # the longest cells: a method by hand takes up to thirty lines
MOST_CELLS = {"90-your-own-data": 15}

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.relative_to(ROOT).as_posix())


def test_there_are_notebooks():
    assert NOTEBOOKS, f"no notebooks under {ROOT}"


def test_numbers_are_two_digits_and_used_once():
    names = [path.stem for path in NOTEBOOKS if path.parent == ROOT]
    wrong = [name for name in names if not re.fullmatch(r"\d\d-[a-z0-9]+(-[a-z0-9]+)*", name)]
    assert not wrong
    numbers = [name[:2] for name in names]
    assert len(numbers) == len(set(numbers))


@every_notebook
def test_is_valid_and_carries_no_outputs(path):
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    kept = [
        index
        for index, cell in enumerate(book.cells)
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None)
    ]
    assert not kept, f"cells with outputs or numbers: {kept}; use Edit, Clear Outputs of All Cells, and save"
    assert "widgets" not in book.metadata, "saved widget state: clear the outputs and save"


@every_notebook
def test_runs_in_any_python_kernel(path):
    assert nbformat.read(path, as_version=4).metadata.kernelspec.name == "python3"


@every_notebook
def test_cells_are_short(path):
    book = nbformat.read(path, as_version=4)
    limits = {"code": CODE_LINES, "markdown": TEXT_LINES}
    long = {
        index: lines
        for index, cell in enumerate(book.cells)
        if (lines := len(cell.source.splitlines())) > limits.get(cell.cell_type, 0)
    }
    assert not long, f"cells (from 0) with so many lines: {long}"
    assert not [index for index, cell in enumerate(book.cells) if not cell.source.strip()], "an empty cell"
    assert len(book.cells) <= MOST_CELLS.get(path.stem, 80)


@every_notebook
def test_begins_with_its_title_and_asserts_what_it_claims(path):
    book = nbformat.read(path, as_version=4)
    first = book.cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    code = "\n".join(cell.source for cell in book.cells if cell.cell_type == "code")
    assert re.search(r"^\s*(assert |.*\bcheck\w*\()", code, re.MULTILINE), "nothing in it can fail"


@every_notebook
def test_names_no_path_of_one_machine(path):
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"[\"' (](/(?:home|root|work|tmp|Users)/[^\"' )\\]*)", text)
