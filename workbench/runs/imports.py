"""A quicker start: optional packages that libraries would import without need look absent while they load.

PEFT imports bitsandbytes, which pulls in torch's compiler, and transformers imports scipy for object detection:
together about a third of the time that a trainer's imports take.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager

__all__ = ["OPTIONAL", "absent", "present_again"]

OPTIONAL = ("bitsandbytes", "scipy")


@contextmanager
def absent(needed: Collection[str] = ()) -> Iterator[None]:
    """While inside, `OPTIONAL` packages but those `needed`, and those loaded already, cannot be imported."""
    hidden = [name for name in OPTIONAL if name not in needed and name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def present_again() -> None:
    """Let libraries look anew for what was absent; most ask once and remember the answer."""
    for name in ("peft.import_utils", "transformers.utils.import_utils"):
        for asked, function in vars(sys.modules.get(name)).items() if sys.modules.get(name) else ():
            if asked.startswith("is_") and hasattr(function, "cache_clear"):
                function.cache_clear()
