"""How likely a model finds given texts: the sum of -log p over their tokens, beside their length in bytes.

Bits per byte made from the two can be compared across tokenizers, where perplexity per token cannot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidInputError

if TYPE_CHECKING:
    from workbench.models.system import System

__all__ = ["WINDOW", "Likelihood", "TokenLosses", "answer_losses", "check_scores", "score_rows"]

WINDOW = 1024
"""The longest stretch a model sees at once, in tokens; longer texts are read in windows that overlap by half."""

_BATCH = 16  # rows
_LOGITS = 2**27  # scores of one forward pass: 512 MB in fp32


@dataclass(frozen=True)
class Likelihood:
    """What a model makes of one text.

    Parameters
    ----------
    nats
        The sum of ``-log p`` over the text's tokens, natural logarithm.
    bytes
        The length of the text in UTF-8.
    tokens
        How many tokens were scored.
    """

    nats: float
    bytes: int
    tokens: int


@dataclass(frozen=True)
class TokenLosses:
    """What a model makes of one answer, token by token.

    Parameters
    ----------
    texts
        The text of each token; empty for the later parts of a character that several tokens make up.
    nats
        ``-log p`` of each, natural logarithm.
    """

    texts: list[str]
    nats: list[float]


@dataclass(frozen=True)
class _Window:
    """Some tokens of one text, of which the last `scored` count."""

    row: int
    ids: list[int]
    scored: int


def check_scores(system: System) -> None:
    """Refuse to score with what only answers.

    Raises
    ------
    InvalidInputError
        For functions and endpoints.
    """
    if system.kind != "model":
        what = {"callable": "a function", "remote": f"an endpoint at {system.model}"}[system.kind]
        raise InvalidInputError(f"{system.name} is {what}: it answers, but gives no likelihood. Use a model.")


def score_rows(
    model: Any,
    tokenizer: Any,
    texts: Sequence[str],
    *,
    on_score: Callable[[int, Likelihood], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Likelihood | None]:
    """The likelihood of each text, in the order given.

    Every token of a text is scored once, the first one after the tokenizer's beginning token (else its end token, as
    between two texts in training). In texts longer than the window, each token has at least half a window before it.

    Parameters
    ----------
    model
        A causal language model, ready to run; one with virtual tokens in front will do.
    on_score
        Told each result as soon as it is there, with the row's number.
    cancelled
        Asked between batches; once true, rows not reached stay None.
    """
    start = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
    prefix = [] if start is None else [start]
    ids = tokenizer(list(texts), add_special_tokens=False, return_attention_mask=False)["input_ids"] if texts else []
    virtual = getattr(getattr(model, "active_peft_config", None), "num_virtual_tokens", None) or 0
    size = min(WINDOW, (getattr(model.config, "max_position_embeddings", None) or WINDOW) - virtual)
    windows = [window for row, tokens in enumerate(ids) for window in _windows(row, prefix + tokens, size)]
    windows.sort(key=lambda window: len(window.ids))
    counts = Counter(window.row for window in windows)  # windows of each text still to be read
    nats, scored = [0.0] * len(ids), [0] * len(ids)
    results: list[Likelihood | None] = [None] * len(ids)

    def finish(row: int) -> None:
        result = Likelihood(nats[row], len(texts[row].encode("utf-8", "replace")), scored[row])
        results[row] = result
        if on_score is not None:
            on_score(row, result)

    for row in set(range(len(ids))) - set(counts):
        finish(row)
    while windows and not cancelled():
        longest = len(windows[min(_BATCH, len(windows)) - 1].ids)
        rows = max(1, min(_BATCH, _LOGITS // (longest * model.config.vocab_size)))
        batch, windows = windows[:rows], windows[rows:]
        for window, loss in zip(batch, _losses(model, batch, tokenizer), strict=True):
            nats[window.row] += loss
            scored[window.row] += window.scored
            counts[window.row] -= 1
            if not counts[window.row]:
                finish(window.row)
    return results


def answer_losses(model: Any, tokenizer: Any, prompt: Sequence[int], text: str, *, special: bool) -> TokenLosses:
    """How surprising a model finds each token of an answer after its prompt.

    Parameters
    ----------
    model
        A causal language model, ready to run; one with virtual tokens in front will do.
    prompt
        The token ids of the prompt.
    text
        Prompt and answer as one text. The answer begins where the tokens of the two part.
    special
        Whether the tokenizer adds its own special tokens.

    Raises
    ------
    InvalidInputError
        Where they fill the model's context.
    """
    import torch

    made = tokenizer(text, add_special_tokens=special, return_offsets_mapping=True)
    ids, spans = made["input_ids"], made["offset_mapping"]
    start = max(1, next((at for at, (a, b) in enumerate(zip(prompt, ids, strict=False)) if a != b), len(prompt)))
    virtual = getattr(getattr(model, "active_peft_config", None), "num_virtual_tokens", None) or 0
    positions = getattr(model.config, "max_position_embeddings", None)
    if positions is not None and len(ids) + virtual > positions:
        raise InvalidInputError(
            f"Prompt and answer have {len(ids)} tokens, and the model's context has room for {positions - virtual}. "
            "Shorten them."
        )
    given = torch.tensor([ids], device=model.device)
    with torch.no_grad():
        logits = model(input_ids=given, attention_mask=torch.ones_like(given), use_cache=False).logits[:, -len(ids) :]
    losses = torch.nn.functional.cross_entropy(logits[0, start - 1 : -1].float(), given[0, start:], reduction="none")
    pairs = [(text[a:b], spans[at - 1] == (a, b)) for at, (a, b) in enumerate(spans) if at >= start]
    return TokenLosses(["" if again else piece for piece, again in pairs], [float(loss) for loss in losses])


def _windows(row: int, ids: list[int], size: int) -> list[_Window]:
    """The text cut so that every token but the first is scored in exactly one window."""
    if len(ids) < 2:
        return []
    first = _Window(row, ids[:size], min(size, len(ids)) - 1)
    step = size // 2
    rest = [
        _Window(row, ids[max(0, end - size) : end], end - begin)
        for begin in range(size, len(ids), step)
        for end in [min(begin + step, len(ids))]
    ]
    return [first, *rest]


def _losses(model: Any, batch: list[_Window], tokenizer: Any) -> list[float]:
    """The nats of each window's scored tokens."""
    import torch

    width = max(len(window.ids) for window in batch)
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else 0
    ids = torch.full((len(batch), width), pad)
    mask = torch.zeros_like(ids)
    for place, window in enumerate(batch):
        ids[place, : len(window.ids)] = torch.tensor(window.ids)
        mask[place, : len(window.ids)] = 1
    ids, mask = ids.to(model.device), mask.to(model.device)
    with torch.no_grad():
        logits = model(input_ids=ids, attention_mask=mask, use_cache=False).logits[:, -width:]  # virtual tokens lead
    losses = []
    for place, window in enumerate(batch):
        end, begin = len(window.ids), len(window.ids) - window.scored
        scores = logits[place, begin - 1 : end - 1].float()
        loss = torch.nn.functional.cross_entropy(scores, ids[place, begin:end], reduction="none")
        losses.append(float(loss.double().sum()))
    return losses
