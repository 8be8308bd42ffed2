"""A recipe as a script that needs nothing of the workbench."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench._plain_data import data_lines
from workbench._recipe_code import quoted
from workbench.data.rendering import Renderer
from workbench.errors import InvalidInputError
from workbench.models.loading import load_tokenizer
from workbench.models.quantization import Quantization
from workbench.models.resolve import ModelRef, resolve_model
from workbench.models.shapes import shapes
from workbench.objectives import Facts, Resolved, gate, machine, resolve, row_limit, sft_arguments

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset
    from workbench.recipe import Recipe

__all__ = ["plain_code"]

ONLY_SFT = ("packing", "train_sampling_strategy")


def plain_code(recipe: Recipe) -> str:
    """A script that trains the same without the workbench: its first losses are equal in fp32.

    The rows are read from files the script names: the source itself where it holds rows as they are trained, else
    the folder of the runs, to which they are written once.
    """
    _refuse(recipe)
    dataset = recipe.load_dataset()
    ref, objective = resolve_model(recipe.model_name), recipe.objective
    renderer = Renderer(load_tokenizer(ref, trust_remote_code=recipe.trust_remote_code), recipe.template)
    sizes = shapes(ref)
    report = gate(recipe, dataset, renderer, row_limit(recipe, sizes.positions))
    chosen = resolve(recipe, Facts.of(recipe, sizes, machine(), report))
    arguments = _config(recipe, sft_arguments(chosen, recipe.seed), dataset, renderer, report.eval_rows > 0, chosen)
    imports, tuner = recipe.tuning.code() or ([], None)
    if "precompute_ref_log_probs" in arguments and tuner:
        # Where no row is met twice, those of a batch are computed as it comes.
        met = chosen.settings["max_steps"] * chosen.settings["rows_per_step"]
        arguments["precompute_ref_log_probs"] = met > report.rows - report.dropped_rows
    head_lines = objective.model_code(recipe.seed)
    if head_lines and tuner:
        tuner = tuner.replace('task_type="CAUSAL_LM"', 'task_type="SEQ_CLS"')
    started = recipe.tuning.start_code(recipe.seed)
    if ref.base is not None and "from peft import PeftModel" not in imports:
        imports = ["from peft import PeftModel", *imports]
    config = "".join(f"    {name}={quoted(value)},\n" for name, value in arguments.items())
    head = (
        f'"""{recipe.objective.title} with {recipe.tuning.title} of {recipe.model_name}, on {dataset.name}.\n\n'
        "Needs torch, transformers, peft, trl and datasets. "
        'Settings left to "auto" are settled for this machine.\n"""\n'
    )
    on_cpu = chosen.settings["device"] == "cpu"
    quantizing = ", BitsAndBytesConfig" if chosen.quantization else ""
    modules = [
        *(
            ["import json", "import math", "import types", "from typing import Any\n"]
            if head_lines
            else ["import json\n"]
        ),
        "import torch",
        *(["import trl.trainer.utils"] if on_cpu else []),
        "from datasets import Dataset",
        *imports,
        f"from transformers import AutoModelForCausalLM, AutoTokenizer{quantizing}"
        f"{', AutoModelForSequenceClassification' if head_lines else ''}",
        f"from trl import {objective.trl}Config, {objective.trl}Trainer\n",
    ]
    compact = (
        "# On a CPU, too, the loss needs no work for positions that are not trained.\n"
        "trl.trainer.utils._use_triton = lambda device: True\n"
    )
    parts = [
        head,
        "\n".join(modules),
        compact if on_cpu else "",
        recipe.tuning.own_code(),
        _model_lines(ref, chosen, recipe.trust_remote_code),
        "".join(f"{line}\n" for line in head_lines),
        "".join(f"{line}\n" for line in started),
        _template_lines(renderer),
        data_lines(recipe, dataset, renderer, report.eval_rows > 0),
        f"args = {objective.trl}Config(\n{config})\n",
        _trainer_lines(
            objective.trl,
            None if started else tuner,
            report.eval_rows > 0,
            chosen.quantization is not None,
            recipe.tuning.prepare_code(),
        ),
    ]
    return "\n".join(part for part in parts if part)


