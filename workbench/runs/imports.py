"""A quicker start: optional packages that libraries would import without need look absent while they load.

PEFT imports bitsandbytes, which pulls in torch's compiler; transformers imports scipy for object detection and, where
it is installed, scikit-learn: together about a third of the time that a trainer's imports take.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["OPTIONAL", "absent", "present_again"]

OPTIONAL = ("bitsandbytes", "scipy", "sklearn")


@contextmanager
def absent(needed: Collection[str] = ()) -> Iterator[None]:
    """While inside, who looks for an `OPTIONAL` package does not find it; who imports it without a look gets it.

    Only bitsandbytes cannot be imported either, which PEFT tries without a look. Those `needed`, and those loaded
    already, are found as ever.
    """
    hidden = [name for name in OPTIONAL if name not in needed and name not in sys.modules]
    find_spec, tried = importlib.util.find_spec, "bitsandbytes" in hidden

    def looking(name: str, package: str | None = None) -> Any:
        return None if name.partition(".")[0] in hidden else find_spec(name, package)

    importlib.util.find_spec = looking
    if tried:
        sys.modules["bitsandbytes"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if tried:
            del sys.modules["bitsandbytes"]
        importlib.util.find_spec = find_spec
        hidden.clear()  # who kept the function that looks away sees everything from now on


def present_again() -> None:
    """Let libraries look anew for what was absent; most ask once and remember the answer."""
    for name in ("peft.import_utils", "transformers.utils.import_utils"):
        for asked, function in vars(sys.modules.get(name)).items() if sys.modules.get(name) else ():
            if asked.startswith("is_") and hasattr(function, "cache_clear"):
                function.cache_clear()
