"""The rows of a recipe as lines of a script: which files, which columns, and how a row becomes what TRL takes."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workbench._recipe_code import quoted
from workbench.data.files import find_files, is_whole
from workbench.data.layout import CANONICAL
from workbench.data.rendering import Renderer
from workbench.data.sources import open_source
from workbench.home import home

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset
    from workbench.recipe import Recipe

__all__ = ["data_lines", "is_told_as_text"]

SFT_COLUMNS = ("prompt", "completion", "messages", "text")


def data_lines(
    recipe: Recipe, dataset: Dataset, renderer: Renderer, evaluates: bool, beside: Mapping[str, str], limit: int | None
) -> str:
    """Lines that make ``train``, and ``validation`` where there is one.

    Parameters
    ----------
    beside
        Further columns that training looks at, each with its name in the script.
    limit
        Rows whose prompt is empty or has more tokens are left out; None leaves out none.
    """
    trained = _trained(recipe, dataset)
    columns = list(dict.fromkeys([*trained, *beside]))
    suffix, files = _files(recipe, dataset, evaluates, columns)
    lines = []
    if suffix == ".jsonl":
        lines += [
            "def read(path):",
            '    """The rows of a file with one JSON object a line."""',
            '    with open(path, encoding="utf-8") as lines:',
            "        rows = [json.loads(line) for line in lines if line.strip()]",
            f"    return Dataset.from_list([{{name: row[name] for name in {quoted(columns)}}} for row in rows])",
            "",
            "",
        ]
    read = {".jsonl": "read({})", ".parquet": f"Dataset.from_parquet({{}}).select_columns({quoted(columns)})"}[suffix]
    texts = {name: new for name, new in beside.items() if is_told_as_text(dataset, name)}
    then = "".join(
        f".map(lambda row: {{{quoted(new)}: row[{quoted(name)}] and str(row[{quoted(name)}])}})"
        for name, new in texts.items()
    )
    renamed = {name: new for name, new in beside.items() if name != new and name not in texts}
    then += f".rename_columns({quoted(renamed)})" if renamed else ""
    if trained[0] == "prompt" and not dataset.conversational and renderer.chat:
        lines += _as_turns(trained)
        then += ".map(as_turns)"
    if limit is not None:
        lines += _fits(limit, renderer.chat)
        then += ".filter(fits)"
    if any(new.startswith("row_") for new in renamed.values()):
        lines.append("# Columns called row_... have names that TRL keeps for itself.")
    lines.append(f"train = {read.format(quoted(files['train']))}{then}")
    if evaluates:
        most, rows = recipe.training.max_eval_rows, dataset.splits["validation"]
        cut = f".select(range({most}))" if most is not None and most < rows else ""
        lines.append(f"validation = {read.format(quoted(files['validation']))}{cut}{then}")
    return "\n".join(lines) + "\n"


def _trained(recipe: Recipe, dataset: Dataset) -> list[str]:
    """The columns that hold what is trained, or asked."""
    if not recipe.objective.trains_tokens:
        return ["prompt"]
    names = ("prompt", "chosen", "rejected") if recipe.objective.sequences == 2 else SFT_COLUMNS
    return [name for name in names if name in dataset.columns]


def _as_turns(columns: Sequence[str]) -> list[str]:
    answers = columns[1:]
    if not answers:
        return [
            "def as_turns(row):",
            '    """One question, as the chat template takes it."""',
            '    return {"prompt": [{"role": "user", "content": row["prompt"]}]}',
            "",
            "",
        ]
    return [
        "def as_turns(row):",
        '    """One question and its answers, as the chat template takes them."""',
        "    return {",
        '        "prompt": [{"role": "user", "content": row["prompt"]}],',
        *(f'        "{name}": [{{"role": "assistant", "content": row["{name}"]}}],' for name in answers),
        "    }",
        "",
        "",
    ]


def _fits(limit: int, chat: bool) -> list[str]:
    said = 'any(turn["content"].strip() for turn in row["prompt"])' if chat else 'row["prompt"].strip()'
    asked = 'row["prompt"]'
    if chat:
        asked = 'tokenizer.apply_chat_template(row["prompt"], tokenize=False, add_generation_prompt=True)'
    special = ", add_special_tokens=False" if chat else ""
    return [
        "def fits(row):",
        '    """Whether a prompt says something, and leaves room for the reply."""',
        f"    text = {asked}",
        f'    return bool({said}) and len(tokenizer(text{special})["input_ids"]) <= {limit}',
        "",
        "",
    ]


def is_told_as_text(dataset: Dataset, column: str) -> bool:
    """Whether rewards are given a column's values as text: dates and the like."""
    import pyarrow as pa

    kind, kinds = dataset.arrow().schema.field(column).type, pa.types
    return any(is_one(kind) for is_one in (kinds.is_temporal, kinds.is_decimal, kinds.is_binary, kinds.is_large_binary))


def _files(recipe: Recipe, dataset: Dataset, evaluates: bool, columns: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The suffix and the files of train and validation: the source's own, or written to the folder of the runs."""
    wanted = ["train", "validation"] if evaluates else ["train"]
    data = recipe.data
    if data["source"] is not None and not any(data[name] for name in ("columns", "split", "bad_rows", "max_rows")):
        own = _own_files(data["source"], dataset, wanted)
        if own and set(columns) <= set(CANONICAL):
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
