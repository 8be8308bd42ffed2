"""Values of a source to texts, turns and labels, whichever way the source writes them.

What a turn carries beside its role and content stays with it. Lists and objects among it (tool calls) are kept as JSON
text in Arrow, since a struct would give every call the arguments of all others; `readable_turns` gives them back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.data.store import as_json

__all__ = [
    "RowProblem",
    "as_turns",
    "common_length",
    "is_filled",
    "is_label",
    "json_list",
    "label_of",
    "messages_of",
    "parted",
    "readable_turns",
    "reply_to",
    "spoken",
    "text_of",
]

ROLES = {
    "human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "chatgpt": "assistant",
    "bing": "assistant", "bard": "assistant", "model": "assistant", "system": "system", "developer": "developer",
    "tool": "tool", "function_response": "tool", "observation": "tool", "function_call": "assistant",
    "function": "tool", "tool_call": "assistant", "tool_response": "tool",
}  # fmt: skip
CALLS = ("function_call", "tool_call")
"""Roles under which an assistant's turn is a call of a tool, written as JSON."""
STRUCTURED = ("tool_calls", "function_call")
"""What of a turn is a list or an object when a template is given it."""
LABELS = {
    "true": True, "1": True, "1.0": True, "good": True, "desirable": True, "chosen": True, "yes": True,
    "false": False, "0": False, "0.0": False, "bad": False, "undesirable": False, "rejected": False, "no": False,
}  # fmt: skip


class RowProblem(ValueError):
    """One row that does not fit the layout: which column, and what is wrong with its value."""

    def __init__(self, column: str, message: str):
        super().__init__(message)
        self.column, self.message = column, message


def text_of(value: Any, column: str) -> str:
    """The value as text, or a `RowProblem` that says what it is instead."""
    if isinstance(value, str):
        return value
    if value is None:
        raise RowProblem(column, "is missing.")
    raise RowProblem(column, f"must be text, got {_short(value)} ({type(value).__name__}).")


def messages_of(value: Any, column: str) -> list[dict[str, Any]]:
    """The value as a list of ``{role, content}``.

    ShareGPT's ``{from, value}``, pairs of ``{input, output}``, contents in text parts, a single turn and JSON text are
    accepted.
    """
    if value is None:
        raise RowProblem(column, "is missing.")
    turns = as_turns(value)
    if not turns:
        raise RowProblem(column, f"must be a list of messages with role and content, got {_short(value)}.")
    messages = []
    for number, turn in enumerate(turns):
        if not isinstance(turn, Mapping):
            raise RowProblem(column, f"message {number} must have role and content, got {_short(turn)}.")
        if "input" in turn and "output" in turn:
            pair = (("user", turn["input"]), ("assistant", turn["output"]))
            messages += [{"role": role, "content": text_of(content, column)} for role, content in pair]
        else:
            messages.append(_message(turn, number, column))
    return messages


def _message(turn: Mapping[str, Any], number: int, column: str) -> dict[str, Any]:
    role = turn.get("role") if turn.get("role") is not None else turn.get("from")
    content = turn.get("content") if turn.get("content") is not None else turn.get("value")
    if not isinstance(role, str) or role not in ROLES:
        raise RowProblem(column, f"message {number} has the role {role!r}; known: {', '.join(sorted(ROLES))}.")
    rest = {
        k: as_json(v) if isinstance(v, (dict, list)) else v
        for k, v in turn.items()
        if k not in ("role", "from", "content", "value") and v is not None
    }
    if content is None and any(name in rest for name in STRUCTURED):
        content = ""
    if role in CALLS and isinstance(content, str) and "tool_calls" not in rest:
        content, rest["tool_calls"] = "", _calls(content, number, column)
    if isinstance(content, list) and all(isinstance(part, Mapping) and "text" in part for part in content):
        content = "".join(text_of(part["text"], column) for part in content)
    if not isinstance(content, str):
        raise RowProblem(column, f"message {number}: the content must be text, got {_short(content)}.")
    return {"role": ROLES[role], "content": content, **rest}


