"""Answers that were given once are not generated again: kept on disk, by all that shaped them.

``HOME/answers/KEY.jsonl`` has one line an answer. The key is a hash of the system (models and adapters by content), the
decoding, the kind of device, and the versions of the libraries; with any of these another, answers are made anew. Of an
endpoint it is the URL and the name of its model: what lies behind them may change unseen, and ``keep=False`` asks anew.
The folder may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from workbench.home import home as home_of
from workbench.models.system import System
from workbench.retrieval.passages import Passage
from workbench.runs.decoding import Answer
from workbench.runs.devices import devices
from workbench.runs.scoring import Likelihood
from workbench.tools.calls import Call

__all__ = ["KeptAnswers"]

FORMAT = 1
SHAPING = ("torch", "transformers", "peft", "tokenizers", "llguidance")


class KeptAnswers:
    """A generation client that remembers: it asks another one only for what is not on disk yet.

    Parameters
    ----------
    client
        What answers: ``generate`` and ``score`` as of `GenerationClient`.
    home
        The folder of the runs, by default that of ``WORKBENCH_HOME``.

    Attributes
    ----------
    reused : int
        How many answers and scores came from disk.
    """

    def __init__(self, client: Any, home: str | os.PathLike[str] | None = None):
        self.client = client
        self.folder = home_of(home) / "answers"
        self.reused = 0

    def generate(
        self,
        system: System | Any,
        prompts: Sequence[Any],
        *,
        allow_remote: bool = False,
        on_result: Callable[[int, Answer], None] | None = None,
        on_text: Callable[[int, str], None] | None = None,
        cancel: Any = None,
        **decoding: Any,
    ) -> list[Answer | None]:
        """Answer prompts, in their order; as `GenerationClient.generate`.

        Functions are always called, and systems with tools of one's own always asked, since what these read may change.
        """
        system, prompts = System(system), list(prompts)
        given = {**decoding, "allow_remote": True} if allow_remote else decoding
        if system.kind == "callable" or not all(tool.built_in for tool in system.tools):
            return self.client.generate(system, prompts, on_result=on_result, cancel=cancel, **given)

        def ask(rows: list[int], take: Callable[[int, Answer], None]) -> None:
            grow = {"on_text": lambda at, text: on_text(rows[at], text)} if on_text is not None else {}
            self.client.generate(system, [prompts[row] for row in rows], on_result=take, cancel=cancel, **grow, **given)

        return self._through(self._shelf(system, decoding), prompts, Answer, ask, on_result)

    def score(
        self,
        system: System | Any,
        texts: Sequence[str],
        *,
        on_result: Callable[[int, Likelihood], None] | None = None,
        cancel: Any = None,
    ) -> list[Likelihood | None]:
        """How likely the system's model finds each text; as `GenerationClient.score`."""
        system, texts = System(system), list(texts)
        if system.kind != "model":
            return self.client.score(system, texts, on_result=on_result, cancel=cancel)

        def ask(rows: list[int], take: Callable[[int, Likelihood], None]) -> None:
            self.client.score(system, [texts[row] for row in rows], on_result=take, cancel=cancel)

        return self._through(self._shelf(system, {"score": True}), texts, Likelihood, ask, on_result)

    def _through(
        self,
        shelf: _Shelf,
        prompts: Sequence[Any],
        kind: type,
        ask: Callable[[list[int], Callable[[int, Any], None]], None],
        on_result: Callable[[int, Any], None] | None,
    ) -> list[Any]:
        """What is on the shelf, then what the client makes of the rest."""
        keys, found = _keys(prompts), [None] * len(prompts)
        missing = [row for row, key in enumerate(keys) if key not in shelf.known]

        def put(row: int, result: Any) -> None:
            found[row] = result
            if on_result is not None:
                on_result(row, result)

        for row, key in enumerate(keys):
            if key in shelf.known:
                self.reused += 1
                put(row, kind(**shelf.known[key]) if kind is not Answer else _answer(shelf.known[key]))

        def take(at: int, result: Any) -> None:
            if not getattr(result, "error", ""):  # what an endpoint failed to answer is asked again
                shelf.add(keys[missing[at]], asdict(result))
            put(missing[at], result)

        if missing:
            ask(missing, take)
        return found

    def _shelf(self, system: System, decoding: Mapping[str, Any]) -> _Shelf:
        made_by = {"format": FORMAT, "system": system.hash, "decoding": dict(decoding)}
        if system.kind != "remote":  # which is made by another machine, whatever is installed here
            made_by["device"] = devices()[0].partition(":")[0]
            made_by["versions"] = {name: _version(name) for name in SHAPING}
        key = hashlib.sha256(json.dumps(made_by, sort_keys=True, default=repr).encode()).hexdigest()[:24]
        return _Shelf(self.folder / f"{key}.jsonl", {"name": system.name, **made_by})


class _Shelf:
    """The answers of one system with one decoding: a first line that says what they are, then one line each."""

    def __init__(self, path: Path, made_by: Mapping[str, Any]):
        self.path, self.made_by = path, made_by
        self.known: dict[str, dict[str, Any]] = {}
        try:
            lines = path.read_bytes().split(b"\n")[1:]
        except FileNotFoundError:
            return
        for line in lines:
            try:
                row = json.loads(line)
                self.known[row.pop("key")] = row
            except (ValueError, KeyError, TypeError, AttributeError):
                continue  # a line that a dying process left unfinished, or a damaged one

    def add(self, key: str, result: Mapping[str, Any]) -> None:
        """Keep one answer. Lines are appended in one write each, so that several processes may do it at once."""
        self.known[key] = dict(result)
        line = b"\n" + json.dumps({"key": key, **result}, default=repr).encode()
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            line = json.dumps(self.made_by, default=repr).encode() + line
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(file, line)
        finally:
            os.close(file)


def _keys(prompts: Sequence[Any]) -> list[str]:
    """A key for each prompt; the second time the same one is asked it has another, since a drawn answer may differ."""
    seen: Counter[str] = Counter()
    keys = []
    for prompt in prompts:
        digest = hashlib.sha256(json.dumps(prompt, sort_keys=True, default=repr).encode()).hexdigest()[:32]
        seen[digest] += 1
        keys.append(digest if seen[digest] == 1 else f"{digest}-{seen[digest]}")
    return keys


def _answer(plain: Mapping[str, Any]) -> Answer:
    """An answer with the passages it read and the calls it made."""
    passages = tuple(Passage(**each) for each in plain.get("passages", ()))
    calls = tuple(Call(**each) for each in plain.get("calls", ()))
    return Answer(**{**plain, "passages": passages, "calls": calls})


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
