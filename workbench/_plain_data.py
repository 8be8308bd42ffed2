"""The rows of a recipe as lines of a script: which files, which columns, and how a row becomes what TRL takes."""

from __future__ import annotations

import shutil
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

__all__ = ["data_lines"]

SFT_COLUMNS = ("prompt", "completion", "messages", "text")


def data_lines(recipe: Recipe, dataset: Dataset, renderer: Renderer, evaluates: bool) -> str:
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
            f"    return Dataset.from_list([{{name: row[name] for name in {quoted(columns)}}} for row in rows])",
            "",
            "",
        ]
    read = {".jsonl": "read({})", ".parquet": f"Dataset.from_parquet({{}}).select_columns({quoted(columns)})"}[suffix]
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
    lines.append(f"train = {read.format(quoted(files['train']))}{turns}")
    if evaluates:
        limit, rows = recipe.training.max_eval_rows, dataset.splits["validation"]
        cut = f".select(range({limit}))" if limit is not None and limit < rows else ""
        lines.append(f"validation = {read.format(quoted(files['validation']))}{cut}{turns}")
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