def _refuse(recipe: Recipe) -> None:
    """Raise where a script without the workbench cannot train the same."""
    objective = recipe.objective
    if not objective.trl:
        raise InvalidInputError(f"There is no plain script for {objective.title} yet. Use to_code().")
    for name in ("margin_column", "auxiliary_columns"):
        if getattr(objective, name, None):
            raise InvalidInputError(f"There is no plain script with {name} yet. Use to_code().")
    if not resolve_model(recipe.model_name).merges:
        raise InvalidInputError(
            f"There is no plain script that goes on from the adapter of {recipe.model_name!r} yet. Use to_code()."
        )


def _config(
    recipe: Recipe, arguments: dict[str, Any], dataset: Dataset, renderer: Renderer, evaluates: bool, chosen: Any
) -> dict[str, Any]:
    if not recipe.objective.packs:
        arguments = {key: value for key, value in arguments.items() if key not in ONLY_SFT}
    out = {"output_dir": "output", **arguments, "report_to": "none", "save_strategy": "no"}
    if evaluates:
        out |= {"eval_strategy": "steps", "eval_steps": chosen.settings["eval_steps"]}
    if arguments.get("packing"):
        out["eval_packing"] = False
    return {**out, **recipe.objective.arguments(dataset, renderer)}


def _model_lines(ref: ModelRef, chosen: Resolved, trust: bool) -> str:
    base = ref.base or ref
    extra = (f', revision="{ref.revision}"' if ref.path is None and ref.revision else "") + (
        ", trust_remote_code=True" if trust else ""
    )
    settings = {
        "dtype": {"fp32": "torch.float32", "bf16": "torch.bfloat16"}[chosen.weights_dtype],
        "attn_implementation": f'"{chosen.attn_implementation}"',
        "use_safetensors": "True",
    }
    if chosen.quantization is not None:
        settings |= {"quantization_config": Quantization(**chosen.quantization).code(),
                     "device_map": f'{{"": "{chosen.device}"}}'}  # fmt: skip
    how = "".join(f", {name}={value}" for name, value in settings.items()) + extra
    lines = [
        f"MODEL = {quoted(base.location)}",
        f"tokenizer = AutoTokenizer.from_pretrained(MODEL{extra})",
        f"model = AutoModelForCausalLM.from_pretrained(MODEL{how})",
    ]
    if chosen.quantization is not None and chosen.device == "cpu":
        lines += [
            "for layer in model.modules():  # else no gradient goes through them after the first evaluation",
            '    if hasattr(layer, "support_avx512bf16_for_cpu"):',
            "        layer.support_avx512bf16_for_cpu = False",
        ]
    if ref.base is not None:
        lines.append(f"model = PeftModel.from_pretrained(model, {quoted(ref.location)}).merge_and_unload()")
    return "\n".join(lines) + "\n"


def _template_lines(renderer: Renderer) -> str:
    if renderer.template_name in ("plain", "tokenizer"):
        return ""
    return f"tokenizer.chat_template = {quoted(renderer.template)}\n"


def _trainer_lines(trl: str, tuner: str | None, evaluates: bool, quantized: bool, prepared: list[str]) -> str:
    lines = [f"trainer = {trl}Trainer(", "    model=model,", "    args=args,", "    train_dataset=train,"]
    if evaluates:
        lines.append("    eval_dataset=validation,")
    lines.append("    processing_class=tokenizer,")
    if tuner:
        lines.append(f"    peft_config={tuner},")
    exact = (
        "# TRL turns adapters on quantised weights into bf16, in which small steps are lost.",
        "for parameter in trainer.model.parameters():",
        "    if parameter.requires_grad:",
        "        parameter.data = parameter.data.float()",
    )
    return (
        "\n".join(
            [
                *lines,
                ")",
                *(exact if quantized else ()),
                *prepared,
                "trainer.train()",
                'trainer.model.save_pretrained("output")',
                'tokenizer.save_pretrained("output")',
            ]
        )
        + "\n"
    )
