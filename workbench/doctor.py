"""`workbench doctor`: is everything here that training, panels and tests need, and what to do where it is not.

Each check is a function that returns one or more findings. None of them changes anything; torch is looked at in a
process of its own, so that a broken installation is a finding and not a crash.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbench.home import home

__all__ = ["Finding", "examine", "worst"]

Level = Literal["ok", "warn", "fail"]

# The versions of constraints.txt for the packages whose interfaces the workbench leans on; a test compares the two.
TESTED = {
    "accelerate": "1.15.0",
    "anywidget": "0.11.0",
    "bitsandbytes": "0.50.2",
    "datasets": "5.2.0",
    "ipykernel": "7.4.0",
    "ipywidgets": "8.1.9",
    "jupyterlab": "4.6.6",
    "peft": "0.21.2",
    "torch": "2.13.0",
    "transformers": "5.24.0",
    "trl": "1.16.0",
}
FREE_DISK, FREE_MEMORY = 2 * 2**30, 2 * 2**30  # bytes: room for checkpoints, and for a small model in training

_LOOK_AT_TORCH = """
import json, torch
print(json.dumps({
    "version": torch.__version__, "cuda_build": torch.version.cuda,
    "gpus": [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())],
    "mps": torch.backends.mps.is_available(),
}))
"""


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Parameters
    ----------
    level
        ``"ok"``, ``"warn"`` (works, with a loss) or ``"fail"`` (something will not work).
    name
        What was looked at.
    text
        What was found.
    remedy
        What to do about it.
    """

    level: Level
    name: str
    text: str
    remedy: str = ""

    def to_dict(self) -> dict[str, str]:
        """Plain data for ``doctor --json``."""
        return {"level": self.level, "name": self.name, "text": self.text, "remedy": self.remedy}


def examine() -> Iterator[Finding]:
    """All findings, in the order a person reads them; each check that breaks is a finding itself."""
    for check in CHECKS:
        try:
            yield from check()
        except Exception as error:
            yield Finding("fail", check.__name__.strip("_"), f"the check broke: {type(error).__name__}: {error}")


def worst(findings: list[Finding]) -> Level:
    """The gravest level among the findings."""
    return max((finding.level for finding in findings), key=["ok", "warn", "fail"].index, default="ok")


def _python() -> Iterator[Finding]:
    text = f"{platform.python_version()} at {sys.executable}"
    if sys.prefix == sys.base_prefix:
        yield Finding("warn", "Python", f"{text}, not in a virtual environment", "`make install` makes one in .venv.")
    else:
        yield Finding("ok", "Python", text)
    yield Finding("ok", "system", f"{platform.system()} {platform.release()} {platform.machine()}")


def _versions() -> Iterator[Finding]:
    missing, other = [], []
    for name, tested in TESTED.items():
        try:
            installed = importlib.metadata.version(name).partition("+")[0]
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
            continue
        if installed != tested:
            other.append(f"{name} {installed} (tested: {tested})")
    again = "`pip install -c constraints.txt -e .` restores what was tested."
    if missing:
        yield Finding("fail", "packages", f"missing: {', '.join(missing)}", again)
    if other:
        yield Finding("warn", "packages", f"not the tested versions: {', '.join(other)}", again)
    if not missing and not other:
        yield Finding("ok", "packages", f"all {len(TESTED)} at the tested versions")


def judge_torch(found: dict, card: str | None) -> Finding:
    """The finding about torch and the graphics card.

    Parameters
    ----------
    found
        What torch says of itself: ``version``, ``cuda_build``, ``gpus``, ``mps``.
    card
        The name of an NVIDIA card that the system has, found without torch.
    """
    version = found["version"]
    if found["gpus"]:
        return Finding("ok", "torch", f"{version}, CUDA {found['cuda_build']}, on {', '.join(found['gpus'])}")
    if card and not found["cuda_build"]:
        remedy = "`make install GPU=1` installs the CUDA build."
        return Finding("fail", "torch", f"{version} is a CPU build, but there is a GPU here: {card}", remedy)
    if card:
        remedy = "See `nvidia-smi`: the driver may be too old for this CUDA, or CUDA_VISIBLE_DEVICES hides the card."
        return Finding("fail", "torch", f"{version}, CUDA {found['cuda_build']}, cannot use the GPU: {card}", remedy)
    if found["mps"]:
        return Finding("ok", "torch", f"{version}, Apple GPU")
    return Finding("ok", "torch", f"{version}, on the CPU (there is no NVIDIA GPU here)")


def _torch() -> Iterator[Finding]:
    done = subprocess.run([sys.executable, "-c", _LOOK_AT_TORCH], capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]
        yield Finding("fail", "torch", f"cannot be imported: {last}", "`make install` installs it.")
        return
    yield judge_torch(json.loads(done.stdout.strip().splitlines()[-1]), nvidia_card())


def nvidia_card() -> str | None:
    """The name of an NVIDIA card in this machine, without torch; None where there is none."""
    tool = shutil.which("nvidia-smi")
    if tool:
        done = subprocess.run(
            [tool, "--query-gpu=name", "--format=csv,noheader"], capture_output=True, text=True, timeout=30
        )
        if done.returncode == 0 and done.stdout.strip():
            return done.stdout.strip().splitlines()[0]
    return "an NVIDIA card (/dev/nvidia0)" if Path("/dev/nvidia0").exists() else None


