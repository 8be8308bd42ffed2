"""The process behind `influence`: gradients of all rows at every checkpoint, then one of the question.

python -m workbench.evaluation.influence.worker FOLDER ATTEMPT DEVICE LOCK_FILES
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import signal
import sys
from typing import Any

import yaml

from workbench.errors import InvalidInputError
from workbench.evaluation.influence.job import PLAN, RESULT
from workbench.evaluation.worker import Ended, Telling
from workbench.runs import attempt, processes
from workbench.runs.events import EventWriter
from workbench.runs.imports import absent
from workbench.runs.job import Folder, read_json, write_json

VERSION = 1  # of what the kept files hold


def main(argv: list[str]) -> None:
    """One attempt, and how it ended."""
    attempt.run(argv, rank)


def rank(folder: Folder, events: EventWriter, device: str) -> dict[str, Any]:
    """Everything from the plan to the ranking; returns status, reason and the last step."""
    from workbench.recipe import Recipe

    plan = read_json(folder.path / PLAN)
    if plan is None:
        raise InvalidInputError(f"{folder.path / PLAN} is missing or damaged. Ask anew.")
    events.write("started", pid=os.getpid(), supervisor_pid=os.getppid(), device=device)
    run = Folder(plan["run"])
    recipe = Recipe.from_yaml(run.recipe)
    tell = Telling(folder, events)
    signal.signal(signal.SIGTERM, lambda number, frame: tell.end("stopped", "ended from outside (SIGTERM)"))
    try:
        with absent(recipe.tuning.packages):
            found = _ranked(plan, run, recipe, tell)
    except Ended:
        return {"status": tell.status, "reason": tell.reason, "step": None}
    finally:
        tell.last()
    write_json(folder.path / RESULT, found)
    return {"status": "completed", "reason": None, "step": None}


def _ranked(plan: dict[str, Any], run: Folder, recipe: Any, tell: Telling) -> dict[str, Any]:
    import numpy as np
    import torch

    from workbench.data.rendering import Renderer
    from workbench.evaluation.influence import gradients, rankings
    from workbench.models.loading import load_model, load_tokenizer
    from workbench.models.resolve import resolve_model
    from workbench.models.shapes import shapes
    from workbench.objectives import row_limit
    from workbench.objectives.gate import encode_table

    torch.set_num_threads(processes.thread_count())
    dataset = recipe.load_dataset()
    ref = resolve_model(recipe.model_name)
    tokenizer = load_tokenizer(ref, trust_remote_code=recipe.trust_remote_code)
    renderer = Renderer(tokenizer, recipe.template)
    limit = row_limit(recipe, shapes(ref).positions)
    encoded = encode_table(recipe.objective, dataset.rows("train"), renderer, limit)
    dropped = set(encoded.dropped)
    numbers = [number for number in range(encoded.rows) if number not in dropped]
    question = _question(plan, recipe, dataset, renderer, limit)

    resolved = yaml.safe_load(run.resolved.read_text(encoding="utf-8"))["settings"]
    base = load_model(
        ref,
        resolved["weights_dtype"],
        attn_implementation=resolved["attn_implementation"],
        trust_remote_code=recipe.trust_remote_code,
        quantization=recipe.tuning.quantization(resolved["dtype"]),
        device=resolved["device"],
    )
    if recipe.tuning.quantization(resolved["dtype"]) is None:
        base = base.to(resolved["device"])
    rows, kept = gradients.table_hash(encoded.table), run.path / "gradients"
    total, counts = len(numbers) * (1 + len(plan["weights"])), {"done": 0, "computed": 0}

    def told(count: int, there: bool) -> None:
        counts["done"] += count
        counts["computed"] += 0 if there else count
        tell(counts["done"], total, recipe.model_name)

    # What knows nothing of the run: embeddings of the base model, and words.
    key = _key("embedding", rows, ref.content_hash())
    texts = rankings.texts(dataset, numbers)
    asked = rankings.question_text(plan["prompt"], plan["answer"])
    embedded = gradients.kept_rows(kept, key, encoded.table, lambda ids, _: gradients.embedding(base, ids), told)
    scores = {
        "embedding": _cosine(embedded, gradients.embedding(base, question.input_ids).numpy()),
        "bm25": rankings.bm25(texts, asked),
    }

    # TracIn
    traced = gradients.Traced(base, recipe, plan["dimensions"])
    rates = np.array([each["rate"] for each in plan["weights"]])
    shares = rates / rates.sum() if plan["form"] == "cosine" else rates
    scores["influence"] = np.zeros(len(numbers))
    for each, share in zip(plan["weights"], shares, strict=True):
        path = run.path / os.path.relpath(each["path"], plan["run"])
        traced.put(path)
        key = _key("gradient", rows, ref.content_hash(), gradients.weights_hash(path), plan["dimensions"])
        of_rows = gradients.kept_rows(kept, key, encoded.table, traced.gradient, told)
        of_question = traced.gradient(question.input_ids, question.labels).numpy()
        alike = _cosine(of_rows, of_question) if plan["form"] == "cosine" else of_rows @ of_question
        scores["influence"] += share * alike
    return {
        "run": plan["run"],
        "prompt": plan["prompt"],
        "answer": plan["answer"],
        "form": plan["form"],
        "dimensions": plan["dimensions"],
        "steps": [each["step"] for each in plan["weights"]],
        "computed": counts["computed"],
        "numbers": numbers,
        "scores": {name: [float(value) for value in values] for name, values in scores.items()},
    }


def _question(plan: dict[str, Any], recipe: Any, dataset: Any, renderer: Any, limit: int | None) -> Any:
    """The question as a row, encoded as training encodes, with only the answer trained."""
    from workbench.data.rendering import Renderer

    if dataset.type == "language_modeling" and not dataset.conversational:
        renderer = Renderer(renderer.tokenizer, "plain")  # texts are trained as they stand
    row = {"prompt": plan["prompt"], "completion": plan["answer"]}
    encoded = dataclasses.replace(recipe.objective, completion_only_loss=True).encode(row, renderer, limit)
    if encoded.truncated_tokens:
        raise InvalidInputError(
            f"Prompt and answer have {len(encoded.input_ids) + encoded.truncated_tokens:,} tokens, and the run's rows "
            f"are cut at {limit:,}. Shorten them."
        )
    return encoded


def _cosine(rows: Any, question: Any) -> Any:
    import numpy as np

    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(question)
    return (rows @ question) / np.maximum(lengths, 1e-30)


def _key(*parts: Any) -> str:
    return hashlib.sha256(repr((VERSION, *parts)).encode()).hexdigest()[:16]


if __name__ == "__main__":
    main(sys.argv[1:])
