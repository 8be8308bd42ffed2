"""The process that trains: rows, gate, weights, steps, and a last word.

    python -m workbench.runs.trainer RUN ATTEMPT DEVICE LOCK_FILES

It appends to the run's event log while it lives. How it ended it leaves in ``outcome.json``, which the supervisor (or
a reader, where the supervisor is gone) takes over; a process that is killed leaves none.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import Problem, RecipeError, RunError
from workbench.runs import attempt, processes
from workbench.runs.events import EventWriter
from workbench.runs.imports import absent
from workbench.runs.job import Folder

if TYPE_CHECKING:
    from workbench.recipe import Recipe
    from workbench.runs.reporter import Reporter


def main(argv: list[str]) -> None:
    """Train one attempt of a run, and leave how it ended."""
    attempt.run(argv, train)


def train(folder: Folder, events: EventWriter, device: str) -> dict[str, Any]:
    """Everything from the recipe to the model; returns status, reason and the last step."""
    from workbench.recipe import Recipe

    recipe = Recipe.from_yaml(folder.recipe)
    with absent(recipe.tuning.packages):
        trainer, reporter, resume_from = _prepare(recipe, folder, events, device)
    trainer.train(resume_from_checkpoint=str(resume_from) if resume_from else None)
    return reporter.finish()


def _prepare(recipe: Recipe, folder: Folder, events: EventWriter, device: str) -> tuple[Any, Reporter, Path | None]:
    """All that comes before the first step: the trainer, its reporter, and the checkpoint to go on from."""
    from workbench.data.rendering import Renderer
    from workbench.models.loading import cannot_start, load_model, load_tokenizer, make_folder
    from workbench.models.resolve import resolve_model
    from workbench.models.shapes import shapes
    from workbench.objectives import Facts, gate, machine, resolve, row_limit, sft_arguments
    from workbench.runs import checkpoints

    checkpoints.clean(folder.path)
    found = machine()
    dtype = recipe.training.dtype if recipe.training.dtype != "auto" else "bf16" if found.bf16 else "fp32"
    events.write(
        "started",
        pid=os.getpid(),
        supervisor_pid=os.getppid(),
        device=device,
        dtype=dtype,
        threads=processes.thread_count(),
        world=1,
        memory_kind="most CUDA memory allocated" if device.startswith("cuda") else "resident memory of the process",
    )
    attempt.record_environment(folder, found.name)

    # Rows and gate, before any weights are loaded
    dataset = recipe.load_dataset()
    ref = resolve_model(recipe.model_name)
    if ref.path is None:
        ref = _download(ref)
    if refused := cannot_start(ref, recipe.tuning.peft_type, recipe.tuning.quantization(dtype) is not None):
        raise RecipeError([Problem("model", refused)])
    earlier, ref = (None if ref.merges else ref.path), ref.below
    make_folder(ref, lambda text: events.write("note", level="info", text=text, where="model", remedy=""))
    tokenizer = load_tokenizer(ref, trust_remote_code=recipe.trust_remote_code)
    renderer = Renderer(tokenizer, recipe.template)
    sizes = shapes(ref)
    room = recipe.tuning.room(sizes.positions)
    report = gate(recipe, dataset, renderer, row_limit(recipe, sizes.positions))
    events.write("gate", **report.to_dict())
    for problem in report.warnings:
        text = {"text": f"{problem.where} {problem.message}", "where": problem.where, "remedy": problem.remedy}
        events.write("note", level="warning", **text)
    if report.errors:
        raise RecipeError(report.errors)

    # What is chosen for "auto"
    facts = Facts.of(recipe, sizes, found, report)
    resolved = resolve(recipe, facts)
    _record_resolved(folder, events, resolved, facts.train_rows, sizes.parameters, facts.trainable)

    # Weights
    import torch

    from workbench.runs.asking import Asker
    from workbench.runs.reporter import Reporter

    torch.set_num_threads(processes.thread_count())
    model = load_model(
        ref,
        resolved.weights_dtype,
        attn_implementation=resolved.attn_implementation,
        trust_remote_code=recipe.trust_remote_code,
        quantization=recipe.tuning.quantization(resolved.dtype),
        device=resolved.device,
    )
    renderer.install()
    model = recipe.tuning.apply(recipe.objective.prepare_model(model, recipe.seed), recipe.seed)
    if earlier is not None:
        recipe.tuning.go_on(model, earlier, keep_reference=recipe.objective.compares)
    asker = Asker(recipe.tuning, renderer, tokenizer, room) if recipe.objective.answers else None
    resume_from = checkpoints.newest(folder.checkpoints)
    probes = _probes(recipe, dataset, renderer, resolved.settings, room) if asker is not None else []
    reporter = Reporter(folder, events, resolved.settings, recipe.tuning, asker, probes, resume_from)
    signal.signal(signal.SIGTERM, lambda number, frame: setattr(reporter, "signalled", "SIGTERM"))

    # Steps
    arguments = sft_arguments(resolved, recipe.seed) | {
        "output_dir": str(folder.checkpoints),
        "report_to": "none",
        "disable_tqdm": True,
        "save_strategy": "no",  # the reporter saves and evaluates
        "eval_strategy": "no",
        "prediction_loss_only": True,
        "logging_nan_inf_filter": False,  # a NaN must be seen, not averaged away
        "dataloader_pin_memory": not device.startswith("cpu"),
    }
    validation = report.validation if report.eval_rows else None
    trainer = recipe.objective.build_trainer(recipe, model, tokenizer, report.train, validation, arguments, [reporter])
    trainer.remove_callback(_printer())
    reporter.attach(trainer)
    return trainer, reporter, resume_from


def _printer() -> Any:
    from transformers.trainer_callback import PrinterCallback

    return PrinterCallback


def _download(ref: Any) -> Any:
    """A hub model, fetched into the hub's own cache: configs, tokenizer and safetensors, nothing else."""
    from huggingface_hub import snapshot_download

    from workbench.models.resolve import resolve_model

    wanted = ["*.json", "*.safetensors", "*.txt", "*.model", "*.jinja"]
    try:
        snapshot_download(ref.name, revision=ref.revision, allow_patterns=wanted)
    except Exception as error:
        raise RunError(
            f"The model {ref.name!r} could not be downloaded from the hub: {error}. Try again online."
        ) from error
    return resolve_model(ref.name if ref.revision is None else f"{ref.name}@{ref.revision}")


