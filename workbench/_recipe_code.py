"""A recipe as Python: in the workbench's own words, or as a script that needs nothing of the workbench."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from workbench.data.files import find_files, is_whole
from workbench.data.layout import CANONICAL
from workbench.data.rendering import Renderer
from workbench.data.sources import open_source
from workbench.errors import InvalidInputError
from workbench.home import home
from workbench.models.loading import load_tokenizer
from workbench.models.quantization import Quantization
from workbench.models.resolve import ModelRef, resolve_model
from workbench.models.shapes import shapes
from workbench.objectives import Facts, Resolved, gate, machine, resolve, row_limit, sft_arguments
from workbench.objectives.rewards import parts_of

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset
    from workbench.recipe import Recipe

__all__ = ["plain_code", "workbench_code"]

SFT_COLUMNS = ("prompt", "completion", "messages", "text")
ONLY_SFT = ("packing", "train_sampling_strategy")


def workbench_code(recipe: Recipe, load: str | None = None) -> str:
    """Python that makes this recipe again, defaults left out.

    Parameters
    ----------
    load
        The lines that make the data set as ``ds``. By default the source is named; rows in memory are written to the
        folder of the runs for that.
    """
    if load is None:
        data = recipe.stored().data if recipe.data["source"] is None else recipe.data
        given = {name: data[name] for name in ("columns", "split", "bad_rows", "max_rows") if data[name] is not None}
        arguments = "".join(f", {name}={_quoted(value)}" for name, value in given.items())
        load = f"ds = wb.load_dataset({_quoted(data['source'])}{arguments})\n"
    lines = [f"model={_quoted(recipe.model_name)}", "dataset=ds"]
    lines += [f"{name}={_call(getattr(recipe, name))}" for name in ("objective", "tuning", "training")]
    if recipe.template is not None:
        lines.append(f"template={_quoted(recipe.template)}")
    lines.append(f"seed={recipe.seed}")
    if recipe.trust_remote_code:
        lines.append("trust_remote_code=True")
    body = "".join(f"    {line},\n" for line in lines)
    functions = {one["function"]: one["source"] for one in _functions(recipe)}
    defined = "".join(f"\n\n{source.strip()}\n" for source in functions.values()) + ("\n\n" if functions else "\n")
    return f"import workbench as wb\n{defined}{load}recipe = wb.Recipe(\n{body})\n"


def refuse_plain(recipe: Recipe) -> None:
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


def plain_code(recipe: Recipe) -> str:
    """A script that trains the same without the workbench: its first losses are equal in fp32.

    The rows are read from files the script names: the source itself where it holds rows as they are trained, else
    the folder of the runs, to which they are written once.
    """
    refuse_plain(recipe)
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
    config = "".join(f"    {name}={_quoted(value)},\n" for name, value in arguments.items())
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
        _data_lines(recipe, dataset, renderer, report.eval_rows > 0),
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


def _call(value: Any) -> str:
    changed = {
        item.name: getattr(value, item.name)
        for item in fields(value)
        if getattr(value, item.name) != item.default or type(getattr(value, item.name)) is not type(item.default)
    }
    return f"wb.{type(value).__name__}({', '.join(f'{name}={_quoted(setting)}' for name, setting in changed.items())})"


def _functions(recipe: Recipe) -> list[dict[str, str]]:
    """The Python functions that a recipe carries as rewards."""
    given = [getattr(recipe.objective, name, None) for name in ("reward", "gold")]
    return [one for reward in given for one, _ in parts_of(reward) if isinstance(one, dict)]


def _quoted(value: Any) -> str:
    """A Python literal, with double quotes; a function that a recipe carries by its name."""
    if isinstance(value, dict) and set(value) == {"function", "source"}:
        return str(value["function"])
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(key)}: {_quoted(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(map(_quoted, value))
        return f"[{inner}]" if isinstance(value, list) else f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)


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
        f"MODEL = {_quoted(base.location)}",
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
        lines.append(f"model = PeftModel.from_pretrained(model, {_quoted(ref.location)}).merge_and_unload()")
    return "\n".join(lines) + "\n"


def _template_lines(renderer: Renderer) -> str:
    if renderer.template_name in ("plain", "tokenizer"):
        return ""
    return f"tokenizer.chat_template = {_quoted(renderer.template)}\n"


def _data_lines(recipe: Recipe, dataset: Dataset, renderer: Renderer, evaluates: bool) -> str:
    suffix, files = _files(recipe, dataset, evaluates)
    trained = ("prompt", "chosen", "rejected") if recipe.objective.sequences == 2 else SFT_COLUMNS
    columns = [name for name in trained if name in dataset.columns]
    lines = []
    if suffix == ".jsonl":
        lines += [
            "def read(path):",
            '    """The rows of a file with one JSON object a line."""',
            '    with open(path, encoding="utf-8") as lines:',
            "        rows = [json.loads(line) for line in lines if line.strip()]",
            f"    return Dataset.from_list([{{name: row[name] for name in {_quoted(columns)}}} for row in rows])",
            "",
            "",
        ]
    read = {".jsonl": "read({})", ".parquet": f"Dataset.from_parquet({{}}).select_columns({_quoted(columns)})"}[suffix]
    turns = ""
    if columns[0] == "prompt" and len(columns) > 1 and not dataset.conversational and renderer.chat:
        lines += [
            "def as_turns(row):",
            '    """One question and its answers, as the chat template takes them."""',
            "    return {",
            '        "prompt": [{"role": "user", "content": row["prompt"]}],',
            *(f'        "{name}": [{{"role": "assistant", "content": row["{name}"]}}],' for name in columns[1:]),
            "    }",
            "",
            "",
        ]
        turns = ".map(as_turns)"
    lines.append(f"train = {read.format(_quoted(files['train']))}{turns}")
    if evaluates:
        limit, rows = recipe.training.max_eval_rows, dataset.splits["validation"]
        cut = f".select(range({limit}))" if limit is not None and limit < rows else ""
        lines.append(f"validation = {read.format(_quoted(files['validation']))}{cut}{turns}")
    return "\n".join(lines) + "\n"


def _files(recipe: Recipe, dataset: Dataset, evaluates: bool) -> tuple[str, dict[str, str]]:
    """The suffix and the files of train and validation: the source's own, or written to the folder of the runs."""
    wanted = ["train", "validation"] if evaluates else ["train"]
    data = recipe.data
    if data["source"] is not None and not any(data[name] for name in ("columns", "split", "bad_rows", "max_rows")):
        own = _own_files(data["source"], dataset, wanted)
        if own:
            return ".jsonl", own
    folder = home() / "datasets" / dataset.hash
    if not is_whole(folder, dataset.hash):
        shutil.rmtree(folder, ignore_errors=True)
        dataset.save(folder)
    return ".parquet", {name: str(folder / f"{name}.parquet") for name in wanted}


def _own_files(source: str, dataset: Dataset, wanted: list[str]) -> dict[str, str] | None:
    """The source's files when they hold the canonical rows as they are, one ``.jsonl`` a split."""
    if dataset.layout not in ("prompt/completion", "text") or dataset.conversational or source.startswith("hub:"):
        return None
    if any(name not in CANONICAL for name in dataset.read_from):
        return None  # a Prompt is none
    opened = open_source(source)
    if not set(dataset.splits) <= set(opened.splits) or opened.folder is None:
        return None  # some split was cut out of train
    files = {name: opened.folder / f"{name}.jsonl" for name in wanted}
    found = find_files(opened.folder).splits
    alone = all(found[name] == [file] for name, file in files.items())
    return {name: str(file) for name, file in files.items()} if alone else None


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
