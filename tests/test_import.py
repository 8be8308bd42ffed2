"""What importing costs, and which way imports may go."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import workbench as wb
from workbench import _stubs

PACKAGE = Path(wb.__file__).parent
HEAVY = ("torch", "transformers", "datasets", "pandas", "peft", "trl", "ipywidgets", "anywidget", "numpy")

# From the floor up: a room imports only rooms below it.
ORDER = [
    {"errors", "settings", "home"},
    {"bundled"},
    {"metrics"},
    {"tools"},
    {"models"},
    {"data"},
    {"tuning"},
    {"objectives"},
    {
        "recipe",
        "draft",
        "estimate",
        "_recipe_yaml",
        "_recipe_code",
        "_recipe_reading",
        "_plain_script",
        "_plain_data",
        "_plain_rewards",
        "_plain_metrics",
    },
    {"retrieval"},
    {"runs"},
    {"evaluation"},
    {"registry"},
    {"bench"},
    {"_comparison", "_terminal", "cli", "doctor", "panels", "lessons", "__main__", "_stubs"},
]
LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms}


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PACKAGE.parent)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_loads_nothing_heavy():
    code = f"import sys, workbench; print([name for name in {HEAVY} if name in sys.modules])"
    assert python(code).strip() == "[]"


def test_a_recipe_is_built_checked_and_written_without_torch():
    code = """
import sys
import workbench as wb
recipe = wb.Recipe("tiny-support", [{"prompt": "a", "completion": "b"}] * 3, wb.SFT(), wb.LoRA(r=4), wb.Training())
recipe = recipe.replace({"tuning.name": "full"})
assert wb.Recipe.from_yaml("model: x\\ndataset: y\\n").model == "x"
wb.System("tiny-support")
recipe.problems()
print([name for name in ("torch", "transformers", "peft", "trl", "datasets") if name in sys.modules])
"""
    assert python(code).strip() == "[]"


def test_public_names():
    assert {"Recipe", "SFT", "LoRA", "Full", "Training", "load_dataset", "launch", "runs"} <= set(wb.__all__)
    assert set(wb.__all__) <= set(dir(wb))
    assert wb.LoRA.name == "lora"
    with pytest.raises(AttributeError, match="no attribute 'LoRa'"):
        wb.LoRa  # noqa: B018


def test_stub_is_up_to_date():
    assert _stubs.STUB.read_text(encoding="utf-8") == _stubs.stub_text(), "run: python -m workbench._stubs"


def modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if "make" not in path.parts]


def imports_of(path: Path) -> list[str]:
    """Every module a file names in an import statement, wherever it stands, but for type checking only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = []
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found += (
                [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "workbench" else [node.module]
            )
    return found


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path):
    room = room_of(path)
    if room == "__init__":
        return  # the lazy front door names every room and imports none
    assert room in LEVEL, f"{room} has no place in the order of rooms"
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] == "workbench" and len(parts) > 1 and parts[1] in LEVEL:
            assert LEVEL[parts[1]] <= LEVEL[room], f"{path.name} ({room}) imports {name}"
            same_level = LEVEL[parts[1]] == LEVEL[room]
            assert not same_level or parts[1] == room or LEVEL[room] in (0, LEVEL["recipe"], len(ORDER) - 1)
        if parts[0] in ("ipywidgets", "anywidget"):
            assert room == "panels", f"{path.name} imports {name} outside of panels"


def test_the_order_would_notice():
    assert LEVEL["data"] < LEVEL["recipe"] < LEVEL["runs"] < LEVEL["panels"]
    seen = {name.split(".")[1] for path in modules() for name in imports_of(path) if name.startswith("workbench.")}
    assert {"errors", "data", "models", "objectives"} <= seen
