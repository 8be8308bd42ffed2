"""An index: a folder with passages and what finds them, hashed by content.

    index.json       format, kind, settings, hash, and the SHA-256 of every other file
    passages.jsonl   id and text, a line a passage
    ...              what the kind of index keeps beside them

Each kind is a class with a file of its own: `BM25Index`, `EmbeddingIndex`, `GoldIndex`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, ClassVar, Self

from workbench.errors import InvalidInputError
from workbench.home import home
from workbench.retrieval.passages import Passage

if TYPE_CHECKING:
    import numpy as np

__all__ = ["FORMAT", "Index", "index_hash", "manifest"]

FORMAT = 1
MANIFEST, PASSAGES = "index.json", "passages.jsonl"


class Index(ABC):
    """Passages that can be searched. Made by `build_index` and `gold_index`, read by `open_index`.

    Attributes
    ----------
    kind : str
        ``"bm25"``, ``"embedding"`` or ``"gold"``.
    path : Path
        Its folder.
    passages : tuple of Passage
    settings : dict
        Plain data.
    hash : str
        Of kind, settings and passages (16 hex digits); equal wherever the folder lies.
    """

    kind: ClassVar[str]

    def __init__(self, path: Path, passages: Sequence[Passage], settings: Mapping[str, Any]):
        self.path, self.passages, self.settings = path, tuple(passages), dict(settings)
        self.hash = index_hash(self.kind, self.settings, self.passages)

    @abstractmethod
    def _write(self, folder: Path) -> None:
        """Put what this kind keeps beside the passages into a folder."""

    @abstractmethod
    def _read(self, folder: Path) -> None:
        """Read what `_write` wrote."""

    @abstractmethod
    def _scores(self, query: str) -> np.ndarray:
        """How well each passage fits, shape ``(passages,)``; -inf for one that was not found at all."""

    def search(self, query: str, k: int = 3) -> list[Passage]:
        """The passages that fit a question best, the best first; of equals the earlier one.

        Parameters
        ----------
        query
            The question.
        k
            At most so many: a passage that has nothing in common with the question is not found.

        Raises
        ------
        InvalidInputError
            For an empty question, or more passages than there are.
        """
        import numpy as np

        if not isinstance(query, str) or not query.strip():
            raise InvalidInputError(f"A question must be a text with something in it, got {query!r}.")
        self.check_k(k)
        scores = self._scores(query)
        order = np.argsort(-scores, kind="stable")[:k]
        return [
            Passage(self.passages[at].id, self.passages[at].text, float(scores[at]))
            for at in order
            if scores[at] > -np.inf
        ]

    def check_k(self, k: Any) -> None:
        """Refuse a number of passages that the index cannot give."""
        if not isinstance(k, int) or isinstance(k, bool) or k < 1:
            raise InvalidInputError(f"The number of passages must be a whole number of at least 1, got {k!r}.")
        if k > len(self):
            raise InvalidInputError(f"{k} passages were asked for, and the index has {len(self):,}. Ask for fewer.")

    def __len__(self) -> int:
        return len(self.passages)

    def __fspath__(self) -> str:
        return str(self.path)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self):,} passages, hash {self.hash}, in {self.path}>"

    def _saved(self, path: str | os.PathLike[str] | None) -> Self:
        """Write the folder, whole or not at all. One that holds this very index stays, another index is replaced."""
        self.path = home() / "indexes" / self.hash if path is None else Path(path).expanduser().absolute()
        if (self.path / MANIFEST).is_file():
            with contextlib.suppress(InvalidInputError):  # damaged: it is written anew
                facts = manifest(self.path)
                if facts["hash"] == self.hash:
                    return self._opened(self.path, facts)
        elif self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir())):
            raise InvalidInputError(f"{self.path} is there already and is no index. Give another path.")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = Path(mkdtemp(prefix=".index-", dir=self.path.parent))
        old = new.with_name(f"{new.name}-before")
        try:
            lines = (json.dumps({"id": each.id, "text": each.text}) for each in self.passages)
            (new / PASSAGES).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
            self._write(new)
            facts = {"format": FORMAT, "kind": self.kind, "settings": self.settings, "passages": len(self),
                     "hash": self.hash, "files": _digests(new)}  # fmt: skip
            (new / MANIFEST).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
            new.chmod(0o755)
            if self.path.exists():
                os.replace(self.path, old)
            os.replace(new, self.path)
        finally:
            for folder in (new, old):
                shutil.rmtree(folder, ignore_errors=True)
        return self

    @classmethod
    def _opened(cls, path: Path, facts: Mapping[str, Any]) -> Self:
        found = _digests(path)
        broken = [name for name, digest in facts["files"].items() if found.get(name) != digest]
        if broken:
            state = "is missing" if broken[0] not in found else "is not as it was written"
            raise InvalidInputError(f"The index {path} is damaged: {broken[0]} {state}. Build it again.")
        rows = map(json.loads, (path / PASSAGES).read_text(encoding="utf-8").splitlines())
        index = cls(path, [Passage(**row) for row in rows], facts["settings"])
        if index.hash != facts["hash"]:
            raise InvalidInputError(f"The index {path} is damaged: its hash is not that of its files. Build it again.")
        try:
            index._read(path)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InvalidInputError(f"The index {path} cannot be read ({error}). Build it again.") from error
        return index


def manifest(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What ``index.json`` says about an index, its files not looked at.

    Raises
    ------
    InvalidInputError
        When there is no index, or one that this version cannot read.
    """
    file = Path(path).expanduser() / MANIFEST
    if not file.is_file():
        raise InvalidInputError(f"There is no index in {os.fspath(path)!r}: it has no {MANIFEST}. Use build_index.")
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
        found = facts["format"]
        if found == FORMAT:
            _ = facts["kind"], facts["settings"], facts["hash"], facts["files"].items()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError(f"The index {file.parent} is damaged: {MANIFEST} is not what was written.") from error
    if found != FORMAT:
        raise InvalidInputError(
            f"The index {file.parent} has the format {found!r}; this version reads {FORMAT}. Build it again."
        )
    return facts


def index_hash(kind: str, settings: Mapping[str, Any], passages: Sequence[Passage]) -> str:
    """A hash of what an index finds and how (16 hex digits)."""
    content = [FORMAT, kind, dict(settings), [(each.id, each.text) for each in passages]]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != MANIFEST)
    return {file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
