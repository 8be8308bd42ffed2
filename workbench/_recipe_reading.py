"""A recipe from text that was pasted: its YAML, or the Python that `Recipe.to_code` writes.

Python is parsed and never run: assignments of ``wb.load_dataset(...)``, of its repairs, and of ``wb.Recipe(...)`` with
plain values are understood, and everything else is left alone.
"""

from __future__ import annotations

import ast
from typing import Any

from workbench.data.dataset import REFERENCE, Dataset, load_dataset
from workbench.errors import InvalidInputError
from workbench.objectives import Training, objectives
from workbench.settings import nearest
from workbench.tuning import tunings

__all__ = ["arguments_of", "is_yaml"]

CHAIN = ("repair", "resplit", "head")
"""What may follow ``load_dataset(...)``."""


def arguments_of(text: str) -> dict[str, Any]:
    """The arguments of the last ``wb.Recipe(...)`` in some Python.

    Parameters
    ----------
    text
        As `Recipe.to_code` and *Copy as code* write it. ``%`` and ``!`` lines of a notebook are passed over.

    Raises
    ------
    InvalidInputError
        When the text is no Python, has no recipe in it, or a recipe made of more than plain values.
    """
    lines = [line if line.lstrip()[:1] not in ("%", "!") else "" for line in text.splitlines()]
    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        where = f" (line {error.lineno})" if isinstance(error, SyntaxError) and error.lineno else ""
        raise InvalidInputError(
            f"This is neither a recipe's YAML nor Python{where}: {getattr(error, 'msg', error)}. Paste what Copy as "
            "code or recipe.to_yaml() gave, as a whole."
        ) from None
    reader = _Reader()
    reader.functions = {
        node.name: {"function": node.name, "source": (ast.get_source_segment("\n".join(lines), node) or "") + "\n"}
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }
    found: dict[str, Any] | None = None
    for statement in tree.body:
        value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Expr)) else None
        if value is None:
            continue
        calls = [node for node in ast.walk(value) if isinstance(node, ast.Call) and _name(node.func) == "Recipe"]
        if calls:
            found = reader.recipe(calls[0])
        elif isinstance(statement, ast.Assign) and _makes_data(value):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    reader.data[target.id] = value
    if found is None:
        raise InvalidInputError("There is no wb.Recipe(...) in this text. Paste what Copy as code gave, as a whole.")
    return found


class _Reader:
    def __init__(self) -> None:
        self.data: dict[str, ast.expr] = {}
        self.functions: dict[str, dict[str, str]] = {}
        self.kinds: dict[str, type] = {kind.__name__: kind for kind in (*objectives().values(), *tunings().values())}
        self.kinds["Training"] = Training

    def recipe(self, call: ast.Call) -> dict[str, Any]:
        given = dict(zip(("model", "dataset", "objective", "tuning", "training"), call.args, strict=False))
        given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None}
        if any(keyword.arg is None for keyword in call.keywords):
            raise InvalidInputError(f"Line {call.lineno}: **arguments of a recipe cannot be read. Write them out.")
        return {name: self.dataset(value) if name == "dataset" else self.value(value) for name, value in given.items()}

    def dataset(self, value: ast.expr) -> Any:
        if isinstance(value, ast.Name):
            if value.id not in self.data:
                raise InvalidInputError(
                    f"Line {value.lineno}: the recipe's data is {value.id!r}, and no line above says what that is. "
                    "Paste the line with wb.load_dataset(...) too."
                )
            value = self.data[value.id]
        if not _makes_data(value):
            return self.value(value)
        steps: list[ast.Call] = []
        while isinstance(value, ast.Call) and _name(value.func) != "load_dataset":
            steps.insert(0, value)
            assert isinstance(value.func, ast.Attribute)
            value = value.func.value
        assert isinstance(value, ast.Call)
        source, how = self.arguments(value)
        if len(source) != 1 or not isinstance(source[0], str):
            raise InvalidInputError(
                f"Line {value.lineno}: rows that were given in memory are not in the text. Save them with ds.save(), "
                "and name the folder in wb.load_dataset(...)."
            )
        unknown = [name for name in how if name not in REFERENCE]
        if unknown:
            raise InvalidInputError(f"load_dataset takes no {unknown[0]}={nearest(unknown[0], REFERENCE)}.")
        if not steps:
            return {"source": source[0], **how} if how else source[0]
        made: Dataset = load_dataset(source[0], **how)
        for step in steps:
            given, named = self.arguments(step)
            made = getattr(made, _name(step.func))(*given, **named)
        return made

    def arguments(self, call: ast.Call) -> tuple[list[Any], dict[str, Any]]:
        return [self.value(each) for each in call.args], {
            str(keyword.arg): self.value(keyword.value) for keyword in call.keywords
        }

    def value(self, node: ast.expr) -> Any:
        """A plain value, a function whose source is in the text, or one of the settings' classes made of these."""
        if isinstance(node, ast.Name) and node.id in self.functions:
            return self.functions[node.id]
        if isinstance(node, (ast.List, ast.Tuple)) and any(isinstance(part, ast.Name) for part in ast.walk(node)):
            return [self.value(part) for part in node.elts]
        if isinstance(node, ast.Dict) and any(isinstance(part, ast.Name) for part in node.values):
            return {self.value(key): self.value(part) for key, part in zip(node.keys, node.values, strict=True) if key}
        if isinstance(node, ast.Call):
            kind = self.kinds.get(_name(node.func))
            if kind is None:
                name = ast.unparse(node.func)
                raise InvalidInputError(
                    f"Line {node.lineno}: {name}(...) is not known here{nearest(name.rpartition('.')[2], self.kinds)}. "
                    f"Known: {', '.join(self.kinds)}."
                )
            given, named = self.arguments(node)
            try:
                return kind(*given, **named)
            except TypeError as error:
                raise InvalidInputError(f"Line {node.lineno}: {error}.") from None
        try:
            return ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            raise InvalidInputError(
                f"Line {node.lineno}: {ast.unparse(node)[:60]!r} is no plain value, and pasted code is never run. "
                "Write the value itself."
            ) from None


def _name(function: ast.expr) -> str:
    """The last part of a called name: ``Recipe`` of ``wb.Recipe``."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _makes_data(value: ast.expr) -> bool:
    """Whether an expression is ``load_dataset(...)`` and perhaps repairs of it."""
    while isinstance(value, ast.Call) and _name(value.func) in CHAIN and isinstance(value.func, ast.Attribute):
        value = value.func.value
    return isinstance(value, ast.Call) and _name(value.func) == "load_dataset"


def is_yaml(text: str) -> bool:
    """Whether a text is meant as a recipe's YAML: its first line that says something is ``key:``."""
    first = next((line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")), "")
    key, colon, _ = first.partition(":")
    return bool(colon) and key.strip().isidentifier()