def _probes(recipe: Any, dataset: Any, renderer: Any, settings: dict[str, Any], positions: int | None) -> list[Any]:
    """The first rows of validation that have a prompt and fit, as prompts to watch."""
    from workbench.data.turns import parted, spoken
    from workbench.runs.asking import Probe

    if not settings["record_samples"] or not dataset.splits.get("validation"):
        return []
    probes: list[Probe] = []
    for row in itertools.islice(dataset.rows("validation"), 10 * settings["num_probes"]):
        if "chosen" in row:
            pair = parted(row)
            prompt, reference = pair["prompt"], pair["chosen"]
        elif "prompt" in row:
            prompt, reference = row["prompt"], row.get("completion", "")
        elif "messages" in row and row["messages"][-1]["role"] == "assistant":
            prompt, reference = row["messages"][:-1], row["messages"][-1]["content"]
        elif "text" in row:
            prompt, reference = row["text"][: len(row["text"]) // 2], row["text"][len(row["text"]) // 2 :]
        else:
            continue
        text = prompt if "text" in row and "prompt" not in row else renderer.prompt_text(prompt)
        ids = renderer.ids([text])[0]
        if len(probes) < settings["num_probes"] and (positions is None or len(ids) < positions):
            probes.append(Probe(spoken(prompt), spoken(reference), ids))
    return probes


def _record_resolved(
    folder: Folder, events: EventWriter, resolved: Any, rows: int, parameters: int, trainable: int
) -> None:
    import yaml

    plain = resolved.to_dict()
    sizes = {"num_rows": rows, "parameters": parameters, "trainable_parameters": trainable}
    folder.resolved.write_text(yaml.safe_dump({**plain, **sizes}, sort_keys=False, allow_unicode=True), "utf-8")
    events.write("resolved", **plain, max_steps=resolved.max_steps, **sizes)


if __name__ == "__main__":
    main(sys.argv[1:])
