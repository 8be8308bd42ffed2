"""What the machine can do, found out without loading torch where there is no GPU."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

__all__ = ["Machine", "machine"]


@dataclass(frozen=True)
class Machine:
    """The device a run would use.

    Parameters
    ----------
    device
        ``"cpu"``, ``"cuda"`` or ``"mps"``.
    name
        The processor's name.
    bf16
        Whether it computes with bf16 faster than with fp32.
    bf16_reason
        Why that is believed.
    memory_bytes
        Memory of the device; of the machine for a CPU.
    """

    device: str
    name: str
    bf16: bool
    bf16_reason: str
    memory_bytes: int


@lru_cache(maxsize=1)
def machine() -> Machine:
    """This machine. torch is imported only when there are signs of a GPU."""
    if _gpu_signs():
        found = _accelerator()
        if found is not None:
            return found
    name, flags = _processor()
    has = [flag for flag in ("amx_bf16", "avx512_bf16", "bf16") if flag in flags]
    reason = f"the processor computes with bf16 ({has[0]})" if has else "the processor has no bf16 units"
    return Machine("cpu", name, bool(has), reason, _memory())


def _gpu_signs() -> bool:
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return False
    return Path("/dev/nvidiactl").exists() or shutil.which("nvidia-smi") is not None or sys.platform == "darwin"


def _accelerator() -> Machine | None:
    import torch

    if torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(0)
        bf16 = properties.major >= 8
        reason = f"compute capability {properties.major}.{properties.minor}, bf16 from 8.0 on"
        return Machine("cuda", properties.name, bf16, reason, properties.total_memory)
    if torch.backends.mps.is_available():
        return Machine("mps", "Apple GPU", False, "not measured on Apple GPUs", _memory())
    return None


def _processor() -> tuple[str, frozenset[str]]:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        import platform

        return platform.processor() or platform.machine(), frozenset()
    fields = dict(
        reversed(
            [(key.strip(), value.strip()) for key, _, value in (line.partition(":") for line in text.splitlines())]
        )
    )
    return fields.get("model name", "CPU"), frozenset((fields.get("flags") or fields.get("Features") or "").split())


def _memory() -> int:
    """The machine's memory, or the control group's limit where that is less."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        import psutil

        return int(psutil.virtual_memory().total)
    for file in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            return min(total, int(Path(file).read_text()))
        except (OSError, ValueError):
            continue
    return total
