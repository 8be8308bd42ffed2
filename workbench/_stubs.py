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
    homes = dict(workbench._NAMES)
    homes |= {name: kind.__module__ for name, kind in workbench._discovered().items()}
    modules: dict[str, list[str]] = {}
    for name, module in homes.items():
        modules.setdefault(module, []).append(name)
    lines = ["# Made by `python -m workbench._stubs`; a test compares."]
    lines += [f"from workbench import {room} as {room}" for room in workbench._ROOMS]
    for module in sorted(modules):
        names = sorted(modules[module])
        lines += [f"from {module} import {name} as {name}" for name in names]
    names = ", ".join(f'"{name}"' for name in workbench.__getattr__("__all__"))
    return "\n".join([*lines, "", "__version__: str", f"__all__ = [{names}]", ""])


if __name__ == "__main__":
    STUB.write_text(stub_text(), encoding="utf-8")
