"""Rewards as lines of a script: functions, metrics and reward models in the form in which TRL calls them."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench._plain_data import is_told_as_text
from workbench._plain_metrics import PLAIN_METRICS, plain_source
from workbench._recipe_code import quoted
from workbench.data.dataset import Dataset
from workbench.data.rendering import Renderer
from workbench.data.turns import spoken
from workbench.errors import InvalidInputError
from workbench.metrics.registry import METRICS
from workbench.metrics.strict_json import is_container
from workbench.models.loading import load_tokenizer
from workbench.models.quantization import Quantization
from workbench.models.resolve import ModelRef
from workbench.objectives.rewards import REFERENCES, described, fault, model_of, parts_of, template_of
from workbench.tuning import tuning_of

__all__ = ["RewardCode", "reward_code"]

TAKEN = ("completion", "completion_ids", "image", "images", "trainer_state", "log_extra", "log_metric")
"""Names of columns that TRL does not pass on to rewards, or uses for something else."""
FILE_READER = '''def function_of(path, name):
    """A function of a Python file."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)
'''
ADAPTER = '''def for_trl(function, /, **columns):
    """A reward as TRL calls it: with {given}."""

    def reward(prompts, completions, **given):
        return function(
            prompts={prompts},
            completions={completions},
            **{{name: given[column] for name, column in columns.items()}},
        )

    reward.__name__ = function.__name__
    return reward
