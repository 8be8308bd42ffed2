"""The token gate: what of the rows would really be trained, found out before any weights are loaded.

Trainers drop, cut and mask rows without a word. The gate encodes every row exactly as training will, counts what
happens to them, and refuses a run that would train nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.errors import Problem

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.data.dataset import Dataset
    from workbench.data.rendering import Renderer
    from workbench.objectives._base import Encoded

__all__ = ["EncodedRows", "GateReport", "encode_table", "gate"]

CHUNK = 1_000
ROWS_NAMED = 5
NOT_TRAINED = ("weight", "loss", "train")
CALLS_SOUGHT = 10_000
LITTLE = 0.02  # of the tokens trained: below, fifty are read for each that teaches


@dataclass
class EncodedRows:
    """Rows of one split as the trainer takes them.

    Parameters
    ----------
    table
        The columns of `Objective.columns` (of supervised fine-tuning ``input_ids`` and ``labels``, -100 where the loss
        does not count), rows that train nothing left out.
    rows
        How many rows came in.
    tokens, trained_tokens
        How many tokens are in the table, and how many of them the loss counts.
    longest
        The longest row, or side of a pair, in tokens, after cutting.
    truncated, dropped, identical, unasked, silent, merged, unfinished, untrained_end, doubled
        Numbers of the rows that were cut, dropped because nothing in them is trained, dropped because both sides of a
        pair are the same or have no turn in common, have an empty side, merge tokens over the border of prompt and
        answer, do not end in an end token, end in one that the loss does not count, or begin with two beginning tokens.
    lost_tokens, lost_trained
        How many tokens were cut off in all, and how many of these the loss would have counted.
    """

    table: pa.Table
    rows: int = 0
    tokens: int = 0
    trained_tokens: int = 0
    longest: int = 0
    lost_tokens: int = 0
    lost_trained: int = 0
    truncated: list[int] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    identical: list[int] = field(default_factory=list)
    unasked: list[int] = field(default_factory=list)
    silent: list[int] = field(default_factory=list)
    merged: list[int] = field(default_factory=list)
    unfinished: list[int] = field(default_factory=list)
    untrained_end: list[int] = field(default_factory=list)
    doubled: list[int] = field(default_factory=list)

    @property
    def trained_share(self) -> float:
        """The share of the tokens that the loss counts."""
        return self.trained_tokens / self.tokens if self.tokens else 0.0


@dataclass
class GateReport:
    """What the gate found.

    Parameters
    ----------
    rows, trained_tokens, truncated_rows, dropped_rows
        Counts over the training rows.
    tokens
        All tokens of the rows that are left.
    trained_share
        The share of these that the loss counts.
    lost_trained_tokens
        Tokens that the loss would have counted, had they not been cut off; of dropped rows too.
    longest
        The longest row in tokens.
    warnings, errors
        What to know, and what refuses the run.
    train, validation
        The encoded rows; validation is None when there are none. Not part of `to_dict`.
    """

    rows: int
    tokens: int
    trained_tokens: int
    truncated_rows: int
    dropped_rows: int
    longest: int
    eval_rows: int
    warnings: list[Problem]
    errors: list[Problem]
    trained_share: float
    lost_trained_tokens: int
    train: pa.Table = field(repr=False)
    validation: pa.Table | None = field(repr=False, default=None)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for the ``gate`` event."""
        names = ("rows", "tokens", "trained_tokens", "trained_share", "truncated_rows", "lost_trained_tokens",
                 "dropped_rows", "longest", "eval_rows")  # fmt: skip
        return {
            **{name: getattr(self, name) for name in names},
            "warnings": [problem.to_dict() for problem in self.warnings],
            "errors": [problem.to_dict() for problem in self.errors],
        }


