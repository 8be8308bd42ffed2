"""Notebook 90 on a file as people have them: 3,000 rows of CSV, columns of other names, faults in one of them."""

from __future__ import annotations

import csv
import random
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from workbench.bundled.make import phrases_train, tickets

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "90-your-own-data.ipynb"
ROWS, EMPTY, ODD = 3_000, 40, 12


def faulty_csv(path: Path) -> None:
    """Mails and their records; some records are missing, and some are no record at all."""
    rng = random.Random(11)
    faults = rng.sample(range(ROWS), EMPTY + ODD)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["received", "mail", "record"])
        for number in range(ROWS):
            row = tickets.row(rng, phrases_train, "train", f"{number}")
            record = row["completion"]
            if number in faults[:EMPTY]:
                record = ""
            elif number in faults[EMPTY:]:
                record = f"{rng.random():.3f}"
            writer.writerow([f"2026-{number % 12 + 1:02d}-01", row["prompt"], record])


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_faulty_csv_gets_its_faults_named_and_a_verdict(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "runs"))
    faulty_csv(tmp_path / "mails.csv")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    settings = next(cell for cell in notebook.cells if cell.source.startswith("DATA ="))
    for name, value in (
        ("DATA", str(tmp_path / "mails.csv")),
        ("COLUMNS", {"prompt": "mail", "completion": "record"}),
        ("PRICE_PER_HOUR", 2.0),
    ):
        settings.source, changed = re.subn(rf"^{name} = .*$", f"{name} = {value!r}", settings.source, flags=re.M)
        assert changed == 1, name
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()

    said = {cell.source: "\n".join(map(text_of, cell.outputs)) for cell in notebook.cells if cell.cell_type == "code"}
    checks = next(text for source, text in said.items() if "ds.check()" in source)
    assert "2,700 train, 150 validation, 150 test rows of prompt_completion" in checks
    assert sum(map(int, re.findall(r"(\d+) x empty answer", checks))) == EMPTY
    verdict = next(text for source, text in said.items() if source.startswith("verdict("))
    assert re.search(r"95 % interval [\d.−-]+ to [\d.−-]+", verdict), verdict
    assert "minute" in verdict


def text_of(output: nbformat.NotebookNode) -> str:
    """What an output shows, as text."""
    shown = output.get("data", {})
    return output.get("text") or shown.get("text/markdown") or shown.get("text/plain", "")
