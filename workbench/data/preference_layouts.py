"""Layouts in which rows say which answer is better: pairs of answers, and answers with a label."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.data.layout import PROMPT_NAMES, Layout, columns_layout, joined
from workbench.data.store import as_json
from workbench.data.turns import RowProblem, is_label, label_of, messages_of, text_of
from workbench.errors import DatasetError

__all__ = ["given", "is_judgement", "preference", "unpaired", "with_label"]

JUDGEMENTS = ("good", "bad", "desirable", "undesirable", "chosen", "rejected")


def preference(
    by_name: Mapping[str, str], sample: Sequence[Mapping[str, Any]], listlike: Callable[[str | None], bool]
) -> Layout | None:
    """Pairs of a better and a worse answer; None where the columns are none.

    Parameters
    ----------
    by_name
        Column name in small letters -> as the source writes it.
    sample
        The first rows.
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
    layout = columns_layout("preference", "preference", used, listlike(chosen) or listlike(prompt))
    return _asked_once(layout, [[row.get(name) for name in (prompt, chosen, rejected)] for row in sample if prompt])


def unpaired(
    by_name: Mapping[str, str], sample: Sequence[Mapping[str, Any]], listlike: Callable[[str | None], bool]
) -> Layout | None:
    """Answers with a label, good or bad; None where the columns are none. Parameters as for `preference`."""
    label = by_name.get("label") or by_name.get("kto_tag")
    values = given([row.get(label) for row in sample]) if label else []
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
    return None


def is_judgement(values: Sequence[Any]) -> bool:
    """Whether labels say that an answer is good or bad: some are true or false, or all are words for it."""
    there = given(values)
    words = {str(value).strip().lower() for value in there}
    return any(isinstance(value, bool) for value in there) or (bool(words) and words <= set(JUDGEMENTS))


def with_label(layout: Layout, label: str) -> Layout:
    """The layout with labels that say whether its answers are good; of a conversation the last turn is judged."""
    if layout.type not in ("prompt_completion", "language_modeling") or layout.name == "text":
        return layout

    def convert(row: Mapping[str, Any]) -> dict[str, Any]:
        out = layout.convert(row)
        turns = out.pop("messages", None)
        if turns is not None:
            if turns[-1]["role"] != "assistant":
                said = f"must end with what the assistant says, ends with {turns[-1]['role']}."
                raise RowProblem(layout.columns[0], said)
            if len(turns) == 1:
                raise RowProblem(layout.columns[0], "must begin with what is asked; the judged answer stands alone.")
            out |= {"prompt": turns[:-1], "completion": turns[-1:]}
        return {**out, "label": label_of(row.get(label), label)}

    return Layout(
        "unpaired preference", "unpaired_preference", layout.conversational, (*layout.columns, label), convert
    )


def given(values: Sequence[Any]) -> list[Any]:
    """The labels that there are; a row without one is a faulty row, and tells nothing of the others."""
    plain = (value.item() if hasattr(value, "item") else value for value in values)
    return [value for value in plain if value is not None and value == value and str(value).strip()]


def _values(values: Sequence[Any]) -> str:
    found = dict.fromkeys(values)
    return ", ".join(f"{value!r} is {'good' if label_of(value, '') else 'bad'}" for value in found)


def _asked_once(layout: Layout, sample: Sequence[Sequence[Any]]) -> Layout:
    """The layout without the prompt at the beginning of both answers, where it stands in its own column too.

    Turns tell it row by row. An answer in plain text may begin with its prompt by chance ("Hi", "Hi there"), so there
    all rows of the sample must, and more than one.
    """
    texts = [row for row in sample if all(isinstance(value, str) and value for value in row)]
    always = len({row[0] for row in texts}) > 1 and all(
        chosen.startswith(prompt) and rejected.startswith(prompt) for prompt, chosen, rejected in texts
    )

    def convert(row: Mapping[str, Any]) -> dict[str, Any]:
        out = layout.convert(row)
        chosen, rejected, prompt = out["chosen"], out["rejected"], out.get("prompt")
        shared = _repeated(prompt, chosen, rejected) if always or not isinstance(prompt, str) else 0
        if shared:
            out |= {"prompt": chosen[:shared], "chosen": chosen[shared:], "rejected": rejected[shared:]}
        return out

    note = "Both answers repeat the prompt at their beginning; it was taken off them." if always else layout.note
    return Layout(layout.name, layout.type, layout.conversational, layout.columns, convert, note)


def _repeated(prompt: Any, chosen: Any, rejected: Any) -> int:
    """How much of both answers is the prompt again, with what may stand before it; 0 where it is not repeated."""
    if not prompt:
        return 0
    if isinstance(prompt, str):
        return len(prompt) if chosen.startswith(prompt) and rejected.startswith(prompt) else 0
    for end in range(len(prompt), min(len(chosen), len(rejected))):
        if chosen[end - len(prompt) : end] == prompt and chosen[:end] == rejected[:end]:
            return end
    return 0


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
