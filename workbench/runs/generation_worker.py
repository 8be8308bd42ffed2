"""The generation process: one base model at a time, adapters swapped on it, JSON lines in and out.

    python -m workbench.runs.generation_worker IDLE_SECONDS

In, a line a request: ``{"id", "system", "prompts", "decoding"}``, or ``{"cancel": id}``. Out: ``{"id", "row", "text",
"tokens", "seconds", "stop"}`` for each row as it ends, then ``{"id", "done", "cancelled"}``; or ``{"id", "error",
"kind"}``. With ``"stream": true`` each token of a row brings ``{"id", "row", "so_far"}`` as well. A request with
``"texts"`` for prompts and decoding asks how likely they are, and rows then carry ``"nats", "bytes", "tokens"``. One
with ``"prompt"`` and ``"answer"`` asks how surprising each token of the answer is; its one row carries ``"texts",
"nats"``. It ends when its input does.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from workbench.errors import ModelNotFoundError, WorkbenchError
from workbench.runs import processes
from workbench.runs.decoding import Answer, Decoding, answer_rows
from workbench.runs.imports import absent, present_again
from workbench.runs.reasons import reason_for_error
from workbench.runs.scoring import Likelihood, TokenLosses, answer_losses, score_rows

if TYPE_CHECKING:
    from workbench.models.quantization import Quantization

__all__ = ["Generator"]

ADAPTERS = 8  # kept on one base; beyond that the oldest goes


class Generator:
    """Answers prompts with the models of systems; used by the generation process, and by jobs in their own."""

    def __init__(self) -> None:
        self._base_key: Any = None
        self._base: Any = None
        self._peft: Any = None
        self._adapters: dict[Any, str] = {}
        self._made = 0
        self._tokenizers: dict[Any, Any] = {}

    def answer(
        self,
        system: dict[str, Any],
        prompts: Sequence[Any],
        decoding: Decoding,
        on_answer: Callable[[int, Answer], None] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        on_text: Callable[[int, str], None] | None = None,
    ) -> list[Answer | None]:
        """Answers in the order of the prompts.

        Parameters
        ----------
        system
            What `System.to_dict` gives.
        prompts
            Texts, or lists of messages.

        Raises
        ------
        WorkbenchError
            Where the model cannot be found or loaded, cannot be held to the system's schema, or a prompt fills its
            context.
        """
        from workbench.data.rendering import Renderer
        from workbench.models.resolve import resolve_model
        from workbench.runs.constraint import Constraint

        ref = resolve_model(system["model"])
        adapters = [Path(path) for path in system["adapters"]]
        tokenizer = self._tokenizer(ref, adapters)
        renderer = Renderer(tokenizer, system["template"])
        shots = [tuple(pair) for pair in system["shots"]]
        ids = renderer.ids([renderer.prompt_text(prompt, shots, system["prompt"]) for prompt in prompts])
        schema = system["schema"]
        constraint = None if schema is None else Constraint(schema, tokenizer, renderer.stop_ids)
        with self._model(ref, adapters) as (model, tuning):
            return answer_rows(
                lambda **settings: tuning.generate(model, **settings),
                tokenizer,
                ids,
                decoding,
                stop_ids=renderer.stop_ids,
                positions=_room(model) if adapters else getattr(model.config, "max_position_embeddings", None),
                device=model.device,
                constraint=constraint,
                on_answer=on_answer,
                on_text=on_text,
                cancelled=cancelled,
            )

    def score(
        self,
        system: dict[str, Any],
        texts: Sequence[str],
        on_score: Callable[[int, Likelihood], None] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> list[Likelihood | None]:
        """How likely the system's model finds each text; prompt and shots play no part."""
        from workbench.models.resolve import resolve_model

        ref = resolve_model(system["model"])
        adapters = [Path(path) for path in system["adapters"]]
        tokenizer = self._tokenizer(ref, adapters)
        with self._model(ref, adapters) as (model, _):
            return score_rows(model, tokenizer, texts, on_score=on_score, cancelled=cancelled)

    def losses(self, system: dict[str, Any], prompt: Any, answer: str) -> TokenLosses:
        """How surprising the system finds each token of an answer to a prompt, the end token included."""
        from workbench.data.rendering import Renderer
        from workbench.models.resolve import resolve_model

        ref = resolve_model(system["model"])
        adapters = [Path(path) for path in system["adapters"]]
        tokenizer = self._tokenizer(ref, adapters)
        renderer = Renderer(tokenizer, system["template"])
        asked = renderer.prompt_text(prompt, [tuple(pair) for pair in system["shots"]], system["prompt"])
        whole = asked + answer + renderer.answer_end
        with self._model(ref, adapters) as (model, _):
            return answer_losses(model, tokenizer, renderer.ids([asked])[0], whole, special=not renderer.chat)

    def _tokenizer(self, ref: Any, adapters: list[Path]) -> Any:
        from workbench.models.loading import load_tokenizer
        from workbench.models.resolve import ModelRef

        folder = next((path for path in reversed(adapters) if (path / "tokenizer_config.json").is_file()), None)
        source = ref if folder is None else ModelRef(str(folder), folder, "folder")
        key = _key(source.path, "tokenizer*.json") if source.path else source.location
        if key not in self._tokenizers:
            self._tokenizers = {**dict(list(self._tokenizers.items())[-7:]), key: load_tokenizer(source)}
        return self._tokenizers[key]

    @contextlib.contextmanager
    def _model(self, ref: Any, adapters: list[Path]) -> Any:
        """The model that answers for this system, and the way of tuning that knows how it generates."""
        from workbench.models.quantization import Quantization
        from workbench.tuning import Tuning, tuning_of

        below, top = adapters[:-1], adapters[-1] if adapters else None
        self._hold(ref, below, None if top is None else Quantization.of(top))
        if top is None and self._peft is None:
            yield self._base, Tuning()
        elif top is None and self._peft.active_peft_config.is_prompt_learning:
            yield self._peft.get_base_model(), Tuning()
        elif top is None:
            with self._peft.disable_adapter():
                yield self._peft, Tuning()
        else:
            tuning = tuning_of(top)
            yield self._with_adapter(top, tuning, ref), tuning

    def _hold(self, ref: Any, below: list[Path], quantization: Quantization | None) -> None:
        """Make this base, with the adapters below the top one merged into it, the one in memory."""
        import torch

        from workbench.models.adapters import explained
        from workbench.models.loading import load_model
        from workbench.models.quantization import quantized
        from workbench.objectives.hardware import machine
        from workbench.tuning import tuning_of

        files = _key(ref.path, "*.safetensors") if ref.path else ref.location
        key = (files, *(_key(path, "*") for path in below), quantization)
        if key == self._base_key:
            return
        self._base_key = self._base = self._peft = None
        self._adapters = {}
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        found = machine()
        if quantization is not None:
            present_again()
        dtype: Literal["bf16", "fp32"] = "bf16" if found.device == "cuda" and found.bf16 else "fp32"
        base = load_model(ref, dtype, quantization=None if below else quantization, device=found.device)
        for path in below:
            with explained(path, ref):
                base = tuning_of(path).load(base, path).merge_and_unload()
        if quantization is None:
            base = base.to(found.device)
        elif below:
            base = quantized(base, quantization, found.device)
        self._base = base.eval()
        self._base_key = key

    def _with_adapter(self, path: Path, tuning: Any, base: Any) -> Any:
        from workbench.models.adapters import adapter_config, explained

        key = _key(path, "adapter_*")
        kind = adapter_config(path)["peft_type"]
        if self._peft is not None and (kind != "LORA" or self._peft.active_peft_config.peft_type.value != "LORA"):
            learned = self._peft.active_peft_config.is_prompt_learning  # it stands before the base and not in it
            self._base = self._peft.get_base_model() if learned else self._peft.unload()
            self._peft, self._adapters = None, {}
        if key not in self._adapters:
            try:
                with explained(path, base):
                    name = self._put_on(path, tuning)
            except ModelNotFoundError:
                self._base_key = None  # half an adapter may hang on the base: it is loaded anew for the next question
                raise
            self._adapters[key] = name
            if len(self._adapters) > ADAPTERS:
                oldest = next(iter(self._adapters))
                self._peft.delete_adapter(self._adapters.pop(oldest))
        self._peft.set_adapter(self._adapters[key])
        return self._peft.eval()

    def _put_on(self, path: Path, tuning: Any) -> str:
        """Put an adapter on the base, beside those that are there; the name PEFT knows it by."""
        if self._peft is None:
            self._peft = tuning.load(self._base, path)
            return "default"
        self._made += 1
        self._peft.load_adapter(str(path), adapter_name=f"adapter{self._made}")
        return f"adapter{self._made}"


