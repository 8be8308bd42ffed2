"""A Recipe: everything a run needs, as data. Frozen, YAML in and out, code in two forms.

>>> import workbench as wb
>>> recipe = wb.Recipe(model="tiny-support", dataset="support-desk/tickets", training=wb.Training(max_steps=300))
>>> recipe.replace({"training.max_steps": 50}).training.max_steps
50
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import _recipe_yaml
from workbench.data.dataset import REFERENCE, Dataset, load_dataset
from workbench.data.files import is_whole
from workbench.data.rendering import NAMED, Renderer, template_problem
from workbench.data.sources import source_stamp
from workbench.errors import DatasetError, InvalidInputError, ModelNotFoundError, Problem, RecipeError
from workbench.home import home as home_folder
from workbench.models.endpoint import is_endpoint
from workbench.models.loading import cannot_start
from workbench.models.resolve import bundled_models, reference_of, resolve_model
from workbench.models.shapes import shapes
from workbench.objectives import Objective, Training, gate, objectives, row_limit
from workbench.objectives.sft import SFT
from workbench.settings import Settings, check_settings, nearest
from workbench.tuning import Tuning, tunings
from workbench.tuning.lora import LoRA

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Recipe", "parse_set"]

parse_set = _recipe_yaml.parse_set


@dataclass(frozen=True, eq=False)
class Recipe(Settings):
    """What a run needs: a base model, data, an objective, a way of tuning and training settings.

    Trains on train, evaluates on validation, never touches test. Making one checks types, ranges and pairs, reads
    nothing from disk, and reports all problems at once.

    Parameters
    ----------
    model
        A bundled name, folder or hub id, or a run whose best model is the start.
    dataset
        A `Dataset`, or anything `load_dataset` takes.
    objective
        What is optimised. Default: `SFT`.
    tuning
        Which weights move. Default: `LoRA`.
    training
        How long, how fast, in what portions.
    template
        The chat template, as `Renderer` takes it. Default: the tokenizer's, else the bundled one.
    seed
        For the order of rows, new weights and dropout.
    trust_remote_code
        Whether Python code that comes with the model may run.

    Raises
    ------
    RecipeError
        With every problem found.
    """

    model: Any
    dataset: Any
    objective: Objective = field(default_factory=SFT)
    tuning: Tuning = field(default_factory=LoRA)
    training: Training = field(default_factory=Training)
    template: str | None = None
    seed: int = 0
    trust_remote_code: bool = False

    def __post_init__(self) -> None:
        problems = self._convert_dataset()
        problems += self._check()
        errors = [problem for problem in problems if problem.severity == "error"]
        if errors:
            raise RecipeError(errors)

    @property
    def data(self) -> dict[str, Any]:
        """The reference to the data: its source, how to read it, and the hash when it is known."""
        if isinstance(self.dataset, Dataset):
            return self.dataset.source
        return dict(self.dataset)

    @property
    def model_name(self) -> str:
        """The reference to the model: a name, a path, or ``run:PATH``."""
        return reference_of(self.model) or repr(self.model)

    def load_dataset(self) -> Dataset:
        """The data, read now unless it was given as a `Dataset`, or read before from files that have not changed.

        Raises
        ------
        DatasetError
            When it cannot be read, or is not the data the recipe was written for.
        """
        if isinstance(self.dataset, Dataset):
            return self.dataset
        reference = self.dataset
        stamp, dataset = self.__dict__.get("_read", (None, None))
        now = source_stamp(reference["source"])
        if dataset is None or now is None or stamp != now:
            read = [name for name in REFERENCE if name not in ("source", "hash")]
            how = {name: reference[name] for name in read if reference[name] is not None}
            dataset = load_dataset(reference["source"], **how)
            object.__setattr__(self, "_read", (now, dataset))
        if reference["hash"] and dataset.hash != reference["hash"]:
            raise DatasetError(
                f"{reference['source']} has changed since the recipe was written: its hash was {reference['hash']} and "
                f"is {dataset.hash}. Restore the data, or take the hash out of the recipe to train on what is there."
            )
        return dataset

    def stored(self, home: str | os.PathLike[str] | None = None) -> Recipe:
        """The same recipe with data that any process finds: absolute paths, the hash, rows in memory written once.

        Parameters
        ----------
        home
            Where ``datasets/HASH/`` is written; by default the folder of the runs.
        """
        dataset = self.load_dataset()
        reference = dataset.source
        if reference["source"] is None:
            folder = home_folder(home) / "datasets" / dataset.hash
            if not is_whole(folder, dataset.hash):
                shutil.rmtree(folder, ignore_errors=True)
                draft = folder.with_name(f".{dataset.hash}-{os.getpid()}")
                dataset.save(draft)
                try:
                    draft.rename(folder)
                except OSError:
                    if not folder.is_dir():
                        raise
            reference = {"source": str(folder), "columns": None, "split": {}, "hash": dataset.hash}
        source = Path(reference["source"]).expanduser()
        if not reference["source"].startswith("hub:") and source.exists():
            reference["source"] = str(source.absolute())
        model = self.model_name
        if not model.startswith("run:") and model not in bundled_models() and Path(model).expanduser().exists():
            model = str(Path(model).expanduser().absolute())
        template = self.template
        if template is not None and template not in NAMED and "{" not in template:
            template = Path(template).expanduser().read_text(encoding="utf-8")
        return self._with(model=model, dataset=reference, template=template)

    def replace(self, changes: Mapping[str, Any]) -> Recipe:
        """A copy with some settings changed.

        Parameters
        ----------
        changes
            Dotted names: ``{"training.max_steps": 50, "tuning": wb.Full()}``. ``"tuning.name"`` changes the way of
            tuning, with the defaults of the new one.

        Raises
        ------
        RecipeError
            With every unknown or impossible setting.
        """
        values, problems = _recipe_yaml.changed(self._values(), dict(changes))
        return self._build(values, problems)

    def problems(self, tokens: bool = False) -> list[Problem]:
        """What stands against this recipe when model and data are looked at.

        Parameters
        ----------
        tokens
            Also encode the rows with the model's tokenizer, as the gate of a run does.
        """
        found = self._check() + self.objective.file_problems()
        try:
            ref = resolve_model(self.model_name)
            if ref.path is not None:
                found += self.tuning.model_problems(shapes(ref))
            if reason := cannot_start(ref, self.tuning.peft_type, self.tuning.quantization("fp32") is not None):
                found.append(Problem("model", reason))
        except ModelNotFoundError as error:
            found.append(Problem("model", str(error)))
            ref = None
        dataset = None
        try:
            dataset = self.load_dataset()
            found += self._dataset_problems(dataset) + self.objective.row_problems(dataset)
        except DatasetError as error:
            found.append(Problem("dataset", str(error)))
        refused = any(problem.severity == "error" for problem in found)
        if tokens and ref is not None and dataset is not None and not refused:
            from workbench.models.loading import load_tokenizer

            try:
                tokenizer = load_tokenizer(ref, trust_remote_code=self.trust_remote_code)
                limit = row_limit(self, shapes(ref).positions if ref.path is not None else None)
                report = gate(self, dataset, Renderer(tokenizer, self.template), limit)
                found += report.errors + report.warnings
            except InvalidInputError as error:
                found.append(Problem("template", str(error)))
        return list(dict.fromkeys(found))

    @property
    def hash(self) -> str:
        """The hash of settings, data and model by content, names and paths left out (16 hex digits).

        Reads the data when its hash is not known yet.
        """
        values = self.to_dict()
        for name in ("objective", "tuning", "training"):
            part = getattr(self, name)
            for one in fields(part):
                if one.metadata.get("later") and getattr(part, one.name) == one.default:
                    del values[name][one.name]
        values["objective"] = self.objective.by_content(values["objective"])
        values["model"] = resolve_model(self.model_name).content_hash()
        values["dataset"] = self.data["hash"] or self.load_dataset().hash
        if self.template is not None and self.template not in NAMED and "{" not in self.template:
            values["template"] = Path(self.template).expanduser().read_text(encoding="utf-8")
        text = json.dumps(_without_points(values), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        """The recipe as plain data, as its YAML has it."""
        values = self._values()
        sections = {name: _recipe_yaml.section(values[name]) for name in ("objective", "tuning", "training")}
        out = {"model": self.model_name, "dataset": self.data, **sections, "template": self.template, "seed": self.seed}
        return {**out, "trust_remote_code": True} if self.trust_remote_code else out

    def to_yaml(self, path: str | os.PathLike[str] | None = None) -> str:
        """The recipe as YAML text, also written to `path` when given.

        Rows in memory are first written to the folder of the runs, so that the text finds them again.
        """
        recipe = self.stored() if self.data["source"] is None else self
        text = _recipe_yaml.dump(recipe.to_dict())
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    @classmethod
    def from_yaml(cls, source: str | os.PathLike[str]) -> Recipe:
        """A recipe from a YAML file or text. Neither model nor data need be there.

        Raises
        ------
        RecipeError
            With every problem in it: YAML, unknown names, types, ranges and pairs.
        """
        values, problems = _recipe_yaml.load(source)
        return cls._build(values, problems)

    @classmethod
    def from_code(cls, text: str) -> Recipe:
        """A recipe from text as *Copy as code*, `to_code` or `to_yaml` give it. Python is parsed, and never run.

        Raises
        ------
        InvalidInputError
            When there is no recipe in the text, or one made of more than plain values.
        RecipeError
            With every problem of the recipe.
        """
        from workbench import _recipe_reading

        if _recipe_reading.is_yaml(text):
            return cls.from_yaml(text)
        arguments = _recipe_reading.arguments_of(text)
        known = [item.name for item in fields(cls)]
        if unknown := [name for name in arguments if name not in known]:
            raise InvalidInputError(
                f"A recipe takes no {unknown[0]}={nearest(unknown[0], known)}. It takes {', '.join(known)}."
            )
        return cls(**arguments)

    def diff(self, other: Recipe) -> pd.DataFrame:
        """The settings in which another recipe differs.

        Returns
        -------
        pandas.DataFrame
            A row for each by dotted name, with the columns ``this`` and ``other``; a setting that only one of them has
            is None in the other.
        """
        import pandas as pd

        ours, theirs = (_flat(recipe.to_dict()) for recipe in (self, other))
        names = _differing(ours, theirs)
        values = [[ours.get(name), theirs.get(name)] for name in names]
        return pd.DataFrame(values, index=pd.Index(names, name="setting"), columns=["this", "other"], dtype=object)

    def to_code(self, plain: bool = False) -> str:
        """Python that makes this recipe again.

        Parameters
        ----------
        plain
            A script that needs only torch, transformers, peft, trl and datasets, and trains the same: the first
            losses are equal. Model and data are read now, to settle what is ``"auto"``.
        """
        from workbench._plain_script import plain_code
        from workbench._recipe_code import workbench_code

        return plain_code(self) if plain else workbench_code(self)

    def summary(self) -> list[tuple[str, str]]:
        """What a person wants to know at a glance: pairs of label and text."""
        training, data = self.training, self.data
        length = f"{training.max_steps} steps" if training.max_steps else f"{training.num_epochs or 3:g} epochs"
        rate = training.learning_rate
        tuning = self.tuning.title + (f", r={self.tuning.r}" if isinstance(self.tuning, LoRA) else "")
        described = self.dataset.describe() if isinstance(self.dataset, Dataset) else str(data["source"])
        return [
            ("Model", self.model_name),
            ("Data", described),
            ("Objective", self.objective.title),
            ("Tuning", tuning),
            ("Length", f"{length} of {training.batch_size * training.gradient_accumulation_steps} rows"),
            ("Learning rate", rate if isinstance(rate, str) else f"{rate:g}"),
            ("Template", self.template if self.template in (None, *NAMED) else "custom") if self.template
            else ("Template", "the model's own, else the bundled one"),
            ("Seed", str(self.seed)),
        ]  # fmt: skip

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recipe) and not _differing(_flat(self.to_dict()), _flat(other.to_dict()))

    def __hash__(self) -> int:
        return hash(json.dumps({**self.to_dict(), "dataset": self.data["source"]}, sort_keys=True, default=str))

    def __repr__(self) -> str:
        data = self.data["source"] or "rows in memory"
        return f"<Recipe {self.objective.name}-{self.tuning.name} of {self.model_name} on {data}>"

    def _values(self) -> dict[str, Any]:
        return {item.name: getattr(self, item.name) for item in fields(self)}

    def _with(self, **changes: Any) -> Recipe:
        return type(self)(**{**self._values(), **changes})

    @classmethod
    def _build(cls, values: dict[str, Any], problems: list[Problem]) -> Recipe:
        """The recipe, or one error with these problems and its own."""
        try:
            recipe = cls(**values)
        except RecipeError as error:
            seen = {problem.where for problem in problems}
            raise RecipeError([*problems, *(p for p in error.problems if p.where not in seen)]) from None
        if problems:
            raise RecipeError(problems)
        return recipe

    def _convert_dataset(self) -> list[Problem]:
        """Turn what was given into a Dataset or a reference, without reading files."""
        given = self.dataset
        if isinstance(given, Dataset):
            return []
        if isinstance(given, str) and not given.strip():
            object.__setattr__(self, "dataset", dict.fromkeys(REFERENCE))
            return [Problem("dataset", "is empty.", "Give a bundled name, a file or a folder.")]
        if isinstance(given, (str, os.PathLike)):
            object.__setattr__(self, "dataset", dict.fromkeys(REFERENCE) | {"source": os.fspath(given)})
        elif isinstance(given, Mapping) and "source" in given and set(given) <= set(REFERENCE):
            object.__setattr__(self, "dataset", dict.fromkeys(REFERENCE) | dict(given))
            return _recipe_yaml.reference_problems(self.dataset)
        else:
            try:
                object.__setattr__(self, "dataset", load_dataset(given))
            except DatasetError as error:
                object.__setattr__(self, "dataset", dict.fromkeys(REFERENCE))
                return [Problem("dataset", str(error))]
        return []

    def _check(self) -> list[Problem]:
        found: list[Problem] = []
        if reference_of(self.model) is None:
            found.append(Problem("model", f"must be a model's name or folder, or a run, got {self.model!r}."))
        elif is_endpoint(self.model):
            found.append(
                Problem("model", f"is an endpoint, {self.model!r}: its weights are elsewhere, so it cannot be trained.",
                        "Give a model of this machine or the hub.")
            )  # fmt: skip
        elif isinstance(self.model, str) and not self.model.strip():
            found.append(Problem("model", "is empty.", "Give a model's name or folder."))
        parts: list[tuple[str, Any, type, Iterable[type]]] = [
            ("objective", self.objective, Objective, objectives().values()),
            ("tuning", self.tuning, Tuning, tunings().values()),
            ("training", self.training, Training, []),
        ]
        complete = True
        for name, value, kind, known in parts:
            if not isinstance(value, kind):
                names = {"objective": "wb.SFT()", "tuning": "wb.LoRA()", "training": "wb.Training(...)"}
                found.append(
                    Problem(name, f"must be an object like {names[name]}, got {value!r}.", _advice(value, known))
                )
                complete = False
                continue
            found += check_settings(value, name)
        text = template_problem(self.template)
        if text:
            found.append(Problem("template", text))
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or not 0 <= self.seed < 2**32:
            found.append(Problem("seed", f"must be a whole number from 0 to {2**32 - 1}, got {self.seed!r}."))
        if not isinstance(self.trust_remote_code, bool):
            found.append(Problem("trust_remote_code", f"must be True or False, got {self.trust_remote_code!r}."))
        if complete and not any(problem.severity == "error" for problem in found):
            for part in (self.objective, self.tuning, self.training):
                found += part.conflicts(self)
            if isinstance(self.dataset, Dataset):
                found += self._dataset_problems(self.dataset)
        return found

    def _dataset_problems(self, dataset: Dataset) -> list[Problem]:
        kinds = self.objective.dataset_types
        if dataset.type not in kinds:
            return [Problem(
                "dataset", f"has rows of type {dataset.type} (read as {dataset.layout}), and {self.objective.title} "
                f"trains on {' or '.join(kinds)}.", "Choose another objective, or say columns= when loading.",
            )]  # fmt: skip
        if dataset.conversational and self.template == "plain":
            return [
                Problem(
                    "template", "is 'plain', which has no form for conversations.", "Leave it out, or use 'bundled'."
                )
            ]
        return []


def _advice(value: Any, known: Iterable[type]) -> str:
    """What to write instead of something that is no object of settings."""
    if isinstance(value, type) and issubclass(value, Settings):
        return f"Put the brackets behind it: wb.{value.__name__}()."
    names = ", ".join(f"wb.{kind.__name__}()" for kind in known)
    return f"Known: {names}." if names else ""


def _without_points(value: Any) -> Any:
    """Plain data in which 1.0 is written as 1: they are equal, and so must be what is made of them."""
    if isinstance(value, Mapping):
        return {name: _without_points(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_points(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _differing(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """The dotted names at which two recipes differ; data whose hash one of them does not know yet is told by source."""
    names = [name for name in {**ours, **theirs} if ours.get(name) != theirs.get(name)]
    if None in (ours.get("dataset.hash"), theirs.get("dataset.hash")):
        names = [name for name in names if name != "dataset.hash"]
    return names


def _flat(values: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Nested settings by dotted names."""
    out: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping) and before + name not in ("dataset.columns", "dataset.split"):
            out |= _flat(value, f"{before}{name}.")
        else:
            out[f"{before}{name}"] = value
    return out
