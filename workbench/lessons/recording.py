"""What the scripts of recorded results share: runs that are kept, a figure over seeds as plain data, and claims."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from workbench.evaluation.statistics import over_seeds
from workbench.lessons.claims import judge
from workbench.recipe import Recipe
from workbench.runs import Run, launch, open_run, runs

__all__ = ["interval", "judged", "kept", "trained"]


def trained(recipe: Recipe, home: Path) -> Run:
    """The finished run of a recipe: the one that is there, waited for or gone on with, or a new one."""
    for run in runs(home):
        if run.recipe.hash == recipe.hash:
            if run.status in ("paused", "stopped"):
                run.resume()
            if run.wait() == "completed":
                return run
    run = launch(recipe, home=home)
    assert run.wait() == "completed", run.reason
    return run


def kept(run: Run, folder: Path, start: Run | None = None) -> Run:
    """A finished run of an adapter, copied so that it can be opened on any machine.

    What it is and what it logged is kept; checkpoints, process numbers and paths are not.

    Parameters
    ----------
    run
        Began as a bundled model, or as `start`, which did.
    folder
        Where to, emptied first.
    start
        The run that it began as, kept beside `folder`.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(run.path / "model", folder / "model", ignore=shutil.ignore_patterns("README.md"))
    shutil.copy(run.path / "resolved.yaml", folder)
    began_as = {} if start is None else {"model": f"run:{start.path.name}"}
    values = run.recipe.to_dict() | began_as
    source = Path(values["dataset"]["source"])
    if source.is_absolute():  # rows that were made by a lesson: their hash says which
        values["dataset"]["source"] = f"{source.parent.name}/{source.name}"
    (folder / "recipe.yaml").write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")
    events = [{**event, "pid": None, "supervisor_pid": None} if "pid" in event else event for event in run.events()]
    lines = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)
    (folder / "events.jsonl").write_text(lines, encoding="utf-8")
    state = {"status": "completed", "reason": None, "attempt": 1}
    (folder / "status.json").write_text(json.dumps(state) + "\n", encoding="utf-8")
    config, base = folder / "model" / "adapter_config.json", (start or run).recipe.model_name
    plain = json.loads(config.read_text(encoding="utf-8")) | {"base_model_name_or_path": base}
    config.write_text(json.dumps(plain, indent=2) + "\n", encoding="utf-8")
    sizes = {
        file.name: file.stat().st_size for file in sorted((folder / "model").iterdir()) if file.name != "complete.json"
    }
    (folder / "model" / "complete.json").write_text(json.dumps(sizes), encoding="utf-8")
    return open_run(folder)


def interval(values: list[float], n_rows: int, *, share: bool = False) -> dict[str, Any]:
    """Mean over seeds with its t interval, as plain data; of a `share` the interval ends at 0 and 1."""
    found = over_seeds(values, n_rows=n_rows, span=(0.0, 1.0) if share else None)
    return {"value": found.value, "low": found.low, "high": found.high, "seeds": values, "n_rows": n_rows}


def judged(
    claims: Path, lesson: str, seeds_of: Callable[[Mapping[str, str], str], Sequence[float]]
) -> list[dict[str, Any]]:
    """Each claim that was written down for a lesson, with what came out.

    Parameters
    ----------
    claims
        ``claims.yaml``.
    lesson
        Its key there.
    seeds_of
        Gives the figures of a claim's side, one a seed; called with the claim and the name of the side's system.
    """
    written = yaml.safe_load(claims.read_text(encoding="utf-8"))[lesson]
    return [
        {
            "claim": each["claim"],
            "direction": each["direction"],
            **asdict(judge(seeds_of(each, each["a"]), seeds_of(each, each["b"]), each["direction"])),
        }
        for each in written
    ]
