"""Which devices a run may use, found without torch: the supervisor decides it while the run still queues."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from pathlib import Path

__all__ = ["devices"]


def devices() -> list[str]:
    """The devices to choose from, best first: ``["cuda:0", "cuda:1"]``, or ``["cpu"]``.

    CUDA counts where the installed torch was built for it, a card is there, and ``CUDA_VISIBLE_DEVICES`` shows it.
    """
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    cards = [entry for entry in visible.split(",") if entry.strip()] if visible is not None else _cards()
    if not cards or not _torch_has_cuda():
        return ["cpu"]
    return [f"cuda:{index}" for index in range(len(cards))]


def _cards() -> list[str]:
    if sys.platform.startswith("linux"):
        return sorted(str(path) for path in Path("/dev").glob("nvidia[0-9]*"))
    return ["0"] if sys.platform == "win32" and Path(r"C:\Windows\System32\nvcuda.dll").exists() else []


def _torch_has_cuda() -> bool:
    spec = importlib.util.find_spec("torch")
    if spec is None or not spec.origin:
        return False
    try:
        text = (Path(spec.origin).parent / "version.py").read_text()
    except OSError:
        return False
    return re.search(r"^cuda(?:: [^=]+)? = ['\"]", text, re.MULTILINE) is not None
