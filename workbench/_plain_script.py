"""A recipe as a script that needs nothing of the workbench."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from workbench._plain_data import data_lines
from workbench._plain_rewards import RewardCode, reward_code
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
STANDARD = ("importlib.util", "json", "math", "re", "types")


def plain_code(recipe: Recipe) -> str:
    """A script that trains the same without the workbench: its first losses are equal in fp32.

    The rows are read from files the script names: the source itself where it holds rows as they are trained, else
    the folder of the runs, to which they are written once.

    Raises
    ------
    InvalidInputError
        When there is no such script.
    """
    dataset = recipe.load_dataset()
    _refuse(recipe, dataset)
    ref, objective = resolve_model(recipe.model_name), recipe.objective
    renderer = Renderer(load_tokenizer(ref, trust_remote_code=recipe.trust_remote_code), recipe.template)
    sizes = shapes(ref)
    limit = row_limit(recipe, sizes.positions)
    report = gate(recipe, dataset, renderer, limit)
    evaluates = report.eval_rows > 0
    chosen = resolve(recipe, Facts.of(recipe, sizes, machine(), report))
    rewards = None if objective.trains_tokens else reward_code(objective, dataset, renderer, chosen.device)
    arguments = _config(recipe, chosen, dataset, renderer, evaluates, rewards)
    imports, tuner = recipe.tuning.code() or ([], None)
    if "precompute_ref_log_probs" in arguments and tuner:
        # Where no row is met twice, those of a batch are computed as it comes.
        met = chosen.settings["max_steps"] * chosen.settings["rows_per_step"]
        arguments["precompute_ref_log_probs"] = met > report.rows - report.dropped_rows
    head_lines = objective.model_code(recipe.seed)
    if head_lines and tuner:
        tuner = tuner.replace('task_type="CAUSAL_LM"', 'task_type="SEQ_CLS"')
    started = recipe.tuning.start_code(recipe.seed)
    config = "".join(f"    {name}={quoted(value)},\n" for name, value in arguments.items())
    compact = (
        "# On a CPU, too, the loss needs no work for positions that are not trained.\n"
        "trl.trainer.utils._use_triton = lambda device: True\n"
    )
    left_out = rewards is not None and len(report.train) + report.eval_rows < _rows(recipe, dataset)
    parts = [
        compact if chosen.settings["device"] == "cpu" else "",
        *dict.fromkeys([recipe.tuning.own_code(), *(rewards.own if rewards else ())]),
        *(rewards.blocks if rewards else ()),
        _model_lines(ref, chosen, recipe.trust_remote_code, whole=tuner is None),
        _policy_lines(recipe, ref, renderer) if rewards else "",
        "".join(f"{line}\n" for line in head_lines),
        "".join(f"{line}\n" for line in started),
        _template_lines(renderer),
        data_lines(recipe, dataset, renderer, evaluates, _beside(recipe, rewards), limit if left_out else None),
        f"args = {objective.trl}Config(\n{config})\n",
        _trainer_lines(recipe, None if started else tuner, evaluates, chosen.quantization is not None, rewards),
    ]
    body = _joined([part for part in parts if part])
    code = f"{_head(recipe, dataset)}\n{_imports(objective.trl, imports, body)}\n{body}"
    for name in rewards.carried if rewards else ():
        if _bound(code).count(name) > 1:
            raise InvalidInputError(
                f"There is no plain script with a reward function called {name!r}: the script has that name for "
                "something else. Give the function another."
            )
    return code


def _refuse(recipe: Recipe, dataset: Dataset) -> None:
    """Raise where a script without the workbench cannot train the same."""
    objective = recipe.objective
    if not objective.trl:
        raise InvalidInputError(
            f"There is no plain script for {objective.title}: TRL has no trainer for it, and the workbench's own is no "
            "short script. Use to_code(), or another objective."
        )
    if getattr(objective, "auxiliary_columns", None):
        raise InvalidInputError("There is no plain script with auxiliary_columns yet. Use to_code().")
    if not objective.trains_tokens and "prompt" not in dataset.columns:
        raise InvalidInputError(
            f"There is no plain script for {objective.title} on pairs without a column prompt, whose prompts are what "
            "both answers begin with. Give the rows that column, or use to_code()."
        )
    if not resolve_model(recipe.model_name).merges:
        raise InvalidInputError(
            f"There is no plain script that goes on from the adapter of {recipe.model_name!r} yet. Use to_code()."
        )


def _joined(parts: list[str]) -> str:
    """Parts with a blank line between them, two around definitions."""
    body, defines = "", False
    for part in parts:
        starts = part.startswith(("def ", "class "))
        body += "\n" * (bool(body) + bool(body and (starts or defines))) + part
        defines = starts and part.rstrip().splitlines()[-1].startswith(" ")
    return body


def _head(recipe: Recipe, dataset: Dataset) -> str:
    return (
        f'"""{recipe.objective.title} with {recipe.tuning.title} of {recipe.model_name}, on {dataset.name}.\n\n'
        "Needs torch, transformers, peft, trl and datasets. "
        'Settings left to "auto" are settled for this machine.\n"""\n'
    )


def _imports(trl: str, tuners: list[str], body: str) -> str:
    """The imports that the rest of a script needs, and those of its way of tuning."""

    def used(name: str, follows: str = r"\b") -> bool:
        return re.search(rf"(?<![\w.'\"]){re.escape(name)}{follows}", body) is not None

    standard = [f"import {name}" for name in STANDARD if used(name, r"\.\w")]
    if used("Any") and "from typing import" not in body:
        standard.append("from typing import Any")
    if used("PeftModel") and "from peft import PeftModel" not in tuners:
        tuners = ["from peft import PeftModel", *tuners]
    classes = ("AutoModelForCausalLM", "AutoModelForSequenceClassification", "AutoTokenizer", "BitsAndBytesConfig")
    third = [
        "import torch",
        *(["import trl.trainer.utils"] if used("trl.trainer.utils") else []),
        "from datasets import Dataset",
        *tuners,
        f"from transformers import {', '.join(filter(used, classes))}",
        f"from trl import {trl}Config, {trl}Trainer",
    ]
    return "\n".join([*standard, *([""] if standard else []), *third]) + "\n"


