"""A model's name to where it is, in milliseconds and without loading anything.

A name is looked for as: a run's model (``run:PATH``), a bundled model, a GGUF model (a ``.gguf`` file, or the name of
one that an extra installs), a folder, a model in the hub's local cache, and, when the network answers, a model of the
hub.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
import socket
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from workbench.errors import ModelNotFoundError
from workbench.home import home
from workbench.models.endpoint import is_endpoint
from workbench.models.gguf import PACKAGED, GGUFSource, find
from workbench.models.quantization import Quantization

__all__ = ["ModelRef", "bundled_models", "is_run", "reference_of", "resolve_model", "start_of"]

MERGE = ("LORA", "IA3")
"""PEFT's words for adapters that go into the weights exactly."""
CONNECT_SECONDS = 2.0
FULL_HASH_BYTES = 256 * 2**20
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")


@dataclass(frozen=True)
class ModelRef:
    """Where a model is.

    Parameters
    ----------
    name
        What was asked for.
    path
        Its folder; None for a hub model that is not in the local cache yet. The folder of a GGUF model is made when
        the model is first loaded.
    kind
        ``"bundled"``, ``"folder"``, ``"gguf"``, ``"hub"`` or ``"run"``.
    revision
        The commit of a hub model, when known.
    base
        For the model of a run that holds only an adapter: the model under it.
    source
        For a GGUF model: the file its folder is made from.
    """

    name: str
    path: Path | None
    kind: str
    revision: str | None = None
    base: ModelRef | None = None
    source: GGUFSource | None = None

    @property
    def location(self) -> str:
        """What transformers' ``from_pretrained`` takes."""
        return str(self.path) if self.path is not None else self.name

    @property
    def has_adapter(self) -> bool:
        """Whether the folder holds an adapter to be put on `base`."""
        return self.base is not None

    @property
    def merges(self) -> bool:
        """Whether the adapter, where there is one, goes into the weights of its base exactly."""
        if self.base is None or self.path is None:
            return True
        kind = json.loads((self.path / "adapter_config.json").read_text(encoding="utf-8")).get("peft_type")
        return kind in MERGE and Quantization.of(self.path) is None

    @property
    def below(self) -> ModelRef:
        """The model that a run is trained on which starts here: where an adapter does not merge, the one under it."""
        return self if self.merges or self.base is None else self.base.below

    def content_hash(self) -> str:
        """A hash of config and weights by content (16 hex digits).

        Files beyond 256 MiB enter with their size, their first MiB and 64 blocks spread over the file. A hub model
        that is not on this machine enters with its name and revision, and where an adapter's base lies does not enter.
        """
        digest = hashlib.sha256()
        if self.base is not None:
            digest.update(self.base.content_hash().encode())
        if self.source is not None:
            digest.update((self.source.sha256 or "").encode())
            for part in () if self.source.sha256 else self.source.parts:
                _digest_file(part, digest)
        elif self.path is None:
            digest.update(f"hub:{self.name}@{self.revision or 'main'}".encode())
        else:
            names = ("config.json", "adapter_config.json", "quantization.json", "tokenizer.json")
            for file in sorted([*self.path.glob("*.safetensors"), *(self.path / name for name in names)]):
                if file.is_file():
                    digest.update(file.name.encode())
                    if file.name == "adapter_config.json":
                        digest.update(_without_place(file))
                    else:
                        _digest_file(file, digest)
        return digest.hexdigest()[:16]


def bundled_models() -> dict[str, Path]:
    """The models that come with the package: name -> folder."""
    root = Path(__file__).parent.parent / "bundled" / "models"
    return {path.parent.name: path.parent for path in sorted(root.glob("*/config.json"))}


def reference_of(model: Any) -> str | None:
    """The text by which a recipe refers to a model: a name or path as given, ``run:PATH`` for a run; else None."""
    if isinstance(model, (str, os.PathLike)):
        return os.fspath(model)
    path = getattr(model, "path", None)
    if "system" in dir(model) and isinstance(path, (str, os.PathLike)):
        return f"run:{os.fspath(path)}"
    return None