def main(argv: list[str]) -> None:
    """Serve until the input ends or nothing is asked for a while."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print must not stand between the answers
    idle = float(argv[0])
    requests: queue.Queue[dict[str, Any]] = queue.Queue()
    cancelled: set[int] = set()
    threading.Thread(target=_listen, args=(requests, cancelled), daemon=True).start()

    def send(**message: Any) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    with absent():
        import peft  # noqa: F401
        import torch

    torch.set_num_threads(processes.thread_count())
    generator = Generator()
    while True:
        try:
            request = requests.get(timeout=idle)
        except queue.Empty:
            os._exit(0)
        number = request["id"]

        def tell(row: int, answer: Answer | Likelihood, number: int = number) -> None:
            send(id=number, row=row, **vars(answer))

        def grow(row: int, text: str, number: int = number) -> None:
            send(id=number, row=row, so_far=text)

        def is_cancelled(number: int = number) -> bool:
            return number in cancelled

        try:
            if "answer" in request:
                send(
                    id=number, row=0, **vars(generator.losses(request["system"], request["prompt"], request["answer"]))
                )
            elif "texts" in request:
                generator.score(request["system"], request["texts"], tell, is_cancelled)
            else:
                decoding = Decoding(**request["decoding"])
                on_text = grow if request.get("stream") else None
                generator.answer(request["system"], request["prompts"], decoding, tell, is_cancelled, on_text)
            send(id=number, done=True, cancelled=number in cancelled)
        except WorkbenchError as error:
            send(id=number, error=str(error), kind=type(error).__name__)
        except Exception as error:
            traceback.print_exc()
            send(id=number, error=reason_for_error(error, go_on="ask again."), kind="GenerationError")
        cancelled.discard(number)


def _listen(requests: queue.Queue[dict[str, Any]], cancelled: set[int]) -> None:
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if "cancel" in message:
            cancelled.add(message["cancel"])
        else:
            requests.put(message)
    os._exit(0)  # the client is gone


def _key(folder: Path, pattern: str) -> tuple[Any, ...]:
    """What changes when the files do: a run that still trains replaces its model."""
    files = sorted(folder.glob(pattern))
    return (str(folder), *((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files))


def _room(model: Any) -> int | None:
    """The places of a model's context that no virtual token takes."""
    positions = getattr(model.config, "max_position_embeddings", None)
    virtual = getattr(model.active_peft_config, "num_virtual_tokens", None) or 0
    return None if positions is None else positions - virtual


if __name__ == "__main__":
    main(sys.argv[1:])