def _processor() -> Iterator[Finding]:
    import psutil

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    threads = os.environ.get("WORKBENCH_THREADS")
    yield Finding(
        "ok",
        "threads",
        f"{threads or cores} for each run ({cores} cores usable, WORKBENCH_THREADS {threads or 'unset'})",
    )
    flags = _cpu_flags()
    if flags is not None:
        units = sorted(flag for flag in ("avx512_bf16", "amx_bf16", "bf16") if flag in flags)
        if units:
            yield Finding("ok", "bf16 on the CPU", f"units found: {', '.join(units)}")
        else:
            yield Finding("ok", "bf16 on the CPU", "no units: runs on the CPU compute in fp32")
    memory = psutil.virtual_memory()
    text = f"{memory.available / 2**30:.1f} GiB free of {memory.total / 2**30:.1f}"
    if memory.available < FREE_MEMORY:
        yield Finding("warn", "memory", text, "Close other programs, or train smaller models.")
    else:
        yield Finding("ok", "memory", text)


def _cpu_flags() -> set[str] | None:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return None
    line = next((line for line in lines if line.lower().startswith(("flags", "features"))), "")
    return set(line.partition(":")[2].split())


def _home() -> Iterator[Finding]:
    path = home()
    why = "from WORKBENCH_HOME" if os.environ.get("WORKBENCH_HOME") else "WORKBENCH_HOME is unset"
    existing = next(folder for folder in (path, *path.parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        remedy = "Set WORKBENCH_HOME to a folder that can be written to."
        yield Finding("fail", "runs folder", f"{path} cannot be written to: {error}", remedy)
        return
    yield Finding("ok", "runs folder", f"{path} ({why})")
    free = shutil.disk_usage(existing).free
    text = f"{free / 2**30:.1f} GiB free at {existing}"
    remedy = "Delete old runs, or set WORKBENCH_HOME to a larger disk."
    yield Finding("warn", "disk", text, remedy) if free < FREE_DISK else Finding("ok", "disk", text)


def _jupyter() -> Iterator[Finding]:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        remedy = f"`{sys.executable} -m ipykernel install --sys-prefix` makes it."
        yield Finding("fail", "notebook kernel", "there is no kernel 'python3'", remedy)
        return
    named = spec.argv[0]
    python = sys.executable if named in ("python", "python3") else named
    if Path(python).resolve() == Path(sys.executable).resolve() and Path(python).parent == Path(sys.executable).parent:
        yield Finding("ok", "notebook kernel", f"python3 runs {python}")
    else:
        remedy = f"`{sys.executable} -m ipykernel install --sys-prefix`, then restart JupyterLab."
        yield Finding("warn", "notebook kernel", f"python3 runs {python}, this is {sys.executable}", remedy)
    yield _subshells()


def _subshells() -> Finding:
    """JupyterLab's setting that lets *Stop* through while a cell runs."""
    from jupyter_core.paths import jupyter_config_dir

    folder = Path(os.environ.get("JUPYTERLAB_SETTINGS_DIR") or Path(jupyter_config_dir()) / "lab" / "user-settings")
    path = folder / "@jupyterlab" / "apputils-extension" / "kernels-settings.jupyterlab-settings"
    lines = path.read_text(errors="replace").splitlines() if path.exists() else []
    line = next((line for line in lines if '"commsOverSubshells"' in line and not line.lstrip().startswith("//")), "")
    if '"disabled"' in line:
        return Finding(
            "warn",
            "clicks while a cell runs",
            "JupyterLab's commsOverSubshells is disabled: Stop in a panel waits for the cell to end",
            "Settings, Kernel: set it back to its default; or stop with `workbench stop RUN`.",
        )
    return Finding("ok", "clicks while a cell runs", "delivered (commsOverSubshells is on)")


def _hub() -> Iterator[Finding]:
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on"):
        yield Finding("ok", "model hub", "offline by HF_HUB_OFFLINE: bundled models, folders and the local cache only")
        return
    host = os.environ.get("HF_ENDPOINT", "https://huggingface.co").partition("://")[2].partition("/")[0]
    name, _, port = host.partition(":")
    try:
        socket.create_connection((name, int(port or 443)), timeout=3).close()
    except OSError as error:
        remedy = "Bundled models and local folders work; HF_HUB_OFFLINE=1 saves the waiting."
        yield Finding("warn", "model hub", f"{host} cannot be reached: {error}", remedy)
        return
    yield Finding("ok", "model hub", f"{host} answers")


def _browser() -> Iterator[Finding]:
    names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
    on_path = (found for name in names if (found := shutil.which(name)))
    path = os.environ.get("WORKBENCH_CHROMIUM") or next(on_path, None)
    if path:
        yield Finding("ok", "browser for tests", path)
    else:
        remedy = "Only `make test` needs one: apt-get install chromium, or `playwright install chromium`."
        yield Finding("warn", "browser for tests", "no Chromium on the PATH", remedy)


CHECKS: list[Callable[[], Iterator[Finding]]] = [
    _python,
    _versions,
    _torch,
    _processor,
    _home,
    _jupyter,
    _hub,
    _browser,
]
