"""What a table's columns are taken for, and how its rows become the canonical columns.

=========================== ========================================== =====================================
layout                      columns                                    becomes
=========================== ========================================== =====================================
``prompt/completion``       prompt, completion                         prompt_completion
``messages``                messages: [{role, content}]                language_modeling, conversational
``sharegpt``                conversations: [{from, value}]             language_modeling, conversational
                            conversation: [{input, output}]
``alpaca``                  instruction, (input), output               prompt_completion
``alpaca with history``     the same with system or history            prompt_completion, conversational
``dolly``                   instruction, (context), response           prompt_completion
``question/answer`` ...     one prompt-like and one answer-like column prompt_completion
``... with system``         the same with system_prompt                prompt_completion, conversational
``text``                    text                                       language_modeling
``preference``              (prompt), chosen, rejected                 preference
``unpaired preference``     prompt, completion, label                  unpaired_preference
``prompt only``             prompt                                     prompt_only
=========================== ========================================== =====================================

The types are those of TRL (https://huggingface.co/docs/trl/dataset_formats).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.errors import DatasetError

__all__ = ["CANONICAL", "DECISIVE", "Layout", "RowProblem", "recognise"]

CANONICAL = ("prompt", "completion", "messages", "text", "chosen", "rejected", "label")
"""The names the workbench gives to the columns it uses; what ``columns=`` may name on its left."""

DECISIVE = ("prompt", "completion", "messages", "chosen", "rejected")
"""Those of them whose presence tells an objective what a row is; an extra column of such a name is renamed."""

PROMPT_NAMES = ("prompt", "question", "query", "input", "inputs", "instruction")
ANSWER_NAMES = ("completion", "answer", "response", "output", "target", "targets")
ROLES = {
    "human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "chatgpt": "assistant",
    "bing": "assistant", "bard": "assistant", "model": "assistant", "system": "system", "developer": "developer",
    "tool": "tool", "function_response": "tool", "observation": "tool",
}  # fmt: skip


class RowProblem(ValueError):
    """One row that does not fit the layout: which column, and what is wrong with its value."""

    def __init__(self, column: str, message: str):
        super().__init__(message)
        self.column, self.message = column, message


@dataclass(frozen=True)
class Layout:
    """A recognised layout.

    Parameters
    ----------
    name
        What the columns were taken for: ``"alpaca"``.
    type
        TRL's word for the rows: ``"prompt_completion"``.
    conversational
        Whether prompt, completion or messages are lists of ``{role, content}``.
    columns
        The source columns the layout consumes.
    convert
        Turns one source row into its canonical columns; raises `RowProblem`.
    """

    name: str
    type: str
    conversational: bool
    columns: tuple[str, ...]
    convert: Callable[[Mapping[str, Any]], dict[str, Any]]


def recognise(columns: Sequence[str], sample: Sequence[Mapping[str, Any]], where: str) -> Layout:
    """The layout of a table, from its column names and first rows.

    Parameters
    ----------
    columns
        All column names, as the source writes them.
    sample
        The first rows; they tell texts from lists of messages.
    where
        The source, for messages.

    Raises
    ------
    DatasetError
        When the columns fit no layout, or more than one equally well.
    """
    by_name = {name.strip().lower(): name for name in columns}
    has = by_name.get

    def listlike(name: str | None) -> bool:
        return name is not None and any(_parsed(row.get(name)) is not None for row in sample)

    prompt, completion, label = has("prompt"), has("completion"), has("label")
    chosen, rejected = has("chosen"), has("rejected")
    if chosen and rejected:
        return _columns_layout("preference", "preference", {"prompt": prompt, "chosen": chosen, "rejected": rejected},
                               listlike(chosen))  # fmt: skip
    if prompt and completion:
        if label is not None and any(isinstance(row.get(label), bool) for row in sample):
            names = {"prompt": prompt, "completion": completion, "label": label}
            return _columns_layout("unpaired preference", "unpaired_preference", names, listlike(prompt))
        return _columns_layout("prompt/completion", "prompt_completion",
                               {"prompt": prompt, "completion": completion}, listlike(prompt))  # fmt: skip
    if listlike(has("messages")):
        return _messages(by_name["messages"])
    for name in ("conversations", "conversation"):
        if listlike(has(name)):
            return _sharegpt(by_name[name], has("system"))
    instruction = has("instruction")
    if instruction and has("output") and not has("response"):
        return _alpaca(instruction, has("input"), by_name["output"], has("system"), has("history"))
    if instruction and has("response"):
        return _dolly(instruction, has("context"), by_name["response"])
    pair = _pair(by_name, where)
    if pair:
        system = has("system_prompt")
        if system and not listlike(pair[0]):
            return _pair_with_system(*pair, system)
        names = {"prompt": pair[0], "completion": pair[1]}
        return _columns_layout("/".join(pair), "prompt_completion", names, listlike(pair[0]))
    if has("text") and has("role") and has("parent_id"):
        raise DatasetError(
            f"{where}: each row is one message of a tree of conversations (text, role, parent_id), and which branches "
            "to train on is for you to say. Make one row a branch with a 'messages' column, or take each message as "
            'plain text with columns={"text": "text"}.'
        )
    for name in ("text", "document", "content"):
        if has(name):
            return _columns_layout("text", "language_modeling", {"text": by_name[name]}, False)
    if prompt:
        return _columns_layout("prompt only", "prompt_only", {"prompt": prompt}, listlike(prompt))
    if len(columns) == 1 and all(isinstance(row.get(columns[0]), str) for row in sample):
        return _columns_layout("text", "language_modeling", {"text": columns[0]}, False)
    raise DatasetError(
        f"{where}: the columns {', '.join(map(repr, columns)) or '(none)'} fit no layout. Say which is which, as "
        'columns={"prompt": ..., "completion": ...} or columns={"messages": ...} or columns={"text": ...} '
        "(our name: the file's name)."
    )


def _pair(by_name: Mapping[str, str], where: str) -> tuple[str, str] | None:
    prompts = [by_name[name] for name in PROMPT_NAMES if name in by_name]
    answers = [by_name[name] for name in ANSWER_NAMES if name in by_name]
    if not prompts or not answers:
        return None
    if "context" in by_name:
        raise DatasetError(
            f"{where}: there is a '{by_name['context']}' column beside '{prompts[0]}' and '{answers[0]}', and how it "
            "belongs into the prompt is for you to say. Join them into one 'prompt' column first (a DataFrame will "
            f'do), or leave it out with columns={{"prompt": "{prompts[0]}", "completion": "{answers[0]}"}}.'
        )
    if len(prompts) > 1 or len(answers) > 1:
        raise DatasetError(
            f"{where}: more than one column could be the {'prompt' if len(prompts) > 1 else 'completion'}: "
            f"{', '.join(map(repr, prompts if len(prompts) > 1 else answers))}. Say which, for example "
            f'columns={{"prompt": "{prompts[0]}", "completion": "{answers[0]}"}}.'
        )
    return prompts[0], answers[0]


def _columns_layout(name: str, type: str, names: Mapping[str, str | None], conversational: bool) -> Layout:
    used = {ours: theirs for ours, theirs in names.items() if theirs is not None}

    def convert(row: Mapping[str, Any]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for ours, theirs in used.items():
            value = row.get(theirs)
            if ours == "label":
                out[ours] = _label(value, theirs)
            elif conversational:
                role = "user" if ours == "prompt" else "assistant"
                out[ours] = [{"role": role, "content": value}] if isinstance(value, str) and _parsed(value) is None \
                    else messages_of(value, theirs)  # fmt: skip
            else:
                out[ours] = text_of(value, theirs)
        return out

    return Layout(name, type, conversational, tuple(used.values()), convert)


def _messages(column: str) -> Layout:
    return Layout("messages", "language_modeling", True, (column,),
                  lambda row: {"messages": messages_of(row.get(column), column)})  # fmt: skip


def _sharegpt(column: str, system: str | None) -> Layout:
    def convert(row: Mapping[str, Any]) -> dict[str, Any]:
        messages = messages_of(row.get(column), column)
        if system and row.get(system):
            messages.insert(0, {"role": "system", "content": text_of(row[system], system)})
        return {"messages": messages}

    return Layout("sharegpt", "language_modeling", True, (column, system) if system else (column,), convert)


def _pair_with_system(prompt: str, answer: str, system: str) -> Layout:
    def convert(row: Mapping[str, Any]) -> dict[str, Any]:
        messages = [{"role": "system", "content": text_of(row[system], system)}] if row.get(system) else []
        return {
            "prompt": [*messages, {"role": "user", "content": text_of(row.get(prompt), prompt)}],
            "completion": [{"role": "assistant", "content": text_of(row.get(answer), answer)}],
        }

    return Layout(f"{prompt}/{answer} with system", "prompt_completion", True, (prompt, answer, system), convert)


def _alpaca(instruction: str, input: str | None, output: str, system: str | None, history: str | None) -> Layout:
    columns = tuple(name for name in (instruction, input, output, system, history) if name)

    def convert(row: Mapping[str, Any]) -> dict[str, Any]:
        prompt, answer = _joined(row, instruction, input), text_of(row.get(output), output)
        if not (system or history):
            return {"prompt": prompt, "completion": answer}
        messages = [{"role": "system", "content": text_of(row[system], system)}] if system and row.get(system) else []
        past = row.get(history) if history else None
        for turn in (_json_list(past) if isinstance(past, str) else _parsed(past)) or []:
            if not (isinstance(turn, (list, tuple)) and len(turn) == 2):
                raise RowProblem(str(history), f"must be a list of [question, answer] pairs, got {_short(turn)}.")
            for role, content in zip(("user", "assistant"), turn, strict=True):
                messages.append({"role": role, "content": text_of(content, str(history))})
        return {
            "prompt": [*messages, {"role": "user", "content": prompt}],
            "completion": [{"role": "assistant", "content": answer}],
        }

    chat = bool(system or history)
    return Layout("alpaca with history" if chat else "alpaca", "prompt_completion", chat, columns, convert)


def _dolly(instruction: str, context: str | None, response: str) -> Layout:
    def convert(row: Mapping[str, Any]) -> dict[str, Any]:
        return {"prompt": _joined(row, instruction, context), "completion": text_of(row.get(response), response)}

    columns = tuple(name for name in (instruction, context, response) if name)
    return Layout("dolly", "prompt_completion", False, columns, convert)


def _joined(row: Mapping[str, Any], first: str, second: str | None) -> str:
    text = text_of(row.get(first), first)
    more = row.get(second) if second else None
    more = text_of(more, str(second)) if more is not None else ""
    return f"{text}\n\n{more}" if more.strip() else text


def text_of(value: Any, column: str) -> str:
    """The value as text, or a `RowProblem` that says what it is instead."""
    if isinstance(value, str):
        return value
    if value is None:
        raise RowProblem(column, "is missing.")
    raise RowProblem(column, f"must be text, got {_short(value)} ({type(value).__name__}).")


def messages_of(value: Any, column: str) -> list[dict[str, Any]]:
    """The value as a list of ``{role, content}``.

    ShareGPT's ``{from, value}``, pairs of ``{input, output}``, contents in text parts and JSON text are accepted.
    """
    if value is None:
        raise RowProblem(column, "is missing.")
    turns = _parsed(value)
    if turns is None or not turns:
        raise RowProblem(column, f"must be a list of messages with role and content, got {_short(value)}.")
    messages = []
    for number, turn in enumerate(turns):
        if not isinstance(turn, Mapping):
            raise RowProblem(column, f"message {number} must have role and content, got {_short(turn)}.")
        if "input" in turn and "output" in turn:
            pair = (("user", turn["input"]), ("assistant", turn["output"]))
            messages += [{"role": role, "content": text_of(content, column)} for role, content in pair]
            continue
        role = turn.get("role") if turn.get("role") is not None else turn.get("from")
        content = turn.get("content") if turn.get("content") is not None else turn.get("value")
        if role not in ROLES:
            raise RowProblem(column, f"message {number} has the role {role!r}; known: {', '.join(sorted(ROLES))}.")
        if content is None and turn.get("tool_calls"):
            content = ""
        if isinstance(content, list) and all(isinstance(part, Mapping) and "text" in part for part in content):
            content = "".join(text_of(part["text"], column) for part in content)
        if not isinstance(content, str):
            raise RowProblem(column, f"message {number}: the content must be text, got {_short(content)}.")
        rest = {k: v for k, v in turn.items() if k not in ("role", "from", "content", "value") and v is not None}
        messages.append({"role": ROLES[role], "content": content, **rest})
    return messages


def _label(value: Any, column: str) -> bool:
    if isinstance(value, bool):
        return value
    raise RowProblem(column, f"must be true or false, got {_short(value)}.")


def _parsed(value: Any) -> list[Any] | None:
    """A list, whether given as one, as an array, or as the JSON text of a list of messages."""
    if isinstance(value, str):
        turns = _json_list(value)
        return turns if turns and all(isinstance(v, dict) and ("role" in v or "from" in v) for v in turns) else None
    if isinstance(value, (list, tuple)):
        return list(value)
    return value.tolist() if hasattr(value, "tolist") and getattr(value, "ndim", 0) == 1 else None


def _json_list(text: str) -> list[Any] | None:
    if not (text.lstrip()[:1] == "[" and text.rstrip()[-1:] == "]"):
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, list) else None


def _short(value: Any, limit: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."