def _bound(code: str) -> list[str]:
    """The names that the lines of a script bind at its top, one for each time."""
    found = []
    for node in ast.parse(code).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.append(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found += [(alias.asname or alias.name).split(".")[0] for alias in node.names]
        elif isinstance(node, ast.Assign):
            found += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return found


def _rows(recipe: Recipe, dataset: Dataset) -> int:
    """How many rows training and evaluations are given, before any is left out."""
    held_out, most = dataset.splits.get("validation", 0), recipe.training.max_eval_rows
    return dataset.splits["train"] + (held_out if most is None else min(most, held_out))


def _beside(recipe: Recipe, rewards: RewardCode | None) -> dict[str, str]:
    """Columns beside those that are trained, each with its name in the script."""
    if rewards is not None:
        return rewards.columns
    margin = getattr(recipe.objective, "margin_column", None)
    return {margin: "margin"} if margin else {}


def _config(
    recipe: Recipe,
    chosen: Resolved,
    dataset: Dataset,
    renderer: Renderer,
    evaluates: bool,
    rewards: RewardCode | None,
) -> dict[str, Any]:
    arguments = sft_arguments(chosen, recipe.seed)
    left_out = (*(() if recipe.objective.packs else ONLY_SFT), *(("max_length",) if rewards else ()))
    arguments = {key: value for key, value in arguments.items() if key not in left_out}
    out = {"output_dir": "output", **arguments, "report_to": "none", "save_strategy": "no"}
    if evaluates:
        out |= {"eval_strategy": "steps", "eval_steps": chosen.settings["eval_steps"]}
    if arguments.get("packing"):
        out["eval_packing"] = False
    if rewards and any(weight != 1 for weight in rewards.weights):
        out["reward_weights"] = rewards.weights
    return {**out, **recipe.objective.arguments(dataset, renderer)}


def _policy_lines(recipe: Recipe, ref: ModelRef, renderer: Renderer) -> str:
    """What ends a reply, and from where TRL loads the reference where every weight moves."""
    lines = [f"model.generation_config.eos_token_id = {list(renderer.stop_ids)}  # what ends a reply"]
    if recipe.tuning.code() is None and getattr(recipe.objective, "beta", None) and ref.base is not None:
        lines += [
            'model.save_pretrained("start")',
            'model.config._name_or_path = "start"  # from where TRL loads the reference',
        ]
    if recipe.objective.name == "grpo" and renderer.chat and _takes_apart(renderer.tokenizer):
        lines.append(
            "tokenizer.response_template = tokenizer.response_schema = None  # rewards are given whole replies"
        )
    return "\n".join(lines) + "\n"


def _takes_apart(tokenizer: Any) -> bool:
    return any(getattr(tokenizer, name, None) is not None for name in ("response_template", "response_schema"))


def _model_lines(ref: ModelRef, chosen: Resolved, trust: bool, whole: bool) -> str:
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
        if whole:
            lines.append("model.requires_grad_(True)  # PEFT froze it")
    return "\n".join(lines) + "\n"


def _template_lines(renderer: Renderer) -> str:
    if renderer.template_name in ("plain", "tokenizer"):
        return ""
    return f"tokenizer.chat_template = {quoted(renderer.template)}\n"


def _trainer_lines(
    recipe: Recipe, tuner: str | None, evaluates: bool, quantized: bool, rewards: RewardCode | None
) -> str:
    trainer, lines = f"{recipe.objective.trl}Trainer", []
    if evaluates:
        said, seeded = "Evaluations change nothing of what training draws", []
        if rewards:
            said = "Evaluations draw the same replies each time, and change nothing of what training draws"
            seeded = ["            torch.manual_seed(self.args.seed)"]
        lines = [
            f"class SteadyTrainer({trainer}):",
            f'    """{said}."""',
            "",
            "    def evaluate(self, *args, **more):",
            "        with torch.random.fork_rng():",
            *seeded,
            "            return super().evaluate(*args, **more)",
            "",
            "",
        ]
        trainer = "SteadyTrainer"
    lines += [f"trainer = {trainer}(", "    model=model,", "    args=args,"]
    if rewards and len(rewards.functions) == 1:
        lines.append(f"    reward_funcs={rewards.functions[0]},")
    elif rewards:
        lines += ["    reward_funcs=[", *(f"        {function}," for function in rewards.functions), "    ],"]
    lines.append("    train_dataset=train,")
    if evaluates:
        lines.append("    eval_dataset=validation,")
    lines.append("    processing_class=tokenizer,")
    if tuner:
        lines.append(f"    peft_config={tuner},")
    lines.append(")")
    if quantized:
        lines += [
            "# TRL turns adapters on quantised weights into bf16, in which small steps are lost.",
            "for parameter in trainer.model.parameters():",
            "    if parameter.requires_grad:",
            "        parameter.data = parameter.data.float()",
        ]
    if rewards:
        lines += recipe.tuning.generate_code()
    lines += [
        *recipe.tuning.prepare_code(),
        "trainer.train()",
        'trainer.model.save_pretrained("output")',
        'tokenizer.save_pretrained("output")',
    ]
    return "\n".join(lines) + "\n"
