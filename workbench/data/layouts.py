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

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.data.turns import RowProblem, as_turns, is_label, json_list, label_of, messages_of, text_of
from workbench.errors import DatasetError

__all__ = ["CANONICAL", "DECISIVE", "Layout", "recognise"]

CANONICAL = ("prompt", "completion", "messages", "text", "chosen", "rejected", "label")
"""The names the workbench gives to the columns it uses; what ``columns=`` may name on its left."""

DECISIVE = ("prompt", "completion", "messages", "chosen", "rejected")
"""Those of them whose presence tells an objective what a row is; an extra column of such a name is renamed."""

PROMPT_NAMES = ("prompt", "question", "query", "input", "inputs", "instruction")
ANSWER_NAMES = ("completion", "answer", "response", "output", "target", "targets")


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
    note
        What to say of it to people, where it might have been meant otherwise.
    """

    name: str
    type: str
    conversational: bool
    columns: tuple[str, ...]
    convert: Callable[[Mapping[str, Any]], dict[str, Any]]
    note: str = ""


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
        return name is not None and any(as_turns(row.get(name)) is not None for row in sample)

    judged = _preference(by_name, listlike) or _unpaired(by_name, sample, listlike)
    if judged:
        return judged
    prompt, completion = has("prompt"), has("completion")
    if prompt and completion and not (has("system") and not listlike(prompt)):
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
        system = has("system_prompt") or has("system")
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


def _preference(by_name: Mapping[str, str], listlike: Callable[[str | None], bool]) -> Layout | None:
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
        return _columns_layout("sharegpt preference", "preference", {"prompt": turns, **names}, True)
    if len(prompts) > 1 and not prompt:
        joined = has("instruction"), has("input")
        if set(prompts) != set(joined):
            raise DatasetError(
                f"more than one column could be the prompt: {', '.join(map(repr, prompts))}. Say which, as "
                f'columns={{"prompt": "{prompts[0]}", "chosen": "{chosen}", "rejected": "{rejected}"}}.'
            )
        return _alpaca_preference(str(joined[0]), str(joined[1]), chosen, rejected)
    used = {"prompt": prompt, **names}
    system = has("system") or has("system_prompt")
    chat = listlike(chosen)
    if system and prompt and not listlike(prompt):
        return _with_system(_columns_layout("preference with system", "preference", used, True), system)
    return _columns_layout("preference", "preference", used, chat)


def _unpaired(
    by_name: Mapping[str, str], sample: Sequence[Mapping[str, Any]], listlike: Callable[[str | None], bool]
) -> Layout | None:
    label = by_name.get("label") or by_name.get("kto_tag")
    values = [row[label] for row in sample if row.get(label) is not None] if label else []
    if not values or not all(map(is_label, values)):
        return None
    note = ""
    if not all(isinstance(value, bool) for value in values):
        note = (
            f"'{label}' was read as whether the answer is good: {_values(values)}. If it is not that, say "
            'columns={"prompt": ..., "completion": ...}.'
        )
    prompt, completion = by_name.get("prompt"), by_name.get("completion")
    if prompt and completion:
        names = {"prompt": prompt, "completion": completion, "label": label}
        return _columns_layout("unpaired preference", "unpaired_preference", names, listlike(prompt), note)
    for name in ("messages", "conversations", "conversation"):
        if listlike(by_name.get(name)) and (label != by_name.get("label") or not note):
            return _judged_conversation(by_name[name], str(label))
    return None


def _values(values: Sequence[Any]) -> str:
    found = dict.fromkeys(values)
    return ", ".join(f"{value!r} is {'good' if label_of(value, '') else 'bad'}" for value in found)


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


def _columns_layout(
    name: str, type: str, names: Mapping[str, str | None], conversational: bool, note: str = ""
) -> Layout:
    used = {ours: theirs for ours, theirs in names.items() if theirs is not None}

    def convert(row: Mapping[str, Any]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for ours, theirs in used.items():
            value = row.get(theirs)
            if ours == "label":
                out[ours] = label_of(value, theirs)
            elif conversational:
                role = "user" if ours == "prompt" else "assistant"
                plain = isinstance(value, str) and as_turns(value) is None
                out[ours] = [{"role": role, "content": value}] if plain else messages_of(value, theirs)
            else:
                out[ours] = text_of(value, theirs)
        return out

    return Layout(name, type, conversational, tuple(used.values()), convert, note)


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
        turns = asked.get("messages") if isinstance(asked, Mapping) else asked
        return {
            "prompt": messages_of(turns, prompt),
            "chosen": messages_of(row.get(better), better),
            "rejected": messages_of(row.get(worse), worse),
        }

    return Layout("openai preference", "preference", True, (prompt, better, worse), convert)


def _alpaca_preference(instruction: str, input: str, chosen: str, rejected: str) -> Layout:
    def convert(row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "prompt": _joined(row, instruction, input),
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
        return {"prompt": _joined(row, instruction, context), "completion": text_of(row.get(response), response)}

    columns = tuple(name for name in (instruction, context, response) if name)
    return Layout("dolly", "prompt_completion", False, columns, convert)


def _joined(row: Mapping[str, Any], first: str, second: str | None) -> str:
    text = text_of(row.get(first), first)
    more = row.get(second) if second else None
    more = text_of(more, str(second)) if more is not None else ""
    return f"{text}\n\n{more}" if more.strip() else text
