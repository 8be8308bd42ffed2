"""The form in which requests, calls, results and answers are written, for asking and for training alike.

    Ask: Where is order EK16838?
    Tool: find_order
    Input: {"id": "EK16838"}
    Output: {"id": "EK16838", "state": "delivered", "to": "Heflekiaard Stexlurter"}
    Say: Order EK16838 is delivered, for Heflekiaard Stexlurter.

It is one of the forms in which the bundled base met calls in pretraining. The first step is always a call.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.tools.calls import Call

__all__ = ["continued", "read_step", "transcript"]


def transcript(request: str, calls: Sequence[Call] = ()) -> str:
    """The text after which a model writes the next step: up to where its first call is due, or after the last result.

    >>> transcript("Look up Al.")
    'Ask: Look up Al.\\nTool:'
    """
    return f"Ask: {request}\nTool:" + _called(calls)


def continued(calls: Sequence[Call], answer: str) -> str:
    """All that a model and its tools write after `transcript(request)`, as the completion of a training row.

    >>> continued([Call("stock", '{"item": "Kit fan"}', '{"pieces": 3}')], "There are 3.")
    ' stock\\nInput: {"item": "Kit fan"}\\nOutput: {"pieces": 3}\\nSay: There are 3.'
    """
    return f"{_called(calls)}Say: {answer}"


def read_step(text: str, first: bool) -> tuple[str, str | None] | str:
    """What a model wrote: a call as (name, arguments), the arguments None where it is none; or the answer.

    Parameters
    ----------
    text
        What it wrote, which may run on; only the first step counts.
    first
        Whether a call was begun for it.

    >>> read_step(' stock\\nInput: {"item": "Kit fan"}\\nOutput: {"pie', first=True)
    ('stock', '{"item": "Kit fan"}')
    >>> read_step("Say: There are 3.\\nAsk: More?", first=False)
    'There are 3.'
    """
    lines = text.split("\n")
    head = lines[0] if not first else f"Tool:{lines[0]}"
    if head.startswith("Tool: "):
        label, _, arguments = (lines[1] if len(lines) > 1 else "").partition(": ")
        return head.removeprefix("Tool: "), arguments if label == "Input" else None
    return head.removeprefix("Say: ") if not first else (head, None)


def _called(calls: Sequence[Call]) -> str:
    return "\nTool:".join(f" {call.name}\nInput: {call.arguments}\nOutput: {call.result}" for call in calls) + (
        "\n" if calls else ""
    )