def _calls(text: str, number: int, column: str) -> str:
    """A call of a tool as it stands in a ShareGPT turn, in the form that chat templates take."""
    try:
        calls = json.loads(text)
    except ValueError:
        calls = None
    calls = [calls] if isinstance(calls, dict) else calls
    if not isinstance(calls, list) or not all(isinstance(call, dict) and "name" in call for call in calls):
        raise RowProblem(
            column, f"message {number} calls a tool, so it must be JSON with name and arguments, got {_short(text)}."
        )
    made = [{"type": "function", "function": {**call, "arguments": call.get("arguments", {})}} for call in calls]
    return json.dumps(made, ensure_ascii=False)


def readable_turns(turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Turns as Arrow holds them, without the empty keys that others of their column have, and with calls as lists."""
    return [{key: _read(key, value) for key, value in turn.items() if value is not None} for turn in turns]


def _read(key: str, value: Any) -> Any:
    if key in STRUCTURED and isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def is_label(value: Any) -> bool:
    """Whether a value can say that an answer is good or bad."""
    value = value.item() if hasattr(value, "item") else value
    return isinstance(value, bool) or (isinstance(value, (int, float, str)) and str(value).strip().lower() in LABELS)


def is_filled(value: Any) -> bool:
    """Whether a value says anything."""
    return value is not None and not (isinstance(value, (str, list, dict)) and not value)


def label_of(value: Any, column: str) -> bool:
    """The value as true (a good answer) or false."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool):
        return value
    if is_label(value):
        return LABELS[str(value).strip().lower()]
    raise RowProblem(column, f"must be true or false, got {_short(value)}.")


def as_turns(value: Any) -> list[Any] | None:
    """A list, whether given as one, as an array, as a single turn, or as the JSON text of a list of messages."""
    if isinstance(value, str):
        turns = json_list(value)
        return turns if turns and all(map(_is_turn, turns)) else None
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, Mapping) and ("role" in value or "from" in value):
        return [value]
    return value.tolist() if hasattr(value, "tolist") and getattr(value, "ndim", 0) == 1 else None


def _is_turn(value: Any) -> bool:
    """Whether an object that was read from a text is meant as a turn, and not as any other with such a key."""
    if not isinstance(value, dict):
        return False
    role = value.get("role", value.get("from"))
    said = any(key in value for key in ("content", "value", "tool_calls", "function_call"))
    return isinstance(role, str) and role.lower() in ROLES and said


def json_list(text: str) -> list[Any] | None:
    """The list that a text is the JSON of, or None."""
    if not (text.lstrip()[:1] == "[" and text.rstrip()[-1:] == "]"):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None


def common_length(one: Sequence[Any], other: Sequence[Any]) -> int:
    """How many items two sequences begin with in common."""
    shorter = min(len(one), len(other))
    return next((at for at in range(shorter) if one[at] != other[at]), shorter)


def parted(row: Mapping[str, Any]) -> dict[str, Any]:
    """A pair with its prompt apart from both answers.

    Where a row has no prompt, it is what both conversations begin with, turn by turn; of texts it is what both begin
    with up to a space between words.
    """
    chosen, rejected = row["chosen"], row["rejected"]
    if "prompt" in row:
        return {"prompt": row["prompt"], "chosen": chosen, "rejected": rejected}
    start = common_length(chosen, rejected)
    if isinstance(chosen, str):
        start = next((at for at in range(min(start, len(chosen) - 1), 0, -1) if chosen[at].isspace()), 0)
    return {"prompt": chosen[:start], "chosen": chosen[start:], "rejected": rejected[start:]}


def reply_to(prompt: Any, text: str) -> Any:
    """A reply in the form of its prompt: a text after a text, an assistant's turn after turns."""
    return text if isinstance(prompt, str) else [{"role": "assistant", "content": text}]


def _short(value: Any, limit: int = 60) -> str:
    text = repr(value[:limit] if isinstance(value, str) else value)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def spoken(turns: Any) -> str:
    """A prompt or answer as text to read: the turn itself, or of several turns each with its role."""
    if isinstance(turns, str):
        return turns
    if len(turns) == 1:
        return str(turns[0]["content"])
    return "\n\n".join(f"{turn['role']}: {turn['content']}" for turn in turns)