def encode_table(
    objective: Any, rows: Iterable[Mapping[str, Any]], renderer: Renderer, max_length: int | None
) -> EncodedRows:
    """Encode rows chunk by chunk into an Arrow table and count what happened to them."""
    import pyarrow as pa

    schema = objective.columns(None)
    stream, tables, out = iter(rows), [], EncodedRows(schema.empty_table())
    trains, stops, beginning = objective.trains_tokens, set(renderer.stop_ids), renderer.tokenizer.bos_token_id
    while chunk := list(itertools.islice(stream, CHUNK)):
        kept: dict[str, list[Any]] = {name: [] for name in schema.names}
        for row, encoded in zip(chunk, objective.encode_rows(chunk, renderer, max_length), strict=True):
            if _count(out, objective.parts(encoded), trains, stops, beginning):
                for name, value in objective.columns(encoded, row).items():
                    kept[name].append(value)
        tables.append(pa.table(kept, schema=schema))
    if tables:
        out.table = pa.concat_tables(tables)
    return out


def _count(out: EncodedRows, parts: Sequence[Encoded], trains: bool, stops: set[int], beginning: int | None) -> bool:
    """Count one row of one part, or of two where it is a pair; whether it is kept."""
    number, out.rows = out.rows, out.rows + 1
    pair = len(parts) == 2
    if pair and not any(part.input_ids for part in parts):
        out.unasked.append(number)
        return False
    cut = [part for part in parts if part.truncated_tokens]
    if cut:
        out.truncated.append(number)
        out.lost_tokens += sum(part.truncated_tokens for part in cut)
        out.lost_trained += sum(part.truncated_trained for part in cut)
    if pair and parts[0].input_ids == parts[1].input_ids:
        (out.dropped if cut else out.identical).append(number)
        return False
    if not all(any(part.trained) if trains else part.input_ids for part in parts):
        out.dropped.append(number)
        return False
    if any(part.merged_tokens for part in parts):
        out.merged.append(number)
    if pair and any(part.input_ids[part.trained.index(1)] in stops for part in parts):
        out.silent.append(number)
    whole = [part for part in parts if trains and not part.truncated_tokens]
    ends = [
        [kept for token, kept in zip(part.input_ids[-3:], part.trained[-3:], strict=True) if token in stops]
        for part in whole
    ]
    if not all(ends):
        out.unfinished.append(number)
    elif not all(map(any, ends)):
        out.untrained_end.append(number)
    if beginning is not None and any(part.input_ids[:2] == [beginning, beginning] for part in parts):
        out.doubled.append(number)
    out.tokens += sum(len(part.input_ids) for part in parts)
    out.trained_tokens += sum(sum(part.trained) for part in parts)
    out.longest = max(out.longest, *(len(part.input_ids) for part in parts))
    return True


def row_limit(recipe: Any, positions: int | None) -> int | None:
    """Where the rows of a recipe are cut: its ``max_length``, or the model's context where that is shorter.

    Where the model writes the answers itself, prompts of more tokens than leave room for one are left out.

    Parameters
    ----------
    positions
        The model's context in tokens.
    """
    limits = [recipe.training.max_length, recipe.tuning.room(positions)]
    shortest = min((limit for limit in limits if limit), default=None)
    return None if shortest is None else max(1, shortest - recipe.objective.reply_tokens)


def gate(recipe: Any, dataset: Dataset, renderer: Renderer, max_length: int | None = None) -> GateReport:
    """Encode the train and validation rows of a recipe and judge them.

    Parameters
    ----------
    recipe
        Its objective encodes; its training settings give the length and the number of validation rows.
    dataset
        The recipe's data.
    renderer
        The renderer with the recipe's template.
    max_length
        The resolved length, where the model's context is shorter than the recipe's.
    """
    limit = max_length or recipe.training.max_length
    train = encode_table(recipe.objective, dataset.rows("train"), renderer, limit)
    validation = None
    if dataset.splits.get("validation"):
        rows = itertools.islice(dataset.rows("validation"), recipe.training.max_eval_rows)
        validation = encode_table(recipe.objective, rows, renderer, limit)
    errors = _errors(train, recipe, limit)
    return GateReport(
        rows=train.rows,
        tokens=train.tokens,
        trained_tokens=train.trained_tokens,
        truncated_rows=len(train.truncated),
        dropped_rows=len(train.dropped) + len(train.identical) + len(train.unasked),
        longest=train.longest,
        eval_rows=validation.table.num_rows if validation else 0,
        warnings=[] if errors else _warnings(train, validation, recipe, dataset, renderer, limit),
        errors=errors,
        trained_share=round(train.trained_share, 4),
        lost_trained_tokens=train.lost_trained,
        train=train.table,
        validation=validation.table if validation else None,
    )


