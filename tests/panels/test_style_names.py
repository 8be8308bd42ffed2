"""Panels share one page: what one panel's style sheet calls a thing, no other may style differently."""

from __future__ import annotations

import re
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "widgets" / "src"
SHARED = {"panel.css"}  # the look that all panels have


def test_no_class_is_styled_by_two_panels():
    owners: dict[str, set[str]] = {}
    for path in SOURCES.glob("*.css"):
        if path.name not in SHARED:
            for name in re.findall(r"^\.([\w-]+)(?:\s*\{|,)", path.read_text(encoding="utf-8"), re.MULTILINE):
                owners.setdefault(name, set()).add(path.name)
    assert len({file for files in owners.values() for file in files}) > 1
    assert not {name: sorted(files) for name, files in owners.items() if len(files) > 1}
