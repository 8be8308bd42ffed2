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
``sharegpt preference``     conversations, chosen, rejected            preference, conversational
``openai preference``       input, preferred_output,                   preference, conversational
                            non_preferred_output
``unpaired preference``     prompt, completion, label                  unpaired_preference
                            messages, label                            unpaired_preference, conversational
``prompt only``             prompt                                     prompt_only
=========================== ========================================== =====================================

A turn of ShareGPT's ``function_call`` becomes an assistant's turn with ``tool_calls``, one of ``observation`` a tool's.
A column ``tools`` stays beside its row as JSON text. Labels may be true and false, 1 and 0, or words for them.

The types are those of TRL (https://huggingface.co/docs/trl/dataset_formats).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.data.layout import ANSWER_NAMES, PROMPT_NAMES, Layout, columns_layout, joined, with_system
from workbench.data.preference_layouts import given, is_judgement, preference, unpaired, with_label
from workbench.data.turns import RowProblem, as_turns, is_filled, is_label, json_list, messages_of, text_of
from workbench.errors import DatasetError

__all__ = ["MEANINGFUL", "recognise"]


MEANINGFUL = frozenset((
    *PROMPT_NAMES, *ANSWER_NAMES, "messages", "conversations", "conversation", "text", "document", "content", "chosen",
    "rejected", "label", "kto_tag", "system", "system_prompt", "history", "context",
))  # fmt: skip
"""Column names that a layout may hang on."""
OF_THE_QUESTION = ("context", "history", "input")
"""Those that are a part of what is asked, and are not to be left out without a word."""


def recognise(
    columns: Sequence[str], sample: Sequence[Mapping[str, Any]], where: str, said: Collection[str] = ()
) -> Layout:
    """The layout of a table, from its column names and first rows.

    Parameters
    ----------
    columns
        All column names, as the source writes them.
    sample
        The first rows; they tell texts from lists of messages.
    where
        The source, for messages.
    said
        Those of our names that a person has given to a column.

    Raises
    ------
    DatasetError
        When the columns fit no layout, or more than one equally well.
    """
    by_name: dict[str, str] = {}
    for name in columns:
        key = name.strip().lower()
        if key not in by_name or name == key:  # of Prompt and prompt the latter
            by_name[key] = name

    def listlike(name: str | None) -> bool:
        return name is not None and any(as_turns(row.get(name)) is not None for row in sample)

    systems = [by_name[name] for name in ("system", "system_prompt") if name in by_name]
    said_in = (name for name in systems if any(isinstance(row.get(name), str) and row[name] for row in sample))
    system = next(said_in, None)
    layout = preference(by_name, sample, listlike) or unpaired(by_name, sample, listlike)
    layout = layout or _answers(by_name, columns, sample, where, system, listlike)
    label = by_name.get("label") or by_name.get("kto_tag")
    labels = [row.get(label) for row in sample] if label else []
    judged = is_judgement(labels) or ("label" in said and all(map(is_label, given(labels))))
    if label and label not in layout.columns and judged:
        layout = with_label(layout, label)
    if system and system not in layout.columns:
        layout = with_system(layout, system)
    _refuse_prints(layout, sample, where)
    left = [by_name[key] for key in by_name if key in MEANINGFUL and by_name[key] not in layout.columns]
    left = [name for name in left if any(is_filled(row.get(name)) for row in sample)]
    return _with_left(layout, left, where)


def _refuse_prints(layout: Layout, sample: Sequence[Mapping[str, Any]], where: str) -> None:
    """Lists of turns as Python prints them are not to be trained as texts."""
    for name in layout.columns if not layout.conversational else ():
        for row in sample[:1]:
            value = row.get(name)
            if isinstance(value, str) and re.match(r"\s*\[\s*\{\s*'(?:role|content|from|value)'", value):
                raise DatasetError(
                    f"{where}: the texts of {name!r} are lists as Python prints them, which pandas writes to CSV: "
                    f"{value[:60]!r}. Save them as JSON lines: frame.to_json(path, orient='records', lines=True)."
                )


def _with_left(layout: Layout, left: Sequence[str], where: str) -> Layout:
    """The layout, with a note of columns that mean something and are not used; refused where they are asked."""
    asked = [name for name in left if name.strip().lower() in OF_THE_QUESTION]
    if asked and layout.type != "language_modeling":
        used = ", ".join(map(repr, layout.columns))
        raise DatasetError(
            f"{where}: there is a {asked[0]!r} column beside {used}, and how it belongs into the prompt is for you to "
            "say. Join them into one 'prompt' column first (a DataFrame will do), or leave it out by naming the "
            'others: columns={"prompt": ..., "completion": ...}.'
        )
    if not left:
        return layout
    names = ", ".join(map(repr, left))
    note = (
        f"Read as {layout.name}: the column{'s' * (len(left) > 1)} {names} {'are' if len(left) > 1 else 'is'} not used."
    )
    return replace(layout, note=f"{layout.note} {note}".strip())


def _answers(
    by_name: Mapping[str, str],
    columns: Sequence[str],
    sample: Sequence[Mapping[str, Any]],
    where: str,
    system: str | None,
    listlike: Callable[[str | None], bool],
) -> Layout:
    """Layouts in which each row gives an answer, or a text."""
    has = by_name.get
    prompt, completion = has("prompt"), has("completion")
    if prompt and completion:
        return columns_layout("prompt/completion", "prompt_completion",
                               {"prompt": prompt, "completion": completion},
                               listlike(prompt) or _all_lists(completion, sample))  # fmt: skip
    if listlike(has("messages")):
        return _messages(by_name["messages"])
    for name in ("conversations", "conversation"):
        if listlike(has(name)):
            return _sharegpt(by_name[name], system)
    instruction = has("instruction")
    if instruction and has("output") and not has("response"):
        return _alpaca(instruction, has("input") or has("context"), by_name["output"], system, has("history"))
    if instruction and has("response"):
        return _dolly(instruction, has("context") or has("input"), by_name["response"])
    pair = _pair(by_name, where)
    if pair:
        names = {"prompt": pair[0], "completion": pair[1]}
        return columns_layout("/".join(pair), "prompt_completion", names, listlike(pair[0]))
    if has("text") and has("role") and has("parent_id"):
        raise DatasetError(
            f"{where}: each row is one message of a tree of conversations (text, role, parent_id), and which branches "
            "to train on is for you to say. Make one row a branch with a 'messages' column, or take each message as "
            'plain text with columns={"text": "text"}.'
        )
    for name in ("text", "document", "content"):
        if has(name):
            return columns_layout("text", "language_modeling", {"text": by_name[name]}, False)
    if prompt:
        return columns_layout("prompt only", "prompt_only", {"prompt": prompt}, listlike(prompt))
    if len(columns) == 1 and all(isinstance(row.get(columns[0]), str) for row in sample):
        layout = columns_layout("text", "language_modeling", {"text": columns[0]}, False)
        _refuse_prints(layout, sample, where)
        if columns[0].strip().lower() in ("messages", "conversations", "conversation"):
            first = str(sample[0][columns[0]])[:60]
            raise DatasetError(
                f"{where}: {columns[0]!r} must hold lists of turns with role and content, got the text {first!r}. "
                'If these are texts to train on, say so in columns={"text": ...}.'
            )
        return layout
    raise DatasetError(
        f"{where}: the columns {', '.join(map(repr, columns)) or '(none)'} fit no layout. Say which is which, as "
        'columns={"prompt": ..., "completion": ...} or columns={"messages": ...} or columns={"text": ...} '
        "(our name: the file's name)."
    )


def _all_lists(name: str, sample: Sequence[Mapping[str, Any]]) -> bool:
    return bool(sample) and all(as_turns(row.get(name)) is not None for row in sample)


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


def _messages(column: str) -> Layout:
    return Layout("messages", "language_modeling", True, (column,),
                  lambda row: {"messages": messages_of(row.get(column), column)})  # fmt: skip


def _sharegpt(column: str, system: str | None) -> Layout:
    def convert(row: Mapping[str, Any]) -> dict[str, Any]:
        messages = messages_of(row.get(column), column)
        if system and row.get(system) and messages[0]["role"] != "system":
            messages.insert(0, {"role": "system", "content": text_of(row[system], system)})
        return {"messages": messages}

    return Layout("sharegpt", "language_modeling", True, (column, system) if system else (column,), convert)


def _alpaca(instruction: str, input: str | None, output: str, system: str | None, history: str | None) -> Layout:
    columns = tuple(name for name in (instruction, input, output, system, history) if name)

    def convert(row: Mapping[str, Any]) -> dict[str, Any]:
        prompt, answer = joined(row, instruction, input), text_of(row.get(output), output)
        if not (system or history):
            return {"prompt": prompt, "completion": answer}
        messages = [{"role": "system", "content": text_of(row[system], system)}] if system and row.get(system) else []
        past = row.get(history) if history else None
        if isinstance(past, str) and past.strip() and json_list(past) is None:
            raise RowProblem(str(history), f"must be a list of [question, answer] pairs, got the text {past[:60]!r}.")
        for turn in (json_list(past) if isinstance(past, str) else as_turns(past)) or []:
            if not (isinstance(turn, (list, tuple)) and len(turn) == 2):
                raise RowProblem(str(history), f"must be a list of [question, answer] pairs, got {str(turn)[:60]!r}.")
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
        return {"prompt": joined(row, instruction, context), "completion": text_of(row.get(response), response)}

    columns = tuple(name for name in (instruction, context, response) if name)
    return Layout("dolly", "prompt_completion", False, columns, convert)