def _errors(train: EncodedRows, recipe: Any, limit: int | None) -> list[Problem]:
    if train.rows and train.table.num_rows:
        return []
    if not train.rows:
        return [Problem("dataset", "has no training rows.", "Give at least one row.")]
    if train.identical:
        return [Problem(
            "dataset", f"chosen and rejected are the same in {_rows(train.identical, train.rows)}: no preference is "
            "left to learn.", "Put the answers in that were compared.",
        )]  # fmt: skip
    if train.unasked:
        return [Problem(
            "dataset", f"chosen and rejected begin with different turns in {_rows(train.unasked, train.rows)}: there "
            "is no prompt that both answer.", "Give both the same prompt, or a column prompt.",
        )]  # fmt: skip
    if not recipe.objective.trains_tokens:
        return [Problem(
            "dataset", f"none of the {train.rows} prompts fits: they are missing or empty, or longer than the {limit} "
            "tokens that max_length and the model's context leave beside max_new_tokens.",
            "Give each row a prompt; shorten them, or the replies.",
        )]  # fmt: skip
    if len(train.truncated) == train.rows:
        return [Problem(
            "training.max_length", f"is {limit}, and every answer begins only after that: nothing would be trained.",
            "Raise max_length, or shorten the prompts.",
        )]  # fmt: skip
    return [Problem("dataset", f"none of the {train.rows} rows has a token to train on.", "Check the completions.")]


