"""A pytest file that holds answers to a schema, to be kept in a repository of one's own: it needs no workbench."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidInputError
from workbench.metrics.json_schema import Schema

if TYPE_CHECKING:
    from workbench.evaluation.report import Report

__all__ = ["write"]

_FILE = '''"""Are all answers one JSON value that fits the schema? Written by finetune-workbench from an evaluation.

Needs pytest and jsonschema. The answers are those of the evaluation: to test what runs today, let `answers` ask it.
"""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

SYSTEM = {system}
DATASET = {dataset}
HERE = Path(__file__).parent
SCHEMA = json.loads((HERE / {schema_file}).read_text(encoding="utf-8"))


def answers():
    """Return dicts with `row`, `prompt` and `answer`."""
    lines = (HERE / {answers_file}).read_text(encoding="utf-8").split("\\n")
    return [json.loads(line) for line in lines if line]


def strict(text):
    """Parse one JSON value with nothing around it, no key twice and no NaN."""

    def once(pairs):
        keys = [key for key, _ in pairs]
        assert len(set(keys)) == len(keys), f"a key is given twice: {{keys}}"
        return dict(pairs)

    def never(name):
        raise ValueError(f"{{name}} is no JSON")

    return json.loads(text, object_pairs_hook=once, parse_constant=never)


ANSWERS = answers()


def test_schema_is_valid():
    Draft202012Validator.check_schema(SCHEMA)


def test_there_are_answers():
    assert ANSWERS


@pytest.mark.parametrize("row", ANSWERS, ids=[str(row["row"]) for row in ANSWERS])
def test_answer_fits_the_schema(row):
    try:
        value = strict(row["answer"])
    except ValueError as error:
        pytest.fail(f"no JSON: {{error}}: {{row['answer']!r}}")
    problems = [f"{{error.json_path}}: {{error.message}}" for error in Draft202012Validator(SCHEMA).iter_errors(value)]
    assert not problems, row["answer"]
'''


def write(report: Report, path: str | os.PathLike[str], system: str, schema: Any = None) -> list[Path]:
    """Write the test file, and beside it the schema and the system's answers; existing ones are written anew.

    Parameters
    ----------
    path
        Of the test file, ``test_….py``. The other two are called ``test_….schema.json`` and ``test_….answers.jsonl``.
    system
        The name of the system whose answers are taken.
    schema
        A JSON Schema or pydantic model; by default the one the system was held to. Of a model its JSON schema is kept,
        which its own validators are no part of.

    Returns
    -------
    list of Path
        The three files.

    Raises
    ------
    InvalidInputError
        When pytest would not find the file, there is no schema, or the report has no answers.
    """
    target = Path(path).expanduser()
    if target.suffix != ".py" or not target.name.startswith("test_"):
        raise InvalidInputError(f"pytest looks for files called test_….py, got {target.name!r}. Name it so.")
    if schema is None:
        schema = report.systems[system].get("schema")
    if schema is None:
        raise InvalidInputError(f"{system} was not held to a schema. Say which one its answers must fit: schema=.")
    if not report.answers:
        raise InvalidInputError("The report has no answers: its texts were only scored.")
    files = [target, target.with_suffix(".schema.json"), target.with_suffix(".answers.jsonl")]
    rows = zip(report.row_numbers, report.prompts, report.answers[system], strict=True)
    lines = [json.dumps({"row": row, "prompt": prompt, "answer": said.text}) for row, prompt, said in rows if said.came]
    names = {"system": system, "dataset": report.dataset["name"]}
    names |= {"schema_file": files[1].name, "answers_file": files[2].name}
    code = _FILE.format(**{name: json.dumps(value) for name, value in names.items()})  # Python reads them alike
    texts = [code, json.dumps(Schema(schema).data, indent=2, ensure_ascii=False) + "\n", "\n".join(lines) + "\n"]
    target.parent.mkdir(parents=True, exist_ok=True)
    for file, text in zip(files, texts, strict=True):
        file.write_text(text, encoding="utf-8")
    return files
