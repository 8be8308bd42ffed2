"""Writes ``__init__.pyi``, so that editors and type checkers see the names that are loaded lazily.

python -m workbench._stubs
"""

from __future__ import annotations

from pathlib import Path

import workbench

__all__ = ["STUB", "stub_text"]

STUB = Path(__file__).with_name("__init__.pyi")


def stub_text() -> str:
    """The stub as it should be."""
    homes: dict[str, str] = dict(workbench._NAMES)  # type: ignore[attr-defined]
    homes |= {name: kind.__module__ for name, kind in workbench._discovered().items()}  # type: ignore[attr-defined]
    modules: dict[str, list[str]] = {}
    for name, module in homes.items():
        modules.setdefault(module, []).append(name)
    rooms = sorted(workbench._ROOMS)  # type: ignore[attr-defined]
    lines = ["# Made by `python -m workbench._stubs`; a test compares."]
    lines += [f"from workbench import {room} as {room}" for room in rooms]
    for module in sorted(modules):
        lines += [f"from {module} import {name} as {name}" for name in sorted(modules[module], key=_order)]
    names = "".join(f'    "{name}",\n' for name in sorted([*homes, *rooms], key=_order))
    return "\n".join([*lines, "", "__version__: str", f"__all__ = [\n{names}]", ""])


def _order(name: str) -> tuple[int, str]:
    """Constants, classes, functions: the order ruff sorts names in."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


if __name__ == "__main__":
    STUB.write_text(stub_text(), encoding="utf-8")