def _warnings(
    train: EncodedRows,
    validation: EncodedRows | None,
    recipe: Any,
    dataset: Dataset,
    renderer: Renderer,
    limit: int | None,
) -> list[Problem]:
    found = []

    def warn(where: str, message: str, remedy: str) -> None:
        found.append(Problem(where, message, remedy, "warning"))

    trains = recipe.objective.trains_tokens
    if train.identical:
        warn("dataset", f"{_rows(train.identical, train.rows)} are left out: chosen and rejected are the same.",
             "Take them out, or put the answers in that were compared.")  # fmt: skip
    if train.unasked:
        warn("dataset", f"{_rows(train.unasked, train.rows)} are left out: chosen and rejected begin with different "
             "turns, so there is no prompt that both answer.",
             "Give both the same prompt, or a column prompt.")  # fmt: skip
    if train.silent:
        warn("dataset", f"in {_rows(train.silent, train.rows)} the chosen or the rejected answer is empty: such pairs "
             "teach to say nothing, or only to say something.", "Take them out, or put the answers in.")  # fmt: skip
    if train.dropped and trains:
        warn("dataset", f"{_rows(train.dropped, train.rows)} are left out, since nothing in them would be trained.",
             "Their answers are empty, or begin after max_length.")  # fmt: skip
    if train.dropped and not trains:
        warn("dataset", f"{_rows(train.dropped, train.rows)} are left out: their prompts are empty, or too long for a "
             f"reply beside them (more than {limit} tokens).", "Shorten them, or max_new_tokens.")  # fmt: skip
    kept = [number for number in train.truncated if number not in set(train.dropped)]
    if kept:
        share = train.lost_trained / (train.lost_trained + train.trained_tokens)
        warn("training.max_length", f"{_rows(kept, train.rows)} are cut at {limit} tokens, "
             f"{train.lost_tokens:,} tokens lost, their end token among them; {train.lost_trained:,} of these would "
             f"have been trained ({share:.0%} of all such).",
             "Raise max_length, or shorten these rows.")  # fmt: skip
    if train.merged:
        warn("template", f"in {_rows(train.merged, train.rows)} tokens merge over the border of prompt and answer, so "
             "the model is asked with other tokens than it was trained on.",
             "End the prompts with a line break, or use a chat template.")  # fmt: skip
    if train.unfinished:
        warn("template", f"{_rows(train.unfinished, train.rows)} do not end in an end token: the model would not learn "
             "to stop.", "Use a chat template that ends the assistant's turn with a special token.")  # fmt: skip
    if train.untrained_end:
        warn("template", f"{_rows(train.untrained_end, train.rows)} end in an end token that the loss does not count: "
             "the model would not learn to stop.", "Put the end token inside {% generation %}.")  # fmt: skip
    if train.doubled:
        warn("template", f"{_rows(train.doubled, train.rows)} begin with the beginning token twice, as no row of its "
             "pretraining did.", "Leave the beginning token out of the template, or out of the texts.")  # fmt: skip
    if trains and train.trained_share < LITTLE:
        warn("dataset", f"only {train.trained_share:.1%} of the tokens are trained; the rest is prompt that is read "
             "over and over.", "Shorten what all prompts share, or see whether answers are missing.")  # fmt: skip
    if "messages" in dataset.columns and not recipe.objective.answers_only(renderer):
        warn("objective.assistant_only_loss", "every turn is trained, the user's too, since the chat template does not "
             "mark what the assistant says.", "Use template='bundled', or one with {% generation %}.")  # fmt: skip
    if "tools" in dataset.columns and dataset.conversational:
        warn("dataset", "the rows have a column of tools, which templates are not given here: calls would be trained "
             "of tools that the model is not told of.",
             "Write them into the system turn, or leave the column out.")  # fmt: skip
    if _leaves_out(dataset):
        warn("dataset", "turns are marked not to be trained (weight, loss or train), and are trained all the same.",
             "Make such a turn part of the prompt, or take these rows out.")  # fmt: skip
    if _loses_calls(dataset, renderer):
        warn("template", "the chat template does not write the calls of tools that turns carry, so they are not "
             "trained.",
             "Use a template that writes message.tool_calls, or put the calls into the content.")  # fmt: skip
    if validation is None or not validation.table.num_rows:
        warn("dataset", "there are no validation rows, so there is no eval loss and no early stop.",
             'Give some, or split={"validation": 0.05}.')  # fmt: skip
    return found


def _leaves_out(dataset: Dataset) -> bool:
    """Whether some turn says of itself that it is not to be trained, as OpenAI's ``"weight": 0`` does."""
    schema = dataset.arrow().schema
    chats = [field.name for field in schema if field.name in ("messages", "completion")]
    marked = [name for name in chats if any(f"{mark}:" in str(schema.field(name).type) for mark in NOT_TRAINED)]
    return any(
        turn.get(mark) in (0, False, "0", "false") and turn.get(mark) is not None and turn["role"] == "assistant"
        for row in (dataset.rows("train") if marked else ())
        for name in marked
        for turn in row[name]
        for mark in NOT_TRAINED
    )


def _loses_calls(dataset: Dataset, renderer: Renderer) -> bool:
    """Whether a turn with ``tool_calls`` is rendered as it is without them, judged by the first row that has some."""
    chats = [name for name in ("messages", "prompt", "completion") if "tool_calls" in str(dataset.arrow().schema)]
    for row in itertools.islice(dataset.rows("train"), CALLS_SOUGHT if chats else 0):
        turns = [turn for name in chats if isinstance(row.get(name), list) for turn in row[name]]
        if any("tool_calls" in turn for turn in turns):
            without = [{name: value for name, value in turn.items() if name != "tool_calls"} for turn in turns]
            return renderer.full_text({"messages": turns}) == renderer.full_text({"messages": without})
    return False


def _rows(numbers: list[int], total: int) -> str:
    named = ", ".join(map(str, numbers[:ROWS_NAMED])) + (", ..." if len(numbers) > ROWS_NAMED else "")
    return f"{len(numbers)} of {total} training rows ({'row' if len(numbers) == 1 else 'rows'} {named})"
