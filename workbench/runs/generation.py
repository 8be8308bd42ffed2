"""Answers from models, made in a process of its own: the kernel stays free and keeps no memory.

One process serves a `GenerationClient`. Requests and answers are JSON lines over its pipes. It holds one base model
at a time, swaps adapters on it, and ends with its client, or after a minute without a request.
"""

from __future__ import annotations

import contextlib
import inspect
import itertools
import json
import os
import queue
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import IO, TYPE_CHECKING, Any

from workbench import errors
from workbench.errors import GenerationError, InvalidInputError
from workbench.runs import processes
from workbench.runs.decoding import Answer, Decoding
from workbench.runs.reasons import reason_for_end
from workbench.runs.remote import answer_remotely, check_remote
from workbench.runs.scoring import Likelihood, TokenLosses, check_scores
from workbench.runs.tool_loop import answer_with_tools

if TYPE_CHECKING:
    from workbench.models.system import System
    from workbench.retrieval import Passage

__all__ = ["Answer", "GenerationClient", "generate", "looked_up"]

IDLE = 60.0  # seconds; WORKBENCH_GENERATION_IDLE
POLL = 0.05

_shared: GenerationClient | None = None
_sharing = threading.Lock()


def generate(system: Any, prompts: Sequence[Any], *, allow_remote: bool = False, **decoding: Any) -> list[str]:
    """The answers of a system.

    Parameters
    ----------
    system
        A `System`, a model's name or folder, a run, an endpoint, or a function.
    prompts
        Texts, each one user turn, or lists of messages.
    allow_remote
        Whether prompts may leave this machine for the endpoint of a system that is elsewhere.
    decoding
        ``max_new_tokens`` (256), ``temperature`` (0: always the likeliest token), ``seed`` (0).

    Raises
    ------
    InvalidInputError
        Where a prompt does not fit the model's context, with its row and length.
    GenerationError
        Where the generation process fails, or an endpoint left prompts without an answer.
    """
    if isinstance(prompts, str):
        raise InvalidInputError(f"prompts must be a list of texts, got the text {prompts[:60]!r}. Put it into a list.")
    Decoding(**decoding)  # a setting that is none is told here
    answers = shared_client().generate(system, prompts, allow_remote=allow_remote, **decoding)
    failed = [(row, answer) for row, answer in enumerate(answers) if answer is not None and answer.error]
    if failed:
        row, first = failed[0]
        raise GenerationError(
            f"{len(failed)} of {len(answers)} prompts got no answer; prompt {row}: {first.error}, {first.detail} Ask "
            "again, or wb.evaluate them: it counts such rows, and keeps the answers of the others."
        )
    return [answer.text for answer in answers if answer is not None]


def shared_client() -> GenerationClient:
    """The client that all callers of this process share."""
    global _shared
    with _sharing:
        if _shared is None:
            _shared = GenerationClient()
        return _shared