def resolve_model(name: str | os.PathLike[str], *, ask_hub: bool = True) -> ModelRef:
    """Find a model by name.

    Parameters
    ----------
    name
        A bundled name, a ``.gguf`` file, a model that an extra installs (``"gemma-3-270m"``), a folder, a hub id
        (``"org/name"`` or ``"org/name@revision"``), or a run: its id, or ``run:`` and its id or folder.
    ask_hub
        False looks only on this machine.

    Raises
    ------
    ModelNotFoundError
        Naming what is near and what to do. Offline this takes milliseconds.
    """
    text = os.fspath(name)
    if is_endpoint(text):
        raise ModelNotFoundError(
            f"{text!r} is an endpoint: it can be asked (wb.evaluate, wb.generate), but its weights are elsewhere, so "
            "it cannot be trained, estimated or scored token by token. Give a model of this machine or the hub."
        )
    if text.startswith("run:"):
        return _run(text)
    bundled = bundled_models()
    if text in bundled:
        return ModelRef(text, bundled[text], "bundled")
    gguf = find(text)
    if gguf is not None:
        return ModelRef(text, gguf.folder, "gguf", source=gguf)
    path = Path(text).expanduser()
    if is_run(home() / text):
        return _run(f"run:{home() / text}")
    if path.is_dir():
        _check_folder(path, text)
        return ModelRef(text, path.absolute(), "folder")
    if path.is_file():
        raise ModelNotFoundError(
            f"{text!r} is a file. Give the model's folder, with config.json and *.safetensors, or a .gguf file."
        )
    hub_id, _, revision = text.partition("@")
    if not HUB_ID.fullmatch(hub_id) or text.startswith((".", "~", "/")):
        raise ModelNotFoundError(f"There is no model folder {text!r}.{_near(text, bundled, path)}")
    cached = _cached(hub_id, revision or "main")
    if cached is not None:
        _check_folder(cached, text)
        return ModelRef(text, cached, "hub", cached.name)
    if why := _hub_unreachable() if ask_hub else "the hub is not asked":
        raise ModelNotFoundError(
            f"{text!r} is no bundled model, no folder and not in the local hub cache, and {why}."
            f"{_near(text, bundled, path)} Give a bundled name or the path of a model folder"
            + (", or unset HF_HUB_OFFLINE to download it." if "HF_HUB_OFFLINE" in why else ", or try again online.")
        )
    return ModelRef(hub_id, None, "hub", revision or None)


def _run(text: str) -> ModelRef:
    named = text.removeprefix("run:")
    run = Path(named).expanduser().absolute()
    if not run.is_dir() and (home() / named).is_dir():
        run = home() / named
    folder = run / "model"
    if not (folder / "config.json").is_file() and not (folder / "adapter_config.json").is_file():
        if not is_run(run):
            raise ModelNotFoundError(
                f"{named!r} is no run (looked in {home()} and for {run}). Give a run, its id or its folder; "
                "workbench.runs() lists them."
            )
        raise ModelNotFoundError(
            f"{str(run)!r} has no trained model yet (looked for {folder}). Wait for the run to end, or train it again."
        )
    if not (folder / "adapter_config.json").is_file():
        return ModelRef(text, folder, "run")
    import yaml

    recipe = run / "recipe.yaml"
    if recipe.is_file():
        base = start_of(str(yaml.safe_load(recipe.read_text(encoding="utf-8"))["model"]), run)
    else:
        base = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))["base_model_name_or_path"]
    return ModelRef(text, folder, "run", base=resolve_model(base).below)


def is_run(path: Path) -> bool:
    """Whether a folder is a run's."""
    return (path / "recipe.yaml").is_file()


def start_of(model: str, run: Path) -> str:
    """The model that a run began as: a run is looked for beside it when it no longer lies where the recipe says.

    So the folder of the runs can be moved, and what was trained elsewhere be copied here together with its start.
    """
    path = Path(model.removeprefix("run:")).expanduser()
    beside = run.absolute().parent / path.name
    if model.startswith("run:") and not (path / "model").is_dir() and (beside / "model").is_dir():
        return f"run:{beside}"
    return model