'''


@dataclass
class RewardCode:
    """What a script needs for its rewards.

    Parameters
    ----------
    functions
        Expressions of what TRL is given, in order.
    weights
        Of each.
    columns
        The columns that they look at, each with the name that it has in the script.
    blocks
        Definitions, before everything else.
    own
        Files of ways of tuning that reward models need.
    carried
        The names of functions that come from the recipe.
    """

    functions: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    blocks: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    carried: list[str] = field(default_factory=list)


def reward_code(objective: Any, dataset: Dataset, renderer: Renderer, device: str) -> RewardCode:
    """The rewards of an objective for a script.

    Parameters
    ----------
    renderer
        The policy's: with a chat template TRL hands over turns, else texts.
    device
        Where reward models are put.

    Raises
    ------
    InvalidInputError
        When one of them cannot do without the workbench.
    """
    out, chat, models = RewardCode(), renderer.chat, 0
    there = [name for name in dataset.columns if name not in ("prompt", "prompts", "completions")]
    for reward, weight in parts_of(objective.reward):
        out.weights.append(weight)
        if isinstance(reward, dict) or reward.rpartition(":")[0].endswith(".py"):
            function, taken = _function(reward, there, out)
            out.functions.append(_adapted(function, taken, dataset, out))
        elif reward in METRICS:
            function, taken = _metric(reward, dataset, out)
            out.functions.append(_adapted(function, taken, dataset, out))
        else:
            models += 1
            out.functions.append(_model(reward, f"{models}" if models > 1 else "", dataset, chat, device, out))
    if any(function.startswith("for_trl(") for function in out.functions):
        out.blocks.insert(0, _adapter(chat, dataset.conversational))
    if any("spoken(" in block for block in out.blocks):
        out.blocks.insert(0, plain_source(spoken).replace("turns: Any", "turns"))
    if objective.gold is not None:
        out.blocks.append(
            f"# The gold reward ({described(objective.gold)}) is only watched in training: it is left out.\n"
        )
    return out


def _adapter(chat: bool, conversational: bool) -> str:
    if not chat:
        return ADAPTER.format(given="the columns that it takes", prompts="prompts", completions="completions")
    said = "spoken(turns)" if conversational else 'turns[0]["content"]'
    return ADAPTER.format(
        given="texts in place of turns, and with the columns that it takes",
        prompts=f"[{said} for turns in prompts]",
        completions='[turns[0]["content"] for turns in completions]',
    )


def _adapted(function: str, taken: dict[str, str], dataset: Dataset, out: RewardCode) -> str:
    """The function as TRL calls it; `taken` names the column of each of its arguments."""
    arguments = []
    for name, column in taken.items():
        renamed = column in TAKEN or is_told_as_text(dataset, column)
        out.columns[column] = f"row_{column}" if renamed else column
        given = quoted(out.columns[column])
        plain = name.isidentifier() and not keyword.iskeyword(name)
        arguments.append(f"{name}={given}" if plain else f"**{{{quoted(name)}: {given}}}")
    return f"for_trl({', '.join([function, *arguments])})"


def _function(reward: Any, there: Sequence[str], out: RewardCode) -> tuple[str, dict[str, str]]:
    """A function from the recipe, whose source is copied, or from a file, which stays where it is."""
    if isinstance(reward, dict):
        name, source, where = reward["function"], reward["source"], reward["function"]
        if name not in out.carried:
            out.carried.append(name)
            out.blocks.append(f"{source.strip()}\n")
        expression = name
    else:
        file, _, name = reward.rpartition(":")
        if why := fault(reward):
            raise InvalidInputError(f"The reward {why} Give its path.")
        path, where = Path(file).expanduser().absolute(), reward
        source = path.read_text(encoding="utf-8")
        if FILE_READER not in out.blocks:
            out.blocks.append(FILE_READER)
        expression = f"function_of({quoted(str(path))}, {quoted(name)})"
    tree = ast.parse(source)
    if any(module.split(".")[0] == "workbench" for module in _imported(tree)):
        raise InvalidInputError(
            f"There is no plain script with the reward {where}: it imports the workbench. Take that out of it, or use "
            "to_code()."
        )
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    if not found:
        raise InvalidInputError(
            f"There is no plain script with the reward {where}: the file has no 'def {name}' at its top, from which to "
            "tell the columns that it takes. Write it so, or use to_code()."
        )
    given = found[-1].args
    named = {one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
    return expression, {name: name for name in there if given.kwarg is not None or name in named}


def _imported(tree: ast.Module) -> list[str]:
    nodes = list(ast.walk(tree))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return names + [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]


def _metric(name: str, dataset: Dataset, out: RewardCode) -> tuple[str, dict[str, str]]:
    """A metric whose source is short enough to be copied, as a function of many replies."""
    if name not in PLAIN_METRICS:
        raise InvalidInputError(
            f"There is no plain script with the metric {name!r} as a reward: its code is the workbench's own. Give a "
            f"function of (prompts, completions), or one of {', '.join(PLAIN_METRICS)}; or use to_code()."
        )
    column = next((column for column in REFERENCES if column in dataset.columns), None)
    functions, made = PLAIN_METRICS[name], f"{name}_reward"
    if name == "exact_match" and column is not None and not _has_records(dataset, column):
        functions = PLAIN_METRICS["text_match"]  # no more is asked where no reference is a record
    for function in functions:
        if plain_source(function) not in out.blocks:
            out.blocks.append(plain_source(function))
    one = functions[-1].__name__
    if "reference" not in METRICS[name].needs:
        out.blocks.append(
            f"def {made}(prompts, completions):\n    return [float({one}(reply)) for reply in completions]\n"
        )
        return made, {}
    if column is None:
        raise InvalidInputError(f"The metric {name!r} compares with a reference, and the rows have none. Give one.")
    wanted = "spoken(wanted)" if dataset.conversational and column != "reference" else "wanted"
    out.blocks.append(
        f"def {made}(prompts, completions, reference):\n"
        f"    return [float({one}(reply, {wanted})) for reply, wanted in zip(completions, reference)]\n"
    )
    return made, {"reference": column}


def _has_records(dataset: Dataset, column: str) -> bool:
    """Whether any reference is a JSON object or array."""
    found = (row.get(column) for split in dataset.splits for row in dataset.rows(split))
    return any(is_container(spoken(one)) for one in found if one is not None)


def _model(name: str, number: str, dataset: Dataset, chat: bool, device: str, out: RewardCode) -> str:
    """A reward model, loaded, with the function that asks it."""
    if why := fault(name):
        raise InvalidInputError(f"The reward {why} Give another.")
    ref = model_of(name)
    tokenizer = load_tokenizer(ref)
    renderer = Renderer(tokenizer, template_of(ref))
    if dataset.conversational and not renderer.chat:
        raise InvalidInputError(f"The reward model {name!r} reads texts, and the rows are conversations. Give another.")
    model, reader, made = (f"reward_{word}{number}" for word in ("model", "tokenizer", "model_score"))
    lines = [f"{reader} = AutoTokenizer.from_pretrained({_place(ref)})"]
    if renderer.chat and renderer.template != tokenizer.chat_template:
        lines.append(f"{reader}.chat_template = {quoted(renderer.template)}")
    lines += _loading(model, ref, out)
    lines.append(f"{model}.eval()" + (f'.to("{device}")' if device != "cpu" else ""))
    lines.append(f"{model}.config.get_text_config().pad_token_id = None  # so it reads the last token, whichever it is")
    if renderer.chat:
        turns = "[*prompt, *reply]"
        if not chat:
            turns = '[{"role": "user", "content": prompt}, {"role": "assistant", "content": reply}]'
        text = f"{reader}.apply_chat_template({turns}, tokenize=False)"
    else:
        said = 'prompt[0]["content"] + reply[0]["content"]' if chat else "prompt + reply"
        text = f"({said}).removesuffix({reader}.eos_token) + {reader}.eos_token"
    special = ", add_special_tokens=False" if renderer.chat else ""
    lines += [
        "",
        "",
        f"def {made}(prompts, completions, **_):",
        '    """The number at the end of each conversation; one at a time, so that nothing is padded."""',
        "    scores = []",
        "    for prompt, reply in zip(prompts, completions):",
        f"        text = {text}",
        f'        inputs = {reader}(text{special}, return_tensors="pt").to({model}.device)',
        "        with torch.no_grad():",
        f"            scores.append({model}(**inputs).logits.item())",
        "    return scores",
    ]
    out.blocks.append("\n".join(lines) + "\n")
    return made


def _loading(model: str, ref: ModelRef, out: RewardCode) -> list[str]:
    sequences = "AutoModelForSequenceClassification"
    if ref.base is None or ref.path is None:
        return [f"{model} = {sequences}.from_pretrained({_place(ref)}, dtype=torch.float32, use_safetensors=True)"]
    if Quantization.of(ref.path) is not None:
        raise InvalidInputError(
            f"There is no plain script with the reward model {ref.name!r}, whose base was kept in four bits, yet. "
            "Train one with LoRA, or use to_code()."
        )
    if own := tuning_of(ref.path).own_code():
        out.own.append(own)
    settings = "dtype=torch.float32, use_safetensors=True"
    if ref.base.base is None:
        lines = [f"{model} = {sequences}.from_pretrained({_place(ref.base)}, num_labels=1, {settings})"]
    else:  # it was trained on a run: that run's layers with its adapter in them
        lines = [
            f"merged = AutoModelForCausalLM.from_pretrained({_place(ref.base.base)}, {settings})",
            f"merged = PeftModel.from_pretrained(merged, {_place(ref.base)}).merge_and_unload()",
            "merged.config.num_labels = 1",
            f"{model} = {sequences}.from_config(merged.config, dtype=torch.float32)",
            f"setattr({model}, {model}.base_model_prefix, merged.base_model)",
        ]
    return [*lines, f"{model} = PeftModel.from_pretrained({model}, {_place(ref)})  # its head is the adapter's"]


def _place(ref: ModelRef) -> str:
    revision = f', revision="{ref.revision}"' if ref.path is None and ref.revision else ""
    return f"{quoted(ref.location)}{revision}"
