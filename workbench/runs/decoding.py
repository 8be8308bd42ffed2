"""How a model is made to answer: batches padded on the left, greedy unless told otherwise, stopped row by row.

Probes, `ask`, `wb.generate` and evaluation all answer through `answer_rows`, so the same prompt gets the same text.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from workbench.errors import InvalidInputError
from workbench.settings import nearest

if TYPE_CHECKING:
    from workbench.retrieval import Passage
    from workbench.runs.constraint import Constraint
    from workbench.tools import Call

__all__ = ["Answer", "Decoding", "answer_rows", "check_lengths"]

BATCH = 16  # rows answered at once
UNFINISHED = "\N{REPLACEMENT CHARACTER}"  # what a character reads as until its last token has come


@dataclass(frozen=True)
class Decoding:
    """How answers are drawn.

    Parameters
    ----------
    max_new_tokens
        The longest answer.
    temperature
        0 takes the likeliest token each time; above, tokens are drawn.
    seed
        For drawing; the same seed and prompts give the same answers.
    """

    max_new_tokens: int = 256
    temperature: float = 0.0
    seed: int = 0

    def __new__(cls, *_: Any, **given: Any) -> Self:
        known = list(cls.__dataclass_fields__)
        if unknown := [name for name in given if name not in known]:
            name = unknown[0]
            raise InvalidInputError(
                f"decoding has no setting {name!r}{nearest(name, known)}. It takes {', '.join(known)}."
            )
        return super().__new__(cls)

    def __post_init__(self) -> None:
        whole = isinstance(self.max_new_tokens, int) and not isinstance(self.max_new_tokens, bool)
        if not whole or self.max_new_tokens < 1:
            raise InvalidInputError(
                f"max_new_tokens must be a whole number of at least 1, got {self.max_new_tokens!r}."
            )
        if not isinstance(self.temperature, (int, float)) or not 0 <= self.temperature < 100:
            raise InvalidInputError(f"temperature must be 0 (the likeliest token) to 100, got {self.temperature!r}.")
        if not isinstance(self.seed, int) or isinstance(self.seed, bool) or not 0 <= self.seed < 2**63:
            raise InvalidInputError(f"seed must be a whole number of at least 0, got {self.seed!r}.")


@dataclass(frozen=True)
class Answer:
    """One answer.

    Parameters
    ----------
    text
        Without the end token.
    tokens
        How many tokens were generated, the end token included.
    seconds
        From the start of its batch to its last token.
    stop
        ``"eos"``: the model ended it, or its value was complete where a schema holds it; ``"length"``:
        `max_new_tokens` or the model's context ended it; ``"rounds"``: there is none, since it called tools over and
        over; ``"failed"``: an endpoint would not answer; ``"lost"``: its answer did not come.
    passages
        What the system's retriever found for the question; empty for a system without one.
    calls
        The calls of the system's tools that led to it.
    error, detail
        Why an endpoint gave none: one of `workbench.runs.remote.ERRORS`, and in words.
    """

    text: str
    tokens: int
    seconds: float
    stop: str
    passages: Sequence[Passage] = ()
    calls: Sequence[Call] = ()
    error: str = ""
    detail: str = ""


def check_lengths(lengths: Sequence[int], positions: int | None) -> None:
    """Refuse prompts that leave the model no room to answer.

    Raises
    ------
    InvalidInputError
        Naming the rows and their lengths.
    """
    if positions is None:
        return
    over = [(row, length) for row, length in enumerate(lengths) if length >= positions]
    if over:
        rows = ", ".join(f"prompt {row} has {length} tokens" for row, length in over[:5])
        more = f" and {len(over) - 5} more" if len(over) > 5 else ""
        raise InvalidInputError(
            f"The model's context is {positions} tokens: {rows}{more}. Shorten the prompt, or give fewer shots."
        )


def answer_rows(
    generate: Callable[..., Any],
    tokenizer: Any,
    prompts: Sequence[Sequence[int]],
    decoding: Decoding,
    *,
    stop_ids: Sequence[int],
    positions: int | None,
    device: Any = "cpu",
    constraint: Constraint | None = None,
    on_answer: Callable[[int, Answer], None] | None = None,
    on_text: Callable[[int, str], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Answer | None]:
    """Answer token sequences, shortest first, in batches.

    Parameters
    ----------
    generate
        Takes ``input_ids`` and ``attention_mask`` of shape ``(rows, length)`` and transformers' generation settings.
    prompts
        Token ids, one list a row.
    stop_ids
        The tokens that end an answer.
    positions
        The longest context of the model; an answer ends there.
    constraint
        The schema that answers are held to.
    on_answer
        Told each answer as soon as its row has ended, with the row's number.
    on_text
        Told at every token of a row that has not ended: the row's number, and its text so far.
    cancelled
        Asked at every token; once true, rows that have not ended stay None.

    Raises
    ------
    InvalidInputError
        Where a prompt fills the context.
    """
    check_lengths([len(prompt) for prompt in prompts], positions)
    answers: list[Answer | None] = [None] * len(prompts)
    order = sorted(range(len(prompts)), key=lambda row: len(prompts[row]))
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        if cancelled():
            break
        batch = _Batch([prompts[row] for row in rows], decoding, tokenizer, stop_ids, positions, constraint)

        def tell(place: int, answer: Answer, rows: list[int] = rows) -> None:
            answers[rows[place]] = answer
            if on_answer is not None:
                on_answer(rows[place], answer)

        def grow(place: int, text: str, rows: list[int] = rows) -> None:
            assert on_text is not None
            on_text(rows[place], text)

        batch.run(generate, device, tell, cancelled, None if on_text is None else grow)
    return answers


class _Batch:
    """Some prompts answered together. Each row ends at its own end token or length, whatever its neighbours do."""

    def __init__(
        self,
        prompts: list[Sequence[int]],
        decoding: Decoding,
        tokenizer: Any,
        stop_ids: Sequence[int],
        positions: int | None,
        constraint: Constraint | None,
    ):
        self.held = constraint.follow(len(prompts)) if constraint is not None else None
        self.prompts, self.decoding, self.tokenizer = prompts, decoding, tokenizer
        self.stop_ids = list(stop_ids)
        self.width = max(1, *map(len, prompts))
        room = [decoding.max_new_tokens if positions is None else positions - len(prompt) for prompt in prompts]
        self.limits = [min(decoding.max_new_tokens, free) for free in room]

    def run(
        self,
        generate: Any,
        device: Any,
        tell: Callable[[int, Answer], None],
        cancelled: Callable[[], bool],
        grow: Callable[[int, str], None] | None,
    ) -> None:
        import torch

        pad = self.tokenizer.pad_token_id
        pad = pad if pad is not None else (self.stop_ids[0] if self.stop_ids else 0)
        ids = torch.full((len(self.prompts), self.width), pad)
        mask = torch.zeros_like(ids)
        for row, prompt in enumerate(self.prompts):
            if prompt:
                ids[row, -len(prompt) :] = torch.tensor(prompt)
                mask[row, -len(prompt) :] = 1
        settings: dict[str, Any] = {"do_sample": self.decoding.temperature > 0, "num_beams": 1, "use_cache": True}
        if self.decoding.temperature > 0:
            settings |= {"temperature": float(self.decoding.temperature), "top_k": 0, "top_p": 1.0}
            torch.manual_seed(self.decoding.seed)
        ended, began = [False] * len(self.prompts), time.perf_counter()

        def watch(sequences: Any, scores: Any, **_: Any) -> Any:
            made = sequences.shape[1] - self.width
            last = sequences[:, -1].tolist()
            for row, token in enumerate(last):
                if ended[row]:
                    continue
                stop = token in self.stop_ids
                complete = self.held is not None and self.held.take(row, token)
                if stop or complete or made >= self.limits[row]:
                    ended[row] = True
                    tokens = sequences[row, self.width :].tolist()
                    text = self.tokenizer.decode(tokens[:-1] if stop else tokens, skip_special_tokens=False)
                    kind = "eos" if stop or complete else "length"
                    tell(row, Answer(text, made, time.perf_counter() - began, kind))
                elif grow is not None:
                    text = self.tokenizer.decode(sequences[row, self.width :].tolist(), skip_special_tokens=False)
                    grow(row, text.rstrip(UNFINISHED))
            return torch.full((len(last),), all(ended) or cancelled(), device=sequences.device)

        if (held := self.held) is not None:
            settings["logits_processor"] = [lambda sequences, scores: held.masked(scores, ended, pad)]
        with torch.no_grad():  # not inference_mode: what it caches could not be trained with
            generate(
                input_ids=ids.to(device),
                attention_mask=mask.to(device),
                max_new_tokens=max(self.limits),
                pad_token_id=pad,
                eos_token_id=self.stop_ids or None,
                stopping_criteria=[watch],
                repetition_penalty=1.0,
                **settings,
            )