def _check_folder(path: Path, name: str) -> None:
    inside = {item.name for item in path.iterdir()}
    listing = ", ".join(sorted(inside)[:8]) or "nothing"
    if "config.json" not in inside:
        if "adapter_config.json" in inside:
            raise ModelNotFoundError(
                f"{name!r} holds an adapter, which is no model by itself. Put it on its base: wb.System(BASE, "
                f"adapters=[{name!r}]){_named_base(path)}."
            )
        raise ModelNotFoundError(f"{name!r} is no model folder: it has no config.json (it holds {listing}).")
    if any(item.endswith(".safetensors") for item in inside):
        return
    if any(item.endswith((".bin", ".pt", ".pth", ".ckpt")) for item in inside):
        raise ModelNotFoundError(
            f"{name!r} has its weights only as pickle files (.bin, .pt), which can run any code when loaded, so the "
            "workbench does not load them. Convert them once where you trust them: load the model with transformers "
            "and save_pretrained() it, which writes model.safetensors."
        )
    raise ModelNotFoundError(f"{name!r} has no weights: there is no *.safetensors file (it holds {listing}).")


def _named_base(adapter: Path) -> str:
    """The base that an adapter's settings name, for a message."""
    try:
        base = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))["base_model_name_or_path"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return f"; its settings name {base!r}" if base else ""


def _cached(hub_id: str, revision: str) -> Path | None:
    """The snapshot folder of a hub model in the local cache, if it has a config and weights.

    Without weights it was only looked at (its tokenizer, its size), and is still to be downloaded.
    """
    root = os.environ.get("HF_HUB_CACHE") or os.path.join(
        os.environ.get("HF_HOME") or os.path.join(os.environ.get("XDG_CACHE_HOME", "~/.cache"), "huggingface"), "hub"
    )
    repo = Path(root).expanduser() / f"models--{hub_id.replace('/', '--')}"
    ref = repo / "refs" / revision
    commit = ref.read_text().strip() if ref.is_file() else revision
    snapshot = repo / "snapshots" / commit
    weights = (".safetensors", ".bin", ".pt", ".pth", ".ckpt")
    if not (snapshot / "config.json").is_file() or not any(item.suffix in weights for item in snapshot.iterdir()):
        return None
    return snapshot


def _hub_unreachable() -> str | None:
    """Why the hub cannot be asked, or None when it answers within two seconds."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        if os.environ.get(name, "").lower() not in ("", "0", "false", "no"):
            return f"the hub is switched off by {name}"
    host = urlsplit(os.environ.get("HF_ENDPOINT", "https://huggingface.co"))
    if any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY")):
        return None
    why = [f"no answer within {CONNECT_SECONDS:g} seconds"]

    def ask() -> None:
        try:
            socket.create_connection((host.hostname, host.port or 443), timeout=CONNECT_SECONDS).close()
            why.clear()
        except OSError as error:
            why[0] = error.strerror or str(error)

    # in a thread, because looking up a name has no time limit of its own
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(CONNECT_SECONDS)
    found = list(why)
    return f"the hub ({host.hostname}) does not answer ({found[0]})" if found else None


def _near(name: str, bundled: dict[str, Path], path: Path) -> str:
    near = difflib.get_close_matches(name, [*bundled, *PACKAGED], n=2, cutoff=0.5)
    folder = path.absolute().parent
    if ("/" in name or name.startswith(".")) and folder.is_dir():
        beside = [item.name for item in folder.iterdir() if item.is_dir()]
        near += [str(path.parent / item) for item in difflib.get_close_matches(path.name, beside, n=2, cutoff=0.6)]
    if near:
        return f" Did you mean {' or '.join(map(repr, near))}?"
    return f" Bundled: {', '.join(bundled) or 'none'}."


def _without_place(config: Path) -> bytes:
    """An adapter's settings less where its base lies, which is hashed by its content."""
    settings = json.loads(config.read_text(encoding="utf-8"))
    settings.pop("base_model_name_or_path", None)
    return json.dumps(settings, sort_keys=True).encode()


def _digest_file(file: Path, digest: Any) -> None:
    size = file.stat().st_size
    with file.open("rb") as stream:
        if size <= FULL_HASH_BYTES:
            while block := stream.read(2**20):
                digest.update(block)
            return
        digest.update(str(size).encode())
        digest.update(stream.read(2**20))
        for index in range(64):
            stream.seek(size * index // 64)
            digest.update(stream.read(2**16))