class GenerationClient:
    """A generation process and the requests to it. Any number of threads may use one client.

    Parameters
    ----------
    idle
        After so many seconds without a request the process ends, and its memory is free; the next request starts it
        anew. Default: ``WORKBENCH_GENERATION_IDLE``, else 60.
    """

    def __init__(self, idle: float | None = None):
        self.idle = float(os.environ.get("WORKBENCH_GENERATION_IDLE", IDLE)) if idle is None else idle
        self._lock = threading.Lock()
        self._worker: _Worker | None = None

    @property
    def pid(self) -> int | None:
        """The generation process, or None while there is none."""
        worker = self._worker
        return worker.process.pid if worker and worker.process.poll() is None else None

    def generate(
        self,
        system: System | Any,
        prompts: Sequence[Any],
        *,
        max_new_tokens: int = 256,
        temperature: float = 0.0,
        seed: int = 0,
        allow_remote: bool = False,
        on_result: Callable[[int, Answer], None] | None = None,
        on_text: Callable[[int, str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> list[Answer | None]:
        """Answer prompts, in their order.

        Parameters
        ----------
        allow_remote
            Whether prompts may be sent to a system that is elsewhere.
        on_result
            Called in this thread with row and answer as soon as a row is answered, shortest prompts first.
        on_text
            Called in this thread at every token, with row and text so far. Answers of functions and of systems with
            tools come whole.
        cancel
            Once set, rows without an answer stay None.

        Raises
        ------
        InvalidInputError
            For prompts or settings that cannot be used.
        GenerationError
            Where the process fails or is lost; the next call starts a new one.
        RemoteError
            Where an endpoint will answer no row.
        """
        from workbench.models.system import System

        decoding = Decoding(max_new_tokens, temperature, seed)
        system, prompts = System(system), list(prompts)
        _check_prompts(prompts)
        answers: list[Answer | None] = [None] * len(prompts)
        if not prompts:
            return answers
        check_remote({system.name: system}, len(prompts), allow_remote, vars(decoding))
        asked = system.to_dict()
        found: list[tuple[Passage, ...]] = [()] * len(prompts)
        if system.retriever is not None:
            asked, prompts, found = looked_up(system, prompts)

        def take(row: int, answer: Answer) -> None:
            answers[row] = answer = replace(answer, passages=found[row])
            if on_result is not None:
                on_result(row, answer)

        if system.kind == "remote":
            answer_remotely(system, asked["prompt"], prompts, decoding, take, cancel)
            return answers
        if system.tools:
            ask = partial(self.generate, temperature=temperature, seed=seed, cancel=cancel)
            answer_with_tools(system, prompts, ask, take, max_new_tokens)
            return answers
        if system.kind == "callable":
            _call(system, prompts, take, cancel)
            return answers
        request = {"system": asked, "prompts": prompts, "decoding": vars(decoding), "stream": on_text is not None}
        while not self._live_worker().serve(request, take, cancel, grow=on_text):
            pass  # the process had just ended for want of work
        return answers

    def score(
        self,
        system: System | Any,
        texts: Sequence[str],
        *,
        on_result: Callable[[int, Likelihood], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> list[Likelihood | None]:
        """How likely the system's model finds each text, in their order. Its prompt and shots play no part.

        Parameters
        ----------
        on_result
            Called in this thread with row and likelihood as soon as a row is done.
        cancel
            Once set, rows not reached stay None.

        Raises
        ------
        InvalidInputError
            For functions and endpoints, which answer but give no likelihoods.
        GenerationError
            Where the process fails or is lost; the next call starts a new one.
        """
        from workbench.models.system import System

        system = System(system)
        scores: list[Likelihood | None] = [None] * len(texts)
        check_scores(system)

        def take(row: int, score: Likelihood) -> None:
            scores[row] = score
            if on_result is not None:
                on_result(row, score)

        request = {"system": system.to_dict(), "texts": list(texts)}
        while scores and not self._live_worker().serve(request, take, cancel, Likelihood):
            pass  # the process had just ended for want of work
        return scores

    def losses(self, system: System | Any, prompt: Any, answer: str) -> TokenLosses:
        """How surprising the system's model finds each token of an answer to a prompt, the end token included.

        Raises
        ------
        InvalidInputError
            For functions and endpoints, which give no likelihoods, and where prompt and answer fill the context.
        GenerationError
            Where the process fails or is lost; the next call starts a new one.
        """
        from workbench.models.system import System

        system = System(system)
        check_scores(system)
        found: list[TokenLosses] = []
        request = {"system": system.to_dict(), "prompt": prompt, "answer": answer}
        while not self._live_worker().serve(request, lambda row, losses: found.append(losses), None, TokenLosses):
            pass  # the process had just ended for want of work
        return found[0]

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._worker is not None:
                self._worker.close()
                self._worker = None

    def _live_worker(self) -> _Worker:
        with self._lock:
            if self._worker is None or not self._worker.takes_requests:
                if self._worker is not None:
                    self._worker.close()
                self._worker = _Worker(self.idle)
            return self._worker


class _Worker:
    """One generation process: its pipes, and who waits for what."""

    _ids = itertools.count(1)

    def __init__(self, idle: float):
        self.errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the worker)
        self.process = processes.start_server("workbench.runs.generation_worker", [str(idle)], errors=self.errors)
        self.waiting: dict[int, queue.SimpleQueue] = {}
        self.lock = threading.Lock()
        self.writing = threading.Lock()
        self.ended = False
        self.reader = threading.Thread(target=self._read, name="generation-answers", daemon=True)
        self.reader.start()

    @property
    def takes_requests(self) -> bool:
        return not self.ended and self.process.poll() is None

    def serve(
        self, request: dict[str, Any], take: Callable[[int, Any], None], cancel: Any, result: type = Answer,
        grow: Callable[[int, str], None] | None = None,
    ) -> bool:  # fmt: skip
        """Answer one request; False where the process had ended of itself before it saw the request."""
        request_id, answers, asked = next(self._ids), queue.SimpleQueue[dict[str, Any] | None](), False
        with self.lock:
            self.waiting[request_id] = answers
        try:
            if self.ended or not self._send({"id": request_id, **request}):
                return self._lost(seen=False)
            seen = False
            while True:
                if cancel is not None and cancel.is_set() and not asked:
                    self._send({"cancel": request_id})
                    asked = True
                try:
                    message = answers.get(timeout=POLL if cancel is not None and not asked else None)
                except queue.Empty:
                    continue
                if message is None:
                    return self._lost(seen)
                seen = True
                if "so_far" in message:
                    assert grow is not None
                    grow(message["row"], message["so_far"])
                elif "row" in message:
                    take(message.pop("row"), result(**message))
                elif "error" in message:
                    kind = getattr(errors, message["kind"], GenerationError)
                    raise kind(message["error"])
                elif message.get("done"):
                    return True
        except BaseException:
            self._send({"cancel": request_id})
            raise
        finally:
            with self.lock:
                self.waiting.pop(request_id, None)

    def close(self) -> None:
        """End the process: it goes when its input ends."""
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join(timeout=2)
        self.errors.close()

    def _send(self, message: dict[str, Any]) -> bool:
        assert self.process.stdin is not None
        try:
            with self.writing:
                self.process.stdin.write(json.dumps(message).encode() + b"\n")
                self.process.stdin.flush()
        except (OSError, ValueError):
            return False
        return True

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                message = json.loads(line)
                with self.lock:
                    waiting = self.waiting.get(message.pop("id"))
                if waiting is not None:
                    waiting.put(message)
        self.process.wait()
        with self.lock:
            self.ended = True
            for waiting in self.waiting.values():
                waiting.put(None)

    def _lost(self, seen: bool) -> bool:
        """False where the process ended of itself; otherwise the error that says how it was lost."""
        code = self.process.wait()
        if code == 0 and not seen:
            return False
        self.errors.seek(0)
        said = self.errors.read().decode(errors="replace").strip().splitlines()
        last = f" Its last words: {said[-1]}" if said and code > 0 else ""
        reason = reason_for_end(code, what="generation process", go_on="the next call starts it anew.")
        raise GenerationError(reason + last)


def _check_prompts(prompts: list[Any]) -> None:
    for row, prompt in enumerate(prompts):
        turns = prompt if isinstance(prompt, (list, tuple)) and prompt else None
        if isinstance(prompt, str) or (turns and all(isinstance(turn, dict) and "role" in turn for turn in turns)):
            continue
        raise InvalidInputError(f"prompts[{row}] must be a text or a list of messages, got {prompt!r}.")


def looked_up(system: System, prompts: list[Any]) -> tuple[dict[str, Any], list[Any], list[tuple[Passage, ...]]]:
    """The system without its retriever, the prompts with what that finds for them, and what it found."""
    from workbench.retrieval.prompting import retrieved

    asked = system.to_dict()
    if "{prompt}" in (system.prompt or ""):
        asked["prompt"] = None  # it has been wrapped around the questions then
    prompts, found = retrieved(system, prompts)
    return asked, prompts, found


def _call(system: System, prompts: list[Any], take: Callable[[int, Answer], None], cancel: Any) -> None:
    """Answers of a function, called here."""
    function, began = system.function, time.perf_counter()
    assert function is not None
    if _takes_list(function):
        texts: Any = list(function(prompts))
        if len(texts) != len(prompts):
            raise GenerationError(
                f"{system.name} gave {len(texts)} answers to {len(prompts)} prompts; one each is needed."
            )
    else:
        texts = map(function, prompts)
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise GenerationError(f"{system.name} answered prompt {row} with {text!r}; a text is needed.")
        take(row, Answer(text, 0, time.perf_counter() - began, "eos"))
        if cancel is not None and cancel.is_set():
            return


def _takes_list(function: Callable[..., Any]) -> bool:
    try:
        parameter = next(iter(inspect.signature(function).parameters.values()))
    except (StopIteration, TypeError, ValueError):
        return False
    return "list" in str(parameter.annotation).lower() or "sequence" in str(parameter.annotation).lower()
