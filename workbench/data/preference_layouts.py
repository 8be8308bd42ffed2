"""Layouts in which rows say which answer is better: pairs of answers, and answers with a label."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.data.layout import PROMPT_NAMES, Layout, columns_layout, joined
from workbench.data.store import as_json
from workbench.data.turns import RowProblem, is_label, label_of, messages_of, text_of
from workbench.errors import DatasetError

__all__ = ["preference", "unpaired"]


def preference(by_name: Mapping[str, str], listlike: Callable[[str | None], bool]) -> Layout | None:
    """Pairs of a better and a worse answer; None where the columns are none.

    Parameters
    ----------
    by_name
        Column name in small letters -> as the source writes it.
    listlike
        Whether a column holds lists of messages.

    Raises
    ------
    DatasetError
        When several columns could be the prompt.
    """
    has = by_name.get
    better, worse = has("preferred_output"), has("non_preferred_output")
    if better and worse and has("input"):
        return _openai_preference(by_name["input"], better, worse)
    chosen, rejected = has("chosen"), has("rejected")
    if not chosen or not rejected:
        return None
    names = {"chosen": chosen, "rejected": rejected}
    prompts = [by_name[name] for name in PROMPT_NAMES if name in by_name]
    prompt = has("prompt") or (prompts[0] if len(prompts) == 1 else None)
    turns = next((by_name[name] for name in ("conversations", "conversation") if name in by_name), None)
    if turns and not prompt and listlike(turns):
        return columns_layout("sharegpt preference", "preference", {"prompt": turns, **names}, True)
    if len(prompts) > 1 and not prompt:
        both = has("instruction"), has("input")
        if set(prompts) != set(both):
            raise DatasetError(
                f"more than one column could be the prompt: {', '.join(map(repr, prompts))}. Say which, as "
                f'columns={{"prompt": "{prompts[0]}", "chosen": "{chosen}", "rejected": "{rejected}"}}.'
            )
        return _alpaca_preference(str(both[0]), str(both[1]), chosen, rejected)
    used = {"prompt": prompt, **names}
    system = has("system") or has("system_prompt")
    if system and prompt and not listlike(prompt):
        return _with_system(columns_layout("preference with system", "preference", used, True), system)
    return columns_layout("preference", "preference", used, listlike(chosen) or listlike(prompt))


def unpaired(
    by_name: Mapping[str, str], sample: Sequence[Mapping[str, Any]], listlike: Callable[[str | None], bool]
) -> Layout | None:
    """Answers with a label, good or bad; None where the columns are none. Parameters as for `preference`."""
    label = by_name.get("label") or by_name.get("kto_tag")
    values = [row[label] for row in sample if row.get(label) is not None] if label else []
    sure = any(isinstance(value, bool) for value in values)
    if not values or not (sure or all(map(is_label, values))):
        return None
    note = ""
    if not sure:
        note = (
            f"'{label}' was read as whether the answer is good: {_values(values)}. If it is not that, say "
            'columns={"prompt": ..., "completion": ...}.'
        )
    prompt, completion = by_name.get("prompt"), by_name.get("completion")
    if prompt and completion:
        names = {"prompt": prompt, "completion": completion, "label": label}
        return columns_layout("unpaired preference", "unpaired_preference", names, listlike(prompt), note)
    for name in ("messages", "conversations", "conversation"):
        if listlike(by_name.get(name)) and (label != by_name.get("label") or not note):
            return _judged_conversation(by_name[name], str(label))
    return None


def _values(values: Sequence[Any]) -> str:
    found = dict.fromkeys(values)
    return ", ".join(f"{value!r} is {'good' if label_of(value, '') else 'bad'}" for value in found)


def _with_system(layout: Layout, system: str) -> Layout:
    def convert(row: Mapping[str, Any]) -> dict[str, Any]:
        out = layout.convert(row)
        if row.get(system):
            out["prompt"] = [{"role": "system", "content": text_of(row[system], system)}, *out["prompt"]]
        return out

    return Layout(layout.name, layout.type, True, (*layout.columns, system), convert)


def _openai_preference(prompt: str, better: str, worse: str) -> Layout:
    def convert(row: Mapping[str, Any]) -> dict[str, Any]:
        asked = row.get(prompt)
        about = asked if isinstance(asked, Mapping) else {"messages": asked}
        tools = {"tools": as_json(about["tools"])} if about.get("tools") else {}
        return {
            "prompt": messages_of(about.get("messages"), prompt),
            "chosen": messages_of(row.get(better), better),
            "rejected": messages_of(row.get(worse), worse),
            **tools,
        }

    return Layout("openai preference", "preference", True, (prompt, better, worse), convert)


def _alpaca_preference(instruction: str, input: str, chosen: str, rejected: str) -> Layout:
    def convert(row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "prompt": joined(row, instruction, input),
            "chosen": text_of(row.get(chosen), chosen),
            "rejected": text_of(row.get(rejected), rejected),
        }

    return Layout("alpaca preference", "preference", False, (instruction, input, chosen, rejected), convert)


def _judged_conversation(column: str, label: str) -> Layout:
    def convert(row: Mapping[str, Any]) -> dict[str, Any]:
        turns = messages_of(row.get(column), column)
        if turns[-1]["role"] != "assistant":
            raise RowProblem(column, f"must end with what the assistant says, ends with {turns[-1]['role']}.")
        return {"prompt": turns[:-1], "completion": turns[-1:], "label": label_of(row.get(label), label)}

    return Layout("unpaired preference", "unpaired_preference", True, (column, label), convert)
